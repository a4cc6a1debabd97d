"""Deleted is gone: from the page at once, from the site soon, from the store when people say so."""

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from muserd.engine.forgetting import LONG_AGO_MS
from muserd.store.environment import Store
from tests.property.world import World, fakes

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/sys/fs/inotify").exists(), reason="no inotify"),
    pytest.mark.timeout(300),
]
SECRET = "the pin is 4711 xylophone"


@pytest.fixture
def it(tmp_path: Path) -> Iterator[World]:
    with fakes():
        world = World(tmp_path).start()
        yield world
        world.stop()


def everywhere(it: World, word: bytes = b"xylophone") -> list[str]:
    """The files of Muser's own in which a word stands."""
    own = it.engine.where
    return sorted(
        str(path.relative_to(own.state.parent))
        for folder in (own.state, own.cache)
        for path in folder.rglob("*")
        if path.is_file() and word in path.read_bytes()
    )


def one_secret(it: World) -> tuple[Path, int]:
    for number in range(6):
        (it.root / f"{number}.md").write_text(f"an ordinary note, number {number}")
    path = it.root / "secret.md"
    path.write_text(SECRET)
    it.sync()
    with it.parts.store.read() as reader:
        (item,) = [item.id for item in reader.items() if item.name == "secret.md"]
    return path, item


def test_what_was_deleted_is_not_answered(it: World) -> None:
    """Neither its text nor its neighbours, whatever id is guessed; the others still are."""
    path, item = one_secret(it)
    queries = it.parts.queries
    assert queries.note_text(item).text == SECRET
    path.unlink()
    it.sync()
    assert queries.note_text(item) is None
    assert queries.original(item) is None
    assert queries.preview(item, 256) is None
    assert queries.similar(item, 5) is None


def test_forget_by_path_removes_every_trace(it: World) -> None:
    """Of a note that was deleted: store, pages that were freed, site, words of the search."""
    path, item = one_secret(it)
    path.unlink()
    it.sync()
    assert everywhere(it)  # kept for thirty days
    result = it.answer(it.engine.forget((os.fsencode(path),), deleted=False))
    assert result["items"] == 1
    deadline = time.monotonic() + 20
    while everywhere(it):
        assert time.monotonic() < deadline, everywhere(it)
        time.sleep(0.1)
    with it.parts.store.read() as reader:
        assert reader.item(item) is None
        assert reader.count("items") == 6
    assert it.answer(it.engine.verify())["ok"]


def test_only_what_was_at_the_path_is_forgotten(it: World) -> None:
    """Not what had the same name elsewhere; a folder means all that was in it; what was moved, and
    deleted there, has been at both.
    """
    for folder in ("a", "b", "c"):
        (it.root / folder).mkdir()
        (it.root / folder / "same.md").write_text(f"in the folder {folder}")
    (it.root / "a" / "other.md").write_text("another one in the folder a")
    it.sync()
    (it.root / "c" / "same.md").rename(it.root / "moved.md")
    it.sync()
    for path in ("a/same.md", "a/other.md", "b/same.md", "moved.md"):
        (it.root / path).unlink()
    it.sync()

    def forget(path: str) -> tuple[int, int]:
        result = it.answer(it.engine.forget((os.fsencode(it.root / path),), deleted=False))
        return result["items"], result["by_name"]

    assert forget("a/same.md") == (1, 0)
    assert forget("same.md") == (0, 0)
    assert forget("a") == (1, 0)
    assert forget("c/same.md") == (1, 0)
    with it.parts.store.read() as reader:
        assert [item.name for item in reader.items()] == ["same.md"]
    assert forget("b") == (1, 0)


def test_what_an_older_release_deleted_is_forgotten_by_name(it: World) -> None:
    """Its path is not known; the answer says so."""
    path, item = one_secret(it)
    path.unlink()
    it.sync()
    with it.parts.store.write() as writer:
        writer.forget_lost_path(item, os.fsencode(path))
    result = it.answer(it.engine.forget((os.fsencode(path),), deleted=False))
    assert (result["items"], result["by_name"]) == (1, 1)


def test_forget_all_that_was_deleted(it: World) -> None:
    """And nothing else; the store goes on as if nothing had been."""
    path, _ = one_secret(it)
    path.unlink()
    (it.root / "0.md").unlink()
    it.sync()
    assert it.answer(it.engine.forget((), deleted=True))["items"] == 2
    (it.root / "new.md").write_text("a new note")
    it.sync()
    with it.parts.store.read() as reader:
        assert reader.count("items") == 6


def test_what_is_still_there_is_not_forgotten(it: World) -> None:
    """It would be read again: it says what to do first."""
    path, item = one_secret(it)
    error = it.answer(it.engine.forget((os.fsencode(path),), deleted=False))["error"]
    assert "still exists" in error["message"]
    assert it.parts.queries.note_text(item).text == SECRET


@pytest.mark.parametrize("keep", [False, True])
def test_a_root_that_is_removed_is_forgotten_unless_it_is_to_be_kept(it: World, keep: bool) -> None:
    """At once; with --keep it costs nothing when it comes back."""
    one_secret(it)
    it.answer(it.engine.remove_root(os.fsencode(it.root), keep=keep))
    it.sync()
    with it.parts.store.read() as reader:
        assert reader.count("items") == (7 if keep else 0)
        assert all(item.gone_at_ms != LONG_AGO_MS for item in reader.items())


def test_compaction_waits_for_readers_and_readers_for_it(tmp_path: Path) -> None:
    """Nobody sees a closed store; what was written is there afterwards."""
    store = Store(tmp_path / "store", map_size_bytes=2**26)
    failed: list[BaseException] = []
    over = threading.Event()

    def read() -> None:
        try:
            while not over.is_set():
                with store.read() as outer, store.read():
                    assert outer.meta("kept") in {None, "x" * 10_000}
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(5):
        for number in range(20):
            with store.write() as writer:
                writer.put_meta("kept", "x" * 10_000)
                writer.put_meta(f"other {number}", "y" * 10_000)
        before = store.used_bytes()
        store.compact()
        assert store.used_bytes() <= before
    over.set()
    for thread in threads:
        thread.join()
    assert failed == []
    with store.read() as reader:
        assert reader.meta("kept") == "x" * 10_000
    store.close()
