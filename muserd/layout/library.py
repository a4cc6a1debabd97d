"""A full fit by umap-learn itself, for those who want the library's own map.

Slower than `layout.fit`'s own optimiser (its kernels are compiled anew in each process, and a seed
makes it run on one thread), and the same mathematics: see docs/decisions/0001-umap.md.
"""

import warnings

import numpy as np
from numpy.typing import NDArray

from muserd.ground.errors import LayoutError


def umap_learn(
    vectors: NDArray[np.float32], n_neighbors: int, min_dist: float, seed: int
) -> NDArray[np.float32]:
    """Lay out all vectors by `umap.UMAP(metric="cosine")`.

    Args:
        vectors: float32[n, d], unit length.
        n_neighbors: size of a neighbourhood, the item itself included.
        min_dist: least distance of neighbours on the map.
        seed: of every random number.

    Returns:
        float32[n, 2], centred on the origin.

    Raises:
        LayoutError: umap-learn cannot be imported, or gives no finite places.

    Guarantee: the same places for the same arguments and versions.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about Tensorflow, and of numba about its own future
        try:
            import umap
        except ImportError as error:
            raise LayoutError(
                f"umap-learn cannot be loaded: {error}",
                'reinstall it (pip install umap-learn), or set layout.engine = "muser"',
            ) from error
        model = umap.UMAP(
            n_neighbors=min(n_neighbors, len(vectors) - 1),
            min_dist=min_dist,
            metric="cosine",
            random_state=seed,
            n_jobs=1,  # a seeded run has one thread
        )
        places = np.asarray(model.fit_transform(vectors), dtype=np.float32)
    if not np.isfinite(places).all():
        raise LayoutError(
            "umap-learn gave places that are not numbers", 'set layout.engine = "muser"'
        )
    return np.asarray(places - places.mean(axis=0, dtype=np.float64), dtype=np.float32)
