"""The likeliest ImageNet classes of each picture: how words find pictures without CLIP."""

import numpy as np
from numpy.typing import NDArray

from muserd.ground.growing import Growing

_KEPT = 10


class ImageLabels:
    """Classes and probabilities by slot, growing."""

    def __init__(self) -> None:
        self._classes: Growing[np.int16] = Growing(np.int16, (_KEPT,))
        self._shares: Growing[np.uint16] = Growing(np.uint16, (_KEPT,))  # in 1/65535; 0 pads

    def set(self, slot: int, concepts: tuple[tuple[int, int], ...]) -> None:
        """Set those of one slot; the first ten count."""
        if not concepts and slot >= len(self._classes):
            return
        self._classes.reach(slot + 1)
        self._shares.reach(slot + 1)
        self._shares.rows[slot] = 0
        if concepts:
            known = np.array(concepts[:_KEPT])
            self._classes.rows[slot, : len(known)] = known[:, 0]
            self._shares.rows[slot, : len(known)] = known[:, 1]

    def scores(self, weights: NDArray[np.float32], slots: NDArray[np.intp]) -> NDArray[np.float64]:
        """float64 [m]: how well some slots fit the weights of the classes, float32 [1000].

        The mean weight of what a picture may show, by likelihood: see encode.conse.
        """
        scores = np.zeros(len(slots))
        known = slots < len(self._classes)
        shares = self._shares.rows[slots[known]].astype(np.float32)
        weighed = np.einsum("nk,nk->n", weights[self._classes.rows[slots[known]]], shares)
        scores[known] = weighed / np.maximum(shares.sum(axis=1), 1.0)
        return scores
