"""Repeated pieces of each grammar that Muser reads: what its readers' time is measured with.

A grammar is named as its row in the table of formats. Its pieces are repeated between a beginning
and an end that make a file of them, which stay the same however long it gets.
"""

import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PIL import Image

from tests.unit.extract import samples


@dataclass(frozen=True)
class Case:
    """A file of any size: `make(n)` has `n` bytes of repeated `piece`, more or less."""

    format: str
    suffix: str
    piece: bytes
    wrap: Callable[[bytes], bytes]

    def make(self, size: int) -> bytes:
        return self.wrap(self.piece * (size // len(self.piece)))


def _around(start: bytes, end: bytes = b"") -> Callable[[bytes], bytes]:
    return lambda body: start + body + end


def _plain(body: bytes) -> bytes:
    return body


# Behind this every rule for a dialect of Markdown has something to look for.
_SIGNS = b"# a\n\n^ [[ [! ::: (( == *[ { $$ %% {% <% ](data: \\ : < - \n\n"
_TEXTS: dict[str, tuple[str, tuple[bytes, ...], tuple[bytes, ...]]] = {
    "html": (".html", (b"", b"<html><body>"), (
        *(b"<a", b"<!--", b"<?", b"<![CDATA[", b"<![a[", b"</", b"</a", b'<img alt="'),
        *(b"<img alt='", b"<p a=", b"<div>", b"<b><p>", b"<table>", b"<script>"),
        *(b"<style>", b"<title>", b"<svg>", b"</object>", b"&", b"&#", b"&#x", b"&amp"),
        *(b"<", b">", b"<pre>", b"<svg></object>", b"<body>", b"<a b=c d='"),
    )),
    "latex": (".tex", (b"", b"\\section"), (
        *(b"\\begin{equation}", b"\\begin{verbatim}", b"\\section ", b"\\section\n"),
        *(b"\\section{", b"{", b"\\cite[", b"\\cite ", b"\\title{", b"\\%", b"\\'{"),
        *(b"\\begin{document}", b"%", b"\\\\", b"$", b"~", b"\\begin{a}", b"\\item["),
        *(b"\\section[", b"}", b"``", b"\\begin{comment}\\end{comment}"),
    )),
    "org": (".org", (b"", b"* a"), (
        *(b"* a :", b"* ", b"*", b"[[", b"[[a][", b"[fn:", b"*a ", b"/a", b"#+a: "),
        *(b"#+begin_src\n", b":a:\n", b"| a ", b"- ", b"=a", b"~a~", b"<2020-01-01"),
        *(b"SCHEDULED: ", b"* a \t"),
    )),
    "markdown": (".md", (b"", _SIGNS), (
        *(b"<!--", b"[", b"![a", b"[[", b"%%", b"**a", b"`a``", b">", b"- ", b"1. "),
        *(b"<", b"<a ", b"|", b"[a](", b"_", b"[a]: b\n", b"_a__", b"{#a", b"\\", b"~~a"),
        *(b"$$", b"==a", b"#", b"#[[", b"```\n", b"- [ ] ", b"![](", b"&", b"[^a]: b\n"),
        *(b"<b>", b":::", b"    a\n", b"***a", b"a*", b"[a]", b"\t", b"http://a "),
        *(b"!\\[",),
    )),
    "rst": (".rst", (b"",), (
        *(b"`a", b":a:`", b"*a", b"|a", b".. ", b"==\n", b":a:`b <", b"a_ ", b".. a::\n"),
        *(b"::\n", b"``", b":a: b\n", b"a\n=\n", b"  a\n", b".. |a| b::\n", b"`a <b>`_ "),
    )),
    "text": (".txt", (b"",), (
        *(b"\n", b"#", b"#a", b"@a ", b"a.", b"2020-", b"QUJD", b" ", b"\t", b"a ", b"-"),
        *(b"http://", b"\x0c", b"\xc3\xa9"),
    )),
    "asciidoc": (".adoc", (b"",), (
        *(b"= ", b"== a\n", b"[", b"{a", b"<<a", b"|===\n", b"----\n", b"* "),
        *(b"http://a[", b":a:\n", b"//"),
    )),
    "eml": (".eml", (b"", b"From: a\nContent-Type: multipart/mixed; boundary=b\n\n"), (
        *(b"--b\n\n", b"=?utf-8?q?a?= ", b"a: b\n", b"> ", b"<b@c>, ", b"(", b'"'),
    )),
}  # fmt: skip


def _saved(kind: str, **options: object) -> bytes:
    return samples.saved(Image.new("RGB", (8, 8), (9, 9, 9)), kind, **options)


def _chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk of PNG."""
    check = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)


def _segment(marker: int, data: bytes) -> bytes:
    """A segment of JPEG."""
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def _box(kind: bytes, data: bytes = b"") -> bytes:
    """A box of ISO base media files, JPEG 2000 and JPEG XL."""
    return struct.pack(">I", len(data) + 8) + kind + data


def _behind_first(data: bytes, length: int) -> Callable[[bytes], bytes]:
    """Pieces behind the first `length` bytes of a file."""
    return _around(data[:length], data[length:])


def _in_xmp(body: bytes) -> bytes:
    """A JPEG with a packet of XMP, cut at what a segment may hold."""
    packet = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF>' + body[:60_000]
    return b"\xff\xd8" + _segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + packet) + _JPEG[2:]


def _in_iptc(body: bytes) -> bytes:
    block = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(body)) + body
    parts = [block[at : at + 60_000] for at in range(0, len(block), 60_000)]
    marked = b"".join(_segment(0xED, b"Photoshop 3.0\0" + part) for part in parts)
    return b"\xff\xd8" + marked + _JPEG[2:]


def _in_exif(body: bytes) -> bytes:
    """A TIFF with one directory of as many entries as there are pieces, and its pixels."""
    count = min(len(body) // 12, 65_535)
    directory = struct.pack("<H", count) + body[: 12 * count] + bytes(4)
    return b"II*\0" + struct.pack("<I", 8) + directory


def _in_icon(body: bytes) -> bytes:
    count = min(len(body) // 16, 65_535)
    return struct.pack("<HHH", 0, 1, count) + body[: 16 * count] + _saved("PNG")


def _zipped(name: str, start: str, end: str, **more: str) -> Callable[[bytes], bytes]:
    """A ZIP whose part `name` has the pieces in it."""
    return lambda body: samples.zipped({**more, name: start.encode() + body + end.encode()})


def _joplin(body: bytes) -> bytes:
    """An export of Joplin's with one note."""
    tail = b"\n\nid: " + b"0" * 32 + b"\ntype_: 1"
    return samples.tarred({"a.md": b"Title\n\n" + body + tail})


_JPEG = _saved("JPEG")
_PNG = _saved("PNG")
_ENTRY = struct.pack("<HHII", 0x9003, 2, 20, 8)
_DOCX = "<w:document xmlns:w='w'><w:body>", "</w:body></w:document>"
_SLIDE = "<p:sld xmlns:p='p' xmlns:a='a'>", "</p:sld>"
_ODF = "<o:document-content xmlns:o='o' xmlns:text='text'>", "</o:document-content>"
_ODT = "application/vnd.oasis.opendocument.text"
_SHEET = "<worksheet><sheetData>", "</sheetData></worksheet>"
_WORKBOOK = {
    "xl/workbook.xml": '<workbook xmlns:r="r"><sheets><sheet name="A" r:id="r1"/></sheets>'
    "</workbook>",
    "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="r1" '
    'Target="worksheets/s.xml"/></Relationships>',
    "xl/worksheets/s.xml": '<worksheet><row><c t="s"><v>0</v></c></row></worksheet>',
}
_ODS = (
    "<o:document-content xmlns:o='o' xmlns:text='text' xmlns:table='table'><table:table>",
    "</table:table></o:document-content>",
)
_CONTAINER = '<container><rootfiles><rootfile full-path="b.opf"/></rootfiles></container>'
_BOOK = (
    '<package><manifest><item id="c" href="c.xhtml"/></manifest>'
    '<spine><itemref idref="c"/></spine></package>'
)
_XML = (b"<a>", b"<a/>", b"<!--", b"<![CDATA[", b"&amp;", b"<?a", b"<a b='", b"a ", b"<a b='c'/>")
_HTML = (b"<p>", b"<a", b"<!--", b"&", b"<svg>", b"<b><p>", b"</p>")
_BOXES = (_box(b"free"), _box(b"moov"), _box(b"meta", bytes(4)), b"\0", b"\0\0\0\1free", b"ftyp")

# Format, suffix, what stands around the pieces, the pieces.
_FILES: tuple[tuple[str, str, Callable[[bytes], bytes], tuple[bytes, ...]], ...] = (
    ("jpeg", ".jpg", _behind_first(_JPEG, 2), (
        _segment(0xFE, b"a"), _segment(0xE1, b"Exif\0\0II*\0"), _segment(0xED, b"Photoshop 3.0\0"),
        _segment(0xE2, b"ICC_PROFILE\0\1\1"), _segment(0xE2, b"MPF\0"), _segment(0xDB, bytes(65)),
        b"\xff", b"\xff\xd8", b"\xff\xd9", b"\0", b"\xff\xd0",
        _segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<a>"),
    )),
    ("jpeg", ".jpg", _around(_JPEG), (b"\xff\xd8\xff", b"\xff\xd9", b"\0", _JPEG)),
    ("jpeg", ".jpg", _in_xmp, (*_XML, b"<rdf:Bag>", b"<rdf:li>a</rdf:li>")),
    ("jpeg", ".jpg", _in_iptc, (
        b"\x1c\x02\x19\0\1a", b"\x1c\x02\x19\0\0", b"\x1c", b"8BIM", b"\0",
    )),
    ("png", ".png", _behind_first(_PNG, 33), (
        _chunk(b"tEXt", b"a\0b"), _chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<a>"),
        _chunk(b"zTXt", b"a\0\0" + zlib.compress(b"b")), _chunk(b"IDAT", b""), _chunk(b"aaAa", b""),
        _chunk(b"eXIf", b"II*\0\10\0\0\0\0\0"), _chunk(b"fcTL", bytes(26)), b"\0", b"IDAT",
    )),
    ("webp", ".webp", _around(b"RIFF\xff\xff\xff\0WEBP"), (
        b"VP8 \0\0\0\0", b"EXIF\0\0\0\0", b"ANMF\0\0\0\0", b"XMP \0\0\0\0", b"\0", b"VP8X\n\0\0\0",
    )),
    ("gif", ".gif", _around(b"GIF89a\10\0\10\0\0\0\0", b";"), (
        b"!\xfe\1a\0", b"!\xf9\4\0\0\0\0\0", b",\0\0\0\0\1\0\1\0\0\2\2L\1\0", b"!", b"\0",
        b"!\xff\x0bNETSCAPE2.0\3\1\0\0\0",
    )),
    ("bmp", ".bmp", _around(_saved("BMP")), (b"BM", b"\0", b"\1\0")),
    ("tiff", ".tif", _in_exif, (
        _ENTRY, struct.pack("<HHII", 0x8769, 4, 1, 8), struct.pack("<HHII", 330, 4, 1, 8),
        struct.pack("<HHII", 273, 4, 3_000, 8), struct.pack("<HHII", 700, 1, 3_000, 8),
        struct.pack("<HHII", 34377, 1, 3_000, 8), struct.pack("<HHII", 270, 2, 3_000, 8),
    )),
    ("avif", ".avif", _around(_box(b"ftyp", b"avif\0\0\0\0avifmif1")), _BOXES),
    ("heif", ".heic", _around(_box(b"ftyp", b"heic\0\0\0\0heicmif1")), _BOXES),
    ("jxl", ".jxl", _around(_box(b"JXL ", b"\r\n\x87\n")), (
        *_BOXES, _box(b"jxlp", bytes(4)), _box(b"Exif", bytes(4)),
    )),
    ("jxl", ".jxl", _around(b"\xff\n"), (b"\0", b"\xff", b"\xff\n")),
    ("jpeg2000", ".jp2", _around(_box(b"jP  ", b"\r\n\x87\n")), (*_BOXES, _box(b"jp2h"))),
    ("jpeg2000", ".j2k", _around(b"\xffO\xffQ"), (b"\xffd\0\3a", b"\xffQ", b"\0", b"\xff\x90")),
    ("psd", ".psd", _around(samples.psd(Image.new("RGB", (8, 8)))[:26] + b"\0\0\0\0\x7f\0\0\0"), (
        b"8BIM\4\4\0\0\0\0\0\0", b"8BIM", b"\0", b"8BIM\4\x22\0\0\0\0\0\1",
    )),
    ("ico", ".ico", _in_icon, (
        struct.pack("<BBBBHHII", 8, 8, 0, 0, 1, 32, 40, 6), bytes(16),
        struct.pack("<BBBBHHII", 0, 0, 0, 0, 1, 32, 80, 22),
    )),
    ("tga", ".tga", _around(_saved("TGA")), (b"\0", b"\xff", b"TRUEVISION-XFILE.\0")),
    ("qoi", ".qoi", _around(b"qoif\0\0\1\0\0\0\1\0\3\0"), (b"\0", b"\xfe\1\2\3", b"\xc0", b"\xff")),
    ("netpbm", ".ppm", _around(b"P6\n"), (b"#", b"#\n", b" ", b"\n", b"8 ", b"1")),
    ("netpbm", ".pgm", _around(b"P2\n8 8\n255\n"), (b"#", b"#\n", b" ", b"\n", b"8 ", b"1")),
    ("svg", ".svg", _around(b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">'), (
        *_XML, b"<g>", b"<path d='M0 0'/>", b"<use href='#a'/>", b"<text>a</text>", b"<style>",
        b"<linearGradient id='a' href='#a'/>", b"<g id='a'><use href='#a'/></g>",
    )),
    ("svg", ".svg", _around(
        b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0', b'"/></svg>'
    ), (b"L1 1", b"a1 1 0 0 0 1 1", b"1", b" ", b"M", b".1", b"c1 1 1 1 1 1")),
    ("raw", ".dng", _in_exif, (_ENTRY, struct.pack("<HHII", 330, 4, 1, 8))),
    ("video", ".mp4", _around(_box(b"ftyp", b"isom\0\0\0\0isommp42")), (
        *_BOXES, _box(b"moov", _box(b"trak")), _box(b"udta"), _box(b"moof"),
    )),
    ("video", ".mkv", _around(b"\x1aE\xdf\xa3\x80\x18S\x80g\x01\xff\xff\xff\xff\xff\xff\xff"), (
        b"\xec\x80", b"\x1fC\xb6u\x80", b"\0", b"\x11M\x9bt\x80",
    )),
    ("mdx", ".mdx", _plain, (
        b"import a\n", b"export ", b"{", b"<A ", b"~", b"``", b"```\n", b"<A>", b"{/*", b"<A b={",
    )),
    ("pdf", ".pdf", _around(samples.pdf(["a"])), (
        b"%PDF-1.7\n", b"1 0 obj\n<<>>\nendobj\n", b"startxref\n0\n%%EOF\n", b"<<", b"[", b"(",
        b"xref\n0 1\n", b"trailer<</Prev 9>>\n", b" ", b"%",
    )),
    ("pdf", ".pdf", _around(b"%PDF-1.7\n"), (b"1 0 obj\n<<", b"[", b"(", b"<", b"/a", b"stream\n")),
    ("docx", ".docx", _zipped("word/document.xml", *_DOCX), (
        b"<w:p/>", b"<w:p><w:r><w:t>a</w:t></w:r></w:p>", b"<w:tbl>", b"<w:p>", b"<w:r/>", *_XML,
        b"<w:p><w:pPr><w:pStyle w:val='a'/></w:pPr></w:p>",
    )),
    ("pptx", ".pptx", _zipped("ppt/slides/slide1.xml", *_SLIDE), (
        b"<p:sp/>", b"<p:sp>", b"<a:p><a:r><a:t>a</a:t></a:r></a:p>", b"<a:tc/>", *_XML,
        b"<p:sp><a:p><a:t>a</a:t></a:p></p:sp>",
    )),
    ("odf", ".odt", _zipped("content.xml", *_ODF, mimetype=_ODT), (
        b"<text:p/>", b"<text:p>a</text:p>", b"<text:p>", b"<text:h>a</text:h>", b"<text:s/>",
        *_XML,
    )),
    ("xlsx", ".xlsx", _zipped("xl/worksheets/s.xml", *_SHEET, **_WORKBOOK), (
        b"<row><c t='s'><v>0</v></c></row>", b"<row>", b"<c>", b"<c><v>1</v></c>", b"<row/>", *_XML,
        b"<row><c t='inlineStr'><is><t>a</t></is></c></row>",
    )),
    ("xlsx", ".xlsx", _zipped("xl/sharedStrings.xml", "<sst>", "</sst>", **_WORKBOOK), (
        b"<si><t>a</t></si>", b"<si>", b"<t>", b"<rPh>", *_XML,
    )),
    ("ods", ".ods", _zipped("content.xml", *_ODS), (
        b"<table:table-row><table:table-cell/></table:table-row>", b"<table:table-row>",
        b"<table:table-cell/>", b"<table:table-cell><text:p>a</text:p></table:table-cell>",
        b"<table:table/>", *_XML,
    )),
    ("csv", ".csv", _plain, (
        b"a,b\n", b'"', b'"a', b'""', b",", b";\n", b"\n", b"a;b,c\t", b'"a\n', b"a", b"|",
    )),
    ("epub", ".epub", _zipped(
        "c.xhtml", "<html><body>", "", **{"META-INF/container.xml": _CONTAINER, "b.opf": _BOOK}
    ), _HTML),
    ("epub", ".epub", _zipped(
        "b.opf", "<package>", "</package>", **{"META-INF/container.xml": _CONTAINER}
    ), (b"<item id='a' href='b'/>", b"<itemref idref='a'/>", *_XML)),
    ("ipynb", ".ipynb", _around(b'{"cells": [', b'{"cell_type": "markdown", "source": "a"}]}'), (
        b'{"cell_type": "markdown", "source": "a"},', b'{"cell_type": "code", "source": ["a"]},',
        b"[", b"{},", b'{"a":', b"1,", b'"a",',
    )),
    ("enex", ".enex", _around(b"<en-export>", b"</en-export>"), (
        b"<note><title>a</title><content>b</content></note>", b"<note>", b"<tag>a</tag>", *_XML,
        b"<note><content><![CDATA[<en-note>a</en-note>]]></content></note>",
    )),
    ("mbox", ".mbox", _around(b"From a Mon May 6 07:08 2019\n", b""), (
        b"From a Mon May 6 07:08 2019\n", b"From a\n", b">From ", b"From ", b"Subject: a\n", b"\n",
        b"a\n", b"From 07:08", b"=?utf-8?q?a?=", b"--b\n",
    )),
    ("jex", ".jex", _joplin, (b"a\n", b"# a\n\n", b"id: 0\n", b"a_b: c\n", b"\n\n", b"#a ")),
    ("textpack", ".textpack", _zipped("a.textbundle/text.md", "", ""), (
        b"# a\n", b"#a ", b"- ", b"[[a", b"a: b\n",
    )),
    ("dayone", "journal.json", _around(b'{"entries": [', b'{"text": "a"}]}'), (
        b'{"text": "a", "tags": ["b"]},', b"{},", b"[", b'{"text":', b"1,", b'"a",',
    )),
    ("canvas", ".canvas", _around(b'{"nodes": [', b'{"type": "text", "text": "a"}]}'), (
        b'{"type": "text", "text": "a", "x": 1, "y": 1},', b'{"type": "file", "file": "a"},',
        b"[", b"{},", b'{"type": "group", "label": "a"},',
    )),
    ("opml", ".opml", _around(b"<opml><body>", b"</body></opml>"), (
        b"<outline text='a'/>", b"<outline text='a'>", *_XML,
    )),
    ("rtf", ".rtf", _around(b"{\\rtf1 "), (
        b"{", b"}", b"\\par ", b"\\'e9", b"\\u233?", b"{\\*\\a ", b"\\bin1 a", b"\\", b"{\\pict ",
        b"{\\field{\\fldinst a}}", b"{\\info{\\title a}}",
    )),
)  # fmt: skip


def cases() -> Iterator[Case]:
    """All of them."""
    for name, (suffix, starts, pieces) in _TEXTS.items():
        for piece in pieces:
            for start in starts:
                yield Case(name, suffix, piece, _around(start))
    for name, suffix, wrap, pieces in _FILES:
        for piece in pieces:
            yield Case(name, suffix, piece, wrap)
