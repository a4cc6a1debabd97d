"""Where a full fit starts: the main axes of the vectors."""

import numpy as np
from numpy.typing import NDArray

START_EXTENT = 10.0  # of the land at the start of a full fit, as UMAP's
JITTER = 1e-3  # of that extent: duplicates must not start on one spot


def main_axes(vectors: NDArray[np.float32], seed: int) -> NDArray[np.float32]:
    """float32[n, 2]: the first two principal components, scaled to UMAP's extent per axis."""
    centred = vectors - vectors.mean(axis=0, dtype=np.float64)
    if len(vectors) < vectors.shape[1]:  # the same from the smaller of the two products
        squared, along = np.linalg.eigh(centred @ centred.T)
        flat = along[:, :-3:-1] * np.sqrt(np.maximum(squared[:-3:-1], 0.0))
    else:
        _, axes = np.linalg.eigh(centred.T @ centred)
        flat = centred @ axes[:, :-3:-1]
    flat *= np.where(np.abs(flat).max(axis=0) == flat.max(axis=0), 1.0, -1.0)  # one of two signs
    low, high = flat.min(axis=0), flat.max(axis=0)
    flat = (flat - low) / np.maximum(high - low, 1e-9) * START_EXTENT
    flat = np.round(flat, 3)  # matrix products differ in their last bits from run to run
    noise = np.random.default_rng(seed).normal(0.0, JITTER * START_EXTENT, flat.shape)
    return np.asarray(flat + noise, dtype=np.float32)
