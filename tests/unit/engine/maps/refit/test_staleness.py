"""How far a map is behind what is there."""

import numpy as np
import pytest

from muserd.engine.maps.fit_result import EARLY
from muserd.engine.maps.refit import staleness
from muserd.engine.maps.refit.staleness import Staleness
from muserd.ground.records import NEIGHBOURS_USED
from tests.unit.engine.bench import Bench
from tests.unit.engine.maps.samples import fit


@pytest.fixture
def stale(bench: Bench) -> Staleness:
    """Of four notes on a small map."""
    bench.ingest("a.txt", "b.txt", "c.txt", "d.txt")
    bench.publish()
    return Staleness(bench.parts.models["text"], bench.clock)


def test_a_map_that_was_just_made_is_not_behind(bench: Bench, stale: Staleness) -> None:
    land = stale.land(bench.clock.monotonic_s() - 3.0, importing=False)
    assert (land.items, land.settled, land.provisional, land.unplaced) == (4, 4, 0, 0)
    assert (land.small, land.far, land.quiet_s) == (True, 0, 3.0)
    assert (land.importing, land.early) == (False, False)


def test_what_came_since_is_counted(bench: Bench, stale: Staleness) -> None:
    model = bench.parts.models["text"]
    model.slots.settled[:2] = False
    bench.ingest("e.txt")
    land = stale.land(0.0, importing=True)
    assert (land.items, land.settled, land.provisional, land.unplaced) == (5, 2, 2, 1)
    assert land.importing


def test_the_age_of_the_fit(bench: Bench, stale: Staleness) -> None:
    """In seconds; without a fit there is none."""
    model = bench.parts.models["text"]
    model.fit = fit(1, at_ms=bench.clock.now_ms() - 90_000, reason=EARLY)
    assert stale.fit_age_s == 90.0
    assert stale.land(0.0, importing=False).early
    model.fit = None
    assert stale.fit_age_s == float("inf")
    assert not stale.land(0.0, importing=False).early


def test_far_is_what_lies_beyond_the_novelty_of_the_fit(bench: Bench, stale: Staleness) -> None:
    """By the distance to the last of the neighbours that places use; only provisional items."""
    model = bench.parts.models["text"]
    model.slots.settled[:3] = False
    model.knn.cosines[:] = 1.0
    model.knn.cosines[:4, NEIGHBOURS_USED - 1] = 0.25, 0.5, 0.75, 0.0  # of the settled one, too
    model.fit = fit(1, params={"novelty": 0.5})
    assert stale.land(0.0, importing=False).far == 1
    model.fit = fit(1, params={"novelty": 0.4})
    assert stale.land(0.0, importing=False).far == 2
    model.fit = fit(1, params={})  # of a release that did not measure it
    assert stale.land(0.0, importing=False).far == 0
    model.fit = None
    assert stale.land(0.0, importing=False).far == 0
    model.fit = fit(1, params={"novelty": 0.4})
    model.slots.settled[:] = True
    assert stale.land(0.0, importing=False).far == 0


def test_lost_recall_is_measured_once_for_each_number_of_arrivals(
    bench: Bench, stale: Staleness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And of each fit. What is compared is all that is shown with what the fit contained."""
    model, asked = bench.parts.models["text"], list[list[bool]]()

    def lost(places: object, neighbours: object, shown: object, settled: object) -> float:
        assert places is not None
        assert neighbours is not None
        asked.append(np.asarray(settled).tolist())
        return 0.1 * len(asked)

    monkeypatch.setattr(staleness, "recall_lost", lost)
    assert [stale.recall_lost(), stale.recall_lost()] == [0.1, 0.1]
    model.slots.settled[0] = False
    assert [stale.recall_lost(), stale.recall_lost()] == [0.2, 0.2]
    model.fit = fit(9)
    assert stale.recall_lost() == pytest.approx(0.3)
    assert asked == [[True] * 4, [False, True, True, True], [False, True, True, True]]
