"""Paths come to rest: examples, and what must hold for any sequence of events."""

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muserd.ground.records import FileStat
from muserd.watch.settle import LONGEST_WAIT_S, UNCLOSED_FACTOR, Settler

ROOT, PATH = b"/r", b"/r/a.md"
SETTLE_S, DELETE_S = 0.1, 1.0


def stat(size: int = 1) -> FileStat:
    return FileStat(size, size, size, 1, 1)


@dataclass
class Disk:
    """What `look` finds."""

    here: FileStat | None = None

    def look(self, path: bytes) -> FileStat | None:
        assert path == PATH
        return self.here


@pytest.fixture
def settler() -> Settler:
    return Settler(100, 1_000, is_folder=lambda path: False)


def test_a_closed_file_rests_after_the_settle_time(settler: Settler) -> None:
    disk = Disk(stat())
    settler.mark(ROOT, PATH, 10.0, closed=True)
    assert settler.next_due_s() == pytest.approx(10.1)
    assert settler.due(10.05, disk.look) == []
    assert settler.due(10.1, disk.look) == [(ROOT, PATH)]
    assert settler.next_due_s() is None
    assert len(settler) == 0


def test_events_push_the_rest_away(settler: Settler) -> None:
    disk = Disk(stat())
    settler.mark(ROOT, PATH, 10.0, closed=True)
    settler.mark(ROOT, PATH, 10.09, closed=True)
    assert settler.due(10.1, disk.look) == []
    assert settler.due(10.19, disk.look) == [(ROOT, PATH)]


def test_an_open_writer_makes_it_wait(settler: Settler) -> None:
    """Not closed: it must look the same twice, further apart."""
    disk = Disk(stat(1))
    settler.mark(ROOT, PATH, 10.0, closed=False)
    assert settler.due(10.1, disk.look) == []
    disk.here = stat(2)  # written without an event, as by mmap
    assert settler.due(10.1 + UNCLOSED_FACTOR * SETTLE_S, disk.look) == []
    assert settler.due(10.11 + 2 * UNCLOSED_FACTOR * SETTLE_S, disk.look) == [(ROOT, PATH)]


def test_the_close_ends_the_waiting(settler: Settler) -> None:
    disk = Disk(stat())
    settler.mark(ROOT, PATH, 10.0, closed=False)
    settler.mark(ROOT, PATH, 10.2, closed=True)
    assert settler.due(10.3, disk.look) == [(ROOT, PATH)]


def test_a_writer_that_comes_back(settler: Settler) -> None:
    """Closed, then modified: it is open again."""
    disk = Disk(stat())
    settler.mark(ROOT, PATH, 10.0, closed=True)
    settler.mark(ROOT, PATH, 10.01, closed=False)
    assert settler.due(10.2, disk.look) == []


def test_a_deletion_waits_longer(settler: Settler) -> None:
    disk = Disk(None)
    settler.mark(ROOT, PATH, 10.0, closed=True)
    assert settler.due(10.5, disk.look) == []
    assert settler.due(11.0, disk.look) == [(ROOT, PATH)]


def test_an_atomic_save_is_one_change(settler: Settler) -> None:
    """Deleted and there again before the delete delay: only the new content is seen."""
    disk = Disk(None)
    settler.mark(ROOT, PATH, 10.0, closed=True)
    assert settler.due(10.2, disk.look) == []
    disk.here = stat(7)
    settler.mark(ROOT, PATH, 10.3, closed=True)
    assert settler.due(10.4, disk.look) == [(ROOT, PATH)]
    assert settler.due(20.0, disk.look) == []


def test_a_file_that_never_rests_is_read_in_between(settler: Settler) -> None:
    disk, now = Disk(stat()), 0.0
    rested_at: list[float] = []
    while now < 3 * LONGEST_WAIT_S:
        disk.here = stat(round(now * 1000) + 1)
        settler.mark(ROOT, PATH, now, closed=False)
        now += 0.05
        if settler.due(now, disk.look):
            rested_at.append(now)
    assert len(rested_at) == 2
    assert rested_at[0] == pytest.approx(LONGEST_WAIT_S, abs=1)


def test_a_folder_that_is_there_is_dropped() -> None:
    """A caller would take it for a file that is gone, and forget all that is below it."""
    settler = Settler(100, 1_000, is_folder=lambda path: True)
    settler.mark(ROOT, PATH, 10.0, closed=True)
    assert settler.due(20.0, Disk(None).look) == []
    assert settler.next_due_s() is None


def test_a_real_folder_is_dropped(tmp_path: object) -> None:
    settler = Settler(100, 1_000)
    settler.mark(ROOT, str(tmp_path).encode(), 10.0, closed=True)
    settler.mark(ROOT, str(tmp_path).encode() + b"/gone", 10.0, closed=True)
    assert settler.due(20.0, lambda path: None) == [(ROOT, str(tmp_path).encode() + b"/gone")]


def test_two_roots_may_share_a_path(settler: Settler) -> None:
    settler.mark(b"/a", PATH, 1.0, closed=True)
    settler.mark(b"/b", PATH, 1.0, closed=True)
    assert settler.due(2.0, Disk(stat()).look) == [(b"/a", PATH), (b"/b", PATH)]


PATHS = (b"/r/0", b"/r/1", b"/r/2")
STEPS = st.lists(
    st.tuples(
        st.floats(0.0, 2.0),  # seconds that pass
        st.sampled_from(["write", "close", "delete", "due", "sneak"]),
        st.sampled_from(PATHS),
    ),
    max_size=60,
)


@settings(max_examples=300, deadline=None)
@given(STEPS)
def test_nothing_is_lost_and_nothing_comes_too_early(steps: list[tuple[float, str, bytes]]) -> None:
    """Model: last event per path. Whatever happens, each change comes to rest exactly once after it
    was named last, never within the settle time of its last event, and never keeps the caller
    waiting for ever.
    """
    settler = Settler(100, 1_000, is_folder=lambda path: False)
    disk: dict[bytes, FileStat] = {}
    last: dict[bytes, float] = {}  # paths that wait: when they were named last
    first: dict[bytes, float] = {}
    now, size = 100.0, 0

    def look(path: bytes) -> FileStat | None:
        return disk.get(path)

    def check(rested: list[tuple[bytes, bytes]]) -> None:
        for root, path in rested:
            assert root == ROOT
            quiet = now - last.pop(path)
            overdue = now - first.pop(path) >= LONGEST_WAIT_S
            needed = SETTLE_S if path in disk else DELETE_S
            assert overdue or quiet >= needed - 1e-9

    for passed, what, path in steps:
        now += passed
        if what == "due":
            check(settler.due(now, look))
            continue
        size += 1
        if what == "delete":
            disk.pop(path, None)
        else:
            disk[path] = stat(size)
        if what != "sneak":
            last[path] = now
            first.setdefault(path, now)
            settler.mark(ROOT, path, now, closed=what != "write")
        due_s = settler.next_due_s()
        assert (due_s is None) == (not last)
    for _ in range(10):
        due_s = settler.next_due_s()
        if due_s is None:
            break
        now = max(now, due_s)
        check(settler.due(now, look))
    else:
        now += 2.0
        check(settler.due(now, look))
    assert not last
    assert len(settler) == 0
