"""What is to be done about a path: planned by `sync.plan`, carried out by `ingest.apply`."""

from dataclasses import dataclass

from muserd.ground.records import FileRecord, FileStat, FileState, Kind


@dataclass(frozen=True, slots=True)
class Seen:
    """A file as the tree shows it now."""

    path: bytes
    kind: Kind
    stat: FileStat


@dataclass(frozen=True, slots=True)
class Read:
    """The content is new or may have changed: read it."""

    seen: Seen


@dataclass(frozen=True, slots=True)
class Move:
    """The same inode under another name: only the path changes."""

    before: FileRecord
    seen: Seen


@dataclass(frozen=True, slots=True)
class Return:
    """A ghost is back, unchanged."""

    before: FileRecord
    seen: Seen


@dataclass(frozen=True, slots=True)
class Forget:
    """The path is gone from a tree that is there."""

    before: FileRecord


@dataclass(frozen=True, slots=True)
class Ghost:
    """The path of an item cannot be seen at present; nothing says that it is gone."""

    before: FileRecord
    state: FileState


@dataclass(frozen=True, slots=True)
class Part:
    """The file belongs to the item of another one: it is no item of its own."""

    before: FileRecord | None
    seen: Seen


Operation = Read | Move | Return | Forget | Ghost | Part
