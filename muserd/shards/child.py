"""Reads shards for muserd, which parses no Parquet of strangers itself.

Runs as a child that is shut in: it may read the folder of the shards, and write nothing. Asked for
`open`, `check` and `items`; it answers each with one frame of the same type, or `refused`.
"""

import hashlib
import os
import stat as modes
from pathlib import Path
from typing import Any

import numpy as np

from muserd.ground.errors import ShardError
from muserd.ground.wire import Header
from muserd.shards.manifest import MadeBy
from muserd.shards.records import FileRow, ItemRow, encode
from muserd.shards.table import FILE_COLUMNS, ITEM_COLUMNS, KEY, THUMBS, head, library, schema
from muserd.workers.process import confined
from muserd.workers.process.link import Link, run

MOST_FILES = 4_096  # of a shard
MOST_GROUP_BYTES = 512 * 2**20  # of a row group, unpacked
_CHUNK_BYTES = 4 * 2**20

Answer = tuple[Header, tuple[bytes, ...]]


class Shard:
    """One that is open. Raises ShardError for whatever is not as it is written."""

    def __init__(self, asked: Header) -> None:
        pa = library()
        self._path = Path(asked["path"])
        self._handle = os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        found = os.fstat(self._handle)
        if not modes.S_ISREG(found.st_mode) or found.st_size != asked["bytes"]:
            raise ShardError(
                f"it has {found.st_size:,} bytes instead of {asked['bytes']:,}: it is cut off"
            )
        self._file = pa.parquet.ParquetFile(os.fdopen(os.dup(self._handle), "rb"))
        made_by = MadeBy(id=asked["encoder"], label="", dim=asked["dim"])
        said = head(self._path.name, asked["plan"], made_by)
        columns = self._file.schema_arrow
        if (columns.metadata or {}).get(KEY) != said:
            raise ShardError("it is of another import, encoder or version than the manifest says")
        if not columns.equals(schema(said, made_by.dim)):
            raise ShardError("its columns are not those of a shard")
        self.groups = _groups(self._file.metadata, asked["files"])

    def files(self) -> list[FileRow]:
        """Its files, without what the items have besides."""
        columns = list(FILE_COLUMNS)
        rows = self._file.read(columns=columns, use_threads=False).to_pylist()
        return [FileRow(**row) for row in rows]

    def check(self, sha256: str) -> None:
        """Raise ShardError unless it is the very file that was made."""
        digest = hashlib.sha256()
        at = 0
        while data := os.pread(self._handle, _CHUNK_BYTES, at):
            digest.update(data)
            at += len(data)
        if digest.hexdigest() != sha256:
            raise ShardError("its checksum is another one than the manifest says: it was altered")

    def items(self, group: int, rows: list[int]) -> list[ItemRow]:
        """What some rows of a group have besides; `rows` count from the group's beginning."""
        table = self._file.read_row_group(group, columns=list(ITEM_COLUMNS), use_threads=False)
        return [_item(table, row) for row in rows]

    def close(self) -> None:
        """Let it go."""
        os.close(self._handle)


def _groups(metadata: Any, files: int) -> list[int]:
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    rows = [group.num_rows for group in groups]
    if sum(rows) != files or not 0 < files <= MOST_FILES:
        raise ShardError(f"it holds {sum(rows):,} files instead of {files:,}")
    if any(group.total_byte_size > MOST_GROUP_BYTES for group in groups):
        raise ShardError("a part of it is too large to be read")
    return rows


def _item(table: Any, row: int) -> ItemRow:
    def of(name: str) -> Any:
        return table.column(name)[row].as_py()

    vector = np.array(table.column("vector")[row].values or [], "<f4")
    thumbs = {px: of(name) for px, name in THUMBS}
    return ItemRow(
        name=of("name"),
        facts=of("facts"),
        text=of("text"),
        vector=vector.tobytes(),
        thumbs={px: data for px, data in thumbs.items() if data is not None},
    )


class Desk:
    """Answers what is asked, about one shard at a time."""

    def __init__(self) -> None:
        self._shard: Shard | None = None

    def answer(self, asked: Header) -> Answer:
        """The answer. Raises whatever the file provokes."""
        if asked["type"] == "open":
            if self._shard is not None:
                self._shard.close()
                self._shard = None
            self._shard = Shard(asked)
            groups = {"type": "open", "groups": self._shard.groups}
            return groups, (encode(self._shard.files()),)
        if self._shard is None:
            raise ShardError("no shard is open")
        if asked["type"] == "check":
            self._shard.check(asked["sha256"])
            return {"type": "check"}, ()
        items = self._shard.items(asked["group"], asked["rows"])
        return {"type": "items"}, (encode(items),)


def main(link: Link) -> None:
    """Answer until muserd closes the pipe."""
    desk = Desk()
    try:
        library()
    except ShardError as error:
        link.send({"type": "refused", "message": error.message, "hint": error.hint})
        return
    if confined.is_shut_in():
        confined.give_up_calls()
    while (frame := link.receive()) is not None:
        try:
            header, buffers = desk.answer(frame.header)
        except ShardError as error:
            link.send({"type": "refused", "message": error.message, "hint": error.hint})
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - of a foreign file: it costs itself only
            said = f"it is cut off or altered ({type(error).__name__})"
            link.send({"type": "refused", "message": said, "hint": ""})
        else:
            link.send(header, buffers)


if __name__ == "__main__":
    run(main)
