"""Which fit is made, when it may be tried again, and which one may be shown."""

from dataclasses import replace

import pytest

from muserd.engine.job_results import Refusal, ShownFit
from muserd.engine.maps.refit import refits as module
from muserd.engine.maps.refit.job import FitJob
from muserd.engine.maps.refit.policy import GROWN
from muserd.engine.maps.refit.refits import Refits
from muserd.engine.maps.refit.runner import FitDone
from muserd.ground.errors import LayoutError
from muserd.layout.place import FitParams
from tests.unit.engine.bench import Bench

NAMES = [f"{n}.txt" for n in range(16)]


@pytest.fixture
def started(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> list[FitJob]:
    """The jobs that are started, none of which ends; the notes have a map of a full fit."""
    bench.ingest(*NAMES)
    bench.publish()
    model = bench.parts.models["text"]
    assert model.fit is not None
    model.params = model.params or FitParams()
    jobs: list[FitJob] = []
    monkeypatch.setattr(bench.parts.refits._runner, "start", jobs.append)
    return jobs


def method(bench: Bench, started: list[FitJob], reason: str, *, fresh: bool) -> str:
    bench.parts.refits._start("text", reason, fresh=fresh)
    bench.parts.refits.job = None
    return started[-1].snapshot.settings.method


def test_a_fit_starts_from_the_land_unless_it_must_not(bench: Bench, started: list[FitJob]) -> None:
    """From scratch when somebody wants it fresh; grown where most of the land is new."""
    assert method(bench, started, "growth", fresh=False) == "warm"
    assert method(bench, started, "asked", fresh=True) == "full"
    for reason in GROWN:
        assert method(bench, started, reason, fresh=False) == "growth"


def due(bench: Bench, started: list[FitJob]) -> int:
    """How many fits are begun by a look."""
    before = len(started)
    bench.parts.refits._look()
    bench.parts.refits.job = None
    return len(started) - before


def test_no_fit_is_made_without_a_reason(
    bench: Bench, started: list[FitJob], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "reason_for_fit", lambda *_: "")
    assert due(bench, started) == 0
    monkeypatch.setattr(module, "reason_for_fit", lambda land, *_: "growth" if land.items else "")
    assert due(bench, started) == 1


def test_a_fit_that_failed_is_tried_again_later(
    bench: Bench, started: list[FitJob], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reason is told until then; whatever the policy says."""
    monkeypatch.setattr(module, "reason_for_fit", lambda land, *_: "growth" if land.items else "")
    refits: Refits = bench.parts.refits
    assert due(bench, started) == 1
    refits.fit_done(FitDone(started[-1], LayoutError("no room", "")))
    assert "no room" in refits.problems["text"]
    assert due(bench, started) == 0
    bench.clock.advance(10.0)
    assert due(bench, started) == 1


def test_only_a_fit_of_the_maps_encoder_is_shown(bench: Bench, started: list[FitJob]) -> None:
    refits, model = bench.parts.refits, bench.parts.models["text"]
    fit = model.fit
    assert fit is not None
    assert refits.show("text", fit.number) == ShownFit(space="text", number=fit.number)
    found = refits._adoption.find("text", fit.number)
    assert found is not None
    past = replace(fit, number=fit.number + 1, state="past")  # type: ignore[arg-type]
    other = replace(fit, number=fit.number + 2, state="past", encoder="other")  # type: ignore[arg-type]
    with bench.parts.store.write() as writer:
        for one in (past, other):
            writer.put_fit(one)
            writer.put_map("text", one.number, found[1].stored())
    refused = refits.show("text", other.number)
    assert isinstance(refused, Refusal)
    assert refused.error.code == "other-encoder"
    kept, model.encoder = model.encoder, None
    assert isinstance(refits.show("text", past.number), Refusal)
    model.encoder = kept
    assert refits.show("text", past.number) == ShownFit(space="text", number=past.number)
    missing = refits.show("text", 99)
    assert isinstance(missing, Refusal)
    assert missing.error.code == "no-such-fit"
