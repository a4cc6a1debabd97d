"""A store of schema 5: times by the wall clock; files are not yet found by their names."""

from pathlib import Path
from typing import Any

import lmdb

from tests.schemas import schema_4
from tests.schemas.schema_1 import js


def write(folder: Path, notes: list[Path], broken: Path, vector_of: Any) -> None:
    """What schema 4 held; its migration changes no byte of a record that this store has."""
    schema_4.write(folder, notes, broken, vector_of)
    environment = lmdb.open(str(folder), map_size=2**24, max_dbs=40, mode=0o600, lib_version=0)
    meta = environment.open_db(b"meta")
    with environment.begin(write=True) as transaction:
        transaction.put(b"schema", js(5), db=meta)
    environment.close()
