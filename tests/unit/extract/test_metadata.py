"""Times, titles, tags and places from EXIF, XMP, IPTC, PNG texts, sidecars and names."""

import io
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import ExifTags, Image, PngImagePlugin

from muserd.extract.content import read_content
from muserd.extract.embedded import embedded_metadata
from muserd.extract.exif import parse_exif_date
from muserd.extract.limits import Limits
from muserd.extract.metadata import Metadata, merged, on_earth, one_line
from muserd.extract.picture import read_picture
from muserd.ground.facts import Facts

Save = Callable[..., bytes]
NOW_MS = 1_795_000_000_000  # 2026-11-18

pytestmark = pytest.mark.usefixtures("in_berlin")

XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:lr="http://ns.adobe.com/lightroom/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/"
 xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" xmlns:digiKam="http://www.digikam.org/ns/1.0/">
<rdf:Description rdf:about="" %s>%s</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""


def packet(attributes: str = "", elements: str = "") -> bytes:
    return (XMP % (attributes, elements)).encode()


def bag(name: str, *words: str) -> str:
    items = "".join(f"<rdf:li>{word}</rdf:li>" for word in words)
    return f"<{name}><rdf:Bag>{items}</rdf:Bag></{name}>"


@pytest.fixture
def facts(tmp_path: Path) -> Callable[..., Facts]:
    def reading(data: bytes, name: str = "x.jpg", **beside: str) -> Facts:
        for sidecar, text in beside.items():
            (tmp_path / sidecar).write_text(text)
        path = tmp_path / name
        path.write_bytes(data)
        os.utime(path, (1_500_000_000, 1_500_000_000))
        content = read_content(os.fsencode(path), 10**7)
        return read_picture(content, Limits(), 64, NOW_MS).facts

    return reading


Reads = Callable[..., Facts]


def plain() -> Image.Image:
    return Image.new("RGB", (32, 24), (90, 120, 30))


def exif(**tags: object) -> Image.Exif:
    made = Image.Exif()
    for name, value in tags.items():
        if name == "GPS":
            made[ExifTags.IFD.GPSInfo] = value
        elif name.startswith("XP") or name in {"DateTime", "ImageDescription", "Rating"}:
            made[getattr(ExifTags.Base, name)] = value
        else:
            made.get_ifd(ExifTags.IFD.Exif)[getattr(ExifTags.Base, name)] = value
    return made


@pytest.mark.parametrize(
    ("written", "civil"),
    [
        ("2023:05:06 07:08:09", "2023-05-06 07:08:09"),
        ("2014:02:27 12:00", "2014-02-27 12:00:00"),
        ("2014: 2: 7  9: 5: 0", "2014-02-07 09:05:00"),
        ("2014-02-27T12:00:00+01:00", "2014-02-27 12:00:00"),
        ("2016:05:12 05:43:51下午", "2016-05-12 17:43:51"),
        ("2016:05:12 05:43:51 PM", "2016-05-12 17:43:51"),
        ("2014:02:27", "2014-02-27 00:00:00"),
        ("2014:02:27 24:10:00", "2014-02-27 00:00:00"),
        ("2014/02/27 12:00:00.25", "2014-02-27 12:00:00"),
        ("    :  :     :  :  ", None),
        ("0000:00:00 00:00:00", None),
        ("yesterday", None),
    ],
)
def test_exif_dates_however_they_are_padded(written: str, civil: str | None) -> None:
    moment = parse_exif_date(written)
    assert (None if moment is None else f"{moment.civil:%Y-%m-%d %H:%M:%S}") == civil


def test_the_cameras_wall_clock(facts: Reads, save: Save) -> None:
    """No offset: 07:08 is 07:08 wherever it is looked at."""
    found = facts(save(plain(), "JPEG", exif=exif(DateTimeOriginal="2023:05:06 07:08:09")))
    assert (found.when, found.utc_offset_min) == ("2023-05-06 07:08:09", None)
    assert found.civil_ms == 1_683_356_889_000


@pytest.mark.parametrize(
    ("clock", "offset"),
    [
        ((5, 8, 2), 120),
        ((1, 38, 9), 330),
        ((12, 8, 9), -300),
        ((6, 50, 0), None),
        ((0, 0, 0), None),
    ],
)
def test_the_offset_from_the_satellites(
    clock: tuple[int, ...], offset: int | None, facts: Reads, save: Save
) -> None:
    """A difference that is no zone's is a fix of another moment."""
    gps = {7: tuple(map(float, clock)), 29: "2023:05:06"}
    data = save(plain(), "JPEG", exif=exif(DateTimeOriginal="2023:05:06 07:08:09", GPS=gps))
    found = facts(data)
    assert found.utc_offset_min == offset
    assert found.when.startswith("2023-05-06 07:08:09")


def test_satellites_alone(facts: Reads, save: Save) -> None:
    gps = {7: (5.0, 8.0, 9.0), 29: "2023:05:06"}
    found = facts(save(plain(), "JPEG", exif=exif(GPS=gps)))
    assert (found.when, found.time_source) == ("2023-05-06 05:08:09+00:00", "gps")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_xmp(kind: str, facts: Reads, save: Save) -> None:
    data = packet(
        'xmp:CreateDate="2016-01-28T12:21:20+01:00" xmp:Rating="4"',
        bag("dc:subject", "sea", "Berlin")
        + bag("lr:hierarchicalSubject", "Places|Berlin", "darktable|changed")
        + bag("digiKam:TagsList", "People/Ann")
        + '<dc:title><rdf:Alt><rdf:li xml:lang="de">Meer</rdf:li>'
        '<rdf:li xml:lang="x-default">Sea</rdf:li></rdf:Alt></dc:title>',
    )
    if kind == "PNG":
        info = PngImagePlugin.PngInfo()
        info.add_itxt("XML:com.adobe.xmp", data.decode())
        saved = save(plain(), "PNG", pnginfo=info)
    elif kind == "TIFF":
        saved = save(plain(), "TIFF", tiffinfo={700: data})
    else:
        saved = save(plain(), kind, xmp=data)
    found = facts(saved)
    assert (found.when, found.time_source) == ("2016-01-28 12:21:20+01:00", "xmp")
    assert found.title == "Sea"
    assert found.tags == ("sea", "Berlin", "Places/Berlin", "People/Ann")


@pytest.mark.parametrize(
    "broken",
    [
        b"<x:xmpmeta",
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>',
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
        b"\xff\xfe\x00",
        b"<a>" * 5_000,
    ],
)
def test_xmp_that_is_none(broken: bytes, facts: Reads, save: Save) -> None:
    found = facts(save(plain(), "WEBP", xmp=broken))
    assert (found.tags, found.time_source) == ((), "mtime")


def iptc(*records: tuple[int, int, bytes]) -> bytes:
    """A JPEG's APP13 segment."""
    data = b"".join(
        b"\x1c" + bytes([record, tag]) + len(value).to_bytes(2, "big") + value
        for record, tag, value in records
    )
    data += b"\0" * (len(data) % 2)
    block = b"8BIM\x04\x04\0\0" + len(data).to_bytes(4, "big") + data
    body = b"Photoshop 3.0\0" + block
    return b"\xff\xed" + (len(body) + 2).to_bytes(2, "big") + body


def test_iptc(facts: Reads, save: Save) -> None:
    plain_jpeg = save(plain(), "JPEG")
    segment = iptc(
        (2, 5, "Grüße".encode("cp1252")), (2, 25, b"sea"), (2, 25, b"sun"),
        (2, 55, b"20160128"), (2, 60, b"122120+0100"),
    )  # fmt: skip
    found = facts(plain_jpeg[:2] + segment + plain_jpeg[2:])
    assert (found.title, found.tags) == ("Grüße", ("sea", "sun"))
    assert (found.when, found.time_source) == ("2016-01-28 12:21:20+01:00", "iptc")
    day = iptc((1, 90, b"\x1b%G"), (2, 55, b"20160128"), (2, 105, "日本".encode()))
    found = facts(plain_jpeg[:2] + day + plain_jpeg[2:])
    assert (found.when, found.title) == ("2016-01-28", "日本")


@pytest.mark.parametrize(
    ("encoding", "declared", "title", "word"),
    [
        ("mac_roman", b"", "Café Müller, Straße", "Grüße"),
        ("mac_roman", b"", "Où est passée Zoë ?", "à côté"),
        ("mac_roman", b"", "Mañana en Ávila", "niño"),
        ("cp1252", b"", "Café Müller, Straße", "Grüße"),
        ("cp1252", b"", "Ærø på Østersøen", "fjärd"),
        ("cp1252", b"\x1b.A", "naïve façade", "Ångström"),
        ("cp1252", b"\x1b%G", "says it is UTF-8: Köln", "Dom"),
        ("utf-8", b"", "Łódź", "żółw"),
        ("utf-8", b"\x1b%/G", "Ελλάδα", "θάλασσα"),
        ("iso8859-2", b"\x1b-B", "Łódź", "żółw"),
        ("iso8859-5", b"\x1b-L", "Москва", "река"),
        ("iso8859-7", b"\x1b-F", "Ελλάδα", "θάλασσα"),
        ("cp1251", b"", "Прогулка по Москве-реке", "набережная"),
    ],
)
def test_iptc_in_the_encodings_that_programs_wrote(
    encoding: str, declared: bytes, title: str, word: str, facts: Reads, save: Save
) -> None:
    said = [(2, 5, title.encode(encoding)), (2, 25, word.encode(encoding)), (2, 25, b"sea")]
    whole = save(plain(), "JPEG")
    found = facts(whole[:2] + iptc(*([(1, 90, declared)] if declared else []), *said) + whole[2:])
    assert (found.title, found.tags) == (title, (word, "sea"))


def test_iptc_that_was_cut_within_a_character(facts: Reads, save: Save) -> None:
    """Titles have at most 64 bytes, and programs count bytes."""
    whole = save(plain(), "JPEG")
    said = iptc((1, 90, b"\x1b%G"), (2, 5, "日本の山と海".encode()[:-1]), (2, 25, "é".encode()))
    found = facts(whole[:2] + said + whole[2:])
    assert (found.title, found.tags) == ("日本の山と", ("é",))


def test_what_windows_writes(facts: Reads, save: Save) -> None:
    words = exif(
        XPKeywords="sea;sun and sand\0".encode("utf-16-le"), XPTitle="Holiday\0".encode("utf-16-le")
    )
    found = facts(save(plain(), "JPEG", exif=words))
    assert (found.title, found.tags) == ("Holiday", ("sea", "sun and sand"))


@pytest.mark.parametrize(
    ("written", "when"),
    [
        ("2016-01-28T12:21:20", "2016-01-28 12:21:20"),
        ("Thu, 28 Jan 2016 12:21:20 +0100", "2016-01-28 12:21:20+01:00"),
        ("2016:01:28 12:21:20", "2016-01-28 12:21:20"),
    ],
)
def test_texts_of_png(written: str, when: str, facts: Reads, save: Save) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Creation Time", written)
    info.add_text("Title", "A title")
    info.add_text("Keywords", "a, b")
    found = facts(save(plain(), "PNG", pnginfo=info), "x.png")
    assert (found.when, found.time_source) == (when, "png")
    assert (found.title, found.tags) == ("A title", ("a", "b"))


TAKEOUT = json.dumps(
    {
        "title": "IMG_3397.JPG",
        "description": "",
        "photoTakenTime": {"timestamp": "1453980080", "formatted": "28.01.2016, 11:21:20 UTC"},
        "creationTime": {"timestamp": "1600000000"},
        "geoData": {"latitude": 52.5, "longitude": 13.4},
    }
)


@pytest.mark.parametrize(
    ("name", "sidecar"),
    [
        ("IMG_3397.JPG", "IMG_3397.JPG.json"),
        ("IMG_3397.JPG", "IMG_3397.JPG.supplemental-metadata.json"),
        ("IMG_3397.JPG", "IMG_3397.JPG.supplemen.json"),
        ("IMG_3397(2).JPG", "IMG_3397.JPG(2).json"),
        ("IMG_3397-edited.JPG", "IMG_3397.JPG.supplemental-metadata.json"),
        ("IMG_3397-bearbeitet.JPG", "IMG_3397.JPG.json"),
    ],
)
def test_google_takeout(name: str, sidecar: str, facts: Reads, save: Save) -> None:
    found = facts(save(plain(), "JPEG"), name, **{sidecar: TAKEOUT})
    assert (found.when, found.time_source) == ("2016-01-28 12:21:20+01:00", "takeout")
    assert "JPG" not in found.title
    assert found.place == (52.5, 13.4)


def test_a_sidecar_of_xmp(facts: Reads, save: Save) -> None:
    text = packet('photoshop:DateCreated="2016-01-28"', bag("dc:subject", "sea")).decode()
    for sidecar in ("x.jpg.xmp", "x.xmp"):
        found = facts(save(plain(), "JPEG"), "x.jpg", **{sidecar: text})
        assert (found.when, found.tags) == ("2016-01-28", ("sea",))


def test_which_time_counts(facts: Reads, save: Save) -> None:
    """The camera before the sidecar, both before the name; what cannot be believed after all."""
    data = save(plain(), "JPEG", exif=exif(DateTimeOriginal="2020:02:02 10:00:00"))
    name = "IMG_20190201_212530.jpg"
    assert facts(data, name, **{f"{name}.json": TAKEOUT}).time_source == "exif"
    bare = save(plain(), "JPEG")
    assert facts(bare, name).time_source == "takeout"
    assert facts(bare, "IMG_20190201_212531.jpg").when == "2019-02-01 21:25:31"
    factory = save(plain(), "JPEG", exif=exif(DateTimeOriginal="1980:01:01 00:00:00"))
    assert facts(factory, "IMG_20190201_212532.jpg").time_source == "name"
    found = facts(factory, "y.jpg")
    assert (found.time_source, found.time_doubtful) == ("exif", True)
    future = save(plain(), "JPEG", exif=exif(DateTimeOriginal="2099:01:01 10:00:00"))
    found = facts(future, "z.jpg")
    assert (found.time_source, found.when) == ("mtime", "2017-07-14 04:40:00+02:00")


@pytest.mark.parametrize(
    ("latitude", "longitude", "place"),
    [
        (48.5, 9.0, (48.5, 9.0)),
        (90, 180, (90, 180)),
        (-90, -180, (-90, -180)),
        (90.1, 0, None),
        (-90.1, 0, None),
        (0, 180.1, None),
        (0, -180.1, None),
        (0, 0, None),  # the Gulf of Guinea, where nobody is
        (0, 1, (0, 1)),
        (1, 0, (1, 0)),
        (1e-7, -1e-7, None),
        (1e-6, 0, (1e-6, 0)),
        (0, 1e-6, (0, 1e-6)),
        (1.23456789, 2, (1.234568, 2)),
        (float("nan"), 1, None),
    ],
)
def test_a_place_lies_on_earth(
    latitude: float, longitude: float, place: tuple[float, float] | None
) -> None:
    """To a tenth of a metre."""
    assert on_earth(latitude, longitude) == place


def test_of_several_sources_the_first_that_knows_counts() -> None:
    """Tags of all, each once; a rating of −1 is one."""
    one = Metadata(tags=("a", "b"), rating=-1)
    other = Metadata("T", "D", ("b", "c"), 5, (1.0, 2.0))
    both = merged(one, other)
    assert (both.title, both.description, both.tags) == ("T", "D", ("a", "b", "c"))
    assert (both.rating, both.place) == (-1, (1.0, 2.0))
    assert len(merged(Metadata(tags=tuple(map(str, range(99))))).tags) == 64


def test_a_text_is_one_line_of_300_characters() -> None:
    assert one_line(" a\0b\n c ") == "a b c"
    assert one_line("x" * 301) == "x" * 300
    assert one_line("x" * 301, 301) == "x" * 301
    assert one_line(7) == one_line(None) == ""


@pytest.mark.parametrize(
    ("texts", "description"),
    [
        ({"Description": "D", "Comment": "C"}, "D"),
        ({"Description": "D"}, "D"),
        ({"Comment": "C"}, "C"),
        ({"Comment": "x" * 10_001}, ""),
        ({}, ""),
    ],
)
def test_a_png_is_described_by_its_description_else_by_its_comment(
    texts: dict[str, str], description: str, save: Save
) -> None:
    info = PngImagePlugin.PngInfo()
    for key, text in texts.items():
        info.add_text(key, text)
    data = save(Image.new("RGB", (4, 4)), "PNG", pnginfo=info)
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        assert embedded_metadata(image, Image.Exif()).description == description
