"""From decoded pictures to vectors: what every image encoder has in common.

The work is in two steps, so that the first runs in the threads that decode: `prepare` makes the
small square that a network sees, and `forward` makes the vectors of a stack of them. Nothing here
needs torch, and a search by words needs no Pillow.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from muserd.encode.batches import cut
from muserd.encode.network import Network, least_cosine, normalised
from muserd.ground.errors import EncoderError
from muserd.ground.records import EncoderInfo

if TYPE_CHECKING:
    from PIL import Image

log = logging.getLogger(__name__)

CONCEPTS_KEPT = 10  # T of ConSE: the paper found no gain beyond
PROBABILITY_ONE = 65_535

Words = Callable[[Sequence[str]], NDArray[np.float32]]
Concepts = tuple[tuple[int, int], ...]  # (class, probability in 1/65535), likeliest first


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a picture becomes the network's input.

    Attributes:
        size_px: side of the square that the network sees.
        resize_px: what the shorter side is scaled to before the square is cut from the middle;
            0 squashes the whole picture into the square.
        mean, std: per channel, in pixel values 0 to 255: the input is (pixel − mean) / std.
    """

    size_px: int
    resize_px: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]

    def prepare(self, picture: "Image.Image") -> NDArray[np.uint8]:
        """The square: uint8[size_px, size_px, 3]. May run in any thread.

        Scaling and cutting are one step: a strip of 1 × 30,000 pixels costs no more than a photo.
        """
        from PIL import Image

        width, height = picture.size
        box = (0.0, 0.0, float(width), float(height))
        if self.resize_px:
            side = min(width, height) * self.size_px / self.resize_px
            left, top = (width - side) / 2, (height - side) / 2
            box = (left, top, left + side, top + side)
        size = (self.size_px, self.size_px)
        if picture.mode != "RGB":  # else `convert` would copy it
            picture = picture.convert("RGB")
        square = picture.resize(size, Image.Resampling.BICUBIC, box=box)
        return np.asarray(square)


@dataclass(frozen=True, slots=True)
class ImageVectors:
    """What an image encoder says of n pictures.

    Attributes:
        vectors: float32[n, dim], L2-normalised; a row is not finite when the encoder failed.
        concepts: the likeliest classes of each, for an encoder that classifies; else None.
    """

    vectors: NDArray[np.float32]
    concepts: list[Concepts] | None


class ImageEncoder:
    """A network with its recipe; the network is opened when the first picture needs it.

    Args:
        info: its device is that of the network, as far as it is known before it is opened.
        recipe: how its input is made.
        open_network: raises EncoderError.
        words: from words to vectors in the pictures' space, float32[n, dim], L2-normalised; None
            for an encoder that knows no words.
        second: opens a network on another runtime, which is asked when vectors are not finite.
    """

    def __init__(
        self,
        info: EncoderInfo,
        recipe: Recipe,
        open_network: Callable[[], Network],
        *,
        words: Words | None = None,
        second: Callable[[], Network] | None = None,
    ) -> None:
        self.info = info
        self.recipe = recipe
        self.words = words
        self._opening = threading.Lock()
        self._open_network = open_network
        self._network: Network | None = None
        self._second = second

    @property
    def network(self) -> Network:
        """The network in use; opens it. Raises EncoderError."""
        with self._opening:
            if self._network is None:
                self._network = self._open_network()
                self.info = replace(self.info, device=self._network.device)
            return self._network

    def use(self, network: Network, second: Callable[[], Network] | None = None) -> None:
        """Compute with another network of the same weights from now on."""
        with self._opening:
            self._network, self._second = network, second
            self.info = replace(self.info, device=network.device)

    @property
    def batch_size(self) -> int:
        """The largest batch of `forward`."""
        return self.network.batch_size

    def prepare(self, picture: "Image.Image") -> NDArray[np.uint8]:
        """The first step: uint8[s, s, 3]. May run in any thread."""
        return self.recipe.prepare(picture)

    def forward(self, prepared: NDArray[np.uint8]) -> ImageVectors:
        """The second step. `prepared`: uint8[n, s, s, 3], n a power of two up to `batch_size`."""
        outputs = self.network.run(prepared)
        vectors = normalised(outputs[0])
        broken = np.flatnonzero(~np.isfinite(vectors).all(axis=1))
        if broken.size and self._second is not None:
            outputs = self._ask_second(prepared, outputs, broken)
            vectors = normalised(outputs[0])
        concepts = _likeliest(outputs[1]) if len(outputs) > 1 else None
        return ImageVectors(vectors, concepts)

    def agreement(self, network: Network) -> float:
        """The least cosine between the vectors of another network and of this, over the probe."""
        from muserd.encode import probe

        size = min(network.batch_size, self.batch_size, 8)
        seen = probe.pictures(self.recipe.size_px)
        batches = [seen[n : n + size] for n in range(0, len(seen), size)]
        mine = np.concatenate([self.network.run(batch)[0] for batch in batches])
        return least_cosine(mine, np.concatenate([network.run(batch)[0] for batch in batches]))

    def encode(self, pictures: Sequence["Image.Image"]) -> ImageVectors:
        """Both steps, for any number of pictures."""
        if not pictures:
            empty = np.empty((0, self.info.dim), np.float32)
            return ImageVectors(empty, [] if self._classifies() else None)
        parts = [
            self.forward(np.stack([self.prepare(picture) for picture in pictures[part]]))
            for part in cut(len(pictures), self.batch_size)
        ]
        concepts = [one for part in parts for one in part.concepts or ()]
        vectors = np.concatenate([part.vectors for part in parts])
        return ImageVectors(vectors, concepts if parts[0].concepts is not None else None)

    def _classifies(self) -> bool:
        side = self.recipe.size_px
        return len(self.network.run(np.zeros((1, side, side, 3), np.uint8))) > 1

    def _ask_second(
        self,
        prepared: NDArray[np.uint8],
        outputs: list[NDArray[np.float32]],
        broken: NDArray[np.intp],
    ) -> list[NDArray[np.float32]]:
        """The outputs, with those rows from the other runtime where that one is there."""
        assert self._second is not None  # noqa: S101 - asked for by the caller
        try:
            other = self._second()
        except EncoderError as error:
            log.warning("no second opinion on vectors that are not finite: %s", error.message)
            return outputs
        log.warning("vectors of %s are not finite: %s computes them", self.info.id, other.device)
        fresh = other.run(prepared[broken])
        for output, rows in zip(outputs, fresh, strict=True):
            output[broken] = rows
        return outputs


def _likeliest(logits: NDArray[np.float32]) -> list[Concepts]:
    with np.errstate(invalid="ignore", over="ignore"):
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares = np.nan_to_num(powers / powers.sum(axis=1, keepdims=True), nan=0.0)
    best = np.argsort(-shares, axis=1, kind="stable")[:, :CONCEPTS_KEPT]
    return [
        tuple((int(label), round(float(row[label]) * PROBABILITY_ONE)) for label in labels)
        for labels, row in zip(best, shares, strict=True)
    ]
