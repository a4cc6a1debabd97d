"""What a poster is made of: shapes and pictures, the lowest first. Lengths in the paper's unit,
y grows downwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

# One drawing command: M and L have one point, Q two, C three, Z none.
Command = tuple[str, tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Shape:
    """Something that is filled, or drawn along its edge, or both.

    Attributes:
        rings: lines of points, float64[n, 2]; of letters, whose edges are curves: commands.
        closed: whether each ring is.
        fill, stroke: `#rrggbb`; empty for none. What lies in two rings is not filled.
        width: of the stroke.
        opacity: of all of it.
    """

    rings: Sequence[NDArray[np.float64]] = ()
    commands: Sequence[Command] = ()
    closed: bool = True
    fill: str = ""
    stroke: str = ""
    width: float = 0.0
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Dots:
    """Many discs of one colour, at float64[n, 2]."""

    places: NDArray[np.float64]
    radius: float
    fill: str
    opacity: float


@dataclass(frozen=True, slots=True)
class Raster:
    """Pixels uint8[h, w, 4], RGBA, the top row first, in the box x, y, width, height."""

    pixels: NDArray[np.uint8]
    box: tuple[float, float, float, float]


Part = Shape | Dots | Raster


@dataclass(slots=True)
class Drawing:
    """All of it.

    Attributes:
        width, height: of the sheet.
        unit: `mm` or `px`.
        ground: its colour.
        title: for programs that show one.
    """

    width: float
    height: float
    unit: str
    ground: str
    title: str
    parts: list[Part] = field(default_factory=list)
