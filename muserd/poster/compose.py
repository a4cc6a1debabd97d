"""Puts a poster together: sea and land, dots, peaks with their names, a frame, title and legend."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from muserd.ground.records import Space
from muserd.poster.colours import Colours, colours_of, inked, rgb
from muserd.poster.drawing import Dots, Drawing, Raster, Shape
from muserd.poster.land import Bounds, Land, Rings, land_of
from muserd.poster.lettering import Face, Lettering, Line
from muserd.poster.papers import Paper

_MARGIN = 8.0  # of the sheet, in base units, as all lengths here
_FOOT = 20.0  # title and legend below the map
_INSET = 3.0  # between frame and land
_MOST_DOTS = 30_000  # more would only make the land grey
_SIZES = (4.0, 2.9, 2.2)  # of names, by level
_SPACING = (0.18, 0.12, 0.08)
_FACES: tuple[Face, ...] = ("name-strong", "name", "name")
_LETTERS = "ABCDEFGHIJKLMNOP"


class Place(msgspec.Struct, frozen=True):
    """A region on the poster; x and y of its peak in map units.

    Attributes:
        example: it is called by one of its items.
    """

    name: str
    level: int
    x: float
    y: float
    count: int
    colour: str
    example: bool


class Subject(msgspec.Struct, frozen=True):
    """What is drawn.

    Attributes:
        title, lines: of the poster, and what stands below the title.
        points: float32[n, 2] in map units, as bytes; `inks`: the colour of each, into `colours`.
        grid: float32[n, n] heights, as bytes.
        bounds, thresholds: of the terrain.
        frame: what is to be seen.
        unit: what the highest band and the lowest are: `pictures` or `notes`.
    """

    space: Space
    title: str
    lines: tuple[str, ...]
    points: bytes
    inks: bytes
    colours: tuple[str, ...]
    grid: bytes
    bounds: Bounds
    thresholds: tuple[float, ...]
    frame: Bounds
    places: tuple[Place, ...]
    unit: str


@dataclass(frozen=True, slots=True)
class _View:
    """From map units to the sheet. `box` is the map's part of it: x0, y0, x1, y1."""

    scale: float
    x: float
    y: float
    box: Bounds

    @classmethod
    def of(cls, frame: Bounds, box: Bounds, inset: float) -> "_View":
        """The whole frame, in the middle of a box."""
        wide, high = box[2] - box[0] - 2 * inset, box[3] - box[1] - 2 * inset
        spans = max(frame[2] - frame[0], 1e-9), max(frame[3] - frame[1], 1e-9)
        scale = min(wide / spans[0], high / spans[1])
        x = (box[0] + box[2]) / 2 - scale * (frame[0] + frame[2]) / 2
        y = (box[1] + box[3]) / 2 + scale * (frame[1] + frame[3]) / 2
        return cls(scale, x, y, box)

    def at(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Points float[n, 2] on the sheet."""
        return np.asarray(points * (self.scale, -self.scale) + (self.x, self.y), np.float64)

    def inside(self, ring: NDArray[np.float64]) -> bool:
        """Whether a line on the sheet comes into the box."""
        low, high = ring.min(axis=0), ring.max(axis=0)
        x0, y0, x1, y1 = self.box
        return bool(high[0] >= x0 and low[0] <= x1 and high[1] >= y0 and low[1] <= y1)


def is_lying(frame: Bounds) -> bool:
    """Whether a map is wider than it is high."""
    return frame[2] - frame[0] > frame[3] - frame[1]


def poster(subject: Subject, paper: Paper, lettering: Lettering, *, dark: bool) -> Drawing:
    """The drawing of a map on a paper."""
    colours = colours_of(subject.space, dark=dark)
    base = paper.base
    margin = _MARGIN * base
    box = (margin, margin, paper.width - margin, paper.height - margin - _FOOT * base)
    view = _View.of(subject.frame, box, _INSET * base)
    drawing = Drawing(paper.width, paper.height, paper.unit, colours.deep, subject.title)
    size = math.isqrt(len(subject.grid) // 4)
    grid = np.frombuffer(subject.grid, np.float32).reshape(size, size)
    land = land_of(grid, subject.bounds, subject.thresholds)
    _draw_land(drawing, land, view, colours, base)
    _draw_dots(drawing, subject, view, colours, base)
    _mask(drawing, paper, view, colours)
    _Names(drawing, view, lettering, colours, base).write(subject.places)
    _frame(drawing, view, lettering, colours, base)
    _foot(drawing, subject, paper, view, lettering, colours)
    return drawing


def _draw_land(drawing: Drawing, land: Land, view: _View, colours: Colours, base: float) -> None:
    def placed(rings: Rings) -> Rings:
        moved = (view.at(ring) for ring in rings)
        return [ring for ring in moved if view.inside(ring)]

    add = drawing.parts.append
    for rings, tint in zip(land.shelf, colours.shelf, strict=False):
        add(Shape(rings=placed(rings), fill=tint))
    for n, rings in enumerate(land.water):
        add(
            Shape(
                rings=placed(rings), closed=False, stroke=colours.line,
                width=0.1 * base, opacity=0.34 - 0.06 * n,
            )
        )  # fmt: skip
    for rings, tint in zip(land.bands, colours.bands, strict=False):
        add(Shape(rings=placed(rings), fill=tint))
    add(_shade(land, view, colours))
    for rings, width, opacity in ((land.thin, 0.1, 0.34), (land.strong, 0.2, 0.66)):
        add(
            Shape(
                rings=placed(rings), closed=False, stroke=colours.line,
                width=width * base, opacity=opacity,
            )
        )  # fmt: skip


def _shade(land: Land, view: _View, colours: Colours) -> Raster:
    """Light and shadow, as a picture that is clear where the ground is flat."""
    shade = land.shade[::-1]
    pixels = np.zeros((*shade.shape, 4), np.uint8)
    for sign, (colour, strength) in ((1, colours.light), (-1, colours.shadow)):
        side = shade * sign > 0
        pixels[side, :3] = rgb(colour)
        pixels[side, 3] = np.rint(255 * strength * np.abs(shade[side]) ** 0.9)
    x0, y0, x1, y1 = land.bounds
    (left, top), (right, bottom) = view.at(np.array([(x0, y1), (x1, y0)]))
    return Raster(pixels, (float(left), float(top), float(right - left), float(bottom - top)))


def _draw_dots(
    drawing: Drawing, subject: Subject, view: _View, colours: Colours, base: float
) -> None:
    points = np.frombuffer(subject.points, np.float32).reshape(-1, 2)
    inks = np.frombuffer(subject.inks, np.uint16)
    step = -(-len(points) // _MOST_DOTS) or 1
    places, inks = view.at(points[::step]), inks[::step]
    radius = base * float(np.clip(22 / math.sqrt(max(len(places), 1)), 0.2, 0.55))
    for number, colour in enumerate(subject.colours):
        some = places[inks == number]
        if len(some):
            ink = inked(colour, dark=colours.dark)
            drawing.parts.append(Dots(some, radius, ink, colours.dots))


def _mask(drawing: Drawing, paper: Paper, view: _View, colours: Colours) -> None:
    """Cover what lies outside the map's box."""
    x0, y0, x1, y1 = view.box
    sheet = _rectangle(0, 0, paper.width, paper.height)
    drawing.parts.append(Shape(rings=[sheet, _rectangle(x0, y0, x1, y1)], fill=colours.sheet))


class _Names:
    """Names at their peaks: the larger regions first, none over another."""

    def __init__(
        self, drawing: Drawing, view: _View, lettering: Lettering, colours: Colours, base: float
    ) -> None:
        self._drawing = drawing
        self._view = view
        self._lettering = lettering
        self._colours = colours
        self._base = base
        self._taken: list[Bounds] = []

    def write(self, places: Sequence[Place]) -> None:
        """Write as many as fit."""
        for place in sorted(places, key=lambda one: (one.level, -one.count, one.name)):
            if place.name:
                self._one(place)

    def _one(self, place: Place) -> None:
        base, level = self._base, min(place.level, 2)
        (spot,) = self._view.at(np.array([(place.x, place.y)]))
        size = _SIZES[level] * base
        if place.example:
            line = self._lettering.line(place.name, "italic", size * 0.86)
        else:
            text = place.name.upper()
            line = self._lettering.line(text, _FACES[level], size, spacing=_SPACING[level])
        figure = self._lettering.line(f"{place.count:,}", "figures", 1.5 * base)
        peak = 0.55 * base
        for up in (True, False):
            y = spot[1] - 1.5 * base if up else spot[1] + 1.5 * base + 0.72 * size
            box = self._box(spot, line, y, size)
            if self._is_free(box):
                break
        else:
            return
        self._taken.append(box)
        x = min(
            max(spot[0] - line.width / 2, self._view.box[0] + base),
            self._view.box[2] - line.width - base,
        )
        self._write(line, x, y, 0.09 * size, self._colours.ink if level < 2 else self._colours.soft)
        top = np.array([(0, -1.2 * peak), (1.04 * peak, 0.6 * peak), (-1.04 * peak, 0.6 * peak)])
        self._drawing.parts.append(
            Shape(
                rings=[top + spot], fill=self._colours.ink, stroke=self._colours.halo,
                width=0.18 * base,
            )
        )  # fmt: skip
        self._write(
            figure, spot[0] + 1.1 * base, spot[1] + 0.5 * base, 0.4 * base, self._colours.soft
        )

    def _box(self, spot: NDArray[np.float64], line: Line, y: float, size: float) -> Bounds:
        """What a name, its peak and its figure take, with some room."""
        room, base = 0.7 * self._base, self._base
        half = max(line.width / 2, 3.5 * base)
        top, bottom = min(y - 0.8 * size, spot[1] - base), max(y + 0.2 * size, spot[1] + base)
        return spot[0] - half - room, top - room, spot[0] + half + room, bottom + room

    def _is_free(self, box: Bounds) -> bool:
        x0, y0, x1, y1 = self._view.box
        if box[1] < y0 or box[3] > y1 or box[2] < x0 or box[0] > x1:
            return False
        return not any(
            box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]
            for other in self._taken
        )

    def _write(self, line: Line, x: float, y: float, halo: float, ink: str) -> None:
        commands = _shifted(line, x, y)
        self._drawing.parts.append(
            Shape(commands=commands, stroke=self._colours.halo, width=2 * halo, opacity=0.7)
        )
        self._drawing.parts.append(Shape(commands=commands, fill=ink))


def _frame(
    drawing: Drawing, view: _View, lettering: Lettering, colours: Colours, base: float
) -> None:
    """A double line round the map, with letters and figures to find a place by."""
    x0, y0, x1, y1 = view.box
    for out, width in ((0.0, 0.18), (2.6, 0.4)):
        ring = _rectangle(x0 - out * base, y0 - out * base, x1 + out * base, y1 + out * base)
        drawing.parts.append(Shape(rings=[ring], stroke=colours.frame, width=width * base))
    side = min(x1 - x0, y1 - y0) / 5
    columns, rows = max(2, round((x1 - x0) / side)), max(2, round((y1 - y0) / side))
    ticks: Rings = []
    for n in range(columns):
        left, right = x0 + (x1 - x0) * n / columns, x0 + (x1 - x0) * (n + 1) / columns
        label = lettering.line(_LETTERS[n % len(_LETTERS)], "figures", 1.5 * base)
        for y, low in ((y0 - 0.75 * base, y0), (y1 + 1.85 * base, y1 + 2.6 * base)):
            x = (left + right - label.width) / 2
            drawing.parts.append(Shape(commands=_shifted(label, x, y), fill=colours.soft))
            if n:
                ticks.append(np.array([(left, low - 2.6 * base), (left, low)]))
    for n in range(rows):
        top, bottom = y0 + (y1 - y0) * n / rows, y0 + (y1 - y0) * (n + 1) / rows
        label = lettering.line(str(n + 1), "figures", 1.5 * base)
        for x, low in ((x0 - 1.3 * base, x0), (x1 + 1.3 * base, x1 + 2.6 * base)):
            y = (top + bottom) / 2 + 0.55 * base
            drawing.parts.append(
                Shape(commands=_shifted(label, x - label.width / 2, y), fill=colours.soft)
            )
            if n:
                ticks.append(np.array([(low - 2.6 * base, top), (low, top)]))
    drawing.parts.append(Shape(rings=ticks, closed=False, stroke=colours.frame, width=0.18 * base))


def _foot(
    drawing: Drawing,
    subject: Subject,
    paper: Paper,
    view: _View,
    lettering: Lettering,
    colours: Colours,
) -> None:
    """Title and lines on the left, the legend on the right."""
    base, (x0, _, x1, y1) = paper.base, view.box
    top = y1 + 2.6 * base
    width = (x1 - x0) * 0.62
    size = 9.0 * base
    title = lettering.line(subject.title, "title", size, spacing=0.04)
    if title.width > width:
        size *= width / title.width
        title = lettering.line(subject.title, "title", size, spacing=0.04)
    add = drawing.parts.append
    add(Shape(commands=_shifted(title, x0, top + 11.0 * base), fill=colours.ink))
    for n, text in enumerate(subject.lines):
        line = lettering.line(text, "text", 3.0 * base, spacing=0.03)
        add(Shape(commands=_shifted(line, x0, top + (15.6 + 3.8 * n) * base), fill=colours.soft))
    _legend(drawing, subject, lettering, colours, (x1, top), base)


def _legend(
    drawing: Drawing,
    subject: Subject,
    lettering: Lettering,
    colours: Colours,
    corner: tuple[float, float],
    base: float,
) -> None:
    """The tints from few to many, a peak and a dot; `corner` is its upper right."""
    right, top = corner
    add = drawing.parts.append
    step, high = 5.2 * base, 3.2 * base
    left = right - step * len(colours.bands)
    y = top + 6.4 * base
    for n, tint in enumerate(colours.bands):
        cell = _rectangle(left + n * step, y, left + (n + 1) * step, y + high)
        add(Shape(rings=[cell], fill=tint, stroke=colours.line, width=0.12 * base))
    few = lettering.line(f"few {subject.unit}", "text", 2.5 * base, spacing=0.03)
    many = lettering.line(f"many {subject.unit}", "text", 2.5 * base, spacing=0.03)
    add(Shape(commands=_shifted(few, left, y - 1.2 * base), fill=colours.soft))
    add(Shape(commands=_shifted(many, right - many.width, y - 1.2 * base), fill=colours.soft))
    y += high + 3.9 * base
    singular = subject.unit.removesuffix("s")
    ink = inked(subject.colours[0], dark=colours.dark) if subject.colours else colours.soft
    mark = np.array([(0.0, -1.9), (0.75, -0.55), (-0.75, -0.55)]) * base
    add(Shape(rings=[mark + (left + 0.75 * base, y + 0.5 * base)], fill=colours.ink))  # noqa: RUF005 - an array
    add(Dots(np.array([(left + 0.75 * base, y + 3.1 * base)]), 0.5 * base, ink, 1.0))
    for text, down in (
        (f"peak of a region, with its {subject.unit}", 0.0),
        (f"a {singular}, coloured by its region", 3.9),
    ):
        line = lettering.line(text, "text", 2.5 * base, spacing=0.03)
        add(Shape(commands=_shifted(line, left + 3.0 * base, y + down * base), fill=colours.soft))


def _rectangle(x0: float, y0: float, x1: float, y1: float) -> NDArray[np.float64]:
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], np.float64)


def _shifted(line: Line, x: float, y: float) -> list[tuple[str, tuple[float, ...]]]:
    return [
        (letter, tuple(value + (y if n % 2 else x) for n, value in enumerate(values)))
        for letter, values in line.commands
    ]
