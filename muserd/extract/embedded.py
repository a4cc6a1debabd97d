"""What lies inside a picture's file beside its pixels: EXIF, XMP, IPTC, and the texts of PNG."""

from dataclasses import replace

from PIL import Image

from muserd.extract.dates import parse_moment
from muserd.extract.exif import exif_metadata
from muserd.extract.iptc import iptc_metadata
from muserd.extract.metadata import Metadata, merged, one_line
from muserd.extract.moments import from_source
from muserd.extract.tags import clean_tags
from muserd.extract.xmp import xmp_metadata

_CREATED = (
    *("creation time", "creationtime", "create-date", "exif:datetimeoriginal", "datetimeoriginal"),
    *("exif:datetimedigitized", "date:taken", "datetime", "exif:datetime", "date"),
)
_CHANGED = ("date:modify", "date:timestamp", "modify-date", "software:date")


def embedded_metadata(image: Image.Image, exif: Image.Exif) -> Metadata:
    """What a picture says of itself. For words XMP is asked first, for times EXIF."""
    camera = exif_metadata(exif)
    packet = xmp_metadata(image.info.get("xmp") or image.info.get("XML:com.adobe.xmp"))
    agency, texts = iptc_metadata(image), _png_texts(image)
    said = merged(packet, agency, camera, texts)
    moments = (one for source in (camera, packet, agency, texts) for one in source.moments)
    return replace(
        said, moments=tuple(moments), changed=camera.changed or packet.changed or texts.changed
    )


def _png_texts(image: Image.Image) -> Metadata:
    """The textual chunks of PNG, with the keywords that ISO/IEC 15948 11.3.4 registers."""
    if image.format != "PNG":
        return Metadata()
    texts = {
        str(key).lower(): str(value)
        for key, value in getattr(image, "text", {}).items()
        if len(str(value)) <= 10_000
    }
    moments = (from_source(parse_moment(texts.get(key)), "png") for key in _CREATED)
    return Metadata(
        title=one_line(texts.get("title")),
        description=one_line(texts.get("description") or texts.get("comment"), 2_000),
        tags=clean_tags(texts.get("keywords", "")),
        moments=tuple(moment for moment in moments if moment is not None),
        changed=next(
            filter(None, (from_source(parse_moment(texts.get(key)), "png") for key in _CHANGED)),
            None,
        ),
    )
