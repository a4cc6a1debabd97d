"""Sizes of posters: papers of ISO 216, and screens by their pixels."""

import re
from dataclasses import dataclass

from muserd.ground.errors import UsageError

PAPERS_MM = {
    "A0": (841.0, 1189.0),
    "A1": (594.0, 841.0),
    "A2": (420.0, 594.0),
    "A3": (297.0, 420.0),
    "A4": (210.0, 297.0),
}
_SCREEN = re.compile(r"(\d{3,5})[x×](\d{3,5})\Z")
_LEAST_PX, _MOST_PX = 320, 8_192
_MOST_DOTS = 16_000_000  # of a PNG: paper is better served by PDF, which has no pixels
_MM_PER_INCH = 25.4
_FINEST_DPI = 200.0
_SCREEN_MM = 190.0  # what the shorter side of a screen counts as: its letters are read from near


@dataclass(frozen=True, slots=True)
class Paper:
    """A sheet, upright or lying as it is.

    Attributes:
        width, height: in `unit`.
        unit: `mm` or `px`.
        dpi: of a PNG of it; 0 for a screen, where a pixel is a pixel.
        base: the length in `unit` that letters and lines are measured in: a millimetre of an A4.
    """

    width: float
    height: float
    unit: str
    dpi: float
    base: float

    @property
    def pixels(self) -> tuple[int, int]:
        """Width and height of a PNG."""
        scale = self.dpi / _MM_PER_INCH if self.dpi else 1.0
        return round(self.width * scale), round(self.height * scale)


def paper_of(name: str, *, lying: bool) -> Paper:
    """A paper by its name, or a screen by its pixels, such as `3840x2160`.

    Args:
        name: see above; case does not count.
        lying: whether a paper lies on its longer side. A screen is as it is.

    Raises:
        UsageError: there is no such size.
    """
    screen = _SCREEN.match(name.strip().lower())
    if screen is not None:
        sides = int(screen[1]), int(screen[2])
        if min(sides) < _LEAST_PX or max(sides) > _MOST_PX:
            raise UsageError(
                f"a screen of {sides[0]} × {sides[1]} pixels",
                f"give sides from {_LEAST_PX} to {_MOST_PX} pixels",
            )
        return Paper(*sides, "px", 0.0, min(sides) / _SCREEN_MM)
    sizes = PAPERS_MM.get(name.strip().upper())
    if sizes is None:
        raise UsageError(
            f"there is no size {name!r}", f"give {', '.join(PAPERS_MM)}, or pixels: 3840x2160"
        )
    short, long = sizes
    width, height = (long, short) if lying else (short, long)
    dots = short * long / _MM_PER_INCH**2  # at one dot an inch
    dpi = min(_FINEST_DPI, (_MOST_DOTS / dots) ** 0.5)
    # A larger sheet is looked at from farther off, but not as much farther as it is larger.
    return Paper(width, height, "mm", dpi, (short / 210.0) ** 0.75)
