"""Density as elevation."""
