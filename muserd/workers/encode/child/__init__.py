"""The encode worker's own process."""
