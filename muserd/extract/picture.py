"""From the bytes of a picture to all that its item needs, decoding it once."""

import os
from dataclasses import dataclass

from PIL import Image, ImageStat

from muserd.extract.content import Content
from muserd.extract.decode import DECODER_ERRORS, broken, decode, open_picture
from muserd.extract.exif import taken_at
from muserd.extract.limits import Limits
from muserd.extract.sidecar import read_sidecar
from muserd.extract.thumbs import make_thumbs
from muserd.ground.facts import Facts
from muserd.ground.kinds import title_from_name
from muserd.ground.paths import display

ROOM = 2.0  # of the decoded picture over what is needed: see `decode`

_WHITE, _DARK = (255, 255, 255), (40, 40, 40)
_NEARLY_WHITE = 215  # mean luminance from which a white ground would swallow the drawing


@dataclass(frozen=True, slots=True)
class Picture:
    """What a picture is to Muser.

    Attributes:
        image: mode RGB, upright, its shorter side less than twice what was asked for; what was
            transparent lies on white, or on dark grey if the visible part is itself nearly white.
        facts: title and tags of the sidecar, else the title is made from the file name; width and
            height are those of the upright picture in full size.
        thumbs: WebP by longest side; transparent where the picture is.
    """

    image: Image.Image
    facts: Facts
    thumbs: dict[int, bytes]


def read_picture(content: Content, limits: Limits, shorter_px: int) -> Picture:
    """Decode a picture; read its EXIF and its sidecar. Safe in any thread.

    Args:
        content: of the file.
        limits: beyond which it is refused.
        shorter_px: what the encoder needs of the shorter side. A JPEG is decoded at a half, a
            quarter or an eighth of its size where that is enough.

    Raises:
        FileError: `corrupt`, `truncated`, `bomb`, `too-large`, `memory`.
    """
    opened = open_picture(content, limits)
    image = decode(content, opened, shorter_px, longer=False, room=ROOM)
    try:
        thumbs = make_thumbs(image)
        image = _on_ground(image)
        taken = taken_at(opened.exif)
    except (*DECODER_ERRORS, MemoryError) as error:
        raise broken(content, error) from error
    sidecar = read_sidecar(content.path)
    facts = Facts(
        title=sidecar.title or title_from_name(display(os.path.basename(content.path))),
        tags=sidecar.tags,
        time_ms=taken.time_ms if taken else content.stat.mtime_ns // 1_000_000,
        time_source="exif" if taken else "mtime",
        utc_offset_min=taken.utc_offset_min if taken else None,
        width=opened.width,
        height=opened.height,
    )
    return Picture(image, facts, thumbs)


def _on_ground(image: Image.Image) -> Image.Image:
    """RGB: what is transparent lies on a ground that the visible part stands out from."""
    if image.mode == "RGB":
        return image
    alpha = image.getchannel("A")
    visible = alpha.point(lambda value: 255 if value > 127 else 0)
    luminance = ImageStat.Stat(image.convert("L"), visible)
    bright = luminance.count[0] > 0 and luminance.mean[0] > _NEARLY_WHITE
    ground = Image.new("RGB", image.size, _DARK if bright else _WHITE)
    ground.paste(image, mask=alpha)
    return ground
