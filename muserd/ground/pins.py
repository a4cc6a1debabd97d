"""What weights from a hub were at first: their revision and the SHA-256 of each file.

One JSON file a repository, in `pins` of the cache: no process that reads foreign files may write
there. Nobody tells Muser what they ought to be, so the first ones are believed, and everything that
comes later must be the same.
"""

import contextlib
import hashlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from muserd.ground import atomic
from muserd.ground.paths import make_private


class PinnedFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file of weights.

    Attributes:
        size, mtime_ns: as it was when it was last hashed: while they stay, it is not hashed again.
    """

    sha256: str
    size: int
    mtime_ns: int


class Pin(msgspec.Struct, frozen=True, kw_only=True):
    """The weights of one repository.

    Attributes:
        revision: the commit that they were fetched of.
        files: by their path in the repository.
    """

    repository: str
    revision: str
    files: dict[str, PinnedFile]


def path_of(repository: str, cache: Path) -> Path:
    """Where the pin of a repository lies."""
    readable = "".join(c if c.isalnum() or c in "-_." else "-" for c in repository)[:80]
    digest = hashlib.sha256(repository.encode()).hexdigest()[:8]
    return folder(cache) / f"{readable}-{digest}.json"


def folder(cache: Path) -> Path:
    """Where all of them lie."""
    return cache / "pins"


def take_over(cache: Path) -> None:
    """Take the pins of an earlier release over, which lay where workers may write.

    Called before there is a worker, so that none can put any there.
    """
    former = cache / "weights" / "pins"
    with contextlib.suppress(OSError):
        for path in former.glob("*.json"):
            make_private(folder(cache))
            if not (own := folder(cache) / path.name).exists():
                path.rename(own)


def read(repository: str, cache: Path) -> Pin | None:
    """The pin of a repository; None where there is none, or none that can be understood."""
    return _decoded(path_of(repository, cache))


def every(cache: Path) -> Iterator[Pin]:
    """All pins, by the names of their files."""
    for path in sorted(folder(cache).glob("*.json")):
        if (pin := _decoded(path)) is not None:
            yield pin


def write(pin: Pin, cache: Path) -> None:
    """Keep a pin. Raises OSError."""
    path = path_of(pin.repository, cache)
    make_private(path.parent)
    atomic.write(path, msgspec.json.encode(pin))


def _decoded(path: Path) -> Pin | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Pin)
    except (OSError, msgspec.MsgspecError):
        return None
