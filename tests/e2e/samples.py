"""Small seeded pictures and notes, in a few kinds that differ clearly."""

import os
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

SUBJECTS = {
    "garden": "tomato seedlings, compost, watering in the evening, mulch, pruning the roses",
    "sailing": "the jib, the mainsail, wind from the west, anchoring in the bay, tide tables",
    "baking": "sourdough starter, flour, proofing the dough, a hot oven, crust and crumb",
    "astronomy": "the telescope, Saturn's rings, a dark sky, nebulae, the lunar eclipse",
    "cycling": "the derailleur, a steep climb, tyre pressure, the descent, a worn chain",
}


def picture(path: Path, number: int, size: tuple[int, int] = (320, 240)) -> Path:
    """A JPEG or PNG, different for each number; three kinds alternate."""
    rng = np.random.default_rng(number)
    ground = tuple(int(c) for c in rng.integers(0, 256, 3))
    image = Image.new("RGB", size, ground)
    draw = ImageDraw.Draw(image)
    for _ in range(6):
        x, y = int(rng.integers(0, size[0])), int(rng.integers(0, size[1]))
        r = int(rng.integers(10, 80))
        colour = tuple(int(c) for c in rng.integers(0, 256, 3))
        box = (x - r, y - r, x + r, y + r)
        if number % 3 == 0:
            draw.ellipse(box, fill=colour)
        elif number % 3 == 1:
            draw.rectangle(box, fill=colour)
        else:
            draw.line(box, fill=colour, width=9)
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path)
    return path


def note(path: Path, number: int) -> Path:
    """A Markdown note on one of five subjects."""
    subject = list(SUBJECTS)[number % len(SUBJECTS)]
    phrases = SUBJECTS[subject].split(", ")
    rng = np.random.default_rng(number)
    said = " ".join(
        f"Today I thought about {phrases[int(rng.integers(0, len(phrases)))]} again, day {number}."
        for _ in range(6)
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"# {subject.title()} diary {number}\n\n{said}\n", "utf-8")
    return path


def pictures(folder: Path, count: int, *, first: int = 0) -> list[Path]:
    """Several pictures."""
    return [picture(folder / f"p{i:04}.jpg", i) for i in range(first, first + count)]


def notes(folder: Path, count: int, *, first: int = 0) -> list[Path]:
    """Several notes."""
    return [note(folder / f"n{i:04}.md", i) for i in range(first, first + count)]


def write_atomically(path: Path, text: str) -> None:
    """Save as editors do: write aside, then rename over."""
    aside = path.with_name(f".{path.name}.swp")
    aside.write_text(text)
    os.replace(aside, path)
