"""Shards come onto the maps as if the workers had read the files, and nothing is read twice."""

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from muserd.engine.adopt import adopter
from muserd.ground.errors import StoreFullError
from muserd.ground.records import FileState
from muserd.shards import manifest
from muserd.store.environment import Store
from tests.press import THUMBS
from tests.property.fakes import DIM
from tests.unit.engine.adopt.conftest import Bench


def test_what_is_adopted_is_on_the_maps_and_never_read(bench: Bench) -> None:
    paths = bench.write("a.md", "b.md", "c.jpg", "sub/d.md", "e \udcff.md")
    bench.press.shards(paths, each=2)
    done = bench.adopt()
    assert (done["items"], done["files"], done["shards"], done["refused"]) == (5, 5, 3, [])
    bench.settle()
    assert bench.read == 0
    bench.world.check()


def test_names_titles_texts_and_thumbnails_are_kept(bench: Bench) -> None:
    note, picture = bench.write("a note.md", "a picture.jpg")
    bench.press.shards([note, picture])
    bench.adopt()
    with bench.world.parts.store.read() as reader:
        items = {item.name: item for item in reader.items()}
        assert set(items) == {"a note.md", "a picture.jpg"}  # not what the shard says
        assert items["a note.md"].facts.title == "a note.md"
        assert reader.text(items["a note.md"].id) == "a text"
        assert reader.thumbs(items["a picture.jpg"].id) == THUMBS


def test_twice_is_harmless(bench: Bench) -> None:
    bench.press.shards(bench.notes(6))
    first = bench.adopt()
    before = bench.world.places()
    second = bench.adopt()
    assert (first["items"], second["items"], second["known"]) == (6, 0, 6)
    assert bench.world.places() == before
    bench.settle()
    bench.world.check()


def test_the_same_shard_under_two_names_is_one(bench: Bench) -> None:
    rows = [bench.press.row(path) for path in bench.notes(3)]
    bench.press.shard(rows)
    bench.press.shard(rows)
    done = bench.adopt()
    assert (done["items"], done["known"]) == (3, 3)


def test_parts_failures_and_further_files_of_an_item(bench: Bench) -> None:
    jpeg, raw, broken, one, same = bench.write("p.jpg", "p.nef", "x.jpg", "one.md", "same.md")
    shutil.copyfile(os.fsdecode(one), os.fsdecode(same))
    row, lost = bench.press.row, {"content": b""}
    bench.press.shard(
        [
            row(jpeg),
            row(raw, state="part", **lost),
            row(broken, state="failed", cause="corrupt", message="no\x1b[31m picture", **lost),
        ]
    )
    bench.press.shard([row(one), row(same, state="same")])
    done = bench.adopt()
    assert (done["items"], done["files"] + done["known"]) == (2, 5)  # the scan knew the part
    states = {os.path.basename(path): state for path, (state, _, _) in bench.world.files().items()}
    assert states == {
        b"p.jpg": FileState.PRESENT,
        b"p.nef": FileState.PART,
        b"x.jpg": FileState.FAILED,
        b"one.md": FileState.PRESENT,
        b"same.md": FileState.PRESENT,
    }
    (failure,) = bench.world.engine.failures()  # type: ignore[union-attr]
    assert failure.cause == "corrupt"
    assert "\x1b" not in failure.message
    bench.settle()
    assert bench.read == 0


def test_what_could_not_be_reached_is_read_by_the_daemon(bench: Bench) -> None:
    here, away = bench.write("here.md", "away.md")
    lost = {"state": "again", "content": b"", "cause": "vanished"}
    bench.press.shard([bench.press.row(away, **lost), bench.press.row(here)])
    done = bench.adopt()
    assert (done["items"], done["again"]) == (1, 1)
    bench.settle()
    assert bench.read == 1
    bench.world.check()


def test_what_changed_or_went_since_is_left_to_the_scan(bench: Bench) -> None:
    kept, changed, gone = bench.write("kept.md", "changed.md", "gone.md")
    bench.press.shards([kept, changed, gone])
    Path(os.fsdecode(changed)).write_text("another content")
    os.unlink(gone)
    done = bench.adopt()
    assert (done["items"], done["changed"], done["gone"]) == (1, 1, 1)
    bench.settle()
    assert bench.read == 1
    bench.world.check()


def test_what_the_rules_leave_out_is_left_out(bench: Bench) -> None:
    bench.press.shards(bench.write("a.md", "node_modules/b.md", ".hidden/c.md"))
    done = bench.adopt()
    assert (done["items"], done["left_out"]) == (1, 2)
    assert len(bench.world.files()) == 1


def test_folders_that_are_called_otherwise_here(bench: Bench) -> None:
    """Inode and ctime are other ones on another file system: size and mtime tell."""
    paths = bench.notes(5)
    bench.press.shards(paths)
    elsewhere = bench.world.base / "elsewhere"
    shutil.copytree(bench.world.root, elsewhere)
    before = os.fsencode(elsewhere)
    bench.press = type(bench.press)(bench.world.base / "others", before)
    bench.press.shards([path.replace(os.fsencode(bench.world.root), before) for path in paths])
    refused = bench.adopt()
    assert "is in no watched folder" in refused["error"]["message"]
    assert "--root FROM=TO" in refused["error"]["hint"]
    done = bench.adopt({before: os.fsencode(bench.world.root)})
    assert done["items"] == 5
    bench.settle()
    assert bench.read == 0
    bench.world.check()


def test_a_rename_of_what_is_no_folder_of_the_import_is_refused(bench: Bench) -> None:
    bench.press.shards(bench.notes(1))
    done = bench.adopt({b"/nowhere": b"/else"})
    assert "/nowhere is no folder of the import" in done["error"]["message"]


def test_a_folder_that_is_away_is_refused(bench: Bench) -> None:
    bench.press.shards(bench.notes(2))
    root = bench.world.root
    root.rename(root.with_name("away"))
    engine = bench.world.engine
    assert engine is not None
    engine.rescan(None, force=False)
    bench.world.wait_for(lambda: engine.status().roots[0].state == "offline")
    assert "offline" in bench.adopt()["error"]["message"]
    root.with_name("away").rename(root)


def test_another_encoders_are_refused_with_the_remedy(bench: Bench) -> None:
    first, second = bench.notes(2)
    bench.press.shards([first])
    bench.adopt()
    bench.press = type(bench.press)(bench.world.base / "others", bench.press.root, "other")
    bench.press.shards([second])
    error = bench.adopt()["error"]
    assert "made with other-text, the text map with fake-text" in error["message"]
    assert "muserctl encoder switch text" in error["hint"]
    assert not bench.world.parts.gate.adopting


def test_an_encoder_that_the_configuration_does_not_open_is_refused(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the first vector: else new files could never come onto the map."""
    from muserd.ground.errors import WorkerError

    worker = bench.world.parts.workers["text"]
    kept: list[str] = []

    def restart(keep: str) -> None:
        kept.append(keep)

    def query(words: str, timeout_s: float) -> None:
        raise WorkerError("encoders.text is another one")

    monkeypatch.setattr(worker, "restart", restart)
    monkeypatch.setattr(worker, "query", query)
    bench.press.encoder = "strange"
    bench.press.shards(bench.notes(2))
    error = bench.adopt()["error"]
    assert "made with strange-text, and that cannot be opened here" in error["message"]
    assert kept == ["strange-text", ""]
    assert not bench.world.here()


@pytest.mark.parametrize("number", [0, 2, "1", None])
def test_another_format_is_refused(bench: Bench, number: object) -> None:
    bench.press.shards(bench.notes(1))
    bench.press.save(format=number)
    assert "format" in bench.adopt()["error"]["message"]


@pytest.mark.parametrize(
    "changes",
    [
        {"roots": ("relative",)},
        {"encoders": {}},
        {"plan": "no hash"},
        {"wanted": -1},
    ],
)
def test_a_manifest_that_makes_no_sense_is_refused(bench: Bench, changes: dict[str, Any]) -> None:
    bench.press.shards(bench.notes(1))
    bench.press.save(**changes)
    assert "manifest.json cannot be understood" in bench.adopt()["error"]["message"]


def test_a_folder_without_shards_is_said(bench: Bench) -> None:
    bench.press.to.mkdir()
    assert "holds no shards" in bench.adopt()["error"]["message"]


def cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def flip(data: bytes) -> bytes:
    middle = len(data) // 3
    return data[:middle] + bytes([data[middle] ^ 0xFF]) + data[middle + 1 :]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (cut, "cut off"),
        (flip, "altered"),
        (lambda data: data + b"more", "bytes"),
        (lambda data: bytes(len(data)), "altered"),
        (lambda data: b"", "cut off"),
    ],
)
def test_a_spoilt_shard_is_refused_by_name_and_the_others_are_taken(
    bench: Bench, spoil: Callable[[bytes], bytes], said: str
) -> None:
    _, bad, _ = bench.press.shards(bench.notes(12))
    path = bench.press.to / bad
    path.write_bytes(spoil(path.read_bytes()))
    done = bench.adopt()
    assert (done["items"], done["shards"]) == (8, 2)
    (refused,) = done["refused"]
    assert refused["name"] == bad
    assert bad in refused["why"]
    assert said in refused["why"]
    bench.settle()
    assert bench.read == 4
    bench.world.check()


def test_a_shard_that_is_missing_or_a_link_is_refused(bench: Bench) -> None:
    lost, linked, _ = bench.press.shards(bench.notes(12))
    (bench.press.to / lost).unlink()
    (bench.press.to / linked).rename(bench.world.base / "aside")
    (bench.press.to / linked).symlink_to(bench.world.base / "aside")
    done = bench.adopt()
    assert [one["name"] for one in done["refused"]] == [lost, linked]
    assert done["items"] == 4


NAN = b"\0\0\xc0\x7f" * DIM


@pytest.mark.parametrize(
    ("of_rows", "of_items"),
    [
        ({"path": b"/etc/passwd.md"}, {}),
        ({"path": b"ROOT/../../secret.md"}, {}),
        ({"path": b"ROOT//a.md"}, {}),
        ({"path": b"ROOT/a.unknown"}, {}),
        ({"root": 7}, {}),
        ({}, {"vector": NAN}),
        ({}, {"vector": bytes(4 * DIM)}),
        ({}, {"thumbs": {64: b"RIFF no picture, but long enough to be looked at"}}),
        ({}, {"thumbs": {64: THUMBS[256]}}),
        ({}, {"facts": b"\xc1"}),
        ({}, {"facts": b"\x81\xa5title\x93\x01\x02\x03"}),
    ],
)
def test_rows_that_cannot_be_are_refused(
    bench: Bench, of_rows: dict[str, Any], of_items: dict[str, Any]
) -> None:
    """Shards are foreign input; whatever is wrong, the files are read as ever."""
    first, second = bench.notes(2)
    changes = {
        key: value.replace(b"ROOT", bench.press.root) if isinstance(value, bytes) else value
        for key, value in of_rows.items()
    }
    name = bench.press.shard([bench.press.row(first, **changes)], **of_items)
    bench.press.shard([bench.press.row(second)])
    done = bench.adopt()
    assert [one["name"] for one in done["refused"]] == [name]
    assert done["items"] == 1
    bench.settle()
    bench.world.check()


def test_a_full_store_ends_it_and_nothing_is_lost(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.press.shards(bench.notes(12))
    real, commits = Store.write, iter(range(1_000))

    def full(self: Store, *, grows: bool = False) -> Any:
        if grows and next(commits) >= 2:
            raise StoreFullError("no space left on the disk", "free some space")
        return real(self, grows=grows)

    with monkeypatch.context() as patch:
        patch.setattr(Store, "write", full)
        error = bench.adopt()["error"]
    assert error["code"] == "full"
    left = 12 - len(bench.world.here())
    assert 0 < left < 12
    bench.world.wait_for(lambda: "map" not in bench.world.parts.gate.reasons)
    assert bench.adopt()["items"] == left
    bench.settle()
    assert bench.read == 0
    bench.world.check()


def test_one_at_a_time(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the status says how far it is."""
    bench.press.shards(bench.notes(8))
    engine = bench.world.engine
    assert engine is not None
    real = adopter.ShardReader.open

    def slow(self: Any, *arguments: Any) -> Any:
        time.sleep(0.5)
        return real(self, *arguments)

    monkeypatch.setattr(adopter.ShardReader, "open", slow)
    first = engine.adopt(bench.press.to, {})
    bench.world.wait_for(lambda: engine.status().adopting is not None)
    status = engine.status()
    assert status.adopting is not None
    assert status.adopting.of == 2
    assert "adopting" in status.pauses
    second = bench.adopt()
    assert "already" in second["error"]["message"]
    assert bench.world.answer(first)["items"] == 8
    bench.world.wait_for(lambda: engine.status().adopting is None)


def test_shards_of_an_import_that_goes_on(bench: Bench) -> None:
    bench.press.shards(bench.notes(4))
    bench.press.save(wanted=3)
    assert bench.adopt()["unfinished"] == 2
    assert manifest.load(bench.press.to).wanted == 3


def test_shards_serve_a_switch_of_the_encoder(bench: Bench) -> None:
    """The items are there and lack vectors: they are taken from the shards, nothing is read."""
    paths = bench.notes(5)
    bench.press.shards(paths)
    bench.adopt()
    engine = bench.world.engine
    assert engine is not None
    bench.world.answer(engine.switch_encoder("text"))
    done = bench.adopt()
    assert (done["files"], done["known"]) == (5, 0)
    bench.settle()
    assert bench.read == 0
    bench.world.check()
