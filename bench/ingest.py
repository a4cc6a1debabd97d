"""JPEGs end to end, against the encoder's own forward rate at the same batch, in one run.

`ratio` is the daemon's rate over the best that the bare encoder does with all cores: several
batches side by side, or one split over the cores. `core_ms` says what a picture costs on one core,
by process: on N cores no more than N × 1000 ÷ `core_ms` pictures a second can pass, so `ceiling`
is the highest ratio that this machine allows. The built-in encoder is measured, and two CLIP
models of random weights: what they compute is the same, whatever they know. ViT-B/32 is what
`auto` takes; ViT-B/16 does four times the work, so it shows what hides behind a slower encoder.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

from muserd.ctl.client import Client
from tests.e2e import samples
from tests.e2e.daemon import Daemon

FILES = 1_000
ENCODERS = ("builtin", "ViT-B-32", "ViT-B-16")
LEAST = 0.8
FORWARD_S = 6.0
PATIENCE_S = 30.0


def main() -> dict[str, object]:
    """Each encoder, end to end and then alone."""
    results: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as folder:
        pictures = Path(folder) / "pictures"
        for i in range(FILES):
            samples.picture(pictures / f"{i:04}.jpg", i + 10, (1600, 1200))
        for name in ENCODERS:
            spec = name
            if name != "builtin":
                spec = f"clip:{name}/{random_clip(name, Path(folder))}"
            rate, spent = end_to_end(spec, sorted(pictures.iterdir()))
            alone = forward_rates(spec)
            best = max(alone.values())
            cores = os.cpu_count() or 1
            whole = sum(spent.values())
            results[name] = {
                "files": FILES,
                "files_per_s": round(rate, 1),
                "encoder_per_s": {way: round(each, 1) for way, each in alone.items()},
                "ratio": round(rate / best, 3),
                "least": LEAST,
                "core_ms": {which: round(ms, 1) for which, ms in spent.items()},
                "ceiling": round(cores * 1000 / whole / best, 3),
            }
    return results


def end_to_end(spec: str, files: list[Path]) -> tuple[float, dict[str, float]]:
    """Pictures a second through a whole daemon, and ms of a core a picture by process."""
    with tempfile.TemporaryDirectory() as folder:
        daemon = Daemon(Path(folder))
        daemon.configure(
            f"[encoders]\nimage = {json.dumps(spec)}\n[layout]\nrefit_interval_minutes = 10080"
        )
        for i in range(16):  # the model is loaded, the kernels of the first fit are compiled
            samples.picture(daemon.pictures / f"warm{i}.jpg", i + 5_000)
        daemon.start()
        daemon.sync()
        daemon.ctl("pause")
        for path in files:
            os.link(path, daemon.pictures / path.name)
        before, first = processor(daemon), items(daemon)
        daemon.ctl("resume")
        started = time.monotonic()
        after = before
        while items(daemon) < first + len(files):
            after = after | processor(daemon)
            time.sleep(0.2)
        rate = len(files) / (time.monotonic() - started)
        after = after | processor(daemon)
        daemon.stop()
    spent: dict[str, float] = {}
    for (pid, name), seconds in after.items():
        each = 1000 * (seconds - before.get((pid, name), 0.0)) / len(files)
        spent[name] = spent.get(name, 0.0) + each
    return rate, spent


def processor(daemon: Daemon) -> dict[tuple[int, str], float]:
    """Seconds of processor that muserd and its workers have used."""
    assert daemon.process is not None
    whole = psutil.Process(daemon.process.pid)
    found = {}
    for process in (whole, *whole.children(recursive=True)):
        try:
            times, name = process.cpu_times(), process.cmdline()[-1].rpartition(".")[2]
        except psutil.Error:
            continue
        name = "muserd" if process.pid == whole.pid else name
        found[process.pid, name] = times.user + times.system
    return found


def items(daemon: Daemon) -> int:
    """Pictures in the store. Asked here: a `muserctl` each time would take a quarter of a core."""
    socket = daemon.base / "run" / "control.sock"
    return int(Client(socket, PATIENCE_S).get("/status")["spaces"]["image"]["items"])


def random_clip(model: str, folder: Path) -> Path:
    """A CLIP model of the true configuration with random weights."""
    path = folder / f"{model}.safetensors"
    make = (
        "import sys; from muserd.encode.operators import declare_missing_operators as d; d();"
        "import open_clip; from safetensors.torch import save_file;"
        "s = open_clip.create_model(sys.argv[1]).state_dict();"
        "save_file({k: v.contiguous() for k, v in s.items()}, sys.argv[2])"
    )
    subprocess.run([sys.executable, "-c", make, model, str(path)], check=True, capture_output=True)
    return path


def forward_rates(spec: str) -> dict[str, float]:
    """Pictures a second of the bare encoder, in a process with a worker's environment."""
    from muserd.workers.process.child import ChildSettings, environment

    with tempfile.TemporaryDirectory() as cache:
        child = ChildSettings(module="bench.ingest", cache=Path(cache), memory_bytes=1)
        done = subprocess.run(
            [sys.executable, "-m", "bench.ingest", "forward", spec],
            env=environment(child),
            capture_output=True,
            text=True,
            check=True,
        )
    rates: dict[str, float] = json.loads(done.stdout)
    return rates


def forward(spec: str) -> dict[str, float]:
    """The child's part of `forward_rates`."""
    import numpy as np

    from muserd.encode.choice import open_image_encoder
    from muserd.encode.cores import use_cores

    encoder = open_image_encoder(spec, "", "auto", Path(tempfile.gettempdir()))
    side, cores = encoder.recipe.size_px, os.cpu_count() or 1
    shape = (encoder.batch_size, side, side, 3)
    batch = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)

    def lane(done: list[float], each: int) -> None:
        use_cores(each)
        encoder.forward(batch)
        started, count = time.monotonic(), 0
        while time.monotonic() - started < FORWARD_S:
            encoder.forward(batch)
            count += len(batch)
        done.append(count / (time.monotonic() - started))

    rates = {}
    for way, lanes in (("side_by_side", cores), ("split", 1)):
        done: list[float] = []
        threads = [threading.Thread(target=lane, args=(done, cores // lanes)) for _ in range(lanes)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        rates[way] = sum(done)
    return rates


if __name__ == "__main__":
    print(json.dumps(forward(sys.argv[2]) if sys.argv[1:2] == ["forward"] else main()))
