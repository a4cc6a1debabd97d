"""Layouts, side by side with stock umap-learn + hdbscan: `python -m bench.layout`.

Measures a synthetic map, the demo's pictures and notes where demo/make.py has made them, and what
else is given: `--vectors FOLDER` with .npy files, float32[n, d]; `--pictures FOLDER` and
`--notes FOLDER`, encoded by the built-in encoders, once with `--cache FOLDER`. `--large 100000`
makes a large map, `--strip FILE.png` draws the demo's pictures (and those given) as they grow in
number. JSON goes to standard output, a table to standard error.
"""

import argparse
import json
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from bench._collection import DEMO, Collection, collect
from bench.layout.fits import Vectors, synthetic, unit
from bench.layout.growth import grow
from bench.layout.large import large
from bench.layout.refits import refit
from bench.layout.regions import new_kinds, splits

SPLITS = 8


def asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.layout", description=__doc__)
    folder = {"type": Path, "action": "append", "default": []}
    parser.add_argument("--vectors", **folder, help="folder of .npy files, float32[n, d]")
    parser.add_argument("--pictures", **folder, help="folder of pictures; may be repeated")
    parser.add_argument("--notes", **folder, help="folder of notes; may be repeated")
    parser.add_argument("--no-demo", action="store_true", help="leave the demo's files out")
    parser.add_argument("--cache", type=Path, help="folder that keeps what was encoded")
    parser.add_argument("--items", type=int, default=10_000, help="of the synthetic map; 0: none")
    parser.add_argument("--splits", type=int, default=SPLITS, help="random splits of each set")
    parser.add_argument("--large", type=int, default=0, help="items of a large synthetic map")
    parser.add_argument("--strip", type=Path, help="draw a growing map")
    return parser.parse_args()


def sets(given: argparse.Namespace) -> dict[str, Vectors]:
    """The vectors to measure, in an order of no meaning."""
    found: dict[str, Vectors] = {}
    for folder in given.vectors:
        for path in sorted(folder.glob("*.npy")):
            found[path.stem] = unit(np.load(path, allow_pickle=False).astype(np.float32))
    folders = [(path, "image") for path in given.pictures]
    folders += [(path, "text") for path in given.notes]
    if not given.no_demo:
        folders += [(DEMO / "pictures", "image"), (DEMO / "notes", "text")]
    for path, space in folders:
        if path.is_dir():
            collection = collect([path], space, given.cache)
            found[f"{path.parent.name}/{path.name}"] = collection.members.vectors
    if given.items:
        found["synthetic"] = synthetic(given.items)
    shuffle = np.random.default_rng(0).permutation
    return {name: vectors[shuffle(len(vectors))] for name, vectors in found.items()}


def growing(given: argparse.Namespace) -> Collection:
    folders = [*given.pictures, *([] if given.no_demo else [DEMO / "pictures"])]
    return collect([path for path in folders if path.is_dir()], "image", given.cache)


def table(name: str, found: dict[str, Any]) -> None:
    """The figures of one set of vectors, Muser's beside stock's."""
    ours, theirs, placed = found["ours"], found["stock"], found["placing"]
    many = found["splits"]
    rows = [
        ("refit / fit, s", ours["refit"]["s"], theirs["fit"]["s"]),
        ("the same, s of processors", ours["refit"]["cpu_s"], theirs["fit"]["cpu_s"]),
        ("search of all neighbours, s", ours["search_all"]["s"], "in it"),
        ("trustworthiness", ours["trustworthiness"], theirs["trustworthiness"]),
        ("neighbour recall", ours["recall"], theirs["recall"]),
        ("drift p50", ours["drift"]["p50"], theirs["drift"]["p50"]),
        ("drift p95", ours["drift"]["p95"], theirs["drift"]["p95"]),
        ("drift p95, stock scaled too", ours["drift"]["p95"], theirs["drift_scaled"]["p95"]),
        ("drift p95 without news", ours["drift_without_news"]["p95"], "-"),
        ("region memberships kept", ours["kept_regions"], theirs["kept_regions"]),
        ("the same over splits, worst", many["kept_worst"], "-"),
        ("the same over splits, median", many["kept_median"], "-"),
        ("drift p50 over splits, worst", many["drift_p50_worst"], "-"),
        ("drift p95 over splits, worst", many["drift_p95_worst"], "-"),
        ("recall of placed items", placed["recall"], placed["stock_recall"]),
    ]
    print(f"\n{name}, {found['items']} items{'Muser':>38}{'stock':>12}", file=sys.stderr)
    for what, mine, other in rows:
        print(f"  {what:<40}{mine!s:>16.7}{other!s:>12.7}", file=sys.stderr)


def main() -> None:
    """Measure, and print JSON."""
    given = asked()
    warnings.simplefilter("ignore")  # umap-learn's own
    results: dict[str, Any] = {}
    for name, vectors in sets(given).items():
        found = refit(vectors)
        found["splits"] = splits(vectors, given.splits)
        found["new_kinds"] = new_kinds(vectors)
        table(name, found)
        results[name] = found
    if given.strip:
        results["growth"] = grow(growing(given), given.strip)
    if given.large:
        results["large"] = large(given.large)
    print(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()
