"""Pictures as users of other tools reported them, and their like: what a person expects of each.

One table a kind: EXIF's dates and offsets, XMP, IPTC, texts of PNG, JSON beside a picture; deep
pixels, colours by code points, and files that lack their end. Profiles, HDR, 16 bits, pages and
frames, HEIC that only EXIF turns: `test_odd_pictures.py`; Takeout, GPS, what Windows writes:
`test_metadata.py`; drawings on transparency: `test_picture.py`; raw files: `test_more_pictures.py`.
"""

import json
import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin

from muserd.extract.content import Content, read_content
from muserd.extract.limits import Limits
from muserd.extract.picture import Picture, read_picture
from muserd.ground.errors import FileError
from muserd.ground.facts import Facts
from tests.unit.extract.test_metadata import bag, exif, iptc, packet, plain

Save = Callable[..., bytes]
Make = Callable[..., Content]
Reads = Callable[..., Facts]
NOW_MS = 1_795_000_000_000
AT_REST_MS = 1_500_000_000_000 + 3_600_000
LIMITS = Limits()

pytestmark = pytest.mark.usefixtures("in_berlin")


@pytest.fixture
def facts(tmp_path: Path) -> Reads:
    def reading(data: bytes, name: str = "x.jpg", **beside: bytes) -> Facts:
        for sidecar, text in beside.items():
            (tmp_path / sidecar).write_bytes(text)
        path = tmp_path / name
        path.write_bytes(data)
        os.utime(path, (1_500_000_000, 1_500_000_000))
        return read_picture(read_content(os.fsencode(path), 10**7), LIMITS, 64, NOW_MS).facts

    return reading


EXIF = {
    "2023:05:06 07:08:09": "2023-05-06 07:08:09",
    "2023:05:06 07:08": "2023-05-06 07:08:00",
    "2023: 5: 6  7: 8: 9": "2023-05-06 07:08:09",
    "2023:05:06 07:08:09.25": "2023-05-06 07:08:09",
    "2023:05:06 07:08:60": "2023-05-06 07:08:59",
    "2023:05:06 07:08:09Z": "2023-05-06 07:08:09+00:00",
    "2023:05:06\x0007:08:09": "2023-05-06 07:08:09",
    "20230506070809": "2023-05-06 07:08:09",
    "20230506 070809": "2023-05-06 07:08:09",
    "Sat May  6 07:08:09 2023": "2023-05-06 07:08:09",
    "2023:05": "2023-05",
    "2023:05:00 00:00:00": "2023-05",
    "2023:05:06 07:08:09 PM": "2023-05-06 19:08:09",
    "1970:01:01 00:00:00": "doubtful",
    "1980:01:01 00:00:12": "doubtful",
    "2000:01:01 00:00:00": "doubtful",
    "2099:01:01 00:00:00": "",
    "2026:11:21 10:00:00": "",
    "2023:13:06 07:08:09": "",
    "06/05/2023 07:08": "",
}


@pytest.mark.parametrize("written", EXIF)
def test_dates_of_exif(written: str, facts: Reads, save: Save) -> None:
    found = facts(save(plain(), "JPEG", exif=exif(DateTimeOriginal=written)))
    when = "doubtful" if found.time_doubtful else found.when
    assert (when if found.time_source == "exif" else "") == EXIF[written]


@pytest.mark.parametrize(
    ("tags", "offset"),
    [
        ({"OffsetTimeOriginal": "+02:00"}, 120),
        ({"OffsetTimeOriginal": "+0200"}, 120),
        ({"OffsetTimeOriginal": "+02"}, 120),
        ({"OffsetTimeOriginal": "+5:30"}, 330),
        ({"OffsetTimeOriginal": "Z"}, 0),
        ({"OffsetTimeOriginal": "   :  "}, None),
        ({"OffsetTimeOriginal": "+25:00"}, None),
        ({"OffsetTime": "+02:00"}, 120),
        ({"OffsetTimeDigitized": "+02:00", "DateTimeDigitized": "2023:05:06 07:08:09"}, 120),
        ({"OffsetTimeDigitized": "+02:00", "DateTimeDigitized": "2023:05:07 07:08:09"}, None),
    ],
)
def test_offsets_of_exif(
    tags: dict[str, str], offset: int | None, facts: Reads, save: Save
) -> None:
    """The wall clock's time is the same with whatever offset, and without one."""
    found = facts(save(plain(), "JPEG", exif=exif(DateTimeOriginal="2023:05:06 07:08:09", **tags)))
    assert found.utc_offset_min == offset
    assert found.when.startswith("2023-05-06 07:08:09")


def test_words_of_exif_are_utf_8(facts: Reads, save: Save) -> None:
    """The standard says ASCII, and everybody writes UTF-8."""
    made = exif(ImageDescription="Gr##e aus K#ln").tobytes()
    data = save(plain(), "JPEG", exif=made.replace(b"Gr##e aus K#ln", "Grüe aus Kln".encode()))
    assert facts(data).excerpt == "Grüe aus Kln"


@pytest.mark.parametrize(
    "comment",
    [
        b"ASCII\0\0\0At the lake",
        b"UNICODE\0" + "At the lake".encode("utf-16-le"),
        b"UNICODE\0" + "At the lake".encode("utf-16-be"),
        b"JIS\0\0\0\0\0" + "At the lake".encode("iso2022_jp"),
        b"\0\0\0\0\0\0\0\0At the lake",
    ],
)
def test_comments_of_exif(comment: bytes, facts: Reads, save: Save) -> None:
    assert facts(save(plain(), "JPEG", exif=exif(UserComment=comment))).excerpt == "At the lake"


def test_comments_that_cameras_write_are_none(facts: Reads, save: Save) -> None:
    for comment in (
        b"ASCII\0\0\0",
        b"ASCII\0\0\0" + b"\0" * 200,
        b"\1\2\3\4\5\6\7\x08\x0c\x0d\x0e",
    ):
        assert not facts(save(plain(), "JPEG", exif=exif(UserComment=comment))).excerpt
    maker = exif(ImageDescription="OLYMPUS DIGITAL CAMERA")
    assert not facts(save(plain(), "JPEG", exif=maker)).excerpt


XMP = {
    'xmp:CreateDate="2016-01-28T12:21:20+01:00"': "2016-01-28 12:21:20+01:00",
    'xmp:CreateDate="2016-01-28T12:21"': "2016-01-28 12:21:00",
    'xmp:CreateDate="2016-01"': "2016-01",
    'exif:DateTimeOriginal="2016-01-28T12:21:20.12"': "2016-01-28 12:21:20",
    'photoshop:DateCreated="2016-01-28"': "2016-01-28",
    'exif:GPSTimeStamp="2016-01-28T11:21:20Z"': "2016-01-28 11:21:20+00:00",
    'xmp:ModifyDate="2016-01-28T12:21:20"': "2016-01-28 12:21:20",
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("said", XMP)
def test_dates_of_xmp(said: str, encoding: str, facts: Reads, save: Save) -> None:
    found = facts(save(plain(), "JPEG", xmp=packet(said).decode().encode(encoding)))
    assert (found.when, found.time_source) == (XMP[said], "xmp")


@pytest.mark.parametrize(
    "said",
    [
        bag("dc:subject", "sea", "a b"),
        "<dc:subject><rdf:Seq><rdf:li>sea</rdf:li><rdf:li>a b</rdf:li></rdf:Seq></dc:subject>",
        "<dc:subject>sea, a b</dc:subject>",
        bag("dc:subject", "sea; a b"),
        bag("lr:hierarchicalSubject", "sea", "a b", "darktable|exported"),
        bag("digiKam:TagsList", "sea", "a b"),
    ],
)
def test_keywords_of_xmp(said: str, facts: Reads, save: Save) -> None:
    assert facts(save(plain(), "JPEG", xmp=packet("", said))).tags == ("sea", "a b")


IPTC = {
    (b"20160128", b"122120+0100"): "2016-01-28 12:21:20+01:00",
    (b"20160128", b"122120"): "2016-01-28 12:21:20",
    (b"20160128", b"1221"): "2016-01-28 12:21:00",
    (b"2016:01:28", b"12:21:20+01:00"): "2016-01-28 12:21:20+01:00",
    (b"20160128", b""): "2016-01-28",
    (b"20160100", b""): "2016-01",
    (b"20160000", b""): "2016",
    (b"00000000", b""): "",
}


@pytest.mark.parametrize("said", IPTC)
def test_dates_of_iptc(said: tuple[bytes, bytes], facts: Reads, save: Save) -> None:
    data = save(plain(), "JPEG")
    found = facts(data[:2] + iptc((2, 55, said[0]), (2, 60, said[1]), (2, 25, b"a;b")) + data[2:])
    assert (found.when if found.time_source == "iptc" else "") == IPTC[said]
    assert found.tags == ("a", "b")


@pytest.mark.parametrize("key", ["Creation Time", "exif:DateTimeOriginal", "date:modify"])
def test_dates_of_png(key: str, facts: Reads, save: Save) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text(key, "2016-01-28T12:21:20+01:00")
    found = facts(save(plain(), "PNG", pnginfo=info), "x.png")
    assert (found.when, found.time_source) == ("2016-01-28 12:21:20+01:00", "png")


@pytest.mark.parametrize(
    "said",
    [
        {"title": "T", "tags": ["a"], "date": "2024-03-05"},
        [{"SourceFile": "x.jpg", "EXIF:DateTimeOriginal": "2024:03:05 10:00:00",
          "XMP:Title": "T", "XMP:Subject": ["a"]}],
        [{"DateTimeOriginal": "2024:03:05 10:00:00", "Title": "T", "Keywords": "a"}],
        {"creation_timestamp": 1709632800, "title": "T", "keywords": "a"},
    ],
)  # fmt: skip
@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
def test_json_beside_a_picture(said: object, start: bytes, facts: Reads, save: Save) -> None:
    """Of one's own, and as ExifTool and exporters write it."""
    found = facts(save(plain(), "JPEG"), **{"x.jpg.json": start + json.dumps(said).encode()})
    assert (found.title, found.tags, found.when[:10]) == ("T", ("a",), "2024-03-05")


# pixels


def tiff(
    pixels: NDArray[np.generic], order: str, *, photometric: int = 2, form: int = 1,
    separate: bool = False, alpha: bool = False,
) -> bytes:  # fmt: skip
    """An uncompressed TIFF of pixels[height, width, channels]."""
    height, width, count = pixels.shape
    typed = pixels.astype(pixels.dtype.newbyteorder(order))
    planes = [typed[..., at].tobytes() for at in range(count)] if separate else [typed.tobytes()]
    at, offsets = 8, []
    for plane in planes:
        offsets.append(at)
        at += len(plane)
    tags = [(256, width), (257, height), (258, [8 * pixels.dtype.itemsize] * count), (259, 1)]
    tags += [(262, photometric), (273, offsets), (277, count), (278, height)]
    tags += [(279, [len(plane) for plane in planes]), (284, 2 if separate else 1)]
    tags += [(338, 2)] * alpha + [(339, [form] * count)]
    table, more = struct.pack(f"{order}H", len(tags)), b""
    after = at + 2 + 12 * len(tags) + 4
    for tag, value in tags:
        values = value if isinstance(value, list) else [value]
        packed = struct.pack(f"{order}{len(values)}I", *values)
        where = packed
        if len(packed) > 4:
            where, more = struct.pack(f"{order}I", after + len(more)), more + packed
        table += struct.pack(f"{order}HHI", tag, 4, len(values)) + where
    mark = b"II*\0" if order == "<" else b"MM\0*"
    return mark + struct.pack(f"{order}I", at) + b"".join(planes) + table + bytes(4) + more


@pytest.fixture
def read(make_content: Make) -> Callable[..., Picture]:
    def reading(data: bytes, name: bytes = b"x.tif") -> Picture:
        return read_picture(make_content(data, name), LIMITS, 256, AT_REST_MS)

    return reading


Read = Callable[..., Picture]


def ramp(*channels: float) -> NDArray[np.float64]:
    """A quarter and the whole of a colour: float[40, 60, channels]."""
    shades = np.repeat([0.25, 1.0], 30)[None, :, None]
    return np.tile(shades * np.array(channels), (40, 1, 1))


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("separate", [False, True])
@pytest.mark.parametrize("kind", ["f2", "f4", "f8"])
def test_floating_colours_are_light(kind: str, separate: bool, order: str, read: Read) -> None:
    """A quarter of the light is 137; what is no number, or infinite, is black."""
    pixels = ramp(1, 0.5, 0).astype(kind)
    pixels[0, 0], pixels[1, 1] = np.nan, np.inf
    image = read(tiff(pixels, order, form=3, separate=separate)).image
    assert image.getpixel((5, 5)) == (137, 99, 0)
    assert image.getpixel((55, 5)) == (255, 188, 0)
    assert image.getpixel((0, 0)) == (0, 0, 0)


def test_floating_colours_brighter_than_white(read: Read) -> None:
    image = read(tiff((8 * ramp(1, 0.5, 0)).astype("f4"), "<", form=3)).image
    dim, bright = image.getpixel((5, 5)), image.getpixel((55, 5))
    assert 180 < dim[1] < bright[1] <= bright[0] <= 255  # type: ignore[index]
    scaled = read(tiff((200 * ramp(1, 0.5, 0)).astype("f4"), "<", form=3)).image
    assert scaled.getpixel((5, 5)) == (137, 99, 0)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("kind", ["u2", "u4"])
@pytest.mark.parametrize("separate", [False, True])
def test_deep_colours(separate: bool, kind: str, order: str, read: Read) -> None:
    pixels = (ramp(0.9, 0.5, 0) * np.iinfo(kind).max).astype(kind)
    image = read(tiff(pixels, order, separate=separate)).image
    assert close(image.getpixel((5, 5)), (57, 32, 0), 1)
    assert close(image.getpixel((55, 5)), (229, 127, 0), 1)


@pytest.mark.parametrize("order", ["<", ">"])
def test_sixteen_bits_with_alpha_and_inverted(order: str, read: Read) -> None:
    pixels = (ramp(1, 1) * 65_535).astype("u2")
    pixels[..., 1] = 65_535
    assert read(tiff(pixels, order, photometric=1, alpha=True)).image.getpixel((5, 5)) == (63,) * 3
    white_is_zero = read(tiff(pixels[..., :1], order, photometric=0)).image
    assert white_is_zero.getpixel((5, 5)) == (192,) * 3


def test_a_deep_bomb_is_refused(make_content: Make) -> None:
    data = tiff(ramp(1, 1, 1).astype("f4"), "<", form=3)
    huge = data.replace(
        struct.pack("<HHII", 256, 4, 1, 60), struct.pack("<HHII", 256, 4, 1, 400_000)
    )
    huge = huge.replace(
        struct.pack("<HHII", 257, 4, 1, 40), struct.pack("<HHII", 257, 4, 1, 400_000)
    )
    with pytest.raises(FileError) as caught:
        read_picture(make_content(huge, b"x.tif"), LIMITS, 256, AT_REST_MS)
    assert caught.value.cause == "bomb"


def png_with(image: Image.Image, kind: bytes, data: bytes, save: Save) -> bytes:
    """A PNG with a chunk in front of its pixels."""
    whole = save(image, "PNG")
    chunk = struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return whole[:33] + chunk + whole[33:]


@pytest.mark.parametrize(
    ("kind", "data", "stored", "shown"),
    [
        (b"cICP", bytes((12, 13, 0, 1)), (90, 187, 66), (30, 190, 40)),  # Display P3
        (b"cICP", bytes((1, 13, 0, 1)), (90, 187, 66), (90, 187, 66)),
        (b"cICP", bytes((9, 16, 0, 1)), (148, 148, 148), (243, 243, 243)),  # PQ: white
        (b"gAMA", struct.pack(">I", 100_000), (128, 128, 128), (188, 188, 188)),  # linear
        (b"gAMA", struct.pack(">I", 45_455), (128, 128, 128), (128, 128, 128)),
    ],
)
def test_colours_that_chunks_of_png_name(
    kind: bytes, data: bytes, stored: tuple[int, ...], shown: tuple[int, ...],
    read: Read, save: Save,
) -> None:  # fmt: skip
    image = read(png_with(Image.new("RGB", (40, 40), stored), kind, data, save), b"x.png").image
    assert close(image.getpixel((5, 5)), shown, 4)


def close(pixel: object, expected: tuple[int, ...], by: int) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(a - b) <= by for a, b in zip(pixel, expected, strict=True))


@pytest.mark.parametrize("lost", [2, 40])
@pytest.mark.parametrize("kind", ["WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIF", "PPM"])
def test_nearly_whole_pictures_of_every_kind(
    kind: str, lost: int, read: Read, save: Save, make_content: Make
) -> None:
    rng = np.random.default_rng(1)
    image = Image.fromarray(rng.integers(0, 255, (120, 160, 3), np.uint8))
    whole = save(image.convert("P") if kind == "GIF" else image, kind)
    name = b"x." + {"HEIF": "heic", "TIFF": "tif"}.get(kind, kind.lower()).encode()
    picture = read(whole[:-lost], name)
    assert picture.facts.incomplete or (kind, lost) == ("GIF", 2)
    assert close(picture.image.getpixel((80, 60)), read(whole, name).image.getpixel((80, 60)), 4)  # type: ignore[arg-type]
    assert not read(whole, name).facts.incomplete
    half = make_content(whole[: len(whole) // 2], name)
    with pytest.raises(FileError) as caught:
        read_picture(half, LIMITS, 256, AT_REST_MS)
    assert caught.value.cause == "truncated"


def as_qoi(image: Image.Image) -> bytes:
    """Each pixel by itself: the simplest of its forms."""
    pixels = np.asarray(image.convert("RGB")).reshape(-1, 3)
    head = b"qoif" + struct.pack(">IIBB", *image.size, 3, 0)
    return head + b"".join(b"\xfe" + bytes(pixel) for pixel in pixels) + bytes(7) + b"\1"


PLENTY: dict[str, Callable[[Image.Image, Save], bytes]] = {
    "x.jp2": lambda image, save: save(image, "JPEG2000"),
    "lossy.jp2": lambda image, save: save(image, "JPEG2000", irreversible=True, quality_layers=[9]),
    "tiles.jp2": lambda image, save: save(image, "JPEG2000", tile_size=(64, 64)),
    "x.j2k": lambda image, save: save(image, "JPEG2000", no_jp2=True),
    "x.tga": lambda image, save: save(image, "TGA")[:-26],  # its footer holds nothing
    "runs.tga": lambda image, save: save(image, "TGA", compression="tga_rle")[:-26],
    "x.qoi": lambda image, _: as_qoi(image),
}


@pytest.mark.parametrize("lost", [9, 0.015])
@pytest.mark.parametrize("name", PLENTY)
def test_rarer_pictures_that_are_nearly_whole(
    name: str, lost: float, read: Read, save: Save, make_content: Make
) -> None:
    rng = np.random.default_rng(1)
    image = Image.fromarray(rng.integers(0, 255, (120, 160, 3), np.uint8))
    whole, file = PLENTY[name](image, save), name.encode()
    cut = whole[: -(lost if lost > 1 else int(lost * len(whole)))]  # type: ignore[misc]
    picture = read(cut, file)
    assert picture.facts.incomplete
    assert not read(whole, file).facts.incomplete
    expected = np.asarray(read(whole, file).image).astype(int)[:112]
    assert np.abs(np.asarray(picture.image).astype(int)[:112] - expected).mean() < 6
    half = make_content(whole[: len(whole) // 2], file)
    with pytest.raises(FileError) as caught:
        read_picture(half, LIMITS, 256, AT_REST_MS)
    assert caught.value.cause == "truncated"
