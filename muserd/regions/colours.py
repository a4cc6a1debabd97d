"""Colours of regions: they hang on the id, differ between neighbours, and stand on any ground.

Colours are chosen in OKLCH (Ottosson 2020, https://bottosson.github.io/posts/oklab/), where equal
distances look equally different. Lightness lies where both black and white grounds keep a contrast
of 3 : 1 (WCAG 2.2, 1.4.11), chroma is that of a printed map. A child is a shade of its parent.
"""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from muserd.ground.oklab import lab_of, linear_of, rgb_of
from muserd.ground.records import NO_REGION, RegionId

HUES = 24  # tried for a country, evenly around the circle
LIGHTNESS = (0.55, 0.61)  # of a country
CHROMA = 0.095
SHADE_LIGHTNESS = (-0.05, 0.0, 0.05)  # of a child against its parent's
SHADE_HUES = (-16.0, -8.0, 0.0, 8.0, 16.0)  # degrees
DARKEST, LIGHTEST = 0.50, 0.66
NEAR_WEIGHT = 4.0  # a neighbour's colour counts so much more than any other's

Lab = NDArray[np.float64]
Pair = tuple[RegionId, RegionId]


def colours(
    regions: Sequence[tuple[RegionId, RegionId]],
    adjacency: Collection[Pair],
    existing: Mapping[RegionId, str],
) -> dict[RegionId, str]:
    """A colour for every region.

    Args:
        regions: (id, parent), parents before their children; NO_REGION for no parent.
        adjacency: pairs that touch on the map.
        existing: colours given before; they stay, also when neighbours change. Those of retired
            regions may be among them: they come back with their region.

    Returns:
        "#rrggbb" by id. Deterministic: depends on the order of `regions`, not on that of
        `adjacency`.
    """
    touching: dict[RegionId, set[RegionId]] = {}
    for one, other in adjacency:
        touching.setdefault(one, set()).add(other)
        touching.setdefault(other, set()).add(one)
    siblings: dict[RegionId, list[RegionId]] = {}
    for region, parent in regions:
        siblings.setdefault(parent, []).append(region)
    given = {region: existing[region] for region, _ in regions if region in existing}
    for region, parent in regions:
        if region in given:
            continue
        palette = _countries() if parent == NO_REGION else _shades(given[parent])
        others = [given[other] for other in siblings[parent] if other in given]
        near = [given[other] for other in sorted(touching.get(region, ())) if other in given]
        given[region] = _hex(palette[_most_distant(palette, others, near)])
    return given


def handed_up(
    regions: Sequence[tuple[RegionId, RegionId]],
    sizes: Mapping[RegionId, int],
    existing: Mapping[RegionId, str],
) -> dict[RegionId, str]:
    """The colours given before, and for each new region over old ones that of its largest child.

    So land that gets a coarser region looks as it did.

    Args:
        regions: (id, parent), parents before their children.
        sizes: items by id.
        existing: colours given before.
    """
    brought = dict(existing)
    for region, parent in sorted(regions, key=lambda pair: (-sizes[pair[0]], pair[0])):
        if region in existing and parent != NO_REGION and parent not in brought:
            brought[parent] = existing[region]
    return brought


def to_lab(colour: str) -> Lab:
    """OKLab of "#rrggbb": float64[3]."""
    encoded = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.asarray(lab_of(linear_of(encoded)))


def _countries() -> Lab:
    """float64[48, 3]: the colours that a country may have."""
    degrees = np.linspace(0.0, 360.0, HUES, endpoint=False, dtype=np.float64)
    return np.concatenate([_polar(lightness, CHROMA, degrees) for lightness in LIGHTNESS])


def _shades(colour: str) -> Lab:
    """float64[15, 3]: the colours that a child of this colour may have, plain ones first."""
    lightness, a, b = to_lab(colour)
    hue = np.degrees(np.arctan2(b, a)) + np.array(SHADE_HUES)
    chroma = float(np.hypot(a, b))
    steps = np.clip(lightness + np.array(SHADE_LIGHTNESS), DARKEST, LIGHTEST)
    return np.concatenate([_polar(float(step), chroma, hue) for step in steps])


def _polar(lightness: float, chroma: float, degrees: NDArray[np.float64]) -> Lab:
    """float64[n, 3]: OKLab of OKLCH."""
    radians = np.radians(degrees)
    return np.stack(
        [np.full(len(radians), lightness), chroma * np.cos(radians), chroma * np.sin(radians)],
        axis=1,
    )


def _most_distant(palette: Lab, others: Sequence[str], near: Sequence[str]) -> int:
    """The candidate whose nearest used colour is farthest, neighbours counting most.

    The measure is a repulsion, as between charges: it still tells candidates apart when every
    colour is in use somewhere.
    """
    push = np.zeros(len(palette))
    for used, weight in ((others, 1.0), (near, NEAR_WEIGHT)):
        for colour in used:
            distance = np.linalg.norm(palette - to_lab(colour), axis=1)
            push += weight / np.maximum(distance, 1e-3) ** 2
    return int(push.argmin())


def _hex(lab: Lab) -> str:
    """The sRGB colour; chroma gives way where the screen cannot show it."""
    for share in np.linspace(1.0, 0.0, 21):
        linear = rgb_of(lab * np.array([1.0, share, share]))
        if linear.min() >= -1e-4 and linear.max() <= 1 + 1e-4:
            break
    linear = np.clip(linear, 0.0, 1.0)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return "#" + "".join(f"{round(float(part) * 255):02x}" for part in encoded)
