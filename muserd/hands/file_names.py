"""Names that people gave, as names of files."""

_LONGEST = 80  # characters
_NOT_IN_NAMES = frozenset('/\\:*?"<>|')


def file_name(text: str) -> str:
    """A name that every file system takes, without a suffix; empty where nothing is left of it."""
    letters = (c if c.isprintable() and c not in _NOT_IN_NAMES else " " for c in text)
    name = " ".join("".join(letters).replace(".", " ").split())
    while len(name.encode()) > 2 * _LONGEST:
        name = name[:-1]
    return name[:_LONGEST].strip()
