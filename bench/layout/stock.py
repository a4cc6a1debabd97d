"""umap-learn and hdbscan as they come, with Muser's settings."""

from typing import Any

import numpy as np

from bench.layout.fits import Places, Vectors, moves, timed, told
from bench.layout.regions import continuity_of
from muserd.layout.register import register


def model(seed: int | None = None) -> Any:
    """UMAP; without a seed it uses all threads, which is its best."""
    import umap

    return umap.UMAP(n_neighbors=15, min_dist=0.1, metric="cosine", random_state=seed)


def refit(vectors: Vectors, known: int) -> dict[str, Any]:
    """A map of the first items, then one of all, registered on it as well as it can be."""
    model().fit(vectors[:500])  # compiles
    before = model().fit(vectors[:known]).embedding_
    after, cost = timed(lambda: model().fit(vectors).embedding_)
    turned = register(after[:known], before).apply(after)
    return {
        "fit": cost,
        "drift": moves(before, turned),
        "drift_scaled": moves(before, scaled(after, before)),
        "kept_regions": continuity_of(before, turned, held=False),
        **told(vectors, after),
    }


def scaled(moving: Places, fixed: Places) -> Places:
    """Registered as well as it can be: turned, shifted, mirrored and scaled."""
    ours, theirs = moving[: len(fixed)].astype(np.float64), fixed.astype(np.float64)
    middle, target = ours.mean(axis=0), theirs.mean(axis=0)
    left, strength, right = np.linalg.svd((ours - middle).T @ (theirs - target))
    scale = strength.sum() / ((ours - middle) ** 2).sum()
    return ((moving - middle) @ (left @ right) * scale + target).astype(np.float32)
