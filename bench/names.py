"""Names of regions, judged by folders that are topics.

    python -m bench.names [FOLDER …] [--package NAME …] [--splits 3] [--cache FOLDER]

Each FOLDER holds notes in sub-folders, one per topic; without any, the demo's notes are taken. An
installed package gives its docstrings, a topic for each module. The notes are read, encoded and
laid out as the daemon does it: a full fit of nine tenths, then a warm refit of all, for several
choices of the tenth. A name is right when one of its words is a word of the folder that most of
the region's notes lie in, or one of that folder's ten top terms (c-TF-IDF over the folders,
computed here from whole words, apart from the code under test). Words are compared without case
and English endings.
"""

import argparse
import json
import math
import re
import tempfile
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import torch

from bench._collection import DEMO, collect, part
from bench._docstrings import write_docstrings
from bench.layout.fits import make
from muserd.encode.minilm import open_builtin
from muserd.ground.records import LEVELS, NO_REGION
from muserd.regions.atlas import Atlas, LastMap, Members, Settings, Words, compose
from muserd.regions.name_choice import key
from muserd.regions.stems import stem
from muserd.regions.terms import stop_words

LATE = 10  # one note in so many arrives after the first fit
TOP_TERMS = 10


def main() -> None:
    """Measure, and print JSON."""
    asked = argparse.ArgumentParser(prog="bench.names", description=__doc__)
    asked.add_argument("folders", nargs="*", type=Path, help="notes in sub-folders by topic")
    asked.add_argument("--package", action="append", default=[], help="its docstrings as notes")
    asked.add_argument("--splits", type=int, default=3, help="choices of the tenth that comes late")
    asked.add_argument("--cache", type=Path, help="folder that keeps what was encoded")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folders = list(given.folders)
        for package in given.package:
            folders.append(Path(made) / package)
            write_docstrings(package, folders[-1])
        if not folders:
            folders = [DEMO / "notes"]
        found = {str(folder): measure(folder, given.splits, given.cache) for folder in folders}
    print(json.dumps(found, indent=2, ensure_ascii=False))


def measure(folder: Path, splits: int, cache: Path | None) -> dict[str, Any]:
    """The figures of one folder, with and without the encoder's words."""
    if not folder.is_dir():
        return {"skipped": f"no {folder}: run demo/make.py"}
    collection = collect([folder], "text", cache)
    there = [len(path.relative_to(folder).parts) > 1 for path in collection.files]
    members = part(collection.members, np.flatnonzero(there))
    files = [path for path, inside in zip(collection.files, there, strict=True) if inside]
    topics = [path.relative_to(folder).parts[0] for path in files]
    encode = open_builtin(torch.device("cpu")).encode
    report: dict[str, Any] = {"notes": len(files), "topics": len(set(topics))}
    runs = defaultdict(list)
    for split in range(splits):
        early = np.arange(len(files)) % LATE != split
        order = np.concatenate([np.flatnonzero(early), np.flatnonzero(~early)])
        some = part(members, order)
        count = int(early.sum())
        old = make(some.vectors[:count]).places
        new = make(some.vectors, old).places
        for label, words in (("with the encoder", encode), ("by words alone", None)):
            first, second = two_maps(some, old, new, words)
            judged = judge(second, some, [topics[row] for row in order.tolist()])
            runs[label].append({**judged, **steadiness(first, second)})
    for label, figures in runs.items():
        numbers = [name for name, value in figures[0].items() if isinstance(value, int | float)]
        means = {name: round(float(np.mean([run[name] for run in figures])), 3) for name in numbers}
        report[label] = {"means": means, "runs": figures}
    return report


def two_maps(members: Members, old, new, words: Words | None) -> tuple[Atlas, Atlas]:
    """The atlas of the first items at their `old` places, and that of all at their `new` ones."""
    count, total = len(old), len(new)
    nothing = np.full((total, LEVELS), NO_REGION, dtype=np.int32)
    known = np.arange(total) < count
    unknown = LastMap(nothing[:count], ~known[:count])
    few = part(members, np.arange(count))
    first = compose("text", old, few, unknown, Settings(), words)
    labels = np.concatenate([first.labels, nothing[count:]])
    last = LastMap(labels, known, first.regions, first.next_region, first.sizes)
    second = compose("text", new, members, last, Settings(), words)
    return first, second


def judge(atlas: Atlas, members: Members, topics: list[str]) -> dict[str, Any]:
    tops = top_terms(members, topics)
    alive = [region for region in atlas.regions if not region.retired]
    titles = set(members.titles)
    by_folder, by_rule, wrong = 0, 0, []
    for region in alive:
        rows = np.flatnonzero(atlas.labels[:, region.level] == region.id)
        folder = Counter(topics[row] for row in rows).most_common(1)[0][0]
        said = stems(region.name)
        by_folder += bool(said & stems(folder))
        right = bool(said & (stems(folder) | tops[folder]))
        by_rule += right
        if not right:
            wrong.append({"name": region.name, "folder": folder, "count": region.count})
    keys = [key(region.name) for region in alive]
    return {
        "regions": len(alive),
        "names_right": round(by_rule / max(len(alive), 1), 3),
        "names_with_the_folders_word": round(by_folder / max(len(alive), 1), 3),
        "abstained": sum(region.name in titles for region in alive),
        "names_doubled": len(keys) - len(set(keys)),
        "wrong": wrong,
    }


def steadiness(first: Atlas, second: Atlas) -> dict[str, Any]:
    was = {region.id: region for region in first.regions if not region.retired}
    is_ = {region.id: region for region in second.regions if not region.retired}
    both = was.keys() & is_.keys()
    kept = sum(was[region].name == is_[region].name for region in both)
    colours = sum(was[region].colour == is_[region].colour for region in both)
    return {
        "regions_before": len(was),
        "memberships_kept": round(second.kept, 3),
        "names_kept": round(kept / max(len(both), 1), 3),
        "colours_kept": round(colours / max(len(both), 1), 3),
        "changes": dict(Counter(event.change for event in second.events)),
    }


def top_terms(members: Members, topics: list[str]) -> dict[str, set[str]]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for row, topic in enumerate(topics):
        stops = stop_words(members.languages[row] or "en") | stop_words("en")
        text = f"{members.titles[row]}\n{members.texts[row]}".casefold()
        words = re.findall(r"[^\W\d_]{3,}", text)
        counts[topic].update(stem(word) for word in words if word not in stops)
    everywhere = sum(counts.values(), Counter())
    average = sum(everywhere.values()) / len(counts)
    tops = {}
    for topic, counter in counts.items():
        weight = {
            word: count * math.log1p(average / everywhere[word]) for word, count in counter.items()
        }
        tops[topic] = set(sorted(weight, key=lambda word: (-weight[word], word))[:TOP_TERMS])
    return tops


def stems(name: str) -> set[str]:
    return {stem(word) for word in re.findall(r"[^\W\d_]{2,}", name.casefold())}


if __name__ == "__main__":
    main()
