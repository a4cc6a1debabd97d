"""The first import by processes of this machine and by Ray: the same shards, in what time.

    python -m bench.import_files [PICTURES] [--workers N] [--folder DIR [--draw]]

The pictures are made, from a seed; in DIR they and the converted model are kept for the next time,
and `--draw` makes nothing else. What is measured is the whole command, with the start of its
processes; the model was converted before.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

PICTURES = 5_000
WORKERS = 2
MOST_RATIO = 1.3  # Ray to local
_WIDTH, _HEIGHT = 800, 600
_FOLDER_OF = 500
_WARM = 8  # pictures of the import that is not measured


def main(
    pictures: int = PICTURES, workers: int = WORKERS, folder: Path | None = None
) -> dict[str, Any]:
    """Seconds of both engines, their ratio, and whether the shards are equal."""
    with tempfile.TemporaryDirectory() as temporary:
        base = folder or Path(temporary)
        prepare(base, pictures)
        for target in ("local", "ray"):
            shutil.rmtree(base / target, ignore_errors=True)
        local = _import(base, "pictures", "local", "local", workers)
        ray = _import(base, "pictures", "ray", "ray", workers)
        equal = _sums(base / "local") == _sums(base / "ray")
        size_bytes = sum(one.stat().st_size for one in (base / "local").glob("image-*"))
    ratio = ray["seconds"] / local["seconds"]
    return {
        "pictures": pictures,
        "workers": workers,
        "shards": local["shards"],
        "local_s": local["seconds"],
        "ray_s": ray["seconds"],
        "local_per_s": round(pictures / local["seconds"], 1),
        "ray_per_s": round(pictures / ray["seconds"], 1),
        "ratio": round(ratio, 3),
        "most_ratio": MOST_RATIO,
        "equal": equal,
        "bytes_per_item": round(size_bytes / pictures),
        "failed": local["failed"] + ray["failed"],
        "ok": equal and ratio <= MOST_RATIO,
    }


def prepare(base: Path, pictures: int) -> None:
    """Draw the pictures, and have the model converted."""
    if len(list((base / "pictures").glob("*/*.jpg"))) != pictures:
        shutil.rmtree(base / "pictures", ignore_errors=True)
        _draw(base / "pictures", pictures)
        time.sleep(2.5)  # nothing is young any more: an import waits for that
    if not (base / "cache").exists():
        _draw(base / "few", _WARM)
        _import(base, "few", "warm", "local", 1)


def _import(base: Path, source: str, target: str, engine: str, workers: int) -> dict[str, Any]:
    """Run the command; what it says, with the seconds that it took as a whole."""
    command = [sys.executable, "-m", "muserd.ctl", "import", str(base / source)]
    command += ["--to", str(base / target), "--engine", engine, "--workers", str(workers)]
    folders = {
        "MUSER_CONFIG": str(base / "config.toml"),
        "MUSER_STATE_DIR": str(base / "state"),
        "MUSER_CACHE_DIR": str(base / "cache"),
    }
    started_s = time.monotonic()
    done = subprocess.run(
        [*command, "--json"],
        env={**os.environ, **folders},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.stdout)
    return {**json.loads(done.stdout), "seconds": round(time.monotonic() - started_s, 1)}


def _draw(folder: Path, count: int) -> None:
    with ProcessPoolExecutor() as pool:
        list(pool.map(partial(_picture, folder), range(count), chunksize=64))


def _picture(folder: Path, number: int) -> None:
    """A photograph of nothing: soft shapes with grain, as large as a small one."""
    rng = np.random.default_rng(number)
    shapes = Image.fromarray(rng.integers(0, 256, (6, 8, 3), np.uint8))
    soft = np.asarray(shapes.resize((_WIDTH, _HEIGHT), Image.Resampling.BICUBIC), np.int16)
    grain = rng.integers(-12, 13, (_HEIGHT, _WIDTH, 1), np.int16)
    picture = Image.fromarray(np.clip(soft + grain, 0, 255).astype(np.uint8))
    path = folder / f"{number // _FOLDER_OF:04d}" / f"{number:06d}.jpg"
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, quality=88)


def _sums(folder: Path) -> dict[str, str]:
    shards = sorted(folder.glob("image-*.parquet"))
    return {one.name: hashlib.sha256(one.read_bytes()).hexdigest() for one in shards}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pictures", type=int, nargs="?", default=PICTURES)
    parser.add_argument("--workers", type=int, default=WORKERS)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--draw", action="store_true")
    asked = parser.parse_args()
    if asked.draw:
        prepare(asked.folder, asked.pictures)
    else:
        print(json.dumps(main(asked.pictures, asked.workers, asked.folder), indent=2))
