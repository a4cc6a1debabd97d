"""Which files of a space are written when something changed, and which are left alone."""

import pytest

from muserd.engine.publishing.space_files import SpaceFiles
from muserd.ground.records import Slot
from muserd.publish.columns import DETAIL_CHUNK_SIZE
from muserd.publish.manifest import SpaceEntry
from tests.unit.engine.bench import Bench
from tests.unit.engine.maps.samples import fit

SLOW = ("neighbours", "regions", "terrain", "lineage")


class Space:
    """The notes of a bench, on the map, and their files."""

    def __init__(self, bench: Bench, *names: str) -> None:
        bench.ingest(*names)
        bench.publish()
        self.bench, self.model = bench, bench.parts.models["text"]
        self.files = SpaceFiles(self.model, bench.parts.site)

    def write(self, *slots: int, whole: bool = False, slow: bool = False) -> SpaceEntry:
        with self.bench.parts.store.read() as reader:
            self.files.write(reader, {Slot(slot) for slot in slots}, whole=whole, slow=slow)
        assert self.files.entry is not None
        return self.files.entry


@pytest.fixture
def notes(bench: Bench) -> Space:
    return Space(bench, "a.txt", "b.txt", "c.txt")


def layers(entry: SpaceEntry) -> list[object]:
    return [getattr(entry, name) for name in SLOW]


def test_the_first_time_everything_is_written(notes: Space) -> None:
    """Be it slow or not: a page needs every layer."""
    assert (notes.files.entry, notes.files.counts, notes.files.fit_number) == (None, (0, 0), 0)
    entry = notes.write(0, 1, 2)
    assert (entry.count, entry.slots, notes.files.counts) == (3, 3, (3, 3))
    assert (len(entry.columns), len(entry.details), len(entry.neighbours)) == (1, 1, 1)
    assert entry.regions
    assert entry.lineage
    assert notes.files.fit_number == 1


def test_layers_that_may_lag_behind_are_written_when_it_is_their_time(notes: Space) -> None:
    before = notes.write(0, 1, 2)
    notes.model.knn.cosines[0, 0] = 0.125
    quick = notes.write(0)
    assert layers(quick) == layers(before)
    slow = notes.write(0, slow=True)
    assert slow.neighbours != before.neighbours
    assert slow.regions == before.regions


def test_when_the_whole_map_is_another_all_is_written(notes: Space) -> None:
    before = notes.write(0, 1, 2)
    notes.model.knn.cosines[0, 0] = 0.125
    notes.model.columns.confidence[2] = 7
    assert notes.write().columns == before.columns
    whole = notes.write(whole=True)
    assert whole.columns != before.columns
    assert whole.neighbours != before.neighbours


def test_other_bounds_are_another_map(notes: Space) -> None:
    """Coordinates are written relative to them: every chunk is another."""
    before = notes.write(0, 1, 2)
    notes.files.settle()
    x0, y0, x1, y1 = notes.model.bounds
    notes.model.bounds = (x0 - 1, y0, x1, y1)
    after = notes.write()
    assert (after.bounds, before.bounds) == (notes.model.bounds, (x0, y0, x1, y1))
    assert after.columns != before.columns
    notes.files.settle()
    assert notes.write().columns == after.columns  # in force now


def test_details_are_of_what_is_shown_chunk_by_chunk(notes: Space) -> None:
    """A slot that is not shown has none; the last chunk ends with the last slot."""
    with notes.bench.parts.store.read() as reader:
        assert [one is not None for one in notes.files._details(reader, 0)] == [True] * 3
        notes.model.slots.present[1] = False
        notes.model.show(Slot(1))
        assert [one is not None for one in notes.files._details(reader, 0)] == [True, False, True]
        notes.model.slots.reach(DETAIL_CHUNK_SIZE + 1)
        assert len(notes.files._details(reader, 0)) == DETAIL_CHUNK_SIZE
        assert notes.files._details(reader, 1) == [None, None]


def test_what_came_what_left_what_changed(notes: Space) -> None:
    """Compared with what is in force."""
    slots = [Slot(n) for n in (2, 0, 1, 9)]
    assert notes.files.difference(slots) == ([0, 1, 2], [], [])
    notes.files.settle()
    assert notes.files.difference(slots) == ([], [], [0, 1, 2])
    notes.model.slots.present[1] = False
    notes.model.show(Slot(1))
    assert notes.files.difference(slots) == ([], [1], [0, 2])
    notes.files.settle()
    notes.model.slots.present[1] = True
    notes.model.show(Slot(1))
    assert notes.files.difference(slots) == ([1], [], [0, 2])


def test_a_map_without_a_fit_has_no_regions_and_no_tree(notes: Space) -> None:
    notes.model.fit = None
    entry = notes.write(0, 1, 2)
    assert (entry.fit, bool(entry.regions), bool(entry.lineage)) == (None, False, False)
    notes.model.fit = fit(3)
    assert notes.write(slow=True).regions
    assert notes.files.fit_number == 3


def test_a_picture_is_loose_until_it_is_on_a_page(bench: Bench) -> None:
    bench.ingest("a.png", "b.png")
    bench.publish()
    model = bench.parts.models["image"]
    files = SpaceFiles(model, bench.parts.site)
    slot = bench.item("a.png").slot
    assert files.thumbs is not None
    with bench.parts.store.read() as reader:
        files.write(reader, {Slot(0), Slot(1)}, whole=False, slow=False)
        assert set(files.thumbs.loose) == {0, 1}
        told = files.told(reader, [slot])
        assert [one.thumb for one in told] == [files.thumbs.loose[slot]]
        files.thumbs.adopt(1, {}, {0: int(model.columns.id[0])})
        files.write(reader, set(), whole=False, slow=False)
        assert set(files.thumbs.loose) == {1}
        model.slots.present[1] = False
        model.show(Slot(1))
        files.write(reader, set(), whole=False, slow=False)
        assert set(files.thumbs.loose) == set()
