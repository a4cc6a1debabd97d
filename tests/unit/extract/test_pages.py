"""Thumbnail pages."""

import io
from collections.abc import Callable

import pytest
from PIL import Image

from muserd.extract.pages import _spots, pack_page


def opened(page: bytes) -> Image.Image:
    with Image.open(io.BytesIO(page)) as image:
        assert image.format == "WEBP"
        return image.convert("RGBA")


def test_thumbnails_are_centred_in_their_cells(save: Callable[..., bytes]) -> None:
    """Row by row; empty cells and margins are transparent; a large one is made to fit."""
    wide = save(Image.new("RGB", (64, 32), (255, 0, 0)), "WEBP")
    large = save(Image.new("RGB", (100, 200), (0, 0, 255)), "WEBP")
    page = opened(pack_page([wide, None, None, large], 64, 3, 2))
    assert page.size == (192, 128)
    alpha = page.getchannel("A")
    assert alpha.getpixel((32, 32)) == 255
    assert alpha.getpixel((32, 8)) == 0  # above the wide one
    assert alpha.getpixel((96, 32)) == 0
    assert alpha.getpixel((32, 96)) == 255
    assert alpha.getpixel((8, 96)) == 0  # beside the tall one
    assert page.getpixel((32, 32))[0] > 200  # type: ignore[index]
    assert page.getpixel((32, 96))[2] > 200  # type: ignore[index]


def test_transparency_is_kept(save: Callable[..., bytes]) -> None:
    thumb = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    thumb.paste((0, 255, 0, 255), (16, 16, 48, 48))
    page = opened(pack_page([save(thumb, "WEBP", lossless=True)], 64, 1, 1))
    assert page.getpixel((2, 2))[3] == 0  # type: ignore[index]
    assert page.getpixel((32, 32))[3] == 255  # type: ignore[index]


def test_an_empty_page() -> None:
    page = opened(pack_page([], 32, 2, 2))
    assert page.size == (64, 64)
    assert page.getchannel("A").getextrema() == (0, 0)


def test_a_bad_thumbnail_leaves_its_cell_empty(
    save: Callable[..., bytes], caplog: pytest.LogCaptureFixture
) -> None:
    good = save(Image.new("RGB", (32, 32), (255, 0, 0)), "WEBP")
    page = opened(pack_page([b"no picture", good[:40], good], 32, 3, 1))
    assert page.getchannel("A").getpixel((16, 16)) == 0
    assert page.getchannel("A").getpixel((80, 16)) == 255
    assert len(caplog.records) == 2


def test_too_many_thumbnails() -> None:
    with pytest.raises(ValueError, match="5 thumbnails"):
        pack_page([None] * 5, 32, 2, 2)


@pytest.mark.parametrize(
    ("size", "spots"),
    [((120, 60), (6, 3)), ((60, 120), (3, 6)), ((64, 64), (6, 6)), ((128, 3), (6, 1))],
)
def test_a_blurred_thumbnail_is_six_spots_long(
    size: tuple[int, int], spots: tuple[int, int]
) -> None:
    """As many across as its aspect gives, one at least."""
    assert _spots(Image.new("RGB", size)) == spots


def test_a_blurred_page_keeps_colours_and_no_shapes(save: Callable[..., bytes]) -> None:
    """A letter cannot be read; left and right can still be told apart."""
    thumb = Image.new("RGB", (96, 48), (200, 0, 0))
    thumb.paste((0, 0, 200), (48, 0, 96, 48))
    thumb.paste((0, 0, 0), (10, 20, 14, 24))
    page = opened(pack_page([save(thumb, "WEBP", lossless=True)], 96, 1, 1, blurred=True))
    colours = [page.getpixel((x, 48)) for x in (8, 40, 48, 56, 88)]
    red, blue = [one[0] for one in colours], [one[2] for one in colours]  # type: ignore[index]
    assert min(red[:2]) > 150 > red[2] > 50 > max(red[3:])
    assert max(blue[:2]) < 50 < blue[2] < 150 < min(blue[3:])
    assert page.getpixel((12, 46))[0] > 120  # type: ignore[index]
