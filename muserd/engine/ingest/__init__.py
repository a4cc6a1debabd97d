"""A file's way from the plan into the store."""
