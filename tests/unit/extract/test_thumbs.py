"""Thumbnails from a decoded picture."""

import io

import numpy as np
import pytest
from PIL import Image

from muserd.extract.thumbs import fitted, make_thumbs
from muserd.ground.records import THUMB_LEVELS_PX


@pytest.mark.parametrize(
    ("size", "side", "expected"),
    [
        ((100, 50), 100, (100, 50)),
        ((101, 50), 100, (100, 50)),
        ((200, 100), 100, (100, 50)),
        ((50, 300), 100, (17, 100)),
        ((1000, 1), 100, (100, 1)),
        ((20, 10), 100, (20, 10)),  # never enlarged
    ],
)
def test_no_side_is_longer_than_wanted(
    size: tuple[int, int], side: int, expected: tuple[int, int]
) -> None:
    """And the aspect is kept, up to a pixel."""
    assert fitted(Image.new("RGB", size), side).size == expected


def test_half_of_a_picture_is_means_of_four_pixels() -> None:
    values = np.random.default_rng(0).integers(0, 256, (64, 64), dtype=np.uint8)
    half = np.asarray(fitted(Image.fromarray(values), 32)).astype(int)
    means = values.reshape(32, 2, 32, 2).mean(axis=(1, 3))
    assert np.abs(half - means).max() <= 0.51


def test_other_sizes_are_filtered_more_softly() -> None:
    """A picture of 34 pixels made 32 is scaled, not halved."""
    values = np.random.default_rng(0).integers(0, 256, (34, 34), dtype=np.uint8)
    assert fitted(Image.fromarray(values), 32).size == (32, 32)


def test_every_level_is_made() -> None:
    thumbs = make_thumbs(Image.new("RGB", (300, 150), (9, 99, 199)))
    assert sorted(thumbs) == sorted(THUMB_LEVELS_PX)
    for level, data in thumbs.items():
        with Image.open(io.BytesIO(data)) as image:
            assert image.format == "WEBP"
            assert max(image.size) == min(level, 300)
