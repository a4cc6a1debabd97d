"""Vectors of what people call their pictures: titles, tags, folders, by the text encoder.

They let words reach pictures whose encoder knows no words, and pictures that show little of what
they are about. Each distinct caption is encoded once; its vector is kept in the store under a
digest of encoder and caption.
"""

import hashlib
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from muserd.ground.errors import MuserError
from muserd.ground.logs import fields
from muserd.ground.records import EncoderInfo, Slot
from muserd.store.environment import Store
from muserd.workers.encode.host import EncodeWorker

log = logging.getLogger(__name__)

AT_ONCE = 64  # captions in one request
_TIMEOUT_S = 120.0
_BLOCK_NUMBERS = 2**18  # decoded at a time: they stay in the processor's cache
_STEPS = 127  # of a number in eight bits, either way from 0
_LEAST = 256  # rows of the first array

Keep = Callable[[Mapping[bytes, bytes]], None]


class Captions:
    """The captions of pictures by slot, and their vectors.

    `set` and `encode` belong to one thread; `scores` may be called from any.
    """

    def __init__(
        self, store: Store, worker: EncodeWorker, encoder: Callable[[], EncoderInfo | None]
    ) -> None:
        self._store = store
        self._worker = worker
        self._encoder = encoder
        self._lock = threading.Lock()  # guards the arrays
        self._clear("", 0)

    def _clear(self, encoder: str, dim: int) -> None:
        with self._lock:
            self._of = encoder
            self._row_of: dict[bytes, int] = {}
            self._rows = np.full(0, -1, np.int32)  # by slot
            self._codes = np.zeros((0, dim), np.int8)
            self._scales = np.zeros(0, np.float32)
            self._waiting: dict[str, list[Slot]] = {}

    def is_current(self) -> bool:
        """Whether the vectors are the present encoder's; else every caption must be set anew."""
        encoder = self._encoder()
        if encoder is None or encoder.id == self._of:
            return True
        self._clear(encoder.id, encoder.dim)
        return False

    def set(self, slot: Slot, caption: str) -> None:
        """A picture is called so; empty: nobody calls it anything."""
        self._reach(slot)
        self._rows[slot] = -1
        if not caption:
            return
        digest = digest_of(self._of, caption)
        row = self._row_of.get(digest)
        if row is None:
            with self._store.read() as reader:
                data = reader.caption(digest) if self._of else None
            if data is None:
                self._waiting.setdefault(caption, []).append(slot)
                return
            row = self._add(digest, np.frombuffer(data, "<f2"))
        self._rows[slot] = row

    def encode(self, keep: Keep, interrupted: Callable[[], bool]) -> None:
        """Have captions encoded that wait, and keep their vectors.

        Args:
            keep: writes vectors by digest into the store.
            interrupted: whether there is something better to do; the rest waits for the next call.
        """
        began = len(self._waiting)
        while self._waiting and not interrupted():
            some = list(islice(self._waiting, AT_ONCE))
            try:
                vectors = self._worker.texts(some, _TIMEOUT_S)
            except MuserError as error:
                log.info("captions wait for the text encoder", extra=fields(why=error))
                return
            encoder = self._encoder() or self._worker.state.encoder
            if encoder is None or (self._of and encoder.id != self._of):
                return  # it was switched meanwhile: all are set anew
            if not self._of:
                waiting = self._waiting
                self._clear(encoder.id, encoder.dim)
                self._waiting = waiting
            self._take(some, vectors, keep)
        if began > len(self._waiting):
            log.info("captions encoded", extra=fields(captions=began - len(self._waiting)))

    def scores(
        self, vector: NDArray[np.float32], slots: NDArray[np.intp]
    ) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Those of some slots that have a vector, and their cosines to a unit vector float32[d]."""
        with self._lock:
            rows, count = self._rows, len(self._row_of)
            codes, scales = self._codes[:count], self._scales[:count]
        if vector.shape != codes.shape[1:] or not count:
            return np.empty(0, np.intp), np.empty(0, np.float64)
        known = slots[slots < len(rows)]
        known = known[rows[known] >= 0]
        return known, product(codes, scales, vector)[rows[known]]

    def known(self, slots: NDArray[np.intp]) -> NDArray[np.bool_]:
        """bool[n]: which of some slots have a caption's vector."""
        with self._lock:
            rows = self._rows
        known = np.zeros(len(slots), np.bool_)
        inside = slots < len(rows)
        known[inside] = rows[slots[inside]] >= 0
        return known

    def sample(self, most: int) -> NDArray[np.float32]:
        """float32[n, d]: up to `most` of the vectors, evenly chosen."""
        with self._lock:
            count = len(self._row_of)
            step = max(1, count // most)
            codes, scales = self._codes[:count:step][:most], self._scales[:count:step][:most]
        return np.asarray(codes * scales[:, None], np.float32)

    def _take(self, captions: Sequence[str], vectors: NDArray[np.float32], keep: Keep) -> None:
        data = np.asarray(vectors, "<f2")
        digests = [digest_of(self._of, caption) for caption in captions]
        keep({digest: row.tobytes() for digest, row in zip(digests, data, strict=True)})
        for caption, digest, row in zip(captions, digests, data, strict=True):
            number = self._add(digest, row)
            for slot in self._waiting.pop(caption):
                self._reach(slot)
                self._rows[slot] = number

    def _add(self, digest: bytes, vector: NDArray[np.float16]) -> int:
        number = self._row_of[digest] = len(self._row_of)
        if number >= len(self._codes):
            codes = np.zeros((max(_LEAST, 2 * number), len(vector)), np.int8)
            scales = np.zeros(len(codes), np.float32)
            codes[:number], scales[:number] = self._codes[:number], self._scales[:number]
            with self._lock:
                self._codes, self._scales = codes, scales
        numbers = vector.astype(np.float32)
        scale = max(float(np.abs(numbers).max()) / _STEPS, 1e-9)
        self._codes[number] = np.rint(numbers / scale).astype(np.int8)
        self._scales[number] = scale
        return number

    def _reach(self, slot: Slot) -> None:
        if slot >= len(self._rows):
            room = np.full(max(_LEAST, 2 * slot + 1), -1, np.int32)
            room[: len(self._rows)] = self._rows
            with self._lock:
                self._rows = room


def product(
    codes: NDArray[np.int8], scales: NDArray[np.float32], vector: NDArray[np.float32]
) -> NDArray[np.float64]:
    """float64[n]: cosines of vectors in eight bits, codes [n, d] and scales [n], and one [d].

    They are off by some thousandths at most: a query is not sharper than that.
    """
    scores = np.empty(len(codes), np.float32)
    size = max(1, _BLOCK_NUMBERS // max(codes.shape[1], 1))
    block = np.empty((size, codes.shape[1]), np.float32)
    for start in range(0, len(codes), size):
        some = codes[start : start + size]
        rows = block[: len(some)]
        np.copyto(rows, some)
        np.dot(rows, vector, out=scores[start : start + size])
    return np.asarray(scores * scales, np.float64)


def digest_of(encoder: str, caption: str) -> bytes:
    """The key of a caption's vector in the store."""
    return hashlib.blake2b(f"{encoder}\0{caption}".encode(), digest_size=16).digest()
