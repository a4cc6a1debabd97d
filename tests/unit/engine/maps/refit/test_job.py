"""What a fit is given of a space, and what it leaves."""

from pathlib import Path

import numpy as np

from muserd.engine.maps.fit_result import EARLY
from muserd.engine.maps.model import SpaceModel
from muserd.engine.maps.refit import job
from muserd.engine.maps.refit.job import Snapshot, take
from muserd.ground.records import FitMethod, FitNumber, ItemId, Slot
from muserd.layout.place import FitParams
from tests.unit.engine.bench import Bench
from tests.unit.engine.maps.samples import fit, region


def model_of(bench: Bench, *names: str) -> SpaceModel:
    bench.ingest(*names)
    bench.publish()
    return bench.parts.models["text"]


def taken(bench: Bench, model: SpaceModel, reason: str = "growth", *, full: bool) -> Snapshot:
    method: FitMethod = "full" if full else "warm"
    return take(model, FitNumber(5), reason, bench.parts.config, method)


def test_a_row_for_each_present_item(bench: Bench) -> None:
    """Neighbours are rows; of an item that is gone, and of a pad, there is none."""
    model = model_of(bench, "a.txt", "b.txt", "c.txt", "d.txt")
    model.slots.present[1] = False
    shot = taken(bench, model, full=True)
    arrays = shot.arrays
    assert shot.slots.tolist() == arrays["slots"].tolist() == [0, 2, 3]
    assert arrays["ids"].tolist() == model.columns.id[[0, 2, 3]].tolist()
    row_of = {0: 0, 2: 1, 3: 2}
    for row, slot in enumerate((0, 2, 3)):
        near = model.knn.neighbours[slot].tolist()
        assert arrays["knn"][row].tolist() == [row_of.get(one, -1) for one in near]
        alike = model.knn.cosines[slot].tolist()
        expected = [c if one in row_of else 0.0 for one, c in zip(near, alike, strict=True)]
        assert arrays["knn_cosines"][row].tolist() == expected
    assert shot.total_slots == 4


def test_only_what_is_on_the_map_has_a_former_place(bench: Bench) -> None:
    model = model_of(bench, "a.txt", "b.txt")
    model.slots.placed[1] = False
    model.columns.regions[:] = 7
    arrays = taken(bench, model, full=True).arrays
    assert arrays["old_places"][0].tolist() == model.columns.places[0].tolist()
    assert np.isnan(arrays["old_places"][1]).all()
    assert arrays["old_labels"].tolist() == [[7, 7, 7], [-1, -1, -1]]
    assert arrays["old_settled"].tolist() == [True, False]


def test_a_fit_starts_from_the_land_where_there_is_one(bench: Bench) -> None:
    """From scratch when it is told to, after a small map, and where nothing is settled."""
    model = model_of(bench, "a.txt", "b.txt")
    assert model.params is None
    assert taken(bench, model, full=False).settings.method == "full"  # of a small map
    assert taken(bench, model, full=False).settings.cell is None
    model.params = FitParams()
    warm = taken(bench, model, full=False).settings
    assert (warm.method, warm.cell) == ("warm", model.cell)
    assert taken(bench, model, full=True).settings.method == "full"
    model.slots.settled[:] = False
    assert taken(bench, model, full=False).settings.method == "full"
    model.fit = None
    assert taken(bench, model, full=False).settings.cell is None


def test_how_a_fit_is_made_is_as_configured(bench: Bench) -> None:
    model, layout = model_of(bench, "a.txt"), bench.parts.config.layout
    model.regions = {one.id: one for one in (region(3), region(8))}
    settings = taken(bench, model, full=True).settings
    assert (settings.seed, settings.n_neighbors) == (layout.seed, layout.n_neighbors)
    assert (settings.number, settings.next_region) == (5, 9)
    assert (settings.text_encoder, settings.image_encoder) == ("auto", "")
    assert (settings.encoder_id, settings.engine) == ("fake-text", layout.engine)
    model.regions = {}
    assert taken(bench, model, full=True).settings.next_region == 1


def test_an_early_fit_is_quick_and_gives_way_where_there_is_a_map(bench: Bench) -> None:
    model = model_of(bench, "a.txt")
    settings = taken(bench, model, EARLY, full=False).settings
    assert (settings.hurried, settings.hurried_before) == (True, False)
    assert job._pace(taken(bench, model, "growth", full=False)) == "thorough"
    assert job._pace(taken(bench, model, EARLY, full=False)) == "yielding"
    model.slots.settled[:] = False
    assert job._pace(taken(bench, model, EARLY, full=False)) == "hurried"
    model.fit = fit(1, reason=EARLY)
    assert taken(bench, model, "growth", full=False).settings.hurried_before


def test_what_a_region_is_named_by(bench: Bench) -> None:
    """Of a note its words and its folder; of a slot that is empty by now, nothing."""
    bench.write("garden/a.txt", "compost and seedlings")
    bench.parts.pipeline.add(bench.raw, [bench.look("garden/a.txt")])
    bench.finish()
    item = bench.item("garden/a.txt")
    with bench.parts.store.read() as reader:
        said = job._item(reader, "text", item.slot)
        assert (said.name, said.text, said.folder) == ("a.txt", "compost and seedlings", "garden")
        assert job._item(reader, "text", Slot(99)).name == ""
        assert job._folder(reader, ItemId(99)) == ""


def test_the_lineage_of_rows_is_one_of_slots(bench: Bench) -> None:
    """Slots that were not in the fit hang nowhere."""
    shot = taken(bench, model_of(bench, "a.txt", "b.txt", "c.txt"), full=True)
    shot.slots, shot.total_slots = np.array([1, 3, 4], np.int32), 6
    tree = job._by_slot(
        shot,
        {
            "parent": np.array([-1, 0, 1], np.int32),
            "parent_cosine": np.array([0.0, 0.5, 0.25], np.float32),
            "weak": np.array([False, True, False]),
        },
    )
    assert tree.parent.tolist() == [-1, -1, -1, 1, 3, -1]
    assert tree.cosine.tolist() == [0.0, 0.0, 0.0, 0.5, 0.25, 0.0]
    assert tree.weak.tolist() == [False, False, False, True, False, False]


def test_what_an_earlier_run_left_is_removed(tmp_path: Path) -> None:
    (tmp_path / "work" / "text-3").mkdir(parents=True)
    (tmp_path / "work" / "text-3" / "vectors.npy").write_bytes(b"old")
    job.clean(tmp_path / "work")
    assert list((tmp_path / "work").iterdir()) == []
