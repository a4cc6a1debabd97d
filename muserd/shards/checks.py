"""What a shard says, checked before any of it is stored: shards come from other machines."""

from typing import Any

import msgspec
import numpy as np

from muserd.ground.errors import ShardError
from muserd.ground.facts import from_plain
from muserd.ground.kinds import kind_of
from muserd.ground.paths import display, is_inside
from muserd.ground.records import KIND_OF, THUMB_LEVELS_PX, FileStat, Space
from muserd.ground.texts import many_lines
from muserd.shards.manifest import MadeBy
from muserd.shards.records import FileRow, ItemRow
from muserd.workers.encode.outcomes import Encoded, FileTask
from muserd.workers.encode.readings import is_usable

MOST_THUMB_BYTES = 512 * 2**10
MOST_TEXT_BYTES = 256 * 2**20
MOST_FACTS_BYTES = 2**20

_WEBP_HEAD = 30  # bytes: enough of any WebP to know its size


def check_path(row: FileRow, roots: tuple[bytes, ...], space: Space) -> None:
    """Raise ShardError unless a row's path lies in its folder and is of its space."""
    path = row.path
    if row.root >= len(roots) or not is_plain(path) or not is_inside(path, roots[row.root]):
        raise ShardError(f"it names {display(path)}, which is in no folder that was imported")
    if kind_of(path) != KIND_OF[space]:
        raise ShardError(f"it names {display(path)} among the {space} files")


def is_plain(path: bytes) -> bool:
    """Whether a path is absolute and says where it leads: no `..`, no empty part, no NUL."""
    parts = path.split(b"/")
    return (
        path.startswith(b"/")
        and b"\0" not in path
        and not any(part in {b"", b".", b".."} for part in parts[1:])
    )


def encoded_of(
    row: FileRow, item: ItemRow, path: bytes, stat: FileStat, space: Space, made_by: MadeBy
) -> Encoded:
    """What a worker would have said of the file.

    Args:
        row: of the shard.
        item: what it has besides.
        path: of the file on this machine.
        stat: of that file.
        space: of the shard.
        made_by: the encoder of the space.

    Raises:
        ShardError: something of it cannot be.
    """
    vector = np.frombuffer(item.vector, "<f4").astype(np.float32)
    if not is_usable(vector, made_by.dim):
        raise ShardError(f"the vector of {display(row.path)} is of no use")
    for px, data in item.thumbs.items():
        if px not in THUMB_LEVELS_PX or not is_thumbnail(data, px):
            raise ShardError(f"a thumbnail of {display(row.path)} is none")
    if len(item.text) > MOST_TEXT_BYTES or len(item.facts) > MOST_FACTS_BYTES:
        raise ShardError(f"the text of {display(row.path)} is too long")
    try:
        values: dict[str, Any] = msgspec.msgpack.decode(item.facts, type=dict[str, Any])
        facts = from_plain(values)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ShardError(f"what is said of {display(row.path)} makes no sense: {error}") from error
    return Encoded(
        task=FileTask(path, KIND_OF[space]),
        stat=stat,
        kind=KIND_OF[space],
        content=row.sha256,
        encoder=made_by.info,
        vector=vector,
        name=display(path.rsplit(b"/", 1)[-1]),
        facts=facts,
        text=many_lines(item.text.decode("utf-8", "replace")),
        thumbs=item.thumbs,
    )


def is_thumbnail(data: bytes, px: int) -> bool:
    """Whether bytes are one WebP with no side longer than `px`, by its head and length.

    Source: the WebP container specification, RFC 9649.
    """
    if not _WEBP_HEAD <= len(data) <= MOST_THUMB_BYTES or data[:4] + data[8:12] != b"RIFFWEBP":
        return False
    length = int.from_bytes(data[4:8], "little") + 8
    if length not in {len(data), len(data) + 1}:
        return False
    width, height = _size(data)
    return 1 <= width <= px and 1 <= height <= px


def _size(data: bytes) -> tuple[int, int]:
    """Width and height; zeros where the head makes no sense."""
    match data[12:16]:
        case b"VP8 " if data[23:26] == b"\x9d\x01\x2a":
            pair = int.from_bytes(data[26:28], "little"), int.from_bytes(data[28:30], "little")
            return pair[0] & 0x3FFF, pair[1] & 0x3FFF
        case b"VP8L" if data[20] == 0x2F:
            bits = int.from_bytes(data[21:25], "little")
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8X":
            return (
                int.from_bytes(data[24:27], "little") + 1,
                int.from_bytes(data[27:30], "little") + 1,
            )
    return 0, 0
