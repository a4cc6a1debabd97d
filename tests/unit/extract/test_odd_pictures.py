"""Pictures as other programs write them: deep, wide, turned, of many pages, without an end."""

import io
import struct
from collections.abc import Callable

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageCms, TiffImagePlugin

from muserd.extract.content import Content
from muserd.extract.limits import Limits
from muserd.extract.picture import Picture, read_picture
from muserd.extract.preview import make_preview
from muserd.ground.errors import FileError

Paint = Callable[..., Image.Image]
Save = Callable[..., bytes]
Make = Callable[..., Content]
MTIME_MS = 1_500_000_000_000
LIMITS = Limits()


@pytest.fixture
def read(make_content: Make) -> Callable[..., Picture]:
    def reading(data: bytes, age_s: float = 3_600) -> Picture:
        now_ms = MTIME_MS + round(1_000 * age_s)
        return read_picture(make_content(data), LIMITS, 256, now_ms)

    return reading


Read = Callable[..., Picture]


def close(pixel: object, expected: tuple[int, ...], by: int = 12) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(a - b) <= by for a, b in zip(pixel, expected, strict=True))


# colours


def renamed(profile: bytes, name: str) -> bytes:
    """A profile under another name: its description is replaced, its size stays."""
    changed = bytearray(profile)
    for text in (b"sRGB", "sRGB".encode("utf-16-be")):
        at = changed.find(text)
        while at >= 0:
            wide = len(text) == 8
            new = name[:4].encode("utf-16-be" if wide else "ascii").ljust(len(text), b" ")
            changed[at : at + len(text)] = new
            at = changed.find(text, at + 1)
    return bytes(changed)


def test_a_profile_is_obeyed_whatever_its_name(read: Read, save: Save) -> None:
    """Its name says sRGB, its colorants say otherwise; and the other way round."""
    from tests.unit.extract.test_colour import BLUE, GREEN, RED, profile

    lying = profile(GREEN, RED, BLUE).replace(b"test\0", b"sRGB\0")
    picture = read(save(Image.new("RGB", (40, 40), (250, 10, 10)), "PNG", icc_profile=lying))
    assert close(picture.image.getpixel((5, 5))[1:2], (250,), 20)  # type: ignore[index]
    honest = renamed(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(), "P3  ")
    picture = read(save(Image.new("RGB", (40, 40), (90, 187, 66)), "PNG", icc_profile=honest))
    assert picture.image.getpixel((5, 5)) == (90, 187, 66)


def test_grey_and_cmyk_by_their_profiles(read: Read, save: Save) -> None:
    """A grey profile of gamma 1: half of the light is 188 on a screen."""
    from tests.unit.extract.test_colour import BLUE, GREEN, RED, profile

    grey = profile(RED, GREEN, BLUE, b"GRAY").replace(b"rTRC", b"kTRC")
    linear = grey.replace(struct.pack(">IH", 1, round(2.2 * 256)), struct.pack(">IH", 1, 256))
    picture = read(save(Image.new("L", (40, 40), 128), "PNG", icc_profile=linear))
    assert close(picture.image.getpixel((5, 5)), (188, 188, 188), 4)
    plain = read(save(Image.new("CMYK", (40, 40), (0, 255, 255, 0)), "JPEG"))
    assert close(plain.image.getpixel((5, 5)), (255, 0, 0), 30)


def heif_with(values: tuple[int, int, int], primaries: int, transfer: int, save_as: str) -> bytes:
    """Ten bits a channel, under code points of ITU-T H.273."""
    pixels = np.zeros((48, 64, 3), np.uint16)
    pixels[:] = [value << 6 for value in values]
    file = pillow_heif.from_bytes(mode="RGB;16", size=(64, 48), data=pixels.tobytes())
    out = io.BytesIO()
    file.save(
        out, format=save_as, quality=100, chroma=444, color_primaries=primaries,
        transfer_characteristics=transfer, matrix_coefficients=9, full_range_flag=1,
    )  # fmt: skip
    return out.getvalue()


def pq(nits: float) -> int:
    """SMPTE ST 2084, as ten bits."""
    y = (nits / 10_000) ** 0.1593017578125
    return round(1023 * ((0.8359375 + 18.8515625 * y) / (1 + 18.6875 * y)) ** 78.84375)


def test_hdr_is_tone_mapped(read: Read) -> None:
    """PQ in BT.2020: the standard's white is white, red is red, and 1000 nits do not clip to it."""
    white = read(heif_with((pq(203),) * 3, 9, 16, "HEIF")).image.getpixel((5, 5))
    assert min(white) > 215  # type: ignore[type-var, arg-type]
    grey = read(heif_with((pq(203 * 0.2),) * 3, 9, 16, "HEIF")).image.getpixel((5, 5))
    assert close(grey, (124, 124, 124), 6)  # 20 % of the light
    red = read(heif_with((pq(203 * 0.63), pq(203 * 0.07), pq(203 * 0.02)), 9, 16, "HEIF"))
    r, g, b = red.image.getpixel((5, 5))  # type: ignore[misc]
    assert r > 225
    assert max(g, b) < 60
    hlg = read(heif_with((512, 512, 512), 9, 18, "HEIF")).image.getpixel((5, 5))
    assert 100 < hlg[0] < 200  # type: ignore[index]


def test_wide_primaries_without_a_profile(read: Read) -> None:
    """Display P3 by code points: (30, 190, 40) of sRGB is paler there."""
    green = read(heif_with((4 * 90, 4 * 187, 4 * 66), 12, 13, "HEIF")).image.getpixel((5, 5))
    assert green[0] < 60  # type: ignore[index]
    assert close(green, (30, 190, 40), 25)
    same = read(heif_with((4 * 90, 4 * 187, 4 * 66), 1, 13, "HEIF")).image.getpixel((5, 5))
    assert close(same, (90, 187, 66), 8)


# depth


@pytest.mark.parametrize("order", ["<", ">"])
def test_sixteen_bits_of_either_byte_order(order: str, read: Read) -> None:
    pixels = np.full((40, 60), 0x8000, f"{order}u2")
    pixels[:, 30:] = 0x4000
    mark, bits = (b"II", "<") if order == "<" else (b"MM", ">")
    tags = [(256, 3, 1, 60), (257, 3, 1, 40), (258, 3, 1, 16), (259, 3, 1, 1), (262, 3, 1, 1)]
    tags += [(273, 4, 1, 8), (277, 3, 1, 1), (278, 3, 1, 40), (279, 4, 1, pixels.nbytes)]
    at = 8 + pixels.nbytes
    head = mark + struct.pack(f"{bits}HI", 42, at)
    table = struct.pack(f"{bits}H", len(tags))
    for tag, kind, count, value in tags:
        packed = struct.pack(f"{bits}H2x" if kind == 3 else f"{bits}I", value)
        table += struct.pack(f"{bits}HHI", tag, kind, count) + packed
    image = read(head + pixels.tobytes() + table + bytes(4)).image
    assert (image.getpixel((5, 5)), image.getpixel((55, 5))) == ((128,) * 3, (64,) * 3)


def test_what_is_no_number_counts_for_nothing(read: Read, save: Save) -> None:
    pixels = np.linspace(0, 2, 64 * 64, dtype=np.float32).reshape(64, 64)
    pixels[0, 0], pixels[0, 1], pixels[0, 2] = np.nan, np.inf, -np.inf
    image = read(save(Image.fromarray(pixels), "TIFF")).image
    assert image.getpixel((0, 0)) == (0, 0, 0)
    assert image.getpixel((63, 63)) == (255, 255, 255)
    assert close(image.getpixel((32, 32)), (129, 129, 129), 3)


# pages and frames


def test_the_first_page_that_is_the_picture(read: Read) -> None:
    """The first page is a thumbnail (NewSubfileType 1), the second a mask, the third it."""
    kinds = []
    for kind in (1, 4, 0):
        info = TiffImagePlugin.ImageFileDirectory_v2()
        info[254] = kind
        kinds.append(info)
    pages = [Image.new("RGB", size, c) for size, c in (((16, 12), "red"), ((160, 120), "blue"))]
    real = Image.new("RGB", (160, 120), (0, 128, 0))
    out = io.BytesIO()
    with TiffImagePlugin.AppendingTiffWriter(out) as writer:
        for page, info in zip((*pages, real), kinds, strict=True):
            page.save(writer, format="TIFF", tiffinfo=info)
            writer.newFrame()
    picture = read(out.getvalue())
    assert (picture.facts.width, picture.facts.height) == (160, 120)
    assert picture.image.getpixel((5, 5)) == (0, 128, 0)


@pytest.mark.parametrize("kind", ["WEBP", "PNG", "GIF"])
@pytest.mark.parametrize("blank", [(0, 0, 0, 0), (255, 255, 255, 255)])
def test_the_first_frame_with_something_on_it(
    kind: str, blank: tuple[int, ...], read: Read, paint: Paint, save: Save
) -> None:
    empty = Image.new("RGBA", (64, 48), blank)
    shown = paint(64, 48, "RGBA")
    data = save(
        empty, kind, save_all=True, append_images=[empty, shown, empty], duration=100, loop=0,
        **({"lossless": True} if kind == "WEBP" else {}),
    )  # fmt: skip
    image = read(data).image
    assert close(image.getpixel((5, 5)), (255, 0, 0), 20)
    assert close(image.getpixel((60, 5)), (0, 255, 0), 20)


def test_an_animation_that_is_blank_all_along(read: Read, save: Save) -> None:
    empty = Image.new("RGBA", (64, 48), (0, 0, 0, 0))
    data = save(empty, "WEBP", save_all=True, append_images=[empty] * 3, duration=100)
    assert read(data).image.size == (64, 48)


# turned


def test_heic_that_only_exif_turns(read: Read, paint: Paint) -> None:
    """No `irot` in the container: as galleries show it. With one, it is turned once."""
    turned = Image.Exif()
    turned[0x0112] = 6
    pillow_heif.register_heif_opener(thumbnails=False)
    out = io.BytesIO()
    paint(64, 48).save(out, "HEIF", exif=turned.tobytes(), quality=90)
    whole = out.getvalue()
    assert b"irot" in whole
    picture = read(whole)
    assert (picture.facts.width, picture.facts.height) == (48, 64)
    assert close(picture.image.getpixel((40, 5)), (255, 0, 0), 40)  # upper left, turned right
    straight = Image.Exif()
    straight[0x0112] = 1
    out = io.BytesIO()
    paint(64, 48).save(out, "HEIF", exif=straight.tobytes(), quality=90)
    data = out.getvalue()
    assert b"irot" not in data
    marker = struct.pack("<HHIHH", 0x0112, 3, 1, 1, 0)
    big = struct.pack(">HHIHH", 0x0112, 3, 1, 1, 0)
    assert marker in data or big in data
    data = data.replace(marker, struct.pack("<HHIHH", 0x0112, 3, 1, 6, 0))
    data = data.replace(big, struct.pack(">HHIHH", 0x0112, 3, 1, 6, 0))
    picture = read(data)
    assert (picture.facts.width, picture.facts.height) == (48, 64)
    assert close(picture.image.getpixel((40, 5)), (255, 0, 0), 40)


# without an end


@pytest.mark.parametrize("lost", [1, 2, 40])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "progressive"])
def test_nearly_whole_pictures_are_taken_once_at_rest(
    kind: str, lost: int, read: Read, save: Save, make_content: Make
) -> None:
    rng = np.random.default_rng(1)
    image = Image.fromarray(rng.integers(0, 255, (120, 160, 3), np.uint8))
    options = {"progressive": True} if kind == "progressive" else {}
    whole = save(image, "PNG" if kind == "PNG" else "JPEG", **options)
    picture = read(whole[:-lost])
    assert (picture.facts.width, picture.facts.height) == (160, 120)
    assert close(picture.image.getpixel((80, 60)), read(whole).image.getpixel((80, 60)), 25)  # type: ignore[arg-type]
    assert make_preview(make_content(whole[:-lost]), 64, LIMITS)
    if kind == "PNG" and lost < 12:
        return  # its last chunk says nothing but that it is the last
    assert picture.facts.incomplete
    with pytest.raises(FileError) as caught:
        read(whole[:-lost], age_s=5)
    assert (caught.value.cause, caught.value.retry) == ("truncated", True)


def test_a_plain_jpeg_without_its_mark_of_the_end(read: Read, save: Save) -> None:
    assert read(save(Image.new("RGB", (64, 48), (200, 30, 30)), "JPEG")[:-2]).facts.incomplete


@pytest.mark.parametrize("share", [0.3, 0.6])
def test_half_a_picture_is_truncated_for_ever(share: float, read: Read, save: Save) -> None:
    rng = np.random.default_rng(1)
    data = save(Image.fromarray(rng.integers(0, 255, (480, 640, 3), np.uint8)), "JPEG")
    with pytest.raises(FileError) as caught:
        read(data[: round(share * len(data))])
    assert caught.value.cause == "truncated"


def test_whole_pictures_are_not_marked(read: Read, paint: Paint, save: Save) -> None:
    for kind in ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP"):
        assert not read(save(paint(), kind)).facts.incomplete
