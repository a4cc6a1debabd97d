"""Faults that an engine meets: real folders, inotify, LMDB and FAISS, without models."""

import os
import random
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from muserd.ground.errors import StoreFullError
from muserd.ground.records import FileState
from muserd.indexing import pauses, wiring
from muserd.store.environment import Store
from muserd.watch import scan as scanning
from tests.property.world import World, world

pytestmark = [
    pytest.mark.skipif(not Path("/proc/sys/fs/inotify").exists(), reason="no inotify"),
    pytest.mark.timeout(300),
]


@pytest.fixture
def one() -> Iterator[World]:
    with world() as it:
        yield it


def notes(folder: Path, count: int, *, first: int = 0) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{number}.md" for number in range(first, first + count)]
    for number, path in enumerate(paths, first):
        path.write_bytes(b"note %d" % number)
    return paths


def states(it: World) -> dict[FileState, int]:
    found: dict[FileState, int] = {}
    for state, _, _ in it.files().values():
        found[state] = found.get(state, 0) + 1
    return found


# roots that come and go


def test_a_failed_file_is_no_ghost(one: World) -> None:
    """A file that never was an item has nothing to remember while its root is away."""
    (one.root / "empty.md").touch()
    notes(one.root, 2)
    one.sync()
    one.root.rename(one.base / "away")
    one.sync()
    assert one.verify() == []
    assert states(one) == {FileState.OFFLINE: 2, FileState.FAILED: 1}
    (one.base / "away").rename(one.root)
    one.sync()
    one.check()


def test_a_path_that_settles_after_its_root_went_away(one: World) -> None:
    """The event came first, then the root went: the file is a ghost, not forgotten."""
    path = notes(one.root, 3)[0]
    one.sync()
    ids = one.here()
    parts = one.parts
    held = threading.Event()
    parts.inbox.post(lambda: held.wait(60))  # the indexer does not hear of it yet
    path.write_bytes(b"another")
    one.root.rename(one.base / "away")
    held.set()
    one.sync()
    assert one.here() == ids
    (one.base / "away").rename(one.root)
    one.sync()
    one.check()


def test_an_inner_root_that_moved_away_with_its_folder() -> None:
    """The folder that holds an inner root is gone: the inner root is away, not deleted."""
    with world(roots=("root", "root/shelf/inner")) as it:
        notes(it.root / "shelf", 2)
        notes(it.roots[1], 2, first=10)
        it.sync()
        it.check()
        ids = it.here()
        (it.root / "shelf").rename(it.base / "shelf")
        it.sync()
        assert states(it) == {FileState.OFFLINE: 2}
        assert set(it.here().values()) < set(ids.values())
        (it.base / "shelf").rename(it.root / "shelf")
        it.sync()
        it.check()
        assert it.here() == ids


def test_a_scan_that_is_older_than_an_event(one: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that came while a scan was under way, and is in the store, is not forgotten."""
    notes(one.root, 2)
    one.sync()
    walked, go_on = threading.Event(), threading.Event()
    walk = scanning.scan

    def slow(*arguments: Any) -> scanning.ScanResult:
        result = walk(*arguments)
        walked.set()
        assert go_on.wait(60)
        return result

    monkeypatch.setattr("muserd.indexing.roots.scan", slow)
    assert one.engine is not None
    one.engine.rescan(None, force=False)
    assert walked.wait(60)
    late = notes(one.root, 1, first=7)[0]
    one.wait_for(lambda: os.fsencode(late) in one.files())
    forgotten: list[bytes] = []
    forget = one.parts.reconciler._intake._forget
    monkeypatch.setattr(
        one.parts.reconciler._intake,
        "_forget",
        lambda writer, before, changes: (
            forgotten.append(before.path),
            forget(writer, before, changes),
        ),
    )
    monkeypatch.setattr("muserd.indexing.roots.scan", walk)
    go_on.set()
    one.sync()
    assert forgotten == []
    one.check()


# room


def small_store(monkeypatch: pytest.MonkeyPatch, size_bytes: int) -> None:
    monkeypatch.setattr(
        wiring, "Store", lambda folder, **_: Store(folder, map_size_bytes=size_bytes)
    )
    monkeypatch.setattr(pauses, "_LOOK_S", 0.05)


def test_the_map_runs_full(monkeypatch: pytest.MonkeyPatch) -> None:
    """Intake rests, what is there is served; when room was made, intake goes on by itself."""
    small_store(monkeypatch, 3_000_000)
    monkeypatch.setattr(pauses, "_CALM_LOOK_S", 0.05)
    with world() as it:
        assert it.engine is not None
        big = [it.root / "big" / f"{number}.md" for number in range(80)]
        big[0].parent.mkdir()
        for number, path in enumerate(big):
            path.write_bytes(random.Random(number).randbytes(60_000))
        it.wait_for(lambda: "map" in it.parts.pauses.reasons)
        answer = it.answer(it.engine.sync())
        assert answer["error"]["code"] == "paused"
        assert "map" in answer["error"]["message"]
        status = it.engine.status()
        assert status["state"] == "degraded"
        assert any("map" in problem for problem in status["problems"])
        here = it.here()
        assert 0 < len(here) < 80
        assert len(list(it.engine.items(None))) == len(here)
        assert it.verify() == []
        shutil.rmtree(big[0].parent)
        notes(it.root, 3)
        it.parts.inbox.post(lambda: it.parts.roots.want_scan(None, "test"))
        it.wait_for(lambda: all(b"/big/" not in path for path in it.files()))
        it.parts.inbox.post(lambda: it.parts.indexer._commits.purge(0))
        it.wait_for(lambda: not it.parts.pauses.reasons)
        it.sync()
        it.check()
        assert len(it.here()) == 3


def test_a_commit_that_finds_no_room_is_done_again(
    one: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a batch had in hand waits again: nothing is left in hand for ever."""
    monkeypatch.setattr(pauses, "_LOOK_S", 0.05)
    notes(one.root, 1)
    one.sync()
    intake, failed = one.parts.indexer._commits._intake, threading.Event()
    encoded = intake.encoded

    def full(*arguments: Any) -> None:
        if not failed.is_set():
            failed.set()
            raise StoreFullError("no room", "")
        encoded(*arguments)

    intake.encoded = full  # type: ignore[method-assign]
    notes(one.root, 40, first=1)
    one.wait_for(failed.is_set)
    one.wait_for(lambda: not one.parts.pauses.reasons)
    one.sync()
    one.check()
    assert len(one.here()) == 41
