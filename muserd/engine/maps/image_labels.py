"""The likeliest ImageNet classes of each picture: how words find pictures without CLIP."""

import numpy as np
from numpy.typing import NDArray

_KEPT = 10
_LEAST_CAPACITY = 256


class ImageLabels:
    """Classes and probabilities by slot, growing."""

    def __init__(self) -> None:
        self._classes = np.zeros((0, _KEPT), np.int16)
        self._shares = np.zeros((0, _KEPT), np.uint16)  # in 1/65535; 0 pads

    def set(self, slot: int, concepts: tuple[tuple[int, int], ...]) -> None:
        """Set those of one slot; the first ten count."""
        if not concepts and slot >= len(self._classes):
            return
        if slot >= len(self._classes):
            capacity = max(slot + 1, 2 * len(self._classes), _LEAST_CAPACITY)
            classes = np.zeros((capacity, _KEPT), np.int16)
            shares = np.zeros((capacity, _KEPT), np.uint16)
            classes[: len(self._classes)] = self._classes
            shares[: len(self._shares)] = self._shares
            self._classes, self._shares = classes, shares
        self._shares[slot] = 0
        for i, (label, share) in enumerate(concepts[:_KEPT]):
            self._classes[slot, i], self._shares[slot, i] = label, share

    def scores(self, weights: NDArray[np.float32], slots: NDArray[np.intp]) -> NDArray[np.float64]:
        """float64 [m]: how well some slots fit the weights of the classes, float32 [1000].

        The mean weight of what a picture may show, by likelihood: see encode.conse.
        """
        scores = np.zeros(len(slots))
        known = slots < len(self._classes)
        shares = self._shares[slots[known]].astype(np.float64)
        weighed = weights[self._classes[slots[known]]] * shares
        scores[known] = weighed.sum(axis=1) / np.maximum(shares.sum(axis=1), 1.0)
        return scores
