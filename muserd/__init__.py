"""Muser: two living topographic maps of one's pictures and notes."""

__version__ = "0.1.0"
