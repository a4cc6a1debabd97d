"""The place of one new item on the present map: UMAP's transform, made exact.

UMAP's own transform (McInnes et al. 2018, arXiv:1802.03426) descends by random sampling, so where
a row lands depends on the other rows of the batch. Here the same energy, the attraction of the
nearest settled items weighted as UMAP weighs them, is minimised to its end for one item alone,
from the best of a few starts. It is a pure function of the fit and the vector: alone, in any
order, after a crash, the place is the same to the bit.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

import numpy as np
from numpy.typing import NDArray

STEPS = 40  # of the descent; it converges in about ten
BISECTIONS = 64  # as UMAP


@dataclass(frozen=True, slots=True)
class FitParams:
    """What a placement needs to know of a fit besides its places.

    Attributes:
        a, b: of the curve 1 / (1 + a d^2b) that turns distance on the map into nearness.
        n_neighbors: the size of a neighbourhood, the item itself included as in UMAP.
        min_dist: least distance of neighbours on the map that a and b were fitted for.
        seed: of the fit.
        spacing: median distance between next neighbours on the map, map units.
        closeness: median, over the settled items, of the mean nearness of their neighbours.
        novelty: 95th percentile of the settled items' distance to their 15th neighbour,
            1 − cosine: farther off begins the unknown.
        scale: UMAP's units to a map unit; `a` is per map unit, `min_dist` in UMAP's.
    """

    a: float = 1.577
    b: float = 0.8951
    n_neighbors: int = 15
    min_dist: float = 0.1
    seed: int = 42
    spacing: float = 0.1
    closeness: float = 0.5
    novelty: float = 1.0
    scale: float = 1.0

    def to_dict(self) -> dict[str, float]:
        """As JSON-able numbers."""
        return asdict(self)

    @classmethod
    def from_dict(cls, numbers: Mapping[str, float]) -> "FitParams":
        """From the numbers of `to_dict`; unknown ones are ignored, missing ones have defaults."""
        known = {field.name for field in fields(cls)} & set(numbers)
        given = {name: numbers[name] for name in known}
        for name in known & {"n_neighbors", "seed"}:
            given[name] = int(numbers[name])
        return cls(**given)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an item goes, and how sure that is.

    Attributes:
        x, y: map units, exactly representable in float32.
        confidence: 0 to 1: do its neighbours stand together, and does it resemble them as much
            as settled items resemble theirs?
    """

    x: float
    y: float
    confidence: float


def place(
    neighbours: NDArray[np.int32],
    cosines: NDArray[np.float32],
    land: NDArray[np.float32],
    settled: NDArray[np.int32],
    params: FitParams,
) -> Placement:
    """Place one item.

    Args:
        neighbours: int32[k], the slots of the nearest settled items, nearest first; more than
            the fit's neighbourhood are ignored, −1 pads too.
        cosines: float32[k], to them, descending.
        land: float32[slots, 2], the places of the settled items; other rows are not looked at.
        settled: int32[m], the slots of all settled items: without neighbours, their middle is
            the answer.
        params: of the fit.

    Guarantee: deterministic to the bit; no other item is moved.
    """
    real = neighbours[neighbours >= 0][: params.n_neighbors]
    if not len(real):
        middle = land[settled].astype(np.float64).mean(axis=0) if len(settled) else np.zeros(2)
        return _placement(middle, 0.0)
    distances = np.maximum(1.0 - cosines[: len(real)].astype(np.float64), 0.0)
    weights = memberships(distances)
    around = land[real].astype(np.float64)
    spot = _descend(_best_start(around, weights, params), around, weights, params)
    nearness = float((weights * _nearness(spot, around, params)).sum() / weights.sum())
    together = min(nearness / params.closeness, 1.0) if params.closeness > 0 else 1.0
    known = params.novelty / distances[-1] if distances[-1] > params.novelty else 1.0
    return _placement(spot, together * known)


def memberships(distances: NDArray[np.float64]) -> NDArray[np.float64]:
    """UMAP's weights of a new item's neighbours: exp(−d / σ), σ such that they sum to log2 k.

    Args:
        distances: float64[k], 1 − cosine, ascending.
    """
    target = np.log2(len(distances)) if len(distances) > 1 else 1.0
    low, high, sigma = 0.0, np.inf, 1.0
    if distances[-1] <= 0 or len(distances) == 1:
        return np.ones(len(distances))
    for _ in range(BISECTIONS):
        total = float(np.exp(-distances / sigma).sum())
        if abs(total - target) < 1e-5:
            break
        if total > target:
            high = sigma
            sigma = (low + high) / 2
        else:
            low = sigma
            sigma = sigma * 2 if np.isinf(high) else (low + high) / 2
    sigma = max(sigma, 1e-3 * float(distances.mean()))
    return np.exp(-distances / sigma)


def _best_start(
    around: NDArray[np.float64], weights: NDArray[np.float64], params: FitParams
) -> NDArray[np.float64]:
    """The neighbours' weighted mean, or the one of them that lies best among the others.

    Where the neighbours stand on two shores, the mean lies in the water between.
    """
    mean = (weights[:, None] * around).sum(axis=0) / weights.sum()
    starts = np.concatenate([mean[None, :], around])
    squared = ((starts[:, None, :] - around[None, :, :]) ** 2).sum(axis=2)
    energy = (weights * np.log1p(params.a * squared**params.b)).sum(axis=1)
    return np.asarray(starts[int(energy.argmin())])


def _descend(
    spot: NDArray[np.float64],
    around: NDArray[np.float64],
    weights: NDArray[np.float64],
    params: FitParams,
) -> NDArray[np.float64]:
    """To the bottom of the attraction, by iterated weighted means (Weiszfeld 1937).

    Distances are softened by the map's spacing: nobody is pulled on top of a neighbour.
    """
    soft = max(params.spacing, 1e-6) ** 2
    (x, y), (xs, ys) = spot, np.ascontiguousarray(around.T)  # axes apart: twice as fast
    for _ in range(STEPS):
        squared = (xs - x) ** 2 + (ys - y) ** 2 + soft
        power = squared ** (params.b - 1)
        pull = weights * power / (1 + params.a * power * squared)
        total = pull.sum()
        x, y = (pull * xs).sum() / total, (pull * ys).sum() / total
    return np.array([x, y])


def _nearness(
    spot: NDArray[np.float64], around: NDArray[np.float64], params: FitParams
) -> NDArray[np.float64]:
    squared = ((around - spot) ** 2).sum(axis=1)
    return np.asarray(1 / (1 + params.a * squared**params.b))


def _placement(spot: NDArray[np.float64], confidence: float) -> Placement:
    x, y = spot.astype(np.float32).tolist()
    return Placement(x, y, float(np.clip(confidence, 0.0, 1.0)))
