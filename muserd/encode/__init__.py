"""From pictures and notes to vectors.

Only children of muserd import the modules that need torch: `images`, `texts` and what they stand
on. `choice` (with `weights`) tells without torch which encoder would be taken.
"""
