"""Shards: files of Parquet with all that the store needs of many files. See docs/import.md."""
