"""Pictures through the encode worker, against the encoder alone: does the rest hide behind it?

`ratio` is the rate of the worker, from its tenth part on, over the forward rate of the same
encoder at the same batch size, both with the worker's own environment; the median of alternating
rounds. What a whole daemon makes of it is `ingest`.
"""

import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np

PICTURES = int(os.environ.get("BENCH_PICTURES", "1000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
FORWARD_S = 4.0


def make_pictures(folder: Path) -> list[bytes]:
    """JPEGs of 400 × 300 pixels with some grain, about 35 kB each, all different."""
    from PIL import Image

    random = np.random.default_rng(11)
    grain = random.normal(0, 8, (600, 800, 3))
    paths = []
    for n in range(PICTURES):
        soft = Image.fromarray(random.integers(0, 256, (12, 16, 3), dtype=np.uint8))
        soft = soft.resize((400, 300), Image.Resampling.BICUBIC)
        y, x = random.integers(0, 300), random.integers(0, 400)
        pixels = np.asarray(soft) + grain[y : y + 300, x : x + 400]
        data = io.BytesIO()
        Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(data, "JPEG", quality=88)
        path = folder / f"{n}.jpg"
        path.write_bytes(data.getvalue())
        paths.append(os.fsencode(path))
    return paths


def forward_rate() -> float:
    """Pictures a second of the encoder alone. Run in a process of its own."""
    from muserd.encode.choice import open_image_encoder

    encoder = open_image_encoder("builtin", "", "auto", Path(tempfile.gettempdir()))
    side = encoder.recipe.size_px
    shape = (encoder.batch_size, side, side, 3)
    batch = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)
    encoder.forward(batch)
    started, done = time.monotonic(), 0
    while time.monotonic() - started < FORWARD_S:
        encoder.forward(batch)
        done += len(batch)
    return done / (time.monotonic() - started)


def worker_rate(paths: list[bytes], folder: Path) -> tuple[float, float]:
    """Pictures a second once it runs; and seconds from submit to the first outcome."""
    from muserd.extract.limits import Limits
    from muserd.ground.clock import SystemClock
    from muserd.workers.encoder import EncodeSettings, EncodeWorker, FileTask
    from muserd.workers.outcomes import Encoded, Outcome

    times: list[float] = []
    bad: list[Outcome] = []
    done = threading.Event()

    def on_outcome(_: str, outcome: Outcome) -> None:
        times.append(time.monotonic())
        if not isinstance(outcome, Encoded):
            bad.append(outcome)
        if len(times) == len(paths):
            done.set()

    settings = EncodeSettings(
        space="image",
        spec="builtin",
        keep="",
        device="auto",
        cache=folder,
        memory_bytes=6 << 30,
        threads=0,
        nice=0,
        idle_s=60.0,
        file_deadline_s=60.0,
        limits=Limits(),
    )
    worker = EncodeWorker(
        settings,
        known=lambda _: [],
        on_outcome=on_outcome,
        on_state=lambda _: None,
        clock=SystemClock(),
    )
    started = time.monotonic()
    worker.submit([FileTask(path, "image") for path in paths])
    done.wait(600)
    worker.stop(10)
    if bad or not done.is_set():
        raise SystemExit(f"not encoded: {bad[:3]}")
    tenth = len(times) // 10
    return (len(times) - tenth) / (times[-1] - times[tenth - 1]), times[0] - started


def main() -> None:
    """Print the figures as JSON."""
    from muserd.workers.process import ChildSettings, environment

    rounds = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = make_pictures(folder)
        child = ChildSettings(module="bench.ingest_parts", cache=folder, memory_bytes=1)
        for _ in range(ROUNDS):
            alone = subprocess.run(
                [sys.executable, "-m", "bench.ingest_parts", "forward"],
                env=environment(child),
                capture_output=True,
                text=True,
                check=True,
            )
            rate, first_s = worker_rate(paths, folder)
            rounds.append((float(alone.stdout), rate, first_s))
    forward, worker, first = zip(*rounds, strict=True)
    figures = {
        "pictures": PICTURES,
        "forward_per_s": statistics.median(forward),
        "worker_per_s": statistics.median(worker),
        "ratio": statistics.median(b / a for a, b, _ in rounds),
        "ratio_required": 0.8,
        "first_outcome_s": statistics.median(first),
    }
    print(json.dumps({key: round(value, 3) for key, value in figures.items()}))


if __name__ == "__main__":
    if sys.argv[1:] == ["forward"]:
        print(forward_rate())
    else:
        main()
