"""Which rows of a shard are taken: those whose files are there, as they were, and are not known."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field

from muserd.ground.kinds import kind_of
from muserd.ground.paths import is_inside
from muserd.ground.records import SPACE_OF, FileRecord, FileStat, FileState
from muserd.shards.records import FileRow
from muserd.store.reader import Reader
from muserd.watch.ignore import Ignore
from muserd.watch.scan import look


@dataclass(frozen=True, slots=True)
class Target:
    """A watched folder, as it was when the adoption began."""

    raw: bytes
    kinds: frozenset[str]
    ignore: Ignore


@dataclass(frozen=True, slots=True)
class Rebase:
    """Paths below a folder of the import, on this machine.

    Attributes:
        before: as in the import.
        now: here.
        told: somebody said so: then size and mtime tell that a file is the same, since inode and
            ctime are another file system's.
    """

    before: bytes
    now: bytes
    told: bool


@dataclass(frozen=True, slots=True)
class Taken:
    """A row that is taken.

    Attributes:
        number: of the row in its shard.
        root: the watched folder that holds it.
        stat: as its file is now.
    """

    number: int
    row: FileRow
    path: bytes
    root: bytes
    stat: FileStat


@dataclass(slots=True)
class Counts:
    """What became of the files of some shards.

    Attributes:
        items: new on the maps.
        files: taken; those of items that were known, parts, and failures included.
        known: were in the store already.
        changed: are not as they were when they were imported: the scan reads them.
        gone: are not there.
        left_out: are in no watched folder, or left out by its rules.
        again: could not be read by the import: the scan reads them.
    """

    items: int = 0
    files: int = 0
    known: int = 0
    changed: int = 0
    gone: int = 0
    left_out: int = 0
    again: int = 0


@dataclass(slots=True)
class Selection:
    """Chooses rows, and counts those that are not chosen. For one thread."""

    targets: Sequence[Target]
    rebases: Sequence[Rebase]
    counts: Counts = field(default_factory=Counts)

    def of(self, files: Sequence[FileRow], reader: Reader) -> list[Taken]:
        """The rows of a shard that are taken, in their order."""
        found = (self._one(number, row, reader) for number, row in enumerate(files))
        return [one for one in found if one is not None]

    def _one(self, number: int, row: FileRow, reader: Reader) -> Taken | None:
        counts, rebase = self.counts, self.rebases[row.root]
        if row.state == "again":
            counts.again += 1
            return None
        path = rebased(row.path, rebase)
        root = self._root(path)
        if root is None:
            counts.left_out += 1
            return None
        try:
            stat = look(path)
        except PermissionError:
            stat = None
        if stat is None:
            counts.gone += 1
        elif not _agrees(stat, row.stat, told=rebase.told):
            counts.changed += 1
        elif _is_stored(row, stat, reader.file(path), reader):
            counts.known += 1
        else:
            return Taken(number, row, path, root, stat)
        return None

    def _root(self, path: bytes) -> bytes | None:
        """The folder that holds a path, if its rules take it."""
        holding = [one for one in self.targets if is_inside(path, one.raw)]
        target = max(holding, key=lambda one: len(one.raw), default=None)
        if target is None or kind_of(path) not in target.kinds or target.ignore.skips_file(path):
            return None
        return target.raw


def rebased(path: bytes, rebase: Rebase) -> bytes:
    """A path on this machine."""
    if rebase.before == rebase.now:
        return path
    inner = path[len(rebase.before.rstrip(b"/")) + 1 :]
    return os.path.join(rebase.now, inner)


def _agrees(now: FileStat, then: FileStat, *, told: bool) -> bool:
    if told:
        return (now.size, now.mtime_ns) == (then.size, then.mtime_ns)
    return now == then


def _is_stored(row: FileRow, stat: FileStat, record: FileRecord | None, reader: Reader) -> bool:
    """Whether the store says of a file what the row says, or knows better."""
    if record is None:
        return False
    if record.stat != stat:
        return False  # what is there now is what was imported
    match row.state:
        case "part":
            return record.state is FileState.PART
        case "failed":
            return record.state is FileState.FAILED or record.item is not None
    item = reader.item(record.item) if record.item is not None else None
    if item is None or item.content != row.sha256:
        return False
    return reader.vector(SPACE_OF[item.kind], item.slot) is not None
