"""Laying a new map over an old one, and a first one along the screen: turned and shifted, never
mirrored, and of another size only while it grows.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

KEPT = 0.8  # of the pairs: the worst fifth does not decide
ROUNDS = 5  # of trimming
FEWEST = 3  # pairs; with fewer a rotation means nothing
ASPECT = 1.6  # width to height of the screens that people have
ANGLES = 90  # that are tried, over half a turn
SEEN = 20_000  # items that are looked at
LEAST_SIZE, MOST_SIZE = 0.25, 4.0  # of what is laid over another: more is no growth
RIM = 0.2  # per cent of the items, at either end of an axis, that do not decide


@dataclass(frozen=True, slots=True)
class Motion:
    """A rotation about the origin, then another size, then a shift.

    Attributes:
        rotation: float64[2, 2], determinant 1; multiplied from the right.
        shift: float64[2].
        size: factor, above 0.
    """

    rotation: NDArray[np.float64]
    shift: NDArray[np.float64]
    size: float = 1.0

    def apply(self, places: NDArray[np.float32]) -> NDArray[np.float32]:
        """float32[n, 2]: the places, moved."""
        turned = places.astype(np.float64) @ self.rotation
        return (self.size * turned + self.shift).astype(np.float32)


def register(
    moving: NDArray[np.float32], fixed: NDArray[np.float32], *, resized: bool = False
) -> Motion:
    """The motion that brings places nearest to others, pair by pair; rigid, or resized as well.

    Orthogonal Procrustes (Kabsch 1976, doi:10.1107/S0567739476001873; with a size: Umeyama 1991,
    doi:10.1109/34.88573) without reflection, repeated without the fifth of the pairs that lies
    farthest apart.

    Args:
        moving: float32[n, 2], finite: what is moved.
        fixed: float32[n, 2], finite: where to; row i of both is the same item.
        resized: whether it may be made larger or smaller, by `MOST_SIZE` at most.
    """
    ours, theirs = moving.astype(np.float64), fixed.astype(np.float64)
    if not len(ours):
        return Motion(np.eye(2), np.zeros(2))
    motion = _kabsch(ours, theirs, resized)
    keep = max(round(KEPT * len(ours)), FEWEST)
    for _ in range(ROUNDS if len(ours) > FEWEST else 0):
        laid = motion.size * (ours @ motion.rotation) + motion.shift
        apart = ((laid - theirs) ** 2).sum(axis=1)
        best = np.sort(np.argsort(apart, kind="stable")[:keep])
        motion = _kabsch(ours[best], theirs[best], resized)
    return motion


def along_the_screen(places: NDArray[np.float32]) -> Motion:
    """The motion that lets a map fill a screen of 16 : 10 best, about its middle.

    Args:
        places: float32[n, 2], finite.
    """
    points = places[:: max(1, len(places) // SEEN)].astype(np.float64)
    if len(points) < FEWEST:
        return Motion(np.eye(2), -points.mean(axis=0) if len(points) else np.zeros(2))
    middle = points.mean(axis=0)
    best, needed = np.eye(2), np.inf
    for step in range(ANGLES):
        angle = np.pi * step / ANGLES
        rotation = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        turned = (points - middle) @ rotation
        low, high = np.percentile(turned, [RIM, 100 - RIM], axis=0)
        width, height = (high - low).tolist()
        # A little less is not worth another angle: the smallest one that is about as good is taken.
        if max(width / ASPECT, height) < needed * (1 - 1e-6):
            best, needed = rotation, max(width / ASPECT, height)
    return Motion(best, -middle @ best)


def radius(places: NDArray[np.float32]) -> float:
    """The root mean square distance from the centre: the size of a map. Above 0."""
    points = places.astype(np.float64)
    if not len(points):
        return 1.0
    return float(np.sqrt(((points - points.mean(axis=0)) ** 2).sum(axis=1).mean())) or 1.0


def _kabsch(ours: NDArray[np.float64], theirs: NDArray[np.float64], resized: bool) -> Motion:
    middle, target = ours.mean(axis=0), theirs.mean(axis=0)
    rotation, size = np.eye(2), 1.0
    if len(ours) >= FEWEST:
        left, strength, right = np.linalg.svd((ours - middle).T @ (theirs - target))
        upright = np.diag([1.0, np.sign(np.linalg.det(left @ right)) or 1.0])
        rotation = left @ upright @ right
        spread = float(((ours - middle) ** 2).sum())
        if resized and spread > 0:
            best = float((strength * np.diag(upright)).sum()) / spread
            size = min(max(best, LEAST_SIZE), MOST_SIZE)
    return Motion(rotation, target - size * (middle @ rotation), size)
