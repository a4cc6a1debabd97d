"""Colours as a screen shows them: from the space that a picture was stored in to sRGB.

Thumbnails and previews carry no profile, so that browsers take them for sRGB. Most telephones
store Display P3: without this, their colours would look pale.
"""

import io

from PIL import Image, ImageCms

_RGB_SPACE = slice(16, 20)  # of the profile's header: ICC.1:2022, 7.2.8
_NAMES = (b"sRGB", "sRGB".encode("utf-16-be"))


def in_srgb(image: Image.Image, profile: object) -> Image.Image:
    """The picture in sRGB.

    Args:
        image: mode RGB or RGBA.
        profile: its ICC profile; one that is missing, damaged, of another kind of colours, or that
            of sRGB itself leaves the picture as it is.
    """
    if not isinstance(profile, bytes) or profile[_RGB_SPACE] != b"RGB ":
        return image
    if any(name in profile for name in _NAMES):
        return image
    try:
        converted = ImageCms.profileToProfile(
            image,
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            outputMode=image.mode,
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image
    return converted if converted is not None else image
