"""Finding: keeps the full-text cache in step with the store, and answers queries by all doors."""
