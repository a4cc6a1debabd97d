"""The rows of a shard, as they are written, sent between processes, and taken into the store."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from muserd.ground.records import I64, U64, ContentHash, FileStat

# item: a content with its vector. same: the content of an earlier row of the shard. part: belongs
# to another file. failed: cannot become an item. again: to be read again, by whoever adopts it.
State = Literal["item", "same", "part", "failed", "again"]

HASH_BYTES = 32
LONGEST_PATH = 4_095  # PATH_MAX of Linux, without its NUL

Signed = Annotated[int, Meta(ge=I64[0])]
Path = Annotated[bytes, Meta(min_length=2, max_length=LONGEST_PATH)]


class FileRow(msgspec.Struct, frozen=True, array_like=True):
    """A file of a shard.

    Attributes:
        path: absolute; need not be UTF-8.
        root: the folder that was imported and holds it, by its number in the manifest.
        mtime_ns, ctime_ns, inode: as `FileStat` has them. There is no device: it is none of the
            file's, and another one on each machine.
        content: SHA-256; empty but for `item` and `same`.
        cause, message, hint, retry: of `failed` and `again`, as those of a `FileError`.
    """

    path: Path
    root: Annotated[int, Meta(ge=0, le=2**31 - 1)]
    state: State
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    content: Annotated[bytes, Meta(max_length=HASH_BYTES)] = b""
    cause: Annotated[str, Meta(max_length=64)] = ""
    message: str = ""
    hint: str = ""
    retry: bool = False

    def __post_init__(self) -> None:
        """Raise ValueError for numbers that no stat has, and a hash of another length."""
        if not (0 <= self.size <= U64[1] and 0 <= self.inode <= U64[1]):
            raise ValueError("a size or inode out of range")
        if not all(I64[0] <= time <= I64[1] for time in (self.mtime_ns, self.ctime_ns)):
            raise ValueError("a time out of range")
        if len(self.content) != (HASH_BYTES if self.state in {"item", "same"} else 0):
            raise ValueError(f"a hash of {len(self.content)} bytes in a row of state {self.state}")

    @property
    def stat(self) -> FileStat:
        """Of the bytes that were read; the device is 0."""
        return FileStat(self.size, self.mtime_ns, self.ctime_ns, self.inode, 0)

    @property
    def sha256(self) -> ContentHash:
        """Of `item` and `same`."""
        return ContentHash(self.content)


class ItemRow(msgspec.Struct, frozen=True, array_like=True):
    """What a row of state `item` has besides.

    Attributes:
        name: of the file, for people.
        facts: MessagePack of `ground.facts.plain`.
        text: of a note, UTF-8; empty for pictures.
        vector: float32, little-endian.
        thumbs: WebP by longer side in pixels.
    """

    name: str
    facts: bytes
    text: bytes
    vector: bytes
    thumbs: dict[int, bytes]


encode = msgspec.msgpack.Encoder().encode
decode_files = msgspec.msgpack.Decoder(list[FileRow]).decode
decode_items = msgspec.msgpack.Decoder(list[ItemRow]).decode
