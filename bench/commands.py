"""What a call of muserctl costs, with a daemon that has little to tell: wall time, median."""

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import _world
from tests.e2e.daemon import Daemon

ROUNDS = 11
MOST_MS = 150.0
COMMANDS = (
    "status",
    "health",
    "items",
    "regions",
    "failed",
    "roots",
    "fits",
    "encoder",
    "open --print",
    "pause",
    "resume",
    "sync",
    "rescan",
    "version",
    "config show",
)


def main() -> dict[str, object]:
    """Time every command that only talks to the daemon, beside an interpreter that does nothing."""
    with tempfile.TemporaryDirectory() as folder:
        daemon = Daemon(Path(folder)).start()
        try:
            costs = {words: _cost(daemon, words.split()) for words in COMMANDS}
        finally:
            daemon.stop()
        costs["status, daemon down"] = _cost(daemon, ["status"])
    bare = _median([sys.executable, "-c", "pass"], None)
    return {
        "bare_interpreter": bare,
        "commands": costs,
        "of_limit": _world.ratio(max(one["wall_ms"] for one in costs.values()), MOST_MS),
    }


def _cost(daemon: Daemon, words: list[str]) -> dict[str, float]:
    return _median([sys.executable, "-m", "muserd.ctl", *words], daemon.environment)


def _median(command: list[str], environment: dict[str, str] | None) -> dict[str, float]:
    """Wall time, and the processor time that does not depend on who else is at work."""
    walls, processors = [], []
    for _ in range(ROUNDS):
        before, began = _processor_s(), time.perf_counter()
        subprocess.run(command, env=environment, capture_output=True, check=False)
        walls.append(time.perf_counter() - began)
        processors.append(_processor_s() - before)
    return {
        "wall_ms": round(1000 * statistics.median(walls), 1),
        "processor_ms": round(1000 * statistics.median(processors), 1),
    }


def _processor_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    print(json.dumps(main()))
