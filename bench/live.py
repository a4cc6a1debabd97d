"""File closed to `items` event at a client, with 10,000 items in the store.

With `--cold` every file finds no worker: that is the ordinary case of a folder which gets a file
an hour. Then the first search after a pause is measured, too, and what the worker takes up.
With `--sandbox` two daemons take turns, one with workers that are not shut in.
`--encoder builtin` or a model of open_clip, which gets random weights. `--keep FOLDER` keeps these
and the converted models for further runs: a conversion takes minutes and is not measured.
"""

import argparse
import contextlib
import json
import os
import queue
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil

from bench import _world
from bench.ingest import random_clip
from tests.e2e import samples
from tests.e2e.daemon import Daemon
from tests.e2e.page import Events, Page

ITEMS = 10_000
COLD_ITEMS = 1_000  # a cold worker does not look at them
FILES = 40
COLD_FILES = 12
PAIRS = 24  # of files of each kind, one to a daemon that is shut in and one to the other
MOST_SANDBOX = 1.05  # of the time without it
MOST_P50_S, MOST_P95_S = 0.5, 1.5
MOST_COLD_P50_S, MOST_COLD_P95_S = 0.9, 1.5
MOST_CLIP_P50_S = 1.2
MOST_SEARCH_P50_S = 0.6
MOST_RSS_MB = {"builtin": 250, "ViT-B-32": 600}
IDLE_S = 1  # of a worker, before it leaves
CONVERSION_S = 240.0
MOST_WAIT_S = 60.0


def main(arguments: argparse.Namespace) -> dict[str, object]:
    """Drop pictures and notes one by one and wait for each to be told."""
    # a conversion that nobody waits for may still write
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        base = Path(folder)
        if arguments.sandbox:
            return _sandbox(base)
        spec = arguments.encoder
        kept = arguments.keep or base
        kept.mkdir(exist_ok=True)
        if spec != "builtin":
            spec = f"clip:{spec}/{random_clip(spec, kept)}"
            samples.pictures(base / "pictures", 30)  # of fewer every arrival is a new fit
        elif arguments.items:
            _world.build(base, arguments.items, files=True)
        daemon = Daemon(base)
        for name in ("MUSER_CACHE_DIR", "NUMBA_CACHE_DIR"):
            daemon.environment[name] = str(kept / "cache" / name.lower())
        daemon.configure(
            f"worker_idle_s = {IDLE_S if arguments.cold else 120}\n[encoders]\n"
            f'text = "builtin"\nimage = {json.dumps(spec)}\n'
            f"runtime = {json.dumps(arguments.runtime)}"
        )
        samples.notes(daemon.notes, 30)
        daemon.start()
        daemon.sync()
        samples.picture(daemon.pictures / "warm.jpg", 1)  # loads the model
        samples.note(daemon.notes / "warm.md", 1_001)
        daemon.sync()
        results = _cold(daemon, arguments) if arguments.cold else _warm(daemon, arguments)
        daemon.stop()
    return results


def _sandbox(base: Path) -> dict[str, object]:
    """Both daemons get the same files in turn: what else the machine does meets both."""
    daemons = {"with": Daemon(base / "with"), "without": Daemon(base / "without")}
    daemons["without"].module = "bench._unconfined"
    for daemon in daemons.values():
        daemon.configure('worker_idle_s = 600\n[encoders]\ntext = "builtin"\nimage = "builtin"\n')
        samples.notes(daemon.notes, 30)
        daemon.start()
        _converted(daemon)
    _check_confined(daemons)
    results: dict[str, object] = {"load": round(os.getloadavg()[0], 2)}
    for what in ("pictures", "notes"):
        seconds: dict[str, list[float]] = {"with": [], "without": []}
        for turn in range(PAIRS):
            names = ("with", "without") if turn % 2 else ("without", "with")
            for name in names:
                seconds[name] += latencies(daemons[name], what, 1, first=turn)
        p50 = {name: float(np.median(some)) for name, some in seconds.items()}
        results[what] = {f"{name}_p50_s": round(one, 4) for name, one in p50.items()}
        results[f"{what}_with_of_without"] = _world.ratio(p50["with"], p50["without"])
        results[f"{what}_of_limit"] = _world.ratio(p50["with"], MOST_SANDBOX * p50["without"])
    for daemon in daemons.values():
        daemon.stop()
    return results


def _check_confined(daemons: dict[str, Daemon]) -> None:
    """The comparison is one only if the kernel shuts in the workers of the one, not the other's."""
    for name, daemon in daemons.items():
        (worker, *_) = _workers(daemon)
        status = Path(f"/proc/{worker.pid}/status").read_text("ascii")
        filtered = "Seccomp:\t2" in status
        assert filtered is (name == "with"), (name, status)


def _warm(daemon: Daemon, arguments: argparse.Namespace) -> dict[str, object]:
    pictures = latencies(daemon, "pictures", FILES // 2)
    notes = latencies(daemon, "notes", FILES // 2)
    every = pictures + notes
    p50, p95 = (float(np.quantile(every, q)) for q in (0.5, 0.95))
    return {
        "items": arguments.items,
        "pictures_p50_s": round(float(np.median(pictures)), 3),
        "notes_p50_s": round(float(np.median(notes)), 3),
        "p50_s": round(p50, 3),
        "p95_s": round(p95, 3),
        "p50_of_limit": _world.ratio(p50, MOST_P50_S),
        "p95_of_limit": _world.ratio(p95, MOST_P95_S),
    }


def _cold(daemon: Daemon, arguments: argparse.Namespace) -> dict[str, object]:
    page = Page(daemon)
    if arguments.runtime != "torch":
        _converted(daemon)
    daemon.wait_for(lambda: daemon.json("status")["state"] == "idle", CONVERSION_S)
    builtin = arguments.encoder == "builtin"
    pictures, rss = _cold_files(daemon, page, "pictures")
    notes, note_rss = _cold_files(daemon, page, "notes")
    searches = {
        space: float(np.median([_search(daemon, page, space, n) for n in range(COLD_FILES // 2)]))
        for space in ("image", "text")
    }
    every = pictures + notes if builtin else pictures
    p50, p95 = (float(np.quantile(every, q)) for q in (0.5, 0.95))
    limit = MOST_COLD_P50_S if builtin else MOST_CLIP_P50_S
    return {
        "encoder": arguments.encoder,
        "runtime": arguments.runtime,
        "load": os.getloadavg()[0],
        "pictures_p50_s": round(float(np.median(pictures)), 3),
        "notes_p50_s": round(float(np.median(notes)), 3),
        "p50_s": round(p50, 3),
        "p95_s": round(p95, 3),
        "p50_of_limit": _world.ratio(p50, limit),
        "p95_of_limit": _world.ratio(p95, MOST_COLD_P95_S),
        "search_p50_s": {space: round(one, 3) for space, one in searches.items()},
        "search_of_limit": _world.ratio(max(searches.values()), MOST_SEARCH_P50_S),
        "rss_mb": {"pictures": rss, "notes": note_rss},
        "rss_of_limit": _world.ratio(rss, MOST_RSS_MB.get(arguments.encoder, 600)),
    }


def _cold_files(daemon: Daemon, page: Page, what: str) -> tuple[list[float], int]:
    seconds, most = [], 0
    with page.events() as events:
        for n in range(COLD_FILES):
            _alone(daemon)
            path = _write(daemon, what, f"cold-{n}", 20_000 + n)
            closed = time.monotonic()
            seconds.append(told_s(daemon, events, path) - closed)
            most = max(most, _rss_mb(daemon))
    return seconds, most


def _search(daemon: Daemon, page: Page, space: str, turn: int) -> float:
    _alone(daemon)
    started = time.monotonic()
    answer = page.get(f"api/search?q=bread+{turn}&space={space}")
    assert answer.status == 200, answer.body
    return time.monotonic() - started


def _workers(daemon: Daemon) -> list[psutil.Process]:
    assert daemon.process is not None
    found = []
    for process in psutil.Process(daemon.process.pid).children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if any("encode.child" in word for word in process.cmdline()):
                found.append(process)
    return found


def _alone(daemon: Daemon) -> None:
    """Wait until no encode worker is there."""
    daemon.wait_for(lambda: not _workers(daemon), 60)


def _rss_mb(daemon: Daemon) -> int:
    found = [0]
    for process in _workers(daemon):
        with contextlib.suppress(psutil.Error):
            found.append(process.memory_info().rss >> 20)
    return max(found)


def _converted(daemon: Daemon) -> None:
    """Keep the workers busy until their models are converted: the first start is not measured."""
    wanted = 2
    until_s = time.monotonic() + CONVERSION_S
    turn = 0
    models = Path(daemon.environment["MUSER_CACHE_DIR"]) / "models"
    while len(list(models.glob("*/model.json"))) < wanted:
        assert time.monotonic() < until_s, daemon.log()[-2000:]
        samples.picture(daemon.pictures / f"converting-{turn}.jpg", 40_000 + turn)
        samples.note(daemon.notes / f"converting-{turn}.md", 40_000 + turn)
        turn += 1
        time.sleep(0.7)
    daemon.sync()


def _write(daemon: Daemon, what: str, name: str, number: int) -> Path:
    if what == "pictures":
        return samples.picture(daemon.pictures / f"{name}.jpg", number, (1600, 1200))
    return samples.note(daemon.notes / f"{name}.md", number)


def latencies(daemon: Daemon, what: str, count: int, *, first: int = 0) -> list[float]:
    """Seconds from each of `count` new files' closing to its event at an open page.

    Args:
        daemon: up, its worker warm.
        what: `pictures` or `notes`.
        count: files, one after another.
        first: number of the first one, for its name and content.
    """
    page, seconds = Page(daemon), []
    with page.events() as events:
        for n in range(first, first + count):
            path = _write(daemon, what, f"live-{n}", 10_000 + n)
            closed = time.monotonic()
            seconds.append(told_s(daemon, events, path) - closed)
            time.sleep(0.3)
    return seconds


def told_s(daemon: Daemon, events: Events, path: Path) -> float:
    """When, on the monotonic clock, an open page hears that a file is on the map.

    By an event of its items, or by that of a new map, which the page then reads anew.
    """
    until_s = time.monotonic() + MOST_WAIT_S
    while True:
        event, data = events.inbox.get(timeout=max(0.01, until_s - time.monotonic()))
        heard_s = time.monotonic()
        if event == "items" and _tells(data, path.name):
            return heard_s
        if event == "refit" and path.name in daemon.items():
            with contextlib.suppress(queue.Empty):  # it came just after that map was written
                events.wait("items", lambda data: _tells(data, path.name), 0.3)
                return time.monotonic()
            return heard_s


def _tells(data: dict[str, object], name: str) -> bool:
    return any(one["name"] == name for one in data.get("added", ()))


def _arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cold", action="store_true")
    parser.add_argument("--sandbox", action="store_true")
    parser.add_argument("--encoder", default="builtin")
    parser.add_argument("--runtime", default="auto")
    parser.add_argument("--items", type=int)
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args(words)
    if given.items is None:
        given.items = COLD_ITEMS if given.cold else ITEMS
    return given


if __name__ == "__main__":
    print(json.dumps(main(_arguments(sys.argv[1:]))))
