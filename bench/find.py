"""Finding on the demo: known items by words, by meaning and by both; subjects that are not there.

    python -m bench.find [--state FOLDER] [--seed N]

A real engine with the built-in encoders takes in the demo's folders (make them with `make demo`);
`--state` keeps what it made for the next run. Known items: a query is answered when the one item
that it was made from is among the first ten.
"""

import argparse
import json
import logging
import random
import re
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from bench._collection import DEMO
from bench._find_queries import (
    ABSENT_NOTES,
    ABSENT_PICTURES,
    PARAPHRASES,
    SIBLINGS,
    SYNONYMS,
)
from muserd.engine.engine import Engine
from muserd.engine.find.finder import Ask
from muserd.find.texts import tokens
from muserd.ground.clock import SystemClock
from muserd.ground.config import Config, Root
from muserd.ground.paths import Places
from muserd.ground.records import Space

FIRST = 10
EACH = 100
MOST_FALSE = 0.05
LEAST_NOTES = 0.75

Right = Callable[[Any], bool]  # of a hit
Known = list[tuple[str, Right]]


def main() -> None:
    """Measure, and print JSON."""
    asked = argparse.ArgumentParser(prog="bench.find", description=__doc__)
    asked.add_argument("--state", type=Path, help="folder that keeps the engine's state")
    asked.add_argument("--seed", type=int, default=1)
    given = asked.parse_args()
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        base = given.state or Path(folder)
        engine = _ready(base)
        try:
            print(json.dumps(measure(engine, random.Random(given.seed)), indent=2))
        finally:
            engine.stop(20)


def measure(engine: Engine, rng: random.Random) -> dict[str, Any]:
    """All figures of an engine that holds the demo."""
    notes, pictures = _collected(engine)
    sets: dict[str, tuple[Space, Known]] = {
        "notes: titles": ("text", _titles(notes, rng)),
        "notes: sentences": ("text", _sentences(notes, rng)),
        "notes: rare words": ("text", _rare_words(notes, rng)),
        "notes: paraphrases": ("text", _paraphrases()),
        "pictures: names": ("image", _titles(pictures, rng)),
        "pictures: other names": ("image", _aliases(pictures, rng)),
        "pictures: synonyms": ("image", _synonyms()),
    }
    found = {name: _known_items(engine, *one) for name, one in sets.items()}
    every = [
        one for name, (space, known) in sets.items() if space == "text" for one in known if name
    ]
    return {
        "known_items": found,
        "notes_mrr": _known_items(engine, "text", every)["fused"]["mrr"],
        "least_notes_mrr": LEAST_NOTES,
        "nothing_here": {
            "notes": _false_alarms(engine, "text", ABSENT_NOTES),
            "pictures": _false_alarms(engine, "image", ABSENT_PICTURES),
            "most": MOST_FALSE,
            "siblings": _false_alarms(engine, "image", SIBLINGS)["rate"],
        },
        "milliseconds": _times(engine, [query for query, _ in every][:200]),
    }


def _ready(base: Path) -> Engine:
    where = Places(base / "config.toml", base / "state", base / "cache", base / "run")
    roots = tuple(Root(path=str(DEMO / name)) for name in ("pictures", "notes"))
    engine = Engine.open(Config(roots=roots), where, SystemClock(), lambda: None)
    engine.start()
    job = engine.sync()
    while not job.wait(1.0):
        pass
    while not engine.find.settled(10.0):
        pass
    return engine


def _collected(engine: Engine) -> tuple[list[Any], list[Any]]:
    """(id, title, text) of every note, and of every picture."""
    notes: list[Any] = []
    pictures: list[Any] = []
    for item in engine.items(None):
        if item.kind == "note":
            text = engine.queries.note_text(item.id)
            notes.append((item.id, item.title, text.text if text else ""))
        else:
            pictures.append((item.id, item.title, ""))
    return notes, pictures


def _is(number: int) -> Right:
    return lambda hit: hit.id == number


def _titles(items: list[Any], rng: random.Random) -> Known:
    seen = Counter(title for _, title, _ in items)
    once = [(title, _is(number)) for number, title, _ in items if seen[title] == 1]
    return rng.sample(once, min(EACH, len(once)))


def _sentences(notes: list[Any], rng: random.Random) -> Known:
    """Eight to fourteen words in a row, from anywhere in a note but its title."""
    known: Known = []
    for number, title, text in rng.sample(notes, len(notes)):
        words = re.findall(r"[^\W\d_]{2,}", text.replace(title, "", 1))
        if len(words) >= 40 and len(known) < EACH:
            start = rng.randrange(10, len(words) - 14)
            known.append((" ".join(words[start : start + rng.randint(8, 14)]), _is(number)))
    return known


def _rare_words(notes: list[Any], rng: random.Random) -> Known:
    """Words that stand in one note only."""
    where: dict[str, set[int]] = {}
    for number, title, text in notes:
        for word in set(tokens(f"{title} {text}")):
            where.setdefault(word, set()).add(number)
    rare = sorted(
        (word, min(numbers))
        for word, numbers in where.items()
        if len(numbers) == 1 and len(word) >= 6 and word.isalpha()
    )
    return [(word, _is(number)) for word, number in rng.sample(rare, min(EACH, len(rare)))]


def _paraphrases() -> Known:
    def titled(title: str) -> Right:
        return lambda hit: hit.title == title

    return [(query, titled(title)) for query, title in PARAPHRASES.items()]


def _aliases(pictures: list[Any], rng: random.Random) -> Known:
    """Names that the emoji are known by elsewhere, none of whose words is in their title."""
    import emoji

    by_title = {title: number for number, title, _ in pictures}
    known: Known = []
    for facts in emoji.EMOJI_DATA.values():
        title = re.sub(r"[^\w]+", " ", facts["en"]).replace("_", " ").strip().lower()
        number = by_title.get(title)
        for alias in facts.get("alias", ()):
            words = re.sub(r"[^a-z]+", " ", alias.lower()).split()
            new = words and not set(words) & set(title.split()) and min(map(len, words)) > 2
            if number is not None and new:
                known.append((" ".join(words), _is(number)))
    return rng.sample(known, min(3 * EACH, len(known)))


def _synonyms() -> Known:
    def among(words: str) -> Right:
        wanted = set(words.split())
        return lambda hit: bool(wanted & set(hit.title.lower().split()))

    return [(query, among(words)) for query, words in SYNONYMS.items()]


def _known_items(engine: Engine, space: Space, known: Known) -> dict[str, Any]:
    """MRR@10 and recall@10 of words alone, meaning alone, and both; and what the cut-off costs."""
    asks = {"words": (True, False), "meaning": (False, True), "fused": (True, True)}
    result: dict[str, Any] = {"queries": len(known)}
    for name, (words, meaning) in asks.items():
        ranks = []
        hidden = 0
        for query, right in known:
            ask = Ask(_plain(query), (space,), FIRST, meaning, words=words)
            found = engine.find.find(ask)
            rank = next((i for i, hit in enumerate(found.hits[:FIRST], 1) if right(hit)), 0)
            ranks.append(rank)
            hidden += rank > 0 and not found.certain[space]
        result[name] = {
            "mrr": round(float(np.mean([1 / rank if rank else 0.0 for rank in ranks])), 3),
            "recall": round(float(np.mean([rank > 0 for rank in ranks])), 3),
            "hidden_by_cut_off": round(hidden / max(len(known), 1), 3),
        }
    return result


def _plain(query: str) -> str:
    """A text whose signs mean nothing to the query language."""
    return re.sub(r"[:\"]|(?<!\w)-", " ", query)


def _false_alarms(engine: Engine, space: Space, queries: Iterable[str]) -> dict[str, Any]:
    asked = [" ".join(query.split()) for query in queries if query.strip()]
    alarms = {
        query: [hit.title for hit in found.hits if hit.certain][:3]
        for query in asked
        if (found := engine.find.find(Ask(query, (space,), FIRST))).certain[space]
    }
    rate = len(alarms) / len(asked)
    return {"queries": len(asked), "rate": round(rate, 3), "alarms": alarms}


def _times(engine: Engine, queries: list[str]) -> dict[str, float]:
    result = {}
    for name, meaning in (("words", False), ("all", True)):
        took = []
        for query in queries:
            began = time.perf_counter()
            engine.find.find(Ask(_plain(query), meaning=meaning))
            took.append((time.perf_counter() - began) * 1000)
        result[f"{name}_p50"] = round(float(np.quantile(took, 0.5)), 1)
        result[f"{name}_p95"] = round(float(np.quantile(took, 0.95)), 1)
    return result


if __name__ == "__main__":
    main()
