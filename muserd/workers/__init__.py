"""Child processes that may die."""
