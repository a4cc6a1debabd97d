"""Tells a picture that ends too early from one that is damaged, by what its container promises.

Asked only about pictures that could not be decoded: the first may be a download in progress.
"""

import struct
from collections.abc import Callable

_PNG = b"\x89PNG\r\n\x1a\n"
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
    """How many bytes are missing of a WebP, HEIF or AVIF; 0 for others, and where it is unknown."""
    if data.startswith(b"RIFF") and data.startswith(b"WEBP", 8):
        return max(0, 8 + int(struct.unpack_from("<I", data, 4)[0]) - len(data))
    if not data.startswith(b"ftyp", 4):
        return 0
    at = 0
    while at + 8 <= len(data):
        size = struct.unpack_from(">I", data, at)[0]
        if size < 8:
            return 0
        at += size
    return max(0, at - len(data))


_CHECKS: tuple[tuple[bytes, int, Callable[[bytes], bool]], ...] = (
    (b"RIFF", 0, _riff_ends_early),
    (b"BM", 0, _bmp_ends_early),
    (b"ftyp", 4, _boxes_end_early),
    (_PNG, 0, _chunks_end_early),
    (b"GIF8", 0, _gif_ends_early),
    (b"\xff\xd8\xff", 0, _jpeg_ends_early),
    (b"\0\0\0\x0cjP  ", 0, _jpeg_ends_early),  # JPEG 2000 has the same end
    (b"\xff\x4f\xff\x51", 0, _jpeg_ends_early),
)
