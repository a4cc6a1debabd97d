"""The encode worker's models: what a lane runs, for either space."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from muserd.encode import devices, model_cache
from muserd.encode.choice import decided
from muserd.encode.images import ImageEncoder
from muserd.encode.texts import TextEncoder
from muserd.encode.wanted import Wanted
from muserd.ground.errors import EncoderError
from muserd.ground.records import EncoderInfo
from muserd.workers.encode.child.upgrade import Upgrade
from muserd.workers.encode.protocol import Opening
from muserd.workers.process.link import Buffer

ImageLabels = tuple[tuple[int, int], ...]
Prepared = NDArray[np.uint8] | str
E = TypeVar("E", bound=ImageEncoder | TextEncoder)


class Model(Protocol):
    """An opened encoder of either space."""

    @property
    def info(self) -> EncoderInfo:
        """It changes when another runtime takes over."""
        ...

    @property
    def batch_size(self) -> int:
        """The largest batch of `vectors`."""
        ...

    @property
    def lanes(self) -> int:
        """How many batches are worth computing at once."""
        ...

    def load(self) -> None:
        """Get ready for `vectors`; `query` does without. Raises EncoderError."""
        ...

    def weigh(self, what: Prepared) -> int:
        """How much work it is, in pictures or short notes; at least 1."""
        ...

    def prepare(self, what: Any) -> Prepared:
        """The small thing that is kept until its batch is full. May run in any thread."""
        ...

    def vectors(self, batch: list[Prepared]) -> tuple[NDArray[np.float32], list[ImageLabels]]:
        """float32[n, dim], L2-normalised, and the classes where the encoder knows some."""
        ...

    def query(self, words: str) -> tuple[Buffer, ...]:
        """What an answer holds: see `QueryAnswer`; what is not known is empty, or left out."""
        ...

    def texts(self, texts: Sequence[str], *, queries: bool) -> Buffer:
        """float32[n, dim] of texts in the space in which words are searched.

        Raises EncoderError when the encoder knows no words.
        """
        ...

    def use_cores(self, count: int) -> None:
        """Let what the calling thread computes be split over so many cores."""
        ...

    def improve(self, encoded: int, changed: Callable[[], None]) -> None:
        """So many files were encoded by this process, or words: have a better runtime prepared.

        `changed` is called, by another thread, when it took over.
        """
        ...


class OpenedEncoder(Generic[E]):
    """What the models of both spaces have in common."""

    def __init__(self, encoder: E, upgrade: Upgrade) -> None:
        self._encoder = encoder
        self._upgrade = upgrade

    @property
    def info(self) -> EncoderInfo:
        """See `Model`."""
        return self._encoder.info

    @property
    def batch_size(self) -> int:
        """See `Model`."""
        return self._encoder.batch_size

    @property
    def lanes(self) -> int:
        """See `Model`."""
        return self._encoder.network.lanes

    def use_cores(self, count: int) -> None:
        """See `Model`."""
        self._encoder.network.use_cores(count)

    def improve(self, encoded: int, changed: Callable[[], None]) -> None:
        """See `Model`."""
        self._upgrade.consider(encoded, changed)


def is_compiled(opening: Opening) -> bool:
    """Whether the space's encoder will run, for all that is known, without torch."""
    if devices.wants_accelerator(opening.device) or opening.runtime == "torch":
        return False
    model = model_cache.find(opening.keep, opening.cache)
    return model is not None and not model.said.refused


def wanted_of(opening: Opening, info: EncoderInfo) -> Wanted:
    """The encoder that was opened, as whoever prepares a better runtime asks for it."""
    wanted = decided(opening.space, opening.spec, info, opening.device, opening.cache)
    return replace(wanted, runtime=opening.runtime, cores=opening.threads)


def check(vectors: NDArray[np.float32], info: EncoderInfo) -> None:
    """Look at a first run, so that an encoder which cannot work is found before a file is blamed.

    Raises:
        EncoderError: its vectors are of no use.
    """
    if vectors.shape[1:] != (info.dim,) or not np.isfinite(vectors).all():
        raise EncoderError(
            f"{info.label} gives unusable vectors on {info.device}",
            'try encoders.device = "cpu"',
        )


def bytes_of(vector: NDArray[np.float32]) -> bytes:
    """As an answer carries it."""
    return np.ascontiguousarray(vector, "<f4").tobytes()
