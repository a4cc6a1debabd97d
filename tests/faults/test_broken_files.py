"""Whatever lies in the folders: a reader gives an item or a record, nothing else."""

import hashlib
import os
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import zoo

from muserd.extract.content import Content
from muserd.extract.limits import Limits
from muserd.extract.note import read_note
from muserd.extract.pages import pack_page
from muserd.extract.picture import read_picture
from muserd.extract.preview import make_preview
from muserd.extract.truncation import ends_early
from muserd.ground.errors import FileError
from muserd.ground.records import ContentHash, FileStat
from tests.soak import seeds

LIMITS = Limits(image_max_pixels=4_000_000, image_max_bytes=10**7, note_max_bytes=10**6)
CAUSES = {
    *("corrupt", "truncated", "empty", "too-large", "bomb", "not-text", "unsupported", "memory"),
    *("wrong-suffix", "encrypted", "changed"),
}

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL")


def content(name: str, data: bytes, age_s: int = 0) -> Content:
    """Bytes as if read from a file that was changed so long ago."""
    at_ns = time.time_ns() - age_s * 10**9
    stat = FileStat(len(data), at_ns, at_ns, 1, 1)
    sha256 = ContentHash(hashlib.sha256(data).digest())
    return Content(b"/nowhere/" + os.fsencode(name), data, sha256, stat)


def attempt_picture(name: str, data: bytes, age_s: int = 0) -> FileError | None:
    """Read it; None when it is an item after all. Any other exception fails the test."""
    try:
        picture = read_picture(content(name, data, age_s), LIMITS, 256)
    except FileError as error:
        return checked(error)
    assert picture.image.mode == "RGB"
    assert set(picture.thumbs) == {64, 128, 256}
    return None


def attempt_note(name: str, data: bytes) -> FileError | None:
    """The same for a note."""
    try:
        note = read_note(content(name, data), LIMITS)
    except FileError as error:
        return checked(error)
    assert note.text
    assert note.facts.title
    for text in (note.text, note.facts.title, note.facts.excerpt, *note.facts.tags):
        text.encode()  # no lone surrogates: what is stored must be encodable
    return None


def checked(error: FileError) -> FileError:
    """A record that people can do something with."""
    assert error.cause in CAUSES, error
    assert error.message
    error.message.encode()
    return error


BROKEN = dict(zoo.broken_pictures())


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_picture_is_a_record(name: str) -> None:
    error = attempt_picture(name, BROKEN[name])
    if name.startswith(("cut-0.01", "cut-0.1", "headless")) or "-" not in name:
        assert error is not None
    if "bomb" in name and "text" not in name and "pixel" not in name:
        assert error is not None
        assert error.cause in {"bomb", "corrupt"}


CUT = [name for name in BROKEN if name.startswith("cut-") and not name.endswith(".tif")]


@pytest.mark.parametrize("name", CUT)
def test_a_truncated_picture_is_tried_again(name: str) -> None:
    """It may be a download in progress."""
    error = attempt_picture(name, BROKEN[name])
    if error is None:  # what is missing is not needed for its first frame
        assert "animated" in name or "gif" in name or "progressive" in name
    else:
        assert (error.cause, error.retry) == ("truncated", True)


@pytest.mark.parametrize("name", CUT)
def test_a_truncated_picture_at_rest_is_shown_only_if_nearly_whole(name: str) -> None:
    """What every viewer shows is shown; half a picture never is."""
    error = attempt_picture(name, BROKEN[name], age_s=3_600)
    if name.startswith(("cut-0.01", "cut-0.1", "cut-0.5")) and "animated" not in name:
        assert error is not None or "gif" in name or "progressive" in name
    if error is not None:
        assert (error.cause, error.retry) == ("truncated", True)


@pytest.mark.parametrize("name", zoo.good_pictures())
def test_a_whole_picture_does_not_end_early(name: str) -> None:
    """Else every damaged one would be tried again for hours."""
    data = zoo.good_pictures()[name]
    assert not ends_early(data)
    assert ends_early(data[:40])


@pytest.mark.parametrize(("name", "data"), list(zoo.sound_oddities()))
def test_an_oddity_is_an_item(name: str, data: bytes) -> None:
    """Damage beside the pixels does not cost the picture."""
    assert attempt_picture(name, data) is None


def test_an_animated_bomb_is_measured_by_its_first_frame() -> None:
    for name, data in zoo.good_pictures().items():
        assert attempt_picture(name, data) is None, name


def test_memory_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def none_left(*args: object, **more: object) -> None:
        raise MemoryError

    data = zoo.good_pictures()["a.png"]
    monkeypatch.setattr("muserd.extract.decode.Image.open", none_left)
    error = attempt_picture("a.png", data)
    assert error is not None
    assert error.cause == "memory"


def fuzz(rounds: int, seed: int) -> tuple[int, int]:
    """Read mutated pictures and notes; how many there were, and how many were refused."""
    pictures, notes = list(zoo.good_pictures().items()), list(zoo.good_notes().items())
    refused = 0
    for number in range(rounds):
        name, data = pictures[number % len(pictures)]
        refused += attempt_picture(name, zoo.mutated(data, seed + number)) is not None
        name, data = notes[number % len(notes)]
        refused += attempt_note(name, zoo.mutated(data, seed + number)) is not None
    return 2 * rounds, refused


def test_a_thousand_mutations() -> None:
    total, refused = fuzz(rounds=500, seed=0)
    assert total == 1_000
    assert 100 < refused < 900  # else the mutations break nothing, or everything


@pytest.mark.soak
@pytest.mark.parametrize("part", seeds(0, 40))
def test_many_more_mutations(part: int) -> None:
    fuzz(rounds=5_000, seed=1_000_000 + 5_000 * part)


def test_mutated_previews_and_pages() -> None:
    """The two other doors to the decoder."""
    for number, (name, data) in enumerate(list(zoo.good_pictures().items()) * 6):
        broken = zoo.mutated(data, 7_000 + number)
        try:
            assert make_preview(content(name, broken), 64, LIMITS)
        except FileError as error:
            checked(error)
    thumb = zoo.good_pictures()["a.webp"]
    thumbs = [zoo.mutated(thumb, seed) for seed in range(64)]
    assert pack_page(thumbs, 32, 8, 8)
