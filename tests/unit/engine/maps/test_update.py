"""Model and store change together, in one transaction, or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from muserd.engine.maps.transaction import map_transaction
from muserd.engine.maps.update import MapUpdate
from muserd.ground.records import Slot
from tests.property.world import unlike
from tests.unit.engine.bench import Bench
from tests.unit.engine.maps.test_model import loaded_anew

NAMES = [f"{n}.txt" for n in range(16)]


@pytest.fixture
def mapped(bench: Bench) -> Bench:
    """Sixteen notes with a fit that places others."""
    bench.ingest(*NAMES)
    bench.publish()
    assert bench.parts.models["text"].placing is not None
    return bench


@contextmanager
def update(bench: Bench) -> Iterator[MapUpdate]:
    model = bench.parts.models["text"]
    with map_transaction(bench.parts.store, [model]) as writer:
        yield MapUpdate(model, writer)


def test_a_new_item_is_placed_and_nobody_moves(mapped: Bench) -> None:
    model = mapped.parts.models["text"]
    before = model.columns.places[model.shown].copy()
    mapped.ingest("new.txt")
    slot = mapped.item("new.txt").slot
    assert model.provisional.tolist() == [slot]
    others = model.shown.copy()
    others[slot] = False
    np.testing.assert_array_equal(model.columns.places[others], before)
    with mapped.parts.store.read() as reader:
        stored = dict(reader.places("text"))[slot]
    assert (stored.x, stored.y) == tuple(map(float, model.columns.places[slot]))
    assert not stored.settled


def test_the_neighbours_of_who_comes_and_goes_are_those_of_a_brute_force(mapped: Bench) -> None:
    model = mapped.parts.models["text"]
    mapped.ingest("new.txt")
    gone = mapped.item("3.txt").slot
    mapped.parts.roots.add(mapped.config)
    (mapped.root / "3.txt").unlink()
    mapped.rest()
    assert not model.slots.present[gone]
    for slot in map(int, np.flatnonzero(model.slots.present)):
        with mapped.parts.store.read() as reader:
            near, _ = model.exact_neighbours(slot, 5, reader)
        assert model.knn.neighbours[slot][:5].tolist() == near.tolist()
        assert model.lineage.parent[slot] != gone
    assert unlike(model, loaded_anew(mapped, model)) == []


def test_a_purged_slot_is_on_no_map(mapped: Bench) -> None:
    model, slot = mapped.parts.models["text"], mapped.item("0.txt").slot
    with update(mapped) as one:
        one.purge([slot])
    assert one.changed == {slot}
    assert not model.shown[slot]
    assert slot not in model.land.tolist()
    assert model.index is not None
    assert not model.index.held[slot]


def test_a_transaction_that_fails_changes_nothing(mapped: Bench) -> None:
    model = mapped.parts.models["text"]
    before = loaded_anew(mapped, model)
    with pytest.raises(ValueError, match="no more"), update(mapped) as one:
        one.purge([Slot(0), Slot(1)])
        raise ValueError("no more")
    assert unlike(model, before) == []
