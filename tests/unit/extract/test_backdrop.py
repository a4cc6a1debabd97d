"""On which ground a drawing lies."""

import pytest
from PIL import Image

from muserd.extract.backdrop import on_ground

WHITE, GREY, DARK = (255, 255, 255), (118, 118, 118), (40, 40, 40)


def drawing(bright: int, dim: int, rest: int = 0) -> Image.Image:
    """So many tenths nearly white, nearly black and of a colour between; the last row is empty."""
    image = Image.new("RGBA", (10, 2), (0, 0, 0, 0))
    shades = [(250,) * 3] * bright + [(10,) * 3] * dim + [(128,) * 3] * rest
    for column, shade in enumerate(shades):
        image.putpixel((column, 0), (*shade, 255))
    return image


@pytest.mark.parametrize(
    ("bright", "dim", "rest", "ground"),
    [
        (0, 0, 10, WHITE),
        (4, 2, 4, WHITE),  # less than half: seen on white
        (5, 2, 3, DARK),
        (5, 3, 2, GREY),  # on dark more than a fifth would be lost
        (2, 5, 3, WHITE),
        (3, 5, 2, GREY),
        (0, 10, 0, WHITE),
        (10, 0, 0, DARK),
        (0, 0, 0, WHITE),
    ],
)
def test_a_ground_is_one_that_the_drawing_stands_out_from(
    bright: int, dim: int, rest: int, ground: tuple[int, int, int]
) -> None:
    """Half of it swallowed is too much; a fifth by the opposite ground, too."""
    made = on_ground(drawing(bright, dim, rest))
    assert made.mode == "RGB"
    assert made.getpixel((0, 1)) == ground


@pytest.mark.parametrize(("bright", "dim", "left"), [(4, 4, True), (5, 4, False), (4, 5, False)])
def test_it_stays_transparent_where_it_is_seen_on_any_page(
    bright: int, dim: int, left: bool
) -> None:
    image = drawing(bright, dim, 10 - bright - dim)
    assert (on_ground(image, only_where_needed=True) is image) == left


@pytest.mark.parametrize(("shade", "ground"), [(215, WHITE), (216, DARK), (45, WHITE), (44, WHITE)])
def test_nearly_white_begins_where_a_page_swallows_it(
    shade: int, ground: tuple[int, int, int]
) -> None:
    image = Image.new("RGBA", (2, 1), (shade, shade, shade, 255))
    image.putpixel((1, 0), (0, 0, 0, 0))
    assert on_ground(image).getpixel((1, 0)) == ground
    assert (on_ground(image, only_where_needed=True) is image) == (shade in {215, 45})


@pytest.mark.parametrize(("alpha", "counts"), [(127, False), (128, True)])
def test_what_is_hardly_there_does_not_count(alpha: int, counts: bool) -> None:
    image = Image.new("RGBA", (2, 1), (255, 255, 255, alpha))
    assert (on_ground(image, only_where_needed=True) is not image) == counts


def test_what_is_opaque_needs_no_ground() -> None:
    image = Image.new("RGB", (2, 1), (255, 255, 255))
    assert on_ground(image) is image
