"""TIFF pictures that Pillow does not know: floating colours, 32 and 64 bits, 16 bits with alpha.

Read by tifffile. Floating values without a profile are light, 1 for white (scene-linear, as
editors and renderers write them); what is no number is black.
"""

import io
import logging
import struct

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from muserd.extract.content import Content
from muserd.extract.depth import stretched
from muserd.extract.hdr import from_light
from muserd.extract.limits import Limits
from muserd.extract.tiff_segments import needs_segments, read_segments
from muserd.ground.errors import FileError
from muserd.ground.paths import display

_XMP, _ICC, _ORIENTATION = 700, 34675, 274
_REDUCED_OR_MASK = 0b101  # NewSubfileType of TIFF 6.0
_MOST_PAGES = 32
_MOST_TAGS = 500  # of a page; programs write some dozens. tifffile's time grows with the square
_WHITE_IS_ZERO, _SEPARATE, _CMYK = 0, 2, 5
_ERRORS = (
    *(ArithmeticError, AttributeError, EOFError, ImportError, LookupError, OSError),
    *(RuntimeError, TypeError, ValueError, struct.error),
)


def misread(image: Image.Image) -> bool:
    """Whether Pillow would give an opened TIFF other colours than it has."""
    tags = getattr(image, "tag_v2", {})
    bits = tags.get(258, (8,))
    wide = max(bits if isinstance(bits, tuple) else (bits,)) > 8
    separate = tags.get(284) == _SEPARATE and tags.get(277, 1) > 1
    return wide and (separate or tags.get(262) == _WHITE_IS_ZERO)


def read_deep_tiff(content: Content, limits: Limits) -> Image.Image:
    """The first page that is a picture, with eight bits: L, LA, RGB, RGBA or CMYK.

    `info` holds its profile, XMP and `orientation`, as Pillow would.

    Raises:
        FileError: `unsupported` or `bomb`.
    """
    import tifffile

    logging.getLogger("tifffile").setLevel(logging.CRITICAL)  # it tells of every odd tag
    name = display(content.path)
    try:
        _count_tags(content.data)
        with tifffile.TiffFile(io.BytesIO(content.data)) as file:
            page = next(
                (one for one in file.pages[:_MOST_PAGES] if not one.subfiletype & _REDUCED_OR_MASK),
                file.pages.first,
            )
            _check(page, name, limits)
            packed = needs_segments(page)
            values = read_segments(page, content.data) if packed else page.asarray(maxworkers=1)
            image = _plain(values, page)
            for tag, key in ((_ICC, "icc_profile"), (_XMP, "xmp"), (_ORIENTATION, "orientation")):
                if tag in page.tags:
                    image.info[key] = page.tags[tag].value
    except _ERRORS as error:
        raise FileError(
            "unsupported",
            f"{name} is a TIFF of a kind that is not read: {error}",
            "save it with 8 or 16 bits a channel, without special compression",
        ) from error
    return image


def _count_tags(data: bytes) -> None:
    """Raise ValueError if one of the first pages has too many tags, as nothing makes them."""
    order = "<" if data[:2] == b"II" else ">"
    big = struct.unpack_from(f"{order}H", data, 2)[0] == 43
    count_of, entry, offset_of = ("Q", 20, "Q") if big else ("H", 12, "I")
    (at,) = struct.unpack_from(order + offset_of, data, 8 if big else 4)
    for _ in range(_MOST_PAGES):
        if not 0 < at < len(data):
            return
        (count,) = struct.unpack_from(order + count_of, data, at)
        if count > _MOST_TAGS:
            raise ValueError(f"{count} tags in a page")
        at += struct.calcsize(count_of) + entry * count
        if at + 8 > len(data):
            return
        (at,) = struct.unpack_from(order + offset_of, data, at)


def _check(page: object, name: str, limits: Limits) -> None:
    nbytes, pixels = getattr(page, "nbytes", 0), getattr(page, "size", 0)
    if nbytes > limits.pixels_memory_bytes or pixels > 4 * limits.image_max_pixels:
        raise FileError(
            "bomb",
            f"{name} has {pixels} values in {nbytes / 1e6:.0f} MB; "
            f"{limits.image_max_pixels / 1e6:.0f} megapixels are allowed",
            "raise files.image_max_megapixels if the picture is meant to be so large",
        )


def _plain(values: NDArray[np.generic], page: object) -> Image.Image:
    axes = str(getattr(page, "axes", "YX"))
    if values.ndim != len(axes) or "Y" not in axes or "X" not in axes:
        raise ValueError(f"axes {axes}")
    while axes[0] not in "YXS":  # layers of a volume: the first one
        values, axes = values[0], axes[1:]
    if axes == "SYX":
        values = np.moveaxis(values, 0, -1)
    elif axes not in {"YX", "YXS"}:
        raise ValueError(f"axes {axes}")
    profile = _ICC in getattr(page, "tags", {})
    photometric = getattr(page, "photometric", None)
    pixels = _eight_bits(values, profile=profile, grey=values.ndim == 2 or values.shape[-1] < 3)
    if photometric == _WHITE_IS_ZERO:
        pixels = 255 - pixels
    if pixels.ndim == 2:
        return Image.fromarray(pixels)
    count = pixels.shape[-1]
    if photometric == _CMYK and count >= 4:
        return Image.frombytes("CMYK", pixels.shape[1::-1], np.ascontiguousarray(pixels[..., :4]))
    kept = count if count <= 4 else 3
    return Image.fromarray(
        np.ascontiguousarray(pixels[..., 0] if kept == 1 else pixels[..., :kept])
    )


def _eight_bits(values: NDArray[np.generic], *, profile: bool, grey: bool) -> NDArray[np.uint8]:
    if values.dtype.kind == "b":
        return values.astype(np.uint8) * 255
    if values.dtype.kind == "u":
        shift = 8 * (values.dtype.itemsize - 1)
        return np.asarray(values.astype(np.uint64) >> np.uint64(shift), np.uint8)
    numbers = values.astype(np.float64)
    if values.dtype.kind == "i" or (grey and values.ndim == 2):
        return stretched(numbers)
    colours = numbers[..., :1] if grey else numbers[..., :3]
    alpha = numbers[..., 1:2] if grey else numbers[..., 3:4]
    light = np.nan_to_num(colours, nan=0.0, posinf=0.0, neginf=0.0).astype(np.float32)
    stored = np.rint(255 * np.clip(light, 0, 1)).astype(np.uint8)
    shown = stored if profile else from_light(light)
    opaque = np.rint(255 * np.clip(np.nan_to_num(alpha), 0, 1)).astype(np.uint8)
    return np.concatenate([shown, opaque], axis=-1)
