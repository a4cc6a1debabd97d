"""What a collection of some size costs: memory, the start, one picture more, a scan of it all.

`python -m bench.scale [ITEMS [DIM]]`. The collection is made, not encoded: its vectors are drawn,
its files are the smallest pictures there are. A real daemon with its real encoder is started over
it and given pictures one by one. Then an engine in this process, with workers that would count
what they read, scans the known tree.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path
from unittest import mock

import numpy as np
import psutil
from msgspec import structs

from bench import _world
from bench.ingest import random_clip
from bench.live import latencies
from muserd.ctl.client import Client
from muserd.encode.catalogue import AUTO_CLIP, AUTO_CLIP_DIM, BUILT_IN, parse_clip
from muserd.encode.weights import sha256_of
from muserd.ground.errors import DaemonDownError
from muserd.ground.paths import Places
from muserd.ground.records import EncoderInfo
from tests.e2e import samples
from tests.e2e.daemon import Daemon
from tests.property.fakes import DIMS
from tests.property.world import QUICK, World, fakes

ITEMS = 100_000
BUILT_IN_DIM = BUILT_IN["image"].dim
ARRIVALS = 20
REST_S = 5.0  # what was used for a moment is given back
SCANS = 3
MOST_SCAN_S, SCANNED = 3.0, 100_000  # the limit, and for how many files
WAIT_S = 3_600.0  # a million items, on a machine that is busy


def main(items: int = ITEMS, dim: int = BUILT_IN_DIM) -> dict[str, object]:
    """Build the collection once; measure the daemon over it, then scans of it."""
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        spec, info = _encoder(base, dim)
        started = time.monotonic()
        _world.build(base, items, files=True, info=info)
        built_s = time.monotonic() - started
        daemon = Daemon(base)
        daemon.configure(
            "worker_idle_s = 3600\n[watch]\nscan_minutes = 1440\n"
            f'[encoders]\ntext = "builtin"\nimage = {json.dumps(spec)}\nruntime = "torch"'
        )
        lived = _daemon(daemon)
        return {
            "items": items,
            "dim": dim,
            "built_s": round(built_s, 1),
            **lived,
            **_scans(base, info),
        }


def _encoder(base: Path, dim: int) -> tuple[str, EncoderInfo]:
    """The encoder whose vectors have `dim` numbers: what the configuration says, its record."""
    if dim == BUILT_IN_DIM:
        return "builtin", BUILT_IN["image"]
    weights = random_clip(AUTO_CLIP.model, base)
    spec = f"clip:{AUTO_CLIP.model}/{weights}"
    return spec, parse_clip(spec).info(sha256_of(weights), dim)


def _daemon(daemon: Daemon) -> dict[str, object]:
    """The second start, since the first one writes the caches, and what follows."""
    try:
        _start(daemon)
        daemon.sync()
        daemon.stop(timeout_s=WAIT_S)
        ready_s = _start(daemon)
        daemon.sync()
        started_mb = _rss_mb(daemon)
        samples.picture(daemon.pictures / "warm.jpg", 1)  # loads the model
        daemon.sync()
        seconds = latencies(daemon, "pictures", ARRIVALS)
        daemon.sync()
        rss_mb, peak_mb = _rss_mb(daemon), _peak_mb(daemon)
        assert daemon.stop(timeout_s=WAIT_S) == 0, daemon.log()[-2_000:]
    finally:
        if daemon.process is not None:
            daemon.kill()
    return {
        "rss_mb": rss_mb,
        "rss_started_mb": started_mb,
        "rss_peak_mb": peak_mb,
        "ready_s": round(ready_s, 2),
        "arrival_p50_s": round(float(np.median(seconds)), 3),
        "arrival_p95_s": round(float(np.quantile(seconds, 0.95)), 3),
    }


def _start(daemon: Daemon) -> float:
    """Seconds from the process's start until its models are loaded and everything works."""
    base = daemon.base
    client = Client(Places(base / "config.toml", base / "state", base / "cache", base / "run"), 60)

    def works() -> bool:
        try:
            return bool(client.get("/status")["state"] != "starting")
        except DaemonDownError:
            return False

    started = time.monotonic()
    daemon.spawn()
    daemon.wait_for(works, WAIT_S)
    return time.monotonic() - started


def _rss_mb(daemon: Daemon) -> int:
    """Of muserd itself at rest, without its workers, in MB."""
    assert daemon.process is not None
    time.sleep(REST_S)
    return round(psutil.Process(daemon.process.pid).memory_info().rss / 1e6)


def _peak_mb(daemon: Daemon) -> int | None:
    """The most that muserd has held since its start, in MB; None where the kernel does not say."""
    assert daemon.process is not None
    try:
        status = Path(f"/proc/{daemon.process.pid}/status").read_text()
    except FileNotFoundError:  # not Linux
        return None
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
    return round(int(line.split()[1]) * 1024 / 1e6)


def _scans(base: Path, info: EncoderInfo) -> dict[str, object]:
    """Scan a tree in which nothing changed; workers are fakes, called as the real ones are."""
    name = info.id.partition("-")[0]
    config = structs.replace(QUICK, resources=structs.replace(QUICK.resources, map_size_gb=64))
    with fakes(), mock.patch.dict(DIMS, {name: info.dim}):
        it = World(base, config, roots=("pictures",)).start()
        try:
            it.sync()
            known, read = len(it.files()), _read(it)
            scans = [_scan(it) for _ in range(SCANS)]
            lost, again = known - len(it.files()), _read(it) - read
        finally:
            it.stop()
    seconds = min(one for one, _ in scans)
    return {
        "known_files": known,
        "scan_s": round(seconds, 2),
        "scan_of_limit": _world.ratio(seconds, MOST_SCAN_S * known / SCANNED),
        "scan_spike_mb": max(spike for _, spike in scans),
        "read_again": again,
        "forgotten": lost,
    }


def _scan(it: World) -> tuple[float, int]:
    """One scan with its plan carried out, not what is done afterwards: seconds, and MB on top."""
    assert it.engine is not None
    (root,) = it.parts.roots
    process, before_ms = psutil.Process(), root.last_scan_at_ms
    rss = most = process.memory_info().rss

    def scanned() -> bool:
        nonlocal most
        most = max(most, process.memory_info().rss)
        return root.last_scan_at_ms != before_ms

    started = time.perf_counter()
    it.answer(it.engine.rescan(None, force=False))
    it.wait_for(scanned, WAIT_S)
    seconds = time.perf_counter() - started
    it.answer(it.engine.rescan(b"/no/such/root", force=False))  # the thread is free again
    return seconds, round((most - rss) / 1e6)


def _read(it: World) -> int:
    return sum(worker.read for worker in it.workers())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.scale", description=__doc__)
    parser.add_argument("items", type=int, nargs="?", default=ITEMS, help="1 or more")
    parser.add_argument(
        "dim",
        type=int,
        nargs="?",
        default=BUILT_IN_DIM,
        choices=(BUILT_IN_DIM, AUTO_CLIP_DIM),
        help="of the built-in encoder, or of a CLIP ViT-B/32 with random weights",
    )
    given = parser.parse_args()
    if given.items < 1:
        parser.error(f"ITEMS is {given.items}; it must be 1 or more")
    return given


if __name__ == "__main__":
    given = _arguments()
    print(json.dumps(main(given.items, given.dim)))
