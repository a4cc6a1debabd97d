"""What people say of their pictures: captions, ratings and places travel with the item."""

import io

import pytest
from PIL import Image

from muserd.extract.limits import Limits
from muserd.extract.picture import read_picture
from muserd.ground.facts import from_plain, plain
from tests.unit.extract import samples
from tests.unit.extract.conftest import content_of

XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:exif="http://ns.adobe.com/exif/1.0/" xmp:Rating="4"
 exif:GPSLatitude="52,30.5N" exif:GPSLongitude="13,24.0W">
 <dc:title><rdf:Alt><rdf:li xml:lang="x-default">The lake</rdf:li></rdf:Alt></dc:title>
 <dc:description><rdf:Alt><rdf:li xml:lang="x-default">Early, before the wind.</rdf:li></rdf:Alt>
 </dc:description></rdf:Description></rdf:RDF></x:xmpmeta>"""


def jpeg(px: int = 128) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (px, px), "teal").save(out, "JPEG", xmp=XMP.encode())
    return out.getvalue()


@pytest.mark.parametrize("name", ["a.jpg", "a.dng"])
def test_captions_ratings_and_places(name: str) -> None:
    """Of a picture, and of a raw file by the JPEG in it."""
    data = jpeg() if name == "a.jpg" else samples.raw(jpeg())
    facts = read_picture(content_of(data, name.encode()), Limits(), 64).facts
    assert (facts.title, facts.excerpt) == ("The lake", "Early, before the wind.")
    assert facts.rating == 4
    assert facts.place == pytest.approx((52 + 30.5 / 60, -13.4))
    assert from_plain(plain(facts)) == facts
