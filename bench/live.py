"""File closed to `items` event at a client, with 10,000 items in the store and a warm worker."""

import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from bench import _world
from tests.e2e import samples
from tests.e2e.daemon import Daemon
from tests.e2e.page import Page

ITEMS = 10_000
FILES = 40
MOST_P50_S, MOST_P95_S = 0.5, 1.5


def main(count: int = ITEMS) -> dict[str, object]:
    """Drop pictures and notes one by one and wait for each to be told."""
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        _world.build(base, count, files=True)
        daemon = Daemon(base)
        daemon.configure()
        samples.notes(daemon.notes, 30)
        daemon.start()
        daemon.sync()
        samples.picture(daemon.pictures / "warm.jpg", 1)  # loads the model
        samples.note(daemon.notes / "warm.md", 1_001)
        daemon.sync()
        pictures = _latencies(daemon, "pictures")
        notes = _latencies(daemon, "notes")
        daemon.stop()
    every = pictures + notes
    p50, p95 = (float(np.quantile(every, q)) for q in (0.5, 0.95))
    return {
        "items": count,
        "pictures_p50_s": round(float(np.median(pictures)), 3),
        "notes_p50_s": round(float(np.median(notes)), 3),
        "p50_s": round(p50, 3),
        "p95_s": round(p95, 3),
        "p50_of_limit": _world.ratio(p50, MOST_P50_S),
        "p95_of_limit": _world.ratio(p95, MOST_P95_S),
    }


def _latencies(daemon: Daemon, what: str) -> list[float]:
    page, seconds = Page(daemon), []
    with page.events() as events:
        for i in range(FILES // 2):
            name = f"live-{i}"
            if what == "pictures":
                path = samples.picture(daemon.pictures / f"{name}.jpg", 10_000 + i, (1600, 1200))
            else:
                path = samples.note(daemon.notes / f"{name}.md", 10_000 + i)
            closed = time.monotonic()
            events.wait("items", lambda data, p=path: _tells(data, p.name))
            seconds.append(time.monotonic() - closed)
            time.sleep(0.3)
    return seconds


def _tells(data: dict[str, object], name: str) -> bool:
    return any(one["name"] == name for one in data.get("added", ()))


if __name__ == "__main__":
    print(json.dumps(main(*(int(argument) for argument in sys.argv[1:2]))))
