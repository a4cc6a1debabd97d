from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from muserd.ground.errors import LayoutError
from muserd.layout.fit import fit
from muserd.layout.quality import quality
from muserd.layout.register import radius
from muserd.layout.start import main_axes


def moved(old: np.ndarray, new: np.ndarray) -> np.ndarray:
    return np.linalg.norm(new[: len(old)] - old, axis=1) / radius(old)


def test_a_fit_keeps_neighbourhoods(spaces: Any) -> None:
    """Groups of vectors are groups on the map."""
    vectors, member = spaces.blobs(400)
    made = fit(spaces.given(vectors))
    assert made.method == "full"
    assert quality(vectors, made.places).trustworthiness > 0.93
    middles = np.stack([made.places[member == group].mean(axis=0) for group in range(6)])
    nearest = ((made.places[:, None] - middles[None, :]) ** 2).sum(axis=2).argmin(axis=1)
    assert (nearest == member).mean() > 0.95


def test_a_fit_is_deterministic(spaces: Any) -> None:
    """The same space and seed give the same map to the bit; another seed another map."""
    vectors, _ = spaces.blobs(200)
    first = fit(spaces.given(vectors)).places
    assert np.array_equal(first, fit(spaces.given(vectors)).places)
    assert not np.array_equal(first, fit(spaces.given(vectors, seed=1)).places)


def test_a_refit_without_news_moves_nobody(spaces: Any) -> None:
    """What did not change stays."""
    vectors, _ = spaces.blobs(300)
    old = fit(spaces.given(vectors)).places
    again = fit(spaces.given(vectors, old, method="warm"))
    assert again.method == "warm"
    assert moved(old, again.places).max() < 1e-5


def test_a_refit_keeps_the_land(spaces: Any) -> None:
    """A tenth more of the same kinds: the old items hardly move, and the map is as good."""
    vectors, _ = spaces.blobs(440, seed=2)
    old = fit(spaces.given(vectors[:400])).places
    warm = fit(spaces.given(vectors, old, method="warm"))
    full = fit(spaces.given(vectors))
    drifted = moved(old, warm.places)
    assert np.median(drifted) < 0.05
    assert np.percentile(drifted, 95) < 0.2
    one, other = quality(vectors, warm.places), quality(vectors, full.places)
    assert one.trustworthiness > other.trustworthiness - 0.02
    assert one.recall > other.recall - 0.04


def test_a_new_kind_gets_land_of_its_own(spaces: Any) -> None:
    """Items unlike all others do not stay among the old ones, though they were placed there."""
    vectors, member = spaces.blobs(350, groups=7, seed=3)
    order = np.argsort(member == 6, kind="stable")
    vectors, member = vectors[order], member[order]
    count = int((member != 6).sum())
    old = fit(spaces.given(vectors[:count])).places
    # Placed after the fit, each went among the old items.
    stranded = np.concatenate([old, old[: len(vectors) - count]])
    made = fit(spaces.given(vectors, stranded, settled=count, method="warm"))
    apart = ((made.places[:, None] - made.places[None, :]) ** 2).sum(axis=2)
    np.fill_diagonal(apart, np.inf)
    near = np.argsort(apart, axis=1)[:, :10]
    assert (member[near[count:]] == 6).mean() > 0.9
    assert np.median(moved(old, made.places)) < 0.02


def test_a_fresh_fit_is_laid_over_the_old_land(spaces: Any) -> None:
    """A full fit of known items is turned, never mirrored or scaled, to where they were."""
    vectors, _ = spaces.blobs(300, seed=4)
    free = fit(spaces.given(vectors)).places
    turn = np.array([[0.0, 1.0], [-1.0, 0.0]])
    old = (free @ turn + (50, -20)).astype(np.float32)
    fresh = fit(spaces.given(vectors, old, method="full"))
    assert fresh.method == "full"
    assert moved(old, fresh.places).max() < 0.01


@pytest.mark.parametrize("count", [0, 1, 2, 14])
def test_few_items_are_arranged(spaces: Any, count: int) -> None:
    """Below fifteen there is nothing to fit."""
    vectors, _ = spaces.blobs(14)
    made = fit(spaces.given(vectors[:count]))
    assert made.method == "small"
    assert made.places.shape == (count, 2)


def test_a_space_may_shrink_to_three(spaces: Any) -> None:
    """What is left is arranged around where it stood."""
    vectors, _ = spaces.blobs(200)
    old = fit(spaces.given(vectors)).places + 30
    made = fit(spaces.given(vectors[:3], old[:3], method="warm"))
    assert made.method == "small"
    assert np.linalg.norm(made.places.mean(axis=0) - old[:3].mean(axis=0)) < 1e-3


def test_a_small_map_grows_into_a_fit(spaces: Any) -> None:
    """Fifteen items are enough; a land of a few among many is no land to keep."""
    vectors, _ = spaces.blobs(120)
    small = fit(spaces.given(vectors[:10])).places
    assert fit(spaces.given(vectors[:15], small, method="warm")).method == "full"
    assert fit(spaces.given(vectors, small, method="warm")).method == "full"


@pytest.mark.parametrize("count", [15, 16, 40, 300])
def test_identical_items(spaces: Any, count: int) -> None:
    """Vectors without any difference still give a finite map, and refits of it."""
    vectors = np.tile(spaces.blobs(1)[0], (count, 1))
    made = fit(spaces.given(vectors))
    assert np.isfinite(made.places).all()
    assert len(np.unique(made.places, axis=0)) > 1
    again = fit(spaces.given(vectors, made.places, method="warm"))
    assert np.isfinite(again.places).all()


def test_hundreds_of_duplicates(spaces: Any) -> None:
    """A burst of copies is one spot of the map, not its ruin."""
    vectors, _ = spaces.blobs(150)
    vectors[:100] = vectors[0]
    made = fit(spaces.given(vectors))
    assert np.isfinite(made.places).all()
    others = quality(vectors[100:], made.places[100:], k=5)
    assert others.trustworthiness > 0.8


def test_one_lost_vector(spaces: Any) -> None:
    """An item unlike all others has a place, and so has everybody else."""
    vectors, _ = spaces.blobs(200)
    vectors[0] = -vectors[1:].mean(axis=0)
    vectors[0] /= np.linalg.norm(vectors[0])
    made = fit(spaces.given(vectors))
    assert np.isfinite(made.places).all()
    assert quality(vectors, made.places).trustworthiness > 0.9


@pytest.mark.parametrize("name", ["vectors", "cosines"])
def test_values_that_are_not_numbers_are_refused(spaces: Any, name: str) -> None:
    """A map is not made of NaN: the message says where to look."""
    given = spaces.given(spaces.blobs(50)[0])
    spoilt = getattr(given, name).copy()
    spoilt[3, 1] = np.nan
    with pytest.raises(LayoutError, match="not numbers"):
        fit(replace(given, **{name: spoilt}))


def test_arrays_that_do_not_fit_are_refused(spaces: Any) -> None:
    """Lists that point beyond the items are no lists."""
    given = spaces.given(spaces.blobs(50)[0])
    with pytest.raises(LayoutError, match="length"):
        fit(replace(given, ids=given.ids[:-1]))
    beyond = given.neighbours.copy()
    beyond[0, 0] = 50
    with pytest.raises(LayoutError, match="not there"):
        fit(replace(given, neighbours=beyond))


def test_the_params_describe_the_map(spaces: Any) -> None:
    """Placements learn from a fit how close and how unlike its neighbours are."""
    vectors, _ = spaces.blobs(300)
    params = fit(spaces.given(vectors)).params
    assert 0.1 < params.closeness < 1
    assert 0 < params.spacing < 1
    _, cosines = spaces.nearest(vectors)
    assert params.novelty == pytest.approx(np.percentile(1 - cosines[:, 14], 95), abs=1e-5)


def test_main_axes_do_not_depend_on_empty_dimensions() -> None:
    """Fewer items than dimensions take another way to the same start."""
    vectors = np.random.default_rng(4).normal(size=(60, 20)).astype(np.float32)
    wide = np.concatenate([vectors, np.zeros((60, 200), np.float32)], axis=1)
    np.testing.assert_allclose(main_axes(wide, 7), main_axes(vectors, 7), atol=0.0011)


def test_a_first_map_lies_along_the_screen(spaces: Any) -> None:
    """No other turn would let it fill a screen of 16 : 10 better; a refit turns nothing."""
    vectors, _ = spaces.blobs(400)
    made = fit(spaces.given(vectors))
    needed = [needs(made.places, angle) for angle in range(0, 180, 5)]
    assert needed[0] <= min(needed) * 1.02
    assert np.abs(made.places.mean(axis=0)).max() < 1e-3
    turned = made.places @ np.array([[0.0, 1.0], [-1.0, 0.0]], dtype=np.float32)
    again = fit(spaces.given(vectors, turned, method="warm"))
    assert moved(turned, again.places).max() < 1e-4


def test_a_growing_map_is_turned_while_nobody_knows_it(spaces: Any) -> None:
    """While an import more than doubles a map; not otherwise."""
    vectors, _ = spaces.blobs(400)
    old = fit(spaces.given(vectors[:100])).places
    known = fit(replace(spaces.given(vectors, old), growing=False))
    growing = fit(replace(spaces.given(vectors, old), growing=True))
    assert (
        needs(growing.places, 0) <= min(needs(growing.places, a) for a in range(0, 180, 5)) * 1.02
    )
    assert np.median(moved(old, known.places)) <= np.median(moved(old, growing.places)) + 1e-9


def needs(places: np.ndarray, degrees: float) -> float:
    """The height of a screen of 16 : 10 that holds a map after a turn."""
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    low, high = np.percentile(places @ turn, [0.2, 99.8], axis=0)
    width, height = high - low
    return float(max(width / 1.6, height))


@pytest.mark.parametrize("count", [10, 60])  # fewer items than dimensions, and more
def test_main_axes_are_the_principal_components(count: int) -> None:
    """From 0 to 10 along each, the greatest value at the positive end, with a little noise."""
    vectors = np.random.default_rng(count).normal(size=(count, 20)).astype(np.float32)
    left, strength, _ = np.linalg.svd(vectors - vectors.mean(axis=0, dtype=np.float64))
    flat = left[:, :2] * strength[:2]
    for axis in (0, 1):
        if -flat[:, axis].min() > flat[:, axis].max():
            flat[:, axis] *= -1
    flat = (flat - flat.min(axis=0)) / np.ptp(flat, axis=0) * 10
    found = main_axes(vectors, 5)
    np.testing.assert_allclose(found, flat, atol=0.06)
    assert 0.003 < (found - flat).std() < 0.03
    assert not np.array_equal(found, main_axes(vectors, 6))


@pytest.mark.parametrize(("settled", "by"), [(5, 14), (6, 14), (7, 7), (8, 8), (14, 14), (0, 14)])
def test_a_fit_is_registered_by_what_the_last_one_contained(
    spaces: Any, settled: int, by: int
) -> None:
    """At least half of what is on the map; else by all of it."""
    vectors, _ = spaces.blobs(14)
    old = np.random.default_rng(0).normal(size=(14, 2)).astype(np.float32)
    made = fit(spaces.given(vectors, old, settled=settled))
    assert made.common.tolist() == [True] * by + [False] * (14 - by)


@pytest.mark.parametrize(
    ("known", "count", "method"),
    [(15, 75, "warm"), (15, 76, "full"), (14, 20, "full"), (20, 100, "warm"), (20, 101, "full")],
)
def test_there_is_land_to_keep_from_fifteen_items_and_a_fifth_on(
    spaces: Any, known: int, count: int, method: str
) -> None:
    vectors, _ = spaces.blobs(count)
    old = np.random.default_rng(0).normal(size=(known, 2)).astype(np.float32)
    made = fit(spaces.given(vectors, old, method="warm"))
    assert (made.method, made.engine) == (method, "muser")


def test_a_growing_map_keeps_its_land_from_half_of_its_items_on(spaces: Any) -> None:
    """A fit of twice as many is laid upon the old places; of one more along the screen."""
    vectors, _ = spaces.blobs(41)
    for count, kept in ((40, True), (41, False)):
        old = np.random.default_rng(0).normal(size=(20, 2)).astype(np.float32) + np.float32(70)
        made = fit(replace(spaces.given(vectors[:count], old, method="warm"), growing=True))
        middle = made.places[:20] if kept else made.places
        assert np.abs(middle.mean(axis=0) - (70 if kept else 0)).max() < 1.5


def test_the_params_are_measured_on_the_map(spaces: Any) -> None:
    """Spacing: the median distance to the nearest. Closeness: the median of the mean nearness of
    a neighbourhood by UMAP's curve. Novelty: how far the last neighbour is, at the 95th percentile.
    Lists that end early count for what they hold.
    """
    vectors, _ = spaces.blobs(60)
    given = spaces.given(vectors)
    rows = given.neighbours.copy()
    rows[:20, 5:] = -1
    rows[33] = -1
    made = fit(replace(given, neighbours=rows))
    params, places = made.params, made.places.astype(np.float64)
    apart = np.linalg.norm(places[:, None] - places[None], axis=2)
    assert params.spacing == pytest.approx(np.median(np.sort(apart, axis=1)[:, 1]), rel=0.05)
    closeness, farthest = [], []
    for item, near in enumerate(rows[:, :15].tolist()):
        listed = [row for row in near if row >= 0]
        squared = apart[item, listed] ** 2
        shares = 1 / (1 + params.a * squared**params.b)
        closeness.append(shares.mean() if listed else 0.0)
        if listed:
            farthest.append(1 - given.cosines[item, len(listed) - 1])
    assert params.closeness == pytest.approx(np.median(closeness), rel=1e-4)
    assert params.novelty == pytest.approx(np.percentile(farthest, 95), rel=1e-4)
    assert (params.n_neighbors, params.min_dist, params.seed) == (15, 0.1, 42)


def test_progress_is_told(spaces: Any) -> None:
    """After the graph and after the layout."""
    told: list[float] = []
    fit(spaces.given(spaces.blobs(20)[0]), told.append)
    assert told == [0.1, 0.9]


def test_every_array_must_have_the_length_of_the_ids(spaces: Any) -> None:
    given = spaces.given(spaces.blobs(20)[0])
    for name in ("vectors", "neighbours", "cosines", "old_places", "old_settled"):
        with pytest.raises(LayoutError, match="length"):
            fit(replace(given, **{name: getattr(given, name)[1:]}))
    last = given.neighbours.copy()
    last[0, 0] = 19  # the last item is one
    fit(replace(given, neighbours=last))
