"""Maps of a handful: too few items for neighbourhoods to mean anything."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

FEWEST_TO_FIT = 15  # items; fewer are arranged
RADIUS = 2.0  # of the arrangement, map units: about what a fit gives so few
APART = 0.8  # least distance between two, map units
ROUNDS = 200


def arrange(vectors: NDArray[np.float32], ids: Sequence[int]) -> NDArray[np.float32]:
    """Places for a few items: their two main axes, pushed apart; alike ones stand in a ring.

    Args:
        vectors: float32[n, d], finite.
        ids: of the items; they decide orientation and ties, so rows may come in any order.

    Returns:
        float32[n, 2], centred. The same items have the same places.
    """
    count = len(vectors)
    if count < 2:
        return np.zeros((count, 2), dtype=np.float32)
    order = np.argsort(np.asarray(ids), kind="stable")
    angle = 2 * np.pi * np.arange(count) / count
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    main = _main_axes(vectors[order].astype(np.float64))
    # A trace of the ring keeps apart what the axes cannot tell apart.
    spread = _push_apart(RADIUS * main + 0.05 * ring)
    places = np.empty((count, 2), dtype=np.float32)
    places[order] = spread - spread.mean(axis=0)
    return places


def _main_axes(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """float64[n, 2]: the first two principal components, the first item where x, y are positive."""
    centred = vectors - vectors.mean(axis=0)
    left, strength, _ = np.linalg.svd(centred, full_matrices=False)
    axes = np.zeros((len(vectors), 2))
    found = min(2, int((strength > 1e-6).sum()))
    axes[:, :found] = left[:, :found] * strength[:found]
    for axis in range(found):
        telling = np.flatnonzero(np.abs(axes[:, axis]) > 1e-9)
        if len(telling) and axes[telling[0], axis] < 0:
            axes[:, axis] *= -1
    size = np.sqrt((axes**2).sum(axis=1).mean())
    return axes / size if size > 0 else axes


def _push_apart(places: NDArray[np.float64]) -> NDArray[np.float64]:
    for _ in range(ROUNDS):
        apart = places[:, None] - places[None, :]
        distance = np.sqrt((apart**2).sum(axis=2))
        np.fill_diagonal(distance, np.inf)
        if distance.min() >= APART:
            break
        short = np.maximum(APART * 1.02 - distance, 0.0)
        places = places + (apart / distance[:, :, None] * short[:, :, None]).sum(axis=1) / 2
    return places
