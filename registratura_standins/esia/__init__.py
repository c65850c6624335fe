"""ЕСИА stand-in: a small, faithful national identity provider for demo, training and tests."""
