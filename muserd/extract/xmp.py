"""XMP, inside a picture or in a file beside it (ISO 16684-1).

The packet is read with defusedxml: entities and external references are refused.
"""

import re
from xml.etree.ElementTree import Element, ParseError

from muserd.extract.dates import parse_moment
from muserd.extract.metadata import Metadata, on_earth, one_line
from muserd.extract.moments import Moment, from_source
from muserd.extract.tags import clean_tags

_MAX_BYTES = 4 * 2**20
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_XMP = "{http://ns.adobe.com/xap/1.0/}"
_EXIF = "{http://ns.adobe.com/exif/1.0/}"
_TIFF = "{http://ns.adobe.com/tiff/1.0/}"
_EXIF_EX = "{http://cipa.jp/exif/1.0/}"
_PHOTOSHOP = "{http://ns.adobe.com/photoshop/1.0/}"
_LIGHTROOM = "{http://ns.adobe.com/lightroom/1.0/}"
_DIGIKAM = "{http://www.digikam.org/ns/1.0/}"
_MICROSOFT = ("{http://ns.microsoft.com/photo/1.0/}", "{http://ns.microsoft.com/photo/1.0}")
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_TIMES = (
    f"{_EXIF}DateTimeOriginal",
    f"{_PHOTOSHOP}DateCreated",
    f"{_EXIF_EX}DateTimeOriginal",
    f"{_XMP}CreateDate",
    f"{_EXIF}DateTimeDigitized",
    f"{_TIFF}DateTime",
    f"{_EXIF}GPSTimeStamp",
)
_CONTAINERS = {f"{_RDF}Bag", f"{_RDF}Seq", f"{_RDF}Alt"}
_FLAT = (f"{_DC}subject", *(f"{space}LastKeywordXMP" for space in _MICROSOFT))
_PROGRAMS_OWN = ("darktable|", "darktable/")  # what darktable notes for itself
_COORDINATE = re.compile(r"(\d{1,3}),(\d{1,2}(?:\.\d+)?)(?:,(\d{1,2}(?:\.\d+)?))?([NSEW])")


def xmp_metadata(packet: object) -> Metadata:
    """What an XMP packet says; a packet that cannot be understood says nothing."""
    if isinstance(packet, str):
        packet = packet.encode("utf-8", "replace")
    if not isinstance(packet, bytes) or not packet.strip() or len(packet) > _MAX_BYTES:
        return Metadata()
    if packet.startswith((b"\xff\xfe", b"\xfe\xff")):
        packet = packet.decode("utf-16", "replace").encode()
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root = fromstring(packet.strip(b"\0 \r\n\t"))
    except (ParseError, DefusedXmlException, ValueError, RecursionError, LookupError):
        return Metadata()
    return _read(_properties(root))


def _read(said: dict[str, list[str]]) -> Metadata:
    moments = (_moment(said.get(key, ())) for key in _TIMES)
    return Metadata(
        title=one_line(_first(said, f"{_DC}title") or _first(said, f"{_PHOTOSHOP}Headline")),
        description=one_line(_first(said, f"{_DC}description"), 2_000),
        tags=_tags(said),
        rating=_rating(_first(said, f"{_XMP}Rating")),
        place=_place(said),
        moments=tuple(dict.fromkeys(moment for moment in moments if moment is not None)),
        changed=_moment(said.get(f"{_XMP}ModifyDate", ())),
    )


def _properties(root: Element) -> dict[str, list[str]]:
    """Every property of the packet with its values; the default language's first."""
    said: dict[str, list[str]] = {}
    for description in root.iter(f"{_RDF}Description"):
        for key, value in description.attrib.items():
            said.setdefault(key, []).append(value)
        for element in description:
            said.setdefault(element.tag, []).extend(_values(element))
    return said


def _values(element: Element) -> list[str]:
    for container in element:
        if container.tag in _CONTAINERS:
            items = [item for item in container if item.tag == f"{_RDF}li"]
            items.sort(key=lambda item: item.get(_LANG, "x-default") != "x-default")
            return [item.text.strip() for item in items if item.text and item.text.strip()]
    value = (element.text or element.get(f"{_RDF}resource") or "").strip()
    return [value] if value else []


def _first(said: dict[str, list[str]], key: str) -> str:
    return next(iter(said.get(key, ())), "")


def _moment(values: list[str] | tuple[()]) -> Moment | None:
    found = next(filter(None, map(parse_moment, values)), None)
    return from_source(found, "xmp")


def _tags(said: dict[str, list[str]]) -> tuple[str, ...]:
    tags = [tag for key in _FLAT for tag in said.get(key, ())]
    if len(tags) == 1:
        tags = list(clean_tags(tags[0])) if "," in tags[0] else tags  # no list, but a text
    for key, separator in (
        (f"{_LIGHTROOM}hierarchicalSubject", "|"),
        (f"{_DIGIKAM}TagsList", "/"),
    ):
        for path in said.get(key, ()):
            if separator in path and not path.startswith(_PROGRAMS_OWN):
                tags.append("/".join(part.strip() for part in path.split(separator)))
            elif separator not in path:
                tags.append(path)
    return clean_tags([tag for tag in tags if not tag.startswith("darktable|")])


def _rating(text: str) -> int | None:
    try:
        value = round(float(text))
    except (ValueError, OverflowError):
        return None
    return value if value == -1 or 1 <= value <= 5 else None


def _place(said: dict[str, list[str]]) -> tuple[float, float] | None:
    latitude = _degrees(_first(said, f"{_EXIF}GPSLatitude"))
    longitude = _degrees(_first(said, f"{_EXIF}GPSLongitude"))
    return None if latitude is None or longitude is None else on_earth(latitude, longitude)


def _degrees(text: str) -> float | None:
    found = _COORDINATE.fullmatch(text.strip())
    if found is None:
        return None
    degrees, minutes, seconds, side = found.groups()
    value = int(degrees) + float(minutes) / 60 + float(seconds or 0) / 3600
    return -value if side in "SW" else value
