"""Layouts, side by side with stock umap-learn + hdbscan: `python -m bench.layout`.

Real vectors are measured when given: `--vectors FOLDER` with .npy files, float32[n, d]. The large
map is made with `--large 100000`, the strip of a growing map with `--strip FILE.png`. JSON goes
to standard output, a table to standard error.
"""

import argparse
import json
import resource
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from muserd.layout import fit as fitting
from muserd.layout.fit import FitInput, FitOutput, fit
from muserd.layout.knn import KnnGraph
from muserd.layout.place import place
from muserd.layout.quality import quality
from muserd.layout.rank import rank_of, ranks
from muserd.layout.register import radius, register
from muserd.layout.relax import cell_size, relax, relax_insert
from muserd.lineage import forest
from muserd.regions.cluster import cluster
from muserd.regions.identity import continuity, match

KEPT = 30
Vectors = NDArray[np.float32]
Places = NDArray[np.float32]


def synthetic(count: int, dim: int = 512, seed: int = 0) -> Vectors:
    """Unit vectors in 400 kinds within 60 kinds."""
    rng = np.random.default_rng(seed)
    wide = rng.normal(size=(60, dim))
    narrow = wide[rng.integers(0, 60, 400)] + rng.normal(size=(400, dim)) * 0.5
    vectors = narrow[rng.integers(0, 400, count)] + rng.normal(size=(count, dim)) * 0.6
    return unit(vectors.astype(np.float32))


def unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.ascontiguousarray((vectors / np.maximum(lengths, 1e-9))[lengths[:, 0] > 0])


def nearest(vectors: Vectors, among: Vectors | None = None) -> tuple[NDArray[np.int32], Vectors]:
    """Exact neighbours by faiss, the item itself left out."""
    base = vectors if among is None else among
    index = faiss.IndexFlatIP(base.shape[1])
    index.add(base)
    cosines, rows = index.search(vectors, KEPT + 1)
    skip = int(among is None)
    return rows[:, skip : KEPT + skip].astype(np.int32), cosines[:, skip : KEPT + skip]


def make(
    vectors: Vectors,
    old: Places | None = None,
    lists: tuple[NDArray[np.int32], Vectors] | None = None,
) -> FitOutput:
    count, known = len(vectors), 0 if old is None else len(old)
    places = np.full((count, 2), np.nan, dtype=np.float32)
    if old is not None:
        places[:known] = old
    rows, cosines = lists or nearest(vectors)
    method = "full" if old is None else "warm"
    settled = np.arange(count) < known
    return fit(FitInput(np.arange(count), vectors, rows, cosines, places, settled, method))


def stock_model(seed: int | None = None) -> Any:
    """UMAP with Muser's settings; without a seed it uses all threads, which is its best."""
    import umap

    return umap.UMAP(n_neighbors=15, min_dist=0.1, metric="cosine", random_state=seed)


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    started = time.perf_counter()
    done = work()
    return done, round(time.perf_counter() - started, 3)


def moves(old: Places, new: Places) -> dict[str, float]:
    apart = np.linalg.norm(new[: len(old)] - old, axis=1) / radius(old)
    return {
        "p50": round(float(np.median(apart)), 4),
        "p95": round(float(np.quantile(apart, 0.95)), 4),
    }


def scaled(moving: Places, fixed: Places) -> Places:
    """Registered as well as it can be: turned, shifted, mirrored and scaled."""
    ours, theirs = moving[: len(fixed)].astype(np.float64), fixed.astype(np.float64)
    middle, target = ours.mean(axis=0), theirs.mean(axis=0)
    left, strength, right = np.linalg.svd((ours - middle).T @ (theirs - target))
    scale = strength.sum() / ((ours - middle) ** 2).sum()
    return ((moving - middle) @ (left @ right) * scale + target).astype(np.float32)


def kept(old: Places, new: Places, *, held: bool) -> float:
    """The share of region memberships that survive; `held`: with the past as Muser cuts."""
    first = cluster(old)
    common = np.arange(len(new)) < len(old)
    was = np.full((len(new), 3), -1, dtype=np.int32)
    was[common] = match(first.labels * 0 - 1, first.labels, common[: len(old)]).ids
    cut = cluster(new, before=was, sizes=first.sizes) if held else cluster(new)
    now = match(was, cut.labels, common, next_id=int(was.max()) + 1).ids
    return round(continuity(was, now, common), 4)


def told(vectors: Vectors, places: Places) -> dict[str, float]:
    found = quality(vectors, places)
    return {"trustworthiness": round(found.trustworthiness, 4), "recall": round(found.recall, 4)}


def refit(vectors: Vectors) -> dict[str, Any]:
    """From 90 % of the items to all of them."""
    count = int(len(vectors) * 0.9)
    lists, search_s = timed(lambda: nearest(vectors))
    old, first_s = timed(lambda: make(vectors[:count]))
    make(vectors, old.places, lists)  # compiles
    began_s = time.process_time()
    new, refit_s = timed(lambda: make(vectors, old.places, lists))
    refit_cpu_s = time.process_time() - began_s
    again = make(vectors, new.places, lists)
    ours = {
        "first_fit_s": first_s,
        "refit_s": refit_s,
        "refit_cpu_s": round(refit_cpu_s, 3),
        "search_all_s": search_s,
        "drift": moves(old.places, new.places),
        "drift_without_news": moves(new.places, again.places),
        "kept_regions": kept(old.places, new.places, held=True),
        **told(vectors, new.places),
    }
    stock_model().fit(vectors[:500])  # compiles
    before = stock_model().fit(vectors[:count]).embedding_
    began_s = time.process_time()
    after, fit_s = timed(lambda: stock_model().fit(vectors).embedding_)
    fit_cpu_s = time.process_time() - began_s
    turned = register(after[:count], before).apply(after)
    stock = {
        "fit_s": fit_s,
        "fit_cpu_s": round(fit_cpu_s, 3),
        "drift": moves(before, turned),
        "drift_scaled": moves(before, scaled(after, before)),
        "kept_regions": kept(before, turned, held=False),
        **told(vectors, after),
    }
    return {
        "items": len(vectors),
        "ours": ours,
        "stock": stock,
        "curve": curve(vectors, old.places),
    }


def curve(vectors: Vectors, old: Places) -> list[dict[str, Any]]:
    """Quality against stability: from held firmly to let go."""
    lists, found = nearest(vectors), []
    usual = fitting.HOLD
    for hold in (8.0, 4.0, usual, 1.0, 0.2, 0.0):
        fitting.HOLD = hold
        places = make(vectors, old, lists).places
        found.append({"hold": hold, "drift": moves(old, places), **told(vectors, places)})
    fitting.HOLD = usual
    return found


def placing(vectors: Vectors) -> dict[str, Any]:
    """A tenth placed on the map of the others, by both on the same map."""
    count = int(len(vectors) * 0.9)
    base, late = vectors[:count], vectors[count : count + 1000]
    model = stock_model(42).fit(base)
    land = np.ascontiguousarray(model.embedding_)
    theirs, stock_s = timed(lambda: model.transform(late))
    rows, cosines = nearest(late, base)
    params = fitting.FitParams(model._a, model._b)
    settled = np.arange(count, dtype=np.int32)

    def ours_all() -> Places:
        spots = [
            place(row[:15], alike[:15], land, settled, params)
            for row, alike in zip(rows, cosines, strict=True)
        ]
        return np.array([(spot.x, spot.y) for spot in spots], dtype=np.float32)

    ours, ours_s = timed(ours_all)
    return {
        "placed": len(late),
        "recall": placed_recall(rows, land, ours),
        "stock_recall": placed_recall(rows, land, theirs),
        "ms_each": round(1000 * ours_s / len(late), 3),
        "stock_batch_s": stock_s,
    }


def placed_recall(rows: NDArray[np.int32], land: Places, spots: Places) -> float:
    hits = 0
    for row, spot in zip(rows[:, :15], spots, strict=True):
        apart = ((land - spot) ** 2).sum(axis=1)
        hits += len(np.intersect1d(row, np.argpartition(apart, 15)[:15]))
    return round(hits / (15 * len(spots)), 4)


def new_class(vectors: Vectors) -> list[dict[str, Any]]:
    """Whole regions held out, then added: does each become a region of its own?"""
    whole = cluster(make(vectors).places).labels
    level = whole[:, min(1, int((whole.max(axis=0) >= 0).sum()) - 1)]
    sizes = np.bincount(level[level >= 0])
    found = []
    for region in np.argsort(-sizes)[:: max(len(sizes) // 6, 1)][:6].tolist():
        late = level == region
        order = np.argsort(late, kind="stable")
        there, count, size = vectors[order], int((~late).sum()), int(late.sum())
        old = make(there[:count]).places
        new = make(there, old).places
        labels = cluster(new).labels
        best = max(
            (
                2 * inside / (size + int((flat == number).sum())),
                inside / int((flat == number).sum()),
            )
            for flat in labels.T
            for number in np.unique(flat[count:][flat[count:] >= 0]).tolist()
            if (inside := int((flat[count:] == number).sum()))
        )
        found.append(
            {
                "items": size,
                "purity": round(best[1], 3),
                "f1": round(best[0], 3),
                "drift": moves(old, new),
            }
        )
    return found


def large(count: int) -> dict[str, Any]:
    """One large map: a refit, and what one more item costs."""
    vectors = synthetic(count, dim=128)
    known = int(count * 0.9)
    lists = nearest(vectors)
    old, full_s = timed(lambda: make(vectors[:known]).places)
    new, warm_s = timed(lambda: make(vectors, old, lists).places)
    regions = cluster(new).labels[:, 0]
    cell = cell_size(new, regions)
    relaxed, relax_s = timed(lambda: relax(new, regions, cell))
    levels, ranks_s = timed(lambda: ranks(new, np.arange(count, dtype=np.float32)))
    times = (np.arange(count) * 3_600_000).astype(np.int64)
    tree, lineage_s = timed(lambda: forest.grow(vectors, times, lists[0]))
    graph = KnnGraph()
    for row in range(count - 1):
        graph.put(row, lists[0][row], lists[1][row])
    last, present = count - 1, np.arange(count) < count - 1
    x, y = new[last].tolist()
    alike = vectors @ vectors[last]
    each = {
        "scan_ms": lambda: vectors @ vectors[last],
        "knn_insert_ms": lambda: graph.insert(last, alike, present),
        "place_ms": lambda: place(
            lists[0][last], lists[1][last], new, np.arange(5, dtype=np.int32), fitting.FitParams()
        ),
        "relax_insert_ms": lambda: relax_insert(
            relaxed, present, regions, last, x, y, int(regions[last]), cell
        ),
        "rank_ms": lambda: rank_of(x, y, new, levels, present),
        "lineage_insert_ms": lambda: forest.insert(
            forest.remove(tree, last, vectors, times, present, lists[0]),
            last,
            alike,
            times,
            present,
        ),
    }
    return {
        "items": count,
        "full_s": full_s,
        "warm_s": warm_s,
        "relax_s": relax_s,
        "ranks_s": ranks_s,
        "lineage_s": lineage_s,
        **{name: round(1000 * timed(work)[1], 1) for name, work in each.items()},
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def strip(vectors: Vectors, path: Path) -> dict[str, Any]:
    """A map that grows in twenty additions, drawn after every fourth."""
    from PIL import Image, ImageDraw

    order = np.random.default_rng(1).permutation(len(vectors))
    vectors = vectors[order][:2000]
    sizes = np.linspace(min(300, len(vectors) // 2), len(vectors), 21).astype(int)
    places = make(vectors[: sizes[0]]).places
    shown, drifts = [places], []
    for step, size in enumerate(sizes[1:], start=1):
        new = make(vectors[:size], places).places
        drifts.append(moves(places, new)["p95"])
        places = new
        if step % 4 == 0:
            shown.append(places)
    flat = cluster(places).labels[:, 1]
    side, low, high = 320, places.min(axis=0) - 1, places.max(axis=0) + 1
    picture = Image.new("RGB", (side * len(shown), side), "#101418")
    draw = ImageDraw.Draw(picture)
    for number, land in enumerate(shown):
        spots = (land - low) / (high - low).max() * side
        for (x, y), region in zip(spots.tolist(), flat[: len(land)].tolist(), strict=True):
            hue = region * 137 % 360
            colour = f"hsl({hue},60%,60%)" if region >= 0 else "#5a6470"
            draw.ellipse((number * side + x - 2, y - 2, number * side + x + 2, y + 2), fill=colour)
    picture.save(path)
    return {"sizes": [len(land) for land in shown], "drift_p95": drifts}


def report(name: str, found: dict[str, Any]) -> None:
    """The table of one set of vectors."""
    ours, stock = found["ours"], found["stock"]
    rows = [
        ("refit / fit, s", ours["refit_s"], stock["fit_s"]),
        ("the same, s of processors", ours["refit_cpu_s"], stock["fit_cpu_s"]),
        (
            "the same with a search of all, s",
            ours["refit_s"] + ours["search_all_s"],
            stock["fit_s"],
        ),
        ("trustworthiness", ours["trustworthiness"], stock["trustworthiness"]),
        ("neighbour recall", ours["recall"], stock["recall"]),
        ("drift p50", ours["drift"]["p50"], stock["drift"]["p50"]),
        ("drift p95", ours["drift"]["p95"], stock["drift"]["p95"]),
        ("drift p95, stock scaled too", ours["drift"]["p95"], stock["drift_scaled"]["p95"]),
        ("drift p95 without news", ours["drift_without_news"]["p95"], "-"),
        ("kept regions", ours["kept_regions"], stock["kept_regions"]),
    ]
    if "placing" in found:
        placed = found["placing"]
        rows.append(("recall of placed items", placed["recall"], placed["stock_recall"]))
    print(f"\n{name}, {found['items']} items{'Muser':>38}{'stock':>12}", file=sys.stderr)
    for what, mine, theirs in rows:
        print(f"  {what:<40}{mine!s:>16.7}{theirs!s:>12.7}", file=sys.stderr)


def main() -> None:
    """Measure, and print JSON."""
    asked = argparse.ArgumentParser(prog="bench.layout", description=__doc__)
    asked.add_argument("--vectors", type=Path, help="folder of .npy files, float32[n, d]")
    asked.add_argument("--items", type=int, default=10_000, help="of the synthetic map; 0: none")
    asked.add_argument("--large", type=int, default=0, help="items of a large synthetic map")
    asked.add_argument("--strip", type=Path, help="draw a growing map")
    given = asked.parse_args()
    warnings.simplefilter("ignore")  # umap-learn's own
    sets: dict[str, Vectors] = {}
    for path in sorted(given.vectors.glob("*.npy")) if given.vectors else []:
        loaded = unit(np.load(path, allow_pickle=False).astype(np.float32))
        sets[path.stem] = loaded[np.random.default_rng(0).permutation(len(loaded))]
    if given.items:
        sets["synthetic"] = synthetic(given.items)
    results: dict[str, Any] = {}
    for name, vectors in sets.items():
        found = refit(vectors)
        found["placing"] = placing(vectors)
        if name != "synthetic":
            found["new_class"] = new_class(vectors)
        report(name, found)
        results[name] = found
    if given.strip:
        results["strip"] = strip(next(iter(sets.values())), given.strip)
    if given.large:
        results["large"] = large(given.large)
    print(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()
