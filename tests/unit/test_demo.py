"""The demo's files of other kinds are sound: Muser's readers take every one of them."""

import os
import sys
from pathlib import Path

import pytest

from muserd.extract.content import read_content, scan_content
from muserd.extract.film import read_film
from muserd.extract.limits import Limits
from muserd.extract.note import read_note
from muserd.extract.picture import read_picture
from muserd.ground.formats import format_of

DEMO = Path(__file__).parents[2] / "demo"
WORDS = {
    ".pdf": "Beautiful is better than ugly.",
    ".docx": "ZeroDivisionError",
    ".csv": "418, I'm a Teapot",
    ".ipynb": "golden ratio",
    ".canvas": "A note may be a PDF",
    ".md": "What lies beside this note",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    sys.path.insert(0, str(DEMO))
    try:
        import kinds
    finally:
        sys.path.remove(str(DEMO))
    folder = tmp_path_factory.mktemp("demo")
    kinds.write_notes(folder / "notes" / "kinds")
    kinds.write_pictures(folder / "pictures" / "kinds")
    return folder


def test_the_notes_are_read(made: Path) -> None:
    notes = list((made / "notes" / "kinds").iterdir())
    assert {path.suffix for path in notes} == set(WORDS)
    for path in notes:
        note = read_note(read_content(os.fsencode(path), 10**7), Limits())
        assert WORDS[path.suffix] in note.text, path.name


def test_the_page_that_links_to_all_names_what_is_there(made: Path) -> None:
    folder = made / "notes" / "kinds"
    page = read_note(read_content(os.fsencode(folder / "Kinds of files.md"), 10**6), Limits())
    targets = {target for _, target in page.facts.links}
    there = {path.name for path in folder.iterdir()} | {"golden spiral.svg"}
    assert {target.rsplit("/", 1)[-1] for target in targets} <= there
    assert len(targets) == 6
    assert page.facts.tags == ("kinds", "demo", "kinds/pictures")


def test_the_pictures_are_read(made: Path) -> None:
    pytest.importorskip("av")
    pictures = {path.name: path for path in (made / "pictures" / "kinds").iterdir()}
    assert set(pictures) == {"golden spiral.svg", "colour wheel.heic", "sunrise.mp4"}
    for name in ("golden spiral.svg", "colour wheel.heic"):
        assert format_of(name.encode()) is not None
        picture = read_picture(read_content(os.fsencode(pictures[name]), 10**7), Limits(), 128)
        assert (picture.facts.width, picture.facts.height) == (512, 512)
    film = read_film(scan_content(os.fsencode(pictures["sunrise.mp4"]), 10**8), Limits(), 128)
    assert (film.facts.seconds, film.facts.title) == (4.0, "Sunrise over the sea")
    assert len(film.frames) >= 1
