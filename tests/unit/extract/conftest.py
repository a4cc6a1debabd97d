"""What the tests of the readers share."""

import hashlib
import io
import time
from collections.abc import Callable, Iterator

import pytest
from PIL import Image

from muserd.extract.content import Content
from muserd.extract.limits import Limits
from muserd.extract.note import Note, read_note
from muserd.ground.records import ContentHash, FileStat

MTIME_MS = 1_500_000_000_000


def content_of(data: bytes, name: bytes = b"file.jpg") -> Content:
    """Bytes as if they had been read from a file in a folder that does not exist."""
    stat = FileStat(len(data), MTIME_MS * 1_000_000, MTIME_MS * 1_000_000, 1, 1)
    return Content(b"/nowhere/" + name, data, ContentHash(hashlib.sha256(data).digest()), stat)


def painted(width: int = 320, height: int = 200, mode: str = "RGB") -> Image.Image:
    """A picture whose corners tell them apart: red, green, blue, and white at the bottom right."""
    image = Image.new("RGB", (width, height), (128, 128, 128))
    half = (width // 2, height // 2)
    image.paste((255, 0, 0), (0, 0, *half))
    image.paste((0, 255, 0), (half[0], 0, width, half[1]))
    image.paste((0, 0, 255), (0, half[1], half[0], height))
    image.paste((255, 255, 255), (*half, width, height))
    return image.convert(mode)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    """The bytes of a picture in a format."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


@pytest.fixture
def make_content() -> Callable[..., Content]:
    return content_of


@pytest.fixture
def paint() -> Callable[..., Image.Image]:
    return painted


@pytest.fixture
def save() -> Callable[..., bytes]:
    return saved


@pytest.fixture
def in_berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Local time two hours ahead of Greenwich in summer."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def read_text() -> Callable[..., Note]:
    """Reads a note from its text."""

    def reading(text: str | bytes, name: str = "my-note_1.md", **limits: int) -> Note:
        data = text.encode() if isinstance(text, str) else text
        return read_note(content_of(data, name.encode()), Limits(**limits))

    return reading
