"""Little maps of one land at different times, side by side: terrain, regions, names at peaks."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor, ImageDraw, ImageFont
from scipy.spatial import cKDTree

from bench.layout.fits import Places
from muserd.regions.atlas import Atlas
from muserd.terrain.density import Bounds, frame, heights_at, survey

SIDE_PX, COLUMNS, GAP_PX = 560, 3, 10
FINER = 2  # drawn so much larger, then scaled down
SEA = np.array([8.0, 21.0, 31.0])
COAST = np.array([95.0, 169.0, 207.0])
DIM, BRIGHT = 0.28, 0.95  # of a region's colour, at the coast and on the peaks
RELIEF = 0.5  # how strongly slopes are shaded
FONT_PX = (19, 14)  # of names, by level
NAMES = 15  # at most, of each level
INK, HALO = "#ffffff", "#050d14"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A map to draw."""

    places: Places
    atlas: Atlas


def strip(sheets: Sequence[Sheet], path: Path) -> None:
    """Draw all maps in one frame, row by row."""
    frames = np.array([frame(sheet.places) for sheet in sheets])
    (x0, y0), (x1, y1) = frames[:, :2].min(axis=0), frames[:, 2:].max(axis=0)
    view = _square((x0, y0, x1, y1))
    rows = -(-len(sheets) // COLUMNS)
    width, height = COLUMNS * (SIDE_PX + GAP_PX) - GAP_PX, rows * (SIDE_PX + GAP_PX) - GAP_PX
    picture = Image.new("RGB", (width, height), HALO)
    for number, sheet in enumerate(sheets):
        across, down = number % COLUMNS, number // COLUMNS
        at = (across * (SIDE_PX + GAP_PX), down * (SIDE_PX + GAP_PX))
        picture.paste(_drawn(sheet, view), at)
    picture.quantize(256).save(path, optimize=True)


def _drawn(sheet: Sheet, view: Bounds) -> Image.Image:
    side = SIDE_PX * FINER
    image = Image.fromarray(_ground(sheet, view, side))
    draw = ImageDraw.Draw(image)
    spots = _pixels(sheet.places, view, side)
    for x, y in spots.tolist():
        draw.ellipse((x - 1.6, y - 1.6, x + 1.6, y + 1.6), fill="#eef6fa")
    taken: list[tuple[float, float, float, float]] = []
    _caption(draw, f"{len(sheet.places):,} pictures", side, taken)
    for level, size in enumerate(FONT_PX):
        _names(draw, sheet, view, level, size * FINER, taken)
    return image.resize((SIDE_PX, SIDE_PX), Image.Resampling.LANCZOS)


def _ground(sheet: Sheet, view: Bounds, side: int) -> NDArray[np.uint8]:
    """uint8[side, side, 3]: sea, and land in the colours of its coarse regions."""
    terrain = survey(sheet.places)
    assert terrain is not None
    x0, y0, x1, y1 = view
    step = (np.arange(side) + 0.5) / side
    across, down = np.meshgrid(x0 + step * (x1 - x0), y1 - step * (y1 - y0))
    points = np.stack([across.ravel(), down.ravel()], axis=1).astype(np.float32)
    height = heights_at(terrain, points).reshape(side, side)
    level = np.searchsorted(terrain.thresholds, height, side="right")
    top = len(terrain.thresholds)
    light = _light(np.log1p(height / terrain.thresholds[0]))
    share = DIM + (BRIGHT - DIM) * (level / top) ** 0.8
    colour = _colours(sheet, points).reshape(side, side, 3)
    land = np.clip(colour * (share * light)[:, :, None], 0, 255)
    edge = np.zeros_like(level, dtype=bool)
    edge[1:] |= level[1:] != level[:-1]
    edge[:, 1:] |= level[:, 1:] != level[:, :-1]
    land[edge] *= 0.82
    shore = edge & ((level <= 1) | (np.roll(level, 1, 0) == 0) | (np.roll(level, 1, 1) == 0))
    picture = np.where((level > 0)[:, :, None], land, SEA)
    picture[shore] = 0.5 * picture[shore] + 0.5 * COAST
    return picture.astype(np.uint8)


def _light(height: NDArray[np.float32]) -> NDArray[np.float64]:
    """Slopes lit from the north-west, 1 on level ground."""
    south, east = np.gradient(height * height.shape[0] / 40)
    return np.asarray(1 + RELIEF * (south + east) / np.sqrt(1 + south**2 + east**2))


def _colours(sheet: Sheet, points: Places) -> NDArray[np.float64]:
    """float64[n, 3]: the colour of the coarse region nearest to each point."""
    palette = {region.id: ImageColor.getrgb(region.colour) for region in sheet.atlas.regions}
    flat = sheet.atlas.labels[:, 0]
    inside = np.flatnonzero(flat >= 0)
    nearest = cKDTree(sheet.places[inside]).query(points)[1]
    numbers, place = np.unique(flat[inside], return_inverse=True)
    shades = np.array([palette[number] for number in numbers.tolist()], dtype=np.float64)
    return shades[place[nearest]]


def _names(
    draw: ImageDraw.ImageDraw,
    sheet: Sheet,
    view: Bounds,
    level: int,
    size_px: int,
    taken: list[tuple[float, float, float, float]],
) -> None:
    """Names at their peaks, large regions first, where there is room."""
    side = SIDE_PX * FINER
    font = ImageFont.load_default(size_px)
    alive = [
        region for region in sheet.atlas.regions if region.level == level and not region.retired
    ]
    for region in sorted(alive, key=lambda region: (-region.count, region.id))[:NAMES]:
        peak = np.array([[region.x, region.y]], dtype=np.float32)
        x, y = _pixels(peak, view, side)[0].tolist()
        half = draw.textlength(region.name, font) / 2
        x = min(max(x, half + size_px / 2), side - half - size_px / 2)
        box = (x - half, y - 0.6 * size_px, x + half, y + 0.6 * size_px)
        if any(_overlap(box, other) for other in taken):
            continue
        taken.append(box)
        fill = INK if level == 0 else "#dbe7ee"
        draw.text(
            (x, y), region.name, fill, font, "mm", stroke_width=size_px // 9, stroke_fill=HALO
        )


def _caption(
    draw: ImageDraw.ImageDraw,
    text: str,
    side: int,
    taken: list[tuple[float, float, float, float]],
) -> None:
    size_px = 17 * FINER
    font = ImageFont.load_default(size_px)
    margin = size_px * 0.7
    draw.text((margin, side - margin), text, "#9fc3d6", font, "ls")
    taken.append((0, side - 2.2 * size_px, 2 * margin + draw.textlength(text, font), side))


def _pixels(places: Places, view: Bounds, side: int) -> NDArray[np.float64]:
    x0, y0, x1, y1 = view
    flat = places.astype(np.float64)
    return np.stack(
        [(flat[:, 0] - x0) / (x1 - x0) * side, (y1 - flat[:, 1]) / (y1 - y0) * side], axis=1
    )


def _square(view: Bounds) -> Bounds:
    x0, y0, x1, y1 = view
    half = max(x1 - x0, y1 - y0) / 2
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    return x - half, y - half, x + half, y + half


def _overlap(
    one: tuple[float, float, float, float], other: tuple[float, float, float, float]
) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
