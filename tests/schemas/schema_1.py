"""A store of schema 1, written byte by byte: none of Muser's codecs is used, they go on.

Fits did not yet tell what became of their regions.
"""

import hashlib
import json
import os
import struct
import zlib
from pathlib import Path
from typing import Any

import lmdb
import numpy as np

TABLES = ("files", "items", "contents", "paths", "texts", "thumbs", "failures", "journal", "meta")
PER_SPACE = ("slots", "vectors", "places", "neighbours", "lineage", "fits", "maps", "regions")
NOW_MS = 1_795_000_000_000
NONE_U32, NONE_I16, NONE_I64 = 0xFFFFFFFF, -32768, -(2**63)
V = b"\x01"  # the version byte of every record
PLACES = {0: (1.5, -2.25), 1: (0.5, 3.0), 2: (-1.0, 0.125), 3: (4.0, 4.0)}
GONE = 3  # an item whose file was deleted
REGION = {
    "id": 7,
    "parent": -1,
    "level": 0,
    "name": "Named by hand",
    "pinned": True,
    "terms": ["one", "two"],
    "colour": "#5a7d9a",
    "count": 3,
    "x": 0.25,
    "y": 0.5,
    "medoid": 1,
    "first_time_ms": NOW_MS,
    "last_time_ms": NOW_MS,
    "retired": False,
}
FIT = {
    "number": 1,
    "space": "text",
    "encoder": "fake-text",
    "at_ms": NOW_MS,
    "items": 4,
    "method": "small",
    "state": "current",
    "reason": "small",
    "seconds": 0.5,
    "quality": None,
    "drift": None,
    "params": {},
}


def write(folder: Path, notes: list[Path], broken: Path, vector_of: Any) -> None:
    """Three notes that are there, one that is gone, one file that is no item.

    Args:
        folder: of the store.
        notes: three files that exist; the store knows them as they are.
        broken: a fourth, which failed.
        vector_of: from a SHA-256 to a unit vector, float32 [16].
    """
    folder.mkdir(parents=True)
    environment = lmdb.open(str(folder), map_size=2**24, max_dbs=40, mode=0o600, lib_version=0)
    names = [*TABLES, *(f"{table}/{space}" for space in ("image", "text") for table in PER_SPACE)]
    tables = {name: environment.open_db(name.encode()) for name in names}
    with environment.begin(write=True) as transaction:

        def put(table: str, key: bytes, data: bytes) -> None:
            transaction.put(key, data, db=tables[table])

        for number, path in enumerate([*notes, None]):
            _item(put, number, path, vector_of)
        _failure(put, broken)
        put("regions/text", u32(7), V + js(REGION))
        put("fits/text", u32(1), V + js(FIT))
        put("maps/text", u32(1), map_of(4))
        put("journal", u32(0), js({"revision": 5, "name": "items", "data": {}}))
        for name, value in {
            "schema": 1,
            "revision": 5,
            "next-event": 1,
            "next-item": 4,
            "next-slot/text": 4,
            "encoder/text": {
                "id": "fake-text",
                "label": "Fake",
                "dim": 16,
                "device": "cpu",
                "note": "",
            },
        }.items():
            put("meta", name.encode(), js(value))
    environment.close()


def content_of(path: Path | None) -> bytes:
    """The bytes of a note, or of the one that is gone."""
    return path.read_bytes() if path is not None else b"a note that is gone"


def u32(number: int) -> bytes:
    """A key."""
    return struct.pack(">I", number)


def js(value: Any) -> bytes:
    """JSON."""
    return json.dumps(value).encode()


def _item(put: Any, number: int, path: Path | None, vector_of: Any) -> None:
    content = content_of(path)
    digest = hashlib.sha256(content).digest()
    name = path.name if path is not None else "gone.md"
    gone = NONE_I64 if path is not None else NOW_MS
    head = struct.pack(
        "<BBI32sqBhIIIqqI",
        *(1, 1, number, digest, NOW_MS + number, 2, NONE_I16, 0, 0, len(content)),
        *(NOW_MS, gone, NONE_U32),
    )
    words = [f"Note {number}", name, "an excerpt", ["a tag"], "en", []]
    put("items", u32(number), head + js(words))
    put("contents", b"\x01" + digest, u32(number))
    put("texts", u32(number), zlib.compress(content))
    put("slots/text", u32(number), u32(number))
    put("vectors/text", u32(number), V + vector_of(digest).astype("<f4").tobytes())
    x, y = PLACES[number]
    place = struct.pack("<Bffff3iI?fB", 1, x, y, x, y, 7, -1, -1, 1, True, 1.0, 0)
    put("places/text", u32(number), place)
    near = np.full(30, -1, "<i4").tobytes() + np.zeros(30, "<f4").tobytes()
    put("neighbours/text", u32(number), V + near)
    parent = -1 if number in {0, GONE} else 0
    put("lineage/text", u32(number), struct.pack("<Bif?", 1, parent, 0.5, False))
    if path is not None:
        raw = os.fsencode(path)
        put("files", raw, _file(path, state=0, item=number))
        put("paths", u32(number) + hashlib.blake2b(raw, digest_size=16).digest(), raw)


def _file(path: Path, state: int, item: int) -> bytes:
    stat = os.lstat(path)
    seen_at_ms = stat.st_ctime_ns // 1_000_000 + 10_000  # long enough after: it is not racy
    head = struct.pack(
        "<BBBHQqqQQIq",
        *(1, 1, state, len(os.fsencode(path.parent)), stat.st_size, stat.st_mtime_ns),
        *(stat.st_ctime_ns, stat.st_ino, stat.st_dev, item, seen_at_ms),
    )
    return head + os.fsencode(path)


def _failure(put: Any, path: Path) -> None:
    stat, raw = os.lstat(path), os.fsencode(path)
    values = {
        "kind": "note",
        "cause": "empty",
        "message": "the file is empty",
        "hint": "",
        "at_ms": NOW_MS,
        "attempts": 2,
        "next_try_at_ms": None,
        "stat": {
            "size": stat.st_size,
            "mtime_ns": stat.st_mtime_ns,
            "ctime_ns": stat.st_ctime_ns,
            "inode": stat.st_ino,
            "device": stat.st_dev,
        },
        "decoder": "1",
    }
    body = js(values)
    put("failures", raw, V + u32(len(body)) + body + raw)
    put("files", raw, _file(path, state=3, item=NONE_U32))


def map_of(count: int) -> bytes:
    """The map of a fit over so many slots."""
    places = np.array([PLACES.get(number, (0.5, 0.5)) for number in range(count)], "<f4")
    labels = np.array([[7, -1, -1]] * count, "<i4")
    arrays = {
        "slots": np.arange(count, dtype="<i4"),
        "places": places,
        "relaxed": places,
        "labels": labels,
        "ranks": np.zeros(count, "|u1"),
    }
    meta = {
        "regions": [REGION],
        "params": None,
        "cell": 0.1,
        "frame": [-3.0, -3.0, 5.0, 5.0],
        "bounds": [-4.0, -4.0, 6.0, 6.0],
    }
    columns = [[name, array.dtype.str, list(array.shape)] for name, array in arrays.items()]
    header = js({"meta": meta, "arrays": columns})
    body = zlib.compress(b"".join(array.tobytes() for array in arrays.values()))
    return struct.pack("<BI", 1, len(header)) + header + body
