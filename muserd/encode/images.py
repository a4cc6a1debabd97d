"""From decoded pictures to vectors: what every image encoder has in common.

The work is in two steps, so that the first runs in the threads that decode: `prepare` makes the
small square that a network sees, and `forward` makes the vectors of a stack of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

from muserd.encode.batches import cut
from muserd.encode.precision import Engine, settle
from muserd.ground.records import EncoderInfo

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

    def prepare(self, picture: Image.Image) -> NDArray[np.uint8]:
        """The square: uint8[size_px, size_px, 3]. May run in any thread.

        Scaling and cutting are one step: a strip of 1 × 30,000 pixels costs no more than a photo.
        """
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

    def normalise(self, prepared: Tensor, dtype: torch.dtype) -> Tensor:
        """uint8[n, s, s, 3] → dtype[n, 3, s, s], in the channels-last order that it came in."""
        mean = torch.tensor(self.mean, device=prepared.device).view(1, 3, 1, 1)
        std = torch.tensor(self.std, device=prepared.device).view(1, 3, 1, 1)
        return ((prepared.permute(0, 3, 1, 2).float() - mean) / std).to(dtype)


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
    """A network with its recipe, on its device.

    Args:
        info: without the device, which is found here.
        recipe: how its input is made.
        network: float32; from its input to feature vectors, one a row.
        device: where to compute; the precision follows from it.
        batch_size: the largest batch, a power of two.
        classify: from feature vectors (float32, on the CPU) to logits of the ImageNet classes.
        words: from words to vectors in the pictures' space, float32[n, dim], L2-normalised; None
            for an encoder that knows no words.
    """

    def __init__(
        self,
        info: EncoderInfo,
        recipe: Recipe,
        network: nn.Module,
        device: torch.device,
        batch_size: int,
        *,
        classify: Callable[[Tensor], Tensor] | None = None,
        words: Words | None = None,
    ) -> None:
        self.recipe = recipe
        self.words = words
        self.batch_size = batch_size
        self._classify = classify
        network = network.eval().requires_grad_(requires_grad=False)
        network, self._engine = settle(
            network, recipe.normalise(_probe(recipe), torch.float32), device
        )
        self._network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.info = replace(info, device=self._engine.label)

    @property
    def engine(self) -> Engine:
        """Where and how it computes."""
        return self._engine

    def prepare(self, picture: Image.Image) -> NDArray[np.uint8]:
        """The first step: uint8[s, s, 3]. May run in any thread."""
        return self.recipe.prepare(picture)

    def forward(self, prepared: NDArray[np.uint8]) -> ImageVectors:
        """The second step. `prepared`: uint8[n, s, s, 3], n a power of two up to `batch_size`."""
        with torch.inference_mode():
            pixels = torch.from_numpy(prepared).to(self._engine.device)
            output = self._network(self.recipe.normalise(pixels, self._engine.dtype))
            features = output.float().cpu()
            vectors = nn.functional.normalize(features, eps=torch.finfo(torch.float32).tiny)
            concepts = _likeliest(self._classify(features)) if self._classify else None
        return ImageVectors(vectors.numpy(), concepts)

    def encode(self, pictures: Sequence[Image.Image]) -> ImageVectors:
        """Both steps, for any number of pictures."""
        parts = [
            self.forward(np.stack([self.prepare(picture) for picture in pictures[part]]))
            for part in cut(len(pictures), self.batch_size)
        ]
        vectors = [part.vectors for part in parts] or [np.empty((0, self.info.dim), np.float32)]
        concepts = [one for part in parts for one in part.concepts or ()]
        return ImageVectors(np.concatenate(vectors), concepts if self._classify else None)


def _probe(recipe: Recipe) -> Tensor:
    """Four fixed pictures of soft blobs: uint8[4, s, s, 3]."""
    random = np.random.default_rng(4)
    size = (recipe.size_px, recipe.size_px)
    pictures = [
        Image.fromarray(random.integers(0, 256, (cells, cells, 3), dtype=np.uint8)).resize(
            size, Image.Resampling.BICUBIC
        )
        for cells in (3, 7, 14, 28)
    ]
    return torch.from_numpy(np.stack([np.asarray(picture) for picture in pictures]))


def _likeliest(logits: Tensor) -> list[Concepts]:
    probabilities, classes = logits.softmax(1).nan_to_num(0.0).topk(CONCEPTS_KEPT)
    return [
        tuple(
            (int(label), round(float(share) * PROBABILITY_ONE))
            for label, share in zip(labels, shares, strict=True)
        )
        for labels, shares in zip(classes, probabilities, strict=True)
    ]
