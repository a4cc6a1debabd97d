"""Fits that fail, are held, or are overtaken: the land in use stays, and says why."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from muserd.engine.maps.refit.job import FitJob
from muserd.ground.errors import LayoutError
from tests.property.fakes import FakeLayoutWorker
from tests.property.world import World, world

pytestmark = [
    pytest.mark.skipif(not Path("/proc/sys/fs/inotify").exists(), reason="no inotify"),
    pytest.mark.timeout(300),
]

Before = Callable[[Path], None]


class Script:
    """What happens in the next fits: each is preceded or followed by what is given here."""

    def __init__(self) -> None:
        self.before: Before = lambda _: None
        self.after: Before = lambda _: None


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Script:
    """The script of the fake layout worker."""
    told, run = Script(), FakeLayoutWorker.run

    def scripted(self: FakeLayoutWorker, job: Path, *rest: Any) -> None:
        told.before(job)
        run(self, job, *rest)
        told.after(job)

    monkeypatch.setattr(FakeLayoutWorker, "run", scripted)
    return told


@pytest.fixture
def mapped(script: Script) -> Iterator[World]:
    """Thirty notes on a map."""
    with world() as it:
        for number in range(30):
            (it.root / f"{number}.md").write_text(f"note {number}")
        it.sync()
        yield it


def refit(it: World) -> dict[str, Any]:
    assert it.engine is not None
    answer = it.answer(it.engine.refit("text"))
    return answer if "error" in answer else answer["fits"][0]


def history(it: World) -> dict[int, str]:
    """State by number."""
    assert it.engine is not None
    return {fit.number: fit.state for fit in it.engine.fits("text")}


def test_the_folder_of_a_fit_is_gone_before_its_outcome_is_told(
    mapped: World, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a failure the next fit has the same number: nobody may clear its folder then."""
    run, left = FitJob.run, []

    def watched(self: FitJob, worker: Any, store: Any, work: Path) -> Any:
        try:
            return run(self, worker, store, work)
        finally:
            left.append(sorted(entry.name for entry in work.iterdir()))

    monkeypatch.setattr(FitJob, "run", watched)
    script.before = fail
    assert "error" in refit(mapped)
    script.before = lambda _: None
    assert refit(mapped)["state"] == "current"
    assert left == [[], []]


def hold(job: Path) -> None:
    made = json.loads((job / "result.json").read_text())
    (job / "result.json").write_text(json.dumps({**made, "hold": "it would move items too far"}))


def fail(_: Path) -> None:
    raise LayoutError("the fit was killed", "it is tried again")


def test_a_fit_that_fails_leaves_the_old_map(mapped: World, script: Script) -> None:
    """Nothing moves, the reason is shown, the next one works."""
    there, before = mapped.places(), history(mapped)
    script.before = fail
    answer = refit(mapped)
    assert "killed" in answer["error"]["message"]
    assert (mapped.places(), history(mapped)) == (there, before)
    assert mapped.engine is not None
    assert any("killed" in problem for problem in mapped.engine.health().problems)
    script.before = lambda _: None
    assert refit(mapped)["state"] == "current"
    assert mapped.places() != there
    assert not any("killed" in problem for problem in mapped.engine.health().problems)
    mapped.check()


def test_a_fit_that_breaks_a_limit_is_held(mapped: World, script: Script) -> None:
    """It is kept with its reason, shown when accepted, and there is a way back."""
    there = mapped.places()
    (shown,) = [number for number, state in history(mapped).items() if state == "current"]
    script.after = hold
    held = refit(mapped)
    assert (held["state"], held["reason"]) == ("held", "it would move items too far")
    assert mapped.places() == there
    assert mapped.engine is not None
    (accepted,) = mapped.answer(mapped.engine.accept("text"))["fits"]
    assert accepted["number"] == held["number"]
    assert mapped.places() != there
    assert history(mapped)[shown] == "past"
    mapped.answer(mapped.engine.rollback("text", shown))
    positions = {item: (x, y) for item, (_, x, y, _) in mapped.places().items()}
    assert positions == {item: (x, y) for item, (_, x, y, _) in there.items()}
    mapped.check()


def test_a_fit_that_is_held_is_not_made_again_and_again(mapped: World, script: Script) -> None:
    """The same land gives the same fit: it is tried anew after something came, and some time."""
    fits: list[Path] = []
    script.before, script.after = fits.append, hold
    for number in range(30, 45):
        (mapped.root / f"{number}.md").write_text(f"note {number}")
    mapped.sync()
    mapped.wait_for(lambda: "held" in history(mapped).values())
    tried = len(fits)
    time.sleep(0.5)  # 25 looks of the policy
    assert len(fits) == tried
    mapped.parts.refits._schedules["text"]._not_before_s = 0.0
    time.sleep(0.5)
    assert len(fits) == tried
    script.after = lambda _: None
    (mapped.root / "one more.md").write_text("one more")
    mapped.wait_for(lambda: "held" not in history(mapped).values())
    mapped.check()


def test_a_map_that_people_went_back_to_stays(mapped: World) -> None:
    """What had come before is no reason to refit it at once."""
    (shown,) = [number for number, state in history(mapped).items() if state == "current"]
    for number in range(30, 45):
        (mapped.root / f"{number}.md").write_text(f"note {number}")
    mapped.sync()
    mapped.wait_for(lambda: history(mapped)[shown] == "past")
    assert mapped.engine is not None
    mapped.answer(mapped.engine.rollback("text", shown))
    time.sleep(0.5)  # 25 looks of the policy
    assert history(mapped)[shown] == "current"
    mapped.check()


@pytest.mark.parametrize("left", [29, 20, 3, 0])
def test_a_fit_that_is_overtaken_by_deletions(mapped: World, script: Script, left: int) -> None:
    """Items go while it is made: they are not on the new map, and the rest is."""
    begun, go = threading.Event(), threading.Event()

    def wait(_: Path) -> None:
        begun.set()
        assert go.wait(60)

    script.before = wait
    assert mapped.engine is not None
    job = mapped.engine.refit("text")
    assert begun.wait(60)
    for number in range(left, 30):
        (mapped.root / f"{number}.md").unlink()
    mapped.wait_for(lambda: len(mapped.files()) == left)
    go.set()
    mapped.answer(job)
    mapped.sync()
    assert len(mapped.places()) == left
    mapped.check()


def test_arrivals_during_a_fit_are_placed_in_it(mapped: World, script: Script) -> None:
    """Who came while it was made is on the new map, unsettled."""
    begun, go = threading.Event(), threading.Event()

    def wait(_: Path) -> None:
        begun.set()
        assert go.wait(60)

    script.before = wait
    assert mapped.engine is not None
    job = mapped.engine.refit("text")
    assert begun.wait(60)
    (mapped.root / "late.md").write_text("a late note")
    mapped.wait_for(lambda: len(mapped.places()) == 31)
    script.before = lambda _: None
    go.set()
    number = mapped.answer(job)["fits"][0]["number"]
    mapped.sync()
    fits = {fit for fit, _, _, _ in mapped.places().values()}
    assert fits == {number}
    mapped.check()


def test_the_loss_of_recall_is_measured_on_a_real_map(mapped: World) -> None:
    """Nothing is lost right after a fit; arrivals below the share are weighed without a fit."""
    model, staleness = mapped.parts.models["text"], mapped.parts.refits._staleness["text"]
    refit(mapped)
    assert staleness.recall_lost() == 0.0
    number = model.fit.number if model.fit else 0
    for late in range(5):
        (mapped.root / f"late {late}.md").write_text(f"a late note {late}")
    mapped.sync()
    assert len(mapped.places()) == 35
    if model.fit and model.fit.number == number:
        assert -1.0 <= staleness.recall_lost() <= 1.0
    mapped.check()
