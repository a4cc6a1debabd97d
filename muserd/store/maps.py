"""The arrays of one fit, kept so that it can be rolled back to and looked at again.

Layout: version byte, u32 length of a JSON header, the header, then one zlib stream with the
arrays one after another. The header holds `meta` and, per array, name, dtype and shape.
"""

import json
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from muserd.ground.errors import StoreError

_VERSION = 1
_HEAD = struct.Struct("<BI")
_ALLOWED = ("<f4", "<f8", "<i4", "<i8", "|u1", "<u4", "|b1")
_LEVEL = 3  # coordinates hardly compress; the terrain's empty sea does at any level


@dataclass(frozen=True, slots=True)
class StoredMap:
    """Named arrays and JSON-able values of one fit."""

    arrays: Mapping[str, NDArray[Any]]
    meta: Mapping[str, Any] = field(default_factory=dict)


def encode_map(stored: StoredMap) -> bytes:
    """The arrays and values as bytes."""
    columns, parts = [], []
    for name, array in stored.arrays.items():
        data = np.ascontiguousarray(array)
        if data.dtype.str not in _ALLOWED:
            raise StoreError(f"array {name} has dtype {data.dtype}, which a map cannot hold")
        columns.append([name, data.dtype.str, list(data.shape)])
        parts.append(data.tobytes())
    header = json.dumps({"meta": dict(stored.meta), "arrays": columns}).encode()
    return _HEAD.pack(_VERSION, len(header)) + header + zlib.compress(b"".join(parts), _LEVEL)


def decode_map(data: bytes) -> StoredMap:
    """What `encode_map` wrote; the arrays are read-only.

    Raises:
        StoreError: another version, or lengths that do not fit.
    """
    version, length = _HEAD.unpack_from(data)
    if version != _VERSION:
        raise StoreError(f"a map of version {version}; this Muser reads {_VERSION}")
    header = json.loads(data[_HEAD.size : _HEAD.size + length])
    body = zlib.decompress(data[_HEAD.size + length :])
    arrays: dict[str, NDArray[Any]] = {}
    start = 0
    for name, dtype, shape in header["arrays"]:
        if dtype not in _ALLOWED:
            raise StoreError(f"array {name} has dtype {dtype}, which a map cannot hold")
        count = int(np.prod(shape))
        arrays[name] = np.frombuffer(body, dtype=dtype, count=count, offset=start).reshape(shape)
        start += arrays[name].nbytes
    if start != len(body):
        raise StoreError(f"a map of {len(body)} bytes where its header names {start}")
    return StoredMap(arrays, header["meta"])
