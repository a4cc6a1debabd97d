"""Large folders: a scan of 100,000 known files, and creations that all reach the store.

Workers are fakes: what is measured is watching, planning and committing, not encoding.
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path

import psutil

from bench import _world
from muserd.store import schema
from tests.property.world import QUICK, World, fakes

KNOWN = CREATED = 100_000
CONTENTS = 200  # different ones among the creations: what it costs to place an item is measured
MOST_SCAN_S = 3.0  # elsewhere, by bench/publish.py
FILES_A_FOLDER = 500
WAIT_S = 3_600.0


def main(known: int = KNOWN, created: int = CREATED) -> dict[str, object]:
    """Scan a known tree three times, then create files before a running engine."""
    with fakes():
        return {**_scans(known), **_creations(created)}


def _scans(count: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        _world.build(base, count, files=True)
        it = World(base, QUICK, roots=("pictures",)).start()
        try:
            it.sync()
            read = _read(it)
            seconds = []
            for _ in range(3):
                started = time.perf_counter()
                _scan(it)
                seconds.append(time.perf_counter() - started)
            rss = psutil.Process().memory_info().rss
            lost = count - len(it.files())
            again = _read(it) - read
        finally:
            it.stop()
    return {
        "known_files": count,
        "scan_s": round(min(seconds), 2),
        "scan_of_limit": _world.ratio(min(seconds), MOST_SCAN_S * count / KNOWN),
        "read_again": again,
        "forgotten": lost,
        "rss_mb": round(rss / 1e6),
    }


def _scan(it: World) -> None:
    """One scan with its plan carried out; not what is done afterwards."""
    assert it.engine is not None
    (root,) = it.parts.roots
    before = root.last_scan_at_ms
    it.answer(it.engine.rescan(None, force=False))
    it.wait_for(lambda: root.last_scan_at_ms != before, WAIT_S)
    it.answer(it.engine.rescan(b"/no/such/root", force=False))  # the thread is free again


def _creations(count: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        it = World(Path(folder), QUICK).start()
        try:
            it.sync()
            started = time.perf_counter()
            for number in range(count):
                inner = it.root / str(number // FILES_A_FOLDER)
                if not number % FILES_A_FOLDER:
                    inner.mkdir()
                handle = os.open(inner / f"{number}.md", os.O_CREAT | os.O_WRONLY)
                os.write(handle, b"note %d" % (number % CONTENTS))
                os.close(handle)
            written = time.perf_counter() - started
            it.wait_for(lambda: _files(it) == count and not it.parts.memory.busy, WAIT_S)
            seconds = time.perf_counter() - started
            assert it.engine is not None
            overflows = it.engine.status().roots[0].overflows
            problems = it.verify()
            lost = len(set(it.tree()) - set(it.files()))
        finally:
            it.stop()
    return {
        "created_files": count,
        "written_s": round(written, 2),
        "in_store_s": round(seconds, 2),
        "overflows": overflows,
        "lost": lost,
        "problems": len(problems),
    }


def _files(it: World) -> int:
    with it.parts.store.read() as reader:
        return reader.count(schema.FILES)


def _read(it: World) -> int:
    return sum(worker.read for worker in it.workers())


if __name__ == "__main__":
    print(json.dumps(main(*(int(argument) for argument in sys.argv[1:3]))))
