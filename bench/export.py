"""Taking 10,000 pictures away: a Parquet table with thumbnails, a poster, a site.

    python -m bench.export [ITEMS]

The collection is made, its thumbnails are those of drawn pictures; the worker that encodes JPEGs
and pages is the real one.
"""

import argparse
import json
import logging
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from bench import _world
from bench.find_scale import worker_of
from muserd.engine.assembly import PAGE
from muserd.engine.hands.exporter import Exporter, Manner, Viewer
from muserd.engine.hands.selection import What
from muserd.engine.maps.model import SpaceModel
from muserd.extract.thumbs import make_thumbs
from muserd.ground.clock import SystemClock
from muserd.ground.records import ItemId, Space
from muserd.store.environment import Store

ITEMS = 10_000
MOST_PARQUET_S, MOST_POSTER_S = 3.0, 5.0
DRAWN = 60  # thumbnails


class _Everything:
    """Stands for the selector: all items."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def items(self, _what: What) -> list[ItemId]:
        with self._store.read() as reader:
            return [record.id for record in reader.items()]


def main(items: int = ITEMS) -> dict[str, Any]:
    """Seconds of each export."""
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        _world.build(base, items, files=False)
        store = Store(base / "state/store", map_size_bytes=64 * 2**30)
        _draw(store)
        models: dict[Space, SpaceModel] = {
            space: SpaceModel(space, base / "cache") for space in ("image", "text")
        }
        with store.read() as reader:
            models["image"].load(reader)
        worker = worker_of("image", base / "cache")
        exporter = Exporter(
            store,
            models,
            {"image": worker},
            _Everything(store),  # type: ignore[arg-type]
            list,
            Viewer(PAGE, "Muser"),
            SystemClock(),
        )
        try:
            worker.jpegs([_thumbs(0)[128]], 60)  # it is there
            seconds = {
                name: _timed(exporter, form, base / name)
                for name, form in (
                    ("x.parquet", "parquet"), ("x.svg", "poster"), ("x.pdf", "poster"),
                    ("x.png", "poster"), ("site", "site"), ("x.csv", "csv"),
                )
            }  # fmt: skip
        finally:
            worker.stop(20)
            store.close()
    return {
        "items": items,
        "load_average": round(os.getloadavg()[0], 1),
        "seconds": seconds,
        "most": {"x.parquet": MOST_PARQUET_S, "poster": MOST_POSTER_S},
    }


def _timed(exporter: Exporter, form: Any, target: Path) -> float:
    began = time.perf_counter()
    exporter.write(What(), form, str(target), Manner())
    return round(time.perf_counter() - began, 2)


def _draw(store: Store) -> None:
    drawn = [_thumbs(number) for number in range(DRAWN)]
    with store.write() as writer:
        for number, record in enumerate(list(writer.items())):
            writer.put_thumbs(record.id, drawn[number % DRAWN])


def _thumbs(number: int) -> dict[int, bytes]:
    rng = np.random.default_rng(number)
    cells = Image.fromarray(rng.integers(0, 255, (9, 12, 3), np.uint8))
    smooth = cells.resize((640, 480), Image.Resampling.BICUBIC)
    grain = rng.normal(0, 6, (480, 640, 3))
    return make_thumbs(Image.fromarray((np.asarray(smooth) + grain).clip(0, 255).astype(np.uint8)))


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    asked = argparse.ArgumentParser(prog="bench.export", description=__doc__)
    asked.add_argument("items", type=int, nargs="?", default=ITEMS)
    print(json.dumps(main(asked.parse_args().items), indent=2))
