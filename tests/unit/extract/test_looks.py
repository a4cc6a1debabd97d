"""Colours and hashes of pictures."""

import io

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from muserd.extract.looks import PACKED_BYTES, Looks, _swatches, looks_of, looks_of_thumb
from muserd.ground.swatches import NAMES, oklch, swatch_of


def named(image: Image.Image) -> list[str]:
    return [NAMES[colour] for colour in looks_of(image).colours]


def scene(seed: int, size: tuple[int, int] = (320, 240)) -> Image.Image:
    """Soft blobs of several colours, as a photograph has them."""
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 255, (6, 8, 3), dtype=np.uint8)
    return Image.fromarray(small).resize(size, Image.Resampling.BICUBIC)


def apart(one: Image.Image, other: Image.Image) -> int:
    first, second = (int(looks_of(image).dhash, 16) for image in (one, other))
    return (first ^ second).bit_count()


def test_the_subject_comes_before_its_ground() -> None:
    image = Image.new("RGB", (100, 100), "white")
    image.paste((220, 20, 30), (20, 20, 70, 70))
    assert named(image) == ["red", "white"]


@pytest.mark.parametrize("colour", [(220, 20, 30), (30, 80, 220), (128, 128, 128), (5, 5, 5)])
def test_one_colour(colour: tuple[int, int, int]) -> None:
    wanted = swatch_of(*oklch(*(channel / 255 for channel in colour)))
    assert looks_of(Image.new("RGB", (9, 7), colour)).colours == (wanted,)


def test_many_colours_at_once_are_called_as_each_alone() -> None:
    """The fast form for whole pictures agrees with the definition, greys included."""
    rng = np.random.default_rng(3)
    greys = [(step, step, step) for step in range(0, 256, 5)]
    for colour in (*greys, *rng.integers(0, 256, (300, 3)).tolist()):
        test_one_colour(tuple(colour))


def test_a_hash_survives_what_is_done_to_pictures() -> None:
    for seed in range(20):
        picture = scene(seed)
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=40)
        assert apart(picture, Image.open(out)) <= 8
        assert apart(picture, picture.resize((97, 71))) <= 8
        assert apart(picture, ImageEnhance.Brightness(picture).enhance(1.15)) <= 16


def test_other_pictures_have_other_hashes() -> None:
    pictures = [scene(seed) for seed in range(30)]
    distances = [apart(a, b) for i, a in enumerate(pictures) for b in pictures[:i]]
    assert min(distances) > 30
    assert apart(pictures[0], pictures[0].transpose(Image.Transpose.FLIP_LEFT_RIGHT)) > 30


def test_thumbnails_and_their_packed_form() -> None:
    out = io.BytesIO()
    image = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    image.paste((220, 20, 30, 255), (16, 16, 48, 48))
    image.save(out, "WEBP", lossless=True)
    looks = looks_of_thumb(out.getvalue())
    assert NAMES[looks.colours[0]] == "red"
    assert len(looks.packed()) == PACKED_BYTES
    assert Looks.unpacked(looks.packed()) == looks
    assert Looks.unpacked(Looks((), "0" * 32).packed()) == Looks((), "0" * 32)


def test_many_colours_have_the_swatches_of_each() -> None:
    """As `swatches.swatch_of` finds them one by one."""
    colours = np.random.default_rng(0).random((800, 3))
    colours[::4] = colours[::4].mean(axis=1, keepdims=True)  # greys
    colours[1::8] *= 0.2
    pixels = np.rint(colours * 255).astype(np.uint8)
    expected = [swatch_of(*oklch(*one)) for one in (pixels / 255).tolist()]
    assert _swatches(pixels).tolist() == expected
    assert len(set(expected)) > 10


def test_a_hash_says_where_brightness_rises() -> None:
    """Eight by eight bits along rows, and as many along columns."""
    ramp = np.tile(np.arange(90, dtype=np.uint8), (90, 1))
    for pixels, expected in [
        (ramp, "f" * 16 + "0" * 16),
        (ramp.T, "0" * 16 + "f" * 16),
        (ramp[:, ::-1], "0" * 32),
        (np.full((90, 90), 7, np.uint8), "0" * 32),
    ]:
        image = Image.fromarray(np.ascontiguousarray(pixels)).convert("RGB")
        assert looks_of(image).dhash == expected


def test_a_colour_needs_an_eighth_of_the_picture() -> None:
    """Twelve per cent; white, black and grey come after four times less of anything else."""
    image = Image.new("RGB", (100, 100), "white")
    image.paste((220, 20, 30), (0, 0, 100, 20))
    image.paste((30, 80, 220), (0, 20, 100, 33))
    image.paste((20, 160, 60), (0, 33, 100, 43))
    assert named(image) == ["red", "white", "blue"] or named(image) == ["red", "blue", "white"]
    ground = Image.new("RGB", (100, 100), "white")
    ground.paste((220, 20, 30), (0, 0, 100, 15))
    assert named(ground) == ["white", "red"]
    ground.paste((220, 20, 30), (0, 0, 100, 22))
    assert named(ground) == ["red", "white"]
