"""The twelve colours by which pictures can be found, and which of them a colour is.

Colours are told apart in OKLCH: lightness, chroma, hue (Ottosson 2020, A perceptual color space
for image processing), so that a distance means about the same everywhere.
"""

import math

# Name → (L in 0..1, C, h in degrees) of a typical sample; chroma 0 has no hue.
SWATCHES: dict[str, tuple[float, float, float]] = {
    "red": (0.60, 0.22, 27.0),
    "orange": (0.72, 0.17, 58.0),
    "yellow": (0.87, 0.17, 98.0),
    "green": (0.65, 0.17, 142.0),
    "teal": (0.70, 0.11, 195.0),
    "blue": (0.58, 0.17, 256.0),
    "purple": (0.52, 0.19, 300.0),
    "pink": (0.75, 0.14, 355.0),
    "brown": (0.47, 0.09, 55.0),
    "black": (0.16, 0.0, 0.0),
    "grey": (0.62, 0.0, 0.0),
    "white": (0.97, 0.0, 0.0),
}
NAMES = tuple(SWATCHES)
HUELESS_CHROMA = 0.04  # below it nobody sees a hue
DARK = 0.12  # lightness below which nobody sees one, either
BLACK, WHITE = 0.32, 0.88  # of what has no hue: black below, white above


def oklch(red: float, green: float, blue: float) -> tuple[float, float, float]:
    """L, C and h (degrees) of an sRGB colour with channels in 0..1."""
    r, g, b = (_linear(channel) for channel in (red, green, blue))
    long = math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    middle = math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    short = math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    light = 0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short
    b2 = 0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short
    return light, math.hypot(a, b2), math.degrees(math.atan2(b2, a)) % 360


def swatch_of(light: float, chroma: float, hue: float) -> int:
    """The index in `NAMES` of the swatch that an OKLCH colour is called by."""
    if chroma < HUELESS_CHROMA or light < DARK:
        return NAMES.index("black" if light < BLACK else "white" if light > WHITE else "grey")

    def distance(name: str) -> float:
        l2, c2, h2 = SWATCHES[name]
        if c2 == 0:
            return math.inf
        turn = math.radians(hue - h2)
        # Hue decides; lightness and chroma tell brown from orange and pink from red.
        across = 2 * chroma * c2 * (1 - math.cos(turn)) * 4
        return across + 0.2 * (light - l2) ** 2 + 0.5 * (chroma - c2) ** 2

    return NAMES.index(min(SWATCHES, key=distance))


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
