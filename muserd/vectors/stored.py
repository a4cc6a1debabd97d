"""The vectors of a space compared with each other: by the index, exactly where it decides."""

import numpy as np
from numpy.typing import NDArray

from muserd.ground.cosines import ReadVectors, exact
from muserd.vectors.index import VectorIndex


class StoredVectors:
    """See `ground.cosines.Vectors`. Good for one transaction."""

    def __init__(self, index: VectorIndex, read: ReadVectors) -> None:
        self._index = index
        self._read = read

    def compare(self, slots: NDArray[np.intp]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """float32 [m, n], cosines of some slots to all; float32 [n], how far off they may be."""
        return self._index.compare(self._read(slots)), self._index.errors

    def pairs(self, ones: NDArray[np.intp], others: NDArray[np.intp]) -> NDArray[np.float32]:
        """float32 [m]: the exact cosines of pairs of slots."""
        return exact(self._rows(ones), self._rows(others))

    def _rows(self, slots: NDArray[np.intp]) -> NDArray[np.float32]:
        different, where = np.unique(slots, return_inverse=True)
        return self._read(different)[where]
