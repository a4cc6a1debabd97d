"""A map that grows while a collection is first read: it is spread, filled in, and held.

Each fit of a running import has about twice the items of the one before. Made from nothing it
would be another map each time. Here it starts from the last one, spread as much as its items lie
closer now, and every item is pulled back to where it stood, so that the land keeps its shape and
only gets finer. A young map is held more firmly: each of its few items pulls at many newcomers.
"""

import numpy as np
from numpy.typing import NDArray

from muserd.ground.records import NEIGHBOURS_USED
from muserd.layout.descent import Anchors, Schedule, descend
from muserd.layout.graph import Graph
from muserd.layout.warm import found_islands, seat

EPOCHS, RATE = 200, 0.3
HOLD = 1.0  # times the rate: the share of the way back per epoch, on a map that is not young
YOUNG, FIRMER = 600, 0.7  # items, and the power of how many times fewer there are
SPREAD = 0.35  # power of the growing density: 0.5 would keep it, forces of the optimiser want less
LEAST_SHARE = 0.1  # of the old items in a neighbourhood
JITTER = 0.01  # of newcomers, UMAP's units: duplicates must not start on one spot


def grow(
    graph: Graph,
    ab: tuple[float, float],
    old: NDArray[np.float32],
    neighbours: NDArray[np.int32],
    common: NDArray[np.bool_],
    seed: int,
) -> NDArray[np.float32]:
    """Places for all items of a map that had some of them.

    Args:
        graph: of all items.
        ab: of the curve of nearness.
        old: float32[n, 2], places on the last map in UMAP's units; NaN for who was not on it.
        neighbours: int32[n, k] rows, nearest first, −1 pads.
        common: bool[n], who was settled on the last map.
        seed: of the random numbers.

    Returns:
        float32[n, 2], of the size that the optimiser wants: register it with another size.

    Guarantee: deterministic, on any number of threads.
    """
    middle = old[common].mean(axis=0, dtype=np.float64)
    wider = ((old - middle) * spread(neighbours, common)).astype(np.float32)
    on_map = np.asarray(np.isfinite(old).all(axis=1))
    start = found_islands(graph, seat(graph, wider, on_map), common)
    noise = np.random.default_rng(seed).normal(0.0, JITTER, start.shape)
    start[~common] += noise[~common].astype(np.float32)
    firmness = HOLD * max(1.0, YOUNG / int(common.sum())) ** FIRMER
    hold = np.where(common, firmness, 0.0).astype(np.float32)
    everybody = np.ones(len(old), np.float32)
    schedule = Schedule(EPOCHS, RATE, seed=seed)
    return descend(start, graph.strongest(EPOCHS), *ab, schedule, Anchors(start, hold, everybody))


def spread(neighbours: NDArray[np.int32], common: NDArray[np.bool_]) -> float:
    """How many times wider a map should start, 1 or more.

    What counts is how many newcomers lie among the old items: those of a new kind, beside them,
    need none of their room.
    """
    near = neighbours[common, :NEIGHBOURS_USED]
    real = near >= 0
    kept = (common[near] & real).sum(axis=1) / np.maximum(real.sum(axis=1), 1)
    share = float(np.median(kept)) if len(kept) else 1.0
    return float(max(share, LEAST_SHARE) ** -SPREAD)
