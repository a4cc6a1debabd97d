"""Which scores of a search stand out from the rest."""

import numpy as np
from numpy.typing import NDArray

# A hit must stand out from the space's own background: cosines of a random query differ between
# encoders and queries, so the cut-off is the query's median plus this many robust deviations.
_STANDS_OUT = 3.5
_MAD_TO_SIGMA = 1.4826


def outstanding(scores: NDArray[np.float64]) -> NDArray[np.int64]:
    """The indices of the scores that stand out from the rest, best first; may be empty."""
    if scores.size == 0:
        return np.empty(0, dtype=np.int64)
    median = float(np.median(scores))
    sigma = float(np.median(np.abs(scores - median))) * _MAD_TO_SIGMA
    order = np.lexsort((np.arange(scores.size), -scores))
    return order[scores[order] > median + _STANDS_OUT * max(sigma, 1e-6)]
