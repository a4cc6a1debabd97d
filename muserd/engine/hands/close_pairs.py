"""Pairs of items that may be duplicates: found once among all neighbours, then kept up to date."""

import threading
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from muserd.engine.maps.model import SpaceModel
from muserd.ground.records import Slot
from muserd.hands.duplicates import ALIKE_COSINE, BURST_BITS, DuplicateKind
from muserd.store.environment import Store

_NEAR_COSINE = 0.6  # two versions of one picture are at least so alike for any encoder
_FEW = 8  # slots
_MOST_ANEW = 0.2  # of the slots; when more changed, all are looked at

Pairs = tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]  # slots, slots, cosines


class ClosePairs:
    """The close pairs of one kind. Thread-safe.

    What changed is only noted; it is looked at when somebody asks.
    """

    def __init__(self, store: Store, model: SpaceModel, kind: DuplicateKind) -> None:
        self._store = store
        self._model = model
        self._hashed = kind == "same-shot"
        self._least = _NEAR_COSINE if self._hashed else ALIKE_COSINE[model.space]
        self._lock = threading.Lock()
        self._noting = threading.Lock()  # guards the set: its caller must not wait for a list
        self._changed: set[int] = set()
        self._of: str | None = None  # encoder
        self._clear()

    def _clear(self) -> None:
        nothing = np.zeros(0, np.intp)
        self._pairs: Pairs = (nothing, nothing, np.zeros(0, np.float32))
        self._hashes = np.zeros((0, 2), np.uint64)  # 128 bits
        self._having = np.zeros(0, np.bool_)  # slots whose hash is known

    def note(self, slots: Iterable[Slot]) -> None:
        """The items in these slots came, moved or went."""
        with self._noting:
            self._changed.update(map(int, slots))

    def pairs(self) -> Pairs:
        """Every pair of slots once, and their cosines."""
        with self._lock:
            with self._noting:
                changed, self._changed = self._changed, set()
            encoder = self._model.encoder.id if self._model.encoder is not None else ""
            if encoder != self._of or len(changed) > _MOST_ANEW * len(self._model):
                self._clear()
                self._of = encoder
                self._pairs = self._found(None)
            elif changed:
                some = np.fromiter(sorted(changed), np.intp, len(changed))
                kept = ~(np.isin(self._pairs[0], some) | np.isin(self._pairs[1], some))
                self._having[some[some < len(self._having)]] = False
                new = self._found(some)
                old = self._pairs
                self._pairs = (
                    np.concatenate([old[0][kept], new[0]]),
                    np.concatenate([old[1][kept], new[1]]),
                    np.concatenate([old[2][kept], new[2]]),
                )
            return self._pairs

    def _found(self, some: NDArray[np.intp] | None) -> Pairs:
        """The pairs that hold one of some slots; None: all pairs."""
        ones, others, alike = self._near(some)
        if self._hashed and len(ones):
            close = self._close(ones, others)
            ones, others, alike = ones[close], others[close], alike[close]
        once = ones < others
        once |= ~np.isin(_coded(ones, others), _coded(others, ones))  # one-sided neighbours
        return ones[once], others[once], alike[once]

    def _near(self, some: NDArray[np.intp] | None) -> Pairs:
        """Neighbours that are near enough; found with whole arrays, since most are not."""
        model = self._model
        with model.lock:
            present = model.slots.present
            near, cosines = model.knn.neighbours[: len(present)], model.knn.cosines[: len(present)]
            cells = _cells(near, some[some < len(present)] if some is not None else None)
            flat, alike = near.ravel()[cells], cosines.ravel()[cells]
            cells = cells[(flat >= 0) & (alike >= self._least)]
            rows, columns = np.divmod(cells, near.shape[1])
            here = present[rows] & present[near[rows, columns]]
            rows, columns = rows[here], columns[here]
            others = near[rows, columns].astype(np.intp)
            return rows, others, cosines[rows, columns].astype(np.float32)

    def _close(self, ones: NDArray[np.intp], others: NDArray[np.intp]) -> NDArray[np.bool_]:
        """bool[n]: whether the hashes of pairs of slots hardly differ."""
        self._learn(ones, others)
        bits = np.zeros(len(ones), np.uint8)
        for half in range(2):
            bits += np.bitwise_count(self._hashes[ones, half] ^ self._hashes[others, half])
        return np.asarray(self._having[ones] & self._having[others] & (bits <= BURST_BITS))

    def _learn(self, ones: NDArray[np.intp], others: NDArray[np.intp]) -> None:
        """Read the hashes of slots that are not known."""
        reach = max(int(ones.max()), int(others.max())) + 1
        if reach > len(self._having):
            more = max(reach, len(self._model)) - len(self._having)
            self._having = np.concatenate([self._having, np.zeros(more, np.bool_)])
            self._hashes = np.concatenate([self._hashes, np.zeros((more, 2), np.uint64)])
        wanted = np.zeros(len(self._having), np.bool_)
        wanted[ones] = wanted[others] = True
        space = self._model.space
        with self._store.read() as reader:
            for slot in np.flatnonzero(wanted & ~self._having).tolist():
                item = reader.slot_item(space, Slot(slot))
                record = reader.item(item) if item is not None else None
                if record is not None and record.facts.dhash:
                    self._hashes[slot] = np.frombuffer(bytes.fromhex(record.facts.dhash), np.uint64)
                    self._having[slot] = True


def _cells(near: NDArray[np.int32], some: NDArray[np.intp] | None) -> NDArray[np.intp]:
    """Where in the neighbour lists, row by row, some slots have a neighbour or are one.

    None: everywhere.
    """
    if some is None:
        return np.arange(near.size)
    own = (some[:, None] * near.shape[1] + np.arange(near.shape[1])).ravel()
    if len(some) <= _FEW:  # a pass over all lists for each is still the quickest
        theirs = [np.flatnonzero(near.ravel() == slot) for slot in some.tolist()]
    else:
        theirs = [np.flatnonzero(np.isin(near.ravel(), some))]
    return np.unique(np.concatenate([own, *theirs]))


def _coded(ones: NDArray[np.intp], others: NDArray[np.intp]) -> NDArray[np.int64]:
    return ones.astype(np.int64) << 32 | others.astype(np.int64)
