"""How records become bytes. Every value starts with a version byte; nothing is pickled.

The layouts are described in docs/formats.md, Store. A number is little-endian unless it is part
of a key: keys are big-endian, so that LMDB's order is the numeric order.
"""

import dataclasses
import hashlib
import json
import struct
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from muserd.ground.errors import StoreError
from muserd.ground.facts import Facts
from muserd.ground.gathered import Collection
from muserd.ground.records import (
    I64,
    LEVELS,
    NEIGHBOURS_KEPT,
    U64,
    ContentHash,
    Failure,
    FileRecord,
    FileStat,
    FileState,
    FitNumber,
    FitRecord,
    ItemId,
    ItemRecord,
    Kind,
    PlaceRecord,
    Region,
    RegionId,
    Slot,
    within,
)

VERSION = 1
_VERSION_BYTE = bytes([VERSION])
_NONE_U32 = 0xFFFFFFFF
_NONE_I64 = -(2**63)

_KIND_CODES = {"image": 0, "note": 1}
_KINDS = ("image", "note")
_STATE_CODES = {state: code for code, state in enumerate(FileState)}
_STATES = tuple(FileState)

_U32 = struct.Struct(">I")
# version, kind, state, root length, size, mtime, ctime, inode, device, item, seen at; then the path
_FILE = struct.Struct("<BBBHQqqQQIq")
# version, kind, slot, hash, added, gone, previous; then name and facts
_ITEM_VERSION = 2
_ITEM = struct.Struct("<BBI32sqqI")
_WORDS = msgspec.msgpack.Decoder(tuple[str, Facts])
# version, x, y, rx, ry, regions, fit, settled, confidence, rank
_PLACE = struct.Struct("<Bffff3iI?fB")
_LINEAGE = struct.Struct("<Bif?")

# The same records as rows of arrays, for those who read all of them.
PLACE_ROW = np.dtype(
    [
        ("version", "u1"),
        ("place", "<f4", 2),
        ("relaxed", "<f4", 2),
        ("regions", "<i4", 3),
        ("fit", "<u4"),
        ("settled", "?"),
        ("confidence", "<f4"),
        ("rank", "u1"),
    ]
)
NEIGHBOURS_ROW = np.dtype(
    [("version", "u1"), ("slots", "<i4", NEIGHBOURS_KEPT), ("cosines", "<f4", NEIGHBOURS_KEPT)]
)
LINEAGE_ROW = np.dtype([("version", "u1"), ("parent", "<i4"), ("cosine", "<f4"), ("weak", "?")])

# LMDB's longest key is 511 bytes; a longer path keeps its beginning, for order, and a digest.
_LONGEST_PATH_KEY = 480


def u32_key(number: int) -> bytes:
    """A key that sorts as its number does."""
    return _U32.pack(number)


def number_of(key: bytes) -> int:
    """The number of a `u32_key`."""
    return int(_U32.unpack(key[:4])[0])


def path_key(path: bytes) -> bytes:
    """A key of at most 511 bytes for any path; equal only for equal paths."""
    if len(path) <= _LONGEST_PATH_KEY:
        return path
    digest = hashlib.blake2b(path, digest_size=24).digest()
    return path[:_LONGEST_PATH_KEY] + b"\0" + digest  # a NUL cannot be part of a path


def path_entry(item: int, path: bytes) -> bytes:
    """The key of a path among those of its item."""
    return u32_key(item) + hashlib.blake2b(path, digest_size=16).digest()


def content_key(kind: str, content: ContentHash) -> bytes:
    """The same bytes may be a note under one name and unknown under another: the kind counts."""
    return bytes([_KIND_CODES[kind]]) + content


def pair_key(kind: str, one: ContentHash, other: ContentHash) -> bytes:
    """The key of two contents of a kind, whichever comes first."""
    return bytes([_KIND_CODES[kind]]) + b"".join(sorted((one, other)))


def content_of(key: bytes) -> tuple[Kind, ContentHash]:
    """The kind and hash of a `content_key`."""
    return _KINDS[key[0]], ContentHash(key[1:])  # type: ignore[return-value]


_COLLECTION = msgspec.msgpack.Decoder(Collection)


def encode_collection(collection: Collection) -> bytes:
    """A Collection as bytes."""
    return _VERSION_BYTE + msgspec.msgpack.encode(collection)


def decode_collection(data: bytes) -> Collection:
    """The Collection that `encode_collection` wrote."""
    _expect(data[0], "collection")
    return _COLLECTION.decode(memoryview(data)[1:])


def encode_file(record: FileRecord) -> bytes:
    """A FileRecord as bytes."""
    stat = record.stat
    head = _FILE.pack(
        VERSION,
        _KIND_CODES[record.kind],
        _STATE_CODES[record.state],
        len(record.root),
        within(stat.size, U64),
        within(stat.mtime_ns, I64),
        within(stat.ctime_ns, I64),
        within(stat.inode, U64),
        within(stat.device, U64),
        _NONE_U32 if record.item is None else record.item,
        record.seen_at_ms,
    )
    return head + record.path


def decode_file(data: bytes) -> FileRecord:
    """The FileRecord that `encode_file` wrote."""
    (version, kind, state, root_length, size, mtime, ctime, inode, device, item, seen_at) = (
        _FILE.unpack_from(data)
    )
    _expect(version, "file")
    path = data[_FILE.size :]
    return FileRecord(
        path=path,
        root=path[:root_length],
        kind=_KINDS[kind],  # type: ignore[arg-type]
        stat=FileStat(size, mtime, ctime, inode, device),
        state=_STATES[state],
        item=None if item == _NONE_U32 else ItemId(item),
        seen_at_ms=seen_at,
    )


def encode_item(record: ItemRecord) -> bytes:
    """An ItemRecord as bytes: a fixed head, then name and facts as MessagePack."""
    head = _ITEM.pack(
        _ITEM_VERSION,
        _KIND_CODES[record.kind],
        record.slot,
        record.content,
        record.added_at_ms,
        _NONE_I64 if record.gone_at_ms is None else record.gone_at_ms,
        _NONE_U32 if record.previous is None else record.previous,
    )
    return head + msgspec.msgpack.encode((record.name, record.facts))


def decode_item(item: ItemId, data: bytes) -> ItemRecord:
    """The ItemRecord that `encode_item` wrote."""
    version, kind, slot, content, added, gone, before = _ITEM.unpack_from(data)
    _expect(version, "item", _ITEM_VERSION)
    name, facts = _WORDS.decode(memoryview(data)[_ITEM.size :])
    return ItemRecord(
        id=item,
        slot=Slot(slot),
        kind=_KINDS[kind],  # type: ignore[arg-type]
        content=ContentHash(content),
        name=name,
        facts=facts,
        added_at_ms=added,
        gone_at_ms=None if gone == _NONE_I64 else gone,
        previous=None if before == _NONE_U32 else ItemId(before),
    )


def encode_place(place: PlaceRecord) -> bytes:
    """A PlaceRecord as bytes; coordinates keep every bit of their float32."""
    return _PLACE.pack(
        VERSION,
        place.x,
        place.y,
        place.rx,
        place.ry,
        *place.regions,
        place.fit,
        place.settled,
        place.confidence,
        place.rank,
    )


def decode_place(data: bytes) -> PlaceRecord:
    """The PlaceRecord that `encode_place` wrote."""
    version, x, y, rx, ry, r0, r1, r2, fit, settled, confidence, rank = _PLACE.unpack(data)
    _expect(version, "place")
    regions = (RegionId(r0), RegionId(r1), RegionId(r2))
    return PlaceRecord(x, y, rx, ry, regions, FitNumber(fit), settled, confidence, rank)


def decode_rows(data: list[bytes], row: np.dtype[np.void]) -> NDArray[np.void]:
    """Records of one kind, as many as there are of `data`; see the dtypes above.

    Raises:
        StoreError: one is of another version or length.
    """
    rows = np.frombuffer(b"".join(data), np.uint8)
    if len(rows) != len(data) * row.itemsize:
        raise StoreError("a record has another length than its kind")
    records = rows.view(row)
    if (records["version"] != VERSION).any():
        raise StoreError("a record is of another version")
    return records


def encode_vector(vector: NDArray[np.float32]) -> bytes:
    """A vector, float32 [dim], as bytes."""
    return _VERSION_BYTE + np.ascontiguousarray(vector, dtype="<f4").tobytes()


def decode_vector(data: bytes) -> NDArray[np.float32]:
    """A vector, float32 [dim]; read-only."""
    _expect(data[0], "vector")
    return np.frombuffer(data, dtype="<f4", offset=1)


def encode_neighbours(slots: NDArray[np.int32], cosines: NDArray[np.float32]) -> bytes:
    """Up to 30 nearest slots (int32, −1 pads) and their cosines (float32), nearest first."""
    return (
        _VERSION_BYTE
        + slots.astype("<i4", copy=False).tobytes()
        + cosines.astype("<f4", copy=False).tobytes()
    )


def decode_neighbours(data: bytes) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Slots int32 [30] and cosines float32 [30]; read-only."""
    _expect(data[0], "neighbours")
    slots = np.frombuffer(data, dtype="<i4", offset=1, count=NEIGHBOURS_KEPT)
    return slots, np.frombuffer(data, dtype="<f4", offset=1 + slots.nbytes, count=NEIGHBOURS_KEPT)


def encode_lineage(parent: int, cosine: float, weak: bool) -> bytes:
    """The parent's slot (−1: the root), the cosine to it, whether the join is weak."""
    return _LINEAGE.pack(VERSION, parent, cosine, weak)


def decode_lineage(data: bytes) -> tuple[int, float, bool]:
    """What `encode_lineage` wrote."""
    version, parent, cosine, weak = _LINEAGE.unpack(data)
    _expect(version, "lineage")
    return parent, cosine, weak


def encode_region(region: Region) -> bytes:
    """A Region as bytes."""
    return _VERSION_BYTE + _json(dataclasses.asdict(region))


def decode_region(data: bytes) -> Region:
    """The Region that `encode_region` wrote."""
    _expect(data[0], "region")
    return msgspec.convert(json.loads(data[1:]), Region)


def encode_fit(fit: FitRecord) -> bytes:
    """A FitRecord as bytes."""
    return _VERSION_BYTE + _json(dataclasses.asdict(fit))


def decode_fit(data: bytes) -> FitRecord:
    """The FitRecord that `encode_fit` wrote."""
    _expect(data[0], "fit")
    return msgspec.convert(json.loads(data[1:]), FitRecord)


def encode_failure(failure: Failure) -> bytes:
    """A Failure as bytes: JSON, then the path, which need not be Unicode."""
    values = dataclasses.asdict(failure)
    del values["path"]
    body = _json(values)
    return _VERSION_BYTE + _U32.pack(len(body)) + body + failure.path


def decode_failure(data: bytes) -> Failure:
    """The Failure that `encode_failure` wrote."""
    _expect(data[0], "failure")
    length = number_of(data[1:5])
    values = json.loads(data[5 : 5 + length])
    stat = values.pop("stat")
    return Failure(
        **values, path=data[5 + length :], stat=FileStat(**stat) if stat is not None else None
    )


def assert_finite(vector: NDArray[np.float32], dim: int) -> None:
    """Refuse a vector that is not float32 [dim], finite and of unit length (± 1e-3)."""
    if vector.shape != (dim,) or vector.dtype != np.float32:
        raise StoreError(
            f"a vector of shape {vector.shape}, {vector.dtype}; expected [{dim}] float32"
        )
    length = float(np.linalg.norm(vector))
    if not abs(length - 1.0) <= 1e-3:
        raise StoreError(f"a vector of length {length}; expected 1")


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "surrogatepass"
    )


def _expect(version: int, what: str, newest: int = VERSION) -> None:
    if version != newest:
        raise StoreError(
            f"a {what} record of version {version}; this Muser reads {newest}",
            "the store was written by another version: update Muser",
        )


assert LEVELS == 3  # noqa: S101 - the place codec has three region fields
