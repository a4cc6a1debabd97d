"""Finding items: the query language, the full-text cache, fusion of doors, the cut-off."""
