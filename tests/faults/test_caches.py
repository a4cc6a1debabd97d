"""Caches that are gone, damaged or of another history are made again from the store."""

import hashlib
import json
import shutil
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from muserd.engine.publishing import publisher as publishing
from muserd.ground.records import ItemId, Slot
from muserd.store import codecs, schema
from tests.faults.helpers import notes
from tests.property.world import World, fakes

pytestmark = [
    pytest.mark.skipif(not Path("/proc/sys/fs/inotify").exists(), reason="no inotify"),
    pytest.mark.timeout(300),
]


@pytest.mark.parametrize(
    "damage",
    [
        "{}",
        "not JSON",
        "no-space",
        "no-thumbs",
    ],
)
def test_a_site_that_cannot_be_gone_on_from(tmp_path: Path, damage: str) -> None:
    """Another version's, or damaged: it is a cache, and published anew."""
    with fakes():
        it = World(tmp_path).start()
        try:
            notes(it.root, 3)
            (it.root / "p.png").write_bytes(b"picture")
            it.sync()
            it.stop()
            path = it.where.site / "manifest.json"
            manifest = json.loads(path.read_text())
            if damage == "no-space":
                del manifest["spaces"]["image"]
            elif damage == "no-thumbs":
                manifest["spaces"]["image"]["thumbs"] = {"loose": {}}
            text = damage if damage in {"{}", "not JSON"} else json.dumps(manifest)
            path.write_text(text)
            it.start()
            it.sync()
            it.check()
        finally:
            it.stop()


def test_caches_that_are_gone(tmp_path: Path) -> None:
    """Vectors' cache and site are made again from the store; nothing is encoded again."""
    with fakes():
        it = World(tmp_path).start()
        try:
            notes(it.root, 20)
            it.sync()
            ids, places = it.here(), it.places()
            it.stop()
            shutil.rmtree(it.where.cache)
            shutil.rmtree(it.where.site)
            it.start()
            it.sync()
            it.check()
            assert it.here() == ids
            assert it.places() == places
            assert sum(worker.encoded for worker in it.workers()) == 0
        finally:
            it.stop()


# verify and repair


def digest(it: World) -> str:
    """Of all that the store holds but what a publish writes."""
    found = hashlib.sha256()
    with it.parts.store.read() as reader:
        for table in schema.ALL_TABLES:
            if table not in {schema.JOURNAL, schema.META}:
                for key, data in reader._scan(table):
                    found.update(key + data)
    return found.hexdigest()


def on_thread(it: World, work: Any) -> None:
    done = threading.Event()
    it.parts.mailbox.call(lambda: (work(), done.set()))
    assert done.wait(60)


def test_damaged_caches_are_found_and_made_again(one: World) -> None:
    """A vector in memory, a place in memory, a file of the site: each is named, then repaired."""
    notes(one.root, 20)
    one.sync()
    model = one.parts.models["text"]
    before, places = digest(one), one.places()

    def spoil() -> None:
        assert model.index is not None
        model.index.put(Slot(3), -model.index.decoded(np.array([3]))[0])
        model.columns.places[5] += 1

    on_thread(one, spoil)
    manifest = one.parts.site.manifest()
    assert manifest is not None
    name = manifest.spaces["text"].columns[0]
    (one.where.site / name).write_bytes(b"{}")
    assert sorted(one.verify()) == [
        f"site file {name} is not what its name says",
        "text slot 3: the index of vectors disagrees with the store",
        "text slot 5: its place differs between memory and store",
    ]
    assert one.engine is not None
    assert one.answer(one.engine.verify(repair=True)) == {"ok": True, "problems": []}
    assert digest(one) == before
    assert one.places() == places
    one.sync()
    one.check()


def test_a_damaged_store_is_told_and_left_alone(one: World) -> None:
    """Repair makes caches anew; what it cannot know it does not invent."""
    notes(one.root, 20)
    one.sync()

    def spoil() -> None:
        with one.parts.store.write() as writer:
            (path,) = writer.paths(ItemId(2))
            writer._delete(schema.FILES, path)
            writer._delete(schema.CONTENTS, codecs.content_key("note", writer.item(4).content))
            writer._delete("vectors/text", codecs.u32_key(7))

    on_thread(one, spoil)
    before = digest(one)
    found = "\n".join(one.verify())
    assert "item 2 claims" in found
    assert "item 4 is not found by its content" in found
    assert "text slot 7: no vector" in found
    assert one.engine is not None
    assert one.answer(one.engine.verify(repair=True))["ok"] is False
    assert digest(one) == before


def spoil_a_file(it: World) -> str:
    """Damage that leaves a file of the site as long as it was."""
    manifest = it.parts.site.manifest()
    assert manifest is not None
    name: str = manifest.spaces["text"].details[0]
    path = it.where.site / name
    path.write_bytes(bytes(path.stat().st_size))
    return name


def test_a_file_of_the_same_length_is_repaired(one: World) -> None:
    notes(one.root, 3)
    one.sync()
    name = spoil_a_file(one)
    assert one.verify() == [f"site file {name} is not what its name says"]
    assert one.engine is not None
    assert one.answer(one.engine.verify(repair=True)) == {"ok": True, "problems": []}


def test_a_site_after_the_power_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its files are not synced one by one: after another start of the machine each is looked at."""
    with fakes():
        it = World(tmp_path).start()
        try:
            notes(it.root, 3)
            it.sync()
            spoil_a_file(it)
            it.stop()
            monkeypatch.setattr(publishing, "boot_id", lambda: "another start")
            it.start()
            it.sync()
            it.check()
        finally:
            it.stop()


# backup and restore


def test_a_backup_is_restored(tmp_path: Path) -> None:
    """As `muserctl backup --help` says: stop, replace the folder `store`, start.

    Caches and site of the time after the backup lie beside it; a slot that was given after it is
    given to another content now.
    """
    with fakes():
        it = World(tmp_path).start()
        try:
            notes(it.root, 20)
            it.sync()
            ids, places = it.here(), it.places()
            assert it.engine is not None
            (tmp_path / "copy").mkdir()
            assert "error" not in it.answer(it.engine.backup(tmp_path / "copy"))
            later = it.root / "later.md"
            later.write_bytes(b"after the backup")
            it.sync()
            it.stop()
            shutil.rmtree(it.where.store)
            (tmp_path / "copy").rename(it.where.store)
            later.unlink()
            (it.root / "other.md").write_bytes(b"in its place")
            for save in (False, True):
                it.start()
                it.sync()
                it.check()
                assert ids.items() <= it.here().items()
                assert places.items() <= it.places().items()
                it.stop(save=save)
        finally:
            it.stop()


def test_a_restored_store_has_a_site_of_its_own(tmp_path: Path) -> None:
    """Even when the site beside it has the same revision."""
    with fakes():
        it = World(tmp_path).start()
        try:
            notes(it.root, 3)
            it.sync()
            assert it.engine is not None
            (tmp_path / "copy").mkdir()
            it.answer(it.engine.backup(tmp_path / "copy"))
            it.stop()
            manifest = it.where.site / "manifest.json"
            wrong = json.loads(manifest.read_text())
            wrong["spaces"]["text"]["count"] = 17
            manifest.write_text(json.dumps(wrong))
            shutil.rmtree(it.where.store)
            (tmp_path / "copy").rename(it.where.store)
            it.start()
            it.sync()
            it.check()
        finally:
            it.stop()
