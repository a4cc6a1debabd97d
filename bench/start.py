"""Process start to the last map served, with 100,000 items in the store."""

import json
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from bench import _world
from tests.e2e.daemon import Daemon

ITEMS = 100_000
ROUNDS = 3
MOST_S = 1.5


def main(count: int = ITEMS) -> dict[str, object]:
    """Build the world, publish it once, then start again and again."""
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        _world.build(base, count, files=True)
        daemon = Daemon(base)
        daemon.configure("[watch]\nscan_minutes = 1440", roots=True)
        port = _fixed_port(daemon)
        daemon.start()
        token = (base / "state" / "token").read_text().strip()
        daemon.wait_for(lambda: _served(port, token) >= count, 300)
        daemon.stop()
        served, loaded = [], []
        for _ in range(ROUNDS):
            started = time.monotonic()
            daemon.spawn()
            while _served(port, token) < count:
                time.sleep(0.005)
            served.append(time.monotonic() - started)
            daemon.wait_for(lambda: daemon.ctl("status").returncode == 0, 120)  # 4: starting
            loaded.append(time.monotonic() - started)
            daemon.stop(timeout_s=60)
    best = sorted(served)[len(served) // 2]
    return {
        "items": count,
        "manifest_served_s": round(best, 3),
        "models_loaded_s": round(sorted(loaded)[len(loaded) // 2], 2),
        "of_limit": _world.ratio(best, MOST_S),
    }


def _fixed_port(daemon: Daemon) -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = daemon.base / "config.toml"
    config.write_text(config.read_text().replace("port = 0", f"port = {port}"))
    return port


def _served(port: int, token: str) -> int:
    """The number of pictures that the served manifest names; −1 without one."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    try:
        opener.open(f"http://127.0.0.1:{port}/login?token={token}", timeout=5).read()
        manifest = json.load(opener.open(f"http://127.0.0.1:{port}/manifest.json", timeout=5))
    except (OSError, urllib.error.URLError, ValueError):
        return -1
    return int(manifest["spaces"]["image"]["count"] or -1)


if __name__ == "__main__":
    print(json.dumps(main(*(int(argument) for argument in sys.argv[1:2]))))
