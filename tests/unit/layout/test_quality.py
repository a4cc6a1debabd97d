from typing import Any

import numpy as np
import pytest

from muserd.layout.quality import drift, quality, recall_lost
from muserd.layout.register import radius, register

rng = np.random.default_rng(8)


def test_a_perfect_map_is_perfect() -> None:
    """Places that keep every neighbourhood score 1."""
    angle = np.sort(rng.uniform(0, 1.5, 300))
    vectors = np.stack([np.cos(angle), np.sin(angle)], axis=1).astype(np.float64)
    flat = np.stack([angle, np.zeros(300)], axis=1)
    measured = quality(vectors.astype(np.float64), flat)
    assert measured.trustworthiness == pytest.approx(1, abs=1e-6)
    assert measured.recall == pytest.approx(1, abs=1e-3)


@pytest.mark.filterwarnings("ignore")
def test_trustworthiness_is_sklearns(spaces: Any) -> None:
    """On a whole map the number is the one that scikit-learn computes."""
    manifold = pytest.importorskip("sklearn.manifold")
    vectors, _ = spaces.blobs(200)
    places = rng.normal(size=(200, 2)).astype(np.float32)
    places[:, 0] += vectors[:, 0] * 5
    theirs = manifold.trustworthiness(vectors, places, n_neighbors=15, metric="cosine")
    assert quality(vectors, places).trustworthiness == pytest.approx(theirs, abs=1e-3)


def test_a_random_map_is_worthless(spaces: Any) -> None:
    """Chance finds half of the trust and few of the neighbours; a sample says the same."""
    vectors, _ = spaces.blobs(600)
    places = rng.normal(size=(600, 2)).astype(np.float32)
    whole, some = quality(vectors, places), quality(vectors, places, sample=200)
    assert whole.trustworthiness < 0.6
    assert whole.recall < 0.1
    assert some.sample == 200
    assert some.trustworthiness == pytest.approx(whole.trustworthiness, abs=0.05)


def test_duplicates_are_no_ones_fault() -> None:
    """Among equals any neighbour is right."""
    vectors = np.tile(np.array([[1.0, 0.0]], dtype=np.float32), (80, 1))
    measured = quality(vectors, rng.normal(size=(80, 2)).astype(np.float32))
    assert (measured.trustworthiness, measured.recall) == (1.0, 1.0)


@pytest.mark.parametrize("count", [0, 1, 3, 10])
def test_small_maps_have_a_quality(spaces: Any, count: int) -> None:
    """Few items: a smaller neighbourhood, a number between 0 and 1."""
    vectors, _ = spaces.blobs(max(count, 1))
    measured = quality(vectors[:count], rng.normal(size=(count, 2)).astype(np.float32))
    assert 0 <= measured.trustworthiness <= 1
    assert measured.sample == count


def test_drift_is_measured_in_radii() -> None:
    """Everybody one radius to the right: p50 and p95 are 1."""
    old = rng.normal(size=(100, 2)).astype(np.float32)
    new = old + np.array([radius(old), 0], dtype=np.float32)
    labels = np.tile(np.array([1, 2, -1], dtype=np.int32), (100, 1))
    other = labels.copy()
    other[:50, 1] = 3
    measured = drift(old, new, labels, other)
    assert measured.p50 == pytest.approx(1, abs=1e-3)
    assert measured.p95 == pytest.approx(1, abs=1e-3)
    assert measured.kept_regions == 0.75
    assert measured.common == 100
    assert drift(old[:0], new[:0], labels[:0], other[:0]).common == 0


def test_registration_finds_a_rigid_motion() -> None:
    """Turned and shifted places come back, though a fifth of them went elsewhere."""
    fixed = rng.normal(size=(200, 2)).astype(np.float32) * 3
    turn = 2.2
    rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    moving = (fixed @ rotation + (7, -3)).astype(np.float32)
    moving[:30] += rng.normal(0, 20, (30, 2)).astype(np.float32)
    back = register(moving, fixed).apply(moving)
    assert np.abs(back[30:] - fixed[30:]).max() < 1e-3


def test_registration_never_mirrors() -> None:
    """A mirror image stays one: determinant 1, lengths kept."""
    fixed = rng.normal(size=(50, 2)).astype(np.float32)
    motion = register(fixed * np.array([-1, 1], dtype=np.float32), fixed)
    assert np.linalg.det(motion.rotation) == pytest.approx(1)
    assert np.allclose(motion.rotation @ motion.rotation.T, np.eye(2))


@pytest.mark.parametrize("count", [0, 1, 2])
def test_registration_of_few_only_shifts(count: int) -> None:
    """Two points say nothing about a rotation."""
    fixed = rng.normal(size=(count, 2)).astype(np.float32)
    motion = register(fixed + 4, fixed)
    assert np.array_equal(motion.rotation, np.eye(2))
    assert np.allclose(motion.apply(fixed + 4), fixed, atol=1e-5)


@pytest.mark.parametrize("strewn", [False, True])
def test_recall_is_lost_where_newcomers_stand_among_strangers(strewn: bool) -> None:
    """Nothing is lost by newcomers beside their like; the fit's own faults do not count."""
    random = np.random.default_rng(0)
    angle = random.uniform(0, 3, 400)
    apart = np.abs(angle[:, None] - angle)
    neighbours = np.argsort(apart, axis=1)[:, 1:31].astype(np.int32)
    places = np.stack([angle, 0.01 * random.normal(size=400)], axis=1)
    settled = np.arange(400) % 5 != 0
    if strewn:
        places[~settled, 0] = random.uniform(0, 3, 80)
    shown = np.ones(400, dtype=bool)
    lost = recall_lost(places.astype(np.float32), neighbours, shown, settled)
    assert (lost > 0.1) is strewn
    assert recall_lost(places.astype(np.float32), neighbours, settled, settled) == 0.0
