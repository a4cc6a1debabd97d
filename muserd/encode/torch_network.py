"""Networks that torch computes: for GPUs, for models that do not convert, and to convert from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from muserd.encode import probe
from muserd.encode.batches import cut
from muserd.encode.cores import use_cores
from muserd.encode.images import ImageEncoder, Recipe, Words
from muserd.encode.network import normalised
from muserd.encode.precision import Engine, settle
from muserd.encode.texts import TextEncoder
from muserd.encode.vocabulary import Vocabulary
from muserd.ground.records import EncoderInfo

MOST_LANES = 64  # on a processor: each computes with one core
WORDS_BATCH = 32

Batches = dict[str, int]  # the largest batch by device: `cpu`, `cuda`, `mps`, `compiled`


@dataclass(frozen=True, slots=True)
class Parts:
    """An encoder as torch modules in float32, ready to be run or converted.

    Attributes:
        info: its device is empty.
        batches: the largest batch by device.
        pictures: from normalised pictures, float[n, 3, s, s], to features.
        recipe: how these are made.
        classify: from features to logits of the ImageNet classes.
        words: from token ids, int64[n, length], to vectors.
        vocabulary: how these are made; None where only `tokenize` can do it.
        tokenize: from texts to token ids, for words without a vocabulary.
        unknown_words: why there is no vocabulary.
        files: what was read of the disk, and decides about the id.
    """

    info: EncoderInfo
    batches: Batches
    pictures: nn.Module | None = None
    recipe: Recipe | None = None
    classify: nn.Module | None = None
    words: nn.Module | None = None
    vocabulary: Vocabulary | None = None
    tokenize: Callable[[list[str]], Tensor] | None = None
    unknown_words: str = ""
    files: Sequence[Path] = field(default=())


class Pixels(nn.Module):
    """From pictures as they are, uint8[n, s, s, 3], to features."""

    mean: Tensor
    std: Tensor

    def __init__(self, recipe: Recipe, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        self.register_buffer("mean", torch.tensor(recipe.mean).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor(recipe.std).view(1, 3, 1, 1))

    def forward(self, pixels: Tensor) -> Tensor:
        """The features, in the network's precision."""
        # The statistics are exact in every precision only before they are divided by.
        mean, std = self.mean.float(), self.std.float()
        x = (pixels.permute(0, 3, 1, 2).float() - mean) / std
        features: Tensor = self.network(x.to(self.mean.dtype))
        return features


class TorchNetwork:
    """A `Network` on torch.

    Args:
        module: from the input to features, already on its device.
        engine: where and how it computes.
        batch_size: see `Network`.
        classify: from features, float32 on the CPU, to logits.
    """

    def __init__(
        self,
        module: nn.Module,
        engine: Engine,
        batch_size: int,
        classify: Callable[[Tensor], Tensor] | None = None,
    ) -> None:
        self.engine = engine
        self.device = f"{engine.label}, torch"
        self.batch_size = batch_size
        self.lanes = MOST_LANES if engine.device.type == "cpu" else 1
        self._module = module
        self._classify = classify

    def run(self, inputs: NDArray[np.generic]) -> list[NDArray[np.float32]]:
        """See `Network`."""
        with torch.inference_mode():
            given = torch.from_numpy(np.ascontiguousarray(inputs)).to(self.engine.device)
            features = self._module(given).float().cpu()
            outputs = [features] if self._classify is None else [features, self._classify(features)]
            return [output.numpy() for output in outputs]

    def use_cores(self, count: int) -> None:
        """See `Network`."""
        if self.engine.device.type == "cpu":
            use_cores(count)


def picture_network(
    parts: Parts, device: torch.device, *, exact: bool = False, verdicts: Path | None = None
) -> TorchNetwork:
    """The network for pictures on a device; with `exact`, in float32 whatever is faster.

    `verdicts` is the file where `settle` keeps what it found.
    """
    assert parts.recipe is not None  # noqa: S101 - of an image encoder
    assert parts.pictures is not None  # noqa: S101
    module: nn.Module = Pixels(parts.recipe, parts.pictures)
    module = module.eval().requires_grad_(requires_grad=False)
    engine = Engine(device)
    if exact:
        module = module.to(device)
    else:
        seen = torch.from_numpy(probe.pictures(parts.recipe.size_px))
        module, engine = settle(module, seen, device, key=parts.info.id, verdicts=verdicts)
    module = module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return TorchNetwork(module, engine, parts.batches[device.type], parts.classify)


def word_network(
    parts: Parts, device: torch.device, *, exact: bool = False, verdicts: Path | None = None
) -> TorchNetwork:
    """The network for texts; the rest is as for `picture_network`."""
    assert parts.words is not None  # noqa: S101 - of an encoder that knows words
    module = parts.words.eval().requires_grad_(requires_grad=False)
    batch_size = WORDS_BATCH if parts.pictures is not None else parts.batches[device.type]
    vocabulary = parts.vocabulary
    if exact or vocabulary is None:
        return TorchNetwork(module.to(device), Engine(device), batch_size)
    vocabulary.prepare()
    windows = [vocabulary.windows(text)[0] for text in probe.TEXTS]
    ids = torch.from_numpy(vocabulary.stack(windows, vocabulary.window_tokens))
    module, engine = settle(module, ids, device, key=parts.info.id, verdicts=verdicts)
    return TorchNetwork(module, engine, batch_size)


def image_encoder(parts: Parts, device: torch.device, verdicts: Path | None = None) -> ImageEncoder:
    """An image encoder on torch."""
    assert parts.recipe is not None  # noqa: S101 - of an image encoder
    network = picture_network(parts, device, verdicts=verdicts)
    words = encode_words(parts) if parts.words is not None else None
    encoder = ImageEncoder(parts.info, parts.recipe, lambda: network, words=words)
    encoder.use(network)
    return encoder


def encode_words(parts: Parts) -> Words:
    """What an image encoder makes of words, in float32 on the CPU."""
    network = word_network(parts, torch.device("cpu"), exact=True)
    if parts.vocabulary is not None:
        return TextEncoder(parts.info, parts.vocabulary, network).encode_queries
    tokenize = parts.tokenize
    assert tokenize is not None  # noqa: S101 - the words have one of the two

    def encode(texts: Sequence[str]) -> NDArray[np.float32]:
        ids = tokenize(list(texts)).numpy()
        vectors = [network.run(ids[part])[0] for part in cut(len(ids), network.batch_size)]
        return normalised(np.concatenate(vectors))

    return encode


def text_encoder(parts: Parts, device: torch.device, verdicts: Path | None = None) -> TextEncoder:
    """A text encoder on torch."""
    assert parts.vocabulary is not None  # noqa: S101 - of a text encoder
    network = word_network(parts, device, verdicts=verdicts)
    return TextEncoder(parts.info, parts.vocabulary, network)
