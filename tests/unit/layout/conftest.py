import numpy as np
import pytest
from numpy.typing import NDArray

from muserd.layout.fit import FitInput

KEPT = 30


def nearest(vectors: NDArray[np.float32]) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Exact neighbour lists, as the store keeps them."""
    count = len(vectors)
    alike = vectors @ vectors.T
    np.fill_diagonal(alike, -np.inf)
    kept = min(KEPT, max(count - 1, 0))
    rows = np.full((count, KEPT), -1, dtype=np.int32)
    cosines = np.zeros((count, KEPT), dtype=np.float32)
    rows[:, :kept] = np.argsort(-alike, axis=1, kind="stable")[:, :kept]
    cosines[:, :kept] = np.take_along_axis(alike, rows[:, :kept].astype(np.intp), axis=1)
    return rows, cosines


def blobs(
    count: int, groups: int = 6, dim: int = 16, seed: int = 0, noise: float = 0.25
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Unit vectors in groups, and the group of each."""
    rng = np.random.default_rng(seed)
    middles = rng.normal(size=(groups, dim))
    middles /= np.linalg.norm(middles, axis=1, keepdims=True)
    member = np.arange(count) % groups
    vectors = middles[member] + rng.normal(size=(count, dim)) * noise / np.sqrt(dim) * 2
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float32), member


class Spaces:
    """Makes fit inputs."""

    blobs = staticmethod(blobs)
    nearest = staticmethod(nearest)

    @staticmethod
    def given(
        vectors: NDArray[np.float32],
        old: NDArray[np.float32] | None = None,
        settled: int | None = None,
        method: str = "full",
        seed: int = 42,
    ) -> FitInput:
        """A space whose first rows have the old places; `settled` of them were in the last fit."""
        count = len(vectors)
        places = np.full((count, 2), np.nan, dtype=np.float32)
        known = 0 if old is None else len(old)
        if old is not None:
            places[:known] = old
        rows, cosines = nearest(vectors)
        was = np.arange(count) < (known if settled is None else settled)
        ids = np.arange(10, 10 + count)
        return FitInput(ids, vectors, rows, cosines, places, was, method, seed=seed)


@pytest.fixture
def spaces() -> Spaces:
    return Spaces()
