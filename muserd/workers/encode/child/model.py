"""The encode worker's models: what a lane runs, for either space."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from muserd.encode import devices, model_cache
from muserd.encode.catalogue import MINILM
from muserd.encode.choice import decided, open_image_encoder, open_text_encoder
from muserd.encode.progress import Progress
from muserd.encode.wanted import Wanted
from muserd.ground.errors import EncoderError
from muserd.ground.records import EncoderInfo
from muserd.workers.encode.child.upgrade import Upgrade
from muserd.workers.encode.protocol import Opening
from muserd.workers.process.link import Buffer

_LABELS_KEPT = 10  # of a video: as many as a picture has
WINDOW_CHARACTERS = 1_000  # about 256 tokens

ImageLabels = tuple[tuple[int, int], ...]
Prepared = NDArray[np.uint8] | str


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


class PictureModel:
    """The encoder of pictures. Raises EncoderError when it cannot be opened."""

    def __init__(
        self,
        opening: Opening,
        progress: Progress,
        languages: Sequence[str] = (),  # noqa: ARG002 - see `NoteModel`
    ) -> None:
        self._encoder = open_image_encoder(
            opening.spec,
            opening.keep,
            opening.device,
            opening.cache,
            progress,
            runtime=opening.runtime,
            cores=opening.threads,
        )
        self._opening = opening
        self._names: Any = None
        wanted = _wanted(opening, self.info)
        others = [] if self._encoder.words is not None else [_class_names(opening)]
        self._upgrade = Upgrade(self._encoder, "pictures", wanted, others)

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

    def load(self) -> None:
        """See `Model`."""
        side = self._encoder.recipe.size_px
        _check(self._encoder.forward(np.zeros((1, side, side, 3), np.uint8)).vectors, self.info)

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
            return _bytes(self._encoder.words([words])[0]), b""
        if self._names is None:
            from muserd.encode.conse import ClassNames

            opening = self._opening
            texts = open_text_encoder(
                "builtin", "", "cpu", opening.cache, runtime=opening.runtime, cores=opening.threads
            )
            self._names = ClassNames(texts, opening.cache / "names")
        return b"", _bytes(self._names.weights(words))

    def texts(self, texts: Sequence[str], *, queries: bool) -> Buffer:  # noqa: ARG002 - see `Model`
        """By the encoder's own words."""
        if self._encoder.words is None:
            raise EncoderError(f"{self.info.label} encodes no words")
        return _bytes(self._encoder.words(list(texts)))

    def use_cores(self, count: int) -> None:
        """See `Model`."""
        self._encoder.network.use_cores(count)

    def improve(self, encoded: int, changed: Callable[[], None]) -> None:
        """See `Model`."""
        self._upgrade.consider(encoded, changed)


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


class NoteModel:
    """The encoder of notes. Raises EncoderError when it cannot be opened."""

    def __init__(self, opening: Opening, progress: Progress, languages: Sequence[str] = ()) -> None:
        self._encoder = open_text_encoder(
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
        _check(self._encoder.encode(["a red apple"]), self.info)
        self._upgrade = Upgrade(self._encoder, "words", _wanted(opening, self.info), [])

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
        return _bytes(self._encoder.encode_queries([words])[0]), b"", pieces

    def texts(self, texts: Sequence[str], *, queries: bool) -> Buffer:
        """As queries, or as what is asked for."""
        encode = self._encoder.encode_queries if queries else self._encoder.encode
        return _bytes(encode(list(texts)))

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


def _wanted(opening: Opening, info: EncoderInfo) -> Wanted:
    wanted = decided(opening.space, opening.spec, info, opening.device, opening.cache)
    return replace(wanted, runtime=opening.runtime, cores=opening.threads)


def _class_names(opening: Opening) -> Wanted:
    """The text encoder that compares words with the names of classes."""
    return Wanted("text", "builtin", MINILM.id, "cpu", opening.cache, opening.runtime)


def _check(vectors: NDArray[np.float32], info: EncoderInfo) -> None:
    """A first run, so that an encoder which cannot work is found before a file is blamed."""
    if vectors.shape[1:] != (info.dim,) or not np.isfinite(vectors).all():
        raise EncoderError(
            f"{info.label} gives unusable vectors on {info.device}",
            'try encoders.device = "cpu"',
        )


def _bytes(vector: NDArray[np.float32]) -> bytes:
    return np.ascontiguousarray(vector, "<f4").tobytes()
