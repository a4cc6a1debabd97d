"""How large a file may be."""

from muserd.extract.limits import Limits
from muserd.ground.config import Config
from muserd.ground.formats import FORMATS


def test_the_defaults_are_those_of_the_configuration() -> None:
    files, limits = Config().files, Limits()
    assert limits.image_max_bytes == files.image_max_mb * 2**20
    assert limits.note_max_bytes == files.note_max_mb * 2**20
    assert limits.document_max_bytes == files.document_max_mb * 2**20
    assert limits.video_max_bytes == files.video_max_mb * 2**20
    assert limits.image_max_pixels == files.image_max_megapixels * 1_000_000


def test_a_picture_of_the_most_pixels_fits_into_the_memory() -> None:
    """Twelve bytes each: decoded, converted and scaled; the parts of a container by far."""
    limits = Limits()
    assert 12 * limits.image_max_pixels <= limits.pixels_memory_bytes == 3 * 2**30
    assert limits.unpacked_max_bytes == 64 * 2**20


def test_every_format_has_the_limit_of_what_it_is() -> None:
    limits = Limits(1, 2, document_max_bytes=3, video_max_bytes=4)
    for row in FORMATS:
        expected = {"picture": 1, "text": 2, "document": 3, "film": 4}[row.yields]
        assert limits.max_bytes(row) == expected
