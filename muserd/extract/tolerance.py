"""Decoding of pictures whose end is missing, which every viewer shows all the same.

Pillow has one switch for the whole process. It is thrown only while nobody else decodes, so that
a download in progress is never taken for a picture by another thread.
"""

import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from PIL import Image, ImageFile

from muserd.extract.truncation import is_jpeg2000, lost_bytes

AT_REST_MS = 30_000
"""A file that was not changed for this long is no download in progress."""
MOST_LOST = 0.2  # of the rows: beyond it, too much is missing, or too little can be told
_ROWS_OF_A_BLOCK = 16  # of JPEG's largest blocks: a lost byte costs so much
_JPEG, _SCAN, _END_OF_JPEG = b"\xff\xd8\xff", b"\xff\xda", b"\xff\xd9"
# Formats of which missing rows can be told: they are of one colour.
_QOI, _QOI_HEAD = b"qoif", 14
_TOLD = (_JPEG, b"\x89PNG", b"BM", b"II*\0", b"MM\0*", b"GIF8", b"P4", b"P5", b"P6", _QOI)
_FROM_THE_TOP = 0x20  # in the description of a Targa picture: its first row is the highest
_MOST_LOST_PIXELS = 50_000_000
_PROGRESSIVE = b"\xff\xc2\x00"
_LEAST_LOST_BYTES, _MOST_LOST_BYTES = 64, 0.02  # where only bytes can be counted
_BYTES_OF_A_BLOCK = 1  # of 16 × 16 pixels, at the very least


class _Gate:
    """Many may decode strictly at a time, or one alone tolerantly."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._strict = 0
        self._waiting = 0  # for being alone: they go first
        self._alone = False

    @contextmanager
    def strict(self) -> Iterator[None]:
        with self._changed:
            self._changed.wait_for(lambda: not self._alone and not self._waiting)
            self._strict += 1
        try:
            yield
        finally:
            with self._changed:
                self._strict -= 1
                self._changed.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        with self._changed:
            self._waiting += 1
            self._changed.wait_for(lambda: not self._alone and not self._strict)
            self._waiting -= 1
            self._alone = True
        before = ImageFile.LOAD_TRUNCATED_IMAGES
        ImageFile.LOAD_TRUNCATED_IMAGES = True
        try:
            yield
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = before
            with self._changed:
                self._alone = False
                self._changed.notify_all()


_gate = _Gate()
strictly = _gate.strict
"""Around every decoding that must fail where bytes are missing."""
tolerantly = _gate.alone
"""Around the decoding of a file that is at rest and lacks its end. Not inside `strictly`."""


def ended(data: bytes) -> bytes:
    """The bytes of a picture with an end: its decoder then fills in what is missing."""
    if data.startswith(_JPEG):
        return data + _END_OF_JPEG
    if data.startswith(_QOI) and len(data) > _QOI_HEAD:
        width, height = struct.unpack_from(">II", data, 4)
        # Each zero is a pixel of one colour; rows that are wholly missing are told by that.
        return data + bytes(min(width * height, _MOST_LOST_PIXELS))
    lost = lost_bytes(data)
    if not _is_little(lost, data):
        return data
    if is_jpeg2000(data):  # zeros are empty packets
        return (data + bytes(max(0, lost - 2)))[: len(data) + lost - 2] + _END_OF_JPEG
    return data + bytes(lost)


def _is_little(lost: int, data: bytes) -> bool:
    return 0 < lost <= max(_LEAST_LOST_BYTES, _MOST_LOST_BYTES * len(data))


def is_nearly_whole(
    image: Image.Image, data: bytes, size: tuple[int, int], *, is_targa: bool = False
) -> bool:
    """Whether at most a fifth of a decoded picture's rows, or the last blocks, are missing.

    Rows that a decoder did not reach are of one colour, the same in all of them; those of a BMP
    are its first. A progressive JPEG must have come to the last bits of its details.

    Args:
        image: as it was decoded, before it is turned.
        data: its file.
        size: width and height of the whole picture.
        is_targa: whether it is a Targa picture, which nothing at its beginning tells.
    """
    if _is_little(lost_bytes(data), data):
        return True
    told = is_targa or data.startswith(_TOLD)
    if not told or (data.startswith(_JPEG) and not _has_details(data)):
        return False
    pixels = np.asarray(image)
    if data[17] & _FROM_THE_TOP == 0 if is_targa else data.startswith(b"BM"):
        pixels = pixels[::-1]
    rows = pixels.reshape(len(pixels), -1, *pixels.shape[2:])
    last = rows[-1, -1]
    flat = (rows == last).reshape(len(rows), -1).all(axis=1)
    lost = int(np.argmin(flat[::-1])) if not flat.all() else len(flat)
    if data.startswith(b"GIF8"):
        lost = int(flat.sum())  # its rows may be interlaced
    if lost == len(flat):  # one colour everywhere: are there bytes for all of it?
        blocks = (size[0] // 16 + 1) * (size[1] // 16 + 1)
        return data.startswith(_JPEG) and len(data) - data.rfind(_SCAN) > _BYTES_OF_A_BLOCK * blocks
    return lost <= max(MOST_LOST * len(flat), min(_ROWS_OF_A_BLOCK, len(flat) / 4))


def _has_details(data: bytes) -> bool:
    """Whether a JPEG is sequential, or its last scan is one of those that end a progressive one.

    A scan says which coefficients it holds, and down to which bit (ITU-T T.81, B.2.3).
    """
    scan = data.rfind(_SCAN)
    if scan < 0 or scan + 5 > len(data):
        return False
    if data.find(_PROGRESSIVE, 0, scan) < 0:
        return True
    at = scan + 5 + 2 * data[scan + 4]
    if at + 3 > len(data):
        return False
    last_coefficient, last_bit = data[at + 1], data[at + 2] & 15
    return last_coefficient == 63 and last_bit == 0
