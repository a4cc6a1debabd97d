"""Colours of posters: those of the page's two themes (viewer/src/app/theme.js)."""

from dataclasses import dataclass

from muserd.ground.records import Space


@dataclass(frozen=True, slots=True)
class Colours:
    """One theme for one space; colours are `#rrggbb`.

    Attributes:
        sheet: round the map.
        deep: the sea far from land.
        shelf: tints of the sea, from the deep to the coast.
        bands: tints of the land, from the coast to the peaks.
        line: of contours.
        light, shadow: what slopes turn to in the light and away from it, and how far.
        ink, soft: letters, and those that step back.
        halo: round letters.
        frame: round the map.
        dots: strength of the items' dots.
    """

    dark: bool
    sheet: str
    deep: str
    shelf: tuple[str, ...]
    bands: tuple[str, ...]
    line: str
    light: tuple[str, float]
    shadow: tuple[str, float]
    ink: str
    soft: str
    halo: str
    frame: str
    dots: float


_LIGHT = {
    "sheet": "#f8f5ed",
    "deep": "#cfdfe4",
    "shelf": ("#d5e3e7", "#dbe7e9", "#e3edec"),
    "shadow": ("#4c5a72", 0.36),
    "ink": "#161a1d",
    "soft": "#434c52",
    "halo": "#fbfbf5",
    "frame": "#5b6468",
    "dots": 0.8,
}
_DARK = {
    "sheet": "#070d12",
    "deep": "#03070b",
    "shadow": ("#000104", 0.66),
    "ink": "#e8f0f4",
    "soft": "#a9bac4",
    "halo": "#020406",
    "frame": "#4d6775",
    "dots": 0.85,
}
_IMAGE_LIGHT = (
    "#d3dfc0", "#d9dfb6", "#e2dfb4", "#e9dbae", "#e5cd9f", "#dcbd92", "#d2b294", "#ece2d6",
)  # fmt: skip
_TEXT_LIGHT = (
    "#dcdcd6", "#e2dad2", "#e6d6cb", "#e6cfc2", "#dfc2b6", "#d5b6ae", "#c8a9a8", "#ebe1de",
)  # fmt: skip
_IMAGE_DARK = (
    "#081218", "#0a181f", "#0e2027", "#13292e", "#1b3433", "#284037", "#3b4e3c", "#565f47",
)  # fmt: skip
_TEXT_DARK = (
    "#100f0b", "#16140e", "#1d1a12", "#252016", "#2e281b", "#393122", "#463d2b", "#584e3a",
)  # fmt: skip


def colours_of(space: Space, *, dark: bool) -> Colours:
    """The colours of a map."""
    if dark:
        image = space == "image"
        return Colours(
            dark=True,
            shelf=("#04090e", "#060d14", "#08131b") if image else ("#080705", "#0a0907", "#0d0b08"),
            bands=_IMAGE_DARK if image else _TEXT_DARK,
            line="#5fa9cf" if image else "#b59a62",
            light=("#8fc4dc", 0.3) if image else ("#d9bd86", 0.26),
            **_DARK,  # type: ignore[arg-type]
        )
    image = space == "image"
    return Colours(
        dark=False,
        bands=_IMAGE_LIGHT if image else _TEXT_LIGHT,
        line="#7d6748" if image else "#72567a",
        light=("#fffbe8", 0.6) if image else ("#fff5ec", 0.6),
        **_LIGHT,  # type: ignore[arg-type]
    )


def rgb(colour: str) -> tuple[int, int, int]:
    """0 … 255 of `#rrggbb`; a grey for what is none."""
    try:
        value = int(colour[1:], 16) if len(colour) == 7 else -1
    except ValueError:
        value = -1
    return (130, 140, 150) if value < 0 else (value >> 16, value >> 8 & 255, value & 255)


def inked(colour: str, *, dark: bool) -> str:
    """A region's colour as the page draws it: away from grey, bright at night, deep on paper."""
    red, green, blue = rgb(colour)
    grey = 0.3 * red + 0.59 * green + 0.11 * blue
    colourful, bright = (1.2, 1.28) if dark else (1.3, 0.84)
    values = (
        round(min(max((grey + (one - grey) * colourful) * bright, 0), 255))
        for one in (red, green, blue)
    )
    return "#" + "".join(f"{value:02x}" for value in values)
