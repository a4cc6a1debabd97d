"""Posters: the land of the page, letters as shapes, papers, and the three kinds of files."""

import io
import struct
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import msgspec
import numpy as np
import pytest
from msgspec import structs

from muserd.ground.errors import UsageError
from muserd.poster.compose import Place, Subject, is_lying, poster
from muserd.poster.drawing import Dots, Drawing, Shape
from muserd.poster.job import FORMS, Form, Job
from muserd.poster.land import contour_levels, land_of, roughened
from muserd.poster.lettering import Lettering
from muserd.poster.papers import PAPERS_MM, paper_of
from muserd.poster.pdf import pdf
from muserd.poster.svg import png, svg
from muserd.terrain.density import frame, survey

FONTS = Path(__file__).resolve().parents[3] / "muserd/_page/assets"
SVG = "{http://www.w3.org/2000/svg}"
SIDE = 64


def bumps() -> np.ndarray:
    """Two hills."""
    i, j = np.meshgrid(np.arange(SIDE), np.arange(SIDE))
    return np.exp(-((i - 30) ** 2 + (j - 28) ** 2) / 128) + 0.5 * np.exp(
        -((i - 48) ** 2 + (j - 45) ** 2) / 50
    )


@pytest.fixture(scope="module")
def subject() -> Subject:
    rng = np.random.default_rng(1)
    places = np.concatenate([rng.normal(at, 0.5, (60, 2)) for at in ((0, 0), (4, 1), (2, 3))])
    points = places.astype(np.float32)
    land = survey(points)
    assert land is not None
    return Subject(
        space="image",
        title="Summer & <Winter>",
        lines=("180 pictures", "28 November 2026"),
        points=points.tobytes(),
        inks=np.repeat(np.arange(3, dtype=np.uint16), 60).tobytes(),
        colours=("#336699", "#996633", "#339966"),
        grid=land.grid.tobytes(),
        bounds=land.bounds,
        thresholds=land.thresholds,
        frame=frame(points),
        places=(
            Place("Lakes", 0, 0, 0, 60, "#336699", False),
            Place("Łąka, Ἀθῆναι", 0, 4, 1, 60, "#996633", False),
            Place("a cow", 1, 2, 3, 60, "#339966", True),
            Place("", 2, 2, 2.5, 3, "#339966", False),
        ),
        unit="pictures",
    )


def drawn(subject: Subject, paper: str = "A4", *, dark: bool = False) -> Drawing:
    size = paper_of(paper, lying=is_lying(subject.frame))
    return poster(subject, size, Lettering(FONTS), dark=dark)


def test_the_land_is_the_pages() -> None:
    """Values of viewer/src/geometry/roughness.js and levels.js for the same hills."""
    rough = roughened(bumps(), (-3, -2, 5, 6), 8.174912159854122)
    found = [rough[y, x] for x, y in ((20, 20), (30, 25), (40, 40), (28, 30), (12, 33))]
    expected = [0.180508, 0.721717, 0.284228, 0.996283, 0.024658]
    assert found == pytest.approx(expected, abs=1e-3)
    levels = contour_levels([0.1, 0.3, 0.6], 1.0)
    assert [one.value for one in levels] == pytest.approx(
        [0.055, 0.1, 0.2, 0.3, 0.45, 0.6, 0.7, 0.8, 0.9]
    )
    assert [one.strong for one in levels].index(True) == 4
    assert [one.band for one in levels] == [True] * 8 + [False]


def test_bands_lie_on_one_another_and_light_comes_from_the_north_west() -> None:
    land = land_of(bumps().astype(np.float32), (0.0, 0.0, 64.0, 64.0), (0.1, 0.3, 0.6))
    heights = [sum(len(ring) for ring in rings) for rings in land.bands]
    assert len(heights) == 8
    assert heights[0] > heights[-1] > 0
    shade = land.shade
    hill = shade[2 * 28 - 16 : 2 * 28 + 16, 2 * 30 - 16 : 2 * 30 + 16]
    north_west = hill[16:, :16].mean()  # row 0 is the lowest y
    assert north_west > 0.1 > -0.1 > hill[:16, 16:].mean()


def test_an_empty_map_is_sea() -> None:
    land = land_of(np.zeros((16, 16), np.float32), (0.0, 0.0, 1.0, 1.0), ())
    assert (land.bands, land.thin, land.strong, land.water) == ([], [], [], [])
    assert not land.shade.any()


@pytest.mark.parametrize("dark", [False, True])
def test_svg_is_whole_and_needs_no_fonts(subject: Subject, dark: bool) -> None:
    root = ET.fromstring(svg(drawn(subject, dark=dark)))
    assert root.get("width") in {"210mm", "297mm"}
    assert root.findtext(f"{SVG}title") == "Summer & <Winter>"
    assert root.findall(f".//{SVG}text") == []
    colours = {one.get("fill") for one in root.iter(f"{SVG}path")}
    assert ("#ece2d6" in colours) != dark
    assert ("#565f47" in colours) == dark


@pytest.mark.parametrize("paper", ["A4", "800x600"])
def test_png_has_its_size_and_shows_land_and_letters(subject: Subject, paper: str) -> None:
    from PIL import Image

    size = paper_of(paper, lying=is_lying(subject.frame))
    data = png(drawn(subject, paper), size.pixels)
    assert struct.unpack(">II", data[16:24]) == size.pixels
    with Image.open(io.BytesIO(data)) as image:
        colours = image.convert("RGB").quantize(64).convert("RGB").getcolors(2**20)
    assert len(colours) > 40, "sea, land, shade, dots, letters"


def test_pdf_is_a_page_of_the_papers_size_with_the_same_picture(subject: Subject) -> None:
    import pypdfium2

    drawing = drawn(subject, "A4")
    document = pypdfium2.PdfDocument(pdf(drawing))
    (page,) = document
    width, height = page.get_size()
    assert (width / 72 * 25.4, height / 72 * 25.4) == pytest.approx(
        (drawing.width, drawing.height), abs=0.1
    )
    shown = page.render(scale=1.0).to_numpy()[:, :, :3].astype(int)
    page.close()
    document.close()
    from PIL import Image

    with Image.open(io.BytesIO(png(drawing, shown.shape[1::-1]))) as image:
        other = np.asarray(image.convert("RGB"))[:, :, ::-1].astype(int)
    assert np.abs(shown - other).mean() < 8, "two renderers, one drawing"


def test_names_do_not_lie_over_one_another(subject: Subject) -> None:
    crowd = tuple(Place(f"Region {n}", 0, 0.01 * n, 0, 10, "#336699", False) for n in range(50))
    many = drawn(structs.replace(subject, places=crowd))
    one = drawn(structs.replace(subject, places=crowd[:1]))
    added = len(many.parts) - len(one.parts)
    assert 0 <= added <= 10, "but for one below the peak, they would all lie at one place"


def test_a_name_with_no_letters_is_left_out(subject: Subject) -> None:
    none = drawn(structs.replace(subject, places=()))
    nameless = drawn(structs.replace(subject, places=(subject.places[-1],)))
    assert len(nameless.parts) == len(none.parts)


def test_letters_are_shaped_spaced_and_fall_back() -> None:
    lettering = Lettering(FONTS)
    plain = lettering.line("AVATAR", "name", 10.0)
    wide = lettering.line("AVATAR", "name", 10.0, spacing=0.2)
    assert wide.width == pytest.approx(plain.width + 5 * 2.0)
    assert lettering.line("", "name", 10.0).width == 0
    assert lettering.line("Łódź", "title", 10.0).width > 0, "the extended half of the font"
    assert lettering.line("\x00\u2028", "name", 10.0).width >= 0


def test_a_very_long_title_is_made_to_fit(subject: Subject) -> None:
    long = drawn(structs.replace(subject, title="Everything " * 30))
    letters = [part for part in long.parts if isinstance(part, Shape) and part.commands]
    right = max(value for part in letters for _, values in part.commands for value in values[::2])
    assert right <= long.width


@pytest.mark.parametrize("name", list(PAPERS_MM))
def test_papers(name: str) -> None:
    upright, lying = paper_of(name, lying=False), paper_of(name.lower(), lying=True)
    assert (upright.width, upright.height) == (lying.height, lying.width)
    assert upright.pixels[0] * upright.pixels[1] <= 16_100_000


@pytest.mark.parametrize("name", ["A9", "", "12x12", "99999x99999", "1x", "letter\n"])
def test_papers_that_are_none(name: str) -> None:
    with pytest.raises(UsageError):
        paper_of(name, lying=False)


def test_many_items_are_a_sample(subject: Subject) -> None:
    rng = np.random.default_rng(2)
    points = rng.normal(2, 1, (100_000, 2)).astype(np.float32)
    inks = np.zeros(100_000, np.uint16)
    many = structs.replace(subject, points=points.tobytes(), inks=inks.tobytes())
    dots = [part for part in drawn(many).parts if isinstance(part, Dots)]
    assert sum(len(part.places) for part in dots) <= 30_001


@pytest.mark.parametrize("form", FORMS)
def test_the_process_draws(subject: Subject, form: Form) -> None:
    job = Job(subject, form, "640x480", False, str(FONTS))
    done = subprocess.run(
        [sys.executable, "-m", "muserd.poster"],
        input=msgspec.msgpack.encode(job),
        capture_output=True,
        check=True,
    )
    begins = {"svg": b"<?xml", "pdf": b"%PDF-", "png": b"\x89PNG"}
    assert done.stdout.startswith(begins[form])
