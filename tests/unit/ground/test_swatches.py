"""Colours are called what people call them."""

import pytest

from muserd.ground.swatches import NAMES, oklch, swatch_of


@pytest.mark.parametrize(
    ("rgb", "name"),
    [
        ((220, 20, 30), "red"), ((130, 15, 20), "red"), ((250, 150, 30), "orange"),
        ((255, 235, 60), "yellow"), ((30, 160, 60), "green"), ((140, 220, 60), "green"),
        ((0, 150, 150), "teal"), ((30, 80, 220), "blue"), ((120, 190, 250), "blue"),
        ((10, 20, 80), "blue"), ((120, 40, 160), "purple"), ((250, 150, 190), "pink"),
        ((120, 70, 30), "brown"), ((80, 45, 20), "brown"), ((5, 5, 5), "black"),
        ((128, 128, 128), "grey"), ((250, 250, 250), "white"), ((255, 250, 230), "white"),
    ],
)  # fmt: skip
def test_typical_colours(rgb: tuple[int, int, int], name: str) -> None:
    assert NAMES[swatch_of(*oklch(*(channel / 255 for channel in rgb)))] == name


def test_oklch_of_known_colours() -> None:
    """Values published with the definition of OKLab, to three digits."""
    assert oklch(1, 1, 1)[:2] == pytest.approx((1.0, 0.0), abs=1e-3)
    assert oklch(1, 0, 0) == pytest.approx((0.628, 0.2577, 29.23), abs=0.02)
    assert oklch(0, 0, 1) == pytest.approx((0.452, 0.3132, 264.05), abs=0.02)
