"""muserctl."""
