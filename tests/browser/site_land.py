"""Seeded land for synthetic sites: places in clusters of clusters, ranks, regions."""

# ruff: noqa: E501 (scripts and tables read better unbroken)

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
