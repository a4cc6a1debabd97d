"""Fits as the layout worker makes them, and what is told of them."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

import faiss
import numpy as np
from numpy.typing import NDArray

from muserd.layout.fit import FitInput, FitOutput, fit
from muserd.layout.quality import quality
from muserd.layout.register import radius

KEPT = 30  # neighbours
Vectors = NDArray[np.float32]
Places = NDArray[np.float32]
Lists = tuple[NDArray[np.int32], NDArray[np.float32]]
Done = TypeVar("Done")


def nearest(vectors: Vectors, among: Vectors | None = None) -> Lists:
    """Exact neighbours by faiss, the item itself left out."""
    base = vectors if among is None else among
    index = faiss.IndexFlatIP(base.shape[1])
    index.add(base)
    cosines, rows = index.search(vectors, KEPT + 1)
    if among is not None:
        return rows[:, :KEPT].astype(np.int32), cosines[:, :KEPT]
    # Among duplicates the item itself need not come first.
    order = np.argsort(rows != np.arange(len(rows))[:, None], axis=1, kind="stable")[:, 1:]
    order.sort(axis=1)
    pick = np.take_along_axis
    return pick(rows, order, axis=1).astype(np.int32), pick(cosines, order, axis=1)


def make(
    vectors: Vectors,
    old: Places | None = None,
    lists: Lists | None = None,
    settled: int | None = None,
) -> FitOutput:
    """A full fit; with `old` a refit.

    Args:
        vectors: of all items.
        old: places of the first of them.
        lists: their neighbours, where they are known.
        settled: how many of `old` the last fit contained; all of them unless given.
    """
    count, known = len(vectors), 0 if old is None else len(old)
    places = np.full((count, 2), np.nan, dtype=np.float32)
    if old is not None:
        places[:known] = old
    rows, cosines = lists or nearest(vectors)
    fitted = np.arange(count) < (known if settled is None else settled)
    method = "full" if old is None else "warm"
    return fit(FitInput(np.arange(count), vectors, rows, cosines, places, fitted, method))


def moves(old: Places, new: Places) -> dict[str, float]:
    """How far the first items moved, over the map's RMS radius."""
    apart = np.linalg.norm(new[: len(old)] - old, axis=1) / radius(old)
    return {
        "p50": round(float(np.median(apart)), 4),
        "p95": round(float(np.quantile(apart, 0.95)), 4),
    }


def told(vectors: Vectors, places: Places) -> dict[str, float]:
    """Trustworthiness and neighbour recall."""
    found = quality(vectors, places)
    return {"trustworthiness": round(found.trustworthiness, 4), "recall": round(found.recall, 4)}


def timed(work: Callable[[], Done]) -> tuple[Done, dict[str, float]]:
    """What it gives, and its seconds by the clock and of the processors."""
    clock, processors = time.perf_counter(), time.process_time()
    done = work()
    seconds = time.perf_counter() - clock, time.process_time() - processors
    return done, {"s": round(seconds[0], 3), "cpu_s": round(seconds[1], 3)}


def unit(vectors: Vectors) -> Vectors:
    """L2-normalised; rows of zeros are left out."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.ascontiguousarray((vectors / np.maximum(lengths, 1e-9))[lengths[:, 0] > 0])


def synthetic(count: int, dim: int = 512, seed: int = 0) -> Vectors:
    """Unit vectors in 400 kinds within 60 kinds."""
    rng = np.random.default_rng(seed)
    wide = rng.normal(size=(60, dim))
    narrow = wide[rng.integers(0, 60, 400)] + rng.normal(size=(400, dim)) * 0.5
    vectors = narrow[rng.integers(0, 400, count)] + rng.normal(size=(count, dim)) * 0.6
    return unit(vectors.astype(np.float32))


def plain(values: dict[str, Any]) -> dict[str, Any]:
    """Rounded for a report."""
    return {name: round(float(value), 4) for name, value in values.items()}
