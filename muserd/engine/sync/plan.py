"""The pure difference between what the store knows and what the tree holds.

`plan_scan` compares a whole root, `plan_paths` the paths that events named; both return the same
operations. Nothing is read, written or forgotten here: `engine.ingest.apply` carries them out.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from muserd.engine.operations import Forget, Ghost, Move, Operation, Part, Read, Return, Seen
from muserd.ground.paths import is_inside
from muserd.ground.records import FileRecord, FileStat, FileState, Kind

# Git's racy-clean rule: a file that changes within the granularity of its time stamp after it was
# looked at has the same stat. FAT's two seconds are the coarsest granularity in use. The ctime is
# compared, since nobody can set it: an mtime may lie in the future for years.
RACY_MS = 2_000


@dataclass(frozen=True, slots=True)
class Tree:
    """What a look at a root, or at some paths of it, showed.

    Attributes:
        seen: the files that are there.
        unreadable: files and folders that could not be looked into: EACCES is not a deletion.
        offline: the root itself is away; then `seen` means nothing.
        parts: those of `seen` that belong to another file: see `watch.parts`.
    """

    seen: Mapping[bytes, Seen]
    unreadable: frozenset[bytes] = frozenset()
    offline: bool = False
    parts: frozenset[bytes] = frozenset()


def plan_scan(known: Iterable[FileRecord], tree: Tree, *, force: bool = False) -> list[Operation]:
    """What to do so that the store equals the tree of one root.

    Args:
        known: every record of the root.
        tree: a complete scan of the root.
        force: read every file again, whatever its stat says.

    Returns:
        Operations; at most one for each path, but that a `Read` may follow a `Move`.
    """
    records = {record.path: record for record in known}
    if tree.offline:
        return [
            Ghost(r, FileState.OFFLINE)
            for r in records.values()
            if r.item is not None and r.state is not FileState.OFFLINE
        ]
    return _compare(records, tree, force=force)


def plan_paths(known: Mapping[bytes, FileRecord], tree: Tree) -> list[Operation]:
    """What to do about some paths that events named.

    Args:
        known: the records of these paths, and of everything below those that were folders.
        tree: what is there now under these names.
    """
    if tree.offline:
        return []  # the scan that found the root gone says so for all of it
    return _compare(dict(known), tree, force=False)


def forgets(operations: Iterable[Operation]) -> list[Forget]:
    """The operations that forget a path."""
    return [operation for operation in operations if isinstance(operation, Forget)]


def is_mass_delete(gone: int, known: int, *, share: float, count: int) -> bool:
    """Whether so much went at once that it should be confirmed: over the share and the number."""
    return gone >= count and known > 0 and gone / known >= share


def is_racy(record: FileRecord) -> bool:
    """Whether the file may have changed after it was looked at without its stat showing it."""
    return record.stat.ctime_ns // 1_000_000 > record.seen_at_ms - RACY_MS


def _compare(records: dict[bytes, FileRecord], tree: Tree, *, force: bool) -> list[Operation]:
    operations: list[Operation] = []
    missing: list[FileRecord] = []
    for path, record in records.items():
        seen = tree.seen.get(path)
        if seen is not None and path in tree.parts:
            if record.state is not FileState.PART or record.stat != seen.stat:
                operations.append(Part(record, seen))
        elif seen is not None:
            operations.extend(_same_path(record, seen, force=force))
        elif any(is_inside(path, folder) for folder in tree.unreadable):
            if record.item is not None and record.state is not FileState.UNREADABLE:
                operations.append(Ghost(record, FileState.UNREADABLE))
        else:
            missing.append(record)
    new = [seen for path, seen in tree.seen.items() if path not in records]
    operations.extend(Part(None, seen) for seen in new if seen.path in tree.parts)
    arrived = [seen for seen in new if seen.path not in tree.parts]
    return operations + _pair(missing, arrived, force=force)


def _same_path(record: FileRecord, seen: Seen, *, force: bool) -> list[Operation]:
    if force or record.stat != seen.stat or record.kind != seen.kind or is_racy(record):
        return [Read(seen)]
    if record.state is FileState.PART:
        return [Read(seen)]  # its leader went
    if record.state in (FileState.OFFLINE, FileState.UNREADABLE):
        return [Return(record, seen)]
    return []


def _pair(missing: list[FileRecord], arrived: list[Seen], *, force: bool) -> list[Operation]:
    """Renames are a path that went and a path that came with the same inode, size and mtime."""
    by_identity: defaultdict[tuple[int, int, int, str], list[FileRecord]] = defaultdict(list)
    for record in missing:
        if record.item is not None and not is_racy(record):
            by_identity[_identity(record.stat, record.kind)].append(record)
    operations: list[Operation] = []
    moved: set[bytes] = set()
    for seen in arrived:
        candidates = by_identity.get(_identity(seen.stat, seen.kind))
        if candidates and not force:
            before = candidates.pop()
            moved.add(before.path)
            operations.append(Move(before, seen))
            if before.state is FileState.UNREADABLE:
                operations.append(Read(seen))  # a new name does not make it readable
        else:
            operations.append(Read(seen))
    operations.extend(Forget(record) for record in missing if record.path not in moved)
    return operations


def _identity(stat: FileStat, kind: Kind) -> tuple[int, int, int, str]:
    return stat.inode, stat.size, stat.mtime_ns, kind
