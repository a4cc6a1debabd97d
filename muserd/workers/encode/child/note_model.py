"""The model of notes, and of the words that are looked for among them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from muserd.encode.choice import open_text_encoder
from muserd.encode.progress import Progress
from muserd.encode.texts import TextEncoder
from muserd.workers.encode.child.model import (
    ImageLabels,
    OpenedEncoder,
    Prepared,
    bytes_of,
    check,
    wanted_of,
)
from muserd.workers.encode.child.upgrade import Upgrade
from muserd.workers.encode.protocol import Opening
from muserd.workers.process.link import Buffer

WINDOW_CHARACTERS = 1_000  # about 256 tokens


class NoteModel(OpenedEncoder[TextEncoder]):
    """The encoder of notes. Raises EncoderError when it cannot be opened."""

    def __init__(self, opening: Opening, progress: Progress, languages: Sequence[str] = ()) -> None:
        encoder = open_text_encoder(
            opening.spec,
            opening.keep,
            opening.device,
            opening.cache,
            progress,
            runtime=opening.runtime,
            cores=opening.threads,
            languages=languages,
            keep_note=opening.keep_note,
        )
        check(encoder.encode(["a red apple"]), encoder.info)
        wanted = wanted_of(opening, encoder.info)
        super().__init__(encoder, Upgrade(encoder, "words", wanted, []))

    def load(self) -> None:
        """Words and notes need the same network: it is there."""

    def weigh(self, what: Prepared) -> int:
        """By length, about one a window."""
        return 1 + len(what) // WINDOW_CHARACTERS

    def prepare(self, what: Any) -> Prepared:
        """The text itself."""
        return str(what)

    def vectors(self, batch: list[Prepared]) -> tuple[NDArray[np.float32], list[ImageLabels]]:
        """See `Model`."""
        return self._encoder.encode([str(one) for one in batch]), [()] * len(batch)

    def query(self, words: str) -> tuple[Buffer, ...]:
        """The vector of the words, and into how many pieces each of them is cut."""
        pieces = bytes(min(count, 255) for count in self._encoder.pieces(words))
        return bytes_of(self._encoder.encode_queries([words])[0]), b"", pieces

    def texts(self, texts: Sequence[str], *, queries: bool) -> Buffer:
        """As queries, or as what is asked for."""
        encode = self._encoder.encode_queries if queries else self._encoder.encode
        return bytes_of(encode(list(texts)))
