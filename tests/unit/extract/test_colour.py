"""Colour profiles."""

import struct
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageCms

from muserd.extract import colour
from muserd.extract.colour import in_srgb
from muserd.extract.content import Content
from muserd.extract.limits import Limits
from muserd.extract.picture import read_picture

# The colorants of sRGB in the profile connection space (D50): ICC.1, annex E.
RED, GREEN, BLUE = (0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141)


def profile(red: tuple, green: tuple, blue: tuple, space: bytes = b"RGB ") -> bytes:
    """A matrix profile of version 2.1 with a gamma of 2.2."""

    def fixed(value: float) -> bytes:
        return struct.pack(">i", round(value * 65_536))

    def xyz(values: tuple) -> bytes:
        return b"XYZ \0\0\0\0" + b"".join(map(fixed, values))

    text = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"test\0" + bytes(78)
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(2.2 * 256)) + b"\0\0"
    tags = {
        b"desc": text + b"\0" * (-len(text) % 4),
        b"cprt": b"text\0\0\0\0none",
        b"wtpt": xyz((0.9642, 1.0, 0.8249)),
        b"rXYZ": xyz(red),
        b"gXYZ": xyz(green),
        b"bXYZ": xyz(blue),
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve),
    }
    at, table, body = 128 + 4 + 12 * len(tags), struct.pack(">I", len(tags)), b""
    for name, data in tags.items():
        table += name + struct.pack(">II", at + len(body), len(data))
        body += data
    size = at + len(body)
    header = struct.pack(">I4sI4s4s4s", size, b"\0\0\0\0", 0x02100000, b"mntr", space, b"XYZ ")
    header += bytes(12) + b"acsp" + bytes(28) + b"".join(map(fixed, (0.9642, 1.0, 0.8249)))
    return header.ljust(128, b"\0") + table + body


def test_a_profile_is_applied(
    make_content: Callable[..., Content], save: Callable[..., bytes]
) -> None:
    """A space whose red is sRGB's green, stored in every format that carries a profile."""
    swapped = profile(GREEN, RED, BLUE)
    for kind in ("PNG", "JPEG", "WEBP", "TIFF", "AVIF"):
        data = save(Image.new("RGB", (40, 40), (250, 10, 10)), kind, icc_profile=swapped)
        pixel = read_picture(make_content(data), Limits(), 256).image.getpixel((20, 20))
        assert isinstance(pixel, tuple)
        assert pixel[1] > 200 > 80 > pixel[0], kind


def test_transparency_survives() -> None:
    image = Image.new("RGBA", (8, 8), (250, 10, 10, 77))
    pixel = in_srgb(image, profile(GREEN, RED, BLUE)).getpixel((4, 4))
    assert isinstance(pixel, tuple)
    assert pixel[1] > 200
    assert pixel[3] == 77


@pytest.mark.parametrize(
    "useless",
    [
        None,
        "text",
        b"",
        b"\0" * 200,
        profile(RED, GREEN, BLUE)[:150],
        profile(RED, GREEN, BLUE)[:132] + b"\xff" * 400,
        profile(RED, GREEN, BLUE, b"CMYK"),
        ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
    ],
)
def test_a_useless_profile_is_ignored(useless: object) -> None:
    image = Image.new("RGB", (8, 8), (250, 10, 10))
    assert in_srgb(image, useless).getpixel((4, 4)) == (250, 10, 10)
    assert in_srgb(image, useless) is image


@pytest.mark.parametrize(("moved", "nothing"), [(0, True), (2, True), (3, False)])
def test_a_change_of_two_of_255_is_none(
    moved: int, nothing: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody sees it; of the colour that moves most."""

    def shifted(image: Image.Image, _: object) -> Image.Image:
        pixels = np.asarray(image).astype(int)
        pixels[0, 40] += np.where(pixels[0, 40] < 100, moved, -moved)
        return Image.fromarray(pixels.astype(np.uint8))

    transform = ImageCms.buildTransform(
        ImageCms.createProfile("sRGB"), ImageCms.createProfile("sRGB"), "RGB", "RGB"
    )
    monkeypatch.setattr(ImageCms, "applyTransform", shifted)
    assert colour._changes_nothing(transform) is nothing


def test_a_profile_of_greys_is_applied() -> None:
    """One that is linear: half of the light is a bright grey on a screen."""
    curve = b"curv\0\0\0\0\0\0\0\0"
    white = b"XYZ \0\0\0\0" + struct.pack(">3i", 63_190, 65_536, 54_061)
    text = b"text\0\0\0\0none"
    tags = {b"wtpt": white, b"kTRC": curve, b"cprt": text}
    at, table, body = 132 + 12 * len(tags), struct.pack(">I", len(tags)), b""
    for name, data in tags.items():
        table += name + struct.pack(">II", at + len(body), len(data))
        body += data
    header = struct.pack(">I4sI4s4s4s", at + len(body), b"", 0x02100000, b"mntr", b"GRAY", b"XYZ ")
    header += bytes(12) + b"acsp" + bytes(28) + white[8:]
    grey = in_srgb(Image.new("L", (8, 8), 128), header.ljust(128, b"\0") + table + body)
    assert grey.mode == "RGB"
    assert grey.getpixel((4, 4)) == pytest.approx((188, 188, 188), abs=2)
