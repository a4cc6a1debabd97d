"""The first import of millions: from folders to shards, by local processes or by Ray.

`python -m muserd.bulk` is what `muserctl import` starts. See docs/import.md.
"""
