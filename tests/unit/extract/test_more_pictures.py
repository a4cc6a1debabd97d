"""Pictures beyond the usual ones: raw files, drawings, and what Pillow reads besides."""

import datetime as dt
import gzip
import io
import time

import pytest
from PIL import Image

from muserd.extract.limits import Limits
from muserd.extract.picture import Picture, read_picture
from muserd.extract.preview import make_preview
from muserd.extract.raw import _written
from muserd.ground.errors import FileError
from tests.unit.extract import samples
from tests.unit.extract.conftest import content_of

RED, LIME, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)
JPEG = samples.saved(samples.quadrants(), "JPEG", quality=95)


def read(data: bytes, name: str, **limits: int) -> Picture:
    return read_picture(content_of(data, name.encode()), Limits(**limits), 100)


def corners(picture: Picture) -> list[tuple[int, int, int]]:
    """The colours of the four quarters in reading order, each channel 0 or 255."""
    image = picture.image
    quarters = ((1, 1), (3, 1), (1, 3), (3, 3))
    found = []
    for x, y in quarters:
        pixel = image.getpixel((image.width * x // 4, image.height * y // 4))
        assert isinstance(pixel, tuple)
        found.append(tuple(255 if channel > 127 else 0 for channel in pixel))
    return found  # type: ignore[return-value]


TURNED = {
    1: [RED, LIME, BLUE, WHITE],
    3: [WHITE, BLUE, LIME, RED],
    6: [BLUE, RED, WHITE, LIME],
    8: [LIME, WHITE, RED, BLUE],
}


@pytest.mark.parametrize("orientation", TURNED)
@pytest.mark.parametrize("name", ["a.dng", "a.CR2", "a.nef", "a.arw"])
def test_a_raw_file_is_its_preview_turned_as_the_camera_was(name: str, orientation: int) -> None:
    picture = read(samples.raw(JPEG, orientation=orientation), name)
    assert corners(picture) == TURNED[orientation]
    size = (400, 300) if orientation in {1, 3} else (300, 400)
    assert (picture.facts.width, picture.facts.height) == size
    assert picture.facts.when == "2021-05-06 07:08:09"
    assert picture.facts.time_source == "exif"


def test_the_raw_data_decide_how_a_picture_is_turned() -> None:
    """The preview's own EXIF says that it lies; the raw data say that it stands."""
    exif = Image.Exif()
    exif[0x0112] = 3
    lying = samples.saved(samples.quadrants(), "JPEG", exif=exif.tobytes(), quality=95)
    assert corners(read(samples.raw(lying, orientation=6), "a.nef")) == TURNED[6]


def test_a_preview_that_stands_already_is_not_turned_again() -> None:
    standing = samples.saved(samples.quadrants(300, 400), "JPEG", quality=95)
    picture = read(samples.raw(standing, orientation=6), "a.orf")
    assert corners(picture) == TURNED[1]
    assert picture.image.height > picture.image.width


def test_the_largest_jpeg_of_a_camera_that_libraw_does_not_know() -> None:
    small = samples.saved(samples.quadrants(160, 120).convert("L"), "JPEG")
    data = b"NEWMAKER" + small + bytes(1000) + JPEG + bytes(1000)
    assert corners(read(data, "a.raf")) == TURNED[1]


@pytest.mark.parametrize("name", samples.makers(b""))
@pytest.mark.parametrize("orientation", [1, 6])
def test_raw_files_as_the_makers_lay_them_out(name: str, orientation: int) -> None:
    """The preview is found, turned and dated; where the container does not say, the JPEG does."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif.get_ifd(0x8769)[0x9003] = "2021:05:06 07:08:09"
    preview = samples.saved(samples.quadrants(), "JPEG", quality=95, exif=exif.tobytes())
    icon = samples.saved(samples.quadrants(120, 90), "JPEG", exif=exif.tobytes())
    makers = samples.makers(preview, orientation=orientation)
    picture = read(makers[name] + icon, name)
    assert corners(picture) == TURNED[orientation]
    assert (picture.facts.when, picture.facts.time_source) == ("2021-05-06 07:08:09", "exif")
    assert max(picture.facts.width, picture.facts.height) == 400


def test_a_raw_file_without_a_preview_is_a_record() -> None:
    with pytest.raises(FileError) as caught:
        read(samples.raw(b"", orientation=1), "a.dng")
    assert caught.value.cause == "unsupported"
    assert "JPEG" in caught.value.hint


def test_a_raw_file_costs_hardly_more_than_its_jpeg() -> None:
    noise = Image.effect_noise((3000, 2000), 60).convert("RGB")
    jpeg = samples.saved(noise, "JPEG", quality=92)
    raw = samples.raw(jpeg) + bytes(20_000_000)

    def cost(data: bytes, name: str) -> float:
        best = 1e9
        for _ in range(3):
            started = time.process_time()
            read(data, name)
            best = min(best, time.process_time() - started)
        return best

    assert cost(raw, "a.dng") < 1.5 * cost(jpeg, "a.jpg")


SVG = """<?xml version="1.0"?>
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<svg xmlns="http://www.w3.org/2000/svg" {size}><rect width="50" height="25" fill="red"/>
<rect x="50" width="50" height="25" fill="lime"/><rect y="25" width="50" height="25" fill="blue"/>
<rect x="50" y="25" width="50" height="25" fill="white"/>{more}</svg>"""


@pytest.mark.parametrize(
    ("size", "pixels"),
    [
        ('width="100" height="50"', (100, 50)),
        ('viewBox="0 0 100 50"', (100, 50)),
        ('viewBox="0 0 100 50" width="10cm"', (378, 189)),
        ('viewBox="0 0 100 50" width="100%" height="100%"', (100, 50)),
        ('viewBox="0 0 100 50" width="75pt" height="37.5pt"', (100, 50)),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_a_drawing(size: str, pixels: tuple[int, int], packed: bool) -> None:
    data = SVG.format(size=size, more="").encode()
    picture = read(gzip.compress(data) if packed else data, "a.svgz" if packed else "a.svg")
    assert corners(picture) == TURNED[1]
    assert (picture.facts.width, picture.facts.height) == pixels
    assert min(picture.image.size) >= 100, "a drawing is drawn as large as it is wanted"


def test_a_preview_of_a_drawing_is_drawn_anew() -> None:
    data = SVG.format(size='width="100" height="50"', more="").encode()
    webp = make_preview(content_of(data, b"a.svg"), 800, Limits())
    assert Image.open(io.BytesIO(webp)).size == (800, 400)


def test_a_drawing_fetches_and_runs_nothing(tmp_path) -> None:
    """A picture beside it, by address or by style; scripts and handlers."""
    secret = tmp_path / "secret.png"
    Image.new("RGB", (10, 10), "black").save(secret)
    more = (
        f'<image href="{secret}" width="100" height="50"/>'
        f'<image xmlns:x="http://www.w3.org/1999/xlink" x:href="file://{secret}" width="99" '
        'height="50"/>'
        f"<style>@import url({secret}); rect {{ fill: url({secret}) }}</style>"
        "<script>while (true) {}</script><foreignObject><iframe/></foreignObject>"
    )
    picture = read(SVG.format(size='width="100" height="50"', more=more).encode(), "a.svg")
    assert (0, 0, 0) not in corners(picture)


USES = "".join(f'<g id="u{n}">{f"""<use href="#u{n - 1}"/>""" * 10}</g>' for n in range(1, 10))


@pytest.mark.parametrize(
    ("data", "causes"),
    [
        ('<!DOCTYPE s [<!ENTITY a "x">]><svg><text>&a;</text></svg>', {"bomb"}),
        ('<!DOCTYPE s [<!ENTITY a SYSTEM "/etc/passwd">]><svg>&a;</svg>', {"bomb"}),
        ('<svg xmlns="http://www.w3.org/2000/svg" width="1e5" height="1e5"/>', {"bomb"}),
        (
            f'<svg xmlns="http://www.w3.org/2000/svg"><g id="u0"><path/></g>{USES}</svg>',
            {"corrupt"},
        ),
        (f"<svg>{'<g>' * 1000}{'</g>' * 1000}</svg>", {"bomb"}),
        ("<svg", {"corrupt"}),
        ("<html/>", {"corrupt"}),
    ],
)
def test_a_bad_drawing_is_a_record(data: str, causes: set[str]) -> None:
    with pytest.raises(FileError) as caught:
        read(data.encode(), "a.svg")
    assert caught.value.cause in causes
    assert caught.value.hint


def test_a_packed_drawing_is_a_bomb_when_it_grows_too_large() -> None:
    with pytest.raises(FileError) as caught:
        read(gzip.compress(b" " * 30_000_000), "a.svgz")
    assert caught.value.cause == "bomb"


PLAIN = {
    "a.jxl": lambda image: samples.saved(image, "JXL", quality=95),
    "a.jp2": lambda image: samples.saved(image, "JPEG2000"),
    "a.j2k": lambda image: samples.saved(image, "JPEG2000", no_jp2=True),
    "a.tga": lambda image: samples.saved(image, "TGA"),
    "rle.tga": lambda image: samples.saved(image, "TGA", compression="tga_rle"),
    "a.qoi": lambda image: samples.saved(image, "QOI"),
    "a.ppm": lambda image: samples.saved(image, "PPM"),
    "a.ico": lambda image: samples.saved(image.resize((256, 192)), "ICO", sizes=[(256, 192)]),
    "a.psd": samples.psd,
}


@pytest.mark.parametrize("name", PLAIN)
def test_what_pillow_reads_besides(name: str) -> None:
    """In its colours, also when only its bytes tell the format."""
    import pillow_jxl  # noqa: F401 - registers itself

    data = PLAIN[name](samples.quadrants())
    assert corners(read(data, name)) == TURNED[1]
    if name[-3:] not in {"tga", "ico", "ppm"}:  # these have no signature
        assert corners(read(data, "wrong.jpg")) == TURNED[1]


def test_a_jxl_with_transparency_keeps_it() -> None:
    import pillow_jxl  # noqa: F401 - registers itself

    image = Image.new("RGBA", (64, 64), (255, 0, 0, 0))
    picture = read(samples.saved(image, "JXL", lossless=True), "a.jxl")
    assert picture.image.getpixel((5, 5)) == WHITE


def test_garbage_is_taken_for_a_targa_picture_only_where_it_is_called_one() -> None:
    data = samples.saved(samples.quadrants(), "TGA")
    with pytest.raises(FileError):
        read(data, "a.jpg")


def test_a_note_that_begins_as_a_picture_does_is_a_note(read_text) -> None:
    assert read_text("GIF89a is what a picture may begin with.", "a.txt").text
    assert read_text("8BPS and qoif", "a.md").text


@pytest.mark.parametrize(
    ("taken", "written"),
    [
        (None, ""),
        (dt.datetime(1970, 12, 31, 23, 59, 59), ""),  # noqa: DTZ001 - a wall clock's
        (dt.datetime(1971, 1, 2, 3, 4, 5), "1971:01:02 03:04:05"),  # noqa: DTZ001
    ],
)
def test_the_time_of_raw_data_is_written_as_in_exif(
    taken: dt.datetime | None, written: str
) -> None:
    """Of a clock that was set: 1970 is none."""
    assert _written(taken) == written
