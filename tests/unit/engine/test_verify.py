"""Each invariant that is broken is named, and a store that is as it should be is not blamed."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from muserd.engine import verify
from muserd.ground.records import ContentHash, FileRecord, FileState, ItemId, Slot
from muserd.store.writer import Writer
from tests.unit.engine.bench import Bench


@pytest.fixture
def sound(bench: Bench) -> Bench:
    """Three notes of a root on a published map."""
    bench.parts.root_changes.add(bench.config)
    bench.rest()
    bench.ingest("a.txt", "b.txt", "c.txt")
    bench.publish()
    return bench


def problems(bench: Bench) -> list[str]:
    parts = bench.parts
    return verify.problems(parts.store, parts.models, parts.site, parts.roots, parts.guard)


def file(bench: Bench, name: str) -> FileRecord:
    record = bench.file(name)
    assert record is not None
    return record


def test_all_is_well(sound: Bench) -> None:
    assert problems(sound) == []


Break = Callable[[Bench, Writer], None]


def _loses_its_item(bench: Bench, writer: Writer) -> None:
    writer.put_file(replace(file(bench, "a.txt"), item=None))


def _names_nobody(bench: Bench, writer: Writer) -> None:
    writer.put_file(replace(file(bench, "a.txt"), item=ItemId(99)))


def _is_of_another_root(bench: Bench, writer: Writer) -> None:
    writer.put_file(replace(file(bench, "a.txt"), root=b"/"))


def _is_gone_with_files(bench: Bench, writer: Writer) -> None:
    writer.put_item(replace(bench.item("a.txt"), gone_at_ms=5))


def _is_here_without_files(bench: Bench, writer: Writer) -> None:
    record = file(bench, "a.txt")
    writer.delete_file(record.path)
    writer.put_item(replace(bench.item("b.txt"), id=bench.item("b.txt").id))


def _has_another_content(bench: Bench, writer: Writer) -> None:
    item = bench.item("a.txt")
    writer.put_item(replace(item, content=ContentHash(bytes(32)), id=ItemId(50), slot=Slot(0)))


def _is_in_anothers_slot(bench: Bench, writer: Writer) -> None:
    writer.put_item(replace(bench.item("a.txt"), slot=bench.item("b.txt").slot))


def _has_a_long_vector(bench: Bench, writer: Writer) -> None:
    writer.put_vector("text", bench.item("a.txt").slot, np.full(16, 0.5, np.float32))


def _has_another_vector(bench: Bench, writer: Writer) -> None:
    writer.put_vector("text", bench.item("a.txt").slot, np.eye(16, dtype=np.float32)[3])


def _lies_elsewhere(bench: Bench, _: Writer) -> None:
    bench.parts.models["text"].columns.places[bench.item("a.txt").slot] += 1.0


def _hangs_on_nobody(bench: Bench, writer: Writer) -> None:
    writer.put_lineage("text", bench.item("a.txt").slot, Slot(40), 0.5, False)


@pytest.mark.parametrize(
    ("breaks", "said"),
    [
        (_loses_its_item, "without an item"),
        (_names_nobody, "names item 99, which is not there"),
        (_is_of_another_root, "is of root b'/'; it lies in"),
        (_is_gone_with_files, "has 1 files and gone_at 5"),
        (_is_here_without_files, "has 0 files and gone_at None"),
        (_has_another_content, "item 50 is not the one in its slot 0"),
        (_is_in_anothers_slot, "is not the one in its slot"),
        (_has_a_long_vector, "its vector is not of unit length"),
        (_has_another_vector, "the index of vectors disagrees with the store"),
        (_lies_elsewhere, "its place differs between memory and store"),
        (_hangs_on_nobody, "hangs on slot 40, which is not there"),
    ],
)
def test_what_is_broken_is_named(sound: Bench, breaks: Break, said: str) -> None:
    with sound.parts.store.write() as writer:
        breaks(sound, writer)
    found = problems(sound)
    assert any(said in one for one in found), found


def test_a_parent_that_is_there_is_no_trouble(sound: Bench) -> None:
    with sound.parts.store.write() as writer:
        writer.put_lineage("text", sound.item("a.txt").slot, sound.item("b.txt").slot, 0.5, False)
    assert problems(sound) == []


def test_files_that_failed_or_belong_to_others_have_no_item(sound: Bench) -> None:
    for name, state in (("x.txt", FileState.FAILED), ("y.txt", FileState.PART)):
        record = replace(
            file(sound, "a.txt"), path=bytes(sound.root / name), state=state, item=None
        )
        with sound.parts.store.write() as writer:
            writer.put_file(record)
    assert problems(sound) == []


def test_a_place_of_another_fit_is_none(sound: Bench) -> None:
    model, slot = sound.parts.models["text"], sound.item("a.txt").slot
    with sound.parts.store.write() as writer:
        place = writer.place("text", slot)
        assert place is not None
        writer.put_place("text", slot, replace(place, fit=place.fit + 1))  # type: ignore[arg-type]
    assert problems(sound) == [f"text slot {slot}: placed in memory, not in the store"]
    model.slots.placed[slot] = False  # then neither says that it is
    assert problems(sound) == []


def test_an_item_that_is_away_may_wait_for_its_vector(sound: Bench) -> None:
    """The encoder was switched meanwhile; one that can be read may not."""
    slot = sound.item("a.txt").slot
    with sound.parts.store.write() as writer:
        writer.delete_vector("text", slot)
    assert problems(sound) == [f"text slot {slot}: no vector"]
    with sound.parts.store.write() as writer:
        writer.put_file(replace(file(sound, "a.txt"), state=FileState.OFFLINE))
    assert problems(sound) == []


def test_a_site_without_a_manifest_is_told(sound: Bench) -> None:
    (sound.parts.site.folder / "manifest.json").unlink()
    assert problems(sound) == ["the site has no manifest, or names files that are not there"]
