"""Collections, duplicates and exports: what a person gathers, decides and takes away."""
