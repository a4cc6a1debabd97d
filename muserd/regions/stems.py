"""Words without their English endings: for telling names apart, not for showing."""


def stem(word: str) -> str:
    """The word without an English ending: `loggers`, `logger` and `logging` are one name."""
    for ending in ("ings", "ing", "ers", "er", "ies", "es", "ed", "s", "y", "e"):
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= 3 and not word.endswith(("ss", "us", "is")):
            return stem
    return word
