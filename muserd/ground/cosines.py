"""How alike items are, as far as it is known: within an error, and exactly where it matters.

Vectors lie in memory in eight bits. A cosine by them is off by an error that is known, so that
most comparisons are decided by it; the few that are not are made with the vectors themselves.
Whoever compares says which cosines decide (`KnnGraph.insert`, `forest.insert`): its results are
those of exact cosines.
"""

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

ReadVectors = Callable[[NDArray[np.intp]], NDArray[np.float32]]
"""Of some slots, intp [m], the vectors themselves, float32 [m, d]."""

ROUNDING = 1e-5  # of a cosine by float32 sums, in whatever order


class Cosines:
    """Those of one vector to every slot."""

    def __init__(
        self,
        vector: NDArray[np.float32],
        values: NDArray[np.float32],
        errors: NDArray[np.float32],
        read: ReadVectors,
    ) -> None:
        """What is known at first.

        Args:
            vector: float32 [d], unit length.
            values: float32 [n], changed by `sharpen`.
            errors: float32 [n], how far each value may be off; 0 where it is exact.
            read: of slots, their vectors.
        """
        self.values = values
        self._errors = errors.copy()
        self._vector = vector
        self._read = read

    @classmethod
    def known(cls, values: NDArray[np.float32]) -> "Cosines":
        """Exact ones, float32 [n]."""
        nothing = np.empty(0, np.float32)
        return cls(nothing, values, np.zeros(len(values), np.float32), lambda _: nothing)

    def __len__(self) -> int:
        """The number of slots."""
        return len(self.values)

    @property
    def least(self) -> NDArray[np.float32]:
        """float32 [n]: no cosine is below it."""
        return self.values - self._errors

    @property
    def most(self) -> NDArray[np.float32]:
        """float32 [n]: no cosine is above it."""
        return self.values + self._errors

    def sharpen(self, slots: NDArray[np.intp]) -> None:
        """Make the values of some slots exact."""
        doubtful = slots[self._errors[slots] > 0]
        if len(doubtful):
            self.values[doubtful] = exact(self._read(doubtful), self._vector)
            self._errors[doubtful] = 0.0

    def sharpen_nearest(self, count: int, among: NDArray[np.intp]) -> NDArray[np.intp]:
        """Make exact whatever may be one of the `count` nearest of some slots.

        Returns:
            intp [m]: those slots, among which the nearest are; m ≥ count, if there are so many.
        """
        if len(among) > count:
            least = self.least[among]
            floor = np.partition(least, len(least) - count)[len(least) - count]
            among = among[self.most[among] >= floor]
        self.sharpen(among)
        return among


class Vectors(Protocol):
    """The vectors of all slots, compared with each other."""

    def compare(self, slots: NDArray[np.intp]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """float32 [m, n], cosines of some slots to all; float32 [n], how far off they may be."""
        ...

    def pairs(self, ones: NDArray[np.intp], others: NDArray[np.intp]) -> NDArray[np.float32]:
        """float32 [m]: the exact cosines of pairs of slots."""
        ...


class KnownVectors:
    """Vectors that lie in memory as they are, float32 [n, d]."""

    def __init__(self, rows: NDArray[np.float32]) -> None:
        self._rows = rows

    def compare(self, slots: NDArray[np.intp]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """See `Vectors`."""
        return self._rows[slots] @ self._rows.T, np.full(len(self._rows), ROUNDING, np.float32)

    def pairs(self, ones: NDArray[np.intp], others: NDArray[np.intp]) -> NDArray[np.float32]:
        """See `Vectors`."""
        return exact(self._rows[ones], self._rows[others])


def exact(rows: NDArray[np.float32], vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """float32 [m], cosines of rows, float32 [m, d], to one vector each, or all to the same.

    Summed in float64 row by row: the same whatever other rows there are, and both ways round.
    """
    wide = np.broadcast_to(vectors.astype(np.float64), rows.shape)
    # Of float64 on both sides: else einsum converts in blocks, which end in the middle of rows.
    return np.asarray(np.einsum("ij,ij->i", rows.astype(np.float64), wide), np.float32)
