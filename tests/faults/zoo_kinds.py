"""A small sound file of every rarer kind, to be broken on purpose: made, never stored."""

import json
import os
import tempfile

from PIL import Image

from tests.unit.extract import samples, test_exports, test_sheets
from tests.unit.extract.test_reported_pictures import ramp, tiff

PROSE = "Once upon a time there was a mountain that nobody had climbed before the war."


def good_pictures() -> dict[str, bytes]:
    """Pictures beyond those of `zoo.good_pictures`."""
    import pillow_jxl  # noqa: F401 - registers itself

    noise = Image.effect_noise((96, 64), 90)
    rgb = Image.merge("RGB", (noise, noise.rotate(180), noise))
    jpeg = samples.saved(rgb.resize((192, 128)), "JPEG")
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="96" height="64"><style>a{fill:red}</style>'
        '<defs><g id="a"><rect width="9" height="9"/></g></defs><use href="#a"/><text x="5" y="20">'
        'Hi</text><path d="M0 0L9 9z"/><linearGradient id="g"/><image href="data:image/png;base64,'
        'iVBORw0KGgo="/></svg>'
    )
    return {
        "a.dng": samples.raw(jpeg, orientation=6),
        **samples.makers(jpeg),
        "float.tif": deep_tiff(),
        "a.jxl": samples.saved(rgb, "JXL"),
        "alpha.jxl": samples.saved(rgb.convert("RGBA"), "JXL", lossless=True),
        "a.jp2": samples.saved(rgb, "JPEG2000"),
        "a.psd": samples.psd(rgb),
        "a.ico": samples.saved(rgb, "ICO"),
        "a.tga": samples.saved(rgb, "TGA", compression="tga_rle"),
        "a.qoi": samples.saved(rgb, "QOI"),
        "a.ppm": samples.saved(rgb, "PPM"),
        "a.svg": drawing.encode(),
    }


def deep_tiff() -> bytes:
    """A TIFF of floating colours, which Pillow does not read."""
    return tiff(ramp(1, 0.5, 0).astype("f4"), "<", form=3)


def good_documents() -> dict[str, bytes]:
    """Notes that are containers, and texts with markup of their own."""
    cells = [
        {"cell_type": "markdown", "source": [f"# A\n{PROSE}"]},
        {"cell_type": "code", "source": "x"},
    ]
    nodes = [{"type": "text", "text": PROSE, "x": 0, "y": 1}, {"type": "file", "file": "a.png"}]
    return {
        "a.pdf": samples.pdf([f"Title\n{PROSE}", PROSE], Title="T", CreationDate="D:2020"),
        "a.docx": samples.docx(("Heading1", "Head"), ("", PROSE), title="T"),
        "a.pptx": samples.pptx(("First", PROSE), ("Second", "b")),
        "a.xlsx": test_sheets.xlsx({"A": [["Name", PROSE], ["1", "2"]], "B": [["b"]]}),
        "a.ods": test_sheets.ods([["Name", PROSE], ["1", ""]]),
        "a.csv": f"Name;Text\n1;{PROSE}\n".encode(),
        "a.odt": samples.odt(("h", "Head"), ("p", PROSE)),
        "a.epub": samples.epub(f"<h1>One</h1><p>{PROSE}</p>", "<p>two</p>"),
        "a.ipynb": json.dumps({"cells": cells, "metadata": {}}).encode(),
        "a.eml": f"Subject: S\nDate: Mon, 6 May 2019 07:08:09 +0200\n\n{PROSE}\n".encode(),
        "a.enex": (
            "<en-export><note><title>T</title><created>20200102T030405Z</created><content>"
            f"<![CDATA[<en-note>{PROSE}</en-note>]]></content></note></en-export>"
        ).encode(),
        "a.mbox": test_exports.mbox(),
        "a.jex": test_exports.jex(),
        "a.textpack": test_exports.BEAR,
        "journal.json": test_exports.DAY_ONE,
        "a.canvas": json.dumps({"nodes": nodes}).encode(),
        "a.opml": f'<opml><body><outline text="{PROSE}"/></body></opml>'.encode(),
        "a.rtf": (rb"{\rtf1\ansi{\info{\title T}}\b " + PROSE.encode() + rb"\par\'e9}"),
        "a.mdx": f"import a from 'b'\n\n# A\n\n<B c={{1}}>{PROSE}</B> {{x}}\n".encode(),
        "a.adoc": f"= T\n:tags: a\n\n{PROSE} *b* <<c,d>>\n\n----\ncode\n----\n".encode(),
    }


def good_videos() -> dict[str, bytes]:
    """A second of video in the usual containers."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, codec in (("a.mp4", "libx264"), ("a.webm", "libvpx"), ("a.avi", "mpeg4")):
            path = os.path.join(folder, name)
            samples.video(path, seconds=1, size=(96, 64), codec=codec)
            with open(path, "rb") as file:
                found[name] = file.read()
    return found
