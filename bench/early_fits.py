"""The fits of a first import: does the land stay while it grows, and what do they cost?

`python -m bench.early_fits` reads made-up vectors, the demo's pictures and notes where
demo/make.py has made them, and `--vectors FOLDER` with .npy files, float32[n, d]; `--cache FOLDER`
keeps what was encoded. Each set comes in three orders: as its files are sorted, one kind after
the other, and shuffled. The layout worker's own job is done for 60 items, for twice as many, and
so on. `--full` makes each of them a full fit, as it was before. JSON, seeded.
"""

import argparse
import json
import logging
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from bench._collection import DEMO, collect
from bench.layout.fits import Vectors, make, moves, nearest, synthetic, told, unit
from muserd.ground.records import LEVELS, NO_REGION, FitMethod
from muserd.workers.layout.child import work
from muserd.workers.layout.job_format import (
    Job,
    JobAnswer,
    JobItem,
    JobSettings,
    read_answer,
    write_job,
    write_vectors,
)

FIRST, TIMES = 60, 2  # as engine/maps/refit/policy.py has it
KINDS = 24
SYNTHETIC = 5_000


def sets(given: argparse.Namespace) -> Iterator[tuple[str, Vectors]]:
    """The vectors, each set in its orders."""
    if given.synthetic:
        yield "synthetic", synthetic(given.synthetic, 128)
    for folder in given.vectors:
        for path in sorted(folder.glob("*.npy")):
            yield from _orders(path.stem, unit(np.load(path, allow_pickle=False).astype("f4")))
    for name, space in () if given.no_demo else (("pictures", "image"), ("notes", "text")):
        if (DEMO / name).is_dir():
            made = collect([DEMO / name], space, given.cache)  # type: ignore[arg-type]
            yield from _orders(name, made.members.vectors)


def _orders(name: str, vectors: Vectors) -> Iterator[tuple[str, Vectors]]:
    yield f"{name}, as sorted", vectors
    means = faiss.Kmeans(vectors.shape[1], KINDS, seed=1, verbose=False)
    means.train(vectors)
    kind = means.index.search(vectors, 1)[1][:, 0]
    rng = np.random.default_rng(0)
    yield f"{name}, kind by kind", vectors[np.argsort(rng.permutation(KINDS)[kind], kind="stable")]
    yield f"{name}, shuffled", vectors[rng.permutation(len(vectors))]


def grow(vectors: Vectors, base: Path, *, full: bool) -> dict[str, Any]:
    """All fits of the import of some vectors."""
    count, before, fits = FIRST, None, []
    processor_s = 0.0
    while True:
        count = min(count, len(vectors))
        method: FitMethod = "full" if full or before is None else "growth"
        folder = base / f"{count}-{full}"
        _write(folder, vectors[:count], before, method, early=count < len(vectors))
        began = time.process_time()
        work(folder, base, lambda _stage, _share: None)
        processor_s += time.process_time() - began
        after = read_answer(folder, count)
        if before is not None:
            fits.append(_told(before, after, count))
        before = after
        if count == len(vectors):
            break
        count *= TIMES
    return {
        "fits": fits,
        "worst_p50": max(fit["p50"] for fit in fits),
        "worst_p95": max(fit["p95"] for fit in fits),
        "at_last": told(vectors, before.arrays["places"]),
        "ms_of_a_core_per_item": round(1000 * processor_s / len(vectors), 2),
    }


def _told(before: JobAnswer, after: JobAnswer, count: int) -> dict[str, Any]:
    drift = after.result.drift
    return {
        "items": count,
        **moves(before.arrays["places"], after.arrays["places"]),
        "regions_kept": drift.kept_regions if drift is not None else None,
        "scale": round(after.result.params["scale"], 3),
    }


def _write(
    folder: Path, vectors: Vectors, before: JobAnswer | None, method: FitMethod, *, early: bool
) -> None:
    """The folder of a fit, as the engine writes it."""
    count, known = len(vectors), 0 if before is None else len(before.arrays["places"])
    rows, cosines = nearest(vectors)
    places = np.full((count, 2), np.nan, np.float32)
    labels = np.full((count, LEVELS), NO_REGION, np.int32)
    if before is not None:
        places[:known], labels[:known] = before.arrays["places"], before.arrays["labels"]
    arrays: dict[str, NDArray[Any]] = {
        "ids": np.arange(1, count + 1),
        "times": np.arange(count, dtype=np.int64) * 3_600_000,
        "knn": rows,
        "knn_cosines": cosines,
        "old_places": places,
        "old_labels": labels,
        "old_settled": np.arange(count) < known,
    }
    last = before.result if before is not None else None
    settings = JobSettings(
        space="image", number=1, method=method, seed=42, n_neighbors=15, min_dist=0.1,
        min_cluster_size=0, min_samples=5, levels=LEVELS, encoder_id="bench",
        next_region=last.next_region if last else 1, max_drift_p95=0.5, max_quality_loss=0.05,
        hurried=early, hurried_before=last is not None, cell=last.cell if last else None,
        sizes=last.sizes if last else (), scale=last.params["scale"] if last else 1.0,
    )  # fmt: skip
    folder.mkdir()
    items = [JobItem(name=f"{row}.jpg") for row in range(count)]
    write_job(folder, Job(settings, arrays, items, list(last.regions) if last else []))
    write_vectors(folder, count, [vectors])


def main() -> None:
    """Measure, and print JSON."""
    parser = argparse.ArgumentParser(prog="bench.early_fits", description=__doc__)
    parser.add_argument("--vectors", type=Path, action="append", default=[])
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--no-demo", action="store_true", help="leave the demo's files out")
    parser.add_argument("--synthetic", type=int, default=SYNTHETIC, help="items; 0: none")
    parser.add_argument("--full", action="store_true", help="make every fit a full one")
    given = parser.parse_args()
    logging.disable(logging.WARNING)
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as base:
        make(synthetic(300), make(synthetic(200)).places)  # compiles
        for number, (name, vectors) in enumerate(sets(given)):
            folder = Path(base) / str(number)
            folder.mkdir()
            found[name] = {
                "items": len(vectors),
                "full_fit": told(vectors, make(vectors).places),
                **grow(vectors, folder, full=given.full),
            }
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
