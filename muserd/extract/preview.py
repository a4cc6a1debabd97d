"""A picture to look at, made on request."""

from muserd.extract.content import Content
from muserd.extract.decode import DECODER_ERRORS, broken, decode
from muserd.extract.formats import open_part
from muserd.extract.limits import Limits
from muserd.extract.thumbs import webp

_QUALITY = 82
_METHOD = 2


def make_preview(content: Content, size_px: int, limits: Limits, part: int = 0) -> bytes:
    """WebP of the upright picture, its longer side at most `size_px`, without metadata.

    Of a document it is the page with the number `part`, of a video the frame, from 0.

    Raises:
        FileError: as `read_picture`.
    """
    opened = open_part(content, limits, size_px, part)
    image = decode(content, opened, size_px, longer=True)
    try:
        return webp(image, _QUALITY, _METHOD)
    except (*DECODER_ERRORS, MemoryError) as error:
        raise broken(content, error) from error
