"""Shards of an import are taken into the store."""
