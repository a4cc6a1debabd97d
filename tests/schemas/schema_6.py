"""A store of schema 6: files are found by their names; titles and tags may hold what steers."""

import struct
from pathlib import Path
from typing import Any

import lmdb
import msgspec

from muserd.store import schema
from tests.schemas import schema_5
from tests.schemas.schema_1 import js

HEAD = struct.Struct("<BBI32sqqI")


def write(folder: Path, notes: list[Path], broken: Path, vector_of: Any) -> None:
    """What schema 5 held, with the names; and marks of direction and controls in texts."""
    schema_5.write(folder, notes, broken, vector_of)
    environment = lmdb.open(str(folder), map_size=2**24, max_dbs=40, mode=0o600, lib_version=0)
    tables = {name: environment.open_db(name.encode()) for name in ("files", "names", "items")}
    meta = environment.open_db(b"meta")
    with environment.begin(write=True) as transaction:
        schema._names_of_files(transaction, tables)
        for key, data in list(transaction.cursor(db=tables["items"])):
            name, facts = msgspec.msgpack.decode(data[HEAD.size :])
            facts |= {"title": f"\u202e{facts['title']}\x1b", "tags": ["a\u2066 tag", "\u202e"]}
            words = msgspec.msgpack.encode((name, facts))
            transaction.put(key, data[: HEAD.size] + words, db=tables["items"])
        transaction.put(b"schema", js(6), db=meta)
    environment.close()
