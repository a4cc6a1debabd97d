"""How much of a picture may be missing, counted in rows and in bytes."""

import struct

import numpy as np
import pytest
from PIL import Image, ImageFile

from muserd.extract.tolerance import ended, is_nearly_whole, strictly, tolerantly

PNG, BMP, GIF = b"\x89PNG\r\n\x1a\n", b"BM", b"GIF89a"
SEQUENTIAL = b"\xff\xd8\xff\xc0" + bytes(20)


def rows(height: int, lost: int, *, first: bool = False) -> Image.Image:
    """Noise, and so many rows of one colour at the end, or at the beginning."""
    pixels = np.random.default_rng(height).integers(0, 200, (height, 8, 3), dtype=np.uint8)
    pixels[: lost if first else 0] = 255
    pixels[height - (0 if first else lost) :] = 255
    return Image.fromarray(pixels)


def scan(last_coefficient: int = 63, last_bit: int = 0, components: int = 3) -> bytes:
    """The head of a scan of a JPEG: ITU-T T.81, B.2.3."""
    head = b"\xff\xda\0\x0c" + bytes((components,)) + bytes(2 * components)
    return head + bytes((0, last_coefficient, last_bit))


@pytest.mark.parametrize(
    ("height", "most"),
    [(100, 20), (200, 40), (40, 10), (64, 16), (16, 4)],  # a fifth; sixteen rows; a quarter
)
@pytest.mark.parametrize("kind", ["png", "bmp", "jpeg"])
def test_a_fifth_of_the_rows_or_one_row_of_blocks_may_be_missing(
    height: int, most: int, kind: str
) -> None:
    """Of small pictures a quarter. A BMP begins with its last row."""
    data = {"png": PNG, "bmp": BMP, "jpeg": SEQUENTIAL + scan()}[kind]
    size = (8, height)
    for lost, whole in ((0, True), (1, True), (most, True), (most + 1, False), (height, False)):
        if kind == "jpeg" and lost == height:
            continue  # one colour everywhere: the next test
        image = rows(height, lost, first=kind == "bmp")
        assert is_nearly_whole(image, data, size) == whole


def test_rows_of_an_interlaced_gif_are_missing_anywhere() -> None:
    image = rows(100, 0)
    pixels = np.asarray(image).copy()
    pixels[::6] = 255
    pixels[-1] = 255
    assert is_nearly_whole(Image.fromarray(pixels), GIF, (8, 100))
    pixels[::4] = 255
    assert not is_nearly_whole(Image.fromarray(pixels), GIF, (8, 100))


@pytest.mark.parametrize(("body", "whole"), [(9, False), (60, True)])
def test_one_colour_needs_a_byte_for_every_block(body: int, whole: bool) -> None:
    """A JPEG of 64 × 64 pixels has twenty-five blocks, counted generously; others need not try."""
    image = Image.new("RGB", (64, 64), (9, 9, 9))
    assert is_nearly_whole(image, SEQUENTIAL + scan() + bytes(body), (64, 64)) == whole
    assert not is_nearly_whole(image, PNG + bytes(body), (64, 64))


@pytest.mark.parametrize(
    ("last", "whole"),
    [
        (scan(63, 0), True),
        (scan(62, 0), False),
        (scan(63, 1), False),
        (scan(63, 0x10), True),  # the bit that it comes from does not count
        (scan(63, 0, components=1), True),
        (scan(63, 0)[:-1], False),
        (b"\xff\xda\0\x0c", False),
        (b"", False),
    ],
)
def test_a_progressive_jpeg_must_have_come_to_its_last_bits(last: bytes, whole: bool) -> None:
    data = b"\xff\xd8\xff\xc2\0" + bytes(20) + last
    assert is_nearly_whole(rows(100, 1), data, (8, 100)) == whole


def test_a_scan_must_have_begun() -> None:
    assert is_nearly_whole(rows(100, 1), SEQUENTIAL + scan(), (8, 100))
    assert is_nearly_whole(rows(100, 1), SEQUENTIAL + scan()[:5], (8, 100))
    assert not is_nearly_whole(rows(100, 1), SEQUENTIAL + scan()[:4], (8, 100))


def webp(there: int, lost: int) -> bytes:
    return b"RIFF" + struct.pack("<I", there + lost - 8) + b"WEBP" + bytes(there - 12)


@pytest.mark.parametrize(
    ("there", "lost", "little"),
    [(1_000, 64, True), (1_000, 65, False), (10_000, 200, True), (10_000, 201, False)],
)
def test_where_rows_say_nothing_bytes_are_counted(there: int, lost: int, little: bool) -> None:
    """Sixty-four, or two of a hundred; what is filled up with zeros has all of them."""
    data = webp(there, lost)
    assert is_nearly_whole(rows(100, 0), data, (8, 100)) == little
    assert len(ended(data)) == there + (lost if little else 0)


def test_an_end_is_put_to_a_jpeg_and_to_nothing_that_is_whole() -> None:
    assert ended(SEQUENTIAL) == SEQUENTIAL + b"\xff\xd9"
    assert ended(PNG) == PNG
    assert ended(webp(100, 0)) == webp(100, 0)


def test_pillows_switch_is_thrown_for_one_alone() -> None:
    assert not ImageFile.LOAD_TRUNCATED_IMAGES
    with strictly(), strictly():
        assert not ImageFile.LOAD_TRUNCATED_IMAGES
    with tolerantly():
        assert ImageFile.LOAD_TRUNCATED_IMAGES
    assert not ImageFile.LOAD_TRUNCATED_IMAGES
