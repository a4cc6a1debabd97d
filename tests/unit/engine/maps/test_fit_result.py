"""What a fit says of a space: kept, read again, and carried over to what is there now."""

import numpy as np

from muserd.engine.maps.fit_result import FitResult, bounds_of
from muserd.ground.records import NO_ITEM
from tests.unit.engine.maps.samples import region, result


def test_what_is_stored_is_read_again() -> None:
    before = result([0, 2], [5, 6], (region(4),))
    after = FitResult.of_stored(before.stored())
    for name in ("slots", "ids", "places", "relaxed", "labels", "ranks"):
        assert getattr(after, name).tolist() == getattr(before, name).tolist()
    assert (after.regions, after.bounds, after.frame) == (
        before.regions,
        before.bounds,
        before.frame,
    )
    assert (after.terrain, after.params, after.cell) == (None, None, before.cell)


def test_rows_of_items_that_left_their_slot_are_lost() -> None:
    """The item is another one, the slot is empty, or there is no such slot any more."""
    fitted = result([0, 1, 2, 3, 4], [10, 11, 12, NO_ITEM, 14])
    now = np.array([10, 99, NO_ITEM, NO_ITEM], np.uint32)
    same, lost = fitted.split(now)
    assert same.slots.tolist() == [0]
    assert same.ids.tolist() == [10]
    assert same.places.tolist() == [[0.0, 0.0]]
    assert lost[:, 0].tolist() == [1.0, 2.0, 3.0, 4.0]


def test_the_last_slot_counts() -> None:
    same, lost = result([0, 1], [10, 11]).split(np.array([10, 11], np.uint32))
    assert (same.slots.tolist(), len(lost)) == ([0, 1], 0)


def test_names_that_were_pinned_meanwhile_are_kept() -> None:
    """Also one that was let go; what is pinned as before has the name of the fit."""
    fitted = result([], [], (region(1), region(2, pinned=True), region(3), region(9)))
    current = {
        one.id: one
        for one in (
            region(1, name="Mine", pinned=True),
            region(2, name="By itself", pinned=False),
            region(3, name="Former"),
        )
    }
    kept = fitted.without_pins_lost(current).regions
    assert [(one.name, one.pinned) for one in kept] == [
        ("Mine", True),
        ("By itself", False),
        ("Gardens", False),
        ("Gardens", False),  # new: nobody could pin it
    ]


def test_bounds_leave_a_quarter_of_the_longer_side_around() -> None:
    places = np.array([[0, 0], [8, 2]], np.float32)
    relaxed = np.array([[-4, 1]], np.float32)
    assert bounds_of(places, relaxed) == (-7.0, -3.0, 11.0, 5.0)


def test_a_single_place_has_room_of_a_quarter_around() -> None:
    assert bounds_of(np.array([[3, 3]], np.float32)) == (2.75, 2.75, 3.25, 3.25)
    assert bounds_of(np.zeros((0, 2), np.float32)) == (-0.25, -0.25, 0.25, 0.25)
