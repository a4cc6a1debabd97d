"""A picture to look at, made on request."""

from muserd.extract.backdrop import on_ground
from muserd.extract.content import Content
from muserd.extract.decode import DECODER_ERRORS, broken, read_pixels
from muserd.extract.formats import open_part
from muserd.extract.limits import Limits
from muserd.extract.thumbs import webp
from muserd.ground.clock import SystemClock

_QUALITY = 82
_METHOD = 2


def make_preview(content: Content, size_px: int, limits: Limits, part: int = 0) -> bytes:
    """WebP of the upright picture, its longer side at most `size_px`, without metadata.

    Of a document it is the page with the number `part`, of a video the frame, from 0.

    Raises:
        FileError: as `read_picture`.
    """
    now_ms = SystemClock().now_ms()
    pixels = read_pixels(
        content,
        lambda whole: open_part(whole, limits, size_px, part),
        size_px,
        now_ms,
        longer=True,
    )
    try:
        return webp(on_ground(pixels.image, only_where_needed=True), _QUALITY, _METHOD)
    except (*DECODER_ERRORS, MemoryError) as error:
        raise broken(content, error) from error
