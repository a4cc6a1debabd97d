"""From folders to shards: everything once, always the same, and never half."""

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from muserd.bulk import importer, maker
from muserd.bulk.importer import LOCK
from muserd.ground.config import Config, Encoders
from muserd.ground.errors import BusyError, MuserError, ShardError, UsageError
from muserd.ground.facts import from_plain
from muserd.ground.locks import FileLock
from muserd.ground.names import exact
from muserd.shards import manifest
from tests.unit.bulk.conftest import TOY, Desk

Several = Callable[[int], Desk]


def test_every_file_is_in_a_shard_with_all_that_the_store_needs(desk: Desk) -> None:
    """Names need not be UTF-8; equal contents are one item; what is left out is left out."""
    odd = desk.write(b"odd \xff\xfe.md", "# A title\n\nand a text that is read")
    desk.write("same 1.md", "twice the same")
    desk.write("same 2.md", "twice the same")
    desk.write("node_modules/left.md")
    desk.write("private/.nomedia")
    desk.write("private/left.md")
    done = desk.run()
    rows = {row["path"]: row for row in desk.rows()}
    assert sorted(rows) == list(rows)
    assert {os.path.basename(path): row["state"] for path, row in rows.items()} == {
        b"odd \xff\xfe.md": "item",
        b"same 1.md": "item",
        b"same 2.md": "same",
    }
    assert (done.files, done.items, done.failed, done.again) == (3, 2, 0, 0)
    row, stat = rows[odd], os.stat(odd)
    assert (row["size"], row["mtime_ns"], row["ctime_ns"], row["inode"]) == (
        *(stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino),
    )
    assert len(row["content"]) == 32
    assert abs(np.linalg.norm(row["vector"]) - 1) < 1e-6
    import msgspec

    assert from_plain(msgspec.msgpack.decode(row["facts"])).title == "A title"
    assert b"and a text that is read" in row["text"]


def test_the_same_files_are_the_same_bytes_whoever_reads_them(several: Several) -> None:
    desk = several(11)
    desk.run(workers=1)
    other = desk.to.with_name("others")
    desk.run(to=str(other), workers=3)
    assert len(desk.shards()) == 3
    assert desk.shards() == desk.shards(other)
    assert (desk.to / manifest.NAME).read_bytes() == (other / manifest.NAME).read_bytes()


def test_the_manifest_lists_every_shard_with_its_checksum(several: Several) -> None:
    import hashlib

    desk = several(9)
    done = desk.run()
    found = manifest.load(desk.to)
    assert found.root_paths == (os.fsencode(desk.source),)
    assert found.encoders["text"].id == "toy@1" == done.encoders["text"]
    assert found.wanted == len(found.shards) == 3
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in desk.shards().items()}
    assert {one.name: one.sha256 for one in found.shards} == sums
    assert sum(one.files for one in found.shards) == 9


def test_what_is_done_is_not_done_again(several: Several) -> None:
    """A shard that is lost, cut off or altered in its beginning is made again, no other is."""
    desk = several(20)
    desk.run()
    before = desk.shards()
    times = {name: (desk.to / name).stat().st_ino for name in before}
    lost, cut, *others = sorted(before)
    (desk.to / lost).unlink()
    (desk.to / cut).write_bytes(before[cut][:-20])
    done = desk.run()
    assert done.made == 2
    assert desk.shards() == before
    assert all((desk.to / name).stat().st_ino == times[name] for name in others)
    assert desk.run().made == 0


def test_shards_that_no_manifest_lists_are_found(several: Several) -> None:
    """As after a kill: the manifest is written every few seconds only."""
    desk = several(20)
    desk.run()
    before = desk.shards()
    (desk.to / manifest.NAME).unlink()
    (desk.to / ".tmp-half").write_bytes(b"PAR1 and no more")
    (desk.to / min(before)).write_bytes(b"PAR1 and no more")
    assert desk.run().made == 1
    assert desk.shards() == before
    assert not list(desk.to.glob(".tmp-*"))


def test_files_that_came_later_are_left_to_the_scan(several: Several) -> None:
    """The plan stays: else every shard after the new file would be another one."""
    desk = several(8)
    desk.run()
    before = desk.shards()
    desk.write("000 new.md")
    assert desk.run().made == 0
    assert desk.shards() == before


def test_two_imports_into_one_folder_are_refused(several: Several) -> None:
    desk = several(2)
    desk.to.mkdir()
    lock = FileLock(desk.to / LOCK, BusyError, "pid 7 on elsewhere")
    with pytest.raises(BusyError, match="pid 7 on elsewhere"):
        desk.run()
    lock.release()
    assert desk.run().made == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"spaces": ("image",)}, "holds an import"),
        ({"folders": ("/etc",)}, "holds an import"),
        ({"folders": ("/no/such/folder",)}, "is not a folder"),
    ],
)
def test_another_import_in_the_same_folder_is_refused(
    several: Several, changes: dict[str, Any], said: str
) -> None:
    desk = several(2)
    desk.run()
    with pytest.raises(UsageError, match=said):
        desk.run(**changes)


def test_nothing_is_written_below_what_is_imported_or_watched(several: Several) -> None:
    desk = several(2)
    with pytest.raises(UsageError, match="lies inside"):
        desk.run(to=str(desk.source / "shards"))
    assert not (desk.source / "shards").exists()


def test_folders_need_not_be_utf_8(desk: Desk) -> None:
    """Neither those of the files nor that of the shards."""
    source = os.fsencode(desk.source) + b"/odd \xff"
    os.mkdir(source)
    with open(source + b"/a.md", "w") as file:
        file.write("a note")
    target = os.fsencode(desk.to) + b" \xfe"
    done = desk.run(folders=(exact(source),), to=exact(target))
    assert (done.items, done.to) == (1, exact(target))
    found = manifest.load(Path(os.fsdecode(target)))
    assert found.root_paths == (source,)


def test_an_empty_folder_makes_no_shards(desk: Desk) -> None:
    done = desk.run()
    assert (done.shards, done.files) == (0, 0)
    assert manifest.load(desk.to).shards == ()


def test_foreign_files_are_not_touched(several: Several) -> None:
    desk = several(2)
    desk.to.mkdir()
    (desk.to / "sales.parquet").write_bytes(b"PAR1")
    with pytest.raises(UsageError, match="of no import"):
        desk.run()


def test_what_cannot_be_read_is_recorded_with_its_reason(desk: Desk) -> None:
    desk.write("good.md")
    desk.write("binary.md", "\0\1\2\3" * 400)
    empty = desk.write("empty.md")
    os.truncate(empty, 0)
    done = desk.run()
    rows = {os.path.basename(row["path"]): row for row in desk.rows()}
    assert (done.items, done.failed) == (1, 2)
    assert rows[b"empty.md"]["cause"] == "empty"
    assert "is empty" in rows[b"empty.md"]["message"]
    assert rows[b"binary.md"]["state"] == "failed"


def test_a_file_that_kills_its_reader_costs_itself_only(several: Several) -> None:
    desk = several(6)
    desk.write("bad.md", "reading: segfault")
    done = desk.run()
    rows = {os.path.basename(row["path"]): row["cause"] for row in desk.rows()}
    assert (done.items, rows[b"bad.md"]) == (6, "crash")


def test_an_encoder_that_cannot_be_opened_ends_it_with_the_remedy(
    several: Several, monkeypatch: pytest.MonkeyPatch
) -> None:
    from muserd.bulk import reading

    monkeypatch.setattr(reading.Reader.__init__, "__defaults__", (0.5,))
    desk = several(2)
    with pytest.raises(MuserError, match="no such encoder") as caught:
        desk.run(Config(encoders=Encoders(text="refuse")))
    assert "encoder fetch" in caught.value.hint
    assert desk.run().items == 2


def test_a_full_disk_ends_it_and_what_is_done_stays(
    several: Several, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = several(16)
    real, count = maker.write, iter(range(100))

    def full(path: Path, data: bytes, **more: Any) -> None:
        if next(count) >= 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(path, data, **more)

    monkeypatch.setattr(maker, "write", full)
    with pytest.raises(ShardError, match="No space left") as caught:
        desk.run(workers=1)
    assert "free some space" in caught.value.hint
    assert len(manifest.load(desk.to).shards) == 2
    monkeypatch.undo()


def test_a_full_disk_and_then_room(several: Several, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = several(8)
    with monkeypatch.context() as patch:
        patch.setattr(maker, "write", lambda *_, **__: (_ for _ in ()).throw(OSError(28, "full")))
        with pytest.raises(ShardError):
            desk.run()
    assert desk.run().made == 2


def test_the_encoder_of_the_first_run_is_that_of_the_second(several: Several) -> None:
    desk = several(8)
    desk.run()
    path = desk.to / manifest.NAME
    said = json.loads(path.read_text())
    said["encoders"]["text"]["id"] = "another@1"
    path.write_text(json.dumps(said))
    next(desk.to.glob("text-*.parquet")).unlink()
    with pytest.raises(MuserError, match=r"the import began with another@1"):
        desk.run()


def test_another_version_is_refused(several: Several, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = several(2)
    monkeypatch.setattr(importer, "__version__", "0.0.1")
    with pytest.raises(ShardError, match=r"made by Muser 0\.0\.1"):
        desk.run()


def test_a_damaged_plan_is_said(several: Several) -> None:
    desk = several(2)
    desk.run()
    (desk.to / "plan.parquet").write_bytes(b"PAR1")
    with pytest.raises(ShardError, match=r"plan\.parquet cannot be read"):
        desk.run()


def test_it_says_how_it_goes(several: Several) -> None:
    desk = several(8)
    desk.run()
    assert desk.told[-1].startswith("8 of 8 files")
    assert any("Toy makes the vectors" in line for line in desk.told)
    assert TOY.encoders.text == "toy"
