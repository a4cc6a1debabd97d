import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from muserd.ground.cosines import Cosines
from muserd.layout.knn import KnnGraph

USED = 15

# A coarse similarity: many ties, as duplicates make them.
SEEDS = st.integers(0, 2**32 - 1)
STEPS = st.lists(st.tuples(st.booleans(), st.integers(0, 59)), min_size=1, max_size=120)


def likeness(seed: int, count: int, values: int = 40) -> NDArray[np.float32]:
    drawn = np.random.default_rng(seed).integers(0, values, (count, count))
    alike = np.triu(drawn, 1)
    return ((alike + alike.T) / values).astype(np.float32)


def rebuilt(alike: NDArray[np.float32], present: NDArray[np.bool_], slot: int) -> list[int]:
    others = [other for other in np.flatnonzero(present).tolist() if other != slot]
    return sorted(others, key=lambda other: (-alike[slot, other], other))


class Mirror:
    """A graph under test with the truth beside it."""

    def __init__(self, alike: NDArray[np.float32], kept: int = 30, error: float = 0.0) -> None:
        self.alike, self.error = alike, error
        self.rng = np.random.default_rng(0)
        self.present = np.zeros(len(alike), dtype=np.bool_)
        self.graph = KnnGraph(kept)
        self.refills = 0

    def insert(self, slot: int) -> None:
        before = self.rows()
        changed = self.graph.insert(slot, self.cosines_of(slot), self.present)
        self.present[slot] = True
        self.check_changed(before, changed, slot)

    def cosines_of(self, slot: int) -> Cosines:
        """Those of a slot to all, off by at most the error until somebody asks."""
        row = self.alike[slot]
        off = self.rng.uniform(-self.error, self.error, len(row)).astype(np.float32)
        errors = np.full(len(row), 1.01 * self.error, np.float32)
        # The vector has one number, which is 1: the numbers of the others are the cosines.
        return Cosines(np.ones(1, np.float32), row + off, errors, lambda slots: row[slots, None])

    def remove(self, slot: int) -> None:
        self.present[slot] = False
        before = self.rows()
        changed = self.graph.remove(slot, self.refill)
        self.check_changed(before, changed, slot)

    def refill(self, slot: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        self.refills += 1
        slots = np.array(rebuilt(self.alike, self.present, slot)[:40], dtype=np.int64)
        return slots, self.alike[slot, slots]

    def rows(self) -> dict[int, list[int]]:
        return {slot: row.tolist() for slot, row in enumerate(self.graph.neighbours)}

    def check_changed(
        self, before: dict[int, list[int]], changed: NDArray[np.int32], slot: int
    ) -> None:
        after = self.rows()
        really = [
            row
            for row in after
            if row != slot and after[row] != before.get(row, [-1] * self.graph.kept)
        ]
        assert really == changed.tolist()

    def check(self) -> None:
        for slot in range(len(self.graph)):
            row = self.graph.neighbours[slot]
            held = row[row >= 0].tolist()
            assert (row[len(held) :] == -1).all()
            if not self.present[slot]:
                assert held == []
                continue
            truth = rebuilt(self.alike, self.present, slot)
            assert held == truth[: len(held)]
            assert len(held) >= min(USED, self.graph.kept, len(truth))
            assert np.array_equal(self.graph.cosines[slot, : len(held)], self.alike[slot, held])


@settings(max_examples=60, deadline=None)
@given(SEEDS, STEPS, st.sampled_from([0.0, 0.004, 0.3]))
def test_lists_equal_a_rebuild(seed: int, steps: list[tuple[bool, int]], error: float) -> None:
    """Whatever comes and goes, each list is a prefix of the true one, and long enough.

    So it is where cosines are known within an error: those that decide are asked for.
    """
    mirror = Mirror(likeness(seed, 60), error=error)
    for slot in np.random.default_rng(seed).permutation(60)[:40].tolist():
        mirror.insert(slot)
    mirror.check()
    for arrives, slot in steps:
        if arrives and not mirror.present[slot]:
            mirror.insert(slot)
        elif not arrives and mirror.present[slot]:
            mirror.remove(slot)
        mirror.check()


def test_departures_use_the_slack_first() -> None:
    """Nothing is searched for until a list is shorter than what is used."""
    mirror = Mirror(likeness(1, 60))
    for slot in range(60):
        mirror.insert(slot)
    for slot in range(10):
        mirror.remove(slot)
    assert mirror.refills == 0
    for slot in range(10, 40):
        mirror.remove(slot)
    assert mirror.refills > 0
    mirror.check()


def test_equal_items_are_listed_by_slot() -> None:
    """Among duplicates the lower slot comes first, whenever it arrived."""
    mirror = Mirror(np.ones((50, 50), dtype=np.float32))
    for slot in reversed(range(50)):
        mirror.insert(slot)
    assert mirror.graph.neighbours[49].tolist() == list(range(30))
    assert mirror.graph.neighbours[0].tolist() == list(range(1, 31))


def test_loaded_rows_go_on_like_inserted_ones() -> None:
    """A graph put together from stored rows takes arrivals like the one that was stored."""
    mirror = Mirror(likeness(3, 60))
    for slot in range(50):
        mirror.insert(slot)
    loaded = KnnGraph()
    for some in (np.arange(0, 50, 2), np.arange(1, 50, 2), np.empty(0, np.intp)):
        loaded.put_rows(some, mirror.graph.neighbours[some], mirror.graph.cosines[some])
    mirror.graph = loaded
    for slot in range(50, 60):
        mirror.insert(slot)
    mirror.remove(7)
    mirror.check()


def test_alone_and_nobody() -> None:
    """One item has no neighbours; the last one may leave."""
    mirror = Mirror(likeness(4, 3))
    mirror.insert(2)
    mirror.check()
    mirror.remove(2)
    assert mirror.graph.remove(2, mirror.refill).size == 0
    mirror.insert(1)
    mirror.insert(0)
    mirror.check()


@pytest.mark.parametrize("gap", [0, 500])
def test_slots_may_leave_gaps(gap: int) -> None:
    """Rows of slots without an item are empty."""
    graph = KnnGraph()
    cosines = np.zeros(gap + 1, dtype=np.float32)
    graph.insert(gap, Cosines.known(cosines), np.zeros(gap + 1, dtype=np.bool_))
    assert len(graph) == gap + 1
    assert (graph.neighbours == -1).all()


def test_a_row_that_is_not_there_can_go() -> None:
    """As one can that holds nobody: nothing changes."""
    graph = KnnGraph()
    graph.reach(3)
    for slot in (0, 2, 3, 9):
        assert graph.remove(slot, lambda _: pytest.fail("asked")).tolist() == []
    assert len(graph) == 3
