"""Noticing that files changed."""
