"""A store of schema 7: texts are clean, but aliases may hold what steers."""

from pathlib import Path
from typing import Any

import lmdb
import msgspec

from muserd.store import schema
from muserd.store.names import folded
from tests.schemas import schema_6
from tests.schemas.schema_1 import js

ALIASES = ["Other\u202e name", "\u2066", "Plain"]


def write(folder: Path, notes: list[Path], broken: Path, vector_of: Any) -> None:
    """What schema 6 held, with clean texts; and marks of direction in the aliases of the first."""
    schema_6.write(folder, notes, broken, vector_of)
    environment = lmdb.open(str(folder), map_size=2**24, max_dbs=40, mode=0o600, lib_version=0)
    tables = {name: environment.open_db(name.encode()) for name in ("names", "items")}
    meta = environment.open_db(b"meta")
    with environment.begin(write=True) as transaction:
        schema._texts_are_cleaned(transaction, tables)
        key, data = next(iter(transaction.cursor(db=tables["items"])))
        name, facts = msgspec.msgpack.decode(data[schema_6.HEAD.size :])
        words = msgspec.msgpack.encode((name, facts | {"aliases": ALIASES}))
        transaction.put(key, data[: schema_6.HEAD.size] + words, db=tables["items"])
        for alias in ALIASES:
            transaction.put(folded(alias) + b"\0" + key, b"\0" + key, db=tables["names"])
        transaction.put(b"schema", js(7), db=meta)
    environment.close()
