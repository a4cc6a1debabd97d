"""What muserd costs while nothing happens, with 10,000 items: CPU, memory, workers left."""

import json
import sys
import tempfile
import time
from pathlib import Path

import psutil

from bench import _world
from tests.e2e.daemon import Daemon

ITEMS = 10_000
WATCHED_S = 60.0
MOST_CPU, MOST_RSS = 0.005, 150e6


def main(count: int = ITEMS) -> dict[str, object]:
    """Start over a prepared world, let everything come to rest, then look for a minute."""
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        _world.build(base, count, files=True)
        daemon = Daemon(base)
        daemon.configure("worker_idle_s = 5")
        daemon.start()
        daemon.sync()
        process = psutil.Process(daemon.process.pid)
        daemon.wait_for(lambda: not process.children(), 120)
        time.sleep(5)
        before, started = process.cpu_times(), time.monotonic()
        time.sleep(WATCHED_S)
        after, seconds = process.cpu_times(), time.monotonic() - started
        cpu = (after.user + after.system - before.user - before.system) / seconds
        memory = process.memory_full_info()
        workers = len(process.children())
        daemon.stop()
    return {
        "items": count,
        "cpu_of_a_core": round(cpu, 5),
        "rss_mb": round(memory.rss / 1e6, 1),
        "uss_mb": round(memory.uss / 1e6, 1),
        "workers_alive": workers,
        "cpu_of_limit": _world.ratio(cpu, MOST_CPU),
        "rss_of_limit": _world.ratio(memory.rss, MOST_RSS),
    }


if __name__ == "__main__":
    print(json.dumps(main(*(int(argument) for argument in sys.argv[1:2]))))
