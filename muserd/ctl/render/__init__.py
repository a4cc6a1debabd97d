"""Prints muserctl's answers."""
