"""Strips and tiles of a TIFF that tifffile finds and cannot unpack: LZW, ZSTD, predictors.

libtiff unpacks any of these as bytes; what the bytes mean (floating values, integers of 32 bits,
differences to the left neighbour) is undone here: TIFF 6.0, sections 13 and 14, and Adobe's
Technical Note 3 on floating-point predictors.
"""

import io
import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_PLAIN, _LZW, _DEFLATE, _OLD_DEFLATE, _PACKBITS, _ZSTD = 1, 5, 8, 32946, 32773, 50000
_UNPACKED = frozenset({_PLAIN, _LZW, _DEFLATE, _OLD_DEFLATE, _PACKBITS, _ZSTD})
_DIFFERENCES, _FLOATING = 2, 3  # predictors
_WIDTHS = {16, 32, 64}  # bits


def needs_segments(page: Any) -> bool:
    """Whether a page of tifffile's is of a kind that is unpacked here, and not there."""
    odd = page.compression in {_LZW, _PACKBITS, _ZSTD} or page.predictor == _FLOATING
    usual = page.compression in _UNPACKED and page.predictor in {1, _DIFFERENCES, _FLOATING}
    return bool(odd and usual and page.bitspersample in _WIDTHS and page.imagedepth == 1)


def read_segments(page: Any, data: bytes) -> NDArray[np.generic]:
    """The values of a page, in the shape that tifffile gives it.

    Args:
        page: of tifffile's, of which `needs_segments` holds.
        data: the file.

    Raises:
        ValueError, OSError: it is damaged.
    """
    width, height, samples = page.imagewidth, page.imagelength, page.samplesperpixel
    planes, each = (samples, 1) if page.planarconfig == 2 else (1, samples)
    across, down = page.tilewidth or width, page.tilelength or page.rowsperstrip or height
    down = down if page.tilewidth else min(down, height)
    columns, rows = -(-width // across), -(-height // down)
    found = np.zeros((planes, height, width, each), page.dtype)
    places = zip(page.dataoffsets, page.databytecounts, strict=True)
    for number, (at, size) in enumerate(places):
        plane, rest = divmod(number, columns * rows)
        row, column = divmod(rest, columns)
        if plane >= planes or not size:
            continue
        top, left = row * down, column * across
        lines = down if page.tilewidth else min(down, height - top)
        block = _block(page, data[at : at + size], (lines, across, each))
        part = found[plane, top : top + lines, left : left + across]
        part[:] = block[: part.shape[0], : part.shape[1]]
    return found.reshape(page.shape)


def _block(page: Any, packed: bytes, shape: tuple[int, int, int]) -> NDArray[np.generic]:
    lines, across, each = shape
    size = page.dtype.itemsize
    raw = _unpacked(packed, (lines, across * each * size), page.compression, page.fillorder)
    if page.predictor == _FLOATING:
        sums = np.cumsum(raw.reshape(lines, across * size, each), axis=1, dtype=np.uint8)
        planes = sums.reshape(lines, size, across * each)  # the highest bytes of all values first
        values = np.ascontiguousarray(planes.transpose(0, 2, 1)).view(f">f{size}")
        return np.asarray(values.reshape(shape))
    order = page.parent.byteorder
    if page.predictor == _DIFFERENCES:
        whole = raw.view(f"{order}u{size}").reshape(shape).astype(f"=u{size}")
        summed = np.cumsum(whole, axis=1, dtype=whole.dtype)
        return np.asarray(summed.view(page.dtype.newbyteorder("=")))
    return np.asarray(raw.view(page.dtype.newbyteorder(order)).reshape(shape))


def _unpacked(
    packed: bytes, shape: tuple[int, int], compression: int, fillorder: int
) -> NDArray[np.uint8]:
    """uint8 [lines, bytes]: a segment, as the grey picture that libtiff takes it for."""
    lines, wide = shape
    if compression == _PLAIN:
        return np.frombuffer(packed[: lines * wide], np.uint8).reshape(shape)
    tags = (
        *((256, wide), (257, lines), (258, 8), (259, compression), (262, 1), (266, fillorder)),
        *((273, 8), (277, 1), (278, lines), (279, len(packed))),
    )
    table = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    directory = struct.pack("<H", len(tags)) + table + bytes(4)
    end = 8 + len(packed) + len(packed) % 2
    whole = b"II*\0" + struct.pack("<I", end) + packed.ljust(end - 8, b"\0") + directory
    with Image.open(io.BytesIO(whole), formats=("TIFF",)) as image:
        return np.asarray(image, np.uint8).copy()
