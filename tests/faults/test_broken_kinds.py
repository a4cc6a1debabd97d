"""The rarer kinds of files, broken in every usual way: an item or a record, nothing else."""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import zoo
import zoo_kinds
from test_broken_files import LIMITS, attempt_note, attempt_picture, checked

from muserd.extract.content import scan_content
from muserd.extract.film import read_film
from muserd.ground.errors import FileError
from tests.soak import seeds

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL")

SHARES = (0.01, 0.1, 0.5, 0.9)
PICTURES, DOCUMENTS = zoo_kinds.good_pictures(), zoo_kinds.good_documents()


@pytest.fixture(scope="module")
def videos() -> dict[str, bytes]:
    pytest.importorskip("av")
    return zoo_kinds.good_videos()


def attempt_video(folder: Path, name: str, data: bytes) -> FileError | None:
    """Read it; None when it is an item after all."""
    path = folder / name
    path.write_bytes(data or b"\0")
    try:
        picture = read_film(scan_content(os.fsencode(path), 10**8), LIMITS, 64)
    except FileError as error:
        return checked(error)
    assert picture.frames
    return None


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_that_are_cut_or_empty(name: str) -> None:
    data = PICTURES[name]
    assert attempt_picture(name, data) is None
    for share in SHARES:
        attempt_picture(name, data[: int(len(data) * share)] or b"\0")
    assert attempt_picture(name, bytes(5_000)) is not None
    assert attempt_picture(name, b"This is a note, not a picture.\n" * 20) is not None


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_that_are_cut_or_empty(name: str) -> None:
    data = DOCUMENTS[name]
    assert attempt_note(name, data) is None
    for share in SHARES:
        attempt_note(name, data[: int(len(data) * share)] or b"\0")
    assert attempt_note(name, bytes(5_000)) is not None


@pytest.mark.parametrize("name", ["a.mp4", "a.webm", "a.avi"])
def test_videos_that_are_cut_or_empty(videos, tmp_path: Path, name: str) -> None:
    data = videos[name]
    assert attempt_video(tmp_path, name, data) is None
    for share in SHARES:
        attempt_video(tmp_path, name, data[: int(len(data) * share)])
    assert attempt_video(tmp_path, name, bytes(5_000)) is not None
    assert attempt_video(tmp_path, name, b"This is a note.\n" * 20) is not None


def mutate(folder: Path, videos: dict[str, bytes], rounds: int, seed: int) -> dict[str, int]:
    """Read so many mutants of every kind; how many of each were refused."""
    refused: dict[str, int] = {}
    kinds = [(PICTURES, attempt_picture), (DOCUMENTS, attempt_note)]
    kinds.append((videos, lambda name, data: attempt_video(folder, name, data)))
    for sound, attempt in kinds:
        for name, data in sound.items():
            refused[name] = 0
            for number in range(rounds):
                mutant = zoo.mutated(data, seed + number)
                try:
                    refused[name] += attempt(name, mutant) is not None
                except Exception as error:
                    error.add_note(f"{name}, mutant {seed + number}")
                    raise
    return refused


def test_twenty_mutants_of_every_kind(videos, tmp_path: Path) -> None:
    refused = mutate(tmp_path, videos, rounds=20, seed=0)
    assert sum(refused.values()) > 50  # else the mutations break nothing


@pytest.mark.soak
@pytest.mark.parametrize("part", seeds(0, 10))
def test_a_thousand_mutants_of_every_kind(videos, tmp_path: Path, part: int) -> None:
    mutate(tmp_path, videos, rounds=100, seed=10_000 + 100 * part)
