"""The table of all file formats that Muser reads: the next format is one row here and one module.

A row says by which suffixes the watcher knows a format, by which bytes the reader recognises it,
which function reads it, what that function yields, how large a file may be, and which package is
needed. The readers are named, not imported: this module belongs to the ground and loads nothing.
"""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from typing import Literal

from muserd.ground.errors import FileError
from muserd.ground.records import Kind

Yields = Literal["picture", "film", "text", "document"]
"""What the reader of a format makes, and so how it is called:

`picture`: `(content, limits, side_px) -> OpenPicture`; the bytes are in memory.
`film`: `(content, limits, side_px) -> Film`; the file is opened again and never held in memory.
`text`: `(text) -> Document`, of decoded text without its front matter.
`document`: `(content, limits) -> Document`, of the bytes.
"""

PLAIN = "text/plain"  # markup and scripts are never served as active content
_DOWNLOAD = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Format:
    """A row of the table.

    Attributes:
        name: short and lasting, e.g. `jpeg`.
        label: for people, e.g. `JPEG picture`.
        kind: of the items that its files become.
        suffixes: in lower case, dot included → media type under which the original is served.
        reader: `module:function` in `muserd.extract`.
        yields: see `Yields`.
        signatures: (offset, bytes): a file that has one of them is of this format, whatever its
            suffix says; empty where the format has no signature.
        package: the module that must be importable; empty where none beyond Muser's own is.
        extra: the extra of Muser's distribution that brings the package.
        parts: `module:function` that shows one page or frame, `(content, limits, side_px, number)
            -> OpenPicture`; empty where a file has no such parts.
        version: of what the reader gives. It is raised when the reader learns something that is
            worth to be read from files again; items of an earlier version are read anew by
            themselves: see `engine.sync.rereads`.
        names: whole names of files, in lower case, of this format, whose suffix says too little.
    """

    name: str
    label: str
    kind: Kind
    suffixes: dict[bytes, str]
    reader: str
    yields: Yields
    signatures: tuple[tuple[int, bytes], ...] = ()
    package: str = ""
    extra: str = ""
    parts: str = ""
    version: int = 1
    names: tuple[bytes, ...] = ()

    @property
    def available(self) -> bool:
        """Whether the package that reads it is installed."""
        return not self.package or _installed(self.package)

    @property
    def remedy(self) -> str:
        """How to install what is missing; empty when nothing is."""
        if self.available:
            return ""
        what = f"muser[{self.extra}]" if self.extra else self.package
        return f"install it beside Muser: pip install '{what}'; then: muserctl service restart"

    @property
    def limit_key(self) -> str:
        """The key of the configuration that says how large its files may be."""
        names = {"picture": "image", "film": "video", "text": "note", "document": "document"}
        return f"files.{names[self.yields]}_max_mb"

    def has_signature_of(self, data: bytes) -> bool:
        """Whether the first bytes of a file are those of this format."""
        return any(data.startswith(mark, at) for at, mark in self.signatures)


def _same(media_type: str, *suffixes: str) -> dict[bytes, str]:
    return {suffix.encode(): media_type for suffix in suffixes}


def _picture(
    name: str,
    label: str,
    suffixes: dict[bytes, str],
    *signatures: tuple[int, bytes],
    reader: str = "decode:open_picture",
    package: str = "",
    extra: str = "",
) -> Format:
    return Format(
        name, label, "image", suffixes, reader, "picture", signatures, package, extra=extra
    )


def _text(name: str, label: str, reader: str, *suffixes: str) -> Format:
    return Format(name, label, "note", _same(PLAIN, *suffixes), reader, "text")


def _document(
    name: str,
    label: str,
    reader: str,
    suffixes: dict[bytes, str],
    *signatures: tuple[int, bytes],
    package: str = "",
    parts: str = "",
    names: tuple[bytes, ...] = (),
    version: int = 1,
) -> Format:
    return Format(
        name, label, "note", suffixes, reader, "document", signatures, package,
        parts=parts, names=names, version=version,
    )  # fmt: skip


_BOXES = ((4, b"ftypavif"), (4, b"ftypavis"))
_HEIF_BRANDS = tuple((4, b"ftyp" + brand) for brand in (
    b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1",
))  # fmt: skip
_RAW_SUFFIXES = (
    *(".3fr", ".arw", ".cr2", ".cr3", ".crw", ".dcr", ".dng", ".erf", ".fff", ".gpr", ".iiq"),
    *(".k25", ".kdc", ".mdc", ".mef", ".mos", ".mrw", ".nef", ".nrw", ".orf", ".pef", ".raf"),
    *(".rw2", ".rwl", ".sr2", ".srf", ".srw", ".x3f"),
)
_TIFF = ((0, b"II*\0"), (0, b"MM\0*"), (0, b"II+\0"), (0, b"MM\0+"))
_RAW_SIGNATURES = (
    *_TIFF,
    *((4, b"ftypcrx "), (0, b"FUJIFILMCCD-RAW"), (0, b"IIU\0"), (0, b"IIRO"), (0, b"IIRS")),
    *((0, b"MMOR"), (0, b"FOVb"), (0, b"\0MRM"), (6, b"HEAPCCDR"), (8, b"CR\2")),
)

_ODF_TEXTS = (b"text", b"presentation", b"graphics")

FORMATS: tuple[Format, ...] = (
    # pictures
    _picture(
        "jpeg",
        "JPEG picture",
        _same("image/jpeg", ".jpg", ".jpeg", ".jpe", ".jfif"),
        (0, b"\xff\xd8\xff"),
    ),
    _picture(
        "png",
        "PNG picture",
        {b".png": "image/png", b".apng": "image/apng"},
        (0, b"\x89PNG\r\n\x1a\n"),
    ),
    _picture("webp", "WebP picture", _same("image/webp", ".webp"), (8, b"WEBPVP8")),
    _picture("gif", "GIF picture", _same("image/gif", ".gif"), (0, b"GIF87a"), (0, b"GIF89a")),
    _picture("bmp", "Windows bitmap", _same("image/bmp", ".bmp", ".dib")),
    _picture("tiff", "TIFF picture", _same("image/tiff", ".tif", ".tiff"), *_TIFF),
    _picture("avif", "AVIF picture", _same("image/avif", ".avif", ".avifs"), *_BOXES),
    _picture(
        "heif",
        "HEIF picture",
        {
            **_same("image/heic", ".heic", ".heics"),
            **_same("image/heif", ".heif", ".heifs", ".hif"),
        },
        *_HEIF_BRANDS,
    ),
    _picture(
        "jxl",
        "JPEG XL picture",
        _same("image/jxl", ".jxl"),
        (0, b"\xff\x0a"),
        (0, b"\0\0\0\x0cJXL \r\n\x87\n"),
        package="pillow_jxl",
        extra="jxl",
    ),
    _picture(
        "jpeg2000",
        "JPEG 2000 picture",
        _same("image/jp2", ".jp2", ".j2k", ".j2c", ".jpc", ".jpf", ".jpx", ".jpm"),
        (0, b"\0\0\0\x0cjP  \r\n\x87\n"),
        (0, b"\xff\x4f\xff\x51"),
    ),
    _picture(
        "psd",
        "Photoshop document",
        _same(_DOWNLOAD, ".psd", ".psb"),
        (0, b"8BPS"),
    ),
    _picture("ico", "Windows icon", _same("image/vnd.microsoft.icon", ".ico", ".cur")),
    _picture("tga", "Targa picture", _same("image/x-tga", ".tga", ".icb", ".vda", ".vst")),
    _picture("qoi", "QOI picture", _same("image/qoi", ".qoi"), (0, b"qoif")),
    _picture(
        "netpbm",
        "Netpbm picture",
        _same("image/x-portable-anymap", ".pbm", ".pgm", ".ppm", ".pnm", ".pfm"),
    ),
    _picture(
        "svg",
        "SVG drawing",
        _same(PLAIN, ".svg", ".svgz"),
        reader="svg:open_svg",
        package="resvg_py",
    ),
    _picture(
        "raw",
        "camera raw picture",
        _same(_DOWNLOAD, *_RAW_SUFFIXES),
        *_RAW_SIGNATURES,
        reader="raw:open_raw",
        package="rawpy",
    ),
    Format(
        name="video",
        label="video",
        kind="image",
        suffixes={
            **_same("video/mp4", ".mp4", ".m4v"),
            **_same("video/quicktime", ".mov", ".qt"),
            **_same("video/webm", ".webm"),
            **_same("video/x-matroska", ".mkv"),
            **_same("video/ogg", ".ogv"),
            **_same("video/mpeg", ".mpg", ".mpeg"),
            **_same("video/mp2t", ".mts", ".m2ts"),
            **_same("video/3gpp", ".3gp", ".3g2"),
            **_same(_DOWNLOAD, ".avi", ".wmv", ".asf", ".flv", ".vob", ".insv"),
        },
        reader="video:read_film",
        yields="film",
        signatures=(
            *(
                (4, b"ftypqt  "),
                (4, b"ftypisom"),
                (4, b"ftypiso2"),
                (4, b"ftypmp4"),
                (4, b"ftypavc1"),
            ),
            *((4, b"ftypM4V"), (4, b"ftyp3g"), (4, b"moov"), (4, b"wide"), (0, b"\x1aE\xdf\xa3")),
            *((8, b"AVI LIST"), (0, b"FLV\1"), (0, b"\0\0\1\xba"), (0, b"OggS")),
            (0, b"0&\xb2u\x8ef\xcf\x11"),
        ),
        package="av",
        extra="video",
        parts="video:open_frame",
    ),
    # notes that are text
    _text(
        "markdown",
        "Markdown note",
        "markdown:read_markdown",
        *(".md", ".markdown", ".mdown", ".mdwn", ".mkd", ".mkdn", ".rmd", ".qmd"),
    ),
    _text("mdx", "MDX note", "mdx:read_mdx", ".mdx"),
    _text("text", "plain text", "plain:read_plain", ".txt", ".text"),
    _text("rst", "reStructuredText note", "restructured:read_rst", ".rst", ".rest"),
    _text("org", "Org note", "org:read_org", ".org"),
    _text("latex", "LaTeX document", "latex:read_latex", ".tex", ".ltx"),
    _text("html", "HTML page", "html:read_html", ".html", ".htm", ".xhtml"),
    _text("asciidoc", "AsciiDoc document", "asciidoc:read_asciidoc", ".adoc", ".asciidoc"),
    # notes that are containers
    _document(
        "pdf",
        "PDF document",
        "pdf:read_pdf",
        _same("application/pdf", ".pdf"),
        (0, b"%PDF-"),
        package="pypdfium2",
        parts="pdf:open_page",
    ),
    _document("docx", "Word document", "office:read_docx", _same(_DOWNLOAD, ".docx", ".docm")),
    _document(
        "pptx", "PowerPoint presentation", "office:read_pptx", _same(_DOWNLOAD, ".pptx", ".pptm")
    ),
    _document(
        "odf",
        "LibreOffice document",
        "office:read_odf",
        _same(_DOWNLOAD, ".odt", ".ott", ".odp"),
        *((30, b"mimetypeapplication/vnd.oasis.opendocument." + kind) for kind in _ODF_TEXTS),
    ),
    _document("xlsx", "Excel workbook", "sheets:read_xlsx", _same(_DOWNLOAD, ".xlsx", ".xlsm")),
    _document(
        "ods",
        "LibreOffice workbook",
        "sheets:read_ods",
        _same(_DOWNLOAD, ".ods", ".ots"),
        (30, b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet"),
    ),
    _document("csv", "table of values", "sheets:read_csv", _same(PLAIN, ".csv", ".tsv")),
    _document(
        "epub",
        "EPUB e-book",
        "ebook:read_epub",
        _same(_DOWNLOAD, ".epub"),
        (30, b"mimetypeapplication/epub+zip"),
    ),
    _document("ipynb", "Jupyter notebook", "notebook:read_ipynb", _same(PLAIN, ".ipynb")),
    _document("eml", "letter", "mail:read_eml", _same(PLAIN, ".eml")),
    _document("mbox", "mailbox", "mailbox:read_mbox", _same(PLAIN, ".mbox", ".mbx")),
    _document("enex", "Evernote export", "evernote:read_enex", _same(PLAIN, ".enex"), version=2),
    _document("jex", "Joplin export", "joplin:read_jex", _same(_DOWNLOAD, ".jex")),
    _document(
        "textpack",
        "TextBundle or Bear backup",
        "bundles:read_textpack",
        _same(_DOWNLOAD, ".textpack", ".bear2bk", ".bearbk"),
    ),
    _document("dayone", "Day One journal", "journals:read_dayone", {}, names=(b"journal.json",)),
    _document("canvas", "JSON Canvas", "canvas:read_canvas", _same(PLAIN, ".canvas")),
    _document("opml", "OPML outline", "canvas:read_opml", _same(PLAIN, ".opml")),
    _document(
        "rtf",
        "rich text document",
        "rtf:read_rtf",
        _same(_DOWNLOAD, ".rtf"),
        (0, b"{\\rtf"),
        package="striprtf",
    ),
)


def _by_suffix(formats: Iterable[Format]) -> dict[bytes, Format]:
    return {suffix: row for row in formats for suffix in row.suffixes}


_CLEAR = 3  # bytes: a shorter signature is believed only where the suffix agrees
_LOOKED_AT = 4_096
_BINARY = re.compile(rb"[\0-\x08\x0e-\x1a\x1c-\x1f]")
_OF_SUFFIX = _by_suffix(FORMATS)
_OF_NAME = {name: row for row in FORMATS for name in row.names}


def format_of(path: bytes) -> Format | None:
    """The format of a file by its suffix, in any case, whether or not it can be read here."""
    row = _OF_SUFFIX.get(os.path.splitext(path)[1].lower())
    return row or _OF_NAME.get(os.path.basename(path).lower())


def reader_version(path: bytes) -> int:
    """The version of the reader of a file, by its suffix; 0 for what nothing reads."""
    row = format_of(path)
    return row.version if row is not None else 0


def unreadable(row: Format, name: str) -> FileError:
    """Why nothing here can read a file, and what to install."""
    return FileError(
        "unsupported", f"{name} is a {row.label}: the package {row.package} is missing", row.remedy
    )


def sniff(data: bytes, path: bytes) -> Format | None:
    """The format of a file's bytes: that of its suffix unless the bytes are clearly another's.

    Args:
        data: the file, or its first kilobyte.
        path: its path, for the suffix.
    """
    named = format_of(path)
    if named is not None and named.has_signature_of(data):
        return named
    if named is not None and named.yields == "text" and not _BINARY.search(data[:_LOOKED_AT]):
        return named  # a note may begin with the word GIF89a
    for row in FORMATS:
        if any(len(mark) >= _CLEAR and data.startswith(mark, at) for at, mark in row.signatures):
            return row
    return named


@cache
def _installed(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except (ImportError, ValueError):
        return False
