"""Relations between items: what a note links to, shows or names; what was made on the same day.

They are a pure function of the files that are there and of what the notes say: nothing about a
relation is kept that could be out of date. The store finds files by name and notes by what they
mention (`store.names`), so that an answer takes as long as a note has links.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from muserd.ground.facts import Facts
from muserd.ground.formats import FORMATS
from muserd.ground.paths import is_inside
from muserd.ground.records import FileRecord, FileState, ItemId, ItemRecord
from muserd.store.names import folded, mentioned, names_of
from muserd.store.reader import Reader
from muserd.watch.parts import leaders_of, prefixes_of

EdgeKind = Literal["link", "embed", "name", "day"]

_MOST_PATHS = 8  # of one item that are looked from
_MOST_CANDIDATES = 500  # files of one name, notes that mention one
_MOST_NEIGHBOURS = 24  # items of the same day and folder
_MOST_IN_FOLDER = 2_000  # files of a folder that are looked at for them
_NOTE_SUFFIXES = (b".md", *(s for row in FORMATS if row.kind == "note" for s in row.suffixes))
_DAY = 10  # characters of `2024-03-05`
REASONS_OUT = {"link": "links to it", "embed": "shows it", "name": "names its file"}
REASONS_IN = {"link": "is linked from there", "embed": "is shown there", "name": "is named there"}


@dataclass(frozen=True, slots=True)
class Edge:
    """A relation of one item to another.

    Attributes:
        item: the other one.
        kind: see `Facts.links`; `day`: both are of one day and lie in one folder.
        outward: whether the first item points at the other.
        reason: for people.
    """

    item: ItemRecord
    kind: EdgeKind
    outward: bool
    reason: str


def edges_of(reader: Reader, item: ItemRecord, roots: frozenset[bytes]) -> list[Edge]:
    """All relations of an item, those that it makes itself first, each pair and direction once.

    Args:
        reader: of the store.
        item: the one.
        roots: folders whose files count.
    """
    found: dict[tuple[ItemId, bool], Edge] = {}
    for kind, other in outward_of(reader, item, roots):
        _keep(found, Edge(other, kind, True, REASONS_OUT[kind]))
    for kind, other in _inward(reader, item, roots):
        _keep(found, Edge(other, kind, False, REASONS_IN[kind]))
    known = {other for other, _ in found}
    for other, day in same_day_of(reader, item, roots):
        if other.id not in known:
            _keep(found, Edge(other, "day", True, f"same folder, same day: {day}"))
    return list(found.values())


def _keep(found: dict[tuple[ItemId, bool], Edge], edge: Edge) -> None:
    found.setdefault((edge.item.id, edge.outward), edge)


def outward_of(
    reader: Reader, item: ItemRecord, roots: frozenset[bytes]
) -> Iterator[tuple[EdgeKind, ItemRecord]]:
    """What an item points at, and how."""
    sources = _files(reader, item, roots)
    for kind, target in item.facts.links:
        for source in sources:
            other = resolve(reader, source, target, roots)
            if other is not None and other != item.id:
                record = reader.item(other)
                if record is not None and record.gone_at_ms is None:
                    yield kind, record  # type: ignore[misc]
                    break


def _inward(
    reader: Reader, item: ItemRecord, roots: frozenset[bytes]
) -> Iterator[tuple[EdgeKind, ItemRecord]]:
    wanted = {name for file in _files(reader, item, roots) for name in names_of(file.path)}
    wanted |= {folded(alias) for alias in item.facts.aliases}
    for name in sorted(wanted):
        for other in islice(reader.mentions(name), _MOST_CANDIDATES):
            record = reader.item(other) if other != item.id else None
            if record is None or record.gone_at_ms is not None:
                continue
            for kind, target in record.facts.links:
                if mentioned(target) == name and any(
                    resolve(reader, source, target, roots) == item.id
                    for source in _files(reader, record, roots)
                ):
                    yield kind, record  # type: ignore[misc]
                    break


def parts_of(reader: Reader, item: ItemRecord, roots: frozenset[bytes]) -> list[FileRecord]:
    """The files that belong to an item beside its own: raw data, a film, the rest of a burst."""
    found: dict[bytes, FileRecord] = {}
    for file in _files(reader, item, roots):
        for prefix in prefixes_of(file.path):
            for other in islice(reader.files_beginning(prefix), _MOST_CANDIDATES):
                led = other.state is FileState.PART and other.root in roots
                if led and file.path in leaders_of(other.path, other.stat.size):
                    found[other.path] = other
    return [found[path] for path in sorted(found)]


def resolve(
    reader: Reader, source: FileRecord, target: str, roots: frozenset[bytes]
) -> ItemId | None:
    """The item that a target means in a file; None where there is none.

    First as a path from the file's folder, then from each folder above it up to its root, which
    may be a vault; at last by its name anywhere, the nearest file first.
    """
    path = os.fsencode(target.replace("\\", "/"))
    folder = os.path.dirname(source.path)
    while True:
        start = source.root if path.startswith(b"/") else folder
        wanted = os.path.normpath(os.path.join(start, path.lstrip(b"/")))
        for candidate in (wanted, *(wanted + suffix for suffix in _NOTE_SUFFIXES)):
            item = _item_at(reader, candidate, roots) if is_inside(candidate, source.root) else None
            if item is not None:
                return item
        if path.startswith(b"/") or not is_inside(folder, source.root) or folder == source.root:
            return _by_name(reader, source, path, target, roots)
        folder = os.path.dirname(folder)


def _by_name(
    reader: Reader, source: FileRecord, path: bytes, target: str, roots: frozenset[bytes]
) -> ItemId | None:
    """The nearest file with the name, whose folders end as those of the target do."""
    tail = folded(os.fsdecode(os.path.normpath(path.lstrip(b"/"))))
    if b"../" in tail or tail in {b".", b".."}:
        return None
    best: tuple[tuple[object, ...], ItemId] | None = None
    for found in islice(reader.named(mentioned(target)), _MOST_CANDIDATES):
        if not isinstance(found, bytes):
            if best is None:
                best = ((2,), found)  # an alias is the last resort
            continue
        whole = b"/" + folded(os.fsdecode(found[-300:].lstrip(b"/")))
        stem = os.path.splitext(whole)[0]
        if not (whole.endswith(b"/" + tail) or stem.endswith(b"/" + tail)):
            continue
        item = _item_at(reader, found, roots)
        if item is not None:
            rank = (1, -_common(found, source.path), found.count(b"/"), len(found), found)
            if best is None or rank < best[0]:
                best = (rank, item)
    return best[1] if best is not None else None


def _common(one: bytes, other: bytes) -> int:
    """How many folders two paths have in common."""
    parts = zip(os.path.dirname(one).split(b"/"), os.path.dirname(other).split(b"/"), strict=False)
    return next((at for at, (a, b) in enumerate(parts) if a != b), len(one))


def _item_at(reader: Reader, path: bytes, roots: frozenset[bytes]) -> ItemId | None:
    file = reader.file(path)
    there = file is not None and file.state is FileState.PRESENT and file.root in roots
    return file.item if file is not None and there else None


def _files(reader: Reader, item: ItemRecord, roots: frozenset[bytes]) -> list[FileRecord]:
    files = map(reader.file, islice(reader.paths(item.id), _MOST_PATHS))
    return [
        file
        for file in files
        if file is not None and file.state is FileState.PRESENT and file.root in roots
    ]


def same_day_of(
    reader: Reader, item: ItemRecord, roots: frozenset[bytes]
) -> Iterator[tuple[ItemRecord, str]]:
    """Items of the other kind in the same folder and of the same day, the nearest names first."""
    day = _day(item.facts)
    files = _files(reader, item, roots)
    if not day or not files:
        return
    folder = os.path.dirname(files[0].path) + b"/"
    count = 0
    for file in islice(reader.files_below(folder[:-1]), _MOST_IN_FOLDER):
        if b"/" in file.path[len(folder) :] or file.kind == item.kind or file.item is None:
            continue
        if file.state is not FileState.PRESENT or file.root not in roots:
            continue
        other = reader.item(file.item)
        if other is not None and _day(other.facts) == day:
            yield other, day
            count += 1
            if count >= _MOST_NEIGHBOURS:
                return


def _day(facts: Facts) -> str:
    """The day that something is of; empty where only the file system says so, or nobody."""
    if facts.time_doubtful or facts.time_source == "mtime":
        return ""
    return facts.when[:_DAY] if facts.time_precision in {"time", "day"} else ""
