import numpy as np
import pytest

from muserd.ground.oklab import lab_of, linear_of, rgb_of


@pytest.mark.parametrize(
    ("rgb", "lab"),
    [
        ((1.0, 1.0, 1.0), (1.0, 0.0, 0.0)),
        ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0)),
        ((1.0, 0.0, 0.0), (0.6280, 0.2249, 0.1258)),
        ((0.0, 0.0, 1.0), (0.4520, -0.0325, -0.3115)),
    ],
)
def test_known_colours(rgb: tuple[float, ...], lab: tuple[float, ...]) -> None:
    """Values of the published reference implementation."""
    assert lab_of(np.array(rgb)) == pytest.approx(np.array(lab), abs=1e-3)


def test_there_and_back() -> None:
    colours = np.random.default_rng(0).uniform(0, 1, (50, 3))
    assert rgb_of(lab_of(colours)) == pytest.approx(colours, abs=1e-9)


def test_linear_light_of_srgb() -> None:
    linear = linear_of(np.array([0.0, 0.04045, 0.5, 1.0]))
    assert linear == pytest.approx(np.array([0.0, 0.0031308, 0.2140411, 1.0]), abs=1e-6)
