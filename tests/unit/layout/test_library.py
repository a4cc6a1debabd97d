"""A full fit by umap-learn itself: seeded, registered and measured like any other."""

import sys
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from muserd.ground.errors import LayoutError
from muserd.layout.fit import FitInput, fit
from muserd.layout.library import umap_learn
from muserd.layout.quality import quality


def by_the_library(given: FitInput) -> FitInput:
    return replace(given, engine="umap-learn")


def test_it_keeps_neighbourhoods_and_says_who_made_it(spaces: Any) -> None:
    """As good a map as ours, centred, with what placements need."""
    vectors, _ = spaces.blobs(150)
    made, ours = fit(by_the_library(spaces.given(vectors))), fit(spaces.given(vectors))
    assert (made.method, made.engine) == ("full", "umap-learn")
    assert ours.engine == "muser"
    assert np.abs(made.places.mean(axis=0)).max() < 1e-3
    theirs = quality(vectors, made.places).trustworthiness
    assert theirs > quality(vectors, ours.places).trustworthiness - 0.03
    assert made.params.spacing > 0


def test_the_same_seed_gives_the_same_map(spaces: Any) -> None:
    vectors, _ = spaces.blobs(60)
    first, again = (umap_learn(vectors, 15, 0.1, seed=7) for _ in range(2))
    assert np.array_equal(first, again)
    assert (first.dtype, first.shape) == (np.float32, (60, 2))
    assert not np.array_equal(first, umap_learn(vectors, 15, 0.1, seed=8))


def test_a_fresh_fit_by_the_library_is_registered_on_the_old_land(spaces: Any) -> None:
    """Turned and moved so that the items lie nearest to where they were; never scaled."""
    vectors, _ = spaces.blobs(150)
    old = fit(spaces.given(vectors)).places + np.float32(40)
    made = fit(by_the_library(spaces.given(vectors, old)))
    assert np.abs(made.places.mean(axis=0) - old.mean(axis=0)).max() < 5
    free = umap_learn(vectors, 15, 0.1, seed=42)
    spread = np.linalg.norm(made.places - made.places.mean(axis=0), axis=1)
    assert np.allclose(spread, np.linalg.norm(free, axis=1), rtol=1e-3, atol=1e-3)


def test_warm_fits_stay_ours(spaces: Any) -> None:
    """The library's warm start would rescale the land."""
    vectors, _ = spaces.blobs(150)
    old = fit(spaces.given(vectors)).places
    made = fit(by_the_library(spaces.given(vectors, old, method="warm")))
    assert (made.method, made.engine) == ("warm", "muser")


def test_without_the_library_the_message_has_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "umap", None)
    with pytest.raises(LayoutError, match="umap-learn") as caught:
        umap_learn(np.eye(20, dtype=np.float32), 15, 0.1, seed=1)
    assert "layout.engine" in caught.value.hint


def test_a_neighbourhood_is_no_larger_than_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """umap-learn counts the item itself among its neighbours; every setting reaches it."""
    given: dict[str, Any] = {}

    class Recorder:
        def __init__(self, **settings: Any) -> None:
            given.update(settings)

        def fit_transform(self, vectors: np.ndarray) -> np.ndarray:
            return np.stack([np.arange(len(vectors)), np.ones(len(vectors))], axis=1)

    monkeypatch.setitem(sys.modules, "umap", SimpleNamespace(UMAP=Recorder))
    places = umap_learn(np.eye(20, dtype=np.float32), 30, 0.25, seed=3)
    assert given == {
        "n_neighbors": 19,
        "min_dist": 0.25,
        "metric": "cosine",
        "random_state": 3,
        "n_jobs": 1,
    }
    assert places[:, 0].tolist() == (np.arange(20) - 9.5).tolist()
    umap_learn(np.eye(20, dtype=np.float32), 15, 0.25, seed=3)
    assert given["n_neighbors"] == 15
