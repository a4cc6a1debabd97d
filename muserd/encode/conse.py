"""Finding pictures by words, with an encoder that knows classes but no words.

A picture is the mixture of the classes that it may show; words are compared with the names of
these classes by the built-in text encoder. Only a thousand concepts are told apart.

Source: Norouzi et al. 2013, Zero-Shot Learning by Convex Combination of Semantic Embeddings,
arXiv 1312.5650. There f(x) = Σ p·e(class) / Σ p is compared with e(words); the product is linear,
so one weight a class, e(class)·e(words), says the same without a vector for every picture.
"""

import logging
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from muserd.encode.texts import TextEncoder
from muserd.ground.atomic import write
from muserd.ground.imagenet import CLASSES, labels

log = logging.getLogger(__name__)


class ClassNames:
    """The names of the classes as vectors of a text encoder, kept in a file.

    Args:
        encoder: of the names and of the words.
        cache: the folder of the file; it is made again when it is missing or of another encoder.
    """

    def __init__(self, encoder: TextEncoder, cache: Path) -> None:
        self._encoder = encoder
        self._vectors = _load_or_encode(encoder, cache)

    def weights(self, words: str) -> NDArray[np.float32]:
        """How much each class has to do with `words`: float32[1000], 0 to 1; mostly zeros.

        Every name is a little similar to any words. What is not beyond the usual counts nothing;
        else pictures of nothing in particular would be found by everything.
        """
        cosines = self._vectors @ self._encoder.encode_queries([words])[0]
        usual = cosines.mean() + cosines.std()
        weights = np.maximum(cosines - usual, 0.0) / max(1.0 - usual, 1e-6)
        bounded: NDArray[np.float32] = np.minimum(weights, 1.0).astype(np.float32)
        return bounded


def _load_or_encode(encoder: TextEncoder, cache: Path) -> NDArray[np.float32]:
    name = encoder.info.id.replace("/", "-")
    path = cache / f"imagenet-names-{name}.f32"
    shape = (CLASSES, encoder.info.dim)
    try:
        vectors = np.frombuffer(path.read_bytes(), "<f4").reshape(shape)
    except (OSError, ValueError):
        vectors = None
    if vectors is not None and np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-3):
        return vectors.astype(np.float32)
    vectors = encoder.encode(labels())
    try:
        cache.mkdir(parents=True, exist_ok=True)
        write(path, vectors.astype("<f4").tobytes(), durable=False)
    except OSError as error:  # a full disk costs a second at the next start, not the answer
        log.warning("names of classes not kept: %s", error)
    return vectors
