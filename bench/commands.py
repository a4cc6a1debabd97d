"""What a call of muserctl costs, with a daemon that has little to tell: wall time, median."""

import json
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
            times = {words: _median_ms(daemon, words.split()) for words in COMMANDS}
        finally:
            daemon.stop()
        times["status, daemon down"] = _median_ms(daemon, ["status"])
    bare = [_wall_ms([sys.executable, "-c", "pass"], None) for _ in range(ROUNDS)]
    return {
        "bare_interpreter_ms": round(statistics.median(bare), 1),
        "commands_ms": {words: round(ms, 1) for words, ms in times.items()},
        "of_limit": _world.ratio(max(times.values()), MOST_MS),
    }


def _median_ms(daemon: Daemon, words: list[str]) -> float:
    command = [sys.executable, "-m", "muserd.ctl", *words]
    return statistics.median(_wall_ms(command, daemon.environment) for _ in range(ROUNDS))


def _wall_ms(command: list[str], environment: dict[str, str] | None) -> float:
    began = time.perf_counter()
    subprocess.run(command, env=environment, capture_output=True, check=False)
    return 1000 * (time.perf_counter() - began)


if __name__ == "__main__":
    print(json.dumps(main()))
