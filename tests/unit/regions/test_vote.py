"""The regions of a new item."""

import numpy as np
import pytest

from muserd.regions.vote import vote


def ballots(*rows):
    return np.array(rows, dtype=np.int32)


@pytest.mark.parametrize(
    ("regions", "weights", "winner"),
    [
        (ballots((1, 2, 3), (1, 2, 3)), [1, 1], (1, 2, 3)),
        (ballots((1, 2, 3), (4, 5, 6), (4, 5, 6)), [3, 1, 1], (1, 2, 3)),
        (ballots((1, 2, 3), (-1, -1, -1), (-1, -1, -1)), [1, 1, 1], (-1, -1, -1)),
        (ballots((1, -1, -1), (-1, -1, -1)), [1, 1], (1, -1, -1)),
        (ballots((7, -1, -1), (4, -1, -1)), [1, 1], (4, -1, -1)),
        (np.empty((0, 3), dtype=np.int32), [], (-1, -1, -1)),
    ],
    ids=["unanimous", "weight", "outliers", "draw with none", "draw of two", "nobody"],
)
def test_the_heaviest_party_wins(regions, weights, winner):
    """Ties go to the elder region, and to a region rather than to none."""
    assert vote(regions, np.array(weights, dtype=np.float32)) == winner


def test_only_those_inside_have_a_say_below():
    """The winner of a level decides which neighbours vote on the next."""
    regions = ballots((1, 2, -1), (1, 3, -1), (1, 3, -1), (9, 2, -1), (9, 2, -1))
    assert vote(regions, np.ones(5, dtype=np.float32)) == (1, 3, -1)
