"""Encoders made of converted models. No torch, unless a model proves unusable."""

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from muserd.encode import model_cache
from muserd.encode.compiled import (
    CompiledError,
    CompiledNetwork,
    Target,
    on_gpu,
    on_processor,
)
from muserd.encode.images import ImageEncoder, Words
from muserd.encode.model_cache import Model, Part
from muserd.encode.network import Network
from muserd.encode.texts import TextEncoder
from muserd.encode.vocabulary import Vocabulary

log = logging.getLogger(__name__)

GPU_BATCHES: dict[Part, int] = {"pictures": 32, "words": 16}

OpenTorch = Callable[[Part], Network]


def network(model: Model, part: Part, cores: int) -> CompiledNetwork:
    """A verified network on the processor. Raises CompiledError."""
    said = model.said.networks[part]
    return _network(model, part, on_processor(said.precision, cores), said.batch_size)


def network_on_gpu(model: Model, part: Part) -> CompiledNetwork:
    """The same on a GPU that OpenVINO knows. Raises CompiledError."""
    return _network(model, part, on_gpu(model.folder / "gpu"), GPU_BATCHES[part])


def _network(model: Model, part: Part, target: Target, batch_size: int) -> CompiledNetwork:
    model.verify(part)  # first: what is damaged might crash the compiler
    table = _table(model, part) if f"{part}.npy" in model.said.networks[part].files else None
    return CompiledNetwork(model.folder / f"{part}.xml", target, batch_size, table)


def vocabulary(model: Model) -> Vocabulary:
    """How a model's texts are cut into tokens. Raises CompiledError."""
    from tokenizers import Tokenizer

    words = model.said.words
    assert words is not None  # noqa: S101 - of a model that has words
    path = model.folder / "words.json"
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises nothing more special
        raise CompiledError(f"{path} is damaged: {error}") from error
    return Vocabulary(
        tokenizer,
        words.window_tokens,
        words.pad,
        document=words.document,
        query=words.query,
        fixed=words.fixed,
        clean=words.clean,
    )


def images(
    model: Model, cores: int, on_torch: OpenTorch, exact: OpenTorch, torch_words: Words
) -> ImageEncoder:
    """An image encoder.

    Args:
        model: a converted one.
        cores: to compute with; 0 takes all.
        on_torch: opens a network of the same weights on torch.
        exact: the same in float32, for a second opinion.
        torch_words: encodes words by torch, for a model whose words did not convert.
    """
    said = model.said
    assert said.recipe is not None  # noqa: S101 - of an image encoder
    pictures = said.networks.get("pictures")
    device = "" if pictures is None else _device(pictures.precision)
    words: Words | None = None
    if "words" in said.networks:
        words = LazyWords(model, cores, torch_words)
    elif "words" in said.refused:
        words = torch_words
    return ImageEncoder(
        replace(said.encoder, device=device, note=noted(said.encoder.note, said.refused)),
        said.recipe,
        lambda: _or_torch(model, "pictures", cores, on_torch),
        words=words,
        second=lambda: exact("pictures"),
    )


def texts(model: Model, cores: int, on_torch: OpenTorch, exact: OpenTorch) -> TextEncoder:
    """A text encoder. Raises CompiledError; its arguments are as for `images`."""
    said = model.said
    with ThreadPoolExecutor(1) as beside:  # both take their time, and neither needs the other
        opening = beside.submit(_or_torch, model, "words", cores, on_torch)
        words = vocabulary(model)
    return TextEncoder(
        replace(said.encoder, note=noted(said.encoder.note, said.refused)),
        words,
        opening.result(),
        second=lambda: exact("words"),
    )


class LazyWords:
    """The words of an image encoder, opened by the first query."""

    def __init__(self, model: Model, cores: int, torch_words: Words) -> None:
        self._model = model
        self._cores = cores
        self._torch_words = torch_words
        self._opening = threading.Lock()
        self._encode: Words | None = None

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """float32[n, dim], L2-normalised."""
        with self._opening:
            if self._encode is None:
                self._encode = self._open()
        return self._encode(texts)

    def _open(self) -> Words:
        try:
            opened = network(self._model, "words", self._cores)
            encoder = TextEncoder(self._model.said.encoder, vocabulary(self._model), opened)
        except CompiledError as error:
            _give_up(self._model, error)
            return self._torch_words
        return encoder.encode_queries


def noted(note: str, refused: dict[Part, str]) -> str:
    """A note with the reasons why networks run on torch."""
    reasons = [f"its {part} run on torch, since {why}" for part, why in refused.items()]
    return ". ".join(filter(None, (note, *reasons)))


def _or_torch(model: Model, part: Part, cores: int, on_torch: OpenTorch) -> Network:
    if part not in model.said.networks:
        return on_torch(part)
    try:
        return network(model, part, cores)
    except CompiledError as error:
        _give_up(model, error)
        return on_torch(part)


def _give_up(model: Model, error: CompiledError) -> None:
    log.warning("%s: torch is used, and the model is converted again", error.message)
    model_cache.discard(model.folder)


def _table(model: Model, part: Part) -> NDArray[np.float16]:
    path = model.folder / f"{part}.npy"
    try:
        table: NDArray[np.float16] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise CompiledError(f"{path} is damaged: {error}") from error
    return table


def _device(precision: str) -> str:
    return "cpu, OpenVINO" if precision == "f32" else f"cpu {precision}, OpenVINO"
