import math
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize

from muserd.layout.place import FitParams, memberships, place

LAND = np.random.default_rng(0).normal(0, 3, (2000, 2)).astype(np.float32)
SETTLED = np.arange(2000, dtype=np.int32)
PARAMS = FitParams(spacing=0.05, closeness=0.9, novelty=0.4)


def near(x: float, y: float, count: int = 15) -> NDArray[np.int32]:
    return np.argsort(((LAND - (x, y)) ** 2).sum(axis=1))[:count].astype(np.int32)


def cosines(count: int = 15, best: float = 0.9, worst: float = 0.7) -> NDArray[np.float32]:
    return np.linspace(best, worst, count).astype(np.float32)


def test_an_item_goes_to_its_neighbours() -> None:
    """With all neighbours in one spot, it lands there and is sure."""
    found = place(near(1, 1), cosines(), LAND, SETTLED, PARAMS)
    assert np.hypot(found.x - 1, found.y - 1) < 0.5
    assert found.confidence > 0.6


def test_a_place_is_the_same_to_the_bit() -> None:
    """Other items, later arrivals, another layout in memory: the place does not change."""
    among = near(0.5, -2)
    first = place(among, cosines(), LAND, SETTLED, PARAMS)
    for x in np.linspace(-3, 3, 20):
        place(near(x, x), cosines(), LAND, SETTLED, PARAMS)
    grown = np.full((5000, 2), 77, dtype=np.float32)
    grown[:2000] = LAND
    strided = np.zeros((5000, 4), dtype=np.float32)[:, 1:3]
    strided[:] = grown
    assert place(among, cosines(), grown, SETTLED, PARAMS) == first
    assert place(among, cosines(), strided, SETTLED, PARAMS) == first
    padded = np.concatenate([among, np.full(15, -1, dtype=np.int32)])
    assert (
        place(
            padded,
            np.zeros(30, np.float32) + np.r_[cosines(), np.zeros(15)].astype(np.float32),
            LAND,
            SETTLED,
            PARAMS,
        )
        == first
    )


def test_coordinates_survive_float32() -> None:
    """What is stored as float32 is what was answered."""
    found = place(near(2, 2), cosines(), LAND, SETTLED, PARAMS)
    assert float(np.float32(found.x)) == found.x
    assert float(np.float32(found.y)) == found.y


def test_between_two_shores_it_chooses_one() -> None:
    """The mean of two far groups is nobody's place: the closer group wins, with less certainty."""
    both = np.concatenate([near(-4, 0, 8), near(4, 0, 7)])
    found = place(both, cosines(), LAND, SETTLED, PARAMS)
    assert np.hypot(found.x + 4, found.y) < 1.5
    assert found.confidence < place(near(-4, 0), cosines(), LAND, SETTLED, PARAMS).confidence


def test_the_unknown_is_placed_with_doubt() -> None:
    """Neighbours as unlike as no settled item's lower the confidence."""
    usual = place(near(0, 0), cosines(), LAND, SETTLED, PARAMS)
    strange = place(near(0, 0), cosines(15, 0.2, 0.1), LAND, SETTLED, PARAMS)
    assert strange.confidence < 0.6 * usual.confidence


@pytest.mark.parametrize("count", [1, 2, 5])
def test_few_neighbours_do(count: int) -> None:
    """A map may hold fewer than fifteen settled items."""
    found = place(near(1, 0, count), cosines(count), LAND, SETTLED, PARAMS)
    assert np.isfinite([found.x, found.y]).all()
    assert 0 <= found.confidence <= 1


def test_without_neighbours_it_goes_to_the_middle() -> None:
    """No neighbour at all: the middle of the land, and no confidence."""
    none = np.empty(0, dtype=np.int32)
    found = place(none, np.empty(0, np.float32), LAND, SETTLED, PARAMS)
    assert (found.x, found.y) == pytest.approx(LAND.mean(axis=0), abs=1e-5)
    assert found.confidence == 0
    assert place(none, np.empty(0, np.float32), LAND, none, PARAMS).x == 0


def test_duplicates_stand_together() -> None:
    """An item whose neighbours are all itself lands among them."""
    same = near(2, -1, 15)
    found = place(same, np.ones(15, dtype=np.float32), LAND, SETTLED, PARAMS)
    assert np.hypot(found.x - 2, found.y + 1) < 1


def test_memberships_sum_to_log2() -> None:
    """UMAP's normalisation: a neighbourhood of k weighs log2 k."""
    weights = memberships(np.linspace(0.1, 0.4, 15))
    assert weights.sum() == pytest.approx(np.log2(15), abs=1e-4)
    assert (np.diff(weights) < 0).all()


def test_params_survive_json() -> None:
    """Numbers in, the same parameters out; what a later version adds has a default."""
    assert FitParams.from_dict(PARAMS.to_dict()) == PARAMS
    assert FitParams.from_dict({"a": 2.0, "far": 1.0}) == FitParams(a=2.0)
    assert isinstance(FitParams.from_dict({"n_neighbors": 15.0}).n_neighbors, int)


def distance_weights(apart: NDArray[np.float64]) -> NDArray[np.float64]:
    """UMAP's weights with σ found by bracketing: exp(−d / σ) that sum to log2 of their number."""
    target = np.log2(len(apart))
    sigma = brentq(lambda width: np.exp(-apart / width).sum() - target, 1e-6, 1e6, xtol=1e-14)
    return np.exp(-apart / sigma)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("count", [3, 7, 15])
def test_memberships_are_those_of_the_equation_solved(seed: int, count: int) -> None:
    """Small distances and large ones: the bisection grows and shrinks σ to the same root."""
    rng = np.random.default_rng(seed)
    apart = np.sort(rng.uniform(0.05, 1.0, count)) * 10.0 ** rng.integers(-2, 2)
    assert memberships(apart) == pytest.approx(distance_weights(apart), abs=1e-4)


def test_memberships_of_equal_items_are_equal() -> None:
    """Nothing is solved where nothing lies apart, or where there is one neighbour."""
    assert memberships(np.zeros(4)).tolist() == [1.0] * 4
    assert memberships(np.array([0.4])).tolist() == [1.0]
    # So many at no distance weigh more than log2 k by themselves: σ is held at a thousandth.
    mixed = memberships(np.array([0.0, 0.0, 0.0, 0.0, 1.0]))
    assert mixed == pytest.approx([1, 1, 1, 1, np.exp(-1 / (1e-3 * 0.2))])


@pytest.mark.parametrize("seed", range(24))
def test_a_place_is_the_bottom_of_umaps_attraction(seed: int) -> None:
    """From the start of least energy, scipy's minimiser ends where `place` does."""
    rng = np.random.default_rng(seed)
    params = FitParams(
        a=float(10 ** rng.uniform(-1, 1)),
        b=float(rng.uniform(0.7, 1.1)),
        spacing=0.05,
        novelty=9.0,
    )
    land = np.concatenate([rng.normal(0, 0.8, (4, 2)), rng.normal((4, 1), 0.8, (4, 2))])
    land = rng.permutation(land).astype(np.float32)
    alike = np.sort(rng.uniform(0.2, 0.9, 8).astype(np.float32))[::-1]
    around = land.astype(np.float64)
    weights = distance_weights(1.0 - alike.astype(np.float64))

    def energy(spot: NDArray[np.float64], soft: float) -> float:
        total = 0.0
        for weight, (x, y) in zip(weights, around, strict=True):
            squared = (x - spot[0]) ** 2 + (y - spot[1]) ** 2 + soft
            total += weight * math.log(1 + params.a * squared**params.b)
        return total

    mean = (weights[:, None] * around).sum(axis=0) / weights.sum()
    start = min([mean, *around], key=lambda spot: energy(spot, 0.0))
    bottom = minimize(energy, start, args=(params.spacing**2,), method="BFGS", tol=1e-10).x
    found = place(np.arange(8, dtype=np.int32), alike, land, np.arange(8, dtype=np.int32), params)
    # 40 steps leave a tenth of the spacing at most.
    assert (found.x, found.y) == pytest.approx(bottom.tolist(), abs=params.spacing / 10)


def test_confidence_by_hand() -> None:
    """The weighted nearness over the usual one, times how near the unknown the last one is."""
    land = np.array([[0, 0], [2, 0]], dtype=np.float32)
    both = np.array([0, 1], dtype=np.int32)
    alike = np.array([0.5, 0.5], dtype=np.float32)  # equal weights of one half
    params = FitParams(a=2.0, b=1.5, spacing=1e-3, closeness=0.8, novelty=9.0)
    found = place(both, alike, land, both, params)
    assert found.y == 0
    nearness = [1 / (1 + 2.0 * abs(found.x - x) ** 3) for x in (0, 2)]
    assert found.confidence == pytest.approx(sum(nearness) / 2 / 0.8, rel=1e-5)
    strange = place(both, alike, land, both, replace(params, novelty=0.2))
    assert strange.confidence == pytest.approx(found.confidence * 0.2 / 0.5, rel=1e-5)
    border = place(both, alike, land, both, replace(params, novelty=0.5))
    assert border.confidence == pytest.approx(found.confidence)
