"""What a worker does about files that cannot be read for a while."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from muserd import __version__
from muserd.bulk.maker import Pauses, ShardMaker
from muserd.bulk.plan import PlannedFile, save
from muserd.bulk.request import Made, Work
from muserd.ground.config import Config
from muserd.ground.facts import Facts
from muserd.ground.names import exact
from muserd.ground.records import ContentHash, EncoderInfo, FileStat, Kind, Space
from muserd.shards.manifest import MadeBy
from muserd.workers.encode.outcomes import Encoded, FileFailed, FileTask, Outcome

TOY = EncoderInfo("toy@1", "Toy", 2)


class Shelf:
    """A folder that can be away, a reader of its files, and a clock that only waiting moves."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "nas"
        self.root.mkdir()
        self.aside = folder / "nas is away"
        (folder / "shards").mkdir()
        self.to = folder / "shards"
        self.now_s = 2_000_000_000.0
        self.waits: list[float] = []
        self.back_after_s: float | None = None
        self.readings = 0
        self.vanishing = ""  # after the plan was made

    def file(self, name: str) -> None:
        (self.root / name).write_text(name)

    def leave(self, back_after_s: float | None) -> None:
        self.root.rename(self.aside)
        self.back_after_s = back_after_s

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now_s += seconds
        if self.back_after_s is not None and sum(self.waits) >= self.back_after_s:
            self.aside.rename(self.root)
            self.back_after_s = None

    def make(self) -> Made:
        root = os.fsencode(self.root)
        there = self.root if self.root.exists() else self.aside
        files = [
            PlannedFile(
                os.path.join(root, name),
                0,
                "note",
                FileStat.of(os.stat(there / os.fsdecode(name))),
                False,
            )
            for name in sorted(os.listdir(os.fsencode(there)))
        ]
        save(self.to, (root,), ("text",), files, 8)
        if self.vanishing:
            (self.root / self.vanishing).unlink()
        work = Work(
            to=str(self.to),
            roots=(exact(root),),
            config=Config(),
            encoders={"text": MadeBy.of(TOY)},
            cores=1,
            gpus=False,
            patience_s=75.0,
            muser=__version__,
        )
        pauses = Pauses(lambda: int(self.now_s * 1e9), self.sleep)
        return ShardMaker(work, lambda space, _: Reader(space, self), pauses).make(0)


class Reader:
    """Stands in for the worker: what is there is read, what is not is not."""

    encoder = TOY

    def __init__(self, space: Space, shelf: Shelf) -> None:
        self.shelf = shelf

    def read(self, paths: Sequence[bytes], kind: Kind) -> dict[bytes, Outcome]:
        self.shelf.readings += 1
        return {path: self._one(path, kind) for path in paths}

    def _one(self, path: bytes, kind: Kind) -> Outcome:
        task = FileTask(path, kind)
        try:
            stat = FileStat.of(os.stat(path))
        except FileNotFoundError:
            return FileFailed(task, "vanished", "it is gone", "nothing to do", False, None)
        if path.endswith(b"cut.md"):
            return FileFailed(task, "truncated", "cut off", "get it again", True, stat)
        vector = np.array([0, 1], np.float32)
        content = ContentHash(path[-32:].rjust(32, b"-"))
        return Encoded(task, stat, kind, content, TOY, vector, "name", Facts(), "text", {})

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def test_a_folder_that_is_away_for_a_minute_is_waited_for(shelf: Shelf) -> None:
    shelf.file("a.md")
    shelf.file("b.md")
    shelf.leave(back_after_s=60)
    made = shelf.make()
    assert (made.entry.items, made.entry.again) == (2, 0)
    assert shelf.waits == sorted(shelf.waits)
    assert shelf.waits[0] <= 1
    assert shelf.readings == 2  # not once in all the while


def test_one_that_stays_away_is_told_of_and_left_to_the_scan(shelf: Shelf) -> None:
    shelf.file("a.md")
    shelf.leave(back_after_s=None)
    made = shelf.make()
    assert (made.entry.items, made.entry.again) == (0, 1)
    assert 75 <= sum(shelf.waits) <= 100


def test_a_file_that_went_holds_nobody_up(shelf: Shelf) -> None:
    shelf.file("a.md")
    shelf.file("cut.md")
    shelf.file("gone.md")
    shelf.vanishing = "gone.md"
    made = shelf.make()
    assert (made.entry.items, made.entry.failed, made.entry.again) == (1, 1, 1)
    assert sum(shelf.waits) <= 1
    assert shelf.readings == 2  # what was cut off may be whole by now: it is looked at once more


def test_what_was_just_written_is_read_when_it_has_come_to_rest(shelf: Shelf) -> None:
    """Else a change in the same tick of the clock could never be seen."""
    shelf.file("a.md")
    shelf.now_s = os.stat(shelf.root / "a.md").st_ctime + 0.5
    made = shelf.make()
    assert (made.entry.items, made.entry.again) == (1, 0)
    assert 1.5 <= sum(shelf.waits) <= 2


def test_what_is_of_the_future_is_left_to_the_scan(shelf: Shelf) -> None:
    shelf.file("a.md")
    shelf.now_s = os.stat(shelf.root / "a.md").st_ctime - 3_600
    made = shelf.make()
    assert (made.entry.items, made.entry.again) == (0, 1)
    assert not shelf.waits


def test_a_shard_that_is_there_is_found(shelf: Shelf) -> None:
    shelf.file("a.md")
    first = shelf.make()
    again = shelf.make()
    assert (first.found, again.found) == (False, True)
    assert first.entry == again.entry
