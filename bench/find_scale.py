"""Finding in a large collection: words and meaning with a warm worker, the index while it grows.

    python -m bench.find_scale [ITEMS]

Notes: as many texts, cut from the documentation that Python carries, are indexed and searched by
words. Pictures: as many are made in a store, with names for captions, and searched as the page
does it, by the real text encoder. Vectors of captions are drawn: what is measured does not depend
on them.
"""

import argparse
import json
import logging
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from bench import _world
from muserd.encode.catalogue import BUILT_IN
from muserd.engine.find.captions import digest_of
from muserd.engine.find.finder import Ask
from muserd.engine.find.service import FindService
from muserd.engine.maps.model import SpaceModel
from muserd.engine.store_calls import StoreCalls
from muserd.extract.limits import Limits
from muserd.find.documents import Document
from muserd.find.fulltext import FullText
from muserd.find.query import parse
from muserd.find.texts import folded
from muserd.ground.clock import SystemClock
from muserd.ground.records import ItemId, Space
from muserd.store.environment import Store
from muserd.workers.encode.host import EncodeSettings, EncodeWorker

ITEMS = 100_000
MOST_WORDS_MS, MOST_MEANING_MS = 30.0, 120.0
MOST_INDEX_MS, MOST_SIZE = 3.0, 1.5
QUERIES = 200
BATCH = 64
LIMIT = 50  # hits, as the page asks for


def main(items: int = ITEMS) -> dict[str, Any]:
    """Notes by words, then pictures by words and by meaning."""
    rng = random.Random(5)
    words = _words()
    with tempfile.TemporaryDirectory() as folder:
        notes = _notes(Path(folder), items, words, rng)
    with tempfile.TemporaryDirectory() as folder:
        pictures = _pictures(Path(folder), items, words, rng)
    limits = {
        "words_p95_ms": MOST_WORDS_MS,
        "meaning_p95_ms": MOST_MEANING_MS,
        "index_ms_an_item": MOST_INDEX_MS,
        "file_of_the_text": MOST_SIZE,
    }
    load = round(os.getloadavg()[0], 1)  # of the machine, by others too
    return {
        "items": items,
        "load_average": load,
        "notes": notes,
        "pictures": pictures,
        "most": limits,
    }


def _notes(base: Path, items: int, words: list[str], rng: random.Random) -> dict[str, Any]:
    """The full-text cache alone, with notes of 30 to 90 words, some of them rare."""
    index = FullText(base / "words.sqlite3")
    text_bytes = 0
    spent_s = 0.0
    for start in range(0, items, BATCH):
        some = [_note(n, words, rng) for n in range(start, min(start + BATCH, items))]
        text_bytes += sum(len(one.text.encode()) for one in some)
        began = time.perf_counter()
        index.update(some)
        spent_s += time.perf_counter() - began
    took = [
        _ms(lambda query=query: index.search(parse(query), "text", 400))  # type: ignore[misc]
        for query in _queries(words, rng)
    ]
    index.close()
    size = sum(path.stat().st_size for path in base.iterdir())
    return {
        "index_ms_an_item": round(spent_s * 1000 / items, 2),
        "file_of_the_text": round(size / text_bytes, 2),
        **_quantiles("words", took),
    }


def _pictures(base: Path, items: int, words: list[str], rng: random.Random) -> dict[str, Any]:
    """All of a search, hits with their titles and places included."""
    long = sorted({word for word in words if len(word) > 3 and word.isalpha()})
    titles = [" ".join(rng.choice(long) for _ in range(rng.randint(2, 4))) for _ in range(items)]
    info = BUILT_IN["text"]
    _world.build(base, items, files=False, facts=lambda n: {"title": titles[n], "dhash": "0" * 32})
    store = Store(base / "state/store", map_size_bytes=64 * 2**30)
    vectors = np.random.default_rng(1).standard_normal((items, info.dim)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    with store.write() as writer:
        writer.put_encoder("text", info)
        for title, vector in zip(titles, vectors.astype("<f2"), strict=True):
            writer.put_caption(digest_of(info.id, title), vector.tobytes())
    models: dict[Space, SpaceModel] = {
        space: SpaceModel(space, base / "cache") for space in ("image", "text")
    }
    with store.read() as reader:
        for model in models.values():
            model.load(reader)
    workers = {space: worker_of(space, base / "cache") for space in models}
    calls = StoreCalls(store, lambda work: work())
    find = FindService(
        store, models, workers, list, base / "find.sqlite3", calls, SystemClock(), Limits()
    )
    try:
        began = time.perf_counter()
        find.start()
        while not find.settled(1.0):
            pass
        index_ms = (time.perf_counter() - began) * 1000 / items
        find.find(Ask("warm up", ("image",)))
        queries = list(_queries(titles, rng))
        by_words = [
            _ms(lambda q=q: find.find(Ask(q, ("image",), LIMIT, meaning=False)))  # type: ignore[misc]
            for q in queries
        ]
        by_all = [_ms(lambda q=q: find.find(Ask(q, ("image",), LIMIT))) for q in queries]  # type: ignore[misc]
    finally:
        find.stop(20)
        for worker in workers.values():
            worker.stop(20)
        store.close()
    return {
        "index_ms_an_item": round(index_ms, 2),
        **_quantiles("words", by_words),
        **_quantiles("meaning", by_all),
    }


def worker_of(space: Space, cache: Path) -> EncodeWorker:
    """A real worker with the built-in encoder, which never leaves."""
    settings = EncodeSettings(
        space=space,
        spec="builtin",
        keep=BUILT_IN[space].id,
        device="cpu",
        cache=cache,
        memory_bytes=8 * 2**30,
        threads=0,
        nice=0,
        idle_s=3_600,
        file_deadline_s=60,
        limits=Limits(),
    )
    return EncodeWorker(
        settings,
        known=lambda _: (),
        on_outcome=lambda _space, _outcome: None,
        on_interrupted=lambda _: None,
        on_state=lambda _: None,
        clock=SystemClock(),
    )


def _words() -> list[str]:
    from pydoc_data.topics import topics

    return [word for _, text in sorted(topics.items()) for word in folded(text).split()]


def _note(number: int, words: list[str], rng: random.Random) -> Document:
    start = rng.randrange(len(words) - 100)
    said = [
        word if rng.random() > 0.03 else f"w{rng.randrange(1 << 18):05x}"
        for word in words[start : start + rng.randint(30, 90)]
    ]
    return Document(
        item=ItemId(number),
        space="text",
        stamp=number,
        title=" ".join(said[:4]),
        name=f"note {number} note-{number}.md",
        folder=f"folder{number % 300}",
        tags="",
        text=" ".join(said),
        time_ms=number,
        added_ms=number,
        copies=1,
        labels=(("folder", f"folder{number % 300}"), ("type", "note"), ("type", "md")),
    )


def _queries(said: list[str], rng: random.Random) -> Iterator[str]:
    """What people type: one word, two or three, a beginning, a phrase; common words, too."""
    for number in range(QUERIES):
        start = rng.randrange(len(said) - 4)
        some = " ".join(said[start : start + 4]).split()
        match number % 5:
            case 0:
                yield some[0]
            case 1:
                yield " ".join(some[:2])
            case 2:
                yield " ".join(rng.choice(said).split()[0] for _ in range(3))
            case 3:
                yield some[0][: max(2, len(some[0]) - 2)]
            case _:
                yield f'"{" ".join(some[:3])}"'


def _ms(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


def _quantiles(name: str, took: list[float]) -> dict[str, float]:
    return {
        f"{name}_p50_ms": round(float(np.quantile(took, 0.5)), 1),
        f"{name}_p95_ms": round(float(np.quantile(took, 0.95)), 1),
    }


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    asked = argparse.ArgumentParser(prog="bench.find_scale", description=__doc__)
    asked.add_argument("items", type=int, nargs="?", default=ITEMS)
    print(json.dumps(main(asked.parse_args().items), indent=2))
