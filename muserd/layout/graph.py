"""UMAP's fuzzy graph, from neighbour lists that are already known.

The mathematics is that of umap-learn (McInnes, Healy, Melville 2018, arXiv:1802.03426): each
item's distances become memberships that sum to log2 k; the union of both directions is
A + Aᵀ − A ∘ Aᵀ. Runs in the layout worker (scipy).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NOBODY = -1
BISECTIONS = 64
LEAST_SHARE = 1e-3  # of the mean distance: σ is not smaller
SPREAD = 1.0
SAME = 1e-6  # cosines of duplicates differ from 1 by so much in float32


@dataclass(frozen=True, slots=True)
class Graph:
    """A symmetric weighted graph as rows: those of item i lie from starts[i] to starts[i + 1].

    Attributes:
        starts: int64[n + 1].
        ends: int32[m].
        weights: float32[m], above 0, at most 1.
    """

    starts: NDArray[np.int64]
    ends: NDArray[np.int32]
    weights: NDArray[np.float32]

    @property
    def rows(self) -> NDArray[np.int32]:
        """int32[m]: the item that each edge starts from."""
        return np.repeat(np.arange(len(self.starts) - 1, dtype=np.int32), np.diff(self.starts))

    def strongest(self, epochs: int) -> "Graph":
        """Without the edges that so many epochs would never draw."""
        keep = self.weights >= self.weights.max(initial=0.0) / epochs
        counts = np.bincount(self.rows[keep], minlength=len(self.starts) - 1)
        starts = np.concatenate([[0], np.cumsum(counts)])
        return Graph(starts.astype(np.int64), self.ends[keep], self.weights[keep])


def fuzzy_graph(
    neighbours: NDArray[np.int32], cosines: NDArray[np.float32], n_neighbors: int
) -> Graph:
    """The graph of a fit.

    Args:
        neighbours: int32[n, k] rows, nearest first, without the item itself; −1 pads.
        cosines: float32[n, k].
        n_neighbors: the size of a neighbourhood, the item itself included.
    """
    from scipy.sparse import csr_matrix

    count = len(neighbours)
    used = neighbours[:, : n_neighbors - 1]
    real = used != NOBODY
    distances = np.maximum(1.0 - cosines[:, : n_neighbors - 1].astype(np.float64), 0.0)
    strengths = _memberships(distances, real, n_neighbors)
    rows = np.repeat(np.arange(count), real.sum(axis=1))
    directed = csr_matrix((strengths[real], (rows, used[real])), shape=(count, count))
    union = directed + directed.T - directed.multiply(directed.T)
    union = union.tocsr()
    union.eliminate_zeros()
    union.sort_indices()
    return Graph(
        union.indptr.astype(np.int64),
        union.indices.astype(np.int32),
        np.minimum(union.data, 1.0).astype(np.float32),
    )


def curve(min_dist: float) -> tuple[float, float]:
    """The a and b of 1 / (1 + a d^2b) that fit a plateau of width min_dist, as in UMAP."""
    from scipy.optimize import curve_fit

    def nearness(d: NDArray[np.float64], a: float, b: float) -> NDArray[np.float64]:
        return np.asarray(1.0 / (1.0 + a * d ** (2 * b)))

    distance = np.linspace(0, SPREAD * 3, 300)
    wanted = np.where(distance < min_dist, 1.0, np.exp(-(distance - min_dist) / SPREAD))
    (a, b), _ = curve_fit(nearness, distance, wanted)
    return float(a), float(b)


def _memberships(
    distances: NDArray[np.float64], real: NDArray[np.bool_], n_neighbors: int
) -> NDArray[np.float64]:
    """float64[n, k]: exp(−(d − ρ) / σ), such that each row sums to log2 of its size.

    ρ is the distance to the nearest item that is no duplicate. The item itself, which UMAP keeps
    in its lists, only counts for the size of the neighbourhood and the mean.
    """
    count = len(distances)
    distances = np.where(distances > SAME, distances, 0.0)
    apart = np.where(real & (distances > 0), distances, np.inf)
    rho = apart.min(axis=1, initial=np.inf)
    rho[np.isinf(rho)] = 0.0
    beyond = np.where(real, np.maximum(distances - rho[:, None], 0.0), np.inf)
    target = np.log2(n_neighbors)
    low, high, sigma = np.zeros(count), np.full(count, np.inf), np.ones(count)
    for _ in range(BISECTIONS):
        total = np.exp(-beyond / sigma[:, None]).sum(axis=1)
        over = total > target
        high, low = np.where(over, sigma, high), np.where(over, low, sigma)
        with np.errstate(invalid="ignore"):
            middle = (low + high) / 2
        close = np.abs(total - target) < 1e-5
        sigma = np.where(close, sigma, np.where(np.isinf(high), sigma * 2, middle))
    sizes = real.sum(axis=1) + 1
    own_mean = np.where(real, distances, 0.0).sum(axis=1) / sizes
    overall = float(own_mean.mean()) if count else 0.0
    sigma = np.maximum(sigma, LEAST_SHARE * np.where(rho > 0, own_mean, overall))
    return np.asarray(np.exp(-beyond / np.maximum(sigma, 1e-12)[:, None]))
