"""Colours as a screen shows them: from the space that a picture was stored in to sRGB.

Thumbnails and previews carry no profile, so that browsers take them for sRGB. Most telephones
store Display P3: without this, their colours would look pale. A profile counts for what it does,
whatever its name: one that changes nothing is told by trying it, once.
"""

import io
from functools import lru_cache
from typing import Any

import numpy as np
from PIL import Image, ImageCms

from muserd.extract.hdr import from_nclx

_SPACE = slice(16, 20)  # of the profile's header: ICC.1:2022, 7.2.8
_MODES = {b"RGB ": ("RGB", "RGBA"), b"GRAY": ("L",), b"CMYK": ("CMYK",), b"Lab ": ("LAB",)}
_LARGEST_BYTES = 16 * 2**20
_STEPS = 9  # a side of the cube of colours that a profile is tried on
_UNSEEN = 2  # of 255: a change of a colour that nobody sees
_CMS_ERRORS = (ImageCms.PyCMSError, OSError, ValueError, TypeError)


def in_srgb(image: Image.Image, profile: object, nclx: dict[str, Any] | None = None) -> Image.Image:
    """The picture in sRGB: mode RGB, or RGBA where it was that.

    Args:
        image: mode RGB, RGBA, L, CMYK or LAB.
        profile: its ICC profile; one that is missing, damaged or of another kind of colours leaves
            the picture as it is.
        nclx: code points of its colours (ITU-T H.273), which count where there is no profile.
    """
    if isinstance(profile, bytes) and 128 < len(profile) <= _LARGEST_BYTES:
        mode = "RGB" if image.mode == "RGBA" else image.mode
        if image.mode in _MODES.get(profile[_SPACE], ()):
            transform = _transform(profile, mode)
            return image if transform is None else _applied(image, transform)
    elif nclx is not None and image.mode in {"RGB", "RGBA"}:
        return from_nclx(image, nclx)
    if image.mode == "LAB":
        transform = _lab_transform()
        return image if transform is None else _applied(image, transform)
    return image


def _applied(image: Image.Image, transform: ImageCms.ImageCmsTransform) -> Image.Image:
    if image.mode != "RGBA":
        converted = ImageCms.applyTransform(image, transform)
        return converted if converted is not None else image
    alpha = image.getchannel("A")
    converted = ImageCms.applyTransform(image.convert("RGB"), transform)
    if converted is None:
        return image
    converted.putalpha(alpha)
    return converted


@lru_cache(maxsize=16)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """From a profile to sRGB; None where it would change nothing, or cannot be used."""
    try:
        transform = ImageCms.buildTransform(
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            mode,
            "RGB",
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except _CMS_ERRORS:
        return None
    return None if mode == "RGB" and _changes_nothing(transform) else transform


@lru_cache(maxsize=1)
def _lab_transform() -> ImageCms.ImageCmsTransform | None:
    try:
        return ImageCms.buildTransform(
            ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), "LAB", "RGB"
        )
    except _CMS_ERRORS:
        return None


def _changes_nothing(transform: ImageCms.ImageCmsTransform) -> bool:
    steps = np.linspace(0, 255, _STEPS).round().astype(np.uint8)
    cube = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(1, -1, 3)
    before = Image.fromarray(cube)
    after = ImageCms.applyTransform(before, transform)
    if after is None:
        return True
    moved = np.abs(np.asarray(after).astype(np.int16) - cube)
    return int(moved.max()) <= _UNSEEN
