"""A store of schema 4: items carry their facts by name; a time without an offset is local."""

import json
import struct
from pathlib import Path
from typing import Any

import lmdb
import msgspec

from tests.schemas import schema_3
from tests.schemas.schema_1 import js

_BEFORE = struct.Struct("<BBI32sqBhIIIqqI")
_HEAD = struct.Struct("<BBI32sqqI")
_SOURCES = ("exif", "front-matter", "mtime")


def write(folder: Path, notes: list[Path], broken: Path, vector_of: Any) -> None:
    """What schema 3 held, with the facts of items as MessagePack."""
    schema_3.write(folder, notes, broken, vector_of)
    environment = lmdb.open(str(folder), map_size=2**24, max_dbs=40, mode=0o600, lib_version=0)
    items, meta = environment.open_db(b"items"), environment.open_db(b"meta")
    with environment.begin(write=True) as transaction:
        for key, data in list(transaction.cursor(db=items)):
            transaction.put(key, _with_facts(data), db=items)
        transaction.put(b"schema", js(4), db=meta)
    environment.close()


def _with_facts(data: bytes) -> bytes:
    _, kind, slot, content, time, source, offset, *rest = _BEFORE.unpack_from(data)
    width, height, length, added, gone, previous = rest
    title, name, excerpt, tags, language, concepts = json.loads(data[_BEFORE.size :])
    facts = {"title": title, "excerpt": excerpt, "tags": tags, "time_ms": time}
    facts |= {
        "time_source": _SOURCES[source],
        "utc_offset_min": offset if offset > -(2**15) else None,
    }
    facts |= {"width": width, "height": height, "length": length, "language": language}
    facts |= {"concepts": concepts}
    head = _HEAD.pack(2, kind, slot, content, added, gone, previous)
    return head + msgspec.msgpack.encode((name, facts))
