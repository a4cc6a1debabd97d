"""Shards as Parquet: their columns, and how they are written so that equal rows are equal bytes."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from muserd.ground.errors import ShardError
from muserd.ground.records import THUMB_LEVELS_PX
from muserd.shards.manifest import FORMAT, MadeBy
from muserd.shards.records import FileRow, ItemRow

MOST_ROWS = 64  # of a row group: what whoever reads it holds
MOST_GROUP_BYTES = 8 * 2**20
KEY = b"muser"  # of the schema's metadata: what a shard says of itself, as JSON
_LEVEL = 3  # of zstd
THUMBS = tuple((px, f"thumb_{px}") for px in THUMB_LEVELS_PX)
FILE_COLUMNS = FileRow.__struct_fields__
ITEM_COLUMNS = ("name", "facts", "text", "vector", *(name for _, name in THUMBS))


def library() -> Any:
    """pyarrow, with its Parquet.

    Raises:
        ShardError: it is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as _  # noqa: F401 - makes `pa.parquet`
    except ImportError as error:
        raise ShardError(
            f"shards are files of Parquet, and pyarrow cannot be imported: {error}",
            'pip install "muser[parquet]"',
        ) from error
    return pa


def head(name: str, plan: str, made_by: MadeBy) -> bytes:
    """What a shard says of itself: its name, the plan that it is of, and its encoder."""
    said = {"format": FORMAT, "name": name, "plan": plan, "encoder": made_by.id}
    return json.dumps({**said, "dim": made_by.dim}, sort_keys=True).encode()


def schema(said: bytes, dim: int) -> Any:
    """The columns of a shard whose vectors have `dim` numbers."""
    pa = library()
    texts = ("state", "cause", "message", "hint")
    numbers = {
        "root": pa.int32(),
        "size": pa.uint64(),
        "mtime_ns": pa.int64(),
        "ctime_ns": pa.int64(),
        "inode": pa.uint64(),
        "retry": pa.bool_(),
    }
    files = [
        pa.field(name, pa.string() if name in texts else numbers.get(name, pa.binary()), False)
        for name in FILE_COLUMNS
    ]
    items = [
        pa.field("name", pa.string()),
        pa.field("facts", pa.binary()),
        pa.field("text", pa.binary()),
        pa.field("vector", pa.list_(pa.float32(), dim)),
        *(pa.field(name, pa.binary()) for _, name in THUMBS),
    ]
    return pa.schema([*files, *items], metadata={KEY: said})


def written(
    said: bytes, dim: int, files: Sequence[FileRow], items: Sequence[ItemRow | None]
) -> bytes:
    """The bytes of a shard: a pure function of its rows.

    Args:
        said: see `head`.
        dim: of the vectors.
        files: its rows.
        items: as many; None for rows of another state than `item`.
    """
    pa = library()
    columns = schema(said, dim)
    sink = pa.BufferOutputStream()
    with pa.parquet.ParquetWriter(
        sink,
        columns,
        version="2.6",
        data_page_version="1.0",
        compression="zstd",
        compression_level=_LEVEL,
        use_dictionary=False,
        write_statistics=False,
    ) as writer:
        for group in _groups(items):
            table = _table(pa, columns, dim, files[group], items[group])
            writer.write_table(table, row_group_size=max(len(table), 1))
    return bytes(sink.getvalue())


def _groups(items: Sequence[ItemRow | None]) -> Iterator[slice]:
    """Row groups that are bounded in rows and bytes; one row is never cut."""
    start = size = 0
    for at, item in enumerate(items):
        own = (
            0
            if item is None
            else len(item.text) + len(item.facts) + sum(map(len, item.thumbs.values()))
        )
        if at > start and (at - start >= MOST_ROWS or size + own > MOST_GROUP_BYTES):
            yield slice(start, at)
            start, size = at, 0
        size += own
    if start < len(items):
        yield slice(start, len(items))


def _size(item: ItemRow) -> int:
    return len(item.text) + len(item.facts) + sum(map(len, item.thumbs.values()))


def _table(
    pa: Any, columns: Any, dim: int, files: Sequence[FileRow], items: Sequence[ItemRow | None]
) -> Any:
    arrays = [
        pa.array([getattr(row, name) for row in files], columns.field(name).type)
        for name in FILE_COLUMNS
    ]
    for name in ("name", "facts", "text"):
        values = [None if item is None else getattr(item, name) for item in items]
        arrays.append(pa.array(values, columns.field(name).type))
    arrays.append(_vectors(pa, dim, items))
    for px, _ in THUMBS:
        thumbs = [None if item is None else item.thumbs.get(px) for item in items]
        arrays.append(pa.array(thumbs, pa.binary()))
    return pa.Table.from_arrays(arrays, schema=columns)


def _vectors(pa: Any, dim: int, items: Sequence[ItemRow | None]) -> Any:
    empty = bytes(4 * dim)
    joined = b"".join(empty if item is None else item.vector for item in items)
    flat = pa.array(np.frombuffer(joined, "<f4"))
    mask = pa.array([item is None for item in items], pa.bool_())
    return pa.FixedSizeListArray.from_arrays(flat, dim, mask=mask)
