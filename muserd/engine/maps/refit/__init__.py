"""Refits: when one is due, its job, its history."""
