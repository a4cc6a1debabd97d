"""A few files of other kinds for the demo, drawn and written here: what Python carries, once more.

Notes: a PDF, a Word document, a notebook, a table, a canvas, and a page that links to them all.
Pictures: a drawing, an HEIC, and a film of four seconds where FFmpeg (PyAV) is installed.
"""

import builtins
import codecs
import contextlib
import csv
import http
import importlib.util
import inspect
import io
import json
import math
import os
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np
import pillow_heif
from PIL import Image

WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default '
    'Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override '
    'PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'wordprocessingml.document.main+xml"'
    "/></Types>"
)
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships/officeDocument" Target="word/document.xml"/></Relationships>'
)
SIDE_PX, FILM_PX, FPS, SECONDS = 512, (480, 270), 24, 4


def write_notes(folder: Path) -> int:
    """The notes; how many there are."""
    folder.mkdir(parents=True)
    (folder / "The Zen of Python.pdf").write_bytes(pdf("The Zen of Python", zen()))
    (folder / "Built-in exceptions.docx").write_bytes(docx(exceptions()))
    (folder / "HTTP status codes.csv").write_text(statuses(), encoding="utf-8")
    (folder / "Spirals.ipynb").write_text(notebook(), encoding="utf-8")
    (folder / "Kinds of files.canvas").write_text(canvas(), encoding="utf-8")
    (folder / "Kinds of files.md").write_text(index(), encoding="utf-8")
    return sum(1 for _ in folder.iterdir())


def write_pictures(folder: Path) -> int:
    """The pictures; how many there are."""
    folder.mkdir(parents=True)
    (folder / "golden spiral.svg").write_text(spiral(), encoding="utf-8")
    pillow_heif.register_heif_opener()
    colour_wheel().save(folder / "colour wheel.heic", quality=80)
    with contextlib.suppress(ImportError):
        film(folder / "sunrise.mp4")
    return sum(1 for _ in folder.iterdir())


def zen() -> list[str]:
    """The lines of the module `this`, which prints them when it is imported."""
    found = importlib.util.find_spec("this")
    assert found is not None
    assert found.origin is not None
    source = Path(found.origin).read_text(encoding="utf-8")
    return codecs.decode(source.split('"""')[1], "rot13").strip().split("\n")[2:]


def exceptions() -> Iterator[tuple[str, str]]:
    """(style, text) of the paragraphs on Python's own exceptions."""
    yield "Title", "Built-in exceptions"
    yield "", "What Python raises by itself, and what each of them means."
    for name, thing in sorted(vars(builtins).items()):
        if inspect.isclass(thing) and issubclass(thing, Exception):
            yield "Heading1", name
            yield "", inspect.getdoc(thing) or ""


def statuses() -> str:
    """A table of what servers answer."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(("code", "phrase", "description"))
    rows.writerows((one.value, one.phrase, one.description) for one in http.HTTPStatus)
    return out.getvalue()


def notebook() -> str:
    """A notebook of three cells."""
    cells = [
        ("markdown", ("# Spirals\n\nThe golden spiral grows by the golden ratio with every quarter "
         "of a turn. Sunflowers put their seeds along it, each 137.5° after the one before.")),
        ("code", ("import math\n\nGOLDEN = (1 + math.sqrt(5)) / 2\n"
         "radius = [GOLDEN ** (turn / 90) for turn in range(0, 720, 15)]")),
        ("markdown", "The drawing `golden spiral.svg` is made of 300 such seeds."),
    ]  # fmt: skip
    body = [
        {"cell_type": kind, "metadata": {}, "source": text.splitlines(keepends=True)}
        | ({"outputs": [], "execution_count": None} if kind == "code" else {})
        for kind, text in cells
    ]
    return json.dumps({"cells": body, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)


def canvas() -> str:
    """A board with the other files on it."""
    files = ("The Zen of Python.pdf", "Built-in exceptions.docx", "Spirals.ipynb")
    nodes: list[dict[str, object]] = [
        {"id": str(at), "type": "file", "file": name, "x": 300 * at, "y": 200, "width": 260,
         "height": 200}
        for at, name in enumerate(files)
    ]  # fmt: skip
    text = "A note may be a PDF, a Word document, a notebook or a table of values."
    nodes.append(
        {"id": "t", "type": "text", "text": text, "x": 0, "y": 0, "width": 800, "height": 120}
    )
    edges = [
        {"id": f"e{at}", "fromNode": "t", "toNode": str(at), "label": "for example"}
        for at in range(len(files))
    ]
    return json.dumps({"nodes": nodes, "edges": edges}, indent=1)


def index() -> str:
    """A page that links to the others."""
    return (
        "---\ntitle: Kinds of files\ntags: [kinds, demo]\ndate: 2024-03-05\n---\n\n"
        "# Kinds of files\n\n"
        "![[golden spiral.svg]]\n\n"
        "> [!note] What lies beside this note\n> Each of them is on the map by its words.\n\n"
        "- [x] [[The Zen of Python.pdf|The Zen of Python]], as a PDF\n"
        "- [x] [[Built-in exceptions.docx|Built-in exceptions]], as a Word document\n"
        "- [x] [[Spirals.ipynb|Spirals]], as a notebook\n"
        "- [x] [[HTTP status codes.csv|HTTP status codes]], as a table\n\n"
        "| kind | what is read |\n|---|---|\n| PDF | its text, its pages as pictures |\n"
        "| Word | headings, paragraphs, footnotes |\n| notebook | prose and code |\n\n"
        "```python\nimport this  # the Zen of Python\n```\n\n"
        "See also [the spiral](<../../pictures/kinds/golden spiral.svg>) and #kinds/pictures.\n"
    )


def pdf(title: str, lines: list[str]) -> bytes:
    """A PDF of one page: a title and lines of text (ISO 32000-1, 7.5)."""
    rows = [f"BT /F1 26 Tf 56 770 Td ({title}) Tj ET"]
    for at, line in enumerate(lines):
        safe = line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
        rows.append(f"BT /F1 13 Tf 56 {720 - 24 * at} Td ({safe}) Tj ET")
    stream = zlib.compress("\n".join(rows).encode("latin-1", "replace"))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        (
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 "
            b"5 0 R>>>>>>"
        ),
        b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        f"<</Title({title})/Keywords(python, zen)/CreationDate(D:20040819)>>".encode(),
    ]
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % at for at in offsets)
    out += b"trailer<</Size %d/Root 1 0 R/Info 6 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        start,
    )
    return bytes(out)


def docx(paragraphs: Iterator[tuple[str, str]]) -> bytes:
    """A Word document of (style, text)."""
    body = "".join(
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t>{escape(text)}</w:t></w:r></w:p>'
        for style, text in paragraphs
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr("_rels/.rels", RELATIONS)
        text = f"<w:document {WORD}><w:body>{body}</w:body></w:document>"
        archive.writestr("word/document.xml", text)
    return out.getvalue()


def spiral(seeds: int = 300) -> str:
    """Seeds of a sunflower: each 137.5° after the one before (Vogel 1979)."""
    dots = []
    for n in range(1, seeds):
        turn, far = n * math.radians(137.508), 13.5 * math.sqrt(n)
        x, y = 256 + far * math.cos(turn), 256 + far * math.sin(turn)
        hue = 20 + 40 * n / seeds
        place = f'cx="{x:.1f}" cy="{y:.1f}" r="{2 + n / 50:.1f}"'
        dots.append(f'<circle {place} fill="hsl({hue:.0f},90%,50%)"/>')
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 512 512"><rect width="512" '
        f'height="512" fill="#123"/>{"".join(dots)}</svg>\n'
    )


def colour_wheel() -> Image.Image:
    """Hue by angle, saturation by radius."""
    y, x = np.mgrid[-1 : 1 : SIDE_PX * 1j, -1 : 1 : SIDE_PX * 1j]
    far = np.hypot(x, y)
    hue = (np.arctan2(y, x) / (2 * np.pi)) % 1
    hsv = np.stack([hue, np.minimum(far, 1), np.where(far <= 1, 1, 0.15)], axis=-1)
    return Image.fromarray((255 * hsv).astype(np.uint8), "HSV").convert("RGB")


def film(path: Path) -> None:
    """The sun rises over the sea. Raises ImportError without PyAV."""
    import av

    part = path.with_suffix(".part.mp4")
    with av.open(os.fspath(part), "w") as out:
        out.metadata["title"] = "Sunrise over the sea"
        out.metadata["creation_time"] = "2021-06-21T03:12:00.000000Z"
        stream = out.add_stream("libx264", rate=FPS)
        stream.width, stream.height = FILM_PX
        stream.pix_fmt = "yuv420p"
        for number in range(FPS * SECONDS):
            frame = av.VideoFrame.from_ndarray(sunrise(number / (FPS * SECONDS)), format="rgb24")
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    part.rename(path)


def sunrise(share: float) -> np.ndarray:
    """uint8[height, width, 3]: the sky, the sun and the sea after a share of the time."""
    width, height = FILM_PX
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    horizon = 0.62 * height
    light = 0.25 + 0.75 * share
    sky = y / horizon
    colours = np.stack([80 + 170 * sky, 90 + 90 * sky, 170 - 60 * sky], axis=-1) * light
    sun = np.hypot(x - width / 2, y - (horizon + 30 - 150 * share)) < 34
    colours[sun] = (255, 225, 140)
    sea = y > horizon
    glitter = 0.5 + 0.5 * np.sin(y * 0.9 + 40 * share) * np.exp(-(((x - width / 2) / 70) ** 2))
    waves = np.stack([20 + 150 * glitter, 50 + 100 * glitter, 90 + 40 * glitter], axis=-1) * light
    colours[sea] = waves[sea]
    return np.clip(colours, 0, 255).astype(np.uint8)
