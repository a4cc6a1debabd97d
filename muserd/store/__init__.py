"""The truth: one LMDB environment."""
