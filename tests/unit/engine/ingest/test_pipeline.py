"""A file between plan and store: queued, read by a worker, committed, or dropped on the way."""

from typing import Any

import pytest

from muserd.engine.ingest.apply import Applier
from muserd.ground.records import FileState
from tests.unit.engine.bench import Bench


def test_a_file_is_queued_read_and_committed(bench: Bench) -> None:
    pipeline = bench.parts.pipeline
    pipeline.add(bench.raw, [bench.write("a.txt")])
    assert (pipeline.count("text"), pipeline.pending, pipeline.due_s()) == (1, False, float("inf"))
    pipeline.feed()
    bench.hear()
    assert pipeline.pending
    assert pipeline.due_s() == bench.clock.monotonic_s()
    pipeline.commit()
    assert (pipeline.count(), pipeline.pending) == (0, False)
    record = bench.file("a.txt")
    assert record is not None
    assert record.state is FileState.PRESENT
    assert bench.parts.models["text"].slots.present[bench.item("a.txt").slot]


def test_nothing_is_read_while_the_gate_is_closed(bench: Bench) -> None:
    pipeline = bench.parts.pipeline
    bench.parts.gate.user(rests=True)
    pipeline.add(bench.raw, [bench.write("a.txt")])
    pipeline.feed()
    assert not pipeline.importing
    assert bench.parts.workers["text"].read == 0  # type: ignore[attr-defined]
    bench.parts.gate.user(rests=False)
    assert pipeline.importing
    bench.finish()
    assert bench.item("a.txt").name == "a.txt"


def test_files_with_the_same_bytes_are_one_item(bench: Bench) -> None:
    seen = [bench.write("a.txt", "the same"), bench.write("b.txt", "the same")]
    bench.parts.pipeline.add(bench.raw, seen)
    bench.finish()
    assert bench.item("a.txt").id == bench.item("b.txt").id


def test_the_outcome_of_a_former_encoder_is_dropped(bench: Bench) -> None:
    """It comes after the switch: the file is not in the store, and waits to be read again."""
    pipeline = bench.parts.pipeline
    pipeline.add(bench.raw, [bench.write("a.txt")])
    pipeline.feed()
    pipeline.restart("text")
    bench.hear()
    assert not pipeline.pending
    pipeline.commit()
    assert bench.file("a.txt") is None


def test_the_outcome_for_a_root_that_was_removed_is_dropped(bench: Bench) -> None:
    pipeline = bench.parts.pipeline
    pipeline.add(bench.raw, [bench.write("a.txt")])
    pipeline.feed()
    pipeline.drop_root(bench.raw)
    bench.hear()
    pipeline.commit()
    assert (bench.file("a.txt"), pipeline.count()) == (None, 0)


def test_a_file_that_changed_while_it_was_read_is_looked_at_again(bench: Bench) -> None:
    pipeline = bench.parts.pipeline
    pipeline.add(bench.raw, [bench.write("a.txt")])
    pipeline.feed()
    bench.hear()
    seen = bench.write("a.txt", "longer than it was")
    assert pipeline.commit().look_again == [(bench.raw, seen.path)]


def test_while_files_stream_in_a_full_batch_is_waited_for(bench: Bench) -> None:
    """Half a second at most: each commit costs an fsync."""
    pipeline = bench.parts.pipeline
    bench.parts.workers["text"].gate.clear()  # type: ignore[attr-defined]
    pipeline.add(bench.raw, [bench.write(f"{n}.txt") for n in range(40)])
    pipeline.add(bench.raw, [bench.write("a.png")])
    pipeline.feed()
    bench.hear()
    assert pipeline.due_s() == bench.clock.monotonic_s() + 0.5
    pipeline.commit()
    assert bench.file("a.png") is None
    bench.clock.advance(0.5)
    pipeline.commit()
    assert bench.file("a.png") is not None


def test_what_raises_in_the_transaction_costs_its_file_only(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoded = Applier.encoded

    def odd(self: Applier, writer: Any, root: bytes, outcome: Any, changes: Any) -> None:
        if outcome.task.path.endswith(b"/b.txt"):
            raise ValueError("nobody foresaw this")
        encoded(self, writer, root, outcome, changes)

    monkeypatch.setattr(Applier, "encoded", odd)
    assert bench.ingest("a.txt", "b.txt", "c.txt").failed == 1
    assert {bench.item("a.txt").name, bench.item("c.txt").name} == {"a.txt", "c.txt"}
    with bench.parts.store.read() as reader:
        failure = reader.failure(bytes(bench.root / "b.txt"))
    assert failure is not None
    assert "nobody foresaw this" in failure.message
