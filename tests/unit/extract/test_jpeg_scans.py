"""How often a JPEG makes its decoder go over the picture."""

import pytest

from muserd.extract.content import Content
from muserd.extract.jpeg_scans import check_scans
from muserd.ground.errors import FileError
from muserd.ground.records import ContentHash, FileStat

SCAN = b"\xff\xda"


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + (2 + len(body)).to_bytes(2, "big") + body


def jpeg(frame: int, components: int, in_scan: int, scans: int) -> bytes:
    """Start, a comment of odd length, a frame with components, a scan of some, and more scans."""
    sized = segment(frame, b"\x08\0\x10\0\x10" + bytes((components,)) + bytes(3 * components))
    first = segment(0xDA, bytes((in_scan,)) + bytes(2 * in_scan + 3))
    return b"\xff\xd8" + segment(0xFE, b"odd") + sized + first + (SCAN + b"data") * (scans - 1)


def refused(data: bytes) -> bool:
    content = Content(b"a.jpg", data, ContentHash(bytes(32)), FileStat(len(data), 0, 0, 1, 1))
    try:
        check_scans(content)
    except FileError as error:
        return error.cause == "bomb"
    return False


@pytest.mark.parametrize(
    ("frame", "components", "in_scan", "scans", "bomb"),
    [
        (0xC2, 3, 3, 300, False),
        (0xC2, 3, 3, 301, True),  # progressive: each scan goes over it
        (0xC0, 3, 3, 900, False),  # its first scan holds all: what follows is never decoded
        (0xC1, 3, 3, 900, False),
        (0xC0, 3, 1, 900, True),  # a component a scan
        (0xC0, 1, 1, 900, False),
        (0xC0, 0, 0, 900, True),  # nothing is no picture
    ],
)
def test_three_hundred_scans_are_enough(
    frame: int, components: int, in_scan: int, scans: int, bomb: bool
) -> None:
    assert refused(jpeg(frame, components, in_scan, scans)) == bomb


def test_what_is_no_jpeg_has_no_scans() -> None:
    assert not refused(b"\x89PNG" + SCAN * 900)
    assert refused(b"\xff\xd8" + SCAN * 301)  # its segments end nowhere
    assert not refused(b"\xff\xd8" + SCAN * 300)
