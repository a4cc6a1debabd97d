"""The nearest neighbours of every item, kept while items come and go.

Thirty are kept and fifteen are used: the slack absorbs departures. A row is always a prefix of its
item's true list by falling cosine, equal cosines by rising slot: an arrival enters a row only
where its rank is certain, and a row that grew short is filled again by an exact search. So a
refit needs no neighbour search.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from muserd.ground.cosines import Cosines
from muserd.ground.growing import Growing
from muserd.ground.records import NEIGHBOURS_KEPT, NEIGHBOURS_USED

NOBODY = -1  # pads a row
Refill = Callable[[int], tuple[NDArray[np.int64], NDArray[np.float32]]]


class KnnGraph:
    """The neighbour lists of one space, one row per slot. Not thread-safe.

    Args:
        kept: the length of a full row.
    """

    def __init__(self, kept: int = NEIGHBOURS_KEPT) -> None:
        self.kept = kept
        self._items = 0
        self._near: Growing[np.int32] = Growing(np.int32, (kept,), NOBODY)
        self._alike: Growing[np.float32] = Growing(np.float32, (kept,))
        self._counts: Growing[np.int32] = Growing(np.int32)
        self._holds: Growing[np.bool_] = Growing(np.bool_)

    def __len__(self) -> int:
        """The number of rows, those without an item included."""
        return len(self._counts)

    @property
    def neighbours(self) -> NDArray[np.int32]:
        """int32[n, kept]: slots, nearest first, −1 pads. Valid until a row is added."""
        return self._near.rows

    @property
    def cosines(self) -> NDArray[np.float32]:
        """float32[n, kept]: to the neighbours, 0 where padded. Valid until a row is added."""
        return self._alike.rows

    @property
    def _lengths(self) -> NDArray[np.int32]:
        return self._counts.rows

    @property
    def _held(self) -> NDArray[np.bool_]:
        return self._holds.rows

    def reach(self, size: int) -> None:
        """Make room for so many rows, which hold nobody."""
        self._grow(size)

    def put_rows(
        self, slots: NDArray[np.intp], near: NDArray[np.int32], cosines: NDArray[np.float32]
    ) -> None:
        """Set rows to lists that are known, as when the store is loaded.

        Args:
            slots: intp[m], of the items.
            near: int32[m, kept], nearest first; −1 pads at the end.
            cosines: float32[m, kept].
        """
        if not len(slots):
            return
        self._grow(int(slots.max()) + 1)
        self._items += int((~self._held[slots]).sum())
        self._held[slots] = True
        self.neighbours[slots] = near
        self.cosines[slots] = np.where(near != NOBODY, cosines, 0.0)
        self._lengths[slots] = (near != NOBODY).sum(axis=1)

    def insert(self, slot: int, alike: Cosines, present: NDArray[np.bool_]) -> NDArray[np.int32]:
        """Add an item.

        Args:
            slot: of the item.
            alike: of the item to every slot; those that decide are made exact.
            present: bool[n], slots that hold an item; with or without `slot`.

        Returns:
            int32[m]: the other rows that changed, ascending.
        """
        self._grow(max(slot + 1, len(alike)))
        others = present.copy()
        if slot < len(others):
            others[slot] = False
        candidates = np.flatnonzero(others)
        alike.sharpen_nearest(self.kept, candidates)
        cosines = alike.values
        near = candidates[_nearest(cosines[candidates], candidates, self.kept)]
        self._hold(slot)
        self._write(slot, near, cosines[near])
        changed = candidates[self._improves(candidates, alike.most[candidates], slot)]
        alike.sharpen(changed)
        changed = changed[self._improves(changed, cosines[changed], slot)]
        self._squeeze_in(changed, slot, cosines[changed])
        return changed.astype(np.int32)

    def remove(self, slot: int, refill: Refill) -> NDArray[np.int32]:
        """Take an item out of all rows, and its own row away.

        Args:
            slot: of the item.
            refill: of a slot, the nearest present items, `slot` not among them: slots and
                cosines, at least `kept` of them if there are so many. It is asked for rows that
                hold fewer than 15 and could hold more.

        Returns:
            int32[m]: the other rows that changed, ascending.
        """
        if slot >= len(self) or not self._held[slot]:
            return np.empty(0, dtype=np.int32)
        self._held[slot] = False
        self._items -= 1
        self._write(slot, np.empty(0, dtype=np.int32), np.empty(0, dtype=np.float32))
        rows, places = np.nonzero(self.neighbours == slot)
        self._close_up(rows, places)
        enough = min(NEIGHBOURS_USED, self.kept, self._items - 1)
        for row in rows[self._lengths[rows] < enough].tolist():
            slots, cosines = refill(row)
            real = (slots != row) & (slots != slot) & (slots != NOBODY)
            slots, cosines = slots[real], cosines[real].astype(np.float32)
            first = _nearest(cosines, slots, self.kept)
            self._write(row, slots[first], cosines[first])
        return rows.astype(np.int32)

    def _grow(self, size: int) -> None:
        """Make room for so many rows."""
        for array in (self._near, self._alike, self._counts, self._holds):
            array.reach(size)

    def _hold(self, slot: int) -> None:
        self._items += not self._held[slot]
        self._held[slot] = True

    def _write(self, slot: int, slots: NDArray[np.integer], cosines: NDArray[np.float32]) -> None:
        count = len(slots)
        self.neighbours[slot] = NOBODY
        self.cosines[slot] = 0.0
        self.neighbours[slot, :count] = slots
        self.cosines[slot, :count] = cosines
        self._lengths[slot] = count

    def _improves(
        self, rows: NDArray[np.intp], cosines: NDArray[np.float32], slot: int
    ) -> NDArray[np.bool_]:
        """bool[m]: where the new item has a certain rank in a row."""
        lengths = self._lengths[rows]
        # The new item counts already: a row was complete if it held all the others but itself.
        complete = (lengths < self.kept) & (lengths >= self._items - 2)
        last = np.maximum(lengths - 1, 0)
        least, worst = self.cosines[rows, last], self.neighbours[rows, last]
        better = (cosines > least) | ((cosines == least) & (slot < worst))
        improves: NDArray[np.bool_] = complete | (better & (lengths > 0))
        return improves

    def _squeeze_in(self, rows: NDArray[np.intp], slot: int, cosines: NDArray[np.float32]) -> None:
        """Put a slot into rows where it belongs; full rows lose their last."""
        slots, known = self.neighbours[rows], self.cosines[rows]
        column = np.arange(self.kept)
        filled = column < self._lengths[rows, None]
        given = cosines[:, None]
        ahead = filled & ((known > given) | ((known == given) & (slots < slot)))
        at = ahead.sum(axis=1)[:, None]
        source = column - (column > at)
        slots = np.take_along_axis(slots, source, axis=1)
        known = np.take_along_axis(known, source, axis=1)
        here = column == at
        self.neighbours[rows] = np.where(here, slot, slots)
        self.cosines[rows] = np.where(here, given, known)
        self._lengths[rows] = np.minimum(self._lengths[rows] + 1, self.kept)

    def _close_up(self, rows: NDArray[np.intp], places: NDArray[np.intp]) -> None:
        """Drop one place of each of some rows; what follows moves up."""
        column = np.arange(self.kept)
        source = np.minimum(column + (column >= places[:, None]), self.kept - 1)
        self.neighbours[rows] = np.take_along_axis(self.neighbours[rows], source, axis=1)
        self.cosines[rows] = np.take_along_axis(self.cosines[rows], source, axis=1)
        self.neighbours[rows, -1] = NOBODY
        self.cosines[rows, -1] = 0.0
        self._lengths[rows] -= 1


def _nearest(
    cosines: NDArray[np.float32], slots: NDArray[np.integer], count: int
) -> NDArray[np.intp]:
    """intp[m]: which are the first by falling cosine, then rising slot; m ≤ count."""
    if len(cosines) > count:
        least = np.partition(cosines, len(cosines) - count)[len(cosines) - count]
        among = np.flatnonzero(cosines >= least)
    else:
        among = np.arange(len(cosines))
    return among[np.lexsort((slots[among], -cosines[among]))][:count]
