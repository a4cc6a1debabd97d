"""What raises where nobody expects it: every job ends, whoever waits is answered, all goes on."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from muserd.engine.maps.refit import job as fit_job
from muserd.engine.sync import roots as watched
from muserd.ground.errors import StoreFullError
from muserd.ground.records import Region, RegionId
from muserd.store.environment import Store
from muserd.store.writer import Writer
from tests.faults.helpers import notes
from tests.property.fakes import FakeEncodeWorker, FakeLayoutWorker
from tests.property.world import World, world

pytestmark = [
    pytest.mark.skipif(not Path("/proc/sys/fs/inotify").exists(), reason="no inotify"),
    pytest.mark.timeout(300),
]

UNFORESEEN = [RuntimeError("cannot happen"), MemoryError(), TypeError("None"), SystemExit(3)]


@pytest.fixture
def mapped() -> Iterator[World]:
    """Thirty notes on a map."""
    with world() as it:
        notes(it.root, 30)
        it.sync()
        yield it


def raising(error: BaseException) -> Any:
    def work(*_: Any, **__: Any) -> Any:
        raise error

    return work


@pytest.mark.parametrize("error", UNFORESEEN, ids=repr)
def test_a_fit(mapped: World, monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Whoever asked is told, the map stays, and the next fit is made."""
    assert mapped.engine is not None
    for owner, name in ((FakeLayoutWorker, "run"), (fit_job, "_write"), (fit_job, "_read")):
        with monkeypatch.context() as patch:
            patch.setattr(owner, name, raising(error))
            answer = mapped.answer(mapped.engine.refit("text"))
            assert type(error).__name__ in answer["error"]["message"]
    assert mapped.answer(mapped.engine.refit("text"))["fits"][0]["state"] == "current"
    mapped.sync()
    mapped.check()


@pytest.mark.parametrize("error", UNFORESEEN, ids=repr)
def test_a_scan(mapped: World, monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """`sync` does not wait for ever and does not say that all is well."""
    assert mapped.engine is not None
    with monkeypatch.context() as patch:
        patch.setattr(watched, "scan", raising(error))
        answer = mapped.answer(mapped.engine.sync())
        assert answer["error"]["code"] == "scan"
        assert not mapped.engine.health().ok
    mapped.sync()
    mapped.check()
    assert mapped.engine.health().ok


@pytest.mark.parametrize("error", UNFORESEEN, ids=repr)
def test_pages_of_thumbnails(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """They are made at the next chance."""
    monkeypatch.setattr("muserd.engine.publishing.thumbnail_pages._RETRY_S", 0.05)
    pack, tried = FakeEncodeWorker.pack, []

    def first_fails(self: FakeEncodeWorker, *arguments: Any) -> bytes:
        tried.append(1)
        if len(tried) == 1:
            raise error
        return pack(self, *arguments)

    monkeypatch.setattr(FakeEncodeWorker, "pack", first_fails)
    with world() as it:
        for number in range(70):
            (it.root / f"{number}.png").write_bytes(b"picture %d" % number)
        it.sync()
        (it.root / "a.md").write_bytes(b"another round")
        it.wait_for(lambda: len(tried) > 1)
        it.sync()
        it.check()


def test_a_backup(mapped: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert mapped.engine is not None
    with monkeypatch.context() as patch:
        patch.setattr(Store, "backup", raising(RuntimeError("cannot happen")))
        answer = mapped.answer(mapped.engine.backup(tmp_path))
    assert "cannot happen" in answer["error"]["message"]


def test_a_name_whose_commit_fails(mapped: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory and store stay together."""
    assert mapped.engine is not None
    region = Region(
        id=RegionId(7), parent=RegionId(-1), level=0, name="before", pinned=False, terms=(),
        colour="#000000", count=1, x=0.0, y=0.0, medoid=0, first_time_ms=0, last_time_ms=0,
    )  # fmt: skip
    model = mapped.parts.models["text"]
    with mapped.parts.store.write() as writer:
        writer.put_region("text", region)
    with mapped.parts.store.read() as reader:
        model.load(reader)
    put = Writer.put_meta

    def full(self: Writer, name: str, value: Any) -> None:
        if name == "unpublished":
            raise StoreFullError("no room", "")
        put(self, name, value)

    with monkeypatch.context() as patch:
        patch.setattr(Writer, "put_meta", full)
        answer = mapped.answer(mapped.engine.rename_region("text", 7, "after"))
    assert answer["error"]["code"] == "full"
    assert model.regions[RegionId(7)].name == "before"
    mapped.check_models()


def test_a_forced_scan_is_not_lost_when_an_event_follows(mapped: World) -> None:
    """What was to be encoded anew is, though the file is named again while it waits."""
    assert mapped.engine is not None
    mapped.engine.pause()
    before = sum(worker.encoded for worker in mapped.workers())
    mapped.answer(mapped.engine.rescan(None, force=True))
    mapped.wait_for(lambda: mapped.parts.pipeline.count() == 30)
    for number in range(5):
        os.utime(mapped.root / f"{number}.md")
    mapped.wait_for(lambda: mapped.parts.settler.next_due_s() is None)
    mapped.engine.resume()
    mapped.sync()
    assert sum(worker.encoded for worker in mapped.workers()) >= before + 30
    mapped.check()


def test_a_store_that_is_full_when_the_site_is_published(
    mapped: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page shows what is there; the store hears of it later."""
    monkeypatch.setattr("muserd.engine.publishing.publisher._RETRY_S", 0.05)
    monkeypatch.setattr("muserd.engine.gate._LOOK_S", 0.05)
    assert mapped.engine is not None
    told: list[Any] = []
    mapped.engine.subscribe(told.append)
    put, failed = Writer.put_event, []

    def full(self: Writer, event: Any) -> None:
        if len(failed) < 2:
            failed.append(event)
            raise StoreFullError("no room", "")
        put(self, event)

    monkeypatch.setattr(Writer, "put_event", full)
    notes(mapped.root, 1, first=99)
    mapped.wait_for(lambda: len(failed) == 2 and len(mapped.here()) == 31)
    mapped.wait_for(lambda: not mapped.parts.gate.reasons)
    mapped.sync()
    mapped.check()
    manifest = mapped.parts.site.manifest()
    assert manifest is not None
    items = [event for event in told if event.name == "items"]
    assert [event.revision for event in items] == sorted({event.revision for event in items})
    after = mapped.engine.events_after(items[0].revision - 1)
    assert after is not None
    assert {event.revision for event in items} <= {event.revision for event in after}
