"""A store of schema 2: fits tell of their regions; slots are not yet given again.

Its map has a fifth item, which was forgotten since: no map could tell that yet.
"""

from pathlib import Path
from typing import Any

import lmdb

from tests.schemas import schema_1
from tests.schemas.schema_1 import V, js, u32

FORGOTTEN = 4  # the slot


def write(folder: Path, notes: list[Path], broken: Path, vector_of: Any) -> None:
    """What schema 1 held; see there for the arguments."""
    schema_1.write(folder, notes, broken, vector_of)
    environment = lmdb.open(str(folder), map_size=2**24, max_dbs=40, mode=0o600, lib_version=0)
    tables = {name: environment.open_db(name) for name in (b"fits/text", b"maps/text", b"meta")}
    with environment.begin(write=True) as transaction:
        for table, key, data in (
            (b"fits/text", u32(1), V + js({**schema_1.FIT, "items": 5, "sizes": [], "events": []})),
            (b"maps/text", u32(1), schema_1.map_of(5)),
            (b"meta", b"schema", js(2)),
            (b"meta", b"next-item", js(5)),
            (b"meta", b"next-slot/text", js(5)),
        ):
            transaction.put(key, data, db=tables[table])
    environment.close()
