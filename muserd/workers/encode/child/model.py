"""The encode worker's models: what a lane runs, for either space."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from muserd.encode.progress import Progress
from muserd.ground.errors import EncoderError
from muserd.ground.records import EncoderInfo
from muserd.workers.encode.child.reading import Input
from muserd.workers.encode.protocol import Opening
from muserd.workers.process.link import Buffer

WINDOW_CHARACTERS = 1_000  # about 256 tokens

ImageLabels = tuple[tuple[int, int], ...]
Prepared = NDArray[np.uint8] | str


class Model(Protocol):
    """An opened encoder of either space."""

    info: EncoderInfo
    batch_size: int

    def weigh(self, what: Prepared) -> int:
        """How much work it is, in pictures or short notes; at least 1."""
        ...

    def prepare(self, what: Input) -> Prepared:
        """The small thing that is kept until its batch is full. May run in any thread."""
        ...

    def vectors(self, batch: list[Prepared]) -> tuple[NDArray[np.float32], list[ImageLabels]]:
        """float32[n, dim], L2-normalised, and the classes where the encoder knows some."""
        ...

    def query(self, words: str) -> tuple[Buffer, Buffer]:
        """A vector float32[dim] or nothing, and weights of classes float32[1000] or nothing."""
        ...

    def texts(self, texts: Sequence[str], *, queries: bool) -> Buffer:
        """float32[n, dim] of texts in the space in which words are searched.

        Raises EncoderError when the encoder knows no words.
        """
        ...

    def use_cores(self, count: int) -> None:
        """Let what the calling thread computes be split over so many cores."""
        ...


class PictureModel:
    """The encoder of pictures. Raises EncoderError when it cannot be opened."""

    def __init__(self, opening: Opening, progress: Progress) -> None:
        from muserd.encode.choice import open_image_encoder
        from muserd.encode.cores import use_cores

        self._use_cores = use_cores
        self._encoder = open_image_encoder(
            opening.spec, opening.keep, opening.device, opening.cache, progress
        )
        self.info = self._encoder.info
        self.batch_size = self._encoder.batch_size
        self._cache = opening.cache
        self._names: Any = None
        side = self._encoder.recipe.size_px
        _check(self.info, self._encoder.forward(np.zeros((1, side, side, 3), np.uint8)).vectors)

    def weigh(self, what: Prepared) -> int:  # noqa: ARG002 - see `Model`
        """All pictures are the same work."""
        return 1

    def prepare(self, what: Input) -> Prepared:
        """uint8[s, s, 3]."""
        if not isinstance(what, Image.Image):
            raise TypeError("a picture is needed")
        return self._encoder.prepare(what)

    def vectors(self, batch: list[Prepared]) -> tuple[NDArray[np.float32], list[ImageLabels]]:
        """See `Model`."""
        result = self._encoder.forward(np.stack([np.asarray(one) for one in batch]))
        return result.vectors, result.concepts or [()] * len(batch)

    def query(self, words: str) -> tuple[Buffer, Buffer]:
        """By the encoder's own words, else by the names of its classes."""
        if self._encoder.words is not None:
            return _bytes(self._encoder.words([words])[0]), b""
        if self._names is None:
            from muserd.encode.choice import open_text_encoder
            from muserd.encode.conse import ClassNames

            texts = open_text_encoder("builtin", "", "cpu", self._cache)
            self._names = ClassNames(texts, self._cache / "names")
        return b"", _bytes(self._names.weights(words))

    def texts(self, texts: Sequence[str], *, queries: bool) -> Buffer:  # noqa: ARG002 - see `Model`
        """By the encoder's own words."""
        if self._encoder.words is None:
            raise EncoderError(f"{self.info.label} encodes no words")
        return _bytes(self._encoder.words(list(texts)))

    def use_cores(self, count: int) -> None:
        """See `Model`."""
        self._use_cores(count)


class NoteModel:
    """The encoder of notes. Raises EncoderError when it cannot be opened."""

    def __init__(self, opening: Opening, progress: Progress) -> None:
        from muserd.encode.choice import open_text_encoder
        from muserd.encode.cores import use_cores

        self._use_cores = use_cores
        self._encoder = open_text_encoder(
            opening.spec, opening.keep, opening.device, opening.cache, progress
        )
        self.info = self._encoder.info
        self.batch_size = self._encoder.batch_size
        _check(self.info, self._encoder.encode(["a red apple"]))

    def weigh(self, what: Prepared) -> int:
        """By length, about one a window."""
        return 1 + len(what) // WINDOW_CHARACTERS

    def prepare(self, what: Input) -> Prepared:
        """The text itself."""
        return str(what)

    def vectors(self, batch: list[Prepared]) -> tuple[NDArray[np.float32], list[ImageLabels]]:
        """See `Model`."""
        return self._encoder.encode([str(one) for one in batch]), [()] * len(batch)

    def query(self, words: str) -> tuple[Buffer, Buffer]:
        """The vector of the words."""
        return _bytes(self._encoder.encode_queries([words])[0]), b""

    def texts(self, texts: Sequence[str], *, queries: bool) -> Buffer:
        """As queries, or as what is asked for."""
        encode = self._encoder.encode_queries if queries else self._encoder.encode
        return _bytes(encode(list(texts)))

    def use_cores(self, count: int) -> None:
        """See `Model`."""
        self._use_cores(count)


def _check(info: EncoderInfo, vectors: NDArray[np.float32]) -> None:
    """A first run, so that an encoder which cannot work is found before a file is blamed."""
    if vectors.shape[1:] != (info.dim,) or not np.isfinite(vectors).all():
        raise EncoderError(
            f"{info.label} gives unusable vectors on {info.device}",
            'try encoders.device = "cpu"',
        )


def _bytes(vector: NDArray[np.float32]) -> bytes:
    return np.ascontiguousarray(vector, "<f4").tobytes()
