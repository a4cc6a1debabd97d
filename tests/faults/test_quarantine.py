"""Workers that die in the hands of an engine: a real child with a model of no weight."""

import os
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from msgspec import structs

from muserd.engine import assembly as wiring
from muserd.engine.sync.plan import RACY_MS
from muserd.ground.config import Config
from muserd.ground.records import Failure, FileState
from muserd.workers.encode.host import EncodeWorker
from tests import children
from tests.faults.helpers import notes
from tests.property.world import World, fakes

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/sys/fs/inotify").exists(), reason="no inotify"),
    pytest.mark.timeout(300),
]


@pytest.fixture
def launches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How many children were started."""
    path = tmp_path / "cache" / "models" / "launches"  # where a child may write
    path.parent.mkdir(parents=True)
    path.touch()
    monkeypatch.setenv("PUPPET_LAUNCHES", str(path))
    return lambda: path.read_text().split().count("start")


@pytest.fixture
def it(
    tmp_path: Path, launches: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    children.on_the_path(monkeypatch)
    with fakes():
        monkeypatch.setattr(wiring, "EncodeWorker", partial(EncodeWorker, child="encode_puppet"))
        world = World(tmp_path)
        yield world
        world.stop()


def failure(it: World) -> Failure:
    with it.parts.store.read() as reader:
        (found,) = reader.failures()
    return found


def suspects(it: World) -> int:
    return sum(file.group > 0 for file in it.parts.pipeline._ledger)


def with_deadline(it: World, seconds: int) -> Config:
    """The configuration, with so much time for reading a file."""
    resources = structs.replace(it.config.resources, file_deadline_s=seconds)
    return structs.replace(it.config, resources=resources)


def test_a_deadly_file_is_quarantined(
    it: World, launches: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is tried again for a person, for another decoder, for another content; else never."""
    notes(it.root, 10)
    culprit = it.root / "culprit.md"
    culprit.write_bytes(b"encoding: exit")
    time.sleep(RACY_MS / 1000)  # a younger file is read twice: see `plan.is_racy`
    it.start()
    it.sync()
    assert len(it.here()) == 10
    assert it.files()[os.fsencode(culprit)][0] is FileState.FAILED
    first = failure(it)
    assert (first.cause, first.attempts, first.next_try_at_ms) == ("crash", 1, None)
    assert it.engine is not None
    assert it.engine.health().ok  # one file is no trouble of the daemon's
    assert [one.path for one in it.engine.failures()] == [str(culprit)]

    started = launches()
    it.stop()
    it.start()
    it.sync()
    assert launches() == started

    assert it.answer(it.engine.retry_failures(os.fsencode(culprit))) == {"files": 1}
    it.wait_for(lambda: failure(it).attempts == 2)

    it.stop()
    monkeypatch.setattr(wiring, "DECODER_VERSION", "another")
    it.start()
    it.wait_for(lambda: failure(it).attempts == 3)
    it.sync()
    assert failure(it).decoder.startswith("another")
    assert failure(it).next_try_at_ms is None

    culprit.write_bytes(b"harmless now")
    it.sync()
    it.check()
    assert len(it.here()) == 11


def test_a_file_that_hung_before_is_read_apart_when_it_changes(it: World) -> None:
    """Its failure is remembered: changed, it hangs again, and what is saved meanwhile is stored."""
    it.config = with_deadline(it, 4)
    notes(it.root, 2)
    culprit = it.root / "culprit.md"
    culprit.write_bytes(b"reading: hold")
    time.sleep(RACY_MS / 1000)
    it.start()
    it.sync()
    assert failure(it).cause == "hang"
    it.stop()
    it.config = with_deadline(it, 20)
    it.start()
    culprit.write_bytes(b"reading: hold\n")
    assert it.engine is not None
    it.wait_for(lambda: suspects(it) == 1)
    (it.root / "next.md").write_bytes(b"an ordinary note")
    it.wait_for(lambda: len(it.here()) == 3)
    assert suspects(it) == 1
    assert failure(it).attempts == 1
    assert it.engine.health().ok


def test_a_worker_that_cannot_start(
    it: World, launches: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The state is `degraded`, with the reason; it is tried again, ever less often; files wait."""
    monkeypatch.setenv("PUPPET_DIES", "1")
    it.start()
    notes(it.root, 3)
    assert it.engine is not None
    it.wait_for(lambda: it.engine is not None and it.engine.status().state == "degraded")
    (problem,) = it.engine.health().problems
    assert problem.startswith("the text encoder: encode_puppet died with status 1")
    assert "this puppet cannot start" in problem
    answer = it.answer(it.engine.sync())
    assert answer["error"]["code"] == "encoder"
    time.sleep(4)
    assert launches() <= 4  # after 1, 2, 4 … seconds
    assert it.here() == {}
    assert it.engine.failures() == ()
    monkeypatch.delenv("PUPPET_DIES")
    it.wait_for(lambda: len(it.here()) == 3)
    it.sync()
    it.check()
    assert it.engine.health().ok
