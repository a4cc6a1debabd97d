"""Which encoder a specification leads to, remembered: so that no weights are read to find out.

The id of an encoder follows from the hash of its weights, which for half a gigabyte takes a
second, and from libraries that take longer. What was found once holds while the files that it was
found of keep their size and times.
"""

import hashlib
from pathlib import Path

import msgspec

from muserd.ground.atomic import write

FORM = 1


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """What a specification was found to lead to.

    Attributes:
        spec: as the configuration says it.
        encoder: the id.
        files: path, size in bytes, mtime and ctime in ns.
    """

    form: int = FORM
    spec: str
    encoder: str
    files: tuple[tuple[str, int, int, int], ...]


def remember(spec: str, encoder: str, files: tuple[Path, ...], cache: Path) -> None:
    """Keep what was found. A cache that cannot be written costs time, nothing else."""
    try:
        source = Source(spec=spec, encoder=encoder, files=tuple(_entry(path) for path in files))
        path = _path(spec, cache)
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, msgspec.json.encode(source), durable=False)
    except OSError:
        return


def recall(spec: str, cache: Path) -> str:
    """The id of the encoder; empty when it is not known, or a file has changed."""
    try:
        source = msgspec.json.decode(_path(spec, cache).read_bytes(), type=Source)
        same = all(_entry(Path(entry[0])) == entry for entry in source.files)
    except (OSError, msgspec.MsgspecError):
        return ""
    return source.encoder if same and (source.form, source.spec) == (FORM, spec) else ""


def _path(spec: str, cache: Path) -> Path:
    return cache / "models" / "sources" / f"{hashlib.sha256(spec.encode()).hexdigest()[:16]}.json"


def _entry(path: Path) -> tuple[str, int, int, int]:
    stat = path.stat()
    return str(path), stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns
