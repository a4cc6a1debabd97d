"""Cosines within an error: what is asked for becomes exact, and nothing else is read."""

import numpy as np
import pytest
from numpy.typing import NDArray

from muserd.ground.cosines import Cosines, KnownVectors, exact


def unit(count: int, dim: int, seed: int) -> NDArray[np.float32]:
    rows = np.random.default_rng(seed).normal(size=(count, dim)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


class Rough:
    """The cosines of the first of some vectors, off by 0.01 at most, with what was read."""

    def __init__(self, rows: NDArray[np.float32]) -> None:
        self.rows, self.read = rows, list[int]()
        self.true = exact(rows, rows[0])
        off = np.random.default_rng(9).uniform(-0.01, 0.01, len(rows)).astype(np.float32)
        errors = np.full(len(rows), 0.0101, np.float32)
        self.cosines = Cosines(rows[0], self.true + off, errors, self._vectors)

    def _vectors(self, slots: NDArray[np.intp]) -> NDArray[np.float32]:
        self.read += slots.tolist()
        return self.rows[slots]


def test_the_truth_lies_between_least_and_most() -> None:
    rough = Rough(unit(200, 16, 0))
    assert (rough.cosines.least <= rough.true).all()
    assert (rough.cosines.most >= rough.true).all()


def test_what_is_asked_for_is_read_once() -> None:
    rough = Rough(unit(200, 16, 1))
    asked = np.array([3, 150, 77])
    rough.cosines.sharpen(asked)
    rough.cosines.sharpen(asked)
    assert rough.read == [3, 150, 77]
    np.testing.assert_array_equal(rough.cosines.values[asked], rough.true[asked])
    np.testing.assert_array_equal(rough.cosines.least[asked], rough.cosines.most[asked])


def test_the_nearest_are_among_those_made_exact() -> None:
    rough = Rough(unit(500, 16, 2))
    among = np.arange(1, 500)
    near = rough.cosines.sharpen_nearest(10, among)
    nearest = among[np.argsort(-rough.true[among])[:10]]
    assert set(nearest.tolist()) <= set(near.tolist())
    assert len(rough.read) < 60
    assert rough.cosines.sharpen_nearest(700, among).tolist() == among.tolist()


def test_equal_ones_are_all_kept() -> None:
    """Which of them is nearer is for the caller to say: by slot."""
    cosines = Cosines.known(np.array([0.5, 0.9, 0.5, 0.5, 0.1], np.float32))
    assert cosines.sharpen_nearest(2, np.arange(5)).tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("dim", [96, 1_280])
def test_an_exact_cosine_does_not_depend_on_the_others(dim: int) -> None:
    """The same in any batch, and both ways round: neighbour lists agree with a rebuild."""
    rows = unit(300, dim, 3)
    whole = exact(rows, rows[5])
    for one in (0, 7, 299):
        assert exact(rows[[one]], rows[5])[0] == whole[one]
        assert exact(rows[[5]], rows[one])[0] == whole[one]
    ones, others = np.array([1, 2, 3]), np.array([9, 8, 7])
    np.testing.assert_array_equal(
        KnownVectors(rows).pairs(ones, others),
        [exact(rows[[a]], rows[b])[0] for a, b in zip(ones, others, strict=True)],
    )
