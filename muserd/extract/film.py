"""From a video to all that its item needs: as a picture, with several frames."""

from dataclasses import replace

import msgspec

from muserd.extract.content import Content
from muserd.extract.decode import DECODER_ERRORS, broken
from muserd.extract.formats import reader_of, recognise
from muserd.extract.limits import Limits
from muserd.extract.metadata import Metadata
from muserd.extract.picture import Picture, facts_of
from muserd.extract.thumbs import make_thumbs


def read_film(
    content: Content, limits: Limits, shorter_px: int, now_ms: int | None = None
) -> Picture:
    """A video as a picture whose `frames` are encoded together. Safe in any thread.

    Raises:
        FileError: see `extract.video.read_film`.
    """
    film = reader_of(recognise(content, "image"))(content, limits, shorter_px)
    poster = film.frames[film.poster]
    try:
        thumbs = make_thumbs(poster)
    except (*DECODER_ERRORS, MemoryError) as error:
        raise broken(replace(content, data=b""), error) from error
    inside = Metadata(
        title=film.title,
        description=film.description,
        place=film.place,
        moments=(film.moment,) if film.moment else (),
    )
    facts = facts_of(content, inside, (film.width, film.height), now_ms)
    facts = msgspec.structs.replace(facts, seconds=film.seconds, frames=len(film.frames))
    return Picture(poster, facts, thumbs, film.frames)
