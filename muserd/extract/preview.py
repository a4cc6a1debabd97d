"""A picture to look at, made on request."""

from muserd.extract.content import Content
from muserd.extract.decode import DECODER_ERRORS, broken, decode, open_picture
from muserd.extract.limits import Limits
from muserd.extract.thumbs import webp

_QUALITY = 82
_METHOD = 2


def make_preview(content: Content, size_px: int, limits: Limits) -> bytes:
    """WebP of the upright picture, its longer side at most `size_px`, without metadata.

    Raises:
        FileError: as `read_picture`.
    """
    opened = open_picture(content, limits)
    image = decode(content, opened, size_px, longer=True)
    try:
        return webp(image, _QUALITY, _METHOD)
    except (*DECODER_ERRORS, MemoryError) as error:
        raise broken(content, error) from error
