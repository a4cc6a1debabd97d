"""1,000 JPEGs end to end, against the encoder's own forward rate at the same batch, in one run."""

import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from tests.e2e import samples
from tests.e2e.daemon import Daemon

FILES = 1_000
LEAST = 0.8


def main(count: int = FILES) -> dict[str, object]:
    """Index the folder by the daemon, then run the bare encoder over prepared batches."""
    with tempfile.TemporaryDirectory() as folder:
        daemon = Daemon(Path(folder))
        samples.picture(daemon.pictures / "warm.jpg", 1)
        daemon.configure("[layout]\nrefit_interval_minutes = 10080")
        daemon.start()
        daemon.sync()
        daemon.ctl("pause")
        for i in range(count):
            samples.picture(daemon.pictures / f"{i:04}.jpg", i + 10, (1600, 1200))
        daemon.ctl("resume")
        started, first = time.monotonic(), _items(daemon)
        while _items(daemon) < first + count:
            time.sleep(0.1)
        rate = count / (time.monotonic() - started)
        daemon.stop()
    forward = _forward_rate()
    return {
        "files": count,
        "files_per_s": round(rate, 1),
        "encoder_per_s": round(forward, 1),
        "ratio": round(rate / forward, 3),
        "least": LEAST,
    }


def _items(daemon: Daemon) -> int:
    return int(daemon.json("status")["spaces"]["image"]["items"])


def _forward_rate(seconds: float = 8.0) -> float:
    from muserd.encode.choice import open_image_encoder

    with tempfile.TemporaryDirectory() as cache:
        encoder = open_image_encoder("builtin", "", "cpu", Path(cache), lambda *_: None)
    batch = encoder.batch_size
    rng = np.random.default_rng(0)
    from PIL import Image

    pictures = [
        Image.fromarray(rng.integers(0, 256, (480, 640, 3), dtype=np.uint8)) for _ in range(batch)
    ]
    prepared = np.stack([encoder.prepare(picture) for picture in pictures])
    encoder.forward(prepared)
    done, started = 0, time.monotonic()
    while time.monotonic() - started < seconds:
        encoder.forward(prepared)
        done += batch
    return done / (time.monotonic() - started)


if __name__ == "__main__":
    print(json.dumps(main(*(int(argument) for argument in sys.argv[1:2]))))
