"""Names of files in a mirror: nobody else's, and such as its disk takes."""

import os
import re

_LONGEST = 200  # bytes of a name
_FOREIGN = re.compile(r'[\x00-\x1f"*:<>?\\|]|[ .]$')  # in names that exFAT and Windows refuse


def portable(name: str) -> str:
    """The name without the letters that exFAT and Windows refuse."""
    return _FOREIGN.sub("_", name)


def free_name(folder: str, name: str, taken: set[str]) -> str:
    """The name, or the next one that nothing of anybody's has, on disks that fold case, too.

    Args:
        folder: where it is to be.
        name: that is wanted.
        taken: names in use, their case folded; the answer is added.
    """
    stem, suffix = os.path.splitext(name)
    stem = os.fsdecode(os.fsencode(stem)[: _LONGEST - len(os.fsencode(suffix))])
    place, number = stem + suffix, 1
    while place.casefold() in taken or os.path.lexists(os.path.join(folder, place)):
        number += 1
        place = f"{stem} ({number}){suffix}"
    taken.add(place.casefold())
    return place
