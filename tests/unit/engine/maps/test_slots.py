"""Masks and times grow with the slots, together."""

from muserd.engine.maps.slots import SlotStates


def test_room_is_made_up_to_a_slot_and_including_it() -> None:
    """New slots are nothing at all."""
    slots = SlotStates()
    assert len(slots) == 0
    slots.reach(2)
    assert len(slots) == 3
    masks = (slots.present, slots.settled, slots.placed, slots.offline)
    assert [mask.tolist() for mask in masks] == [[False] * 3] * 4
    assert slots.times_ms.tolist() == [0] * 3


def test_what_is_known_stays_when_slots_are_added() -> None:
    slots = SlotStates()
    slots.reach(1)
    slots.present[1] = slots.offline[0] = True
    slots.times_ms[1] = -5
    slots.reach(0)  # there is room already
    slots.reach(1)
    assert len(slots) == 2
    slots.reach(400)
    assert len(slots) == 401
    assert slots.present.nonzero()[0].tolist() == [1]
    assert slots.offline.nonzero()[0].tolist() == [0]
    assert (slots.settled.any(), slots.placed.any(), slots.times_ms[1]) == (False, False, -5)
