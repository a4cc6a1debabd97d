"""Thumbnail pages: many thumbnails in one WebP, a cell for each slot."""

import io
import logging
from collections.abc import Sequence

from PIL import Image

from muserd.extract.decode import DECODER_ERRORS, prepare
from muserd.extract.thumbs import fitted, webp
from muserd.ground.logs import fields

log = logging.getLogger(__name__)

_SPOTS = 6  # along the longer side of a blurred picture
_QUALITY = 80
_METHOD = 2  # of 0 … 6: 4 takes nearly twice as long for a sixteenth fewer bytes


def pack_page(
    thumbs: Sequence[bytes | None], cell_px: int, columns: int, rows: int, *, blurred: bool = False
) -> bytes:
    """Pack thumbnails into a transparent WebP page, row by row, each centred in its cell.

    Args:
        thumbs: one a cell, at most `columns × rows`; None leaves a cell empty.
        cell_px: side of a cell; a larger thumbnail is made to fit, its aspect kept.
        columns: cells in a row.
        rows: rows of the page.
        blurred: only a few spots of colour are kept of each.

    Raises:
        ValueError: more thumbnails than cells, or a page that WebP cannot hold.
    """
    if len(thumbs) > columns * rows:
        raise ValueError(f"{len(thumbs)} thumbnails for {columns} × {rows} cells")
    prepare()
    page = Image.new("RGBA", (columns * cell_px, rows * cell_px), (0, 0, 0, 0))
    for cell, data in enumerate(thumbs):
        if data is None:
            continue
        try:
            with Image.open(io.BytesIO(data), formats=("WEBP",)) as image:
                thumb = fitted(image.convert("RGBA"), cell_px)
        except DECODER_ERRORS as error:  # one bad thumbnail leaves one cell empty
            log.warning("a thumbnail cannot be read", extra=fields(cell=cell, error=str(error)))
            continue
        if blurred:
            thumb = thumb.resize(_spots(thumb), Image.Resampling.BOX).resize(
                thumb.size, Image.Resampling.BICUBIC
            )
        left = cell % columns * cell_px + (cell_px - thumb.width) // 2
        top = cell // columns * cell_px + (cell_px - thumb.height) // 2
        page.paste(thumb, (left, top))
    return webp(page, _QUALITY, _METHOD)


def _spots(thumb: Image.Image) -> tuple[int, int]:
    scale = _SPOTS / max(thumb.size)
    return max(1, round(thumb.width * scale)), max(1, round(thumb.height * scale))
