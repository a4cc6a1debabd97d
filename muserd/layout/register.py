"""Laying a new map over an old one, and a first one along the screen: turned and shifted, never
stretched or mirrored.
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
RIM = 0.2  # per cent of the items, at either end of an axis, that do not decide


@dataclass(frozen=True, slots=True)
class Motion:
    """A rotation about the origin, then a shift.

    Attributes:
        rotation: float64[2, 2], determinant 1; multiplied from the right.
        shift: float64[2].
    """

    rotation: NDArray[np.float64]
    shift: NDArray[np.float64]

    def apply(self, places: NDArray[np.float32]) -> NDArray[np.float32]:
        """float32[n, 2]: the places, moved."""
        return (places.astype(np.float64) @ self.rotation + self.shift).astype(np.float32)


def register(moving: NDArray[np.float32], fixed: NDArray[np.float32]) -> Motion:
    """The rigid motion that brings places nearest to others, pair by pair.

    Orthogonal Procrustes (Kabsch 1976, doi:10.1107/S0567739476001873) without scaling or
    reflection, repeated without the fifth of the pairs that lies farthest apart.

    Args:
        moving: float32[n, 2], finite: what is moved.
        fixed: float32[n, 2], finite: where to; row i of both is the same item.
    """
    ours, theirs = moving.astype(np.float64), fixed.astype(np.float64)
    if not len(ours):
        return Motion(np.eye(2), np.zeros(2))
    motion = _kabsch(ours, theirs)
    keep = max(round(KEPT * len(ours)), FEWEST)
    for _ in range(ROUNDS if len(ours) > FEWEST else 0):
        apart = ((ours @ motion.rotation + motion.shift - theirs) ** 2).sum(axis=1)
        best = np.sort(np.argsort(apart, kind="stable")[:keep])
        motion = _kabsch(ours[best], theirs[best])
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


def _kabsch(ours: NDArray[np.float64], theirs: NDArray[np.float64]) -> Motion:
    middle, target = ours.mean(axis=0), theirs.mean(axis=0)
    rotation = np.eye(2)
    if len(ours) >= FEWEST:
        left, _, right = np.linalg.svd((ours - middle).T @ (theirs - target))
        upright = np.diag([1.0, np.sign(np.linalg.det(left @ right)) or 1.0])
        rotation = left @ upright @ right
    return Motion(rotation, target - middle @ rotation)
