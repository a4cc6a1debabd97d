"""Finding pictures by words, with an encoder that knows classes but no words.

A picture is the mixture of the classes that it may show; words are compared with the names of
these classes by the built-in text encoder. Only a thousand concepts are told apart.

Source: Norouzi et al. 2013, Zero-Shot Learning by Convex Combination of Semantic Embeddings,
arXiv 1312.5650. There f(x) = Σ p·e(class) / Σ p is compared with e(words); the product is linear,
so one weight a class, e(class)·e(words), says the same without a vector for every picture.
"""

import hashlib
import logging
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from muserd.encode.texts import TextEncoder
from muserd.ground.atomic import write
from muserd.ground.imagenet import CLASSES, labels

log = logging.getLogger(__name__)

LEAST_COSINE_OF_GROUP = 0.6
NEAR_BEST = 0.1  # `dog` lies near `animal`, too, and yet does not mean every animal
LEAST_WEIGHT = 0.25  # below, nothing is meant: `asdf` reaches 0.2


# What people call whole ranges of classes: first, one past the last, name. `beagle` says little
# of a dog to a text encoder, and 118 classes are dogs. From WordNet's hypernyms, which overlap.
GROUPS = (
    (0, 398, "animal"), (0, 7, "fish"), (2, 5, "shark"), (7, 25, "bird"), (21, 24, "bird of prey"),
    (24, 25, "owl"), (25, 30, "salamander"), (30, 33, "frog"), (33, 38, "turtle"),
    (33, 69, "reptile"), (38, 49, "lizard"), (49, 51, "crocodile"), (51, 52, "dinosaur"),
    (52, 69, "snake"), (72, 78, "spider"), (80, 101, "bird"), (87, 91, "parrot"),
    (99, 101, "waterfowl"), (112, 118, "mollusc"), (118, 122, "crab"), (122, 125, "lobster"),
    (127, 147, "bird"), (147, 149, "whale"), (150, 151, "seal"), (151, 269, "dog"),
    (151, 281, "canine"), (269, 272, "wolf"), (277, 281, "fox"), (281, 286, "cat"),
    (281, 294, "feline"), (286, 294, "big cat"), (294, 298, "bear"), (300, 308, "beetle"),
    (300, 327, "insect"), (319, 321, "dragonfly"), (321, 327, "butterfly"), (330, 333, "rabbit"),
    (333, 339, "rodent"), (345, 348, "cattle"), (348, 351, "sheep or goat"),
    (351, 354, "antelope"), (365, 370, "ape"), (370, 383, "monkey"), (365, 385, "primate"),
    (385, 387, "elephant"), (387, 389, "panda"), (389, 398, "fish"), (924, 970, "food"),
    (927, 930, "dessert"), (930, 933, "bread"), (936, 948, "vegetable"), (948, 958, "fruit"),
    (985, 987, "flower"), (991, 998, "mushroom"),
)  # fmt: skip


class ClassNames:
    """The names of the classes, and of groups of them, as vectors of a text encoder.

    Args:
        encoder: of the names and of the words.
        cache: the folder of a file with the vectors; it is made again when it is missing or of
            another encoder.
    """

    def __init__(self, encoder: TextEncoder, cache: Path) -> None:
        self._encoder = encoder
        self._vectors = _load_or_encode(encoder, cache)

    def weights(self, words: str) -> NDArray[np.float32]:
        """How much each class has to do with `words`: float32[1000], 0 to 1; mostly zeros.

        A class counts by its own name, or by that of a group if that is what the words come
        nearest to. Every name is a little similar to any words: what is not well beyond the usual
        counts nothing, else pictures of nothing in particular would be found by everything.
        """
        cosines = self._vectors @ self._encoder.encode_queries([words])[0]
        classes = cosines[:CLASSES].copy()
        usual = classes.mean() + classes.std()
        least = max(LEAST_COSINE_OF_GROUP, float(cosines.max()) - NEAR_BEST)
        for (start, stop, _), cosine in zip(GROUPS, cosines[CLASSES:], strict=True):
            if cosine >= least:
                np.maximum(classes[start:stop], cosine, out=classes[start:stop])
        weights = np.clip((classes - usual) / max(1.0 - usual, 1e-6), 0.0, 1.0)
        weights[weights < LEAST_WEIGHT] = 0.0
        result: NDArray[np.float32] = weights.astype(np.float32)
        return result


def _load_or_encode(encoder: TextEncoder, cache: Path) -> NDArray[np.float32]:
    names = (*labels(), *(name for _, _, name in GROUPS))
    told = hashlib.sha256("\n".join((encoder.info.id, *names)).encode()).hexdigest()[:16]
    path = cache / f"imagenet-{told}.f32"
    try:
        vectors = np.frombuffer(path.read_bytes(), "<f4").reshape(len(names), encoder.info.dim)
    except (OSError, ValueError):
        vectors = None
    if vectors is not None and np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-3):
        return vectors.astype(np.float32)
    vectors = encoder.encode(names)
    try:
        cache.mkdir(parents=True, exist_ok=True)
        write(path, vectors.astype("<f4").tobytes(), durable=False)
    except OSError as error:  # a full disk costs a second at the next start, not the answer
        log.warning("names of classes not kept: %s", error)
    return vectors
