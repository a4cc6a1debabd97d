"""The steps in which files of earlier readers are found; what becomes of them: test_rereads."""

from dataclasses import replace

import msgspec
import pytest

from muserd.engine.sync import rereads
from muserd.engine.sync.rereads import _BUSY_S, _PAUSE_S, AT_ONCE, FIRST_S, Rereads
from muserd.ground.records import FileState
from tests.unit.engine.bench import Bench


@pytest.fixture
def old(bench: Bench) -> Bench:
    """Three notes of a watched root, read by a release from before there were versions."""
    bench.parts.root_changes.add(bench.config)
    bench.rest()
    bench.ingest("a.txt", "b.txt", "c.txt")
    with bench.parts.store.write() as writer:
        for item in list(writer.items()):
            facts = msgspec.structs.replace(item.facts, reader=0)
            writer.put_item(replace(item, facts=facts))
        writer.put_meta("readers", None)
    return bench


def steps(bench: Bench) -> Rereads:
    """Made anew, as at a start."""
    parts = bench.parts
    timers = parts.loop._timers
    return Rereads(parts.store, parts.roots, parts.pipeline, parts.gate, timers, bench.clock)


def names(bench: Bench) -> list[bytes]:
    return [file.seen.path[-5:] for file in bench.parts.pipeline._ledger if file.reread]


def test_it_begins_when_what_comes_first_has_had_its_time(old: Bench) -> None:
    one = steps(old)
    assert one._timer.due_s == old.clock.monotonic_s() + FIRST_S
    one._step()
    assert names(old) == [b"a.txt", b"b.txt", b"c.txt"]
    assert one._timer.due_s == old.clock.monotonic_s() + _PAUSE_S


def test_everything_else_comes_first(old: Bench) -> None:
    """A pause, files in work, a scan."""
    one = steps(old)
    old.parts.gate.user(rests=True)
    one._step()
    assert one._timer.due_s == old.clock.monotonic_s() + _BUSY_S
    old.parts.gate.user(rests=False)
    old.parts.pipeline.add(old.raw, [old.write("d.txt")])
    one._step()
    old.parts.pipeline.drop_root(old.raw)
    old.parts.roots.want_scan(None, "asked")
    one._step()
    assert names(old) == []
    assert old.parts.pipeline.count() == 0


def test_few_files_at_a_time(old: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    assert AT_ONCE > 3
    monkeypatch.setattr(rereads, "AT_ONCE", 2)
    one = steps(old)
    one._step()
    assert names(old) == [b"a.txt", b"b.txt"]
    assert not one._ended
    old.parts.pipeline.drop_root(old.raw)
    one._step()
    assert names(old) == [b"c.txt"]
    assert one._ended


def test_what_is_away_is_left_for_another_start(old: Bench) -> None:
    """A ghost, and a file of no root; the store is then not up to date yet."""
    for name, change in (("a.txt", {"state": FileState.OFFLINE}), ("b.txt", {})):
        record = old.file(name)
        assert record is not None
        with old.parts.store.write() as writer:
            writer.put_file(replace(record, **change))  # type: ignore[arg-type]
    with old.parts.store.write() as writer:
        moved = old.file("c.txt")
        assert moved is not None
        writer.delete_file(moved.path)
        writer.put_file(replace(moved, path=b"/elsewhere/c.txt", root=b"/elsewhere"))
    one = steps(old)
    one._step()
    assert names(old) == [b"b.txt"]
    assert (one._left, one._ended) == (True, True)
    old.parts.pipeline.drop_root(old.raw)
    one._step()
    with old.parts.store.read() as reader:
        assert reader.meta("readers") is None


def test_what_is_gone_or_read_by_this_release_is_left_alone(old: Bench) -> None:
    """When nothing is left the store says so, and nothing is looked at again."""
    now = rereads.reader_version(b"a.txt")
    with old.parts.store.write() as writer:
        for item in list(writer.items()):
            facts = msgspec.structs.replace(item.facts, reader=now)
            writer.put_item(replace(item, facts=facts))
        one_gone = replace(old.item("a.txt"), gone_at_ms=1)
        writer.put_item(one_gone)
    one = steps(old)
    one._step()
    assert (names(old), one._left, one._ended) == ([], False, True)
    one._step()
    with old.parts.store.read() as reader:
        assert reader.meta("readers") == rereads._NOW
    again = steps(old)
    again._step()
    assert (again._next, names(old)) == (0, [])
