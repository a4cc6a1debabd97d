"""What a container promises, and what is there of it."""

import struct

import pytest

from muserd.extract.truncation import ends_early, lost_bytes

PAD = bytes(range(1, 65))


def box(kind: bytes, body: bytes, *, wide: bool = False) -> bytes:
    """A box of ISO 14496-12, with a size of 32 or of 64 bits."""
    if wide:
        return struct.pack(">I4sQ", 1, kind, 16 + len(body)) + body
    return struct.pack(">I4s", 8 + len(body), kind) + body


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body), kind) + body + bytes(4)


PNG = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", PAD) + chunk(b"IDAT", PAD) + chunk(b"IEND", b"")
HEIF = box(b"ftyp", PAD) + box(b"meta", PAD) + box(b"mdat", PAD)
LARGE = box(b"ftyp", PAD) + box(b"mdat", PAD, wide=True) + box(b"free", PAD)
WEBP = b"RIFF" + struct.pack("<I", 4 + len(PAD) * 2) + b"WEBP" + PAD * 2
BMP = b"BM" + struct.pack("<I", 6 + len(PAD) * 2) + PAD * 2
GIF = b"GIF89a" + PAD * 2 + b";"
JPEG = b"\xff\xd8\xff" + PAD * 20 + b"\xff\xd9"
JP2 = b"\0\0\0\x0cjP  " + PAD * 2 + b"\xff\xd9"


@pytest.mark.parametrize(
    "whole", [PNG, HEIF, LARGE, WEBP, BMP, GIF, JPEG, JP2],
    ids=["png", "heif", "large", "webp", "bmp", "gif", "jpeg", "jp2"],
)  # fmt: skip
def test_a_byte_less_is_too_early(whole: bytes) -> None:
    assert not ends_early(whole)
    assert ends_early(whole[:-1])
    assert ends_early(whole[: len(whole) // 2 + 7])


def test_what_has_hardly_begun_ends_early() -> None:
    """Sixty-four bytes are the least; space that is only reserved is none."""
    assert ends_early(PAD[:63])
    assert not ends_early(PAD)
    assert ends_early(bytes(64) + PAD)
    assert not ends_early(bytes(63) + PAD)


def test_sizes_that_mean_something_else() -> None:
    """Of a box: 0 is all that follows, less than its own header is nonsense. Zeros behind a GIF."""
    assert not ends_early(box(b"ftyp", PAD) + struct.pack(">I4s", 0, b"mdat") + PAD)
    assert not ends_early(box(b"ftyp", PAD) + struct.pack(">I4s", 7, b"mdat") + PAD)
    assert not ends_early(GIF + bytes(9))
    assert not ends_early(JPEG + bytes(900))
    assert ends_early(JPEG + bytes(1_100))


@pytest.mark.parametrize(
    ("data", "lost"),
    [
        (WEBP, 0),
        (WEBP[:-5], 5),
        (WEBP + b"more", 0),
        (HEIF, 0),
        (HEIF[:-5], 5),
        (box(b"ftyp", PAD) + struct.pack(">I4s", 0, b"mdat") + PAD, 0),
        (PNG[:-5], 0),
        (box(b"ftyp", PAD) + struct.pack(">I4s", 8, b"free"), 0),
    ],
)
def test_how_many_bytes_are_lost(data: bytes, lost: int) -> None:
    """Of formats that say their length; none of others."""
    assert lost_bytes(data) == lost
