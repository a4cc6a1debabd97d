"""The order in which a child reads: requests, files, and what turned out to be slow."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from muserd.workers.encode.child.jobs import AHEAD, Jobs
from muserd.workers.encode.outcomes import Encoded, FileTask
from muserd.workers.encode.protocol import Asked, Preview
from tests.unit.workers.desk import Desk

PREVIEW = Asked(Preview(n=9, path=b"/p", size_px=64, part=0), [])


def a_file(name: str) -> FileTask:
    return FileTask(name.encode(), "note")


def test_slow_files_come_last_and_one_at_a_time() -> None:
    """The second waits for the first, whoever is free; new files go before both."""
    jobs = Jobs()
    jobs.add([(1, a_file("a")), (2, a_file("b"))])
    for n in (1, 2):
        job, patiently = jobs.take()
        assert not patiently
        assert isinstance(job, tuple)
        jobs.put_back(n, job[1])
    jobs.add([(3, a_file("c"))])
    jobs.ask(PREVIEW)
    taken = [jobs.take() for _ in range(3)]
    assert taken[0][0] is PREVIEW
    assert [taken[1][0][0], taken[1][1]] == [3, False]  # type: ignore[index]
    assert [taken[2][0][0], taken[2][1]] == [1, True]  # type: ignore[index]
    jobs.finished(3, drafted=True)
    assert not jobs.more_to_come()  # a batch does not wait for what is slow
    assert not jobs._any()
    jobs.finished(1, drafted=True)
    assert jobs.take() == ((2, a_file("b")), True)


def test_drafts_are_bounded_whatever_is_slow() -> None:
    """What the model has not taken holds the readers up."""
    jobs = Jobs()
    jobs.add([(n, a_file(str(n))) for n in range(AHEAD + 5)])
    for n in range(AHEAD):
        jobs.take()
        jobs.finished(n, drafted=True)
    assert not jobs._any()
    jobs.taken(3)
    assert jobs._any()


def test_an_ordinary_note_overtakes_fifty_that_take_long(
    desk: Callable[..., Desk], tmp_path: Path
) -> None:
    """Each costs the others a twentieth of a second; all of them are read in the end."""
    here = desk(threads=2)
    first = here.write("first.md", "A note.")
    here.worker.submit([first])
    here.wait(1)  # the child is there
    slow = [here.write(f"slow{n}.md", f"{n} " + "[" * 8_000) for n in range(50)]
    began = time.monotonic()
    here.worker.submit([*slow, here.write("quick.md", "Another note.")])
    outcomes = here.wait(52)
    assert all(isinstance(one, Encoded) for one in outcomes.values())
    order = [os.path.basename(one.task.path) for one in here.outcomes]
    assert order.index(b"quick.md") < 10, order
    assert time.monotonic() - began < 100


def test_a_long_note_is_encoded_after_those_that_are_not(desk: Callable[..., Desk]) -> None:
    """A note of many windows holds a lane for seconds: short ones that come later go first."""
    here = desk(threads=1)
    here.worker.submit([here.write("first.md", "A note.")])
    here.wait(1)
    long = [here.write(f"long{n}.md", f"{n} encoding: slow\n" + "word " * 5_000) for n in range(6)]
    here.worker.submit([*long, here.write("short.md", "Another note.")])
    here.wait(8)
    order = [os.path.basename(one.task.path) for one in here.outcomes]
    assert order.index(b"short.md") < 6, order
