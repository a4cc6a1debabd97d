"""What the status says of each part of the engine."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from muserd.engine.status_builder import Page, StatusBuilder
from muserd.workers.encode.records import WorkerState
from tests.unit.engine.bench import Bench
from tests.unit.engine.maps.samples import region


@pytest.fixture
def builder(bench: Bench) -> StatusBuilder:
    return bench.parts.reporter._builder


def fitting(bench: Bench, *, share: float = 0.25) -> None:
    """A fit of the notes is under way."""
    snapshot = SimpleNamespace(space="text")
    job = SimpleNamespace(snapshot=snapshot, stage="layout", share=share)
    bench.parts.refits.job = job  # type: ignore[assignment]


def test_the_state_of_the_whole(bench: Bench, builder: StatusBuilder) -> None:
    """Trouble is said before a pause, and a pause before work."""
    assert builder.build(Page(), loaded=True).state == "idle"
    assert builder.build(Page(), loaded=False).state == "starting"
    fitting(bench)
    assert builder.build(Page(), loaded=True).state == "working"
    bench.parts.refits.job = None
    bench.parts.pipeline.add(bench.raw, [bench.write("a.txt")])
    assert builder.build(Page(), loaded=True).state == "working"
    bench.parts.gate.user(rests=True)
    assert builder.build(Page(), loaded=True).state == "paused"
    troubled = builder.build(Page(problem="the port is taken"), loaded=True)
    assert (troubled.state, troubled.problems) == ("degraded", ("the port is taken",))


def test_what_waits_to_be_read(bench: Bench, builder: StatusBuilder) -> None:
    bench.parts.pipeline.add(bench.raw, [bench.write("a.txt"), bench.write("b.png")])
    bench.clock.advance(2.5)
    status = builder.build(Page(url="http://127.0.0.1:1/"), loaded=True)
    assert (status.queue.pending, status.queue.oldest_s) == (2, 2.5)
    assert (status.progress.text.pending, status.progress.image.pending) == (1, 1)
    assert status.url == "http://127.0.0.1:1/"


@pytest.mark.parametrize(
    ("stage", "pending", "expected"),
    [
        ("ready", False, "idle"),
        ("ready", True, "encoding"),
        ("loading", True, "loading"),
        ("loading", False, "idle"),
        ("failed", True, "failed"),
        ("absent", True, "encoding"),
    ],
)
def test_progress_is_the_workers_while_files_wait(
    bench: Bench,
    builder: StatusBuilder,
    monkeypatch: pytest.MonkeyPatch,
    stage: str,
    pending: bool,
    expected: str,
) -> None:
    state = WorkerState(stage=stage, message="m", progress=0.5)  # type: ignore[arg-type]
    monkeypatch.setattr(type(bench.parts.workers["text"]), "state", state)
    if pending:
        bench.parts.pipeline.add(bench.raw, [bench.write("a.txt")])
    told = builder.build(Page(), loaded=True).progress.text
    assert (told.stage, told.share, told.step) == (expected, 0.5, "")


def test_progress_is_the_fits_when_nothing_waits(bench: Bench, builder: StatusBuilder) -> None:
    """Only of the space that is fitted; files that wait come first."""
    fitting(bench)
    progress = builder.build(Page(), loaded=True).progress
    assert (progress.text.stage, progress.text.share, progress.text.step) == (
        "fitting",
        0.25,
        "layout",
    )
    assert (progress.image.stage, progress.image.step) == ("idle", "")
    bench.parts.pipeline.add(bench.raw, [bench.write("a.txt")])
    told = builder.build(Page(), loaded=True).progress.text
    assert (told.stage, told.step) == ("encoding", "")


def test_the_numbers_of_a_map(bench: Bench, builder: StatusBuilder) -> None:
    bench.ingest("a.txt", "b.txt", "c.txt")
    bench.publish()
    model = bench.parts.models["text"]
    model.slots.settled[0] = False
    model.slots.offline[1] = True
    model.slots.placed[2] = False
    told = builder.build(Page(), loaded=True).spaces.text
    assert (told.items, told.settled, told.provisional, told.offline) == (3, 1, 1, 1)
    assert told.fit is not None
    assert told.encoder is not None
    assert told.encoder.id == "fake-text"


def test_regions_are_counted_again_when_the_map_or_a_region_changed(
    bench: Bench, builder: StatusBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not at each round: a status is built many times a second."""
    bench.ingest("a.txt")
    bench.publish()
    model, counts = bench.parts.models["text"], list[int]()
    monkeypatch.setattr(type(model), "region_counts", lambda _: counts.append(1) or {4: 7})
    model.regions = {region(4).id: region(4)}
    assert [one.count for one in builder.regions().text] == [7]
    builder.regions()
    first = len(counts)
    assert first == 2  # of both spaces, once
    model.regions = {region(4).id: region(4, name="Other")}
    assert [one.name for one in builder.regions().text] == ["Other"]
    assert len(counts) == first + 1
    bench.parts.publisher.revision += 1
    builder.regions()
    assert len(counts) == first + 3


def test_problems_name_their_part(bench: Bench, builder: StatusBuilder) -> None:
    bench.parts.refits.problems["text"] = "the fit failed"
    bench.parts.gate.full("no room")
    problems = builder.build(Page(), loaded=True).problems
    assert problems == ("text map: the fit failed", "no new files are read: the store is full")


def test_what_can_be_measured_from_any_thread(bench: Bench, builder: StatusBuilder) -> None:
    status = builder.build(Page(), loaded=True)
    bench.clock.advance(61.25)
    alive = builder.now(status, alive=True)
    assert (alive.state, alive.uptime_s) == ("idle", 61.2)
    assert alive.rss_bytes > 0
    hangs = builder.now(status, alive=False)
    assert hangs.state == "degraded"
    assert hangs.problems


def test_workers_say_what_they_are_and_hold(
    bench: Bench, builder: StatusBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = replace(WorkerState(), stage="failed", message="no model", restarts=3, pid=12)
    monkeypatch.setattr(type(bench.parts.workers["text"]), "state", state)
    status = builder.build(Page(), loaded=True)
    told = status.workers.text
    assert (told.stage, told.message, told.restarts, told.pid) == ("failed", "no model", 3, 12)
    assert status.problems == ("the image encoder: no model", "the text encoder: no model")
