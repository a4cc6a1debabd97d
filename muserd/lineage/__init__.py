"""How things grew: the phylogeny."""
