"""What is known of each slot of a space besides what is published: masks and times that grow."""

import numpy as np
from numpy.typing import NDArray

from muserd.ground.growing import Growing


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
        self._masks: Growing[np.bool_] = Growing(np.bool_, (4,))
        self._times: Growing[np.int64] = Growing(np.int64)

    def __len__(self) -> int:
        """The number of slots: the highest + 1."""
        return len(self._times)

    @property
    def present(self) -> NDArray[np.bool_]:
        """See the class."""
        return self._masks.rows[:, 0]

    @property
    def settled(self) -> NDArray[np.bool_]:
        """See the class."""
        return self._masks.rows[:, 1]

    @property
    def placed(self) -> NDArray[np.bool_]:
        """See the class."""
        return self._masks.rows[:, 2]

    @property
    def offline(self) -> NDArray[np.bool_]:
        """See the class."""
        return self._masks.rows[:, 3]

    @property
    def times_ms(self) -> NDArray[np.int64]:
        """See the class."""
        return self._times.rows

    def reach(self, slot: int) -> None:
        """Make room up to a slot; new slots are nothing at all."""
        if slot < len(self._times):
            return
        self._masks.reach(slot + 1)
        self._times.reach(slot + 1)
