"""Duplicates: how sure "same shot" is on a made set, and what it costs in a large collection.

    python -m bench.duplicates [--items N] [--seed N]

The set: pieces of the photographs that scikit-learn carries and drawn scenes, each with versions
that are the same shot (another format and quality, half the size, 5 % cropped, brighter, a burst
one second later) and others that are not (mirrored, the next page of one chat). A real engine with
the built-in encoder takes it in. Then a collection of 100,000 pictures with 5,000 pairs is made in
the store, and its first list is timed, and what one arrival costs.
"""

import argparse
import io
import itertools
import json
import logging
import random
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from bench import _world
from muserd.engine.engine import Engine
from muserd.engine.hands.duplicates import Duplicates
from muserd.engine.maps.model import SpaceModel
from muserd.ground.clock import SystemClock
from muserd.ground.config import Config, Encoders, Root
from muserd.ground.paths import Places
from muserd.store.environment import Store

LEAST_PRECISION, LEAST_RECALL = 0.99, 0.9
MOST_FIRST_S, MOST_ARRIVAL_MS = 5.0, 5.0
SCENES, CHATS, PAGES = 60, 8, 6
ITEMS, PAIRS = 100_000, 5_000
ARRIVALS = 20
SIZE = (640, 480)
SAME = ("original", "webp", "half", "cropped", "brighter", "later")


def main() -> None:
    """Measure, and print JSON."""
    asked = argparse.ArgumentParser(prog="bench.duplicates", description=__doc__)
    asked.add_argument("--items", type=int, default=ITEMS, help="of the large collection; 0: none")
    asked.add_argument("--seed", type=int, default=1)
    given = asked.parse_args()
    logging.disable(logging.WARNING)
    result: dict[str, Any] = quality(given.seed)
    if given.items:
        result["large"] = large(given.items)
    print(json.dumps(result, indent=2))


def quality(seed: int) -> dict[str, Any]:
    """Precision and recall over pairs of pictures."""
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        _write_set(base / "pictures", random.Random(seed))
        places = Places(base / "config.toml", base / "state", base / "cache", base / "run")
        config = Config(
            roots=(Root(path=str(base / "pictures")),), encoders=Encoders(image="builtin")
        )
        engine = Engine.open(config, places, SystemClock(), lambda: None)
        engine.start()
        try:
            job = engine.sync()
            while not job.wait(1.0):
                pass
            groups = [
                [Path(item.paths[0]).stem for item in group.items]
                for group in engine.hands.duplicates.groups(("same-shot",))
            ]
            names = [path.stem for path in (base / "pictures").iterdir()]
        finally:
            engine.stop(20)
    return _judged(names, groups)


def large(items: int) -> dict[str, Any]:
    """The first list of a large collection, and the next one after each of some arrivals."""
    pairs = min(PAIRS, items // 4)
    rng = np.random.default_rng(3)
    hashes = rng.integers(0, 256, (items, 16), dtype=np.uint8)
    hashes[1 : 2 * pairs : 2] = hashes[0 : 2 * pairs : 2]
    hashes[1 : 2 * pairs : 2, 0] ^= 5  # two bits
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        _world.build(base, items, files=False, facts=lambda n: {"dhash": hashes[n].tobytes().hex()})
        store = Store(base / "state/store", map_size_bytes=64 * 2**30)
        _join(store, pairs)
        models = {space: SpaceModel(space, base / "cache") for space in ("image", "text")}
        with store.read() as reader:
            models["image"].load(reader)
        duplicates = Duplicates(store, models)
        began = time.perf_counter()
        found = sum(1 for _ in duplicates.groups(("same-shot",)))
        first_s = time.perf_counter() - began
        arrivals = []
        for slot in range(ARRIVALS):
            began = time.perf_counter()
            duplicates.note("image", [slot])
            duplicates.refresh("same-shot")
            arrivals.append((time.perf_counter() - began) * 1000)
        began = time.perf_counter()
        again = sum(1 for _ in duplicates.groups(("same-shot",)))
        again_s = time.perf_counter() - began
        store.close()
    return {
        "items": items,
        "pairs": pairs,
        "found": found,
        "found_again": again,
        "first_list_s": round(first_s, 2),
        "most_first_list_s": MOST_FIRST_S,
        "arrival_ms": round(statistics.median(arrivals), 2),
        "most_arrival_ms": MOST_ARRIVAL_MS,
        "next_list_s": round(again_s, 2),
    }


def _join(store: Store, pairs: int) -> None:
    """Make the items of each pair the nearest of one another."""
    with store.write() as writer:
        for one in range(0, 2 * pairs, 2):
            for slot, other in ((one, one + 1), (one + 1, one)):
                near, cosines = writer.neighbours("image", slot) or (None, None)
                near, cosines = near.copy(), cosines.copy()
                near[0], cosines[0] = other, 0.99
                writer.put_neighbours("image", slot, near, cosines)


def _judged(names: list[str], groups: list[list[str]]) -> dict[str, Any]:
    """Names are `BASE.VERSION`; those of one base and a version of `SAME` belong together."""

    def same(one: str, other: str) -> bool:
        (a, x), (b, y) = (name.rsplit("_", 1) for name in (one, other))
        return a == b and x in SAME and y in SAME

    wanted = {pair for pair in itertools.combinations(sorted(names), 2) if same(*pair)}
    found = {pair for group in groups for pair in itertools.combinations(sorted(group), 2)}
    wrong = sorted(found - wanted)
    missed: dict[str, int] = {}
    for one, other in wanted - found:
        for version in {one.rsplit("_", 1)[1], other.rsplit("_", 1)[1]} - {"original"}:
            missed[version] = missed.get(version, 0) + 1
    return {
        "pictures": len(names),
        "pairs": len(wanted),
        "precision": round(len(found & wanted) / max(len(found), 1), 4),
        "least_precision": LEAST_PRECISION,
        "recall": round(len(found & wanted) / len(wanted), 4),
        "least_recall": LEAST_RECALL,
        "missed_by_version": missed,
        "wrong": [" = ".join(pair) for pair in wrong[:10]],
    }


# the set


def _write_set(folder: Path, rng: random.Random) -> None:
    folder.mkdir()
    bases = _photographs() + [_scene(rng) for _ in range(SCENES)]
    for number, picture in enumerate(bases):
        taken_s = 1_600_000_000 + 3_600 * number
        for version, (image, suffix, options) in _versions(picture, rng).items():
            exif = Image.Exif()
            seconds = taken_s + (version == "later")
            stamp = time.strftime("%Y:%m:%d %H:%M:%S", time.gmtime(seconds))
            exif.get_ifd(0x8769)[0x9003] = stamp
            image.save(folder / f"{number:03}_{version}.{suffix}", exif=exif, **options)
    for chat in range(CHATS):
        ground = rng.choice(["#ece5dd", "#ffffff", "#0b141a"])
        for page in range(PAGES):
            _chat(rng, ground).save(folder / f"chat{chat}_page{page}.png")


def _versions(picture: Image.Image, rng: random.Random) -> dict[str, tuple[Image.Image, str, Any]]:
    width, height = picture.size
    left, top = round(width * 0.025), round(height * 0.025)
    shifted = picture.transform(
        picture.size,
        Image.Transform.AFFINE,
        (1, 0, rng.uniform(2, 6), 0, 1, rng.uniform(2, 6)),
        Image.Resampling.BICUBIC,
    )
    noise = np.asarray(shifted, np.int16) + np.random.default_rng(rng.randrange(2**32)).normal(
        0, 4, (height, width, 3)
    ).astype(np.int16)
    return {
        "original": (picture, "jpg", {"quality": 92}),
        "webp": (picture, "webp", {"quality": 50}),
        "half": (picture.resize((width // 2, height // 2), Image.Resampling.LANCZOS), "jpg", {}),
        "cropped": (picture.crop((left, top, width - left, height - top)), "jpg", {"quality": 85}),
        "brighter": (ImageEnhance.Brightness(picture).enhance(1.25), "jpg", {"quality": 85}),
        "later": (Image.fromarray(noise.clip(0, 255).astype(np.uint8)), "jpg", {"quality": 92}),
        "mirrored": (ImageOps.mirror(picture), "jpg", {"quality": 92}),
    }


def _photographs() -> list[Image.Image]:
    """Twelve pieces, none of which shares a pixel with another."""
    from sklearn.datasets import load_sample_images

    pieces = []
    for pixels in load_sample_images().images:
        image = Image.fromarray(pixels)
        width, height = image.width // 3, image.height // 2
        for column, row in itertools.product(range(3), range(2)):
            box = (column * width, row * height, (column + 1) * width, (row + 1) * height)
            pieces.append(image.crop(box).resize(SIZE, Image.Resampling.LANCZOS))
    return pieces


def _scene(rng: random.Random) -> Image.Image:
    """A sky, hills and things on them; blurred a little, with grain."""
    width, height = SIZE
    colours = [tuple(rng.randrange(256) for _ in range(3)) for _ in range(9)]
    image = Image.new("RGB", SIZE, colours[0])
    draw = ImageDraw.Draw(image)
    for layer in range(3):
        level, waves = height * (0.35 + 0.2 * layer), rng.uniform(1, 5)
        phase, rise = rng.uniform(0, 6), rng.uniform(20, 90)
        line = [
            (x, level + rise * np.sin(waves * x / width * 6 + phase))
            for x in range(0, width + 8, 8)
        ]
        draw.polygon([*line, (width, height), (0, height)], fill=colours[1 + layer])
    for _ in range(rng.randint(5, 14)):
        x, y, r = rng.randrange(width), rng.randrange(height), rng.randint(14, 110)
        shape = rng.choice((draw.ellipse, draw.rectangle))
        shape((x - r, y - r * rng.uniform(0.3, 1), x + r, y + r * 0.5), fill=rng.choice(colours))
    image = image.filter(ImageFilter.GaussianBlur(1.2))
    grain = np.random.default_rng(rng.randrange(2**32)).normal(0, 5, (height, width, 3))
    return Image.fromarray((np.asarray(image) + grain).clip(0, 255).astype(np.uint8))


def _chat(rng: random.Random, ground: str) -> Image.Image:
    """A screenshot of a chat: bubbles of lines on one ground; what is said differs."""
    image = Image.new("RGB", (540, 1_080), ground)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 540, 84), fill="#075e54")
    draw.text((90, 30), "Family", fill="#ffffff", font_size=26)
    y = 110
    while y < 960:
        lines = rng.randint(1, 5)
        width, high = rng.randint(180, 400), 26 + 28 * lines
        own = rng.random() < 0.5
        x = 520 - width if own else 20
        draw.rounded_rectangle(
            (x, y, x + width, y + high), 14, fill="#dcf8c6" if own else "#ffffff"
        )
        for n in range(lines):
            words = "".join(rng.choice("etaoinshrdlu   ") for _ in range(width // 12))
            draw.text((x + 14, y + 12 + 28 * n), words, fill="#111111", font_size=20)
        y += high + 16
    draw.rectangle((0, 1_000, 540, 1_080), fill="#f0f0f0")
    out = io.BytesIO()
    image.save(out, "PNG")
    return Image.open(io.BytesIO(out.getvalue()))


if __name__ == "__main__":
    main()
