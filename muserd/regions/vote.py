"""The regions of a new item: its neighbours vote, level by level."""

import numpy as np
from numpy.typing import NDArray

from muserd.ground.records import LEVELS, NO_REGION, RegionId

Regions = tuple[RegionId, RegionId, RegionId]


def vote(neighbour_regions: NDArray[np.int32], weights: NDArray[np.float32]) -> Regions:
    """The region per level that the neighbours carry with the most weight.

    The vote descends: below a region only the neighbours inside it have a say, so the answer is
    nested like the regions themselves. Neighbours without a region vote for none; when none wins,
    the item is an outlier from that level on. Ties go to the elder (smaller) id.

    HDBSCAN's own `approximate_predict` is not used: it forgets several of the parameters that cut
    the regions (hdbscan issue 375).

    Args:
        neighbour_regions: int32[k, 3]; −1 for an outlier at that level.
        weights: float32[k], not negative, e.g. the cosines.

    Returns:
        One region id per level.
    """
    chosen = [NO_REGION] * LEVELS
    electors = np.ones(len(weights), dtype=bool)
    for level in range(LEVELS):
        ballots = neighbour_regions[electors, level]
        if not ballots.size:
            break
        parties, party = np.unique(ballots, return_inverse=True)
        tally = np.bincount(party, weights=weights[electors].astype(np.float64))
        leading = parties[tally >= tally.max()]
        # An outlier's −1 sorts first: a draw between none and a region goes to the region.
        winner = RegionId(int(leading[leading >= 0][0])) if (leading >= 0).any() else NO_REGION
        if winner == NO_REGION:
            break
        chosen[level] = winner
        electors &= neighbour_regions[:, level] == winner
    return chosen[0], chosen[1], chosen[2]
