"""Pictures of every format, upright, small, with their times, tags and thumbnails."""

import io
import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pillow_heif
import pytest
from PIL import ExifTags, Image

from muserd.extract.content import Content, read_content
from muserd.extract.decode import _nclx, check_size, decode, open_picture
from muserd.extract.limits import Limits
from muserd.extract.picture import Picture, read_picture
from muserd.extract.preview import make_preview
from muserd.ground.errors import FileError

LIMITS = Limits()
SHORTER_PX = 336
MTIME_MS = 1_500_000_000_000
WALL_MS = 1_591_012_800_000  # 2020-06-01 12:00 on a clock of which nobody says where it hung

MakeContent = Callable[..., Content]
Paint = Callable[..., Image.Image]
Save = Callable[..., bytes]

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL")


@pytest.fixture
def read(make_content: MakeContent) -> Callable[..., Picture]:
    def reading(data: bytes, name: bytes = b"file.jpg") -> Picture:
        return read_picture(make_content(data, name), LIMITS, SHORTER_PX)

    return reading


Read = Callable[..., Picture]


def heif(image: Image.Image, **options: object) -> bytes:
    out = io.BytesIO()
    pillow_heif.from_pillow(image).save(out, **options)
    return out.getvalue()


def corners(image: Image.Image) -> list[str]:
    """The colours at the four corners, by name: top left, top right, bottom left, bottom right."""
    width, height = image.size
    names = {(1, 0, 0): "red", (0, 1, 0): "green", (0, 0, 1): "blue", (1, 1, 1): "white"}
    found = []
    for at in ((4, 4), (width - 5, 4), (4, height - 5), (width - 5, height - 5)):
        pixel = image.convert("RGB").getpixel(at)
        assert isinstance(pixel, tuple)
        found.append(names.get(tuple(round(value / 255) for value in pixel[:3]), "?"))  # type: ignore[arg-type]
    return found


UPRIGHT = ["red", "green", "blue", "white"]


def every_format(paint: Paint, save: Save) -> dict[str, bytes]:
    rgb, palette = paint(), paint().convert("P")
    frames = [paint(mode="RGBA"), Image.new("RGBA", (320, 200), (9, 9, 9, 255))]
    animated = {"save_all": True, "append_images": frames[1:], "duration": 100}
    return {
        "jpeg": save(rgb, "JPEG", quality=90),
        "progressive": save(rgb, "JPEG", progressive=True, quality=90),
        "png": save(rgb, "PNG"),
        "png-palette": save(palette, "PNG"),
        "png-interlaced": save(rgb, "PNG", interlace=1),
        "apng": save(frames[0], "PNG", **animated),
        "webp": save(rgb, "WEBP", quality=90),
        "webp-lossless": save(rgb, "WEBP", lossless=True),
        "webp-animated": save(frames[0], "WEBP", **animated, lossless=True),
        "gif": save(palette, "GIF"),
        "gif-animated": save(palette, "GIF", save_all=True, append_images=[palette.rotate(180)]),
        "bmp": save(rgb, "BMP"),
        "tiff": save(rgb, "TIFF"),
        "tiff-lzw": save(rgb, "TIFF", compression="tiff_lzw"),
        "tiff-pages": save(rgb, "TIFF", save_all=True, append_images=[rgb.rotate(180)]),
        "avif": save(rgb, "AVIF", quality=90),
        "heic": heif(rgb, quality=90),
    }


FORMATS = [
    *("jpeg", "progressive", "png", "png-palette", "png-interlaced", "apng", "webp"),
    *("webp-lossless", "webp-animated", "gif", "gif-animated", "bmp", "tiff", "tiff-lzw"),
    *("tiff-pages", "avif", "heic"),
]


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format(kind: str, read: Read, paint: Paint, save: Save) -> None:
    """The first frame, in its true colours and size, whatever the suffix claims."""
    picture = read(every_format(paint, save)[kind], b"wrong-suffix.jpg")
    assert (picture.facts.width, picture.facts.height) == (320, 200)
    assert picture.image.mode == "RGB"
    assert corners(picture.image) == UPRIGHT
    for level, data in picture.thumbs.items():
        with Image.open(io.BytesIO(data)) as thumb:
            assert thumb.format == "WEBP"
            assert max(thumb.size) == min(level, 320)
            assert corners(thumb) == UPRIGHT


def test_all_formats_are_tested(paint: Paint, save: Save) -> None:
    assert set(FORMATS) == set(every_format(paint, save))


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_exif_orientation(turn: int, kind: str, read: Read, paint: Paint, save: Save) -> None:
    """Stored turned, with the note that says how: read upright, with upright sides."""
    undo = [None, None, 0, 3, 1, 5, 2, 6, 4][turn]
    stored = paint() if undo is None else paint().transpose(Image.Transpose(undo))
    exif = Image.Exif()
    exif[0x0112] = turn
    picture = read(save(stored, kind, exif=exif))
    assert corners(picture.image) == UPRIGHT
    assert (picture.facts.width, picture.facts.height) == (320, 200)
    assert picture.image.size == (320, 200)
    with Image.open(io.BytesIO(picture.thumbs[256])) as thumb:
        assert thumb.size == (256, 160)
        assert "exif" not in thumb.info


def test_heif_orientation_is_not_applied_twice(read: Read, paint: Paint) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = read(heif(paint().transpose(Image.Transpose.ROTATE_90), exif=exif.tobytes()))
    assert (picture.facts.width, picture.facts.height) == (320, 200)
    assert corners(picture.image) == UPRIGHT


@pytest.mark.parametrize("turn", [0, 9, 65_535])
def test_a_senseless_orientation_is_none(turn: int, read: Read, paint: Paint, save: Save) -> None:
    exif = Image.Exif()
    exif[0x0112] = turn
    assert corners(read(save(paint(), "JPEG", exif=exif)).image) == UPRIGHT


def exif_with(**values: str) -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Maker"  # without any tag of its own, Pillow takes it for none
    inner = exif.get_ifd(ExifTags.IFD.Exif)
    for name, value in values.items():
        if name == "DateTime":
            exif[ExifTags.Base.DateTime] = value
        else:
            inner[ExifTags.Base[name]] = value
    return exif


@pytest.mark.parametrize(
    ("values", "time_ms", "offset"),
    [
        ({"DateTimeOriginal": "2020:06:01 12:00:00"}, WALL_MS, None),
        (
            {"DateTimeOriginal": "2020:06:01 12:00:00", "OffsetTimeOriginal": "-05:30"},
            1_591_032_600_000,
            -330,
        ),
        (
            {"DateTimeOriginal": "2020:06:01 12:00:00", "OffsetTimeOriginal": "+00:00"},
            1_591_012_800_000,
            0,
        ),
        (
            {"DateTimeOriginal": "2020:06:01 12:00:00", "SubsecTimeOriginal": "25"},
            WALL_MS + 250,
            None,
        ),
        ({"DateTimeDigitized": "2020-06-01T12:00:00"}, WALL_MS, None),
        ({"DateTime": "2020:06:01 12:00:00"}, WALL_MS, None),
        (
            {"DateTimeOriginal": "0000:00:00 00:00:00", "DateTime": "2020:06:01 12:00:00"},
            WALL_MS,
            None,
        ),
        (
            {"DateTimeOriginal": "1905:01:01 00:00:00", "OffsetTimeOriginal": "+00:00"},
            -2_051_222_400_000,
            0,
        ),
    ],
)
@pytest.mark.usefixtures("in_berlin")
def test_the_time_it_was_taken(
    values: dict[str, str], time_ms: int, offset: int | None, read: Read, paint: Paint, save: Save
) -> None:
    """With its offset, else as the wall clock had it; taken before digitised before changed."""
    picture = read(save(paint(), "JPEG", exif=exif_with(**values)))
    assert (picture.facts.time_ms, picture.facts.time_source) == (time_ms, "exif")
    assert picture.facts.utc_offset_min == offset


@pytest.mark.usefixtures("in_berlin")
@pytest.mark.parametrize(
    "date", ["", "yesterday", "2020:13:45 99:99:99", "9999:01:01 00:00:00", "    :  :     :  :  "]
)
def test_without_a_time_it_is_that_of_the_file(
    date: str, read: Read, paint: Paint, save: Save
) -> None:
    picture = read(save(paint(), "JPEG", exif=exif_with(DateTimeOriginal=date)))
    assert (picture.facts.time_ms, picture.facts.time_source) == (MTIME_MS, "mtime")
    assert picture.facts.utc_offset_min == 120  # this machine's, which counted it


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "AVIF"])
def test_times_of_other_formats(kind: str, read: Read, paint: Paint, save: Save) -> None:
    exif = exif_with(DateTimeOriginal="2020:06:01 12:00:00", OffsetTimeOriginal="+02:00")
    exif[ExifTags.IFD.Exif] = dict(exif.get_ifd(ExifTags.IFD.Exif))  # else TIFF would lose it
    picture = read(save(paint(), kind, exif=exif.tobytes()))
    assert (picture.facts.time_ms, picture.facts.utc_offset_min) == (1_591_005_600_000, 120)


def test_the_time_of_a_heic(read: Read, paint: Paint) -> None:
    exif = exif_with(DateTimeOriginal="2020:06:01 12:00:00", OffsetTimeOriginal="+02:00")
    assert read(heif(paint(), exif=exif.tobytes())).facts.time_ms == 1_591_005_600_000


def test_a_large_picture_is_made_small(read: Read, paint: Paint, save: Save) -> None:
    """Small enough to be held in numbers, large enough for any encoder."""
    for kind in ("JPEG", "PNG"):
        picture = read(save(paint(3_000, 2_000), kind))
        assert (picture.facts.width, picture.facts.height) == (3_000, 2_000)
        width, height = picture.image.size
        assert width == height * 3 // 2
        assert SHORTER_PX <= height < 2 * SHORTER_PX
        assert corners(picture.image) == UPRIGHT


def test_a_large_jpeg_is_never_decoded_in_full(
    make_content: MakeContent, paint: Paint, save: Save
) -> None:
    """Pillow's draft: the decoder itself leaves out what nobody looks at."""
    content = make_content(save(paint(3_000, 2_000), "JPEG"))
    opened = open_picture(content, LIMITS)
    assert (opened.width, opened.height) == (3_000, 2_000)
    decode(content, opened, 512, longer=False)
    assert opened.image.size == (1_500, 1_000)


def test_exif_behind_the_pixels(read: Read, paint: Paint, save: Save) -> None:
    """PNG allows it: the chunk is moved to the end."""
    exif = exif_with(DateTimeOriginal="2020:06:01 12:00:00", OffsetTimeOriginal="+02:00")
    data = save(paint(), "PNG", exif=exif)
    at = data.index(b"eXIf") - 4
    chunk = data[at : at + 12 + int.from_bytes(data[at : at + 4], "big")]
    moved = data.replace(chunk, b"")[:-12] + chunk + data[-12:]
    assert read(moved).facts.time_ms == 1_591_005_600_000


def test_a_strip_is_made_smaller_still(read: Read, save: Save) -> None:
    """Else a panorama would fill the memory that waiting pictures share."""
    picture = read(save(Image.new("L", (60_000, 600)), "PNG"))
    assert (picture.facts.width, picture.facts.height) == (60_000, 600)
    assert picture.image.size == (16 * SHORTER_PX, round(600 * 16 * SHORTER_PX / 60_000))


@pytest.mark.parametrize("size", [(1, 1), (1, 30_000), (30_000, 1), (2, 3), (65, 63)])
def test_odd_sizes(size: tuple[int, int], read: Read, save: Save) -> None:
    picture = read(save(Image.new("RGB", size, (200, 30, 30)), "PNG"))
    assert (picture.facts.width, picture.facts.height) == size
    for level, data in picture.thumbs.items():
        with Image.open(io.BytesIO(data)) as thumb:
            assert max(thumb.size) == min(level, max(size))
            assert min(thumb.size) >= 1


def test_modes_of_all_kinds(read: Read, paint: Paint, save: Save) -> None:
    """CMYK, grey, one bit, palette with transparency, 16 and 32 bit: all become plain colours."""
    deep = Image.new("I;16", (64, 64), 32_768)
    floating = Image.new("F", (64, 64), 0.25)
    floating.paste(0.75, (0, 0, 32, 64))
    integers = Image.new("I", (64, 64), -5)
    integers.paste(1_000_000, (0, 0, 32, 64))
    flat = Image.new("F", (8, 8), float("nan"))
    cases = {
        "cmyk": save(paint(mode="CMYK"), "JPEG"),
        "grey": save(paint(mode="L"), "JPEG"),
        "bit": save(paint(mode="1"), "PNG"),
        "grey-alpha": save(paint(mode="LA"), "PNG"),
        "palette-alpha": save(paint().convert("P"), "PNG", transparency=0),
        "16-bit": save(deep, "PNG"),
        "16-bit-tiff": save(deep, "TIFF"),
        "float": save(floating, "TIFF"),
        "integers": save(integers, "TIFF"),
        "nan": save(flat, "TIFF"),
        "lab": save(paint().convert("RGB").convert("YCbCr"), "TIFF"),
    }
    for name, data in cases.items():
        picture = read(data, name.encode() + b".png")
        assert picture.image.mode == "RGB", name
        assert len(picture.thumbs) == 3, name
    middle = read(cases["16-bit"]).image.getpixel((5, 5))
    assert isinstance(middle, tuple)
    assert abs(middle[0] - 128) <= 1  # not clipped to white, as a plain conversion would
    bright, dark = (read(cases["float"]).image.getpixel(at) for at in ((5, 5), (60, 5)))
    assert (bright, dark) == ((255, 255, 255), (0, 0, 0))


def test_what_is_transparent_gets_a_ground_that_shows_it(read: Read, save: Save) -> None:
    """A white drawing does not vanish on a light page, nor a black one on a dark page."""
    white, dark = (255, 255, 255), (40, 40, 40)
    for colour, ground in (((250, 250, 250), dark), ((10, 10, 10), white), ((200, 60, 30), white)):
        drawing = Image.new("RGBA", (100, 100), (0, 255, 0, 0))
        drawing.paste((*colour, 255), (30, 30, 70, 70))
        picture = read(save(drawing, "PNG"))
        assert picture.image.getpixel((2, 2)) == ground
        assert picture.image.getpixel((50, 50)) == colour
        with Image.open(io.BytesIO(picture.thumbs[64])) as thumb:
            if colour[0] == 200:  # seen on either page: the thumbnail stays transparent
                assert thumb.getpixel((1, 1))[3] == 0  # type: ignore[index]
            else:
                shown = thumb.convert("RGB").getpixel((1, 1))
                assert max(abs(a - b) for a, b in zip(shown, ground, strict=True)) < 8  # type: ignore[arg-type]


def test_a_drawing_of_black_and_white_lies_on_grey(read: Read, save: Save) -> None:
    drawing = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
    drawing.paste((255, 255, 255, 255), (10, 10, 70, 90))
    drawing.paste((0, 0, 0, 255), (70, 10, 90, 90))
    assert read(save(drawing, "PNG")).image.getpixel((2, 2)) == (118, 118, 118)


def test_an_opaque_alpha_channel_costs_nothing(read: Read, paint: Paint, save: Save) -> None:
    picture = read(save(paint(mode="RGBA"), "PNG"))
    with Image.open(io.BytesIO(picture.thumbs[64])) as thumb:
        assert thumb.mode == "RGB"


def test_title_and_tags(tmp_path: Path, paint: Paint, save: Save) -> None:
    """By the file's name, or by the sidecar: `name.json` first, then `name.jpg.json`."""
    path = tmp_path / "summer_holiday-1.jpg"
    path.write_bytes(save(paint(), "JPEG"))

    def read() -> Picture:
        return read_picture(read_content(os.fsencode(path), 10**8), LIMITS, SHORTER_PX)

    assert (read().facts.title, read().facts.tags) == ("summer holiday 1", ())
    (tmp_path / "summer_holiday-1.jpg.json").write_text(json.dumps({"tags": "sea, #sun"}))
    assert read().facts.tags == ("sea", "sun")
    sidecar = tmp_path / "summer_holiday-1.json"
    sidecar.write_text(
        json.dumps({"tags": ["a", "a", 3, None, {"x": 1}, " b  c "], "title": " T "})
    )
    assert (read().facts.title, read().facts.tags) == ("T", ("a", "3", "b c"))
    for broken in (b"{", b"[1]", b'{"tags": {"a": 1}, "title": 5}', b"\xff\xfe", b"[" * 100_000):
        sidecar.write_bytes(broken)
        (tmp_path / "summer_holiday-1.jpg.json").unlink(missing_ok=True)
        assert (read().facts.title, read().facts.tags) == ("summer holiday 1", ())
    sidecar.unlink()
    os.mkfifo(sidecar)
    assert read().facts.tags == ()


def test_an_undecodable_name_has_a_title(read: Read, paint: Paint, save: Save) -> None:
    title = read(save(paint(), "PNG"), b"caf\xe9\n.png").facts.title
    assert title.isprintable()
    title.encode()


def test_limits(make_content: MakeContent, paint: Paint, save: Save) -> None:
    """Each names the key that raises it."""
    content = make_content(save(paint(300, 200), "PNG"))
    with pytest.raises(FileError, match="megapixels") as caught:
        read_picture(content, Limits(image_max_pixels=59_999), SHORTER_PX)
    assert caught.value.cause == "bomb"
    assert "image_max_megapixels" in caught.value.hint
    assert read_picture(content, Limits(image_max_pixels=60_000), SHORTER_PX)
    with pytest.raises(FileError) as caught:
        read_picture(content, Limits(image_max_bytes=10), SHORTER_PX)
    assert caught.value.cause == "too-large"
    with pytest.raises(FileError) as caught:
        make_preview(content, 100, Limits(image_max_pixels=59_999))
    assert caught.value.cause == "bomb"


def test_previews(make_content: MakeContent, paint: Paint, save: Save) -> None:
    """Upright, as large as asked for, never enlarged, without where and when it was taken."""
    exif = exif_with(DateTimeOriginal="2020:06:01 12:00:00")
    exif[0x0112] = 6
    stored = paint(900, 600).transpose(Image.Transpose.ROTATE_90)
    content = make_content(save(stored, "JPEG", exif=exif, quality=90))
    for size, expected in ((300, (300, 200)), (5_000, (900, 600))):
        with Image.open(io.BytesIO(make_preview(content, size, LIMITS))) as preview:
            assert preview.size == expected
            assert corners(preview) == UPRIGHT
            assert not preview.getexif()


def test_many_threads_read_the_same(read: Read, paint: Paint, save: Save) -> None:
    """The encode worker decodes in threads."""
    datas = list(every_format(paint, save).values()) * 3
    alone = [read(data).thumbs for data in datas]
    with ThreadPoolExecutor(8) as pool:
        assert [picture.thumbs for picture in pool.map(read, datas)] == alone


def test_the_same_bytes_give_the_same_picture(read: Read, paint: Paint, save: Save) -> None:
    data = save(paint(700, 500), "JPEG")
    one, two = read(data), read(data)
    assert one.image.tobytes() == two.image.tobytes()
    assert one.thumbs == two.thumbs


@pytest.mark.parametrize(
    ("size", "cause"),
    [
        ((10, 10), None),
        ((0, 10), "corrupt"),
        ((10, 0), "corrupt"),
        ((20, 10), None),  # just as many as are allowed
        ((20, 11), "bomb"),
        ((1, 201), "bomb"),
        ((500_001, 1), "bomb"),
    ],
)
def test_sizes_that_are_refused(size: tuple[int, int], cause: str | None) -> None:
    """Without pixels, with more than are allowed, or with a side that no format should have."""
    most = 200 if max(size) < 1_000 else 10**9
    limits = Limits(image_max_pixels=most)
    if cause is None:
        check_size(b"a.png", size, limits)
        return
    with pytest.raises(FileError) as caught:
        check_size(b"a.png", size, limits)
    assert caught.value.cause == cause


def test_the_longest_side_may_be_half_a_million() -> None:
    check_size(b"a.png", (500_000, 1), Limits())


@pytest.mark.parametrize(
    ("gamma", "kept"),
    [(1 / 2.2, False), (0.46, False), (0.5, True), (1.0, True), (2.0, False), (0.1, False)],
)
def test_a_gamma_that_is_not_the_usual_one_is_applied(gamma: float, kept: bool) -> None:
    """Of PNG; not where it is about that of sRGB, or senseless."""
    image = Image.new("RGB", (1, 1))
    image.format, image.info["gamma"] = "PNG", gamma
    assert _nclx(image, b"") == ({"gamma": gamma} if kept else None)
    image.info["srgb"] = 0
    assert _nclx(image, b"") is None
