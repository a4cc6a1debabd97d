"""Tells a picture that ends too early from one that is damaged, by what its container promises.

Asked only about pictures that could not be decoded: the first may be a download in progress.
"""

import struct
from collections.abc import Callable

_PNG = b"\x89PNG\r\n\x1a\n"
_JP2, _CODESTREAM, _TILE = b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51", b"\xff\x90"
_SHORTEST = 64  # bytes; no picture of any format is so short


def ends_early(data: bytes) -> bool:
    """Whether the bytes stop before the container says that they should."""
    if len(data) < _SHORTEST or not any(data[:_SHORTEST]):
        return True  # hardly begun, or a download that reserves its space first
    for starts, at, check in _CHECKS:
        if data.startswith(starts, at):
            return check(data)
    return False


def _riff_ends_early(data: bytes) -> bool:
    """WebP: the size stands in the header (RFC 9649, 2.3)."""
    return 8 + int(struct.unpack_from("<I", data, 4)[0]) > len(data)


def _bmp_ends_early(data: bytes) -> bool:
    return int(struct.unpack_from("<I", data, 2)[0]) > len(data)


def _gif_ends_early(data: bytes) -> bool:
    return not data.rstrip(b"\0").endswith(b";")


def _jpeg_ends_early(data: bytes) -> bool:
    return b"\xff\xd9" not in data[-1024:]


def _qoi_ends_early(data: bytes) -> bool:
    return not data.rstrip(b"\n").endswith(bytes(7) + b"\1")


def _boxes_end_early(data: bytes) -> bool:
    """HEIF and AVIF: boxes one after the other (ISO/IEC 14496-12, 4.2)."""
    at = 0
    while at + 8 <= len(data):
        size = struct.unpack_from(">I", data, at)[0]
        if size == 1 and at + 16 <= len(data):
            size = struct.unpack_from(">Q", data, at + 8)[0]
        if size < 8:
            return False  # 0 means: to the end; less than its own header is nonsense
        at += size
    return at != len(data)


def _chunks_end_early(data: bytes) -> bool:
    """PNG: chunks up to IEND (ISO/IEC 15948, 5.3)."""
    at = len(_PNG)
    while at + 12 <= len(data):
        if data[at + 4 : at + 8] == b"IEND":
            return False
        at += 12 + int(struct.unpack_from(">I", data, at)[0])
    return True


def lost_bytes(data: bytes) -> int:
    """How many bytes are missing of a WebP, HEIF, AVIF or JPEG 2000; 0 where it is unknown."""
    if data.startswith(b"RIFF") and data.startswith(b"WEBP", 8):
        return max(0, 8 + int(struct.unpack_from("<I", data, 4)[0]) - len(data))
    if is_jpeg2000(data):
        return _lost_of_jpeg2000(data)
    if not data.startswith(b"ftyp", 4):
        return 0
    at = 0
    while at + 8 <= len(data):
        size = struct.unpack_from(">I", data, at)[0]
        if size < 8:
            return 0
        at += size
    return max(0, at - len(data))


def is_jpeg2000(data: bytes) -> bool:
    """Whether it is JPEG 2000, in a file or bare."""
    return data.startswith((_JP2, _CODESTREAM))


def _lost_of_jpeg2000(data: bytes) -> int:
    """By the lengths of its tile parts, behind which the end stands (ISO/IEC 15444-1, A.4)."""
    at = data.find(_CODESTREAM)
    if at < 0:
        return 0
    at += 2
    while data[at : at + 2] != _TILE:  # segments of the main header
        if at + 4 > len(data):
            return 0
        at += 2 + int(struct.unpack_from(">H", data, at + 2)[0])
    while at + 12 <= len(data) and data[at : at + 2] == _TILE:
        length = int(struct.unpack_from(">I", data, at + 6)[0])
        if length < 14:
            return 0  # 0 means: to the end; less is nonsense
        at += length
    return max(0, at + 2 - len(data))  # with the end itself


_CHECKS: tuple[tuple[bytes, int, Callable[[bytes], bool]], ...] = (
    (b"RIFF", 0, _riff_ends_early),
    (b"BM", 0, _bmp_ends_early),
    (b"ftyp", 4, _boxes_end_early),
    (_PNG, 0, _chunks_end_early),
    (b"GIF8", 0, _gif_ends_early),
    (b"\xff\xd8\xff", 0, _jpeg_ends_early),
    (_JP2, 0, _jpeg_ends_early),  # JPEG 2000 has the same end
    (_CODESTREAM, 0, _jpeg_ends_early),
    (b"qoif", 0, _qoi_ends_early),
)
