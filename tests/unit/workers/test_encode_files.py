"""What a child has, when its work on it must have ended, and what is accused when it dies."""

from itertools import count

import pytest

from muserd.ground.records import Kind
from muserd.workers.encode.files import DEADLY, ChildFiles, blamed, not_understood
from muserd.workers.encode.outcomes import FileTask, Interrupted
from muserd.workers.encode.protocol import Batch, Begin, Read
from muserd.workers.process.child import Ending


def task(n: int, kind: Kind = "image") -> FileTask:
    return FileTask(b"/%d" % n, kind)


def given(many: int) -> tuple[ChildFiles, list[int]]:
    """Files that a child has, with their numbers."""
    files = ChildFiles(count(1))
    files.add(task(n) for n in range(many))
    return files, [n for n, _ in files.send()]


def test_the_child_gets_each_file_once_in_order() -> None:
    """Until then they wait; numbers are never used twice."""
    files = ChildFiles(count(7))
    files.add([task(0), task(1)])
    assert (len(files), files.unsent, files.sent) == (2, 2, 0)
    assert files.send() == [(7, task(0)), (8, task(1))]
    files.add([task(2)])
    assert (len(files), files.unsent, files.sent) == (3, 1, 2)
    assert files.send() == [(9, task(2))]
    assert files.send() == []
    assert 9 in files
    assert 10 not in files


def test_a_file_is_done_once() -> None:
    files, (first, second) = given(2)
    assert files.done(second) == task(1)
    assert files.done(second) is None
    assert first in files
    assert (len(files), second in files) == (1, False)


def test_deadlines_are_those_of_work_under_way() -> None:
    """The earliest counts; a file that waits for its batch has none."""
    files, (first, second, third) = given(3)
    assert files.deadline_s() is None
    files.encoding([first, second], 20.0)
    files.reading(third, 0.0, 10.0)
    assert files.deadline_s() == 10.0
    files.resting(third)
    files.reading(999, 0.0, 1.0)
    files.resting(999)
    files.encoding([999], 1.0)
    assert files.deadline_s() == 20.0


def test_only_files_in_work_are_accused() -> None:
    """Those that nobody had begun are not, nor those that the child never got."""
    files, numbers = given(4)
    files.add([task(4)])
    files.encoding(numbers[1:3], 20.0)
    assert files.died() == Interrupted((task(1), task(2)), (task(0), task(3)))
    assert (files.sent, files.deadline_s()) == (0, None)
    assert [one for _, one in files.send()] == [task(4)]


def test_a_child_that_told_nothing_accuses_all_that_it_had() -> None:
    files, _ = given(2)
    assert files.died() == Interrupted((task(0), task(1)), ())
    assert files.died() == Interrupted((), ())


def test_of_a_hang_only_files_past_their_deadline_are_accused() -> None:
    """A file that began later is not among the suspects; at its deadline a file is past it."""
    files, (first, second) = given(2)
    files.reading(first, 0.0, 10.0)
    files.reading(second, 5.0, 15.0)
    assert files.died(overdue_at_s=10.0) == Interrupted((task(0),), (task(1),))


def test_of_a_hang_that_is_a_questions_no_file_is_accused() -> None:
    """No file is past its time."""
    files, (first, _) = given(2)
    files.reading(first, 9.0, 39.0)
    assert files.died(overdue_at_s=10.0) == Interrupted((), (task(0), task(1)))


def test_what_is_being_read_can_be_taken_elsewhere() -> None:
    """With its number and its deadline; what waits, was read or is encoded stays."""
    files, (first, second, _) = given(3)
    files.reading(first, 4.0, 34.0)
    files.encoding([second], 34.0)
    elsewhere = ChildFiles(count(1))
    elsewhere.put_reading(files.take_reading())
    assert (first in elsewhere, first in files, files.sent) == (True, False, 2)
    assert elsewhere.deadline_s() == 34.0
    assert elsewhere.done(first) == task(0)
    files.give_back()
    assert [one for _, one in files.send()] == [task(1), task(2)]


def test_a_file_holds_others_up_when_its_child_is_silent() -> None:
    """Only while it is being read, only if somebody waits, and only since the last word."""
    files, (first,) = given(1)
    assert files.held_up_since_s(0.0, others=True) is None  # nobody has begun
    files.reading(first, 1.0, 31.0)
    assert files.held_up_since_s(0.5, others=False) is None
    assert files.held_up_since_s(0.5, others=True) == 1.0
    files.add([task(1)])  # which the child has not got yet
    assert files.held_up_since_s(4.0, others=False) == 4.0
    ((second, _),) = files.send()
    files.reading(second, 2.0, 31.0)
    assert (
        files.held_up_since_s(0.5, others=False) == 1.0
    )  # of two, the one that is read for longest


def test_files_given_back_come_first() -> None:
    """A child that left for another reason costs nothing; work on them begins anew."""
    files, (first, _) = given(2)
    files.add([task(2)])
    files.reading(first, 0.0, 10.0)
    files.give_back()
    assert (files.unsent, files.sent) == (3, 0)
    assert [one for _, one in files.send()] == [task(0), task(1), task(2)]
    assert files.deadline_s() is None


def test_files_that_nobody_waits_for_are_forgotten() -> None:
    files, _ = given(2)
    files.add([task(2)])
    files.drop()
    assert (len(files), files.send()) == (0, [])


@pytest.mark.parametrize(
    ("ending", "cause", "message"),
    [
        (Ending("hang", "it hung", ()), "hang", "reading /1 timed out"),
        (Ending("memory", "too much", ()), "memory", "reading /1 takes more memory than allowed"),
        (Ending("crash", "signal 11", ()), "crash", "reading /1 crashed the reader: signal 11"),
    ],
)
def test_the_blame_says_what_happened(ending: Ending, cause: str, message: str) -> None:
    """It is no use to try again by itself; the next reading is that of a suspect."""
    failure = blamed(task(1), ending)
    assert (failure.task, failure.cause, failure.message) == (task(1), cause, message)
    assert (failure.retry, failure.stat) == (False, None)
    assert cause in DEADLY


def test_an_answer_without_sense_is_the_files_failure() -> None:
    failure = not_understood(task(1), KeyError("stat"))
    assert "/1" in failure.message
    assert "KeyError('stat')" in failure.message
    assert not failure.retry


def test_what_the_child_says_sets_deadlines() -> None:
    """A batch may take as long as all its files; of other numbers nothing is known here."""
    files, (first, second) = given(2)
    files.heard(Begin(first), 100.0, 10.0)
    assert files.deadline_s() == 110.0
    files.heard(Read(first), 101.0, 10.0)
    assert files.deadline_s() is None
    files.heard(Batch([first, second, 99]), 102.0, 10.0)
    assert files.deadline_s() == 132.0
    files.heard(Begin(99), 103.0, 1.0)
    assert files.deadline_s() == 132.0
