"""Which page or frame is the picture."""

import io
from collections.abc import Callable

import pytest
from PIL import Image, TiffImagePlugin

from muserd.extract import frames
from muserd.extract.frames import choose_frame, choose_page

Save = Callable[..., bytes]


def animation(save: Save, shown: int, count: int, kind: str = "GIF") -> Image.Image:
    """Frames of one colour each, but for the one that shows something."""
    pictures = [Image.new("RGB", (20, 10), (n, 0, 0)) for n in range(count)]
    if shown >= 0:
        pictures[shown].paste((250, 250, 0), (5, 5, 9, 9))
    data = save(pictures[0], kind, save_all=True, append_images=pictures[1:], lossless=True)
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize("kind", ["WEBP", "PNG", "GIF"])
@pytest.mark.parametrize(("shown", "count"), [(0, 3), (1, 2), (2, 3)])
def test_the_first_frame_that_shows_something(
    kind: str, shown: int, count: int, save: Save
) -> None:
    image = animation(save, shown, count, kind)
    choose_frame(image)
    assert image.tell() == shown


def test_where_all_are_blank_it_is_the_first(save: Save) -> None:
    image = animation(save, -1, 4)
    choose_frame(image)
    assert image.tell() == 0


@pytest.mark.parametrize(("most", "found"), [(600, 2), (599, 0), (200, 0)])
def test_no_more_pixels_are_decoded_than_allowed(
    most: int, found: int, save: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of frames of 200 pixels each; of two in any case."""
    monkeypatch.setattr(frames, "_MOST_PIXELS", most)
    image = animation(save, 2, 4)
    choose_frame(image)
    assert image.tell() == found
    second = animation(save, 1, 4)
    choose_frame(second)
    assert second.tell() == 1


def tiff(kinds: list[int]) -> Image.Image:
    """A page for each kind: bit 0 a reduced picture of another page, bit 2 a mask."""
    out = io.BytesIO()
    with TiffImagePlugin.AppendingTiffWriter(out) as writer:
        for kind in kinds:
            tags = TiffImagePlugin.ImageFileDirectory_v2()
            tags[254] = kind
            Image.new("L", (8, 8), 7).save(writer, "TIFF", tiffinfo=tags)
            writer.newFrame()
    return Image.open(io.BytesIO(out.getvalue()))


@pytest.mark.parametrize(
    ("kinds", "page"),
    [([0, 0], 0), ([1, 0], 1), ([4, 1, 0], 2), ([1, 2, 0], 1), ([1, 4], 0), ([1], 0)],
)
def test_the_first_page_that_is_neither_a_mask_nor_reduced(kinds: list[int], page: int) -> None:
    image = tiff(kinds)
    choose_page(image)
    assert image.tell() == page


def test_beyond_thirty_two_pages_none_is_looked_for() -> None:
    for reduced, page in ((31, 31), (32, 0)):
        image = tiff([1] * reduced + [0])
        choose_page(image)
        assert image.tell() == page
