"""The vectors of a space in eight bits: a FAISS index whose row is the slot.

A million vectors of 512 numbers are 0.5 GB so. What a vector loses is known, by its row: the
length of the difference bounds the error of every cosine (Cauchy and Schwarz), and a cosine that
the error leaves open is computed again from the vector in the store (see `ground.cosines`). So
neighbours are exact. Deletions cannot damage the index: whoever searches says who is there.

The file is a cache of the store: its hash and what it was made from are checked before FAISS may
read it, since a damaged file can crash `read_index`.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from muserd.ground import atomic
from muserd.ground.cosines import ROUNDING, Cosines, ReadVectors
from muserd.ground.failpoints import failpoint
from muserd.ground.growing import Growing
from muserd.ground.paths import make_private
from muserd.ground.records import Slot

NumberedVectors = Iterable[tuple[Slot, NDArray[np.float32]]]

_STEPS = 255  # of a number in eight bits
_BLOCK_NUMBERS = 2**18  # decoded at a time: they stay in the processor's cache
_BATCH = 512  # rows encoded at a time
_MARGIN = 0.25  # of a range: what comes later may lie outside of what was seen
_LEAST_HALF = 1e-3  # of a range: numbers that are all the same
_LEARNS_FROM = 16_384  # vectors at most: more tell nothing new about their ranges
_LEARNS_AGAIN = 8  # times as many vectors as the ranges were learned from
_NOBODY = np.inf  # the error of a row that holds no vector


class VectorIndex:
    """Cosines of the unit vectors of one space. Not thread-safe.

    Attributes:
        dim: of the vectors.
        saved: whether the file has everything.
    """

    def __init__(self, dim: int) -> None:
        """An empty index for float32 vectors of length `dim`."""
        self.dim = dim
        self.saved = False
        kind = faiss.ScalarQuantizer.QT_8bit
        self._index: Any = faiss.IndexScalarQuantizer(dim, kind, faiss.METRIC_INNER_PRODUCT)
        self._errors: Growing[np.float32] = Growing(np.float32, fill=_NOBODY)
        self._learned_from = 0
        self._take_ranges(np.full(dim, -1.0, np.float32), np.full(dim, 2.0, np.float32))
        faiss.omp_set_num_threads(1)  # muserd stays small; FAISS's pool would spin while idle

    def __len__(self) -> int:
        """The number of rows, gaps included: the highest slot + 1."""
        return int(self._index.ntotal)

    @property
    def held(self) -> NDArray[np.bool_]:
        """Bool [n]: rows that hold a vector."""
        return np.isfinite(self._errors.rows)

    # taking in

    def put(self, slot: Slot, vector: NDArray[np.float32]) -> None:
        """Set the row of `slot` to a unit vector, float32 [dim]."""
        self.reach(slot + 1)
        self.saved = False
        self._codes()[slot] = self._encode(vector[None])[0]
        self._errors.rows[slot] = self._errors_of(self._codes()[slot][None], vector[None])[0]

    def clear(self, slot: Slot) -> None:
        """Have the row of `slot` hold nothing."""
        self.saved = False
        self._errors.rows[slot] = _NOBODY

    def holds(self, slot: Slot, vector: NDArray[np.float32]) -> bool:
        """Whether the row of `slot` is what `put` makes of a vector."""
        if slot >= len(self) or vector.shape != (self.dim,) or not self.held[slot]:
            return False
        return np.array_equal(self._codes()[slot], self._encode(vector[None])[0])

    def reach(self, count: int) -> None:
        """Have at least so many rows; new ones hold nothing."""
        missing = count - len(self)
        if missing > 0:
            self.saved = False
            self._index.add(np.zeros((missing, self.dim), np.float32))
            self._errors.reach(count)

    def learn(self, vectors: Callable[[], NumberedVectors], count: int) -> None:
        """Take in all vectors anew, by the ranges of their numbers.

        Args:
            vectors: all of them with their slots, ascending; called twice.
            count: about how many there are.
        """
        step = max(1, count // _LEARNS_FROM)
        lowest = np.full(self.dim, np.inf, np.float32)
        highest = -lowest
        self._learned_from = 0
        for number, (_, vector) in enumerate(vectors()):
            if number % step == 0:
                np.minimum(lowest, vector, out=lowest)
                np.maximum(highest, vector, out=highest)
                self._learned_from += 1
        if not self._learned_from:
            return
        half = np.maximum((highest - lowest) / 2 * (1 + _MARGIN), _LEAST_HALF)
        self._take_ranges((highest + lowest) / 2 - half, 2 * half)
        self._fill(vectors())

    @property
    def ripe(self) -> bool:
        """Whether `learn` would see much more than it did: vectors lose more than they need to."""
        known = min(int(self.held.sum()), _LEARNS_FROM)
        return known >= _LEARNS_AGAIN * max(self._learned_from, 1)

    def _fill(self, vectors: NumberedVectors) -> None:
        slots: list[Slot] = []
        rows: list[NDArray[np.float32]] = []
        for slot, vector in vectors:
            slots.append(slot)
            rows.append(vector)
            if len(rows) == _BATCH:
                self._put_many(slots, np.stack(rows))
                slots, rows = [], []
        if rows:
            self._put_many(slots, np.stack(rows))

    def _put_many(self, slots: list[Slot], vectors: NDArray[np.float32]) -> None:
        self.reach(max(slots) + 1)
        self.saved = False
        codes = self._encode(vectors)
        self._codes()[slots] = codes
        self._errors.rows[slots] = self._errors_of(codes, vectors)

    # comparing

    def compare(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """float32 [m, n]: cosines of vectors, float32 [m, dim], within `errors`."""
        found = np.empty((len(vectors), len(self)), np.float32)
        scaled = vectors * (self._spans / _STEPS)
        offset = (vectors @ self._lows + 0.5 * scaled.sum(axis=1))[:, None]
        codes = self._codes()
        size = max(1, _BLOCK_NUMBERS // self.dim)
        block = np.empty((size, self.dim), np.float32)
        for start in range(0, len(codes), size):
            some = codes[start : start + size]
            rows = block[: len(some)]
            np.copyto(rows, some)
            found[:, start : start + size] = scaled @ rows.T + offset
        return found

    @property
    def errors(self) -> NDArray[np.float32]:
        """float32 [n]: how far cosines to unit vectors may be off, rounding included."""
        return self._errors.rows + np.float32(ROUNDING)

    def cosines(self, vectors: NDArray[np.float32], read: ReadVectors) -> list[Cosines]:
        """Those of each of some unit vectors, float32 [m, dim], to all rows."""
        errors = self.errors
        return [
            Cosines(vector, values, errors, read)
            for vector, values in zip(vectors, self.compare(vectors), strict=True)
        ]

    def search(
        self,
        vector: NDArray[np.float32],
        count: int,
        allowed: NDArray[np.bool_],
        read: ReadVectors,
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The `count` nearest allowed slots.

        Args:
            vector: the query, float32 [dim], unit length.
            count: how many; fewer come back when fewer are allowed.
            allowed: bool [m]; slots beyond its end are not allowed.
            read: of slots, the vectors themselves.

        Returns:
            Slots int64 [m] and cosines float64 [m], nearest first, of equal ones the lower slot
            first; m ≤ count.
        """
        if len(self) == 0 or count <= 0:
            return np.empty(0, np.int64), np.empty(0, np.float64)
        (cosines,) = self.cosines(vector[None], read)
        near = cosines.sharpen_nearest(count, np.flatnonzero(allowed[: len(self)]))
        nearest = near[np.lexsort((near, -cosines.values[near]))][:count]
        return nearest.astype(np.int64), cosines.values[nearest].astype(np.float64)

    def decoded(self, slots: NDArray[np.intp]) -> NDArray[np.float32]:
        """float32 [m, dim]: what is left of the vectors of some slots."""
        return self._decode(self._codes()[slots])

    # the codes

    def _take_ranges(self, lows: NDArray[np.floating], spans: NDArray[np.floating]) -> None:
        self._lows, self._spans = lows.astype(np.float32), spans.astype(np.float32)
        ranges = np.concatenate([self._lows, self._spans])
        faiss.copy_array_to_vector(ranges, self._index.sq.trained)
        self._index.is_trained = True

    def _codes(self) -> NDArray[np.uint8]:
        """uint8 [n, dim], without a copy; valid until a row is added."""
        if len(self) == 0:
            return np.zeros((0, self.dim), np.uint8)
        pointer = faiss.rev_swig_ptr(self._index.codes.data(), len(self) * self.dim)
        view: NDArray[np.uint8] = pointer.reshape(len(self), self.dim)
        return view

    def _encode(self, vectors: NDArray[np.float32]) -> NDArray[np.uint8]:
        codes: NDArray[np.uint8] = self._index.sa_encode(np.ascontiguousarray(vectors))
        return codes

    def _decode(self, codes: NDArray[np.uint8]) -> NDArray[np.float32]:
        parts = (codes.astype(np.float32) + np.float32(0.5)) / np.float32(_STEPS)
        return self._lows + self._spans * parts

    def _errors_of(
        self, codes: NDArray[np.uint8], vectors: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        lost = vectors - self._decode(codes)
        return np.asarray(np.sqrt((lost * lost).sum(axis=1)), np.float32)

    # the file

    def save(self, path: Path, made_from: str) -> None:
        """Write the cache file and, beside it, what it must match to be believed.

        Nothing is written when nothing changed since it was loaded or saved.

        Args:
            path: of the file.
            made_from: names the vectors: another text, and the file is not believed.
        """
        if self.saved:
            return
        make_private(path.parent)
        temporary = path.with_suffix(".tmp")
        faiss.write_index(self._index, os.fspath(temporary))
        atomic.write(_errors_file(path), self._errors.rows.tobytes(), durable=False)
        seal = {
            "sha256": _digest(temporary),
            "errors_sha256": _digest(_errors_file(path)),
            "made_from": made_from,
            "learned_from": self._learned_from,
        }
        os.replace(temporary, path)
        failpoint("vectors-replaced")
        atomic.write(_seal(path), json.dumps(seal).encode(), durable=False)
        self.saved = True

    @classmethod
    def load(cls, path: Path, made_from: str) -> "VectorIndex | None":
        """The cached index; None when anything about it disagrees: then let a new one `learn`."""
        try:
            seal = json.loads(_seal(path).read_bytes())
            believed = (
                seal["made_from"] == made_from
                and seal["sha256"] == _digest(path)
                and seal["errors_sha256"] == _digest(_errors_file(path))
            )
            learned_from = int(seal["learned_from"])
            errors = np.frombuffer(_errors_file(path).read_bytes(), np.float32)
        except (OSError, ValueError, KeyError, TypeError):
            return None
        if not believed:
            return None
        stored: Any = faiss.read_index(os.fspath(path))
        index = cls(stored.d)
        ranges = faiss.vector_to_array(stored.sq.trained)
        index._index = stored
        index._take_ranges(ranges[: stored.d], ranges[stored.d :])
        index._errors.reach(len(errors))
        index._errors.rows[:] = errors
        index._learned_from = learned_from
        index.saved = True
        return index


def _errors_file(path: Path) -> Path:
    return path.with_suffix(".errors")


def _seal(path: Path) -> Path:
    return path.with_suffix(".json")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
