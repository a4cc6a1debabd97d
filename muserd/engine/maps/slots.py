"""What is known of each slot of a space besides what is published: masks and times that grow."""

import numpy as np
from numpy.typing import NDArray

_LEAST_CAPACITY = 256


class SlotStates:
    """Growing arrays over the slots.

    Attributes, each over the slots:
        present: the item has a file and a vector.
        settled: the current fit contains the slot, be its item gone or not.
        placed: the slot has a place in the current fit.
        offline: every file of the item is out of reach.
        times_ms: int64, when the item was made, by the clock where it was; UNDATED_MS where
            that is doubtful.
    """

    def __init__(self) -> None:
        self._count = 0
        self._masks = np.zeros((4, 0), np.bool_)
        self._times = np.zeros(0, np.int64)

    def __len__(self) -> int:
        """The number of slots: the highest + 1."""
        return self._count

    @property
    def present(self) -> NDArray[np.bool_]:
        """See the class."""
        return self._masks[0, : self._count]

    @property
    def settled(self) -> NDArray[np.bool_]:
        """See the class."""
        return self._masks[1, : self._count]

    @property
    def placed(self) -> NDArray[np.bool_]:
        """See the class."""
        return self._masks[2, : self._count]

    @property
    def offline(self) -> NDArray[np.bool_]:
        """See the class."""
        return self._masks[3, : self._count]

    @property
    def times_ms(self) -> NDArray[np.int64]:
        """See the class."""
        return self._times[: self._count]

    def reach(self, slot: int) -> None:
        """Make room up to a slot; new slots are nothing at all."""
        if slot < self._count:
            return
        if slot >= len(self._times):
            capacity = max(slot + 1, 2 * len(self._times), _LEAST_CAPACITY)
            masks, times = np.zeros((4, capacity), np.bool_), np.zeros(capacity, np.int64)
            masks[:, : self._count] = self._masks[:, : self._count]
            times[: self._count] = self._times[: self._count]
            self._masks, self._times = masks, times
        self._count = slot + 1
