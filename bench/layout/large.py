"""One large map: a refit, its memory, and what one more item costs."""

import resource
from typing import Any

import numpy as np

from bench.layout.fits import make, nearest, synthetic, timed
from muserd.ground.cosines import Cosines, KnownVectors
from muserd.layout.knn import KnnGraph
from muserd.layout.place import FitParams, place
from muserd.layout.rank import rank_of, ranks
from muserd.layout.relax import cell_size, relax, relax_insert
from muserd.lineage import forest
from muserd.regions.cluster import cluster


def large(count: int) -> dict[str, Any]:
    """Measure a synthetic map of so many items, 128 dimensions."""
    vectors = synthetic(count, dim=128)
    lists = nearest(vectors)
    make(vectors[:1000], make(vectors[:900]).places)  # compiles
    old, full = timed(lambda: make(vectors[: int(count * 0.9)]).places)
    new, warm = timed(lambda: make(vectors, old, lists).places)
    cut, cutting = timed(lambda: cluster(new))
    regions = cut.labels[:, 0]
    cell = cell_size(new, regions)
    relaxed, relaxing = timed(lambda: relax(new, regions, cell))
    levels, ranking = timed(lambda: ranks(new, np.arange(count, dtype=np.float32)))
    times = (np.arange(count) * 3_600_000).astype(np.int64)
    tree, growing = timed(lambda: forest.grow(vectors, times, lists[0]))
    graph = KnnGraph()
    graph.put_rows(np.arange(count - 1), lists[0][:-1], lists[1][:-1])
    last, present = count - 1, np.arange(count) < count - 1
    x, y = new[last].tolist()
    alike = Cosines.known(vectors @ vectors[last])
    without = forest.remove(tree, last, KnownVectors(vectors), times, present, lists[0])
    near, cosines, settled = lists[0][last], lists[1][last], np.arange(5, dtype=np.int32)
    home = int(regions[last])
    each = {
        "scan": lambda: vectors @ vectors[last],
        "knn_insert": lambda: graph.insert(last, alike, present),
        "place": lambda: place(near, cosines, new, settled, FitParams()),
        "relax_insert": lambda: relax_insert(relaxed, present, regions, last, x, y, home, cell),
        "rank": lambda: rank_of(x, y, new, levels, present),
        "lineage_insert": lambda: forest.insert(without, last, alike, times, present),
    }
    return {
        "items": count,
        "full": full,
        "warm": warm,
        "regions": cutting,
        "relax": relaxing,
        "ranks": ranking,
        "lineage": growing,
        "one_more_ms": {
            name: {clock: round(1000 * value, 1) for clock, value in timed(work)[1].items()}
            for name, work in each.items()
        },
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
