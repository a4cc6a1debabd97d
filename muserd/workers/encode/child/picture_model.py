"""The model of pictures, of the frames of videos, and of words where the encoder knows them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from muserd.encode.catalogue import MINILM
from muserd.encode.choice import open_image_encoder, open_text_encoder
from muserd.encode.images import ImageEncoder
from muserd.encode.progress import Progress
from muserd.encode.wanted import Wanted
from muserd.ground.errors import EncoderError
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

_LABELS_KEPT = 10  # of a video: as many as a picture has


class PictureModel(OpenedEncoder[ImageEncoder]):
    """The encoder of pictures. Raises EncoderError when it cannot be opened."""

    def __init__(
        self,
        opening: Opening,
        progress: Progress,
        languages: Sequence[str] = (),  # noqa: ARG002 - see `NoteModel`
    ) -> None:
        encoder = open_image_encoder(
            opening.spec,
            opening.keep,
            opening.device,
            opening.cache,
            progress,
            runtime=opening.runtime,
            cores=opening.threads,
        )
        others = [] if encoder.words is not None else [_class_names(opening)]
        wanted = wanted_of(opening, encoder.info)
        super().__init__(encoder, Upgrade(encoder, "pictures", wanted, others))
        self._opening = opening
        self._names: Any = None

    def load(self) -> None:
        """See `Model`."""
        side = self._encoder.recipe.size_px
        check(self._encoder.forward(np.zeros((1, side, side, 3), np.uint8)).vectors, self.info)

    def weigh(self, what: Prepared) -> int:
        """All pictures are the same work; a video is that of its frames."""
        return len(what) if np.ndim(what) == 4 else 1

    def prepare(self, what: Any) -> Prepared:
        """uint8[s, s, 3] of a picture, uint8[k, s, s, 3] of the frames of a video."""
        if isinstance(what, str):
            raise TypeError("a picture is needed")
        if isinstance(what, tuple):
            return np.stack([self._encoder.prepare(frame) for frame in what])
        return self._encoder.prepare(what)

    def vectors(self, batch: list[Prepared]) -> tuple[NDArray[np.float32], list[ImageLabels]]:
        """See `Model`."""
        stacks = [one if np.ndim(one) == 4 else one[None] for one in map(np.asarray, batch)]
        result = self._encoder.forward(np.concatenate(stacks))
        labels = result.concepts or [()] * len(result.vectors)
        if len(result.vectors) == len(batch):
            return result.vectors, labels
        return mean_of_frames(result.vectors, labels, [len(stack) for stack in stacks])

    def query(self, words: str) -> tuple[Buffer, Buffer]:
        """By the encoder's own words, else by the names of its classes."""
        if self._encoder.words is not None:
            return bytes_of(self._encoder.words([words])[0]), b""
        if self._names is None:
            from muserd.encode.conse import ClassNames

            opening = self._opening
            texts = open_text_encoder(
                "builtin", "", "cpu", opening.cache, runtime=opening.runtime, cores=opening.threads
            )
            self._names = ClassNames(texts, opening.cache / "names")
        return b"", bytes_of(self._names.weights(words))

    def texts(self, texts: Sequence[str], *, queries: bool) -> Buffer:  # noqa: ARG002 - see `Model`
        """By the encoder's own words."""
        if self._encoder.words is None:
            raise EncoderError(f"{self.info.label} encodes no words")
        return bytes_of(self._encoder.words(list(texts)))


def mean_of_frames(
    vectors: NDArray[np.float32], labels: list[ImageLabels], counts: list[int]
) -> tuple[NDArray[np.float32], list[ImageLabels]]:
    """What stands for videos: the mean of their frames.

    Args:
        vectors: float32[sum of counts, dim], L2-normalised.
        labels: the classes of each frame.
        counts: frames of each video; 1 for a picture.

    Returns:
        float32[n, dim], L2-normalised, and the likeliest classes by their mean probability.
    """
    starts = np.concatenate(([0], np.cumsum(counts)[:-1]))
    sums = np.add.reduceat(vectors, starts, axis=0)
    norms = np.linalg.norm(sums, axis=1, keepdims=True)
    means = np.where(norms > 0, sums / np.maximum(norms, 1e-12), vectors[starts])
    merged = []
    for start, count in zip(starts.tolist(), counts, strict=True):
        shares: dict[int, float] = {}
        for frame in labels[start : start + count]:
            for label, share in frame:
                shares[label] = shares.get(label, 0.0) + share / count
        likeliest = sorted(shares.items(), key=lambda one: (-one[1], one[0]))[:_LABELS_KEPT]
        merged.append(tuple((label, round(share)) for label, share in likeliest))
    return means.astype(np.float32), merged


def _class_names(opening: Opening) -> Wanted:
    """The text encoder that compares words with the names of classes."""
    return Wanted("text", "builtin", MINILM.id, "cpu", opening.cache, opening.runtime)
