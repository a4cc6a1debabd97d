import numpy as np
import pytest
from scipy.spatial.distance import cdist

from muserd.layout import rank
from muserd.layout.rank import ACROSS, rank_of, ranks
from muserd.layout.scale import extent

rng = np.random.default_rng(9)
PLACES = np.concatenate([rng.normal(0, 1, (1500, 2)), rng.normal(6, 0.3, (700, 2))]).astype(
    np.float32
)
ORDER = rng.random(2200).astype(np.float32)


def test_shown_items_keep_their_distance() -> None:
    """At every level but the last, no two shown items stand closer than the level allows."""
    levels = ranks(PLACES, ORDER)
    for level in range(12):
        shown = PLACES[levels <= level].astype(np.float64)
        apart = ((shown[:, None] - shown[None, :]) ** 2).sum(axis=2)
        np.fill_diagonal(apart, np.inf)
        assert np.sqrt(apart.min()) >= extent(PLACES) / ACROSS / 2**level * 0.999


def test_shown_items_leave_no_holes() -> None:
    """Whoever is not shown stands near someone who is."""
    levels = ranks(PLACES, ORDER)
    for level in (0, 3, 6):
        shown, hidden = PLACES[levels <= level], PLACES[levels > level]
        apart = ((hidden[:, None] - shown[None, :]) ** 2).sum(axis=2).min(axis=1)
        covered = np.sqrt(apart) < extent(PLACES) / ACROSS / 2**level
        assert covered.mean() > 0.98


def test_important_items_show_first() -> None:
    """The most important item shows at the widest view."""
    order = ORDER.copy()
    order[123] = 10
    assert ranks(PLACES, order)[123] == 0


def test_duplicates_share_a_spot_in_turn() -> None:
    """Of items on one spot one shows early, the others last."""
    levels = ranks(np.zeros((50, 2), dtype=np.float32), np.arange(50, dtype=np.float32))
    assert sorted(levels.tolist()) == [0] + [15] * 49
    assert levels[49] == 0


def test_few_and_none() -> None:
    """An empty map and a single item are no special cases."""
    assert ranks(np.empty((0, 2), np.float32), np.empty(0, np.float32)).shape == (0,)
    assert ranks(np.zeros((1, 2), np.float32), np.zeros(1, np.float32)).tolist() == [0]


def test_an_arrival_shows_where_there_is_room() -> None:
    """Far from all at once; on top of another only at the closest view; gone items do not count."""
    levels = ranks(PLACES, ORDER)
    present = np.ones(len(PLACES), dtype=np.bool_)
    assert rank_of(30, 30, PLACES, levels, present) == 0
    x, y = PLACES[0].tolist()
    assert rank_of(x, y, PLACES, levels, present) == 15
    assert rank_of(x, y, PLACES, levels, np.zeros_like(present)) == 0


def test_an_arrival_shows_from_the_first_level_that_leaves_it_room() -> None:
    """Room is a twelfth of the map, halved from level to level, to who shows there or before."""
    levels = ranks(PLACES, ORDER)
    present = np.arange(len(PLACES)) % 3 > 0
    widest = extent(PLACES[present])
    for x, y in np.random.default_rng(4).uniform(-4, 9, (60, 2)).tolist():
        apart = cdist([(x, y)], PLACES[present].astype(np.float64))[0]
        expected = next(
            level
            for level in range(16)
            if level == 15
            or apart[levels[present] <= level].min(initial=np.inf) >= widest / ACROSS / 2**level
        )
        assert rank_of(x, y, PLACES, levels, present) == expected


def test_few_items_need_no_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scipy is for large maps, in the layout worker; either way the levels are the same."""
    few, order = PLACES[::8], ORDER[::8]
    with monkeypatch.context() as patched:
        patched.setattr(rank, "SMALL", 0)
        by_tree = ranks(few, order)
    monkeypatch.setattr("scipy.spatial.cKDTree", None)
    assert np.array_equal(ranks(few, order), by_tree)
