"""The nearest neighbours of a vector: a FAISS index whose row is the slot.

FAISS's flat inner-product index is exact, never needs training, and cannot be damaged by
deletions: a slot that is gone is left out by a bitmap at search time. The file is a cache of the
store: its hash and what it was made from are checked before FAISS may read it, since a damaged
file can crash `read_index`.
"""

import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from muserd.ground import atomic
from muserd.ground.failpoints import failpoint
from muserd.ground.paths import make_private
from muserd.ground.records import Slot

Bitmap = NDArray[np.uint8]  # bit s of byte s ÷ 8, least significant first


class VectorIndex:
    """Exact cosine search over the unit vectors of one space. Not thread-safe."""

    def __init__(self, dim: int) -> None:
        """An empty index for float32 vectors of length `dim`."""
        self.dim = dim
        self.saved = False  # whether the file has everything
        self._index: Any = faiss.IndexFlatIP(dim)
        faiss.omp_set_num_threads(1)  # muserd stays small; FAISS's pool would spin while idle

    def __len__(self) -> int:
        """The number of rows, gaps included: the highest slot + 1."""
        return int(self._index.ntotal)

    def put(self, slot: Slot, vector: NDArray[np.float32]) -> None:
        """Set the row of `slot` to a unit vector, float32 [dim]; rows between are zero."""
        self.reach(slot + 1)
        self.saved = False
        self.rows()[slot] = vector

    def reach(self, count: int) -> None:
        """Have at least so many rows; new ones are zero."""
        missing = count - len(self)
        if missing > 0:
            self.saved = False
            self._index.add(np.zeros((missing, self.dim), dtype=np.float32))

    def extend(
        self, vectors: Iterable[tuple[Slot, NDArray[np.float32]]], *, batch: int = 512
    ) -> None:
        """Append many slots in ascending order."""
        rows: list[NDArray[np.float32]] = []
        gap = np.zeros(self.dim, dtype=np.float32)
        for slot, vector in vectors:
            while len(self) + len(rows) < slot:
                rows.append(gap)
            rows.append(vector)
            if len(rows) >= batch:
                self._index.add(np.stack(rows))
                rows = []
        if rows:
            self._index.add(np.stack(rows))

    def rows(self) -> NDArray[np.float32]:
        """All rows, float32 [n, dim], without a copy. Valid until the next `put` or `extend`."""
        if len(self) == 0:
            return np.zeros((0, self.dim), dtype=np.float32)
        pointer = faiss.rev_swig_ptr(self._index.get_xb(), len(self) * self.dim)
        view: NDArray[np.float32] = pointer.reshape(len(self), self.dim)
        return view

    def search(
        self, vector: NDArray[np.float32], count: int, allowed: Bitmap
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The `count` nearest allowed slots.

        The candidates come from FAISS; their cosines are computed again in float64 and ties go
        to the lower slot, so that the answer does not depend on FAISS's order of summation.

        Args:
            vector: the query, float32 [dim], unit length.
            count: how many; fewer come back when fewer are allowed.
            allowed: see `bitmap`; slots beyond its end are not allowed.

        Returns:
            Slots int64 [m] and cosines float64 [m], nearest first; m ≤ count.
        """
        if len(self) == 0 or count <= 0:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float64)
        slack = min(count + 16, len(self))  # float32 sums may swap near ties at the edge
        # FAISS's Python layer converts the array and takes the keyword; its stubs know neither.
        selector = faiss.IDSelectorBitmap(allowed)  # type: ignore[call-arg,arg-type]
        parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        _, found = self._index.search(vector.reshape(1, -1), slack, params=parameters)
        slots = np.sort(found[0][found[0] >= 0]).astype(np.int64)
        cosines = self.rows()[slots].astype(np.float64) @ vector.astype(np.float64)
        nearest = np.lexsort((slots, -cosines))[:count]
        return slots[nearest], cosines[nearest]

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
        seal = {"sha256": _digest(temporary), "made_from": made_from}
        os.replace(temporary, path)
        failpoint("vectors-replaced")
        atomic.write(_seal(path), json.dumps(seal).encode(), durable=False)
        self.saved = True

    @classmethod
    def load(cls, path: Path, made_from: str) -> "VectorIndex | None":
        """The cached index, or None when anything about it disagrees: then `extend` a new one."""
        try:
            seal = json.loads(_seal(path).read_bytes())
            believed = seal["made_from"] == made_from and seal["sha256"] == _digest(path)
        except (OSError, ValueError, KeyError, TypeError):
            return None
        if not believed:
            return None
        stored: Any = faiss.read_index(os.fspath(path))
        index = cls(stored.d)
        index._index = stored
        index.saved = True
        return index


def bitmap(allowed: NDArray[np.bool_]) -> Bitmap:
    """The bitmap of a boolean array over slots."""
    return np.packbits(allowed, bitorder="little")


def _seal(path: Path) -> Path:
    return path.with_suffix(".json")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
