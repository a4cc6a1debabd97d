"""Clocks that jump."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from muserd.ground.clock import SystemClock
from tests.faults.helpers import notes
from tests.property.world import World, fakes

pytestmark = [
    pytest.mark.skipif(not Path("/proc/sys/fs/inotify").exists(), reason="no inotify"),
    pytest.mark.timeout(300),
]


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
        one.parts.retries.soon()

    one.parts.mailbox.call(put_off)
    one.wait_for(lambda: sum(worker.read for worker in one.workers()) > read)


def test_a_date_that_changes(one: World) -> None:
    """A file is dated anew and read again; its item finds another parent, or becomes the root."""
    paths = notes(one.root, 12)
    for number, path in enumerate(paths):
        os.utime(path, (1_700_000_000 + number, 1_700_000_000 + number))
    one.sync()
    for path, year_s in ((paths[7], 10**9), (paths[3], 9 * 10**8), (paths[7], 17 * 10**8)):
        os.utime(path, (year_s, year_s))
        assert one.engine is not None
        one.answer(one.engine.rescan(None, force=True))
        one.sync()
        lineage, times = one.parts.models["text"].lineage, one.parts.models["text"].slots.times_ms
        present = one.parts.models["text"].slots.present
        (root,) = np.flatnonzero(present & (lineage.parent < 0))
        assert times[root] == times[present].min()
    for path in paths[1::2]:
        path.unlink()
        one.sync()
    one.check()
