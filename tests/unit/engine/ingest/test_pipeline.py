"""A file between plan and store: queued, read by a worker, committed, or dropped on the way."""

import logging
from dataclasses import replace
from typing import Any

import pytest

from muserd.engine.ingest.apply import Applier
from muserd.engine.ingest.pipeline import not_storable
from muserd.ground.records import EncoderInfo, FileState
from muserd.workers.encode.outcomes import Encoded, FileFailed, FileTask
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


def test_the_first_vector_says_which_encoder_the_map_is_made_with(bench: Bench) -> None:
    """It is stored with it; a map that has one keeps it."""
    assert bench.parts.models["text"].encoder is None
    bench.ingest("a.txt")
    model = bench.parts.models["text"]
    assert model.encoder is not None
    assert model.encoder.id == "fake-text"
    with bench.parts.store.read() as reader:
        assert reader.encoder("text") == model.encoder
        assert reader.encoder("image") is None
    moved = replace(model.encoder, device="cuda fp16")  # the same one, on another device
    file = _read(bench, "b.txt", moved)
    bench.parts.pipeline.commit()
    assert file.outcome is not None
    with bench.parts.store.read() as reader:
        assert reader.encoder("text") == model.encoder == moved


def test_what_another_encoder_read_is_read_again_once_and_then_fails(bench: Bench) -> None:
    """Vectors never meet. The worker is told which encoder is wanted."""
    bench.ingest("a.txt")
    other = EncoderInfo("other@1", "Other", 16, "cpu")
    file = _read(bench, "b.txt", other)
    bench.parts.pipeline.commit()
    assert (file.stage, file.foreign) == ("queued", 1)
    file = _read(bench, "b.txt", other)
    assert bench.parts.pipeline.commit().failed == 1
    with bench.parts.store.read() as reader:
        failure = reader.failure(file.seen.path)
    assert failure is not None
    assert failure.cause == "other-encoder"
    record = bench.file("b.txt")
    assert record is not None
    assert record.item is None


def _read(bench: Bench, name: str, encoder: EncoderInfo) -> Any:
    """Have a note read by an encoder, and not committed."""
    pipeline = bench.parts.pipeline
    seen = bench.write(name)
    pipeline.add(bench.raw, [seen], force=True)
    pipeline.feed()
    (file,) = pipeline._ledger
    for message in bench.parts.mailbox.take(60):
        outcome = getattr(message, "outcome", None)
        if isinstance(outcome, Encoded):
            pipeline.heard(replace(outcome, encoder=encoder))
    assert file.stage == "read"
    bench.clock.advance(1)
    return file


def test_a_file_that_went_or_changed_has_no_failure(bench: Bench) -> None:
    """Only another look can tell what became of it; one that cannot be read has one."""
    pipeline = bench.parts.pipeline
    for name, cause in (("a.txt", "vanished"), ("b.txt", "changed"), ("c.txt", "corrupt")):
        pipeline.add(bench.raw, [bench.write(name)])
        (file,) = pipeline._ledger.take("text")
        pipeline.heard(FileFailed(file.task, cause, "", "", False, file.seen.stat))
        done = pipeline.commit()
        doubtful = cause != "corrupt"
        assert (done.failed, len(done.look_again)) == (0 if doubtful else 1, doubtful)
        with bench.parts.store.read() as reader:
            assert (reader.failure(file.seen.path) is None) == doubtful


def test_a_lone_file_is_not_kept_waiting(bench: Bench) -> None:
    """So many may wait beside what was read before a fuller batch is worth it; not one more."""
    pipeline = bench.parts.pipeline
    bench.parts.workers["text"].gate.clear()  # type: ignore[attr-defined]
    pipeline.add(bench.raw, [bench.write(f"{n}.txt") for n in range(33)])
    first, *rest = pipeline._ledger.take("text", 99)
    pipeline.heard(FileFailed(first.task, "corrupt", "", "", False, first.seen.stat))
    assert pipeline.due_s() == bench.clock.monotonic_s()  # 32 wait: as many as make a batch
    pipeline.add(bench.raw, [bench.write("more.txt")])
    assert pipeline.due_s() == bench.clock.monotonic_s() + 0.5
    for file in rest[:31]:
        pipeline.heard(FileFailed(file.task, "corrupt", "", "", False, file.seen.stat))
    assert pipeline.due_s() == bench.clock.monotonic_s()  # a batch is there


def test_the_log_says_how_long_a_batch_took(
    bench: Bench, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In milliseconds."""
    encoded = Applier.encoded

    def slowly(self: Applier, *arguments: Any) -> None:
        bench.clock.advance(1.5)
        encoded(self, *arguments)

    monkeypatch.setattr(Applier, "encoded", slowly)
    with caplog.at_level(logging.INFO, "muserd.engine.ingest.pipeline"):
        bench.ingest("a.txt")
    (batch,) = [one for one in caplog.records if one.message == "batch"]
    assert batch.fields["ms"] == 1500  # type: ignore[attr-defined]
    assert batch.fields["new"] == 1  # type: ignore[attr-defined]


def test_what_cannot_be_stored_is_a_failure_that_asks_for_a_report() -> None:
    failure = not_storable(FileTask(b"/a", "note"), ValueError("odd"), None)  # type: ignore[arg-type]
    assert (failure.cause, failure.retry) == ("internal", False)
    assert "ValueError: odd" in failure.message
