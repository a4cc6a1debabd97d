"""SVG drawings, rasterised by resvg: no scripts, no animation, nothing from outside the file."""

import gzip
import io
import re
import zlib
from xml.etree.ElementTree import Element, tostring

from PIL import Image

from muserd.extract.content import Content
from muserd.extract.decode import OpenPicture, check_size
from muserd.extract.limits import Limits
from muserd.extract.xml import below, local, parse_xml
from muserd.ground.errors import FileError
from muserd.ground.paths import display

_MOST_BYTES = 20 * 2**20  # unpacked; drawings that people make have a few megabytes
_LEAST_PX, _MOST_PX = 64, 4_096  # of the longer side that is drawn
_MARGIN = 2  # so many times what is wanted is drawn: it is scaled down once more
_FOREIGN = {"script", "foreignObject", "iframe", "audio", "video", "set", "animate"}
_INSIDE = ("#", "data:image/png", "data:image/jp", "data:image/gif", "data:image/webp")
_LENGTH = re.compile(r"\s*([0-9]*\.?[0-9]+(?:e[-+]?\d+)?)\s*(px|pt|pc|mm|cm|in|em|ex)?\s*")
_PX = {"": 1, "px": 1, "pt": 4 / 3, "pc": 16, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96}
_OUTSIDE = re.compile(r"url\(\s*['\"]?(?!\s*['\"]?#)[^)]*\)|@import[^;]*;?", re.IGNORECASE)
_USUAL = (300.0, 150.0)  # of a drawing that gives no size, as in CSS 2.1, 10.3.2


def open_svg(content: Content, limits: Limits, side_px: int) -> OpenPicture:
    """Draw an SVG about as large as it is wanted.

    Args:
        content: of the file; `.svgz` is unpacked.
        limits: beyond which it is refused.
        side_px: about the size that is wanted.

    Raises:
        FileError: `corrupt`, `bomb` or `too-large`.
    """
    name = display(content.path)
    root = parse_xml(_unpacked(content), name, doctype=True)
    if local(root) != "svg":
        raise FileError("corrupt", f"{name} is no SVG drawing", "its suffix may be wrong")
    _cut_off(root)
    width, height = _size(root)
    check_size(content.path, (max(1, round(width)), max(1, round(height))), limits)
    image = _drawn(root, width, height, _MARGIN * side_px, name)
    return OpenPicture(
        image=image,
        exif=Image.Exif(),
        orientation=1,
        width=max(1, round(width)),
        height=max(1, round(height)),
    )


def _unpacked(content: Content) -> bytes:
    if not content.data.startswith(b"\x1f\x8b"):
        return content.data
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content.data)) as file:
            data = file.read(_MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise FileError(
            "corrupt", f"{display(content.path)} is damaged: {error}", "copy it anew"
        ) from error
    if len(data) > _MOST_BYTES:
        raise FileError(
            "bomb",
            f"{display(content.path)} unpacks to more than {_MOST_BYTES // 2**20} MB",
            "save it as PNG",
        )
    return data


def _cut_off(root: Element) -> None:
    """Remove what runs, and whatever points outside the drawing: nothing is ever fetched."""
    for parent in list(root.iter()):
        for child in list(parent):
            if local(child) in _FOREIGN:
                parent.remove(child)
    for element in root.iter():
        for key, value in list(element.attrib.items()):
            plain = key.rpartition("}")[2].lower()
            outside = plain == "href" and not value.lstrip().startswith(_INSIDE)
            if outside or plain.startswith("on"):
                del element.attrib[key]
            elif "url(" in value.lower():
                element.attrib[key] = _OUTSIDE.sub("none", value)
    for style in below(root, "style"):
        style.text = _OUTSIDE.sub("", "".join(style.itertext()))
        for child in list(style):
            style.remove(child)


def _size(root: Element) -> tuple[float, float]:
    """Width and height in pixels of CSS, each at least 1."""
    width, height = (_length(root.get(side, "")) for side in ("width", "height"))
    box = [float(n) for n in re.findall(r"-?\d*\.?\d+(?:e[-+]?\d+)?", root.get("viewBox", ""))]
    across, down = (box[2], box[3]) if len(box) == 4 else _USUAL
    if not (across > 0 and down > 0):
        across, down = _USUAL
    if width is None:
        width = across if height is None else height * across / down
    if height is None:
        height = width * down / across
    return max(width, 1.0), max(height, 1.0)


def _length(value: str) -> float | None:
    found = _LENGTH.fullmatch(value)
    if found is None:
        return None
    unit = _PX.get(found.group(2) or "", 16)
    length = float(found.group(1)) * unit
    return length if 0 < length < 1e7 else None


def _drawn(root: Element, width: float, height: float, wanted_px: int, name: str) -> Image.Image:
    import resvg_py

    longest = max(width, height)
    side = min(max(wanted_px, _LEAST_PX), _MOST_PX)
    # A strip is drawn by its longer side: its shorter one is then as short as it must be.
    scale = min(side / min(width, height), _MOST_PX / longest)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    try:
        png = resvg_py.svg_to_bytes(
            svg_string=tostring(root, encoding="unicode"), width=size[0], height=size[1], dpi=96
        )
        image = Image.open(io.BytesIO(bytes(png)), formats=("PNG",))
        image.load()
    except (ValueError, OSError, SyntaxError) as error:
        raise FileError(
            "corrupt", f"{name} cannot be drawn: {error}", "open it in a browser"
        ) from error
    return image
