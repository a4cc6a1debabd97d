"""Which hits of a query by meaning are beyond doubt, and whether anything is.

A cosine means something else for every encoder and every kind of text. What it is compared with
is the *background*: mean and deviation of the cosines of queries that mean other things, measured
on the collection itself with a fixed set of probes. A subject that is not in the collection still
has a best item; how good that is by chance grows with the number of items. The limits below were
fitted to queries about absent subjects, so that one of twenty passes: see docs/find.md.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

BEST = 10  # items whose mean tells a present subject from an absent one
_SINGLE = 5.2  # deviations over the limit, for one item alone
_ITEM = 0.8  # deviations over the limit, for an item of a present subject
_FEW = 90  # items; with fewer the mean is over the best tenth

Kind = Literal["caption", "text", "picture"]

# Deviations that the mean of the best ten reaches by chance once in twenty: at 100 items, and for
# each e-fold of that number. A short caption shares its only words with a query more easily.
_Z: dict[Kind, tuple[float, float]] = {
    "caption": (1.75, 0.55),
    "text": (2.6, 0.57),
    "picture": (2.6, 0.57),
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
        """What the mean of the best ten of `count` items reaches by chance once in twenty."""
        at_100, growth = _Z[kind]
        z = at_100 + growth * math.log(max(count, 1) / 100)
        return self.mean + self.deviation * max(z, 1.0)


def certain(scores: NDArray[np.float64], background: Background, kind: Kind) -> NDArray[np.bool_]:
    """bool[n]: the items that are beyond doubt, for scores float64[n] of one query; maybe none."""
    count = len(scores)
    if not count:
        return np.zeros(0, np.bool_)
    most = BEST if count >= _FEW else max(1, count // BEST)
    best = np.partition(scores, count - most)[count - most :]
    limit, deviation = background.limit(count, kind), background.deviation
    if best.mean() >= limit:
        return np.asarray(scores >= limit + _ITEM * deviation)
    return np.asarray(scores >= limit + _SINGLE * deviation)
