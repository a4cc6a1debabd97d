"""A map that grows while a collection is first read."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from muserd.layout.fit import FitInput, FitOutput, fit
from muserd.layout.growth import spread
from muserd.layout.place import place
from muserd.layout.quality import quality
from muserd.layout.register import radius, register
from tests.unit.layout.conftest import Spaces

Places = NDArray[np.float32]


def grown(given: FitInput, before: FitOutput) -> FitOutput:
    return fit(replace(given, method="growth", scale=before.params.scale))


def moved(old: Places, new: Places) -> NDArray[np.float64]:
    """Over the map's radius."""
    apart = np.linalg.norm(new[: len(old)] - old, axis=1)
    return np.asarray(apart / radius(old), np.float64)


def in_steps(spaces: Spaces, vectors: NDArray[np.float32], first: int = 60) -> list[FitOutput]:
    """The maps of an import: each of twice the items of the one before."""
    made, count = [fit(spaces.given(vectors[:first]))], first
    while count < len(vectors):
        count = min(2 * count, len(vectors))
        made.append(grown(spaces.given(vectors[:count], made[-1].places), made[-1]))
    return made


def test_the_land_stays_while_it_doubles_and_doubles(spaces: Spaces) -> None:
    """Within the goals for every fit, and as good at the end as a map made at once."""
    vectors, _ = spaces.blobs(720, groups=12, dim=24, noise=0.5)
    maps = in_steps(spaces, vectors)
    for before, after in pairwise(maps):
        assert after.method == "growth"
        drift = moved(before.places, after.places)
        assert np.median(drift) <= 0.15
        assert np.quantile(drift, 0.95) <= 0.6
    at_once = quality(vectors, fit(spaces.given(vectors)).places)
    at_last = quality(vectors, maps[-1].places)
    assert at_last.trustworthiness >= at_once.trustworthiness - 0.01
    assert at_last.recall >= at_once.recall - 0.01


def test_it_keeps_its_size_and_says_how_many_units_it_has(spaces: Spaces) -> None:
    """More items want more room: coordinates stay, and a map unit has more of UMAP's."""
    vectors, _ = spaces.blobs(480)
    maps = in_steps(spaces, vectors)
    assert maps[-1].params.scale > 1.2
    assert radius(maps[-1].places) == pytest.approx(radius(maps[0].places), rel=0.35)
    ratio = maps[-1].params.a / maps[0].params.a
    assert ratio == pytest.approx(maps[-1].params.scale ** (2 * maps[0].params.b), rel=1e-6)


def test_a_new_kind_lies_beside_the_land_which_needs_no_more_room(spaces: Spaces) -> None:
    """Folders come one after the other: whole kinds arrive late."""
    vectors, member = spaces.blobs(480, groups=8)
    order = np.argsort(member >= 4, kind="stable")
    given = spaces.given(vectors[order], fit(spaces.given(vectors[order][:240])).places)
    assert spread(given.neighbours, np.arange(480) < 240) == 1.0
    made = fit(replace(given, method="growth"))
    assert np.median(moved(given.old_places[:240], made.places)) <= 0.1
    old, late = made.places[:240], made.places[240:]
    nearest = np.linalg.norm(late[:, None] - old[None], axis=2).argmin(axis=1)
    apart = np.linalg.norm(late - old[nearest], axis=1)
    assert np.median(apart) > 0.1 * radius(old)


def test_later_refits_and_places_know_the_size(spaces: Spaces) -> None:
    """After the import: nobody moves without news, a fresh fit is as large, places fit in."""
    vectors, _ = spaces.blobs(480)
    last = in_steps(spaces, vectors)[-1]
    given = replace(spaces.given(vectors, last.places), scale=last.params.scale)
    warm = fit(replace(given, method="warm"))
    assert np.quantile(moved(last.places, warm.places), 0.95) < 1e-3
    assert warm.params.scale == last.params.scale
    fresh = fit(replace(given, method="full"))
    assert radius(fresh.places) == pytest.approx(radius(last.places), rel=0.35)
    near, alike = given.neighbours[7], given.cosines[7]
    spot = place(near, alike, last.places, np.arange(480, dtype=np.int32), last.params)
    assert np.hypot(spot.x - last.places[7, 0], spot.y - last.places[7, 1]) < 0.3 * radius(
        last.places
    )
    assert spot.confidence > 0.3


def test_it_is_the_same_twice_and_duplicates_part(spaces: Spaces) -> None:
    """Also where all that comes is the same picture."""
    vectors, _ = spaces.blobs(120)
    vectors[60:] = vectors[0]
    before = fit(spaces.given(vectors[:60]))
    given = spaces.given(vectors, before.places)
    one, two = grown(given, before), grown(given, before)
    np.testing.assert_array_equal(one.places, two.places)
    assert len(np.unique(one.places, axis=0)) == 120


def test_who_knows_next_to_nothing_starts_anew(spaces: Spaces) -> None:
    """An import that outran its fit by twenty times."""
    vectors, _ = spaces.blobs(600)
    before = fit(spaces.given(vectors[:20]))
    assert grown(spaces.given(vectors, before.places), before).method == "full"
    assert grown(spaces.given(vectors[:200], before.places), before).method == "growth"


@pytest.mark.parametrize("size", [0.5, 1.0, 2.5])
def test_a_map_is_laid_over_another_of_another_size(size: float) -> None:
    rng = np.random.default_rng(1)
    fixed = rng.normal(size=(50, 2)).astype(np.float32)
    turn = np.array([[0.6, 0.8], [-0.8, 0.6]])
    moving = (fixed @ turn / size + 3).astype(np.float32)
    motion = register(moving, fixed, resized=True)
    np.testing.assert_allclose(motion.apply(moving), fixed, atol=1e-5)
    assert motion.size == pytest.approx(size, rel=1e-5)
    assert register(moving, fixed).size == 1.0


def test_points_on_one_spot_have_no_size() -> None:
    spot = np.zeros((20, 2), np.float32)
    land = np.random.default_rng(2).normal(size=(20, 2)).astype(np.float32)
    assert register(spot, land, resized=True).size == 1.0
    assert register(land, spot, resized=True).size >= 0.25
