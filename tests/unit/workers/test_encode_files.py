from hypothesis import given
from hypothesis import strategies as st

from muserd.workers.encode.files import Hand, SubmittedFiles
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
    assert files.hand.done(first[1][0]) == task(1)
    assert files.hand.done(first[1][0]) is None
    assert [one for _, one in files.take()] == [task(3)]
    assert (len(files.hand), files.pending) == (3, 1)


def test_deadlines_are_those_of_work_under_way() -> None:
    """The earliest counts; a file that waits for its batch has none."""
    files = SubmittedFiles(window=3)
    files.add([task(n) for n in range(3)])
    first, second, third = [n for n, _ in files.take()]
    assert files.hand.deadline_s() is None
    files.hand.encoding([first, second], 20.0)
    files.hand.reading(third, 0.0, 10.0)
    assert (files.hand.deadline_s(), files.hand.reading_since_s()) == (10.0, 0.0)
    files.hand.resting(third)
    files.hand.reading(999, 0.0, 1.0)
    assert (files.hand.deadline_s(), files.hand.reading_since_s()) == (20.0, None)


def test_only_files_in_work_are_accused() -> None:
    """Those that nobody had begun go on as if nothing had been; suspects wait for all others, and
    are tried apart.
    """
    files = SubmittedFiles(window=4)
    files.add([task(n) for n in range(4)])
    numbers = [n for n, _ in files.take()]
    files.hand.encoding(numbers[1:3], 20.0)
    files.died()
    assert (files.suspects, files.suspects_due) == (2, False)
    files.add([task(4)])
    others = files.take()
    assert [one for _, one in others] == [task(0), task(3), task(4)]
    assert files.take_suspects() == []  # not before all others
    for n, _ in others:
        files.hand.done(n)
    for n in (1, 2):
        (probe,) = files.take_suspects()
        assert probe[1] == task(n)
        assert files.take_suspects() == []
        assert files.hand_with(probe[0]) is files.aside
        files.aside.done(probe[0])
    assert (files.suspects, files.suspects_due) == (0, False)


def test_ordinary_files_go_on_while_suspects_are_tried() -> None:
    """What is tried apart keeps nothing from the other child; the next suspect waits again."""
    files = SubmittedFiles(window=4)
    files.add([FileTask(b"/bad0", "note", suspect=True), FileTask(b"/bad1", "note", suspect=True)])
    assert files.pending == 0
    assert len(files.take_suspects()) == 1
    files.add([task(0)])
    ((n, one),) = files.take()
    assert one == task(0)
    assert files.died_aside() == FileTask(b"/bad0", "note", suspect=True)
    assert files.take_suspects() == []
    files.hand.done(n)
    assert len(files.take_suspects()) == 1


def test_of_a_hang_only_files_past_their_deadline_are_accused() -> None:
    """A file that began later is not among the suspects."""
    files = SubmittedFiles(window=2)
    files.add([task(0), task(1)])
    (first, _), (second, _) = files.take()
    files.hand.reading(first, 0.0, 10.0)
    files.hand.reading(second, 5.0, 15.0)
    files.died(overdue_at_s=10.0)  # at its deadline it is past it
    ((other, begun_later),) = files.take()
    assert begun_later == task(1)
    files.hand.done(other)
    assert [one for _, one in files.take_suspects()] == [task(0)]
    assert files.died_aside() == task(0)


def test_of_a_hang_that_is_a_questions_no_file_is_accused() -> None:
    """No file is past its time: all are first in line again."""
    files = SubmittedFiles(window=2, patience_s=2.0)
    files.add([task(0), task(1)])
    files.hand.reading(files.take()[0][0], 9.0, 39.0)
    files.died(overdue_at_s=10.0)
    assert files.suspects == 0
    assert [one for _, one in files.take()] == [task(0), task(1)]


def test_a_file_holds_others_up_when_its_child_is_silent() -> None:
    """Only while it is being read, only if somebody waits, and only since the last word."""
    files = SubmittedFiles(window=2, patience_s=2.0)
    files.add([task(0)])
    ((n, _),) = files.take()
    assert files.held_up_at_s(0.0, others=True) is None  # nobody has begun
    files.hand.reading(n, 1.0, 31.0)
    assert files.held_up_at_s(0.5, others=False) is None
    assert files.held_up_at_s(0.5, others=True) == 3.0
    files.add([task(1), task(2)])
    assert files.held_up_at_s(4.0, others=False) == 6.0
    files.take()
    files.died(overdue_at_s=6.0)
    assert (files.suspects, files.pending) == (1, 2)


def test_files_given_back_come_first_and_are_not_blamed() -> None:
    """A child that left for another reason costs nothing, not even while suspects are tried."""
    files = SubmittedFiles(window=2)
    files.add([task(n) for n in range(4)])
    files.take()
    files.give_back()
    assert [one for _, one in files.take()] == [task(0), task(1)]
    files.died()
    for n, _ in files.take():  # the two others
        files.hand.done(n)
    files.take_suspects()
    files.give_back_suspects()
    assert files.suspects_due
    assert [one for _, one in files.take_suspects()] == [task(0)]
    files.give_back_suspects()
    files.give_back_suspects()
    assert (len(files.hand), len(files.aside), files.suspects) == (0, 0, 2)


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

    def work(hand: Hand, given: list[tuple[int, FileTask]]) -> bool:
        """Work on some; whether the child lives."""
        working = given[:active]
        hand.encoding([n for n, _ in working], 30.0)
        if any(one in killers for _, one in working):
            given.clear()
            return False
        for n, one in working:
            assert hand.done(n) == one
            finished.append(one)
        del given[:active]
        return True

    ordinary: list[tuple[int, FileTask]] = []
    apart: list[tuple[int, FileTask]] = []
    for _ in range(5_000):
        ordinary += files.take()
        apart += files.take_suspects()
        if not ordinary and not apart:
            break
        if ordinary and not work(files.hand, ordinary):
            files.died()
        if apart and not work(files.aside, apart) and (culprit := files.died_aside()) is not None:
            blamed.append(culprit)
    assert not ordinary
    assert not apart
    assert (len(files.hand), files.pending, files.suspects) == (0, 0, 0)
    assert set(blamed) == killers
    assert len(blamed) == len(killers)
    assert sorted(one.path for one in finished + blamed) == sorted(
        task(n).path for n in range(count)
    )
