"""The model of a space is what the store says, before and after a restart."""

import numpy as np

from muserd.engine.maps.model import SpaceModel, finest_of
from muserd.ground.records import Slot
from tests.property.fakes import vector_of
from tests.property.world import unlike
from tests.unit.engine.bench import Bench


def loaded_anew(bench: Bench, model: SpaceModel) -> SpaceModel:
    again = SpaceModel(model.space, bench.root.parent / "cache" / "vectors")
    with bench.parts.store.read() as reader:
        again.load(reader)
    return again


def test_a_model_that_grew_equals_one_that_is_loaded(bench: Bench) -> None:
    model = bench.parts.models["text"]
    bench.ingest("a.txt", "b.txt", "c.txt")
    bench.publish()
    assert unlike(model, loaded_anew(bench, model)) == []


def test_vectors_are_loaded_from_the_cache_and_from_the_store_alike(bench: Bench) -> None:
    model = bench.parts.models["text"]
    bench.ingest("a.txt", "b.txt")
    with bench.parts.store.read() as reader:
        vectors = dict(reader.vectors("text"))
        model.save(reader)
        model.load(reader)  # from the cache
    model._cache.unlink()
    assert len(vectors) == 2
    for one in (model, loaded_anew(bench, model)):
        assert one.index is not None
        assert all(one.index.holds(slot, vector) for slot, vector in vectors.items())


def test_an_item_waits_for_a_fit_is_placed_and_leaves(bench: Bench) -> None:
    model = bench.parts.models["text"]
    bench.ingest("a.txt")
    slot = bench.item("a.txt").slot
    assert (model.unplaced.tolist(), model.shown[slot]) == ([slot], False)
    bench.publish()
    assert (model.unplaced.tolist(), model.shown[slot]) == ([], True)
    assert model.provisional.tolist() == []  # the fit contains it
    model.slots.settled[slot] = False
    assert model.provisional.tolist() == [slot]


def test_the_nearest_of_a_slot_are_those_of_a_brute_force(bench: Bench) -> None:
    names = [f"{n}.txt" for n in range(12)]
    bench.ingest(*names)
    model = bench.parts.models["text"]
    slot = int(bench.item("0.txt").slot)
    with bench.parts.store.read() as reader:
        rows = reader.vectors_of("text", np.arange(12)).astype(np.float64)
        near, alike = model.exact_neighbours(slot, 3, reader)
    cosines = rows @ rows[slot]
    cosines[slot] = -2.0
    assert near.tolist() == np.argsort(-cosines)[:3].tolist()
    np.testing.assert_allclose(alike, np.sort(cosines)[::-1][:3], atol=1e-6)


def test_every_present_item_has_a_score_for_a_query(bench: Bench) -> None:
    bench.ingest("a.txt", "b.txt")
    model, item = bench.parts.models["text"], bench.item("a.txt")
    query = vector_of(item.content)
    with bench.parts.store.read() as reader:
        slots, scores = model.scores(query, None, reader)
        assert slots[int(np.argmax(scores))] == item.slot
        assert abs(float(scores.max()) - 1.0) < 1e-6
        model.slots.present[Slot(int(item.slot))] = False
        assert item.slot not in model.scores(query, None, reader)[0]
        assert len(model.scores(query[:-1], None, reader)[0]) == 0  # of another encoder


def test_the_finest_region_of_each_row() -> None:
    labels = np.array([[1, 4, 7], [1, 5, -1], [2, -1, -1], [-1, -1, -1]], np.int32)
    assert finest_of(labels).tolist() == [7, 5, 2, -1]


def test_a_space_whose_encoder_was_switched_has_rows_for_its_slots(bench: Bench) -> None:
    """Nobody is there until the new encoder has read them; their rows hold nobody."""
    model = bench.parts.models["text"]
    bench.ingest("a.txt", "b.txt")
    with bench.parts.store.write() as writer:
        writer.put_meta("encoder/text", None)
    again = loaded_anew(bench, model)
    assert len(again) == len(again.knn) == 2
    assert not again.slots.present.any()
    assert unlike(again, loaded_anew(bench, model)) == []
