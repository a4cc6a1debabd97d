"""Synthetic sites in format 1 (docs/formats.md), seeded: for the page's tests and benchmarks.

python tests/browser/site_maker.py FOLDER [--items N] [--seed S] [--photos DIR] [--notes DIR]
"""

# ruff: noqa: E501 (scripts and tables read better unbroken)

import argparse
import base64
import hashlib
import io
import json
import shutil
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

CHUNK = 4096
DETAIL_CHUNK = 512
LEVELS = ((64, 2048), (128, 1024), (256, 1024))
NAMES = {
    "image": (
        ("Night Harbours", "Harbour Cranes", "Moored Boats", "Wet Quays"),
        ("Mountain Weather", "Snow Ridges", "Cloud Seas", "Scree"),
        ("Street Portraits", "Market Faces", "Umbrellas", "Commuters"),
        ("Kitchen Table", "Bread and Salt", "Copper Pans", "Breakfasts"),
        ("Old Machines", "Clockwork", "Printing Presses", "Bicycles"),
        ("Birds", "Waders", "Owls at Dusk", "Gulls"),
        ("Gardens", "Ferns", "Glasshouses", "Roses"),
        ("Stone and Arch", "Cloisters", "Stairwells", "Bridges"),
    ),
    "text": (
        ("Philosophy", "On Free Will", "Stoics", "Language Games"),
        ("Recipes", "Sourdough", "Broths", "Preserves"),
        ("Chords", "Modal Jazz", "Tunings", "Practice Log"),
        ("Soil", "Compost", "Worms", "Seed Saving"),
        ("Linear Algebra", "Eigenvalues", "Projections", "Norms"),
        ("Travel Diary", "Night Trains", "Islands", "Border Towns"),
        ("Git", "Rebase", "Hooks", "Bisect"),
        ("Dreams", "Flying", "Houses", "Water"),
    ),
}
COLOURS = ("#6fb7d8", "#e0a458", "#c97b84", "#8fbf7f", "#b49bd6", "#d8c463", "#77c2b0", "#d98c5f")
WORDS = [
    "harbour",
    "light",
    "morning",
    "stone",
    "river",
    "window",
    "letter",
    "garden",
    "copper",
    "ledger",
    "winter",
    "signal",
    "paper",
    "mountain",
    "orchard",
    "mirror",
    "thread",
    "candle",
    "engine",
    "bridge",
    "meadow",
    "archive",
    "salt",
    "lantern",
    "tide",
]


@dataclass
class Writer:
    """Files of one site, named by the hash of their bytes."""

    folder: Path
    made: dict[str, str] = field(default_factory=dict)

    def put(self, stem: str, suffix: str, data: bytes) -> str:
        """Write one immutable file; its relative address."""
        name = f"{stem}-{hashlib.sha256(data).hexdigest()[:16]}.{suffix}"
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return name

    def json(self, stem: str, value: Any) -> str:
        """Write one JSON file."""
        return self.put(stem, "json", json.dumps(value, separators=(",", ":")).encode())


def packed(array: NDArray[Any]) -> dict[str, Any]:
    """One packed array of the format."""
    kind = {"uint": "u", "int": "i", "float": "f"}[array.dtype.name.rstrip("0123456789")]
    name = f"{kind}{array.dtype.itemsize * 8}"
    data = zlib.compress(
        np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<")).tobytes()
    )
    return {"type": name, "shape": list(array.shape), "data": base64.b64encode(data).decode()}


@dataclass
class Land:
    """One space before it is written."""

    space: str
    xy: NDArray[np.float32]
    relaxed: NDArray[np.float32]
    labels: NDArray[np.int32]
    time: NDArray[np.int32]
    rank: NDArray[np.uint8]
    flags: NDArray[np.uint8]
    aspect: NDArray[np.uint8]
    confidence: NDArray[np.uint8]
    regions: list[dict[str, Any]]
    cell: float
    ids: NDArray[np.uint32]


def scatter(rng: np.random.Generator, n: int) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """N places in three nested levels of clusters, 6 % of them outliers; places and labels."""
    tops = 1 if n < 40 else 8
    xy = np.zeros((n, 2), np.float64)
    labels = np.full((n, 3), -1, np.int32)
    angle = rng.permutation(np.arange(tops)) * 2.399963 + 0.4
    radius = 1.9 * np.sqrt(np.arange(tops) + 0.3)
    centres = np.stack([np.cos(angle) * radius * 1.35, np.sin(angle) * radius * 0.85], 1)
    weight = rng.dirichlet(np.full(tops, 4.0))
    top = rng.choice(tops, n, p=weight)
    for t in range(tops):
        rows = np.flatnonzero(top == t)
        subs = 3 if len(rows) >= 24 else 1
        spread = 0.62 + 0.5 * np.sqrt(weight[t] * tops)
        for s, part in enumerate(np.array_split(rng.permutation(rows), subs)):
            turn = rng.uniform(0, np.pi)
            spot = centres[t] + rng.normal(0, spread * 0.72, 2) * (subs > 1)
            long, short = spread * rng.uniform(0.35, 0.6), spread * rng.uniform(0.16, 0.34)
            cloud = rng.standard_t(6, (len(part), 2)) * (long, short)
            turned = cloud @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
            xy[part] = spot + turned
            labels[part, 0] = t
            labels[part, 1] = 8 + t * 3 + s if subs > 1 else -1
            if len(part) >= 60:
                labels[part, 2] = 32 + (t * 3 + s) * 2 + (cloud[:, 0] > 0)
    if n >= 40:
        loose = rng.random(n) < 0.06
        xy[loose] = rng.uniform(xy.min(0), xy.max(0), (int(loose.sum()), 2))
        labels[loose] = -1
    return xy.astype(np.float32), labels


def relax(xy: NDArray[np.float32], cell: float) -> NDArray[np.float32]:
    """Places on a grid of cells, each item at most in one: nearest free cell, spiral order."""
    taken: set[tuple[int, int]] = set()
    out = np.empty_like(xy)
    spiral = sorted(
        ((i, j) for i in range(-40, 41) for j in range(-40, 41)),
        key=lambda c: c[0] ** 2 + c[1] ** 2,
    )
    for row in range(len(xy)):
        base = np.floor(xy[row] / cell).astype(int)
        for i, j in spiral:
            spot = (int(base[0]) + i, int(base[1]) + j)
            if spot not in taken:
                break
        taken.add(spot)
        out[row] = (np.array(spot) + 0.5) * cell
    return out


def rank_items(xy: NDArray[np.float32], order: NDArray[np.int64], span: float) -> NDArray[np.uint8]:
    """Nested thinning: per zoom the first item in each empty cell of 56 px (1,024 px at zoom 0)."""
    rank = np.full(len(xy), 15, np.uint8)
    low = xy.min(0) if len(xy) else np.zeros(2)
    for zoom in range(15):
        side = span * 56 / 1024 / 2**zoom
        cells = np.floor((xy - low) / side).astype(np.int64)
        key = cells[:, 0] * 2**31 + cells[:, 1]
        first = np.full(len(xy), False)
        by = order[np.lexsort((np.arange(len(order)), rank[order] > zoom))]
        _, index = np.unique(key[by], return_index=True)
        first[by[index]] = True
        rank[first & (rank == 15)] = zoom
        if not (rank == 15).any():
            break
    return rank


def regions_of(
    space: str, xy: NDArray[np.float32], labels: NDArray[np.int32], time: NDArray[np.int32]
) -> list[dict[str, Any]]:
    """Region records for every label in use."""
    out = []
    for level in range(3):
        for label in np.unique(labels[:, level]):
            if label < 0:
                continue
            rows = np.flatnonzero(labels[:, level] == label)
            top = int(labels[rows[0], 0])
            name = NAMES[space][top][0]
            if level == 1:
                name = NAMES[space][top][1 + (label - 8) % 3]
            if level == 2:
                name = f"{NAMES[space][top][1 + ((label - 32) // 2) % 3]} {'East' if label % 2 else 'West'}"
            centre = np.median(xy[rows], 0)
            medoid = rows[np.argmin(((xy[rows] - centre) ** 2).sum(1))]
            years = 1970 + time[rows] / 525_949
            out.append(
                {
                    "id": int(label),
                    "parent": int(labels[rows[0], level - 1]) if level else -1,
                    "level": level,
                    "name": name,
                    "pinned": False,
                    "terms": name.lower().split(),
                    "colour": COLOURS[(top + level * 3 * (label % 2)) % 8],
                    "count": len(rows),
                    "x": float(centre[0]),
                    "y": float(centre[1]),
                    "medoid": int(medoid),
                    "years": [int(years.min()), int(years.max())],
                }
            )
    return out


def make_land(space: str, n: int, seed: int) -> Land:
    """A seeded space of n items."""
    rng = np.random.default_rng([seed, n, space == "text"])
    xy, labels = scatter(rng, n)
    time = np.sort(rng.integers(24_500_000, 29_800_000, n)).astype(np.int32)
    span = float(np.ptp(xy, axis=0).max()) if n > 1 else 1.0
    cell = max(0.5 * span / max(np.sqrt(n), 4) * 0.62, 1e-3)
    relaxed = (
        relax(xy, cell) if n <= 20_000 else xy + rng.normal(0, cell, xy.shape).astype(np.float32)
    )
    flags = np.ones(n, np.uint8)
    flags[n - max(1, n // 40) :] |= 2
    if n >= 40:
        flags[rng.random(n) < 0.01] |= 4
    aspect = np.zeros(n, np.uint8)
    if space == "image":
        ratio = rng.choice([1.5, 1.33, 1.0, 0.75, 0.66, 1.78], n)
        aspect = np.clip(np.round(64 * np.log2(ratio)) + 128, 1, 255).astype(np.uint8)
    return Land(
        space,
        xy,
        relaxed.astype(np.float32),
        labels,
        time,
        rank_items(xy, rng.permutation(n), max(span, 1e-6)) if n else np.zeros(0, np.uint8),
        flags,
        aspect,
        rng.integers(120, 255, n).astype(np.uint8),
        regions_of(space, xy, labels, time),
        cell,
        np.arange(1, n + 1, dtype=np.uint32),
    )


def terrain_of(land: Land) -> dict[str, Any]:
    """Density on 512 × 512 nodes, smoothed by repeated box filters."""
    size = 512
    low, high = np.percentile(land.xy, 0.1, 0), np.percentile(land.xy, 99.9, 0)
    side = float(max((high - low).max(), 1e-3)) * 1.3
    middle = (low + high) / 2
    bounds = [float(middle[0] - side / 2), float(middle[1] - side / 2)]
    bounds += [bounds[0] + side, bounds[1] + side]
    grid, _, _ = np.histogram2d(
        land.xy[:, 1],
        land.xy[:, 0],
        bins=size,
        range=[[bounds[1], bounds[3]], [bounds[0], bounds[2]]],
    )
    width = int(np.clip(size * 0.085 / max(len(land.xy), 30) ** 0.13, 5, 40)) | 1
    kernel = np.ones(width) / width
    for _ in range(3):
        grid = np.apply_along_axis(np.convolve, 0, grid, kernel, "same")
        grid = np.apply_along_axis(np.convolve, 1, grid, kernel, "same")
    grid *= (size / side) ** 2
    top = float(grid.max()) or 1.0
    ordered = np.sort(grid.ravel())[::-1]
    mass = np.cumsum(ordered) / ordered.sum()
    shares = (0.97, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1)
    thresholds = [float(ordered[np.searchsorted(mass, share)]) for share in shares]
    return {
        "space": land.space, "size": size, "bounds": bounds,
        "heights": packed(np.round(grid / top * 255).astype(np.uint8)),
        "top": top, "thresholds": sorted({round(t, 6) for t in thresholds}),
    }  # fmt: skip


def neighbours_of(
    xy: NDArray[np.float32], kept: int = 15
) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """Nearest items within blocks sorted along a Hilbert-like key: true enough to look at."""
    n = len(xy)
    slots = np.full((n, kept), -1, np.int32)
    cosine = np.zeros((n, kept), np.uint8)
    order = np.lexsort((xy[:, 1], np.floor(xy[:, 0] * 4))) if n > 6000 else np.arange(n)
    for start in range(0, n, 2000):
        block = order[start : start + 2000] if n > 6000 else np.arange(start, min(start + 2000, n))
        pool = block if n > 6000 else np.arange(n)
        gap = ((xy[block, None] - xy[None, pool]) ** 2).sum(2)
        best = np.argsort(gap, 1)[:, 1 : kept + 1]
        found = np.take_along_axis(gap, best, 1)
        slots[block, : best.shape[1]] = pool[best]
        cosine[block, : best.shape[1]] = np.clip(245 - 130 * np.sqrt(found), 60, 250)
    return slots, cosine


def lineage_of(land: Land, slots: NDArray[np.int32], rng: np.random.Generator) -> dict[str, Any]:
    """Each item hangs on its nearest earlier neighbour, else on an earlier item (weak)."""
    n = len(land.xy)
    parent = np.full(n, -1, np.int32)
    weak = np.zeros(n, np.uint8)
    rows = np.arange(n)
    earlier = (slots >= 0) & (slots < rows[:, None])
    found, first = earlier.any(1), earlier.argmax(1)
    parent[found] = slots[rows[found], first[found]]
    lost = rows[~found & (rows > 0)]
    parent[lost], weak[lost] = rng.integers(0, lost), 1
    cosine = rng.integers(140, 250, n).astype(np.uint8)
    return {
        "space": land.space,
        "parent": packed(parent),
        "cosine": packed(cosine),
        "weak": packed(weak),
    }


def picture(rng: np.random.Generator, ratio: float, colour: str, px: int = 256) -> Any:
    """A small landscape in the colours of its region."""
    from PIL import Image, ImageDraw, ImageFilter

    w, h = (px, max(1, round(px / ratio))) if ratio >= 1 else (max(1, round(px * ratio)), px)
    base = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)], float)
    sky = np.clip(base * rng.uniform(0.5, 1.0) + rng.uniform(-30, 40, 3), 0, 255)
    low = np.clip(sky * rng.uniform(0.6, 1.1) + 50, 0, 255)
    ramp = np.linspace(0, 1, h)[:, None, None]
    image = Image.fromarray(
        np.broadcast_to(sky * (1 - ramp) + low * ramp, (h, w, 3)).astype(np.uint8)
    )
    draw = ImageDraw.Draw(image)
    r = w * rng.uniform(0.05, 0.14)
    x, y = w * rng.uniform(0.15, 0.85), h * rng.uniform(0.12, 0.4)
    draw.ellipse(
        [x - r, y - r, x + r, y + r], fill=tuple(int(v) for v in np.clip(low + 60, 0, 255))
    )
    for layer in range(4):
        steps = np.cumsum(rng.normal(0, h * 0.035, 14)) + h * (0.45 + 0.14 * layer)
        points = [(w * k / 13, float(v)) for k, v in enumerate(steps)]
        fill = tuple(
            int(v) for v in np.clip(base * (0.62 - 0.14 * layer) + rng.uniform(-12, 12, 3), 0, 255)
        )
        draw.polygon([*points, (w, h), (0, h)], fill=fill)
    return image.filter(ImageFilter.GaussianBlur(0.6))


def thumbs_of(
    land: Land, writer: Writer, rng: np.random.Generator, photos: list[Path], distinct: int
) -> dict[str, Any]:
    """Pages of every level; with more items than `distinct`, pages repeat."""
    from PIL import Image

    colour = {r["id"]: r["colour"] for r in land.regions}
    pictures = []
    for slot in range(min(len(land.xy), distinct)):
        if photos:
            with Image.open(photos[slot % len(photos)]) as opened:
                image = opened.convert("RGB")
            image.thumbnail((256, 256))
            land.aspect[slot] = np.clip(
                round(64 * np.log2(image.width / image.height)) + 128, 1, 255
            )
        else:
            ratio = 2 ** ((int(land.aspect[slot]) - 128) / 64)
            image = picture(rng, ratio, colour.get(int(land.labels[slot, 0]), "#8a939b"))
        pictures.append(image)
    levels = []
    for px, page_px in LEVELS:
        side = page_px // px
        cells = side * side
        made: dict[int, str] = {}
        pages = []
        whole = max(1, -(-len(pictures) // cells))
        for number in range(-(-len(land.xy) // cells)):
            source = number % whole
            if source not in made:
                page = Image.new("RGBA", (page_px, page_px))
                for k, image in enumerate(pictures[source * cells : (source + 1) * cells]):
                    small = image.copy()
                    small.thumbnail((px, px))
                    at = (
                        k % side * px + (px - small.width) // 2,
                        k // side * px + (px - small.height) // 2,
                    )
                    page.paste(small, at)
                data = io.BytesIO()
                page.save(data, "WEBP", quality=72, method=2)
                made[source] = writer.put(
                    f"thumbs/{land.space}-{px}-{source}", "webp", data.getvalue()
                )
            pages.append(made[source])
        levels.append({"px": px, "page_px": page_px, "packed": len(land.xy), "pages": pages})
    index = writer.json(f"thumbs/{land.space}-index", {"space": land.space, "levels": levels})
    return {"index": index, "loose": {}}


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


ODD_TITLES = (
    "<img src=x onerror=\"document.title='broken'\">",
    "\u200f\u0645\u0631\u062d\u0628\u0627 \u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd",
    "雨の日の港 항구의 밤 👩‍🚀🏔️",
    "line one\nline two\tline three",
    "L" * 300,
    "",
)


def write_space(
    land: Land,
    writer: Writer,
    seed: int,
    *,
    notes: list[Path],
    photos: list[Path],
    distinct: int,
    odd: bool,
    details: bool,
) -> dict[str, Any]:
    """Write one space; its manifest entry."""
    n = len(land.xy)
    rng = np.random.default_rng([seed, 7])
    empty = {
        "columns": [],
        "details": [],
        "neighbours": [],
        "regions": None,
        "terrain": None,
        "lineage": None,
    }
    encoder = {"id": f"synthetic-{land.space}", "label": "Synthetic", "dim": 8, "note": ""}
    if not n:
        entry = {
            "encoder": encoder,
            "count": 0,
            "slots": 0,
            "fit": None,
            "bounds": [0, 0, 1, 1],
            "frame": [0, 0, 1, 1],
            "cell": 1.0,
            **empty,
        }
        return entry | ({"thumbs": {"index": None, "loose": {}}} if land.space == "image" else {})
    thumbs = thumbs_of(land, writer, rng, photos, distinct) if land.space == "image" else None
    every = np.concatenate([land.xy, land.relaxed])
    low, high = every.min(0).astype(float), every.max(0).astype(float)
    high = np.maximum(high, low + 1e-3)
    frame = [*np.percentile(land.xy, 0.05, 0), *np.percentile(land.xy, 99.95, 0)]
    scaled = [
        np.round((p - low) / (high - low) * 65535).astype(np.uint16)
        for p in (land.xy, land.relaxed)
    ]
    slots, cosine = neighbours_of(land.xy)
    columns, neighbours = [], []
    for chunk, first in enumerate(range(0, n, CHUNK)):
        part = slice(first, first + CHUNK)
        count = len(land.xy[part])
        arrays = {
            "id": land.ids[part], "x": scaled[0][part, 0], "y": scaled[0][part, 1], "rx": scaled[1][part, 0],
            "ry": scaled[1][part, 1], "region": land.labels[part], "time": land.time[part], "rank": land.rank[part],
            "flags": land.flags[part], "aspect": land.aspect[part], "confidence": land.confidence[part],
        }  # fmt: skip
        head = {"space": land.space, "chunk": chunk, "first": first, "count": count}
        columns.append(
            writer.json(
                f"columns/{land.space}-{chunk}",
                head | {"columns": {k: packed(v) for k, v in arrays.items()}},
            )
        )
        neighbours.append(
            writer.json(
                f"neighbours/{land.space}-{chunk}",
                head | {"slots": packed(slots[part]), "cosine": packed(cosine[part])},
            )
        )
    detail_files = []
    items = details_of(land, rng, notes, photos) if details else []
    if odd:
        for slot, title in enumerate(ODD_TITLES[: len(items)]):
            entry_of = items[slot]
            assert entry_of is not None
            entry_of["title"] = title
    for chunk, first in enumerate(range(0, len(items), DETAIL_CHUNK)):
        part_items = items[first : first + DETAIL_CHUNK]
        detail_files.append(
            writer.json(
                f"details/{land.space}-{chunk}",
                {"space": land.space, "chunk": chunk, "first": first, "items": part_items},
            )
        )
    entry = {
        "encoder": encoder, "count": int((land.flags & 1).sum()), "slots": n,
        "fit": {"number": 1, "at": 1_767_225_000_000, "method": "full", "items": n, "trustworthiness": 0.95, "recall": 0.5, "drift": None},
        "bounds": [*low, *high], "frame": [float(v) for v in frame], "cell": land.cell,
        "columns": columns, "details": detail_files, "neighbours": neighbours,
        "regions": writer.json(f"regions/{land.space}", {"space": land.space, "regions": land.regions}),
        "terrain": writer.json(f"terrain/{land.space}", terrain_of(land)),
        "lineage": writer.json(f"lineage/{land.space}", lineage_of(land, slots, rng)),
    }  # fmt: skip
    return entry | ({"thumbs": thumbs} if thumbs else {})


def make_site(
    folder: Path, *, images: int = 600, texts: int = 300, seed: int = 1, page: Path | None = None,
    live: bool = False, photos: list[Path] | None = None, notes: list[Path] | None = None,
    distinct: int = 1024, odd: bool = False, details: bool = True, revision: int = 1,
) -> dict[str, Any]:  # fmt: skip
    """Write a whole site; its manifest.

    Args:
        folder: created when it is missing.
        images: pictures; 0 makes an empty space.
        texts: notes, likewise.
        seed: the same seed gives the same bytes.
        page: a built page to copy beside the manifest.
        live: what the manifest says.
        photos: real files to take pictures from.
        notes: real files to take texts from.
        distinct: so many different pictures at most; then pages repeat.
        odd: the first titles are hostile: markup, right to left, CJK, newlines, 300 characters.
        details: False leaves titles out.
        revision: of the manifest.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if page is not None:
        shutil.copytree(page, folder, dirs_exist_ok=True)
    writer = Writer(folder)
    spaces = {}
    for space, count in (("image", images), ("text", texts)):
        land = make_land(space, count, seed)
        spaces[space] = write_space(
            land, writer, seed, notes=notes or [], photos=photos or [], distinct=distinct, odd=odd, details=details
        )  # fmt: skip
    manifest = {
        "format": 1, "revision": revision, "published_at": 1_767_225_600_000, "title": "Muser",
        "generator": "synthetic", "live": live, "chunk_size": CHUNK, "detail_chunk_size": DETAIL_CHUNK,
        "spaces": spaces,
    }  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return manifest


def main() -> None:
    """Write a site from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--items", type=int, default=1200)
    parser.add_argument("--texts", type=int, default=None)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--notes", type=Path)
    parser.add_argument("--page", type=Path)
    options = parser.parse_args()
    photos = (
        sorted(options.photos.rglob("*.JPEG")) + sorted(options.photos.rglob("*.jpg"))
        if options.photos
        else []
    )
    notes = sorted(options.notes.rglob("*.md")) if options.notes else []
    texts = options.items if options.texts is None else options.texts
    make_site(
        options.folder,
        images=options.items,
        texts=texts,
        seed=options.seed,
        photos=photos,
        notes=notes,
        page=options.page,
    )


if __name__ == "__main__":
    main()
