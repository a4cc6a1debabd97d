"""Files of many formats, made byte by byte: small, sound, and with known content."""

import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Mapping

from PIL import Image

_TYPES = {"B": 1, "s": 2, "H": 3, "I": 4, "R": 5}


def quadrants(width: int = 400, height: int = 300) -> Image.Image:
    """Red, green, blue and white quarters, in reading order."""
    picture = Image.new("RGB", (width, height), "white")
    half = (width // 2, height // 2)
    picture.paste("red", (0, 0, *half))
    picture.paste("lime", (half[0], 0, width, half[1]))
    picture.paste("blue", (0, half[1], half[0], height))
    return picture


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def raw(
    preview: bytes,
    *,
    size: tuple[int, int] = (64, 48),
    orientation: int = 1,
    make: str = "Muser",
    taken: str = "2021:05:06 07:08:09",
    dng: bool = True,
    magic: bytes = b"II*\0",
    after: bytes = b"",
) -> bytes:
    """A raw file of the TIFF family: a preview (JPEG) in the first directory, a mosaic in another.

    LibRaw takes it for a DNG; without `dng` it does not know it.

    Args:
        preview: the JPEG.
        size: of the mosaic.
        orientation: as EXIF has it.
        make: the camera's.
        taken: as EXIF writes times.
        dng: whether it says that it is one.
        magic: its first four bytes: makers have their own.
        after: what a maker writes between the head and the first directory.
    """
    width, height = size
    pixels = bytes(2 * width * height)
    first: dict[int, tuple[str, object]] = {
        254: ("I", 1),
        256: ("I", 160),
        257: ("I", 120),
        258: ("H", (8, 8, 8)),
        259: ("H", 7),
        262: ("H", 6),
        271: ("s", make),
        272: ("s", "Model One"),
        273: ("data", preview),
        274: ("H", orientation),
        277: ("H", 3),
        278: ("I", 120),
        279: ("I", len(preview)),
        306: ("s", taken),
        330: ("ifd", None),
    }
    if dng:
        first |= {
            50706: ("B", (1, 4, 0, 0)),
            50708: ("s", f"{make} Model One"),
            50721: ("R", (1, 0, 0, 0, 1, 0, 0, 0, 1)),
        }
    mosaic: dict[int, tuple[str, object]] = {
        254: ("I", 0),
        256: ("I", width),
        257: ("I", height),
        258: ("H", 16),
        259: ("H", 1),
        262: ("H", 32803),
        273: ("data", pixels),
        277: ("H", 1),
        278: ("I", height),
        279: ("I", len(pixels)),
        33421: ("H", (2, 2)),
        33422: ("B", (0, 1, 1, 2)),
    }
    start = 8 + len(after)
    second_at = start + _directory_bytes(first)
    body, first_data = _directory(first, start, second_at + _directory_bytes(mosaic), second_at)
    more, second_data = _directory(
        mosaic, second_at, second_at + _directory_bytes(mosaic) + len(first_data), 0
    )
    head = magic + struct.pack("<I", start) + after
    return head + body + more + first_data + second_data


def raf(preview: bytes) -> bytes:
    """A raw file of Fujifilm's: the place of the preview stands in its head."""
    head = b"FUJIFILMCCD-RAW 0201FF393101" + b"X-Model".ljust(32, b"\0") + b"0100" + bytes(20)
    where = struct.pack(">IIIIII", 160, len(preview), 160 + len(preview), 0, 0, 0)
    return (head + where).ljust(160, b"\0") + preview + bytes(512)


def cr3(preview: bytes) -> bytes:
    """A raw file of Canon's since 2018: boxes, one of which holds the preview."""

    def box(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", 8 + len(data)) + kind + data

    shown = box(b"PRVW", bytes(16) + preview)
    return (
        box(b"ftyp", b"crx \0\0\0\1crx isom")
        + box(b"moov", box(b"uuid", bytes(16)))
        + box(b"uuid", bytes(16) + bytes(8) + shown)
        + box(b"mdat", bytes(2_000))
    )


def makers(preview: bytes, **said: object) -> dict[str, bytes]:
    """Raw files as the makers' cameras lay them out, by name; LibRaw knows none of these cameras.

    Args:
        preview: the JPEG in each.
        said: orientation and time, as `raw` takes them; not of `a.raf` and `a.cr3`.
    """
    canon = b"CR\2\0" + struct.pack("<I", 0)
    return {
        "a.cr2": raw(preview, dng=False, make="Canon", after=canon, **said),  # type: ignore[arg-type]
        "a.nef": raw(preview, dng=False, make="NIKON CORPORATION", **said),  # type: ignore[arg-type]
        "a.arw": raw(preview, dng=False, make="SONY", **said),  # type: ignore[arg-type]
        "a.orf": raw(preview, dng=False, make="OLYMPUS", magic=b"IIRO", **said),  # type: ignore[arg-type]
        "a.rw2": raw(preview, dng=False, make="Panasonic", magic=b"IIU\0", **said),  # type: ignore[arg-type]
        "a.raf": raf(preview),
        "a.cr3": cr3(preview),
    }


def _directory_bytes(tags: Mapping[int, object]) -> int:
    return 2 + 12 * len(tags) + 4


def _directory(
    tags: dict[int, tuple[str, object]], _at: int, data_at: int, sub_at: int
) -> tuple[bytes, bytes]:
    """One directory of TIFF, and the data that it points at, which lie at `data_at`."""
    entries, data = b"", b""
    for tag, (kind, value) in sorted(tags.items()):
        if kind == "ifd":
            entries += struct.pack("<HHII", tag, 4, 1, sub_at)
            continue
        if kind == "data":
            assert isinstance(value, bytes)
            entries += struct.pack("<HHII", tag, 4, 1, data_at + len(data))
            data += value + bytes(len(value) % 2)
            continue
        packed, count = _packed(kind, value)
        if len(packed) <= 4:
            entries += struct.pack("<HHI", tag, _TYPES[kind], count) + packed.ljust(4, b"\0")
        else:
            entries += struct.pack("<HHII", tag, _TYPES[kind], count, data_at + len(data))
            data += packed + bytes(len(packed) % 2)
    return struct.pack("<H", len(tags)) + entries + bytes(4), data


def _packed(kind: str, value: object) -> tuple[bytes, int]:
    if kind == "s":
        text = str(value).encode() + b"\0"
        return text, len(text)
    values = value if isinstance(value, tuple) else (value,)
    if kind == "R":
        return b"".join(struct.pack("<II", one, 1) for one in values), len(values)
    return struct.pack(f"<{len(values)}{kind}", *values), len(values)


def tarred(parts: Mapping[str, bytes]) -> bytes:
    """A tar without compression."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in parts.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


def zipped(parts: Mapping[str, str | bytes], *, stored: tuple[str, ...] = ()) -> bytes:
    """A ZIP of parts; those in `stored` are not compressed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            method = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return out.getvalue()


def pdf(
    pages: list[str], *, extra: str = "", title_px: int = 24, title_at: int = 0, **info: str
) -> bytes:
    """A PDF whose pages show lines of text; the first line of the first page is larger.

    Args:
        pages: the lines of each page.
        extra: for the trailer, e.g. a dictionary of encryption.
        title_px: size of the larger line's letters.
        title_at: which line that is.
        info: Title, Keywords, CreationDate.
    """
    objects: list[bytes] = [b"<</Type/Catalog/Pages 2 0 R>>", b""]
    kids = []
    for number, page in enumerate(pages):
        lines = []
        for at, line in enumerate(page.split("\n")):
            size = title_px if number == 0 and at == title_at else 11
            safe = line.replace("\\", "").replace("(", "\\(").replace(")", "\\)")
            lines.append(f"BT /F1 {size} Tf 50 {760 - 18 * at} Td ({safe}) Tj ET")
        stream = zlib.compress("\n".join(lines).encode("latin-1", "replace"))
        objects.append(
            b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(stream), stream)
        )
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R"
            b"/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>"
            % len(objects)
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<</Type/Pages/Count {len(pages)}/Kids[{' '.join(kids)}]>>".encode()
    objects.append("".join(("<<", *(f"/{k}({v})" for k, v in info.items()), ">>")).encode())
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % at for at in offsets)
    out += (
        f"trailer<</Size {len(objects) + 1}/Root 1 0 R/Info {len(objects)} 0 R{extra}>>\n"
        f"startxref\n{start}\n%%EOF\n"
    ).encode()
    return bytes(out)


_ID = f"<{'43' * 16}>"
_KEYS = f"/O<{'41' * 32}>/U<{'42' * 32}>"
LOCKED = f"/Encrypt<</Filter/Standard/V 1/R 2/P -4{_KEYS}>>/ID[{_ID}{_ID}]"
"""For the trailer of a PDF that opens with a password only."""

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_CORE = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/'
    'core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:dcterms="http://purl.org/dc/terms/"><dc:title>{title}</dc:title>'
    "<cp:keywords>alpha, beta</cp:keywords>"
    "<dcterms:created>2019-03-04T05:06:07Z</dcterms:created></cp:coreProperties>"
)


def docx(*paragraphs: tuple[str, str], title: str = "", **parts: str) -> bytes:
    """A Word document of (style, text); an empty style is the usual one."""
    body = "".join(
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>'
        for style, text in paragraphs
    )
    return zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "word/document.xml": f"<w:document {_W}><w:body>{body}</w:body></w:document>",
            "docProps/core.xml": _CORE.format(title=title),
            **parts,
        }
    )


def pptx(*slides: tuple[str, str]) -> bytes:
    """A presentation of (title, text)."""
    space = (
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
        'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
    )

    def shape(place: str, text: str) -> str:
        return (
            f'<p:sp><p:nvSpPr><p:nvPr><p:ph type="{place}"/></p:nvPr></p:nvSpPr>'
            f"<p:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"
        )

    return zipped(
        {
            f"ppt/slides/slide{number}.xml": f"<p:sld {space}><p:cSld><p:spTree>"
            f"{shape('title', title)}{shape('body', text)}{shape('sldNum', '7')}"
            "</p:spTree></p:cSld></p:sld>"
            for number, (title, text) in enumerate(slides, 1)
        }
    )


def odt(*paragraphs: tuple[str, str], encrypted: bool = False) -> bytes:
    """A LibreOffice text of (`h` or `p`, XML of the paragraph)."""
    space = (
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
        'xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"'
    )
    body = "".join(f"<text:{kind}>{text}</text:{kind}>" for kind, text in paragraphs)
    lock = "<manifest:encryption-data/>" if encrypted else ""
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": f"<office:document-content {space}><office:body><office:text>{body}"
            "</office:text></office:body></office:document-content>",
            "meta.xml": f"<office:document-meta {space}><office:meta><dc:title>An ODT</dc:title>"
            "<meta:keyword>one</meta:keyword><meta:keyword>two</meta:keyword>"
            "<meta:creation-date>2018-01-02T03:04:05</meta:creation-date>"
            "</office:meta></office:document-meta>",
            "META-INF/manifest.xml": f"<manifest>{lock}</manifest>",
        },
        stored=("mimetype",),
    )


def epub(*chapters: str, **parts: str) -> bytes:
    """An e-book of chapters in HTML."""
    names = [f"c{number}.xhtml" for number in range(len(chapters))]
    items = "".join(f'<item id="{n}" href="text/{n}"/>' for n in names)
    spine = "".join(f'<itemref idref="{n}"/>' for n in names)
    return zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<container><rootfiles><rootfile full-path="OEBPS/b.opf"/>'
            "</rootfiles></container>",
            "OEBPS/b.opf": '<package xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>'
            "<dc:title>A Book</dc:title><dc:date>1899-05-01</dc:date><dc:language>de</dc:language>"
            "<dc:subject>Sea</dc:subject><dc:subject>Ships</dc:subject></metadata>"
            f"<manifest>{items}</manifest><spine>{spine}</spine></package>",
            **{f"OEBPS/text/{n}": text for n, text in zip(names, chapters, strict=True)},
            **parts,
        },
        stored=("mimetype",),
    )


def psd(image: Image.Image) -> bytes:
    """A Photoshop document: header, no layers, and the composite without compression."""
    width, height = image.size
    header = b"8BPS" + struct.pack(">H6xHIIHH", 1, 3, height, width, 8, 3)
    planes = b"".join(channel.tobytes() for channel in image.split())
    return header + struct.pack(">III", 0, 0, 0) + struct.pack(">H", 0) + planes


def video(
    path: str,
    *,
    seconds: float = 4,
    size: tuple[int, int] = (320, 240),
    codec: str = "libx264",
    sound_only: bool = False,
    created: str = "2022-03-04T05:06:07.000000Z",
    black_s: float = 0,
    key_s: float = 1,
    said: Mapping[str, str] | None = None,
) -> None:
    """A video of quadrants with a bar that moves, ten frames a second.

    Args:
        path: of the file; its suffix tells the container.
        seconds: its length.
        size: width and height in pixels.
        codec: name of FFmpeg's encoder.
        sound_only: a tone without pictures.
        created: what the container says.
        black_s: so many seconds of it are black.
        key_s: seconds from one key frame to the next.
        said: what else the container says.
    """
    import av
    import numpy as np

    with av.open(path, "w") as out:
        out.metadata["creation_time"] = created
        out.metadata.update(said or {})
        if sound_only:
            sound = out.add_stream("aac", rate=8000)
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
            frame.sample_rate = 8000
            out.mux(sound.encode(frame))
            out.mux(sound.encode())
            return
        stream = out.add_stream(codec, rate=10)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.codec_context.gop_size = round(10 * key_s)
        for number in range(int(seconds * 10)):
            picture = samples_frame(number, size, black=number < black_s * 10)
            frame = av.VideoFrame.from_image(picture)
            out.mux(stream.encode(frame))
        out.mux(stream.encode())


def samples_frame(number: int, size: tuple[int, int], *, black: bool) -> Image.Image:
    picture = Image.new("RGB", size) if black else quadrants(*size)
    if not black:
        picture.paste("black", (number * 3 % size[0], 0, number * 3 % size[0] + 6, 20))
    return picture
