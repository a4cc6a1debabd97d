"""From a file to the function that reads it: the table of `ground.formats`, resolved."""

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from muserd.extract.content import Content
from muserd.extract.limits import Limits
from muserd.ground.errors import FileError
from muserd.ground.formats import FORMATS, Format, format_of, sniff, unreadable
from muserd.ground.paths import display
from muserd.ground.records import Kind

if TYPE_CHECKING:
    from muserd.extract.decode import OpenPicture  # it imports this module


def reader_of(row: Format) -> Any:
    """The function that reads a format, with its module imported. `Format.yields` is its type."""
    return _imported(row.reader)


@cache
def _imported(reader: str) -> Any:
    module, _, function = reader.partition(":")
    return getattr(import_module(f"muserd.extract.{module}"), function)


def recognise(content: Content, kind: Kind) -> Format:
    """The format of a file, by its bytes and by its suffix.

    Raises:
        FileError: `wrong-suffix`: the bytes are of a format of the other kind; `unsupported`: the
            package that reads it is missing.
    """
    row = sniff(content.data, content.path)
    name = display(content.path)
    if row is None:
        raise FileError("unsupported", f"{name} is of no format that Muser reads", "nothing to do")
    if row.kind != kind:
        raise FileError(
            "wrong-suffix",
            f"{name} holds a {row.label}, whatever its suffix says",
            f"rename it to end in {next(iter(row.suffixes)).decode()}",
        )
    if not row.available:
        raise unreadable(row, name)
    return row


def open_part(content: Content, limits: Limits, side_px: int, number: int) -> "OpenPicture":
    """Open a picture, or one page or frame of what has several.

    Args:
        content: of the file.
        limits: beyond which it is refused.
        side_px: about the size that is wanted.
        number: of the page or frame, from 0; the last one for a number beyond it.

    Raises:
        FileError: `unsupported`: nothing of this format can be looked at; else as its reader.
    """
    row = sniff(content.data, content.path)
    if row is None or not row.parts:
        return open_any(content, limits, side_px)
    if not row.available:
        raise unreadable(row, display(content.path))
    opened: OpenPicture = _imported(row.parts)(content, limits, side_px, number)
    return opened


def open_any(content: Content, limits: Limits, side_px: int) -> "OpenPicture":
    """Open a picture of any format.

    Args:
        content: of the file.
        limits: beyond which it is refused.
        side_px: about the size that is wanted; drawings are rasterised for it.

    Raises:
        FileError: as `recognise` and the reader of its format.
    """
    row = recognise(content, "image")
    if row.yields == "film":
        raise FileError(
            "unsupported",
            f"{display(content.path)} is a video, and a picture is needed",
            "take a frame of it: ffmpeg -i IN -frames:v 1 OUT.png",
        )
    opened: OpenPicture = reader_of(row)(content, limits, side_px)
    return opened


def pillow_formats(path: bytes) -> tuple[str, ...]:
    """What Pillow may take the bytes for, as it names formats.

    A format without a signature is tried only where the suffix names it: Pillow takes nearly any
    bytes for a Targa picture.
    """
    row = format_of(path)
    return (*_PILLOW, *_WITHOUT_SIGNATURE.get(row.name if row is not None else "", ()))


_PILLOW = (
    *("JPEG", "PNG", "WEBP", "GIF", "BMP", "DIB", "TIFF", "AVIF", "HEIF", "JXL", "JPEG2000"),
    *("PSD", "QOI"),
)
_WITHOUT_SIGNATURE = {"tga": ("TGA",), "ico": ("ICO", "CUR"), "netpbm": ("PPM",)}


def decoder_version(version: str) -> str:
    """`version` with the packages that are here: where one is added, failures are tried again."""
    return "+".join([version, *sorted({row.package for row in FORMATS if row.available} - {""})])
