"""Where a refit starts, by hand and by brute force."""

import numpy as np
import pytest

from muserd.layout import warm
from muserd.layout.graph import Graph
from muserd.layout.scale import reach
from muserd.layout.warm import FEWEST_ISLANDERS, SHORE, found_islands, seat, unchanged


def graph_of(weights: np.ndarray) -> Graph:
    """A symmetric matrix as rows of edges."""
    both = np.maximum(weights, weights.T)
    rows, ends = np.nonzero(both)
    starts = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(both)))])
    return Graph(starts, ends.astype(np.int32), both[rows, ends].astype(np.float32))


def test_the_share_of_a_neighbourhood_that_is_as_it_was() -> None:
    """Jaccard's: of the 15 nearest now and the 15 nearest that were settled then."""
    rng = np.random.default_rng(1)
    rows = np.argsort(rng.random((40, 40)), axis=1)[:, :30].astype(np.int32)
    rows[:, 25:] = -1
    rows[3, 4:] = -1
    settled = rng.random(40) < 0.6
    same = unchanged(rows, settled)
    for item in range(40):
        near = [row for row in rows[item].tolist() if row >= 0]
        now, then = set(near[:15]), set([row for row in near if settled[row]][:15])
        share = len(now & then) / len(now | then) if now | then else 1.0
        assert same[item] == pytest.approx(share if settled[item] else 0.0)


def test_a_settled_item_without_neighbours_is_unchanged() -> None:
    rows = np.full((2, 30), -1, dtype=np.int32)
    assert unchanged(rows, np.array([True, False])).tolist() == [1.0, 0.0]


def test_newcomers_are_seated_round_by_round() -> None:
    """At the weighted mean of who stands; then of who was seated; strangers in the middle."""
    weights = np.zeros((6, 6))
    weights[2, 0], weights[2, 1] = 0.75, 0.25  # between two that stand
    weights[3, 2], weights[3, 1] = 0.5, 0.125  # stands count at once: 2 is not seated yet
    weights[4, 3] = 1.0  # knows a newcomer only
    places = np.array([[0, 8], [4, 0], *[[np.nan, np.nan]] * 4], dtype=np.float32)
    seated = seat(graph_of(weights), places, np.isfinite(places[:, 0]))
    assert seated.tolist() == [[0, 8], [4, 0], [1, 6], [4, 0], [4, 0], [2, 4]]


def two_kinds(newcomers: int, ties: float = 0.0) -> tuple[Graph, np.ndarray, np.ndarray]:
    """A grid of settled items far from the origin, and newcomers in its middle, in a row.

    Newcomers are tied to the next one, and by `ties` to a settled item.
    """
    grid = np.stack(np.meshgrid(np.arange(12), np.arange(12)), axis=-1).reshape(-1, 2) + 200.0
    row = np.stack([np.linspace(-1, 1, newcomers) ** 3 + 205.2, np.full(newcomers, 204.4)], axis=1)
    count = len(grid) + newcomers
    weights = np.zeros((count, count))
    for item in range(len(grid), count):
        weights[item, item - 1 if item == count - 1 else item + 1] = 1.0
        weights[item, 0] = ties
    standing = np.arange(count) < len(grid)
    return graph_of(weights), np.concatenate([grid, row]).astype(np.float32), standing


def test_a_new_kind_starts_on_free_land_in_its_own_order() -> None:
    """No settled item within 1.3 radii of its middle; half a radius wide; not mirrored."""
    graph, seated, standing = two_kinds(20)
    placed = found_islands(graph, seated, standing)
    assert np.array_equal(placed[standing], seated[standing])
    before, island = seated[~standing].astype(np.float64), placed[~standing].astype(np.float64)
    radius = reach(seated[standing]) / np.sqrt(15) * np.sqrt(20)
    apart = before - np.median(before, axis=0)
    spread = np.sqrt((apart**2).sum(axis=1).mean())
    far = np.maximum(np.linalg.norm(apart, axis=1, keepdims=True) / spread, 2) / 2
    centre = (island - apart / spread / far * radius / 2).mean(axis=0)
    np.testing.assert_allclose(island, centre + apart / spread / far * radius / 2, atol=1e-3)
    free = np.linalg.norm(seated[standing] - centre, axis=1).min()
    assert free >= SHORE * radius * 0.999
    # The nearest such land, up to a ring's width and the steps along it.
    shore = 11 - 4.4 + SHORE * radius
    assert np.linalg.norm(centre - np.median(before, axis=0)) < shore + SHORE * radius


@pytest.mark.parametrize(
    ("newcomers", "ties", "moves"),
    [
        (FEWEST_ISLANDERS, 0.0, True),
        (FEWEST_ISLANDERS - 1, 0.0, False),  # they find their way from the shore
        (20, 1.0, True),  # half of the ties of those at the ends are to newcomers, of others more
        (20, 2.5, False),  # most ties are to settled items: no new kind
    ],
)
def test_only_many_of_a_new_kind_get_land(newcomers: int, ties: float, moves: bool) -> None:
    graph, seated, standing = two_kinds(newcomers, ties)
    placed = found_islands(graph, seated, standing)
    assert (placed != seated)[~standing].any(axis=1).all() == moves


def test_two_kinds_get_two_lands() -> None:
    """The second one keeps off the first."""
    graph, seated, standing = two_kinds(20)
    other = Graph(
        np.concatenate([graph.starts, graph.starts[-1] + graph.starts[145:] - graph.starts[144]]),
        np.concatenate([graph.ends, graph.ends[graph.starts[144] :] + np.int32(20)]),
        np.concatenate([graph.weights, graph.weights[graph.starts[144] :]]),
    )
    both = np.concatenate([seated, seated[~standing]])
    stand = np.arange(len(both)) < 144
    placed = found_islands(other, both, stand)
    one, two = placed[144:164], placed[164:]
    assert np.linalg.norm(one[:, None] - two[None], axis=2).min() > 0.5


def test_open_water_is_the_nearest_ring_with_room() -> None:
    """Where nobody is in the way it is the spot itself; else the freest spot of a ring."""
    taken = np.array([[100.0, 100.0]])
    assert warm._open_water(np.array([103.0, 100.0]), warm._Taken(taken), 3.0).tolist() == [
        103,
        100,
    ]
    assert warm._open_water(np.array([104.0, 104.0]), warm._Taken(taken), 3.0).tolist() == [
        104,
        104,
    ]
    spot = warm._open_water(np.array([101.0, 100.0]), warm._Taken(taken), 3.0)
    assert spot.tolist() == [103, 100]  # the third ring has the radius; 1 + 3 − 1 away: the first
    crowd = np.random.default_rng(0).uniform(90, 110, (300, 2))
    spot = warm._open_water(np.array([100.0, 100.0]), warm._Taken(crowd), 2.0)
    assert np.linalg.norm(crowd - spot, axis=1).min() >= 2.0
    for ring in range(round(np.linalg.norm(spot - 100) / (2 / 3))):
        angle = 2 * np.pi * np.arange(max(6 * ring, 1)) / max(6 * ring, 1)
        spots = 100 + ring * 2 / 3 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        assert (np.linalg.norm(spots[:, None] - crowd[None], axis=2).min(axis=1) < 2).all()
