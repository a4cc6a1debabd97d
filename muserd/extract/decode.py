"""Opens pictures and decodes them: upright, small, in plain colours.

Pillow's global bomb limit is switched off in favour of `Limits`, which every picture is measured
against before a single pixel is decoded.
"""

import io
import re
import struct
import threading
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from PIL import ExifTags, Image, UnidentifiedImageError

from muserd.extract.colour import in_srgb
from muserd.extract.content import Content
from muserd.extract.deep_tiff import misread, read_deep_tiff
from muserd.extract.depth import eight_bits, is_deep
from muserd.extract.exif import orientation, tiff_exif
from muserd.extract.formats import pillow_formats
from muserd.extract.frames import choose_frame, choose_page
from muserd.extract.hdr import cicp_of, nclx_of
from muserd.extract.jpeg_scans import check_scans
from muserd.extract.limits import Limits
from muserd.extract.room import BYTES_PER_PIXEL, PIXELS
from muserd.extract.tolerance import AT_REST_MS, ended, is_nearly_whole, strictly, tolerantly
from muserd.extract.truncation import ends_early
from muserd.ground.errors import FileError
from muserd.ground.paths import display

LONGEST_SIDE_PX = 500_000
_USUAL_GAMMA = 1 / 2.2  # of PNG: sRGB, nearly
_PLAIN_NETPBM = (b"P1", b"P2", b"P3")
_NETPBM_COMMENT = re.compile(rb"#[^\r\n]*+")
_HEADER_BYTES = 2**18  # in which an ISO base media file keeps the properties of its pictures
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_LONGEST_ASPECT = 16  # of what is kept of a strip: a panorama of 100,000 × 500 would fill memory

# What decoders raise on damaged data. Anything else is a mistake of ours and must be seen.
DECODER_ERRORS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,  # libheif, and too deep a recursion
    SyntaxError,  # Pillow's own choice for a broken PNG
    TypeError,
    ValueError,
    Image.DecompressionBombError,
    Warning,
    struct.error,
    zlib.error,
)

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True, slots=True)
class OpenPicture:
    """A picture whose header was read and found within the limits.

    Attributes:
        image: not decoded yet, unless it is a PNG.
        exif: empty where there is none.
        orientation: how it is yet to be turned: of EXIF, 1 to 8.
        width, height: of the upright picture, in full size.
        nclx: code points of its colours, where the container names them.
    """

    image: Image.Image
    exif: Image.Exif
    orientation: int
    width: int
    height: int
    nclx: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Pixels:
    """A decoded picture, upright and reduced, and its header.

    Attributes:
        incomplete: whether the end of its file is missing.
    """

    image: Image.Image
    opened: OpenPicture
    incomplete: bool


def read_pixels(
    content: Content,
    opening: Callable[[Content], OpenPicture],
    side_px: int,
    now_ms: int,
    *,
    longer: bool,
    room: float = 1.0,
) -> Pixels:
    """Open a picture by `opening` and decode it, see `decode`.

    One that lacks its end is shown all the same if nearly all of it is there, and if its file has
    been at rest: else it may be a download in progress.

    Raises:
        FileError: `corrupt`, `truncated`, `unsupported`, `bomb`, `too-large`, `memory`.
    """
    try:
        check_scans(content)
        with PIXELS.reserving(), strictly():
            opened = opening(content)
            image = decode(content, opened, side_px, longer=longer, room=room)
            return Pixels(image, opened, incomplete=False)
    except FileError as error:
        at_rest = now_ms - content.stat.mtime_ns // 1_000_000 >= AT_REST_MS
        if error.cause != "truncated" or not at_rest:
            raise
        found = _without_end(content, opening, side_px, longer=longer, room=room)
        if found is None:
            raise
        return found


def _without_end(
    content: Content,
    opening: Callable[[Content], OpenPicture],
    side_px: int,
    *,
    longer: bool,
    room: float,
) -> Pixels | None:
    whole = replace(content, data=ended(content.data))
    try:
        with PIXELS.reserving(), tolerantly():
            opened = opening(whole)
            size = opened.image.size
            turned, lying = opened.orientation, replace(opened, orientation=1)
            image = decode(whole, lying, side_px, longer=longer, room=room)
            targa = opened.image.format == "TGA"
            if not is_nearly_whole(image, content.data, size, is_targa=targa):
                return None
            return Pixels(_upright(image, turned), opened, incomplete=True)
    except FileError:
        return None


def open_picture(content: Content, limits: Limits, side_px: int = 0) -> OpenPicture:  # noqa: ARG001
    """Read the header and EXIF of a picture that Pillow decodes. Its size is that of the file.

    Raises:
        FileError: `corrupt`, `truncated`, `unsupported`, `bomb`, `too-large`, `memory`.
    """
    prepare()
    if len(content.data) > limits.image_max_bytes:
        raise FileError(
            "too-large",
            f"{display(content.path)} has {len(content.data) / 1e6:.1f} MB",
            "raise files.image_max_mb",
        )
    try:
        image = _pillows(content, limits)
        choose_page(image)
        check_size(content.path, image.size, limits)
        if image.format == "PNG":
            image.load()  # EXIF may stand behind the pixels
        exif = _exif(image) if image.format else tiff_exif(content.data)
        choose_frame(image)
    except (*DECODER_ERRORS, MemoryError) as error:
        raise broken(content, error) from error
    turned = _turned(image, exif, content.data)
    width, height = image.size if turned < 5 else image.size[::-1]
    return OpenPicture(image, exif, turned, width, height, _nclx(image, content.data))


def _without_comments(data: bytes) -> bytes:
    """A plain PBM, PGM or PPM without comments: Pillow takes time by the square of their number."""
    plain = data[:2] in _PLAIN_NETPBM and b"#" in data
    return _NETPBM_COMMENT.sub(b"", data) if plain else data


def _pillows(content: Content, limits: Limits) -> Image.Image:
    """The picture as Pillow opens it; a TIFF of a kind that Pillow does not read is decoded."""
    try:
        data = _without_comments(content.data)
        image = Image.open(io.BytesIO(data), formats=pillow_formats(content.path))
    except UnidentifiedImageError:
        if content.data[:4] not in _TIFF:
            raise
    else:
        if image.format != "TIFF" or not misread(image):
            return image
    return read_deep_tiff(content, limits)


def _turned(image: Image.Image, exif: Image.Exif, data: bytes) -> int:
    """How a picture is yet to be turned."""
    if not image.format:
        return int(image.info.get("orientation", 1))  # see `_pillows`
    if image.format == "TIFF":
        return 1  # Pillow turns it by itself
    if image.format == "HEIF":
        # The container's own properties count; where there are none, galleries obey EXIF.
        own = data.find(b"irot", 0, _HEADER_BYTES) >= 0 or data.find(b"imir", 0, _HEADER_BYTES) >= 0
        original = image.info.get("original_orientation")
        return original if not own and isinstance(original, int) and 1 <= original <= 8 else 1
    return orientation(exif)


def _nclx(image: Image.Image, data: bytes) -> dict[str, Any] | None:
    found = image.info.get("nclx_profile")
    if isinstance(found, dict):
        return found
    if image.format == "PNG" and (named := cicp_of(data)) is not None:
        image.info.pop("icc_profile", None)  # the chunk counts before a profile
        return named
    gamma = image.info.get("gamma")
    if image.format == "PNG" and "srgb" not in image.info and isinstance(gamma, float):
        return None if not 0.1 < gamma < 2 or abs(gamma - _USUAL_GAMMA) < 0.02 else {"gamma": gamma}
    return nclx_of(data) if image.format in {"AVIF", "HEIF"} else None


def decode(
    content: Content, opened: OpenPicture, side_px: int, *, longer: bool, room: float = 1.0
) -> Image.Image:
    """Decode a picture once, upright and reduced.

    Args:
        content: for messages.
        opened: its header; used up by this call.
        side_px: the wanted length of one side in pixels; nothing is ever enlarged.
        longer: whether `side_px` is the length of the longer side or of the shorter one; a strip
            is made smaller still, to 16 times this length.
        room: so many times larger may it stay than wanted. What is scaled again anyway is best
            scaled only once: with 2, a JPEG's own reduction always suffices.

    Returns:
        Mode RGB, or RGBA where some of the picture is transparent.

    Raises:
        FileError: `corrupt`, `truncated`, `unsupported` or `memory`.
    """
    try:
        return _decode(opened, side_px, longer=longer, room=room)
    except (*DECODER_ERRORS, MemoryError) as error:
        raise broken(content, error) from error


def broken(content: Content, error: BaseException) -> FileError:
    """The record of a decoder's failure."""
    name, text = display(content.path), f"{error}" or type(error).__name__
    if isinstance(error, MemoryError):
        return FileError("memory", f"{name} needs too much memory", "make the picture smaller")
    if isinstance(error, Image.DecompressionBombError):
        return FileError("bomb", f"{name}: {text}", "raise files.image_max_megapixels")
    if "truncated" in text.lower() or ends_early(content.data):
        return FileError(
            "truncated",
            f"{name} ends too early",
            "it is tried again; if it stays so, copy it anew",
            retry=True,
        )
    if isinstance(error, UnidentifiedImageError) and content.data[:4] in _TIFF:
        return FileError(
            "unsupported",
            f"{name} is a TIFF of a kind that is not read",
            "save it with 8 or 16 bits a channel, without special compression",
        )
    if isinstance(error, UnidentifiedImageError):
        return FileError(
            "corrupt",
            f"{name} is not a picture of a known format",
            "open it in a viewer; its suffix may be wrong",
        )
    return FileError("corrupt", f"{name} is damaged: {text}", "copy it anew or restore a backup")


def prepare() -> None:
    """Once a process: our limits in place of Pillow's, and its plugins, which are found lazily.

    Pillow swallows what goes wrong while it imports a plugin. When two threads import at once,
    one of them may meet a half-imported module, and the format is unknown from then on.
    """
    with _preparing:
        if "HEIF" in Image.OPEN:
            return
        Image.MAX_IMAGE_PIXELS = None
        Image.init()
        import pillow_heif

        pillow_heif.register_heif_opener(thumbnails=False)
        if find_spec("pillow_jxl") is not None:
            import_module("pillow_jxl")  # registers itself


_preparing = threading.Lock()


def check_size(path: bytes, size: tuple[int, int], limits: Limits) -> None:
    """Refuse a picture without pixels or with too many; wait until there is memory for its own.

    Raises:
        FileError: `corrupt` or `bomb`.
    """
    width, height = size
    if width < 1 or height < 1:
        raise FileError("corrupt", f"{display(path)} has {width} × {height} pixels")
    if width * height > limits.image_max_pixels or max(size) > LONGEST_SIDE_PX:
        raise FileError(
            "bomb",
            f"{display(path)} has {width} × {height} pixels; "
            f"{limits.image_max_pixels / 1e6:.0f} megapixels are allowed",
            "raise files.image_max_megapixels if the picture is meant to be so large",
        )
    PIXELS.need(width * height * BYTES_PER_PIXEL, limits.pixels_memory_bytes)


def _exif(image: Image.Image) -> Image.Exif:
    """EXIF that was read, or none: damaged EXIF does not make a damaged picture."""
    try:
        exif = image.getexif()
        exif.get_ifd(ExifTags.IFD.Exif)
    except DECODER_ERRORS:
        return Image.Exif()
    return exif


def _decode(opened: OpenPicture, side_px: int, *, longer: bool, room: float) -> Image.Image:
    image = opened.image
    factor = side_px / max(image.size)
    if not longer:
        factor = min(side_px / min(image.size), _LONGEST_ASPECT * factor)
    target = image.size
    if factor < 1:
        target = (
            max(1, round(image.size[0] * factor)),
            max(1, round(image.size[1] * factor)),
        )
        image.draft(None, target)
    image.load()
    plain = _plain(image)
    if plain.size[0] > room * target[0] or plain.size[1] > room * target[1]:
        plain = plain.resize(target, Image.Resampling.BICUBIC, reducing_gap=2.0)
    plain = in_srgb(plain, image.info.get("icc_profile"), opened.nclx)
    return _upright(plain, opened.orientation)


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    turn = _UPRIGHT.get(orientation)
    return image.transpose(turn) if turn is not None else image


def _plain(image: Image.Image) -> Image.Image:
    """RGB, or RGBA where something is transparent; other colours by their profile, if any."""
    if image.mode == "RGB" and "transparency" not in image.info:
        return image
    if is_deep(image):
        image = eight_bits(image)
    elif image.mode in {"CMYK", "LAB", "L"} and "transparency" not in image.info:
        image = in_srgb(image, image.info.get("icc_profile"))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        opaque = image.getchannel("A").getextrema() == (255, 255)
        return image.convert("RGB") if opaque else image
    return image.convert("RGB")
