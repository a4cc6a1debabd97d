"""From what the scan saw and the workers found to the rows of a shard."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
import numpy as np

from muserd.bulk.plan import PlannedFile
from muserd.engine.sync.plan import RACY_MS
from muserd.ground.facts import plain
from muserd.ground.records import ContentHash, FileStat
from muserd.shards.records import FileRow, ItemRow, State, encode
from muserd.workers.encode.outcomes import Encoded, FileFailed, Outcome

# Only another look can tell what became of them: whoever adopts the shard leaves them to the scan.
_DOUBTFUL = frozenset({"vanished", "changed", "permission"})
_LONGEST_SAID = 1_000


@dataclass(slots=True)
class Rows:
    """A shard's: an item for each file of state `item`, else None."""

    files: list[FileRow] = field(default_factory=list)
    items: list[ItemRow | None] = field(default_factory=list)

    def add(self, row: FileRow, item: ItemRow | None = None) -> None:
        """One more."""
        self.files.append(row)
        self.items.append(item)


def rows_of(files: Sequence[PlannedFile], outcomes: Mapping[bytes, Outcome], now_ns: int) -> Rows:
    """The rows of some files, in their order.

    Args:
        files: of the shard.
        outcomes: of each that is no part.
        now_ns: Unix time after they were read: tells which of them may have changed since without
            their stat showing it.
    """
    rows, first = Rows(), set[ContentHash]()
    for file in files:
        if file.part:
            rows.add(_row(file, file.stat, "part"))
            continue
        match outcomes[file.path]:
            case Encoded() as one if _is_racy(one.stat, now_ns):
                said = "it was being changed when it was read"
                rows.add(_failed(file, one.stat, "again", "changed", said, "", retry=True))
            case Encoded() as one if one.content in first:
                rows.add(_row(file, one.stat, "same", one.content))
            case Encoded() as one:
                first.add(one.content)
                rows.add(_row(file, one.stat, "item", one.content), _item(one))
            case FileFailed() as one:
                rows.add(_failure(file, one))
            case other:
                raise TypeError(f"no outcome of a first reading: {other}")
    return rows


def _is_racy(stat: FileStat, now_ns: int) -> bool:
    return stat.ctime_ns // 1_000_000 > now_ns // 1_000_000 - RACY_MS


def _item(one: Encoded) -> ItemRow:
    return ItemRow(
        name=one.name,
        facts=encode(plain(one.facts)),
        text=one.text.encode("utf-8", "replace"),
        vector=np.ascontiguousarray(one.vector, "<f4").tobytes(),
        thumbs=one.thumbs,
    )


def _failure(file: PlannedFile, one: FileFailed) -> FileRow:
    doubtful = one.cause in _DOUBTFUL or (one.retry and one.stat is None)
    return _failed(
        file,
        one.stat or file.stat,
        "again" if doubtful else "failed",
        one.cause,
        one.message,
        one.hint,
        retry=one.retry,
    )


def _row(file: PlannedFile, stat: FileStat, state: State, content: bytes = b"") -> FileRow:
    return FileRow(
        path=file.path,
        root=file.root,
        state=state,
        size=stat.size,
        mtime_ns=stat.mtime_ns,
        ctime_ns=stat.ctime_ns,
        inode=stat.inode,
        content=content,
    )


def _failed(
    file: PlannedFile,
    stat: FileStat,
    state: State,
    cause: str,
    said: str,
    hint: str,
    *,
    retry: bool,
) -> FileRow:
    return msgspec.structs.replace(
        _row(file, stat, state),
        cause=cause,
        message=said[:_LONGEST_SAID],
        hint=hint[:_LONGEST_SAID],
        retry=retry,
    )
