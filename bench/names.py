"""Names of regions, judged by folders that are topics.

    python -m bench.names [FOLDER]

FOLDER holds notes in sub-folders, one per topic; without it, the demo's notes are taken. The notes
are read, encoded and laid out as the daemon does it: a full fit of nine tenths, then a warm refit
of all. A name is right when one of its words is a word of the folder that most of the region's
notes lie in, or one of that folder's ten top terms (c-TF-IDF over the folders, computed here from
whole words, apart from the code under test). Words are compared without case and English endings.
"""

import json
import math
import re
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from muserd.encode.minilm import open_builtin
from muserd.extract.content import read_content
from muserd.extract.limits import Limits
from muserd.extract.note import Note, read_note
from muserd.layout.fit import FitInput, fit
from muserd.regions.atlas import Atlas, Members, Settings, compose
from muserd.regions.naming import key, stem
from muserd.regions.terms import stop_words

DEMO = Path(__file__).parent.parent / "demo/data/notes"
LATE = 10  # one note in so many arrives after the first fit
TOP_TERMS = 10
KEPT = 30  # neighbours


def main(arguments: list[str]) -> int:
    folder = Path(arguments[0]) if arguments else DEMO
    files = sorted(path for path in folder.rglob("*") if path.suffix in {".md", ".txt"})
    files = [path for path in files if path.parent != folder]
    if not files:
        print(json.dumps({"skipped": f"no notes in sub-folders of {folder}: run demo/make.py"}))
        return 0
    limits = Limits()
    notes = [read_note(read_content(bytes(path), limits.note_max_bytes), limits) for path in files]
    topics = [path.relative_to(folder).parts[0] for path in files]
    encoder = open_builtin(torch.device("cpu"))
    vectors = encoder.encode([f"{note.title}\n\n{note.text}" for note in notes])
    report: dict[str, object] = {"notes": len(notes), "topics": len(set(topics))}
    for label, words in (("with the encoder", encoder.encode), ("by words alone", None)):
        first, second, seconds = two_maps(notes, files, vectors, words)
        report[label] = {**judge(second, notes, topics), **steadiness(first, second)} | seconds
    print(json.dumps(report, indent=2, ensure_ascii=False))
    return 0


def two_maps(notes, files, vectors, words) -> tuple[Atlas, Atlas, dict[str, float]]:
    count = len(notes)
    early = np.flatnonzero(np.arange(count) % LATE != 0)
    nowhere = np.full((count, 2), np.nan, dtype=np.float32)
    no_labels = np.full((count, 3), -1, dtype=np.int32)
    some = members(notes, files, vectors, early)
    places = laid_out(some, nowhere[early], np.zeros(len(early), dtype=bool), "full")
    unknown = np.zeros(len(early), dtype=bool)
    first = compose("text", places, some, no_labels[early], unknown, [], 1, Settings(), words)
    every = members(notes, files, vectors, np.arange(count))
    old, labels, known = nowhere, no_labels, np.zeros(count, dtype=bool)
    old[early], labels[early], known[early] = places, first.labels, True
    moved = laid_out(every, old, known, "warm")
    started = time.perf_counter()
    second = compose(
        *("text", moved, every, labels, known, first.regions, first.next_region),
        *(Settings(), words, first.sizes),
    )
    return first, second, {"compose_s": round(time.perf_counter() - started, 2)}


def members(notes: list[Note], files: list[Path], vectors, rows) -> Members:
    return Members(
        ids=rows.astype(np.int64),
        vectors=vectors[rows],
        times_ms=np.array([notes[row].time_ms for row in rows]),
        titles=[notes[row].title for row in rows],
        names=[files[row].name for row in rows],
        texts=[notes[row].text for row in rows],
        languages=[notes[row].language for row in rows],
        concepts=[()] * len(rows),
    )


def laid_out(items: Members, old, known, method) -> NDArray[np.float32]:
    cosines = items.vectors @ items.vectors.T
    np.fill_diagonal(cosines, -2)
    near = np.argsort(-cosines, axis=1, kind="stable")[:, :KEPT].astype(np.int32)
    given = FitInput(
        ids=items.ids,
        vectors=items.vectors,
        neighbours=near,
        cosines=np.take_along_axis(cosines, near, axis=1),
        old_places=old,
        old_settled=known,
        method=method,
    )
    return fit(given).places


def judge(atlas: Atlas, notes: list[Note], topics: list[str]) -> dict[str, object]:
    tops = top_terms(notes, topics)
    alive = [region for region in atlas.regions if not region.retired]
    titles = {note.title for note in notes}
    by_folder, by_rule, wrong = 0, 0, []
    siblings: dict[tuple[int, int], list[str]] = defaultdict(list)
    for region in alive:
        rows = np.flatnonzero(atlas.labels[:, region.level] == region.id)
        folder = Counter(topics[row] for row in rows).most_common(1)[0][0]
        said = stems(region.name)
        by_folder += bool(said & stems(folder))
        right = bool(said & (stems(folder) | tops[folder]))
        by_rule += right
        if not right:
            wrong.append({"name": region.name, "folder": folder, "count": region.count})
        siblings[region.level, region.parent].append(key(region.name))
    pairs = [len(keys) - len(set(keys)) for keys in siblings.values()]
    parents = {region.id: region.name for region in alive}
    return {
        "regions": len(alive),
        "names_right": round(by_rule / max(len(alive), 1), 3),
        "names_with_the_folders_word": round(by_folder / max(len(alive), 1), 3),
        "abstained": sum(region.name in titles for region in alive),
        "names_doubled_among_siblings": sum(pairs),
        "names_of_the_parent": sum(
            key(parents.get(region.parent, "")) == key(region.name) for region in alive
        ),
        "wrong": wrong,
    }


def steadiness(first: Atlas, second: Atlas) -> dict[str, object]:
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
        "changes": dict(Counter(str(event["change"]) for event in second.events)),
    }


def top_terms(notes: list[Note], topics: list[str]) -> dict[str, set[str]]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for note, topic in zip(notes, topics, strict=True):
        stops = stop_words(note.language or "en") | stop_words("en")
        words = re.findall(r"[^\W\d_]{3,}", f"{note.title}\n{note.text}".casefold())
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
    sys.exit(main(sys.argv[1:]))
