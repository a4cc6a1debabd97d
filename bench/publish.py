"""One item more on a map of 100,000: milliseconds in the daemon and bytes written."""

import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from bench import _world
from muserd.engine.engine import Engine
from muserd.engine.ingest.apply import Applier, Changes
from muserd.engine.maps.update import MapUpdate
from muserd.ground.clock import SystemClock
from muserd.ground.config import Config
from muserd.ground.facts import Facts
from muserd.ground.paths import Places
from muserd.ground.records import ContentHash, FileStat
from muserd.workers.encode.outcomes import Encoded, FileTask

ITEMS = 100_000
ROUNDS = 12
MOST_MS, MOST_BYTES = 100.0, 300_000


def main(count: int = ITEMS) -> dict[str, object]:
    """Build the world, open an engine over it, add items one by one on its own thread."""
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        state = _world.build(base, count, files=False)
        where = Places(base / "config.toml", state, base / "cache", base / "run")
        engine = Engine.open(Config(), where, SystemClock(), lambda: None)
        parts = engine._parts
        with parts.store.read() as reader:
            for model in parts.models.values():
                model.load(reader)
        parts.publisher.start()
        started = time.perf_counter()
        parts.publisher.flush()
        whole_s = time.perf_counter() - started
        rounds = [_one(parts, i) for i in range(ROUNDS)]
        parts.store.close()
    total = [r["commit_ms"] + r["publish_ms"] for r in rounds]
    return {
        "items": count,
        "whole_publish_s": round(whole_s, 2),
        "commit_ms_p50": _p50(rounds, "commit_ms"),
        "publish_ms_p50": _p50(rounds, "publish_ms"),
        "total_ms_p50": round(float(np.median(total)), 1),
        "bytes_p50": int(np.median([r["bytes"] for r in rounds])),
        "lagging_layers_ms_p50": _p50(rounds, "slow_ms"),
        "lagging_layers_bytes_p50": int(np.median([r["slow_bytes"] for r in rounds])),
        "publish_of_limit": _world.ratio(_p50(rounds, "publish_ms"), MOST_MS),
        "bytes_of_limit": _world.ratio(float(np.median([r["bytes"] for r in rounds])), MOST_BYTES),
    }


def _one(parts, number: int) -> dict[str, float]:
    rng = np.random.default_rng(number)
    model = parts.models["image"]
    intake = Applier(SystemClock(), "bench")
    path = f"/bench/new-{number}.png".encode()
    outcome = Encoded(
        task=FileTask(path, "image"),
        stat=FileStat(1, 1, 1, number, 1),
        kind="image",
        content=ContentHash(b"new" + number.to_bytes(29, "big")),
        vector=_world.unit(rng, model.index.dim),
        encoder=_world.BUILT_IN["image"],
        name="new.png",
        facts=Facts(title="New", time_ms=_world.NOW_MS, width=640, height=480),
        text="",
        thumbs={64: b"x" * 900, 128: b"x" * 2_500, 256: b"x" * 7_000},
    )
    started = time.perf_counter()
    changes = Changes()
    with parts.store.write() as writer:
        intake.encoded(writer, b"/bench", outcome, changes)
        evolution = MapUpdate(model, writer)
        evolution.insert(changes.arrivals)
    committed = time.perf_counter()
    parts.publisher.note("image", evolution.changed)
    before = parts.site.bytes_written
    parts.publisher.flush()
    published = time.perf_counter()
    written = parts.site.bytes_written - before
    time.sleep(1.6)  # the lagging layers wait for a quiet moment
    before, slow = parts.site.bytes_written, time.perf_counter()
    parts.publisher.flush()
    return {
        "commit_ms": (committed - started) * 1000,
        "publish_ms": (published - committed) * 1000,
        "bytes": written,
        "slow_ms": (time.perf_counter() - slow) * 1000,
        "slow_bytes": parts.site.bytes_written - before,
    }


def _p50(rounds: list[dict[str, float]], name: str) -> float:
    return round(float(np.median([one[name] for one in rounds])), 1)


if __name__ == "__main__":
    print(json.dumps(main(*(int(argument) for argument in sys.argv[1:2]))))
