"""From texts to vectors: what every text encoder has in common.

A text longer than the network's window is cut into overlapping windows; their vectors are
averaged, weighted by their lengths, and normalised.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer
from torch import Tensor, nn

from muserd.encode.batches import cut
from muserd.encode.precision import settle
from muserd.ground.records import EncoderInfo

OVERLAP = 8  # an eighth of a window is shared with the next: no sentence is seen only in halves
MOST_WINDOWS = 64  # of one text, spread evenly: a book has its say within seconds
MOST_CHARACTERS = 1_000_000  # a thick book; what follows is not looked at
LEAST_LENGTH = 16  # tokens of the shortest input shape; the others double

_PROBE = ("A red apple on a wooden table.", "Quarterly report: costs, income, outlook. " * 12)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """How text becomes a network's input.

    Attributes:
        tokenizer: adds the special tokens; its truncation and padding are set here.
        window_tokens: the network's longest input, special tokens included.
        pad: the token that fills up; the network ignores it.
        document, query: what the model wants before a text of each use.
    """

    tokenizer: Tokenizer
    window_tokens: int
    pad: int = 0
    document: str = ""
    query: str = ""

    def windows(self, text: str) -> list[list[int]]:
        """The windows of one text, in order, special tokens included; at least one."""
        whole: Encoding = self.tokenizer.encode(text[:MOST_CHARACTERS])
        windows = [whole.ids, *(rest.ids for rest in whole.overflowing)]
        if len(windows) > MOST_WINDOWS:
            chosen = np.linspace(0, len(windows) - 1, MOST_WINDOWS).round().astype(int)
            windows = [windows[n] for n in chosen]
        return windows


class TextEncoder:
    """A network with its vocabulary, on its device.

    Args:
        info: without the device, which is found here.
        vocabulary: how its input is made.
        network: float32; from token ids, int64[n, length] with `pad` at the ends, to vectors.
        device: where to compute; the precision follows from it.
        batch_size: the largest batch, a power of two.
    """

    def __init__(
        self,
        info: EncoderInfo,
        vocabulary: Vocabulary,
        network: nn.Module,
        device: torch.device,
        batch_size: int,
    ) -> None:
        self.batch_size = batch_size
        self._vocabulary = vocabulary
        tokenizer, window = vocabulary.tokenizer, vocabulary.window_tokens
        tokenizer.no_padding()
        tokenizer.enable_truncation(window, stride=window // OVERLAP)
        probe = _stack([vocabulary.windows(text)[0] for text in _PROBE], window, vocabulary.pad)
        network = network.eval().requires_grad_(requires_grad=False)
        self._network, self._engine = settle(network, probe, device)
        self.info = replace(info, device=self._engine.label)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of documents: float32[n, dim], L2-normalised."""
        return self._encode([self._vocabulary.document + text for text in texts])

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of what people look for: float32[n, dim], L2-normalised."""
        return self._encode([self._vocabulary.query + text for text in texts])

    def _encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        windows = [
            (n, ids) for n, text in enumerate(texts) for ids in self._vocabulary.windows(text)
        ]
        sums = np.zeros((len(texts), self.info.dim), np.float32)
        for length, members in self._by_shape(windows):
            for part in cut(len(members), self.batch_size):
                batch = members[part]
                vectors = self._forward([ids for _, ids in batch], length)
                for (n, ids), vector in zip(batch, vectors, strict=True):
                    sums[n] += len(ids) * vector
        norms = np.linalg.norm(sums, axis=1, keepdims=True)
        means: NDArray[np.float32] = sums / np.maximum(norms, np.finfo(np.float32).tiny)
        return means

    def _by_shape(
        self, windows: list[tuple[int, list[int]]]
    ) -> list[tuple[int, list[tuple[int, list[int]]]]]:
        shapes: dict[int, list[tuple[int, list[int]]]] = {}
        for n, ids in windows:
            doubled = max(LEAST_LENGTH, 1 << (len(ids) - 1).bit_length())
            length = min(doubled, self._vocabulary.window_tokens)
            shapes.setdefault(length, []).append((n, ids))
        return sorted(shapes.items())

    def _forward(self, windows: list[list[int]], length: int) -> NDArray[np.float32]:
        with torch.inference_mode():
            ids = _stack(windows, length, self._vocabulary.pad).to(self._engine.device)
            vectors = nn.functional.normalize(self._network(ids).float())
            result: NDArray[np.float32] = vectors.cpu().numpy()
            return result


def _stack(windows: Sequence[Sequence[int]], length: int, pad: int) -> Tensor:
    """int64[n, length], filled up with `pad`."""
    ids = np.full((len(windows), length), pad, np.int64)
    for row, window in zip(ids, windows, strict=True):
        row[: len(window)] = window
    return torch.from_numpy(ids)
