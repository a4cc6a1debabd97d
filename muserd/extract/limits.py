"""How much a single file may ask for."""

from dataclasses import dataclass

from muserd.ground.formats import Format


@dataclass(frozen=True, slots=True)
class Limits:
    """Files beyond these are recorded with the cause `too-large` or `bomb`, and not decoded.

    Attributes:
        image_max_bytes, note_max_bytes: of a picture's file, and of a note that is text.
        document_max_bytes: of a PDF, an office document, an e-book, a letter.
        video_max_bytes: of a video, which is never held in memory.
        image_max_pixels: of a picture, of a page, of a frame.
        unpacked_max_bytes: what the parts of one container may unpack to.
        pixels_memory_bytes: what all readers of a process may take for pixels at once.
        pages_max: pages of a document that are read; the rest is left out.
    """

    image_max_bytes: int = 200 * 2**20
    note_max_bytes: int = 5 * 2**20
    image_max_pixels: int = 250_000_000
    document_max_bytes: int = 200 * 2**20
    video_max_bytes: int = 20_000 * 2**20
    unpacked_max_bytes: int = 64 * 2**20
    pages_max: int = 2_000
    pixels_memory_bytes: int = 3 * 2**30

    def max_bytes(self, row: Format) -> int:
        """How large a file of a format may be."""
        of_kind = {
            "picture": self.image_max_bytes,
            "film": self.video_max_bytes,
            "text": self.note_max_bytes,
            "document": self.document_max_bytes,
        }
        return of_kind[row.yields]
