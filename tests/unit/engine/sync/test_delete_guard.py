"""So much gone within a while may be a mistake: it is held until it is meant."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from muserd.engine.operations import Forget, Ghost, Operation
from muserd.engine.sync.delete_guard import HELD_S, WINDOW_S, DeleteGuard
from muserd.ground.clock import ManualClock
from muserd.ground.config import Watch
from muserd.ground.facts import Facts
from muserd.ground.records import FileRecord, FileStat, FileState, ItemId, ItemRecord, Slot
from muserd.store.environment import Store

ROOT = b"/r"
COUNT, SHARE = 4, 0.5


def record(number: int, state: FileState = FileState.PRESENT) -> FileRecord:
    return FileRecord(
        b"/r/%d.md" % number, ROOT, "note", FileStat(1, 1, 1, number, 1), state, ItemId(number), 0
    )


class Folder:
    """A root of ten files in a real store, and the guard that looks after it."""

    def __init__(self, path: Path) -> None:
        self.clock = ManualClock()
        self.store = Store(path / "store", map_size_bytes=2**24)
        watch = Watch(hold_delete_count=COUNT, hold_delete_share=SHARE)
        self.guard = DeleteGuard(watch, self.clock)
        with self.store.write() as writer:
            for number in range(10):
                item = ItemRecord(
                    id=ItemId(number),
                    slot=Slot(number),
                    kind="note",
                    content=b"%032d" % number,  # type: ignore[arg-type]
                    name=f"{number}.md",
                    facts=Facts(),
                    added_at_ms=0,
                )
                writer.put_item(item)
                writer.put_file(record(number))

    def go(self, *numbers: int, whole: bool = False) -> list[Operation]:
        """Some files are gone: what the guard lets through is carried out."""
        with self.store.write() as writer:
            known = [writer.file(record(number).path) for number in numbers]
            gone: list[Operation] = [Forget(one) for one in known if one is not None]
            operations = self.guard.judge(ROOT, gone, writer, whole=whole)
            for operation in operations:
                if isinstance(operation, Forget):
                    writer.delete_file(operation.before.path)
                elif isinstance(operation, Ghost):
                    writer.put_file(record(int(operation.before.item or 0), operation.state))
        return operations

    def states(self) -> dict[int, FileState]:
        with self.store.read() as reader:
            return {int(file.item or 0): file.state for file in reader.files()}


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    it = Folder(tmp_path)
    yield it
    it.store.close()


def test_a_few_files_are_let_go(folder: Folder) -> None:
    folder.go(0, 1, 2)
    assert sorted(folder.states()) == [3, 4, 5, 6, 7, 8, 9]
    assert folder.guard.held(ROOT) == 0


def test_half_of_a_root_at_once_is_held(folder: Folder) -> None:
    """Out of reach, and not forgotten."""
    folder.go(0, 1, 2, 3, 4)
    assert folder.guard.held(ROOT) == 5
    assert list(folder.guard.held_roots()) == [ROOT]
    assert folder.states()[4] is FileState.OFFLINE
    assert len(folder.states()) == 10


def test_half_of_a_root_one_by_one_is_held_with_what_went_before(folder: Folder) -> None:
    for number in range(5):
        folder.go(number)
        folder.clock.advance(WINDOW_S / 10)
    assert folder.guard.held(ROOT) == 5
    assert folder.states() == {
        number: FileState.OFFLINE if number < 5 else FileState.PRESENT for number in range(10)
    }


def test_what_went_before_the_window_is_not_counted(folder: Folder) -> None:
    for number in range(6):
        folder.go(number)
        folder.clock.advance(WINDOW_S + 1)
    assert folder.guard.held(ROOT) == 0
    assert len(folder.states()) == 4


def test_an_item_that_has_another_name_now_is_not_gone(folder: Folder) -> None:
    """Files that are moved by copying and deleting are no deletion."""
    for number in range(6):
        folder.go(number)
        with folder.store.write() as writer:
            moved = record(number)
            writer.put_file(
                FileRecord(
                    b"/r/new/%d.md" % number, ROOT, "note", moved.stat, moved.state, moved.item, 0
                )
            )
    assert folder.guard.held(ROOT) == 0


def test_a_scan_a_moment_later_is_no_second_opinion(folder: Folder) -> None:
    folder.go(0, 1, 2, 3, 4)
    folder.go(0, 1, 2, 3, 4, whole=True)
    assert folder.guard.held(ROOT) == 5
    assert folder.guard.look_at_s(ROOT) == folder.clock.monotonic_s() + HELD_S


def test_a_scan_a_minute_later_that_finds_the_same_lets_go(folder: Folder) -> None:
    folder.go(0, 1, 2, 3, 4)
    folder.clock.advance(HELD_S)
    folder.go(0, 1, 2, 3, 4, whole=True)
    assert folder.guard.held(ROOT) == 0
    assert sorted(folder.states()) == [5, 6, 7, 8, 9]


def test_a_scan_that_finds_more_gone_waits_again(folder: Folder) -> None:
    """Whatever deletes them has not ended."""
    folder.go(0, 1, 2, 3, 4)
    folder.clock.advance(HELD_S)
    folder.go(0, 1, 2, 3, 4, 5, whole=True)
    assert folder.guard.held(ROOT) == 6
    assert folder.guard.look_at_s(ROOT) == folder.clock.monotonic_s() + HELD_S


def test_all_that_follows_an_alarm_is_held_too(folder: Folder) -> None:
    folder.go(0, 1, 2, 3, 4)
    folder.go(5)
    assert folder.guard.held(ROOT) == 6
    assert len(folder.states()) == 10


def test_people_may_say_that_it_is_meant(folder: Folder) -> None:
    folder.go(0, 1, 2, 3, 4)
    folder.guard.confirm(ROOT)
    folder.go(0, 1, 2, 3, 4, whole=True)
    assert (folder.guard.held(ROOT), len(folder.states())) == (0, 5)


def test_files_that_come_back_end_the_alarm(folder: Folder) -> None:
    folder.go(0, 1, 2, 3, 4)
    folder.go(whole=True)
    assert folder.guard.held(ROOT) == 0
    folder.go(0, 1, 2, 3, 4)
    folder.go(4, whole=True)  # all others came back: what is left is no mass
    assert folder.guard.held(ROOT) == 0
    assert 4 not in folder.states()


@pytest.fixture
def eight(folder: Folder) -> Folder:
    """A root of eight files, of which four are just enough by number and by share."""
    folder.go(8, 9)
    folder.clock.advance(2 * WINDOW_S)
    return folder


def test_the_least_number_is_held_however_slowly_it_went(eight: Folder) -> None:
    """Four one by one: the fourth raises the alarm, and the three before it come back."""
    for number in range(4):
        assert eight.guard.held(ROOT) == 0
        eight.go(number)
    assert eight.guard.held(ROOT) == 4
    assert len(eight.states()) == 8


@pytest.mark.parametrize(("later_s", "held"), [(WINDOW_S, 4), (WINDOW_S + 1, 0)])
def test_the_window_ends_where_it_ends(eight: Folder, later_s: float, held: int) -> None:
    """Deletions exactly so far apart are added up; those farther apart are not."""
    eight.go(0, 1, 2)
    eight.clock.advance(later_s)
    eight.go(3)
    assert eight.guard.held(ROOT) == held


def test_files_that_never_were_items_are_neither_kept_nor_brought_back(eight: Folder) -> None:
    """A file that could not be read has no item; one that is out of reach already stays so."""
    nothing = replace(record(20), item=None)
    away = record(21, FileState.OFFLINE)
    with eight.store.write() as writer:
        writer.put_file(nothing)
        writer.put_file(away)
    with eight.store.write() as writer:
        assert eight.guard.judge(ROOT, [Forget(nothing)], writer, whole=False) == [Forget(nothing)]
        writer.delete_file(nothing.path)
    gone = [Forget(record(number)) for number in range(5)]
    again = replace(record(22), item=None)
    with eight.store.read() as reader:
        kept = eight.guard.judge(ROOT, [*gone, Forget(away), Forget(again)], reader, whole=False)
    assert kept == [Ghost(record(number), FileState.OFFLINE) for number in range(5)]
