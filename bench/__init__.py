"""Benchmarks: seeded, side by side in one run, JSON on standard output."""
