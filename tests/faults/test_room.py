"""A store that runs full."""

import random
import shutil
import threading
from pathlib import Path
from typing import Any

import pytest

from muserd.engine import assembly as wiring
from muserd.engine import gate as pauses
from muserd.engine.sync import reconcile
from muserd.ground.errors import StoreFullError
from muserd.store.environment import Store
from tests.faults.helpers import notes
from tests.property.world import World, world

pytestmark = [
    pytest.mark.skipif(not Path("/proc/sys/fs/inotify").exists(), reason="no inotify"),
    pytest.mark.timeout(300),
]


def small_store(monkeypatch: pytest.MonkeyPatch, size_bytes: int) -> None:
    monkeypatch.setattr(
        wiring, "Store", lambda folder, **_: Store(folder, map_size_bytes=size_bytes)
    )
    monkeypatch.setattr(pauses, "_LOOK_S", 0.05)
    monkeypatch.setattr(reconcile, "_FULL_S", 0.5)


def says(it: World, words: str) -> bool:
    """Whether `status` names a problem."""
    assert it.engine is not None
    return any(words in problem for problem in it.engine.status().problems)


def test_the_map_runs_full(monkeypatch: pytest.MonkeyPatch) -> None:
    """Intake rests, what is there is served; when room was made, intake goes on by itself."""
    small_store(monkeypatch, 8_000_000)
    monkeypatch.setattr(pauses, "_CALM_LOOK_S", 0.05)
    with world() as it:
        engine = it.engine
        assert engine is not None
        big = [it.root / "big" / f"{number}.md" for number in range(80)]
        big[0].parent.mkdir()
        for number, path in enumerate(big):
            path.write_bytes(random.Random(number).randbytes(160_000))
        it.wait_for(lambda: "map" in it.parts.gate.reasons and it.parts.store.crowded)
        answer = it.answer(it.engine.sync())
        assert answer["error"]["code"] == "paused"
        assert "map" in answer["error"]["message"]
        # Smaller commits may still find room: intake goes on and rests again before it is over.
        it.wait_for(lambda: says(it, "the store is full") and says(it, "of the store is in use"))
        assert it.engine.status().state == "degraded"
        here = it.here()
        assert 0 < len(here) < 80
        assert len(list(it.engine.items(None))) == len(here)
        assert it.verify() == []
        shutil.rmtree(big[0].parent)
        notes(it.root, 3)
        it.parts.mailbox.call(lambda: it.parts.roots.want_scan(None, "test"))
        it.wait_for(lambda: all(b"/big/" not in path for path in it.files()))

        def purge() -> None:
            done = False
            try:
                done = it.parts.purge.run(0)
            finally:  # a fit is being made, or there is no room yet even to delete
                if not done:
                    it.parts.mailbox.call(purge)

        it.parts.mailbox.call(purge)
        # It may rest once more while it goes on: a batch is tried that is still too large.
        it.wait_for(lambda: "error" not in it.answer(engine.sync()))
        it.check()
        assert len(it.here()) == 3


def test_a_commit_that_finds_no_room_is_done_again(
    one: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a batch had in hand waits again: nothing is left in hand for ever."""
    monkeypatch.setattr(pauses, "_LOOK_S", 0.05)
    notes(one.root, 1)
    one.sync()
    intake, failed = one.parts.pipeline._applier, threading.Event()
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
