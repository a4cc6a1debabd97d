"""From the bytes of a picture to all that its item needs, decoding it once."""

import os
from dataclasses import dataclass

from msgspec.structs import replace
from PIL import Image

from muserd.extract.backdrop import on_ground
from muserd.extract.content import Content
from muserd.extract.decode import DECODER_ERRORS, broken, read_pixels
from muserd.extract.embedded import embedded_metadata
from muserd.extract.excerpt import cut_line, visible
from muserd.extract.formats import open_any
from muserd.extract.limits import Limits
from muserd.extract.metadata import Metadata, merged
from muserd.extract.moments import Moment, best_moment, file_moment
from muserd.extract.name_dates import moment_in_name
from muserd.extract.sidecar import read_sidecars
from muserd.extract.thumbs import make_thumbs
from muserd.ground.clock import SystemClock
from muserd.ground.facts import Facts
from muserd.ground.kinds import title_from_name
from muserd.ground.paths import display

_HALF_HOUR_MIN = 30
_RECORDING_MIN = 10  # between the time in a video's name and that in it: one may be its end
ROOM = 2.0  # of the decoded picture over what is needed: see `decode`


@dataclass(frozen=True, slots=True)
class Picture:
    """What a picture is to Muser.

    Attributes:
        image: mode RGB, upright, its shorter side less than twice what was asked for; what was
            transparent lies on white, or on dark grey if the visible part is itself nearly white.
        facts: title and tags of sidecars and of the file's metadata, else the title is made from
            the file name; width and height are those of the upright picture in full size.
        thumbs: WebP by longest side; transparent where the picture is.
        frames: of a video, all that are encoded, `image` among them; empty for other pictures.
    """

    image: Image.Image
    facts: Facts
    thumbs: dict[int, bytes]
    frames: tuple[Image.Image, ...] = ()


def read_picture(
    content: Content, limits: Limits, shorter_px: int, now_ms: int | None = None
) -> Picture:
    """Decode a picture; read its metadata and its sidecars. Safe in any thread.

    Args:
        content: of the file.
        limits: beyond which it is refused.
        shorter_px: what the encoder needs of the shorter side. A JPEG is decoded at a half, a
            quarter or an eighth of its size where that is enough.
        now_ms: Unix milliseconds, for times that cannot have been yet; None for the clock's.

    Raises:
        FileError: `corrupt`, `truncated`, `bomb`, `too-large`, `memory`.
    """
    now_ms = SystemClock().now_ms() if now_ms is None else now_ms
    pixels = read_pixels(
        content,
        lambda whole: open_any(whole, limits, shorter_px),
        shorter_px,
        now_ms,
        longer=False,
        room=ROOM,
    )
    opened = pixels.opened
    try:
        image = on_ground(pixels.image)
        thumbs = make_thumbs(on_ground(pixels.image, only_where_needed=True))
        inside = embedded_metadata(opened.image, opened.exif)
    except (*DECODER_ERRORS, MemoryError) as error:
        raise broken(content, error) from error
    facts = facts_of(content, inside, (opened.width, opened.height), now_ms)
    if pixels.incomplete:
        facts = replace(facts, incomplete=True)
    return Picture(image, facts, thumbs)


def facts_of(
    content: Content, inside: Metadata, size: tuple[int, int], now_ms: int | None = None
) -> Facts:
    """What a picture or a video says of itself, together with its sidecars.

    Args:
        content: of the file.
        inside: what the file says.
        size: width and height of the upright picture in full size, pixels.
        now_ms: as in `read_picture`.
    """
    beside = read_sidecars(content.path)
    said = merged(beside, inside)
    now_ms = SystemClock().now_ms() if now_ms is None else now_ms
    moment = _moment(content, inside, beside, now_ms)
    return Facts(
        title=said.title or title_from_name(display(os.path.basename(content.path))),
        excerpt=cut_line(visible(said.description)),
        tags=said.tags,
        rating=said.rating or 0,
        place=said.place,
        time_ms=moment.time_ms,
        time_source=moment.source,
        time_precision=moment.precision,
        time_doubtful=moment.doubtful,
        utc_offset_min=moment.utc_offset_min,
        width=size[0],
        height=size[1],
    )


def _at_home(moment: Moment, in_name: Moment | None) -> Moment:
    """A video's time, which is UTC, with the offset of the wall clock that its name shows."""
    if moment.source != "container" or moment.utc_offset_min != 0 or in_name is None:
        return moment
    if in_name.precision != "time" or in_name.utc_offset_min is not None:
        return moment
    ahead_min = (in_name.time_ms - moment.time_ms) / 60_000
    offset = _HALF_HOUR_MIN * round(ahead_min / _HALF_HOUR_MIN)
    if not -12 * 60 <= offset <= 14 * 60 or abs(ahead_min - offset) > _RECORDING_MIN:
        return moment
    return Moment(moment.time_ms, offset, "time", moment.source)


def _moment(content: Content, inside: Metadata, beside: Metadata, now_ms: int) -> Moment:
    """The likeliest time: of the camera, of a sidecar, in the name, of a change, of the file."""
    stat = content.stat
    in_name = moment_in_name(content.path)
    told = (_at_home(moment, in_name) for moment in inside.moments)
    candidates = (*told, *beside.moments, in_name, inside.changed)
    return best_moment(candidates, now_ms) or file_moment(stat.mtime_ns, stat.ctime_ns, now_ms)
