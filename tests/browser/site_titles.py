"""Titles, names, excerpts and tags of a synthetic site, also hostile ones."""

# ruff: noqa: E501 (scripts and tables read better unbroken)

from pathlib import Path
from typing import Any

import numpy as np
from site_land import Land

WORDS = [
    "harbour", "light", "morning", "stone", "river", "window", "letter", "garden", "copper",
    "ledger", "winter", "signal", "paper", "mountain", "orchard", "mirror", "thread", "candle",
    "engine", "bridge", "meadow", "archive", "salt", "lantern", "tide",
]  # fmt: skip

ODD_TITLES = (
    "<img src=x onerror=\"document.title='broken'\">",
    "\u200f\u0645\u0631\u062d\u0628\u0627 \u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd",
    "雨の日の港 항구의 밤 👩‍🚀🏔️",
    "line one\nline two\tline three",
    "L" * 300,
    "",
)


def details_of(
    land: Land, rng: np.random.Generator, notes: list[Path], photos: list[Path]
) -> list[dict[str, Any] | None]:
    """Titles, names, excerpts and tags."""
    out: list[dict[str, Any] | None] = []
    for slot in range(len(land.xy)):
        words = rng.choice(WORDS, 18)
        title, excerpt = f"{words[0].title()} {words[1]}", ""
        name = f"{words[0]}-{words[1]}-{slot}.{'jpg' if land.space == 'image' else 'md'}"
        if land.space == "text":
            title = f"{words[0].title()} and the {words[1]} {words[2]}"
            excerpt = f"{' '.join(words[3:11]).capitalize()}, {' '.join(words[11:])}."
            if notes:
                text = notes[slot % len(notes)].read_text("utf-8", "replace")
                head, _, body = text.partition("\n")
                title, name = head.lstrip("# ") or title, notes[slot % len(notes)].name
                excerpt = " ".join(body.split())[:300]
        elif photos:
            name = photos[slot % len(photos)].name
            title = photos[slot % len(photos)].stem.split("_", 1)[-1].replace("_", " ")
        ratio = 2 ** ((int(land.aspect[slot]) - 128) / 64) if land.aspect[slot] else 1.0
        out.append(
            {
                "title": title, "name": name, "excerpt": excerpt, "tags": [str(words[4]), str(words[5])],
                "size": int(rng.integers(9_000, 4_000_000)),
                "width": round(1600 * min(1.0, ratio)) if land.space == "image" else 0,
                "height": round(1600 / max(1.0, ratio)) if land.space == "image" else 0,
                "length": int(rng.integers(200, 9000)) if land.space == "text" else 0,
                "time_source": "exif" if land.space == "image" else "mtime", "utc_offset_min": 60,
                "path": f"/home/muser/{land.space}/{name}",
            }
        )  # fmt: skip
    return out
