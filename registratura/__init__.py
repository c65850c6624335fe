"""Регистратура: an open electronic registry of doctors' appointments."""
