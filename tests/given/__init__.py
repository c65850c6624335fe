"""Builders: the cast and what they have, made by calls of the engine."""
