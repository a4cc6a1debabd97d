"""Files that belong to another: raw beside JPEG, the film of a Live Photo, the rest of a burst.

Whether a file is a part is told by the names in its folder alone (for a film, by its size too), so
that it is a pure function of the tree: nothing has to be opened for it. A part is no item; it is
a file of the item that its leader is. When the leader goes, the part is an item again.
"""

import os
import re
from collections.abc import Mapping
from typing import Protocol

from muserd.ground.formats import FORMATS
from muserd.ground.records import FileStat

_SHOWN = (b".jpg", b".jpeg", b".heic", b".heif", b".hif")  # what cameras write beside the rest
_RAW = frozenset(s for row in FORMATS if row.name == "raw" for s in row.suffixes)
_FILMS = frozenset({b".mov", b".mp4"})
LIVE_MAX_BYTES = 30 * 2**20  # three seconds in 4K take 15 MB: a longer film is no Live Photo
_HEVC = re.compile(rb"_HEVC$", re.IGNORECASE)  # as downloads from iCloud name the film
# `X_BURST003.jpg`, `X_BURST000_COVER.jpg`; Pixel: `X.BURST-03.jpg`, `X.BURST-01.COVER.jpg`.
_BURST = re.compile(rb"(.+?)([._]BURST-?)(\d{1,3})([._]COVER)?", re.IGNORECASE)
# Google Camera before: `00002IMG_00002_BURST20190601123456789_COVER.jpg`.
_NUMBERED = re.compile(rb"\d{5}IMG_\d{5}(_BURST\d{14,20})(_COVER)?")
_MOST_IN_BURST = 40


def leaders_of(path: bytes, size_bytes: int) -> tuple[bytes, ...]:
    """Paths of which any that is there makes a file a part; none for a file that is never one."""
    folder, name = os.path.split(path)
    stem, suffix = os.path.splitext(name)
    lower = suffix.lower()
    names: list[bytes] = []
    if lower in _RAW:
        names = [stem + shown for shown in _spellings()]
    elif lower in _FILMS and size_bytes <= LIVE_MAX_BYTES:
        names = [_HEVC.sub(b"", stem) + shown for shown in _spellings()]
    elif lower in _SHOWN:
        names = [one + suffix for one in _earlier(stem)]
    return tuple(os.path.join(folder, one) for one in names if one != name)


def prefixes_of(path: bytes) -> tuple[bytes, ...]:
    """How the paths begin that this one may lead."""
    folder, name = os.path.split(path)
    stem, suffix = os.path.splitext(name)
    if suffix.lower() not in _SHOWN:
        return ()
    starts = [stem + b".", stem + b"_HEVC.", stem + b"_BURST", stem + b".BURST"]
    if found := _BURST.fullmatch(stem):
        starts.append(found.group(1) + found.group(2))
    elif _NUMBERED.fullmatch(stem):
        starts.append(b"000")
    return tuple(os.path.join(folder, start) for start in starts)


class Sized(Protocol):
    """A file as somebody saw it."""

    @property
    def stat(self) -> FileStat:
        """What `lstat` said."""
        ...


def parts_among(seen: Mapping[bytes, Sized]) -> frozenset[bytes]:
    """The parts among the files of a whole root."""
    return frozenset(
        path
        for path, one in seen.items()
        if any(leader in seen for leader in leaders_of(path, one.stat.size))
    )


def _spellings() -> tuple[bytes, ...]:
    return tuple(s for shown in _SHOWN for s in (shown, shown.upper(), b"." + shown[1:].title()))


def _earlier(stem: bytes) -> list[bytes]:
    """The stems that lead a picture of a burst: its cover, what it is a burst of, lower numbers."""
    if found := _NUMBERED.fullmatch(stem):
        burst, cover = found.groups()
        if cover:
            return []
        return [b"%05dIMG_%05d%s_COVER" % (n, n, burst) for n in range(_MOST_IN_BURST)]
    found = _BURST.fullmatch(stem)
    if found is None:
        return []
    base, mark, number, cover = found.groups()
    if cover:
        return [base]
    digits, last = len(number), int(number)
    numbered = [b"%s%s%0*d" % (base, mark, digits, n) for n in range(_MOST_IN_BURST)]
    joint = b"." if mark.startswith(b".") else b"_"
    return [
        base,
        *(one + joint + b"COVER" for one in numbered),
        *numbered[: min(last, _MOST_IN_BURST)],
    ]
