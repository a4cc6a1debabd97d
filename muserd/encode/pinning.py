"""Weights from a hub stay what they were at first, or are refused.

Muser knows no hashes of theirs beforehand. What comes first is recorded with its revision and
SHA-256 (`ground.pins`), and all that is loaded later is compared with it: whoever changes a
repository, or a file in its cache, does not change an encoder without a word.

A worker that reads foreign files cannot write down anything: it has muserd do it, which starts
`python -m muserd.encode.pinning CACHE PATH…`. On stdout that prints one JSON object, `{}` or
`{"error": {"message", "hint"}}`.
"""

import json
import logging
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from muserd.encode.weights import sha256_of
from muserd.ground import pins
from muserd.ground.errors import EncoderError
from muserd.ground.logs import fields
from muserd.ground.pins import Pin, PinnedFile

log = logging.getLogger(__name__)

_SHA256 = re.compile(r"[0-9a-f]{64}")

Recorder = Callable[[Sequence[Path]], None]
_recorder: Recorder | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a file lies in the cache of a hub."""

    repository: str
    revision: str
    file: str


def hold(paths: Sequence[Path], cache: Path) -> None:
    """Check weights against what they were at first; what is new is recorded.

    Args:
        paths: files of one model. Those that do not lie in the cache of a hub are passed over.
        cache: Muser's own.

    Raises:
        EncoderError: one of them is another file than it was, or than its name in the cache says.
    """
    placed = [(place, path) for path in paths if (place := _place_of(path)) is not None]
    if _recorder is not None:
        if not all(_is_known(place, path, cache) for place, path in placed):
            _recorder([path for _, path in placed])
        return
    for repository in dict.fromkeys(place.repository for place, _ in placed):
        some = [(place, path) for place, path in placed if place.repository == repository]
        _hold(repository, some, cache)


def record_by(recorder: Recorder) -> None:
    """Have another process compare and record from now on; it raises as `hold`.

    Called once, before there are threads.
    """
    global _recorder  # noqa: PLW0603 - a process has one way to record
    _recorder = recorder


def _is_known(place: _Place, path: Path, cache: Path) -> bool:
    pin = pins.read(place.repository, cache)
    return pin is not None and _is_unchanged(path, pin.files.get(place.file))


def _is_unchanged(path: Path, pinned: PinnedFile | None) -> bool:
    """Whether a file is the one that was hashed, by size and time. Raises EncoderError."""
    try:
        stat = path.stat()
    except OSError as error:
        raise EncoderError(f"{path} cannot be read: {error}") from error
    return pinned is not None and (pinned.size, pinned.mtime_ns) == (stat.st_size, stat.st_mtime_ns)


def _hold(repository: str, some: list[tuple[_Place, Path]], cache: Path) -> None:
    pin = pins.read(repository, cache)
    known = {} if pin is None else dict(pin.files)
    before = dict(known)
    for place, path in some:
        known[place.file] = _checked(place, path, known.get(place.file), cache)
    if known == before:
        return
    revision = pin.revision if pin is not None else some[0][0].revision
    try:
        pins.write(Pin(repository=repository, revision=revision, files=known), cache)
    except OSError as error:  # of a cache that cannot be written: they are hashed every time
        log.warning("weights are not recorded", extra=fields(why=error, repository=repository))
        return
    if pin is None:
        log.info("weights recorded", extra=fields(repository=repository, revision=revision))


def _checked(place: _Place, path: Path, pinned: PinnedFile | None, cache: Path) -> PinnedFile:
    if pinned is not None and _is_unchanged(path, pinned):
        return pinned
    stat = path.stat()
    sha256 = sha256_of(path)
    blob = path.resolve().name  # a hub's cache calls large files by their hashes
    if _SHA256.fullmatch(blob) and blob != sha256:
        raise EncoderError(
            f"{path} is damaged: its SHA-256 is {sha256}, it should be {blob}",
            f"delete {path.resolve()}, and fetch it anew: muserctl encoder fetch",
        )
    if pinned is not None and pinned.sha256 != sha256:
        raise EncoderError(
            f"{place.file} of {place.repository} is not what it was when it was first used: its "
            f"SHA-256 is {sha256} (revision {place.revision[:12]}), it was {pinned.sha256}",
            f"if the change is meant, delete {pins.path_of(place.repository, cache)}; if not, "
            f"delete the folder {_folder_of(path)}, and fetch it anew: muserctl encoder fetch",
        )
    return PinnedFile(sha256=sha256, size=stat.st_size, mtime_ns=stat.st_mtime_ns)


def _place_of(path: Path) -> _Place | None:
    """`…/models--OWNER--NAME/snapshots/COMMIT/FILE`; None for a path of another form."""
    parts = path.parts
    for at in range(len(parts) - 3):
        if parts[at].startswith("models--") and parts[at + 1] == "snapshots":
            repository = parts[at].removeprefix("models--").replace("--", "/")
            return _Place(repository, parts[at + 2], "/".join(parts[at + 3 :]))
    return None


def _folder_of(path: Path) -> Path:
    return next(folder for folder in path.parents if folder.name.startswith("models--"))


def _main(cache: Path, paths: Sequence[Path]) -> int:
    try:
        hold(paths, cache)
    except EncoderError as error:
        sys.stdout.write(json.dumps({"error": {"message": error.message, "hint": error.hint}}))
        return error.exit_code
    sys.stdout.write("{}")
    return 0


if __name__ == "__main__":
    sys.exit(_main(Path(sys.argv[1]), [Path(path) for path in sys.argv[2:]]))
