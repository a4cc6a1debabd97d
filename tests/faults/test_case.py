"""Names that differ in case only: on volumes that tell them apart, and on those that do not."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from muserd.watch.spelling import Spelling, folds_case
from tests.property.world import World, world

pytestmark = pytest.mark.skipif(
    not Path("/proc/sys/fs/inotify").exists(), reason="no inotify to simulate such a volume with"
)

LISTDIR = os.listdir


def as_listed(path: bytes) -> bytes:
    """The path with each part as its folder lists it, in whatever case it is asked for."""
    if path in {b"/", b""}:
        return path
    folder, name = os.path.split(path)
    folder = as_listed(folder)
    names = LISTDIR(folder)
    same = [one for one in names if one == name] or [
        one for one in names if one.lower() == name.lower()
    ]
    if not same:
        raise FileNotFoundError(2, "no such file", path)
    return os.path.join(folder, same[0])


@pytest.fixture
def folding(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes `stat`, `lstat` and `listdir` find files in any case, as macOS does."""

    def patched(real: Callable[..., Any]) -> Callable[..., Any]:
        def found(path: Any, **more: Any) -> Any:
            try:
                return real(path, **more)
            except FileNotFoundError:
                if isinstance(path, int):
                    raise
                return real(as_listed(os.fsencode(path)), **more)

        return found

    monkeypatch.setattr(os, "stat", patched(os.stat))
    monkeypatch.setattr(os, "lstat", patched(os.lstat))
    monkeypatch.setattr(os, "listdir", patched(LISTDIR))


@pytest.fixture
def one() -> Iterator[World]:
    with world() as it:
        (it.root / "shelf").mkdir()
        (it.root / "shelf" / "note.md").write_bytes(b"a note")
        (it.root / "other.md").write_bytes(b"another")
        it.sync()
        yield it


def renamed(it: World) -> None:
    """A file, then a folder, change their case; both times events alone tell of it."""
    for before, after, name in (
        ("shelf/note.md", "shelf/Note.md", "shelf/Note.md"),
        ("shelf", "Shelf", "Shelf/Note.md"),
    ):
        ids, places = it.here(), it.places()
        (it.root / before).rename(it.root / after)
        it.wait_for(
            lambda name=name: (
                set(it.files()) == {os.fsencode(it.root / name), os.fsencode(it.root / "other.md")}
            )
        )
        it.sync()
        it.check()
        assert (it.here(), it.places()) == (ids, places)
    assert sum(worker.encoded for worker in it.workers()) == 2


def test_a_case_changes(one: World) -> None:
    renamed(one)


def test_a_case_changes_where_case_does_not_matter(folding: None, one: World) -> None:
    """The old name still answers there, and is no second file all the same."""
    (root,) = one.parts.roots
    assert root.folds_case
    assert (one.root / "SHELF" / "NOTE.md").exists()
    renamed(one)


def test_two_names_that_differ_in_case_are_two_files(one: World) -> None:
    (one.root / "Other.md").write_bytes(b"a third")
    os.link(one.root / "other.md", one.root / "OTHER.md")
    one.sync()
    one.check()
    assert len(one.files()) == 4
    (root,) = one.parts.roots
    assert not root.folds_case


def test_a_volume_is_asked_by_a_file_of_its_own(folding: None, tmp_path: Path) -> None:
    for name, folds in (("a.md", True), ("123", False), ("gone.md", False)):
        if name != "gone.md":
            (tmp_path / name).touch()
        assert folds_case(os.fsencode(tmp_path / name)) is folds
    (tmp_path / "A.MD").hardlink_to(tmp_path / "a.md")
    assert not folds_case(os.fsencode(tmp_path / "a.md"))


def test_only_what_is_listed_is_there(folding: None, tmp_path: Path) -> None:
    (tmp_path / "Shelf").mkdir()
    (tmp_path / "Shelf" / "Note.md").touch()
    spelling = Spelling(os.fsencode(tmp_path), folds=True)
    assert spelling.look(os.fsencode(tmp_path / "Shelf" / "Note.md")) is not None
    assert spelling.look(os.fsencode(tmp_path / "Shelf" / "note.md")) is None
    assert spelling.look(os.fsencode(tmp_path / "shelf" / "Note.md")) is None
    assert spelling.is_folder(os.fsencode(tmp_path / "Shelf"))
    assert not spelling.is_folder(os.fsencode(tmp_path / "shelf"))
