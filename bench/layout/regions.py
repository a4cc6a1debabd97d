"""What becomes of regions: kept over refits, born of a new kind, still true after many."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.layout.fits import Places, Vectors, make, moves, plain
from muserd.ground.records import LEVELS, NO_REGION
from muserd.regions.cluster import Cut, cluster
from muserd.regions.identity import Matched, continuity, match

HELD_OUT = 6  # kinds


def cut_anew(places: Places) -> tuple[Cut, NDArray[np.int32]]:
    """A first cut, and int32[n, 3], its ids."""
    cut = cluster(places)
    nothing, everybody = np.full_like(cut.labels, NO_REGION), np.ones(len(places), dtype=bool)
    return cut, match(nothing, cut.labels, everybody).ids


def cut_again(
    places: Places, ids: NDArray[np.int32], sizes: tuple[int, ...], next_id: int
) -> tuple[Cut, Matched]:
    """The cut of a refit. `ids`: of the first items, which were on the map before."""
    before = np.full((len(places), LEVELS), NO_REGION, dtype=np.int32)
    before[: len(ids)] = ids
    common = np.arange(len(places)) < len(ids)
    cut = cluster(places, before=before, sizes=sizes)
    return cut, match(before, cut.labels, common, next_id=next_id)


def continuity_of(old: Places, new: Places, *, held: bool) -> float:
    """The share of region memberships that survive; `held`: with the past, as Muser cuts."""
    first, ids = cut_anew(old)
    sizes = first.sizes if held else ()
    _, matched = cut_again(new, ids, sizes, int(ids.max()) + 1)
    before = np.full_like(matched.ids, NO_REGION)
    before[: len(old)] = ids
    return round(continuity(before, matched.ids, np.arange(len(new)) < len(old)), 4)


def splits(vectors: Vectors, count: int) -> dict[str, Any]:
    """Memberships kept and drift, over random choices of the tenth that arrives later."""
    kept, p50, p95 = [], [], []
    for seed in range(count):
        order = np.random.default_rng(seed).permutation(len(vectors))
        some = vectors[order]
        old = make(some[: int(len(some) * 0.9)]).places
        new = make(some, old).places
        kept.append(continuity_of(old, new, held=True))
        moved = moves(old, new)
        p50.append(moved["p50"])
        p95.append(moved["p95"])
    return {
        "kept_regions": kept,
        **plain({"kept_worst": min(kept), "kept_median": np.median(kept)}),
        **plain({"drift_p50_worst": max(p50), "drift_p95_worst": max(p95)}),
        **plain({"drift_p50_median": np.median(p50), "drift_p95_median": np.median(p95)}),
    }


def new_kinds(vectors: Vectors) -> list[dict[str, Any]]:
    """Whole regions held out, then added: does each become a region of its own?"""
    whole = cluster(make(vectors).places).labels
    level = whole[:, min(1, int((whole.max(axis=0) >= 0).sum()) - 1)]
    sizes = np.bincount(level[level >= 0])
    found = []
    for kind in np.argsort(-sizes)[:: max(len(sizes) // HELD_OUT, 1)][:HELD_OUT].tolist():
        late = level == kind
        there = vectors[np.argsort(late, kind="stable")]
        count, size = int((~late).sum()), int(late.sum())
        old = make(there[:count]).places
        new = make(there, old).places
        first, ids = cut_anew(old)
        _, matched = cut_again(new, ids, first.sizes, int(ids.max()) + 1)
        born = np.unique(matched.ids[count:])
        born = born[born > ids.max()]
        best = max((_purity(matched.ids, one, count) for one in born.tolist()), default=(0, 0))
        in_new = (matched.ids[count:] > ids.max()).any(axis=1).mean()
        found.append(
            {
                "items": size,
                **plain({"f1": best[0], "purity": best[1], "in_new": in_new}),
                "drift": moves(old, new),
                "old_kept": continuity_of(old, new, held=True),
            }
        )
    return found


def _purity(ids: NDArray[np.int32], region: int, old: int) -> tuple[float, float]:
    """F1 and purity of a region as the home of the items from row `old` on."""
    members = (ids == region).any(axis=1)
    inside = int(members[old:].sum())
    return 2 * inside / (len(ids) - old + int(members.sum())), inside / int(members.sum())
