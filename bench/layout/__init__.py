"""Layouts, side by side with stock umap-learn + hdbscan: `python -m bench.layout`."""
