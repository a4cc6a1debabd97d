"""Faults that an engine meets: real folders, inotify, LMDB and FAISS, without models."""

import json
import os
import random
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from muserd.ground.clock import SystemClock
from muserd.ground.config import Root
from muserd.ground.errors import ConfigError, StoreFullError
from muserd.ground.records import FileState
from muserd.indexing import pauses, wiring
from muserd.store.environment import Store
from muserd.watch import scan as scanning
from tests.property.world import QUICK, World, fakes, world

pytestmark = [
    pytest.mark.skipif(not Path("/proc/sys/fs/inotify").exists(), reason="no inotify"),
    pytest.mark.timeout(300),
]


@pytest.fixture
def one() -> Iterator[World]:
    with world() as it:
        yield it


def notes(folder: Path, count: int, *, first: int = 0, contents: int = 1_000_000) -> list[Path]:
    """Some notes; beyond so many contents they repeat."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{number}.md" for number in range(first, first + count)]
    for number, path in enumerate(paths, first):
        path.write_bytes(b"note %d" % (number % contents))
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


@pytest.mark.parametrize("content", [b"one more", b""])
def test_an_outcome_that_is_older_than_a_scan(one: World, content: bytes) -> None:
    """A file is read, goes, and a scan finds nothing of it; only then its outcome is committed."""
    notes(one.root, 2)
    one.sync()
    commits, stop = one.parts.indexer._commits, threading.Event()
    held: list[Any] = []
    add, commits.add = commits.add, lambda *outcome: held.append(outcome)  # type: ignore[method-assign]
    late = one.root / "late.md"
    late.write_bytes(content)
    one.wait_for(lambda: bool(held))
    late.unlink()
    (root,) = one.parts.roots
    before = root.last_scan_at_ms
    assert one.engine is not None
    one.answer(one.engine.rescan(None, force=False))
    one.wait_for(lambda: root.last_scan_at_ms != before)
    one.wait_for(lambda: one.parts.roots.settler.next_due_s() is None)
    one.parts.inbox.post(stop.set)
    assert stop.wait(60)
    commits.add = add  # type: ignore[method-assign]
    one.parts.inbox.post(lambda: [add(*outcome) for outcome in held])
    one.wait_for(lambda: one.parts.reconciler._queue.count() == 0)
    one.wait_for(lambda: one.parts.roots.settler.next_due_s() is None)
    one.wait_for(lambda: os.fsencode(late) not in one.files())
    one.sync()
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
        it.wait_for(lambda: "map" in it.parts.pauses.reasons and it.parts.pauses.crowded)
        answer = it.answer(it.engine.sync())
        assert answer["error"]["code"] == "paused"
        assert "map" in answer["error"]["message"]
        status = it.engine.status()
        assert status["state"] == "degraded"
        assert any("intake rests: map" in problem for problem in status["problems"])
        assert any("of the store is in use" in problem for problem in status["problems"])
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
    one.wait_for(lambda: len(one.files()) == 41)
    one.sync()
    one.check()
    assert len(one.here()) == 41


# many files


def gated(it: World) -> threading.Event:
    """Stall the reader of events until the event is set."""
    gate, hear = threading.Event(), it.parts.roots.watcher._on_dirty

    def slow(*event: Any) -> None:
        gate.wait(60)
        hear(*event)

    it.parts.roots.watcher._on_dirty = slow
    return gate


@pytest.mark.slow
def test_nine_thousand_creations_before_a_stalled_reader(one: World) -> None:
    """The kernel drops events; a scan finds what they would have named."""
    one.sync()
    gate = gated(one)
    notes(one.root, 9_000, contents=40)
    gate.set()
    one.wait_for(lambda: len(one.files()) == 9_000)
    queued = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    assert one.engine is not None
    if queued < 18_000:
        assert one.engine.roots()[0]["overflows"] > 0
    one.sync()
    one.check()


@pytest.mark.parametrize(
    "count",
    [
        pytest.param(5_000, marks=pytest.mark.slow),
        pytest.param(20_000, marks=[pytest.mark.soak, pytest.mark.timeout(3_600)]),
    ],
)
def test_a_large_tree_that_moves(one: World, count: int) -> None:
    """To another name, out, and in again: each content is encoded once and stays where it is."""
    tree = one.root / "tree"
    for folder in range(count // 100):
        notes(tree / f"{folder % 10}" / f"{folder}", 100, first=100 * folder, contents=40)
    one.sync()
    ids, places = one.here(), one.places()
    assert len(one.files()) == count
    outside = one.base / "outside"
    for source, target in ((tree, one.root / "b"), (one.root / "b", outside), (outside, tree)):
        source.rename(target)
        one.sync()
        assert len(one.files()) == (0 if target == outside else count)
    one.check()
    assert one.here() == ids
    assert one.places() == places
    assert sum(worker.encoded for worker in one.workers()) == 40


# deletes


def test_a_mass_delete_waits_for_a_word() -> None:
    """So much gone at once may be a mistake: it is kept until a second look, or a confirmation."""
    watch = replace(QUICK.watch, hold_delete_count=10, delete_delay_ms=20)
    with world(replace(QUICK, watch=watch)) as it:
        assert it.engine is not None
        notes(it.root / "many", 30)
        notes(it.root, 5, first=100)
        it.sync()
        (it.root / "many").rename(it.base / "gone")
        it.wait_for(lambda: it.parts.roots.get(os.fsencode(it.root)).held == 30)
        assert len(it.here()) == 35
        assert it.engine.health()["ok"] is False
        assert it.engine.roots()[0]["held"] == 30
        assert it.answer(it.engine.confirm_root(os.fsencode(it.root))) == {"roots": 1}
        it.sync()
        it.check()
        assert len(it.here()) == 5
        assert it.engine.roots()[0]["held"] == 0


def test_a_root_that_is_another_folder_now() -> None:
    """Under the same name lies something else: what was there is not forgotten at once."""
    watch = replace(QUICK.watch, hold_delete_count=10)
    with world(replace(QUICK, watch=watch)) as it:
        notes(it.root, 20)
        it.sync()
        ids = it.here()
        it.root.rename(it.base / "old")
        notes(it.root, 3, first=50)
        it.wait_for(lambda: len(it.here()) == 23)
        assert ids.items() <= it.here().items()
        shutil.rmtree(it.root)
        (it.base / "old").rename(it.root)
        it.sync()
        it.sync()
        it.check()
        assert it.here() == ids


# roots


def test_a_root_in_an_own_folder_is_refused(one: World) -> None:
    assert one.engine is not None
    mine = one.where.state / "mine"
    mine.mkdir()
    answer = one.answer(one.engine.add_root(Root(str(mine))))
    assert answer["error"]["code"] == "ConfigError"
    assert [root["path"] for root in one.engine.roots()] == [str(one.root)]
    config = replace(one.config, roots=(Root(str(mine)),))
    with pytest.raises(ConfigError):
        wiring.checked_root(config.roots[0], one.where)


def test_muser_in_a_root(tmp_path: Path) -> None:
    """A root that holds the state directory is watched; Muser's own files are not."""
    with fakes():
        it = World(tmp_path, roots=(".",)).start()
        try:
            notes(it.root, 2)
            assert it.engine is not None
            it.sync()
            (it.where.state / "a.md").write_bytes(b"one of its own")
            it.sync()
            assert len(it.here()) == 2
            scans = it.engine.roots()[0]["last_scan_at"]
            time.sleep(0.5)
            assert it.engine.roots()[0]["last_scan_at"] == scans  # its writes are no events
        finally:
            it.stop()


def test_roots_in_one_another(one: World) -> None:
    """A file belongs to the deepest root that holds it, whichever root came first or leaves."""
    assert one.engine is not None
    inner = one.root / "shelf" / "inner"
    notes(inner, 12)
    notes(one.root / "shelf", 12, first=20)
    one.sync()
    ids = one.here()
    one.answer(one.engine.add_root(Root(str(inner))))
    one.sync()
    assert one.here() == ids
    with one.parts.store.read() as reader:
        owners = {file.path: file.root for file in reader.files()}
    assert {path for path, root in owners.items() if root == os.fsencode(inner)} == {
        os.fsencode(path) for path in inner.iterdir()
    }
    one.answer(one.engine.remove_root(os.fsencode(inner)))
    one.sync()
    one.check()
    assert one.here() == ids


# clocks


class JumpingClock(SystemClock):
    """The machine's clocks, the one on the wall wrong by some time."""

    wrong_ms = 0

    def now_ms(self) -> int:
        return super().now_ms() + self.wrong_ms


@pytest.mark.parametrize("years", [-10, 10])
def test_the_clock_jumps(tmp_path: Path, years: int) -> None:
    """What people see may be dated wrongly; nothing is missed, nothing waits for years."""
    clock = JumpingClock()
    with fakes():
        it = World(tmp_path)
        it.start(clock)
        try:
            paths = notes(it.root, 4)
            (it.root / "shut.md").write_bytes(b"nobody may read this")
            (it.root / "shut.md").chmod(0)
            it.sync()
            clock.wrong_ms = years * 365 * 86_400_000
            paths[0].write_bytes(b"an edit of the same size"[:6])
            paths[1].unlink()
            notes(it.root, 2, first=20)
            it.sync()
            it.check()
            with it.parts.store.read() as reader:
                before = next(reader.failures())
            (it.root / "shut.md").chmod(0o600)
            it.wait_for(lambda: it.files()[before.path][2] != "")
            clock.wrong_ms = 0
            notes(it.root, 1, first=30)
            it.sync()
            it.check()
        finally:
            it.stop()


@pytest.mark.parametrize("years", [-10, 10])
def test_a_retry_that_the_clock_put_off(one: World, years: int) -> None:
    """A time to try again that is farther off than any pause is no time at all."""
    (one.root / "shut.md").write_bytes(b"nobody may read this")
    (one.root / "shut.md").chmod(0)
    one.sync()
    with one.parts.store.read() as reader:
        failure = next(reader.failures())
    assert failure.next_try_at_ms is not None
    wrong = replace(failure, next_try_at_ms=failure.next_try_at_ms + years * 365 * 86_400_000)
    read = sum(worker.read for worker in one.workers())

    def put_off() -> None:
        with one.parts.store.write() as writer:
            writer.put_failure(wrong)
        one.parts.reconciler.next_retry_s = 0.0

    one.parts.inbox.post(put_off)
    one.wait_for(lambda: sum(worker.read for worker in one.workers()) > read)


# caches


@pytest.mark.parametrize(
    "damage",
    [
        "{}",
        "not JSON",
        "no-space",
        "no-thumbs",
    ],
)
def test_a_site_that_cannot_be_gone_on_from(tmp_path: Path, damage: str) -> None:
    """Another version's, or damaged: it is a cache, and published anew."""
    with fakes():
        it = World(tmp_path).start()
        try:
            notes(it.root, 3)
            (it.root / "p.png").write_bytes(b"picture")
            it.sync()
            it.stop()
            path = it.where.site / "manifest.json"
            manifest = json.loads(path.read_text())
            if damage == "no-space":
                del manifest["spaces"]["image"]
            elif damage == "no-thumbs":
                manifest["spaces"]["image"]["thumbs"] = {"loose": {}}
            text = damage if damage in {"{}", "not JSON"} else json.dumps(manifest)
            path.write_text(text)
            it.start()
            it.sync()
            it.check()
        finally:
            it.stop()


def test_caches_that_are_gone(tmp_path: Path) -> None:
    """Vectors' cache and site are made again from the store; nothing is encoded again."""
    with fakes():
        it = World(tmp_path).start()
        try:
            notes(it.root, 20)
            it.sync()
            ids, places = it.here(), it.places()
            it.stop()
            shutil.rmtree(it.where.cache)
            shutil.rmtree(it.where.site)
            it.start()
            it.sync()
            it.check()
            assert it.here() == ids
            assert it.places() == places
            assert sum(worker.encoded for worker in it.workers()) == 0
        finally:
            it.stop()
