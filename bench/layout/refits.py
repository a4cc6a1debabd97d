"""A tenth of the items arrives: Muser's refit and placements beside umap-learn's."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.layout import stock
from bench.layout.fits import Places, Vectors, make, moves, nearest, timed, told
from bench.layout.regions import continuity_of
from muserd.layout import fit as fitting
from muserd.layout.place import place

HOLDS = (8.0, 4.0, 2.0, 1.0, 0.2, 0.0)
PLACED = 1000


def refit(vectors: Vectors) -> dict[str, Any]:
    """From 90 % of the items to all of them."""
    known = int(len(vectors) * 0.9)
    lists, search = timed(lambda: nearest(vectors))
    old, first = timed(lambda: make(vectors[:known]).places)
    make(vectors, old, lists)  # compiles
    new, cost = timed(lambda: make(vectors, old, lists).places)
    again = make(vectors, new, lists).places
    ours = {
        "first_fit": first,
        "refit": cost,
        "search_all": search,
        "drift": moves(old, new),
        "drift_without_news": moves(new, again),
        "kept_regions": continuity_of(old, new, held=True),
        **told(vectors, new),
    }
    return {
        "items": len(vectors),
        "ours": ours,
        "stock": stock.refit(vectors, known),
        "curve": curve(vectors, old),
        "placing": placing(vectors),
    }


def curve(vectors: Vectors, old: Places) -> list[dict[str, Any]]:
    """Quality against stability: from held firmly to let go."""
    lists, found = nearest(vectors), []
    usual = fitting.HOLD
    try:
        for hold in HOLDS:
            fitting.HOLD = hold
            places = make(vectors, old, lists).places
            found.append({"hold": hold, "drift": moves(old, places), **told(vectors, places)})
    finally:
        fitting.HOLD = usual
    return found


def placing(vectors: Vectors) -> dict[str, Any]:
    """A tenth placed on the map of the others, by both on the same map."""
    count = int(len(vectors) * 0.9)
    base, late = vectors[:count], vectors[count : count + PLACED]
    model = stock.model(42).fit(base)
    land = np.ascontiguousarray(model.embedding_)
    theirs, stock_cost = timed(lambda: model.transform(late))
    rows, cosines = nearest(late, base)
    params = fitting.FitParams(model._a, model._b)
    settled = np.arange(count, dtype=np.int32)

    def ours_all() -> Places:
        spots = [
            place(row[:15], alike[:15], land, settled, params)
            for row, alike in zip(rows, cosines, strict=True)
        ]
        return np.array([(spot.x, spot.y) for spot in spots], dtype=np.float32)

    ours, cost = timed(ours_all)
    return {
        "placed": len(late),
        "recall": _recall(rows, land, ours),
        "stock_recall": _recall(rows, land, theirs),
        "ms_each": round(1000 * cost["s"] / len(late), 3),
        "stock_batch": stock_cost,
    }


def _recall(rows: NDArray[np.int32], land: Places, spots: Places) -> float:
    hits = 0
    for row, spot in zip(rows[:, :15], spots, strict=True):
        apart = ((land - spot) ** 2).sum(axis=1)
        hits += len(np.intersect1d(row, np.argpartition(apart, 15)[:15]))
    return round(hits / (15 * len(spots)), 4)
