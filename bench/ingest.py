"""JPEGs end to end, against the encoder's own forward rate at the same batch, in one run.

`ratio` is the daemon's rate over the best that the bare encoder does with all cores: several
batches side by side, or one split over the cores. `core_ms` says what a picture costs on one core,
by process: on N cores no more than N × 1000 ÷ `core_ms` pictures a second can pass, so `ceiling`
is the highest ratio that this machine allows. The built-in encoder is measured, and two CLIP
models of random weights: what they compute is the same, whatever they know. ViT-B/32 is what
`auto` takes; ViT-B/16 does four times the work, so it shows what hides behind a slower encoder.

Each is measured on torch and compiled, on the same machine in the same run: `times` is the ratio.
`stages_ms` says what reading costs in one process with nothing beside it, stage by stage.
`python -m bench.ingest [FILES [ENCODER …]]`.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from muserd.ctl.client import Client
from muserd.ground.paths import Places
from tests.e2e import samples
from tests.e2e.daemon import Daemon

FILES = 1_000
STAGED = 100  # pictures
RUNTIMES = ("torch", "openvino")
ENCODERS = ("builtin", "ViT-B-32", "ViT-B-16")
LEAST = 0.8
FORWARD_S = 6.0
PATIENCE_S = 30.0


def main(count: int = FILES, encoders: Sequence[str] = ENCODERS) -> dict[str, object]:
    """Each encoder on each runtime, end to end and then alone."""
    results: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as folder:
        pictures = Path(folder) / "pictures"
        for i in range(count):
            samples.picture(pictures / f"{i:04}.jpg", i + 10, (1600, 1200))
        files = sorted(pictures.iterdir())
        results["stages_ms"] = stages(files[:STAGED])
        for name in encoders:
            spec = name
            if name != "builtin":
                spec = f"clip:{name}/{random_clip(name, Path(folder))}"
            found = {runtime: measured(spec, files, runtime) for runtime in RUNTIMES}
            rates = [float(str(found[runtime]["files_per_s"])) for runtime in RUNTIMES]
            results[name] = {**found, "times": round(rates[1] / rates[0], 2)}
    return results


def measured(spec: str, files: list[Path], runtime: str) -> dict[str, object]:
    """One encoder on one runtime."""
    rate, spent = end_to_end(spec, files, runtime)
    alone = forward_rates(spec, runtime)
    best = max(alone.values())
    cores = os.cpu_count() or 1
    return {
        "files": len(files),
        "files_per_s": round(rate, 1),
        "encoder_per_s": {way: round(each, 1) for way, each in alone.items()},
        "ratio": round(rate / best, 3),
        "least": LEAST,
        "core_ms": {which: round(ms, 1) for which, ms in spent.items()},
        "ceiling": round(cores * 1000 / sum(spent.values()) / best, 3),
    }


def stages(files: list[Path]) -> dict[str, float]:
    """Milliseconds of a core a picture, by what is done; each includes nothing of the others."""
    from muserd.encode.catalogue import shorter_px
    from muserd.encode.efficientnet import RECIPE
    from muserd.extract.content import read_content
    from muserd.extract.limits import Limits
    from muserd.extract.looks import looks_of
    from muserd.extract.picture import read_picture
    from muserd.extract.thumbs import make_thumbs

    limits, px = Limits(), shorter_px("builtin")
    read_picture(read_content(os.fsencode(files[0]), limits.image_max_bytes), limits, px)
    what = ("read and hash", "decode and metadata", "thumbnails", "looks", "square")
    spent = dict.fromkeys(what, 0.0)
    for path in files:
        marks = [time.process_time()]
        content = read_content(os.fsencode(path), limits.image_max_bytes)
        marks.append(time.process_time())
        picture = read_picture(content, limits, px)
        marks.append(time.process_time())
        make_thumbs(picture.image)
        marks.append(time.process_time())
        looks_of(picture.image)
        marks.append(time.process_time())
        RECIPE.prepare(picture.image)
        marks.append(time.process_time())
        for name, start, end in zip(spent, marks, marks[1:], strict=False):
            spent[name] += 1000 * (end - start) / len(files)
    spent["decode and metadata"] -= spent["thumbnails"]  # reading makes them, too
    return {name: round(ms, 2) for name, ms in spent.items()}


def end_to_end(spec: str, files: list[Path], runtime: str) -> tuple[float, dict[str, float]]:
    """Pictures a second through a whole daemon, and ms of a core a picture by process."""
    with tempfile.TemporaryDirectory() as folder:
        daemon = Daemon(Path(folder))
        daemon.configure(
            f"[encoders]\nimage = {json.dumps(spec)}\nruntime = {json.dumps(runtime)}\n"
            "[layout]\nrefit_interval_minutes = 10080"
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
    base = daemon.base
    where = Places(base / "config.toml", base / "state", base / "cache", base / "run")
    return int(Client(where, PATIENCE_S).get("/status")["spaces"]["image"]["items"])


def random_clip(model: str, folder: Path) -> Path:
    """A CLIP model of the true configuration with random weights; made once a folder."""
    path = folder / f"{model}.safetensors"
    if path.is_file():
        return path
    make = (
        "import sys; from muserd.encode.operators import declare_missing_operators as d; d();"
        "import open_clip, torch; torch.manual_seed(0); from safetensors.torch import save_file;"
        "s = open_clip.create_model(sys.argv[1]).state_dict();"
        "save_file({k: v.contiguous() for k, v in s.items()}, sys.argv[2])"
    )
    subprocess.run([sys.executable, "-c", make, model, str(path)], check=True, capture_output=True)
    return path


def forward_rates(spec: str, runtime: str) -> dict[str, float]:
    """Pictures a second of the bare encoder, in a process with a worker's environment."""
    from muserd.workers.process.child import ChildSettings, environment

    with tempfile.TemporaryDirectory() as cache:
        child = ChildSettings(module="bench.ingest", cache=Path(cache), memory_bytes=1)
        done = subprocess.run(
            [sys.executable, "-m", "bench.ingest", "forward", spec, runtime, cache],
            env=environment(child),
            capture_output=True,
            text=True,
            check=True,
        )
    rates: dict[str, float] = json.loads(done.stdout)
    return rates


def forward(spec: str, runtime: str, cache: Path) -> dict[str, float]:
    """The child's part of `forward_rates`."""
    import numpy as np

    from muserd.encode.choice import open_image_encoder

    wanted = "openvino" if runtime == "openvino" else "torch"
    encoder = open_image_encoder(spec, "", "auto", cache, runtime=wanted)
    side, cores = encoder.recipe.size_px, os.cpu_count() or 1
    shape = (encoder.batch_size, side, side, 3)
    batch = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)

    def lane(done: list[float], each: int) -> None:
        encoder.network.use_cores(each)
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
    if sys.argv[1:2] == ["forward"]:
        print(json.dumps(forward(sys.argv[2], sys.argv[3], Path(sys.argv[4]))))
    else:
        print(json.dumps(main(int((*sys.argv[1:], FILES)[0]), sys.argv[2:] or ENCODERS)))
