"""From torch to OpenVINO: traces a network once, and leaves what `CompiledNetwork` reads."""

import logging
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from muserd.encode import model_cache, probe
from muserd.encode.compiled import (
    CompiledError,
    CompiledNetwork,
    library,
    on_processor,
    precisions,
    processor,
)
from muserd.encode.model_cache import Converted, Manifest, Model, Part
from muserd.encode.network import least_cosine
from muserd.encode.texts import TextEncoder
from muserd.encode.torch_network import Parts, Pixels, picture_network, word_network
from muserd.encode.vocabulary import Vocabulary

LARGE_TABLE = 1_000  # rows of a vocabulary that is worth a file of its own
_TIMED_RUNS = 5
_CPU = torch.device("cpu")

Measure = Callable[[CompiledNetwork], float]


def export(parts: Parts, cache: Path) -> Model:
    """Convert an encoder and publish it in the cache, also when some of it must stay on torch.

    Raises:
        CompiledError: OpenVINO is not installed.
        OSError: there is no room, or no permission.
    """
    library()
    networks: dict[Part, Converted] = {}
    refused: dict[Part, str] = {}
    _trace_plainly()
    with model_cache.publication(parts.info.id, cache) as folder:
        converters: tuple[tuple[Part, nn.Module | None, Callable[[Parts, Path], Converted]], ...]
        converters = (("pictures", parts.pictures, _pictures), ("words", parts.words, _words))
        for part, module, convert in converters:
            if module is None:
                continue
            try:
                networks[part] = convert(parts, folder)
            except (MemoryError, OSError):
                raise
            except Exception as error:  # noqa: BLE001 - tracing runs code of any model
                refused[part] = _reason(error)
                for left in folder.glob(f"{part}.*"):
                    left.unlink()
        vocabulary = parts.vocabulary
        said = Manifest(
            processor=processor(),
            encoder=parts.info,
            networks=networks,
            refused=refused,
            recipe=parts.recipe,
            words=None if vocabulary is None else _settings(vocabulary),
        )
        model_cache.write(folder, said)
    return Model(model_cache.folder_of(parts.info.id, cache), said)


class WithLabels(nn.Module):
    """From pictures to features and logits."""

    def __init__(self, pixels: nn.Module, classify: nn.Module) -> None:
        super().__init__()
        self.pixels, self.classify = pixels, classify

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Both outputs of a `Network`."""
        features = self.pixels(pictures)
        return features, self.classify(features)


class Rows(nn.Module):
    """Stands in a network for a vocabulary's table: gives the rows that it was handed."""

    def __init__(self, like: nn.Embedding) -> None:
        super().__init__()
        self.weight = torch.empty(0, dtype=like.weight.dtype)  # some ask for its type
        self.rows = self.weight

    def forward(self, _ids: Tensor) -> Tensor:
        """The rows."""
        return self.rows


class WithRows(nn.Module):
    """A text network that gets the rows of its words beside their ids."""

    def __init__(self, network: nn.Module, rows: Rows) -> None:
        super().__init__()
        self.network, self.rows = network, rows

    def forward(self, ids: Tensor, rows: Tensor) -> Tensor:
        """`rows`: float32[n, length, dim], the table's at `ids`."""
        self.rows.rows = rows
        vectors: Tensor = self.network(ids)
        return vectors


def _pictures(parts: Parts, folder: Path) -> Converted:
    assert parts.recipe is not None  # noqa: S101 - an encoder of pictures has one
    assert parts.pictures is not None  # noqa: S101
    side = parts.recipe.size_px
    seen = probe.pictures(side)
    expected = picture_network(parts, _CPU, exact=True).run(seen)[0]
    module: nn.Module = Pixels(parts.recipe, parts.pictures)
    if parts.classify is not None:
        module = WithLabels(module, parts.classify)
    example = torch.from_numpy(seen[:2])
    _save(module, (example,), [((-1, side, side, 3), np.uint8)], folder / "pictures.xml")

    def agreement(network: CompiledNetwork) -> float:
        size = network.batch_size
        found = [network.run(seen[n : n + size])[0] for n in range(0, len(seen), size)]
        return least_cosine(expected, np.concatenate(found))

    sample = seen[: parts.batches["compiled"]]
    return _settled(parts, folder, "pictures", None, agreement, sample)


def _words(parts: Parts, folder: Path) -> Converted:
    vocabulary, words = parts.vocabulary, parts.words
    if vocabulary is None or words is None:
        raise CompiledError(parts.unknown_words)
    vocabulary.tokenizer.no_truncation()
    vocabulary.tokenizer.save(str(folder / "words.json"), pretty=False)
    vocabulary.prepare()
    exact = TextEncoder(parts.info, vocabulary, word_network(parts, _CPU, exact=True))
    expected = np.concatenate([exact.encode(probe.TEXTS), exact.encode_queries(probe.TEXTS)])
    length = vocabulary.window_tokens if vocabulary.fixed else -1
    ids = vocabulary.stack(
        [vocabulary.windows(text)[0][:16] for text in probe.TEXTS[:2]], max(length, 16)
    )
    with _without_table(words) as (network, table):
        given: list[Tensor] = [torch.from_numpy(ids)]
        shapes: list[tuple[tuple[int, ...], type]] = [((-1, length), np.int64)]
        if table is not None:
            np.save(folder / "words.npy", table, allow_pickle=False)
            given.append(torch.from_numpy(table[ids].astype(np.float32)))
            shapes.append(((-1, length, table.shape[1]), np.float32))
        _save(network, tuple(given), shapes, folder / "words.xml")

    def agreement(network: CompiledNetwork) -> float:
        encoder = TextEncoder(parts.info, vocabulary, network)
        found = np.concatenate([encoder.encode(probe.TEXTS), encoder.encode_queries(probe.TEXTS)])
        return least_cosine(expected, found)

    window = vocabulary.windows(probe.TEXTS[1] * 40)[0]
    sample = vocabulary.stack(
        [window] * parts.batches["compiled"], vocabulary.length_of(len(window))
    )
    return _settled(parts, folder, "words", table, agreement, sample)


def _settled(
    parts: Parts,
    folder: Path,
    part: Part,
    table: NDArray[np.float16] | None,
    agreement: Measure,
    sample: NDArray[np.generic],
) -> Converted:
    """The fastest precision that keeps the vectors.

    Raises:
        CompiledError: none does, or the network does not compile.
    """
    batch_size, told = parts.batches["compiled"], []
    found: list[Converted] = []
    for precision in precisions():
        target = on_processor(precision, 1)
        network = CompiledNetwork(folder / f"{part}.xml", target, batch_size, table)
        cosine = agreement(network)
        told.append(f"{cosine:.4f} in {precision}")
        if cosine >= probe.LEAST_AGREEMENT:
            files = {
                path.name: model_cache.entry(path) for path in sorted(folder.glob(f"{part}.*"))
            }
            found.append(
                Converted(
                    precision=precision,
                    agreement=round(cosine, 6),
                    batch_size=batch_size,
                    item_ms=round(_item_ms(network, sample), 2),
                    files=files,
                )
            )
    if not found:
        raise CompiledError(
            f"its vectors do not agree with torch's: cosine {', '.join(told)}, at least"
            f" {probe.LEAST_AGREEMENT} is needed"
        )
    return min(found, key=lambda one: one.item_ms)


def _item_ms(network: CompiledNetwork, sample: NDArray[np.generic]) -> float:
    network.run(sample)
    took = []
    for _ in range(_TIMED_RUNS):
        started = time.perf_counter()
        network.run(sample)
        took.append(1000 * (time.perf_counter() - started) / len(sample))
    return min(took)


@contextmanager
def _without_table(words: nn.Module) -> Iterator[tuple[nn.Module, NDArray[np.float16] | None]]:
    """The network beside its vocabulary's table, float16[words, dim]; None when it is small.

    The network is whole again afterwards.
    """
    tables = [(name, one) for name, one in words.named_modules() if isinstance(one, nn.Embedding)]
    name, largest = max(tables, key=lambda one: one[1].num_embeddings, default=("", None))
    if largest is None or largest.num_embeddings < LARGE_TABLE:
        yield words, None
        return
    rows = Rows(largest)
    parent, _, last = name.rpartition(".")
    holder = words.get_submodule(parent)
    setattr(holder, last, rows)
    try:
        yield WithRows(words, rows), largest.weight.detach().half().numpy()
    finally:
        setattr(holder, last, largest)


def _save(
    module: nn.Module,
    example: tuple[Tensor, ...],
    shapes: list[tuple[tuple[int, ...], type]],
    path: Path,
) -> None:
    """Trace a network and write its representation, with weights in float16."""
    openvino = library()
    module = module.eval().requires_grad_(requires_grad=False)
    with warnings.catch_warnings(), _levels_kept(), torch.no_grad():
        warnings.simplefilter("ignore")  # what tracing says of every shape that it takes as fixed
        model = openvino.convert_model(
            module,
            example_input=example if len(example) > 1 else example[0],
            input=[(openvino.PartialShape(list(shape)), dtype) for shape, dtype in shapes],
        )
    openvino.save_model(model, str(path), compress_to_fp16=True)


@contextmanager
def _levels_kept() -> Iterator[None]:
    """The converter lets the root logger tell errors only, and leaves it so."""
    root = logging.getLogger()
    level = root.level
    try:
        yield
    finally:
        root.setLevel(level)


def _settings(vocabulary: Vocabulary) -> model_cache.Words:
    return model_cache.Words(
        window_tokens=vocabulary.window_tokens,
        pad=vocabulary.pad,
        document=vocabulary.document,
        query=vocabulary.query,
        fixed=vocabulary.fixed,
        clean=vocabulary.clean,
    )


def _trace_plainly() -> None:
    """Without torch's fused attention, which has no counterpart outside of it."""
    torch.backends.mha.set_fastpath_enabled(False)


def _reason(error: Exception) -> str:
    """One line for people."""
    if isinstance(error, CompiledError):
        return error.message
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"it does not convert: {lines[0][:200] if lines else type(error).__name__}"
