from hypothesis import given
from hypothesis import strategies as st

from muserd.workers.encode.files import SubmittedFiles
from muserd.workers.encode.outcomes import FileTask


def task(n: int) -> FileTask:
    return FileTask(b"/%d" % n, "image")


def test_a_window_bounds_what_is_in_hand() -> None:
    """No more than the window is given out; what is done makes room, in order."""
    files = SubmittedFiles(window=3)
    files.add([task(n) for n in range(5)])
    first = files.take()
    assert [one.path for _, one in first] == [b"/0", b"/1", b"/2"]
    assert files.take() == []
    assert files.done(first[1][0]) == task(1)
    assert files.done(first[1][0]) is None
    assert [one for _, one in files.take()] == [task(3)]
    assert (files.in_hand, files.pending) == (3, 1)


def test_deadlines_are_those_of_work_under_way() -> None:
    """The earliest counts; a file that waits for its batch has none."""
    files = SubmittedFiles(window=3)
    files.add([task(n) for n in range(3)])
    numbers = [n for n, _ in files.take()]
    assert files.deadline_s() is None
    files.busy_until(numbers[:2], 20.0)
    files.busy_until(numbers[2:], 10.0)
    assert files.deadline_s() == 10.0
    files.busy_until(numbers[2:], None)
    files.busy_until([999], 1.0)
    assert files.deadline_s() == 20.0


def test_only_files_in_work_are_accused() -> None:
    """Those that nobody had begun go on as if nothing had been; suspects wait for all others."""
    files = SubmittedFiles(window=4)
    files.add([task(n) for n in range(4)])
    numbers = [n for n, _ in files.take()]
    files.busy_until(numbers[1:3], 20.0)
    assert files.died() is None
    assert not files.probing
    files.add([task(4)])
    others = files.take()
    assert [one for _, one in others] == [task(0), task(3), task(4)]
    assert files.probing
    assert files.take() == []  # not together with any other
    for n, _ in others:
        files.done(n)
    for n in (1, 2):
        (probe,) = files.take()
        assert probe[1] == task(n)
        assert files.take() == []
        files.done(probe[0])
    assert not files.probing


def test_of_a_hang_only_files_past_their_deadline_are_accused() -> None:
    """A file that began later is not among the suspects."""
    files = SubmittedFiles(window=2)
    files.add([task(0), task(1)])
    (first, _), (second, _) = files.take()
    files.busy_until([first], 10.0)
    files.busy_until([second], 15.0)
    assert files.died(overdue_at_s=10.0) is None  # at its deadline it is past it
    ((other, begun_later),) = files.take()
    assert begun_later == task(1)
    files.done(other)
    assert [one for _, one in files.take()] == [task(0)]
    assert files.died() == task(0)


def test_files_given_back_come_first_and_are_not_blamed() -> None:
    """A child that left for another reason costs nothing, not even while suspects are tried."""
    files = SubmittedFiles(window=2)
    files.add([task(n) for n in range(4)])
    files.take()
    files.give_back()
    assert [one for _, one in files.take()] == [task(0), task(1)]
    files.died()
    for n, _ in files.take():  # the two others
        files.done(n)
    files.take()
    files.give_back()
    assert files.probing
    assert [one for _, one in files.take()] == [task(0)]
    files.give_back()
    files.give_back()
    assert files.in_hand == 0
    assert files.pending == 2


@given(
    count=st.integers(1, 60),
    deadly=st.sets(st.integers(0, 59), max_size=6),
    window=st.integers(1, 16),
    active=st.integers(1, 8),
)
def test_exactly_the_deadly_files_are_blamed(
    count: int, deadly: set[int], window: int, active: int
) -> None:
    """Whatever the window and the number of files in work: every file once, the right ones."""
    files = SubmittedFiles(window)
    files.add([task(n) for n in range(count)])
    killers = {task(n) for n in deadly if n < count}
    finished: list[FileTask] = []
    blamed: list[FileTask] = []
    hand: list[tuple[int, FileTask]] = []
    for _ in range(5_000):
        hand += files.take()
        if not hand:
            break
        working = hand[:active]
        files.busy_until([n for n, _ in working], 30.0)
        if any(one in killers for _, one in working):
            hand = []
            if (culprit := files.died()) is not None:
                blamed.append(culprit)
            continue
        for n, one in working:
            assert files.done(n) == one
            finished.append(one)
        hand = hand[active:]
    assert not hand
    assert (files.in_hand, files.pending, files.probing) == (0, 0, False)
    assert set(blamed) == killers
    assert len(blamed) == len(killers)
    assert sorted(one.path for one in finished + blamed) == sorted(
        task(n).path for n in range(count)
    )
