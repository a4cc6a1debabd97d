"""From texts to vectors: what every text encoder has in common. Nothing here needs torch.

A text longer than the network's window is cut into overlapping windows; their vectors are
averaged, weighted by their lengths, and normalised.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from muserd.encode.batches import cut
from muserd.encode.network import Network, least_cosine, normalised
from muserd.encode.vocabulary import Vocabulary
from muserd.ground.errors import EncoderError
from muserd.ground.records import EncoderInfo

log = logging.getLogger(__name__)


class TextEncoder:
    """A network with its vocabulary.

    Args:
        info: its device is replaced by the network's.
        vocabulary: how its input is made.
        network: from token ids to vectors.
        second: opens a network on another runtime, which is asked when vectors are not finite.
    """

    def __init__(
        self,
        info: EncoderInfo,
        vocabulary: Vocabulary,
        network: Network,
        second: Callable[[], Network] | None = None,
    ) -> None:
        self._vocabulary = vocabulary.prepare()
        self.info = info
        self.use(network, second)

    @property
    def network(self) -> Network:
        """The network in use."""
        return self._network

    def use(self, network: Network, second: Callable[[], Network] | None = None) -> None:
        """Compute with another network of the same weights from now on."""
        self._network, self._second = network, second
        self.info = replace(self.info, device=network.device)

    @property
    def batch_size(self) -> int:
        """The largest batch."""
        return self._network.batch_size

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of documents: float32[n, dim], L2-normalised."""
        return self._encode([self._vocabulary.document + text for text in texts])

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of what people look for: float32[n, dim], L2-normalised."""
        return self._encode([self._vocabulary.query + text for text in texts])

    def pieces(self, text: str) -> list[int]:
        """Into how many tokens each word is cut: see `Vocabulary.pieces`."""
        return self._vocabulary.pieces(text)

    def agreement(self, network: Network) -> float:
        """The least cosine between the vectors of another network and of this, over the probe."""
        from muserd.encode import probe

        other = TextEncoder(self.info, self._vocabulary, network)
        return least_cosine(self.encode(probe.TEXTS), other.encode(probe.TEXTS))

    def _encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        network = self._network
        windows = [
            (n, ids) for n, text in enumerate(texts) for ids in self._vocabulary.windows(text)
        ]
        sums = np.zeros((len(texts), self.info.dim), np.float32)
        for length, members in self._by_shape(windows):
            for part in cut(len(members), network.batch_size):
                batch = members[part]
                ids = self._vocabulary.stack([ids for _, ids in batch], length)
                vectors = self._forward(network, ids)
                for (n, window), vector in zip(batch, vectors, strict=True):
                    sums[n] += len(window) * vector
        return normalised(sums)

    def _by_shape(
        self, windows: list[tuple[int, list[int]]]
    ) -> list[tuple[int, list[tuple[int, list[int]]]]]:
        shapes: dict[int, list[tuple[int, list[int]]]] = {}
        for n, ids in windows:
            shapes.setdefault(self._vocabulary.length_of(len(ids)), []).append((n, ids))
        return sorted(shapes.items())

    def _forward(self, network: Network, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        vectors = normalised(network.run(ids)[0])
        broken = np.flatnonzero(~np.isfinite(vectors).all(axis=1))
        if broken.size and self._second is not None:
            try:
                other = self._second()
            except EncoderError as error:
                log.warning("no second opinion on vectors that are not finite: %s", error.message)
            else:
                log.warning(
                    "vectors of %s are not finite: %s computes them", self.info.id, other.device
                )
                vectors[broken] = normalised(other.run(ids[broken])[0])
        return vectors
