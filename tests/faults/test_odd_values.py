"""No size, time or metadata of one file costs more than that file."""

import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace as with_facts

from muserd.engine.ingest.apply import Applier
from muserd.ground.records import FileState
from tests.faults.helpers import notes, states
from tests.property.fakes import FakeEncodeWorker
from tests.property.world import World

pytestmark = [
    pytest.mark.skipif(not Path("/proc/sys/fs/inotify").exists(), reason="no inotify"),
    pytest.mark.timeout(300),
]


@pytest.mark.parametrize("year", [1601, 1677, 1969, 2262, 2300, 9999])
def test_a_file_of_another_age(one: World, year: int) -> None:
    """NTFS counts from 1601, people say `touch -d 2300-01-01`: an item like any other."""
    notes(one.root, 2)
    seconds = round((year - 1970) * 365.2425 * 86_400)
    for name in ("old.png", "old.md"):
        (one.root / name).write_bytes(b"of the year %d" % year)
        os.utime(one.root / name, (seconds, seconds))
    one.sync()
    one.check()
    assert states(one) == {FileState.PRESENT: 4}
    read = sum(worker.read for worker in one.workers())
    with one.parts.store.read() as reader:
        racy = sum(1 for _ in reader.files())
    one.sync()  # files that were made a moment ago are read once more, whatever their mtime
    assert sum(worker.read for worker in one.workers()) <= read + racy
    one.check()
    one.stop()
    one.start()
    one.sync()
    one.check()


Change = Callable[[Any], Any]


@pytest.mark.parametrize(
    "change",
    [
        lambda e: replace(e, facts=with_facts(e.facts, time_ms=2**80)),
        lambda e: replace(e, facts=with_facts(e.facts, width=-1)),
        lambda e: replace(e, facts=with_facts(e.facts, tags=(object(),))),
        lambda e: replace(e, facts=with_facts(e.facts, title="\ud800")),
        lambda e: replace(e, stat=replace(e.stat, size=2**70)),
        lambda e: replace(e, vector=e.vector[:3]),
        lambda e: replace(e, content=b"short"),
    ],
)
def test_an_outcome_that_cannot_be_stored(
    one: World, change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of a batch: it becomes a failure of its file, and all others are items."""
    encode = FakeEncodeWorker._encode

    def strange(self: FakeEncodeWorker, task: Any, content: Any) -> Any:
        encoded = encode(self, task, content)
        return change(encoded) if task.path.endswith(b"strange.md") else encoded

    monkeypatch.setattr(FakeEncodeWorker, "_encode", strange)
    for worker in one.workers():
        worker.gate.clear()
    notes(one.root, 9)
    (one.root / "strange.md").write_bytes(b"a strange one")
    one.wait_for(lambda: one.parts.pipeline.count() == 10)
    for worker in one.workers():
        worker.gate.set()
    one.sync()
    assert one.verify() == []
    assert states(one).get(FileState.PRESENT, 0) >= 9
    assert one.engine is not None
    failures = one.engine.failures()
    if states(one) != {FileState.PRESENT: 10}:  # some are simply held within bounds
        assert [failure.path for failure in failures] == [str(one.root / "strange.md")]
        assert failures[0].message
    monkeypatch.setattr(FakeEncodeWorker, "_encode", encode)
    (one.root / "strange.md").write_bytes(b"well again")
    one.sync()
    one.check()


def test_a_plan_that_cannot_be_carried_out(one: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rename that raises costs its file; the others of the same scan go through."""
    paths = notes(one.root, 6)
    one.sync()
    time.sleep(2.2)
    one.sync()  # looked at so long after its last change, a file is not read again when it moves
    ids, raised, move = one.here(), [], Applier._move

    def strange(self: Applier, writer: Any, root: bytes, before: Any, *rest: Any) -> None:
        if before.path.endswith(b"/3.md"):
            raised[:] = [1]
            raise OverflowError("int too big to convert")
        move(self, writer, root, before, *rest)

    monkeypatch.setattr(Applier, "_move", strange)
    for path in paths:
        path.rename(path.with_name(f"new {path.name}"))
    one.wait_for(lambda: raised == [1])
    one.sync()  # the scan reads what could not be moved
    one.check()
    assert one.here() == ids
