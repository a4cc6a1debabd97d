"""Camera raw files, by the JPEG that every maker embeds: it is what the camera showed.

Nothing is demosaiced: that takes seconds for a picture, and looks different in every program.
LibRaw knows where the preview is and how the picture is turned; where it does not know a camera,
the largest JPEG that lies in the file is taken.
"""

import datetime as dt
import io
import re
import warnings
from dataclasses import dataclass, replace
from itertools import islice

from PIL import ExifTags, Image

from muserd.extract.content import Content
from muserd.extract.decode import DECODER_ERRORS, OpenPicture, broken, open_picture
from muserd.extract.exif import orientation, taken_at, tiff_exif
from muserd.extract.limits import Limits
from muserd.ground.errors import FileError
from muserd.ground.paths import display

_JPEG = re.compile(rb"\xff\xd8\xff[\xc0-\xfe]")
_MOST_CANDIDATES = 64  # makers embed up to four previews; the rest are accidents
_HEAD_BYTES = 2**20
_LEAST_PX = 100  # of a preview's longer side: below, it is an icon
_TAKEN = 0x9003  # DateTimeOriginal
_TURNS = {0: 1, 3: 3, 5: 8, 6: 6}  # LibRaw's flip → EXIF's orientation


@dataclass(frozen=True, slots=True)
class _Preview:
    """What LibRaw says: the embedded JPEG, or a bitmap, and how and when it was taken.

    Attributes:
        orientation: of EXIF; None where LibRaw gives an unknown one.
        width, height: pixels of the raw data as the sensor lies.
        taken: as EXIF writes it; empty where it is not known.
    """

    orientation: int | None
    width: int
    height: int
    taken: str
    jpeg: bytes = b""
    bitmap: Image.Image | None = None


def open_raw(content: Content, limits: Limits, side_px: int) -> OpenPicture:
    """The largest preview of a raw file, turned as the raw data are.

    Args:
        content: of the file.
        limits: beyond which the preview is refused.
        side_px: not needed: a JPEG is reduced while it is decoded.

    Raises:
        FileError: as `open_picture`; `unsupported` where there is no preview.
    """
    exif = _own_exif(content.data)
    found = _by_libraw(content, dated=exif is not None)
    if found is not None and found.bitmap is not None:
        opened = _of_bitmap(content, found.bitmap, limits, side_px)
    else:
        jpeg = found.jpeg if found is not None and found.jpeg else _largest_jpeg(content)
        inner = replace(content, data=jpeg, path=content.path + b".jpg")
        opened = open_picture(inner, limits, side_px)
    if exif is None:
        exif = opened.exif
        if found is not None and found.taken:
            exif.get_ifd(ExifTags.IFD.Exif).setdefault(_TAKEN, found.taken)
    elif found is None:
        opened = replace(opened, orientation=orientation(exif))
    opened = replace(opened, exif=exif)
    return opened if found is None or found.orientation is None else _turned(opened, found)


def _own_exif(data: bytes) -> Image.Exif | None:
    """EXIF of the TIFF family of raw files, which says more than that of their previews."""
    exif = tiff_exif(data[:_HEAD_BYTES])
    return exif if taken_at(exif) is not None else None


def _by_libraw(content: Content, *, dated: bool) -> _Preview | None:
    """What LibRaw knows; None where it does not know the camera.

    Args:
        content: of the file.
        dated: whether its time is known already: for this alone LibRaw unpacks the raw data.
    """
    import rawpy

    errors = (rawpy.LibRawError, rawpy.NotSupportedError, OSError, ValueError, RuntimeError)
    raw = rawpy.RawPy()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of LibRaw, about data that are not looked at
            raw.open_buffer(io.BytesIO(content.data))
        sizes = raw.sizes
        known = _Preview(
            orientation=_TURNS.get(sizes.flip),
            width=sizes.width,
            height=sizes.height,
            taken="",
        )
        try:
            thumb = raw.extract_thumb()
        except errors:
            return known if dated else replace(known, taken=_written(raw.other.timestamp))
        if thumb.format == rawpy.ThumbFormat.JPEG:
            known = replace(known, jpeg=bytes(thumb.data))
            dated = dated or _is_dated(known.jpeg)
        else:
            known = replace(known, bitmap=Image.fromarray(thumb.data))
        return known if dated else replace(known, taken=_written(raw.other.timestamp))
    except errors:
        return None
    finally:
        raw.close()


def _is_dated(jpeg: bytes) -> bool:
    """Whether a preview says itself when it was taken."""
    try:
        with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as image:
            return taken_at(image.getexif()) is not None
    except DECODER_ERRORS:
        return False


def _written(taken: dt.datetime | None) -> str:
    """A wall clock's time as EXIF writes it; empty for none, and for a clock that was not set."""
    return taken.strftime("%Y:%m:%d %H:%M:%S") if taken is not None and taken.year > 1970 else ""


def _largest_jpeg(content: Content) -> bytes:
    """The JPEG with the most pixels among those that lie in the file.

    Raises:
        FileError: `unsupported`: there is none.
    """
    best, most = -1, 0
    for found in islice(_JPEG.finditer(content.data), _MOST_CANDIDATES):
        head = content.data[found.start() : found.start() + _HEAD_BYTES]
        try:
            # A lossless JPEG with 12 or 14 bits, which the raw data may be, is not opened.
            with Image.open(io.BytesIO(head), formats=("JPEG",)) as image:
                pixels = image.width * image.height
        except DECODER_ERRORS:
            continue
        if pixels > most and max(image.size) >= _LEAST_PX:
            best, most = found.start(), pixels
    if best < 0:
        raise FileError(
            "unsupported",
            f"{display(content.path)} has no preview that can be shown",
            "export it as JPEG beside it: raw data are not developed here",
        )
    return content.data[best:]


def _of_bitmap(content: Content, bitmap: Image.Image, limits: Limits, side_px: int) -> OpenPicture:
    """A preview without compression, as a few cameras embed it."""
    out = io.BytesIO()
    try:
        bitmap.convert("RGB").save(out, "BMP")
    except DECODER_ERRORS as error:
        raise broken(content, error) from error
    return open_picture(replace(content, data=out.getvalue()), limits, side_px)


def _turned(opened: OpenPicture, found: _Preview) -> OpenPicture:
    """The preview as the raw data say: what the preview says of itself is often wrong.

    A preview that stands upright while the sensor lies was turned by the camera already.
    """
    turn = found.orientation or 1
    width, height = opened.image.size
    lies = found.width > found.height
    if turn >= 5 and width != height and (width > height) != lies:
        turn = 1
    if turn >= 5:
        width, height = height, width
    full_width, full_height = found.width, found.height
    if found.orientation in {6, 8}:
        full_width, full_height = full_height, full_width
    if full_width < width:  # LibRaw does not always know
        full_width, full_height = width, height
    return replace(opened, orientation=turn, width=full_width, height=full_height)
