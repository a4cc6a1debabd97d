"""Fits: places for all items of a space at once.

A full fit starts from the main axes of the vectors, or is umap-learn's. A warm one starts from the
present land and holds every item the more firmly the less its neighbourhood changed. One of a
growing map spreads the land first. All end with a registration on the items that were there
before. Runs in the layout worker (numba, scipy).

The optimiser wants a larger map for more items. A map that grows is published in the size that it
had, so that nobody moves for that: `scale` tells how many of UMAP's units a map unit has.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from muserd.ground.errors import LayoutError
from muserd.ground.records import FitMethod, LayoutEngine
from muserd.layout.descent import Anchors, Schedule, descend
from muserd.layout.gather import gather
from muserd.layout.graph import Graph, curve, fuzzy_graph
from muserd.layout.growth import grow
from muserd.layout.library import umap_learn
from muserd.layout.place import FitParams
from muserd.layout.register import (
    LEAST_SIZE,
    MOST_SIZE,
    Motion,
    along_the_screen,
    radius,
    register,
)
from muserd.layout.scale import reach
from muserd.layout.small import FEWEST_TO_FIT, arrange
from muserd.layout.start import main_axes
from muserd.layout.warm import found_islands, seat, unchanged

Method = Literal["full", "warm", "growth", "small"]
Progress = Callable[[float], None]

LEAST_COMMON = 0.2  # of the items; with fewer known ones there is no land to keep
LEAST_GROWN = 0.05  # the same of a growing map: arrivals may overtake a fit
NOBODYS = 0.5  # of a growing map's items: with fewer on it before, nobody knows its land yet
EPOCHS_SMALL, EPOCHS_LARGE, LARGE = 500, 200, 10_000  # as UMAP
WARM_RATE = 0.15
WARM_EPOCHS, WARM_STEPS = (60, 200), 300_000  # least and most; in between, item-epochs decide
HOLD = 2.0  # times the rate: the share of the way back per epoch, with all neighbours kept
NEWCOMER = 6.0  # times the rate of an item that has none of its neighbours left
RARE = 200  # epochs that would not draw an edge: it is left out


@dataclass(frozen=True, slots=True)
class FitInput:
    """A space as it is before a fit.

    Attributes:
        ids: int64[n], of the items.
        vectors: float32[n, d], unit length.
        neighbours: int32[n, 30] rows, nearest first, −1 pads.
        cosines: float32[n, 30].
        old_places: float32[n, 2], NaN for items that are not on the map yet.
        old_settled: bool[n], items that the last fit contained.
        method: what is asked for; `warm` and `growth` become `full` where little is known, and
            all become `small` with fewer than 15 items.
        n_neighbors: the size of a neighbourhood, the item itself included.
        min_dist: least distance of neighbours on the map.
        seed: of every random number.
        engine: what makes a full fit; warm ones are always Muser's own, since umap-learn's do not
            keep the land.
        growing: a first import is under way: a full fit of more than twice the items is laid along
            the screen again, since nobody knows its land yet.
        scale: UMAP's units to a unit of the old map.
    """

    ids: NDArray[np.int64]
    vectors: NDArray[np.float32]
    neighbours: NDArray[np.int32]
    cosines: NDArray[np.float32]
    old_places: NDArray[np.float32]
    old_settled: NDArray[np.bool_]
    method: FitMethod = "full"
    n_neighbors: int = 15
    min_dist: float = 0.1
    seed: int = 42
    engine: LayoutEngine = "muser"
    growing: bool = False
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class FitOutput:
    """A new map.

    Attributes:
        places: float32[n, 2], finite.
        params: what placements need.
        method: what was done.
        engine: what laid it out.
        common: bool[n], the items by which it was registered: their drift is the fit's.
    """

    places: NDArray[np.float32]
    params: FitParams
    method: Method
    common: NDArray[np.bool_]
    engine: LayoutEngine = "muser"


def fit(given: FitInput, on_progress: Progress = lambda _: None) -> FitOutput:
    """Make a map.

    Args:
        given: the space.
        on_progress: called with the share that is done.

    Raises:
        LayoutError: a vector or cosine is not finite, or the arrays do not fit together.

    Guarantee: deterministic, on any number of threads.
    """
    _check(given)
    on_map = _on_map(given)
    common = on_map & given.old_settled
    if common.sum() < 0.5 * on_map.sum():
        common = on_map  # a small map, or one that lost most of its settled items
    count = len(given.ids)
    if count < FEWEST_TO_FIT:
        places = arrange(given.vectors, given.ids.tolist())
        return _finish(given, places, FitParams(seed=given.seed), "small", common)
    on_progress(0.1)
    in_units = replace(given, old_places=given.old_places * np.float32(given.scale))
    method, places, (a, b) = _laid_out(in_units, common)
    on_progress(0.9)
    params = FitParams(a, b, given.n_neighbors, given.min_dist, given.seed, scale=given.scale)
    return _finish(in_units, places, params, method, common)


def _laid_out(
    given: FitInput, common: NDArray[np.bool_]
) -> tuple[Method, NDArray[np.float32], tuple[float, float]]:
    """How it was done, the places in UMAP's units, and the curve of nearness."""
    count, known = len(given.ids), int(common.sum())
    ab = curve(given.min_dist)
    graph = fuzzy_graph(given.neighbours, given.cosines, min(given.n_neighbors, count))
    if given.method == "warm" and known >= max(FEWEST_TO_FIT, LEAST_COMMON * count):
        return "warm", _warm(given, graph, ab, common), ab
    if given.method == "growth" and known >= max(FEWEST_TO_FIT, LEAST_GROWN * count):
        grown = grow(graph, ab, given.old_places, given.neighbours, common, given.seed)
        return "growth", grown, ab
    return "full", _full(given, graph, ab), ab


def _full(given: FitInput, graph: Graph, ab: tuple[float, float]) -> NDArray[np.float32]:
    if given.engine == "umap-learn":
        return umap_learn(given.vectors, given.n_neighbors, given.min_dist, given.seed)
    epochs = EPOCHS_SMALL if len(given.ids) <= LARGE else EPOCHS_LARGE
    start = main_axes(given.vectors, given.seed)
    return gather(descend(start, graph.strongest(epochs), *ab, Schedule(epochs, seed=given.seed)))


def _warm(
    given: FitInput,
    graph: Graph,
    ab: tuple[float, float],
    common: NDArray[np.bool_],
) -> NDArray[np.float32]:
    on_map = _on_map(given)
    same = unchanged(given.neighbours, common)
    start = found_islands(graph, seat(graph, given.old_places, on_map), common)
    freedom = np.where(common, 1.0 - same, NEWCOMER).astype(np.float32)
    anchors = Anchors(start, HOLD * same**2, freedom)
    least, most = WARM_EPOCHS
    epochs = min(max(WARM_STEPS // len(start), least), most)
    schedule = Schedule(epochs, WARM_RATE, seed=given.seed)
    return descend(start, graph.strongest(RARE), *ab, schedule, anchors)


def _on_map(given: FitInput) -> NDArray[np.bool_]:
    return np.asarray(np.isfinite(given.old_places).all(axis=1))


def _finish(
    given: FitInput,
    places: NDArray[np.float32],
    params: FitParams,
    method: Method,
    common: NDArray[np.bool_],
) -> FitOutput:
    """Register, and measure what placements need. All is in UMAP's units until then."""
    motion = _motion(given, places, method, common)
    known = motion is not None
    scale = params.scale / motion.size if motion is not None else 1.0
    if motion is None and len(places):
        motion = along_the_screen(places)
    if motion is not None:
        places = motion.apply(places) / np.float32(params.scale if known else 1.0)
    if not np.isfinite(places).all():
        raise LayoutError("the fit gave places that are not numbers", "try: muserctl refit --fresh")
    engine = given.engine if method == "full" else "muser"
    params = replace(params, a=params.a * scale ** (2 * params.b), scale=scale)
    return FitOutput(places, _measured(given, places, params), method, common, engine)


def _motion(
    given: FitInput, places: NDArray[np.float32], method: Method, common: NDArray[np.bool_]
) -> Motion | None:
    """What lays the map over the last one; None where there is none that anybody knows."""
    unknown = method != "growth" and given.growing and common.sum() < NOBODYS * len(places)
    if unknown or not common.any():
        return None
    ours, theirs = places[common], given.old_places[common]
    if method != "full" or given.scale == 1.0:
        return register(ours, theirs, resized=method == "growth")
    size = min(max(radius(theirs) / radius(ours), LEAST_SIZE), MOST_SIZE)  # as it grew to
    return replace(register(ours * np.float32(size), theirs), size=size)


def _measured(given: FitInput, places: NDArray[np.float32], params: FitParams) -> FitParams:
    near = given.neighbours[:, : params.n_neighbors]
    real = near >= 0
    if not real.any():
        return params
    squared = ((places[near] - places[:, None, :]) ** 2).sum(axis=2, dtype=np.float64)
    nearness = np.where(real, 1 / (1 + params.a * squared**params.b), 0.0)
    closeness = nearness.sum(axis=1) / np.maximum(real.sum(axis=1), 1)
    last = np.maximum(real.sum(axis=1) - 1, 0)
    farthest = 1.0 - np.take_along_axis(given.cosines, last[:, None], axis=1)[:, 0]
    novelty = float(np.percentile(farthest[real.any(axis=1)], 95))
    return replace(
        params,
        spacing=reach(places, 1),
        closeness=float(np.median(closeness)),
        novelty=max(novelty, 1e-6),
    )


def _check(given: FitInput) -> None:
    count = len(given.ids)
    rows = (given.vectors, given.neighbours, given.cosines, given.old_places, given.old_settled)
    if any(len(array) != count for array in rows):
        raise LayoutError("the arrays of the fit have different lengths")
    if not np.isfinite(given.vectors).all() or not np.isfinite(given.cosines).all():
        raise LayoutError("a vector holds values that are not numbers", "see: muserctl verify")
    if count and (given.neighbours.max(initial=-1) >= count):
        raise LayoutError(
            "a neighbour list names an item that is not there", "see: muserctl verify"
        )
