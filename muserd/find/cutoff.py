"""Which hits of a query by meaning are beyond doubt, and whether anything is.

A cosine means something else for every encoder and every kind of text. What it is compared with
is the *background*: mean and deviation of the cosines of queries that mean other things, measured
on the collection itself with a fixed set of probes. A subject that is not in the collection still
has a best item; how good that is by chance grows with the number of items. The limits below were
fitted to queries about absent subjects, so that one of twenty passes: see docs/find.md.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Kind = Literal["caption", "text", "picture"]


@dataclass(frozen=True, slots=True)
class Limits:
    """When a subject is there, in deviations over the background.

    Attributes:
        best: items whose mean cosine is compared: captions are short, so a subject has many.
        at_100: what an absent subject's mean reaches once in twenty times, of 100 items.
        growth: what it grows by for each e-fold of that number.
        item: over the limit, for an item of a present subject to be beyond doubt.
        single: over the limit, for one item alone.
        spelt: over the limit, for the best item of a word that the encoder only spells.
    """

    best: int
    at_100: float
    growth: float
    item: float
    single: float
    spelt: float = 0.0


_TELLING = 4  # letters: `a` and `the` tell nothing
_LIMITS: dict[Kind, Limits] = {
    "caption": Limits(20, 1.3, 0.55, item=1.25, single=5.65, spelt=3.6),
    "text": Limits(10, 2.9, 0.57, item=0.5, single=4.9),
    "picture": Limits(10, 2.9, 0.57, item=0.5, single=4.9),
}


@dataclass(frozen=True, slots=True)
class Background:
    """How alike a query and the items are by chance.

    Attributes:
        mean, deviation: of the cosines of a probe's vector to the items; medians over the probes.
    """

    mean: float
    deviation: float

    @classmethod
    def of(cls, probes: NDArray[np.float32], vectors: NDArray[np.float32]) -> "Background":
        """Measured with probes float32[m, d] on items float32[n, d], unit length, n ≥ 1."""
        cosines = probes @ vectors.T
        return cls(
            float(np.median(cosines.mean(axis=1))),
            max(float(np.median(cosines.std(axis=1))), 1e-3),
        )

    def limit(self, count: int, kind: Kind) -> float:
        """What the mean of the best of `count` items reaches by chance once in twenty."""
        limits = _LIMITS[kind]
        z = limits.at_100 + limits.growth * math.log(max(count, 1) / 100)
        return self.mean + self.deviation * max(z, 1.0)


def certain(
    scores: NDArray[np.float64], background: Background, kind: Kind, *, spelt: bool = False
) -> NDArray[np.bool_]:
    """bool[n]: the items that are beyond doubt, for scores float64[n] of one query; maybe none.

    Args:
        scores: cosines of the query to all items.
        background: of the query's encoder on these items.
        kind: what the items' vectors were made of.
        spelt: the encoder knows the query by its letters only: see `is_spelt`.
    """
    count = len(scores)
    if not count:
        return np.zeros(0, np.bool_)
    limit, deviation, over = background.limit(count, kind), background.deviation, _LIMITS[kind]
    best = max(1, min(over.best, count // 10))
    present = np.partition(scores, count - best)[count - best :].mean() >= limit
    if spelt:
        present &= scores.max() >= limit + over.spelt * deviation
    return np.asarray(scores >= limit + (over.item if present else over.single) * deviation)


def is_spelt(words: str, pieces: Sequence[int]) -> bool:
    """Whether a query is one word that an encoder knows by its letters only.

    A tokenizer cuts a word that it does not know into pieces. What such a word is near to is as
    often spelt alike as it is alike: `walrus` is near to Taurus. Of several words, the others
    say what is meant.

    Args:
        words: of the query.
        pieces: tokens of each of its words; empty when the encoder does not say.
    """
    said = words.split()
    if len(said) != len(pieces):
        return False
    telling = [n for word, n in zip(said, pieces, strict=True) if len(word) >= _TELLING or n > 1]
    return len(telling) == 1 and telling[0] > 1


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike neighbours are in a collection: what an example is judged by.

    Attributes:
        sure: cosine of an item to the last of its neighbours that are shown, the median over the
            items: what is so near to an example is as near as the items here are to their own.
        plausible: the same for the tenth of the items that are loneliest.
    """

    sure: float
    plausible: float

    @classmethod
    def of(cls, cosines: NDArray[np.float32]) -> "Likeness":
        """Measured on the cosines of items to their neighbours, float32[n, k], best first."""
        last = cosines[:, -1][np.isfinite(cosines[:, -1])] if cosines.size else cosines[:0]
        if not last.size:
            return cls(-1.0, -1.0)  # too few items: all of them may be looked at
        return cls(float(np.median(last)), float(np.quantile(last, 0.1)))
