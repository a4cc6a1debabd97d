"""Arrays inside JSON: base64 of the zlib stream of the little-endian values (docs/formats.md)."""

import base64
import json
import zlib
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from muserd.ground.errors import SiteError

_NAMES = {"u1": "u8", "i1": "i8", "u2": "u16", "i2": "i16", "u4": "u32", "i4": "i32", "f4": "f32"}
_DTYPES = {name: np.dtype(f"<{code}") for code, name in _NAMES.items()}
_LEVEL = 6


class Packed(msgspec.Struct, frozen=True):
    """An array as JSON has it."""

    type: str
    shape: tuple[int, ...]
    data: str


def pack(array: NDArray[Any]) -> Packed:
    """An array of at most 32 bits a value.

    Raises:
        SiteError: the dtype has no name in the format.
    """
    name = _NAMES.get(array.dtype.str[1:])
    if name is None:
        raise SiteError(f"an array of {array.dtype} cannot be published")
    plain = np.ascontiguousarray(array, dtype=_DTYPES[name])
    data = base64.b64encode(zlib.compress(plain.tobytes(), _LEVEL)).decode("ascii")
    return Packed(name, array.shape, data)


def unpack(packed: Packed) -> NDArray[Any]:
    """The array that `pack` was given. Raises SiteError when it is damaged."""
    try:
        raw = zlib.decompress(base64.b64decode(packed.data, validate=True))
        return np.frombuffer(raw, _DTYPES[packed.type]).reshape(packed.shape)
    except (KeyError, ValueError, zlib.error) as error:
        raise SiteError(f"a packed array is damaged: {error}") from error


def dumps(value: object) -> bytes:
    """Compact JSON in UTF-8, keys in the order given: the same value has the same bytes.

    Not msgspec's encoder: names may hold surrogates, which become question marks, and a number that
    JSON lacks is refused.
    """
    plain = msgspec.to_builtins(value)
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode(
        "utf-8", "replace"
    )
