"""A store of schema 3: slots are given again; the facts of an item stand in a fixed order."""

import json
import struct
import zlib
from pathlib import Path
from typing import Any

import lmdb
import numpy as np

from tests.schemas import schema_1, schema_2
from tests.schemas.schema_1 import js, u32

COUNT = 5  # slots; the last is that of an item which was forgotten


def write(folder: Path, notes: list[Path], broken: Path, vector_of: Any) -> None:
    """What schema 2 held, with free slots, the owners of cells, and the items of the map's rows."""
    schema_2.write(folder, notes, broken, vector_of)
    environment = lmdb.open(str(folder), map_size=2**24, max_dbs=40, mode=0o600, lib_version=0)
    names = (b"free/image", b"free/text", b"pages/image", b"pages/text", b"maps/text", b"meta")
    tables = {name: environment.open_db(name) for name in names}
    with environment.begin(write=True) as transaction:
        transaction.put(u32(schema_2.FORGOTTEN), b"", db=tables[b"free/text"])
        for slot in range(COUNT - 1):
            transaction.put(u32(slot), u32(slot), db=tables[b"pages/text"])
        transaction.put(u32(1), _map_with_ids(), db=tables[b"maps/text"])
        transaction.put(b"schema", js(3), db=tables[b"meta"])
    environment.close()


def _map_with_ids() -> bytes:
    before = schema_1.map_of(COUNT)
    (length,) = struct.unpack_from("<I", before, 1)
    header = json.loads(before[5 : 5 + length])
    ids = np.array([*range(COUNT - 1), schema_1.NONE_U32], "<u4")
    header["arrays"].append(["ids", "<u4", [COUNT]])
    text = js(header)
    body = zlib.decompress(before[5 + length :]) + ids.tobytes()
    return struct.pack("<BI", 1, len(text)) + text + zlib.compress(body)
