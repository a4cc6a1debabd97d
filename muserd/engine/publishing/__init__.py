"""Publishes the maps as a site of immutable files."""
