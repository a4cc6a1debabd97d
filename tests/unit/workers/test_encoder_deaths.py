"""An encode worker whose child dies: what it costs, and whom."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from muserd.ground.errors import WorkerError
from muserd.ground.records import ContentHash
from muserd.workers.encode import supervisor
from muserd.workers.encode.outcomes import Encoded, FileFailed
from muserd.workers.process import child as process
from tests.unit.workers.desk import PATIENCE_S, Desk


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("reading: segfault", "crash"),
        ("reading: exit", "crash"),
        ("encoding: segfault", "crash"),
        ("reading: babble", "crash"),
        ("reading: map", "memory"),
        ("encoding: allocate", "memory"),
    ],
)
def test_a_death_costs_exactly_one_file(desk: Callable[..., Desk], text: str, cause: str) -> None:
    """Among thirty files, only the one that kills the child is blamed, with its cause."""
    here = desk()
    tasks = here.many(30)
    tasks.insert(11, here.write("culprit.txt", text))
    here.read(tasks)
    found = here.wait(31)
    culprit = found.pop("culprit.txt")
    assert isinstance(culprit, FileFailed)
    assert (culprit.cause, culprit.retry) == (cause, False)
    assert all(isinstance(outcome, Encoded) for outcome in found.values())
    assert here.worker.state.restarts >= 2  # once among others, once alone


def test_a_hang_costs_exactly_one_file(desk: Callable[..., Desk]) -> None:
    """A file that is never read to its end is blamed when its time is over; no other is."""
    here = desk(file_deadline_s=2.0)
    here.read([*here.many(5), here.write("culprit.txt", "reading: hang")])
    found = here.wait(6)
    culprit = found.pop("culprit.txt")
    assert isinstance(culprit, FileFailed)
    assert culprit.cause == "hang"
    assert all(isinstance(outcome, Encoded) for outcome in found.values())


@pytest.mark.parametrize("trick", ["hang", "hold"])
def test_a_suspect_that_hangs_costs_no_ordinary_file_anything(
    desk: Callable[..., Desk], trick: str
) -> None:
    """While it is tried, words are answered and files are encoded by a child that has no part in
    it; when its time is over, it is blamed.
    """
    here = desk(file_deadline_s=12.0)
    here.read(here.many(1))
    here.wait(1)
    culprit = here.write("culprit.txt", f"reading: {trick}")
    here.read([replace(culprit, suspect=True)])
    here.wait_children(2)
    pid = here.worker.state.pid
    for n in range(5):
        here.worker.query("words", 5.0)
        here.read([here.write(f"next{n}.txt", f"ordinary {n}")])
        here.wait(2 + n)
    assert here.suspects == 1  # it is still in hand
    assert here.worker.state.pid == pid
    found = here.wait(7).pop("culprit.txt")
    assert isinstance(found, FileFailed)
    assert found.cause == "hang"
    assert here.suspects == 0
    here.wait_children(1)
    assert here.worker.state.pid == pid


def test_a_hang_that_nothing_interrupts_is_set_aside_before_its_time_is_over(
    desk: Callable[..., Desk],
) -> None:
    """A file that stops its whole child, while others wait, keeps that child: another one goes on
    with these, and with questions, after a moment.
    """
    here = desk(file_deadline_s=15.0, threads=1)
    here.read(here.many(1))
    here.wait(1)
    here.read([here.write("culprit.txt", "reading: hold"), *here.many(9)[1:]])
    found = here.wait(9)
    assert all(isinstance(one, Encoded) for one in found.values())
    assert (here.suspects, here.worker.state.restarts) == (0, 0)  # nobody had to die for it
    here.wait_children(2)
    here.worker.query("words", 5.0)
    failed = here.wait(10)["culprit.txt"]
    assert isinstance(failed, FileFailed)
    assert failed.cause == "hang"
    here.wait_children(1)


def test_what_is_only_slow_ends_where_it_was_begun(desk: Callable[..., Desk]) -> None:
    """It is read once, nobody dies, and the child that it had to itself leaves."""
    here = desk(threads=1)
    here.read(here.many(1))
    here.wait(1)
    here.read([here.write("slow.txt", "reading: hold a while"), *here.many(4)[1:]])
    found = here.wait(5)
    assert all(isinstance(one, Encoded) for one in found.values())
    assert list(found)[-1] == "slow.txt"
    here.wait_children(1)
    assert here.worker.state.restarts == 0


def test_one_hang_after_the_other_costs_others_a_moment_each(desk: Callable[..., Desk]) -> None:
    """There are two children, never more: the file that hung first is tried again behind all."""
    here = desk(file_deadline_s=10.0, threads=1)
    here.read(here.many(1))
    here.wait(1)
    for turn in (1, 2):
        files = [here.write(f"{turn}-{n}.txt", f"note {n} of {turn}") for n in range(3)]
        here.read([here.write(f"culprit-{turn}.txt", "reading: hold"), *files])
        found = here.wait(1 + 3 * turn)
        assert all(isinstance(one, Encoded) for one in found.values())
        here.wait_children(2)
    failed = [one for one in here.wait(9).values() if isinstance(one, FileFailed)]
    assert {one.cause for one in failed} == {"hang"}
    assert len(failed) == 2


def test_of_several_files_that_a_child_is_silent_over_one_is_blamed(
    desk: Callable[..., Desk],
) -> None:
    """Who is read beside a hang is tried again, before the deadline, and encoded."""
    here = desk(file_deadline_s=12.0, threads=2)
    here.read(here.many(1))
    here.wait(1)
    beside = here.write("beside.txt", "reading: slow\n")
    here.read([beside, here.write("culprit.txt", "reading: hold"), *here.many(4)[1:]])
    found = here.wait(6)
    failed = [name for name, one in found.items() if isinstance(one, FileFailed)]
    assert failed == ["culprit.txt"]


def test_a_hang_while_the_model_is_opened_keeps_nobody_until_its_deadline(
    desk: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first content that a worker meets may be the one."""
    monkeypatch.setattr(supervisor, "OPENING_S", 1.0)
    here = desk(file_deadline_s=30.0, threads=1)
    here.read([here.write("culprit.txt", "reading: hold"), *here.many(3)])
    found = here.wait(3)
    assert all(isinstance(one, Encoded) for one in found.values())


def test_suspects_wait_behind_everything_else(desk: Callable[..., Desk]) -> None:
    """What killed a child once comes last, even when it is submitted first."""
    here = desk()
    suspects = [
        replace(here.write(f"bad{n}.txt", f"encoding: exit\n{n}"), suspect=True) for n in range(2)
    ]
    slow = [here.write(f"{n}.txt", f"reading: slow\n{n}") for n in range(12)]
    here.read([*suspects, *slow])
    found = list(here.wait(14))
    assert set(found[-2:]) == {"bad0.txt", "bad1.txt"}


def test_a_question_that_hangs_accuses_no_file(desk: Callable[..., Desk]) -> None:
    """The child is killed for it; the files that it had are read again, as ordinary ones."""
    here = desk(file_deadline_s=3.0)
    with pytest.raises(WorkerError, match="in time"):
        here.worker.query("query: hold", PATIENCE_S)
    here.read(here.many(3))
    assert all(isinstance(one, Encoded) for one in here.wait(3).values())
    assert here.suspects == 0


def test_several_culprits_are_all_found(desk: Callable[..., Desk]) -> None:
    """Three deadly files in one batch: three are blamed, the rest is encoded."""
    here = desk()
    tasks = here.many(10)
    for n in (1, 2, 7):
        tasks.insert(n, here.write(f"bad{n}.txt", "encoding: exit"))
    here.read(tasks)
    found = here.wait(13)
    blamed = {name for name, one in found.items() if isinstance(one, FileFailed)}
    assert blamed == {"bad1.txt", "bad2.txt", "bad7.txt"}


@pytest.mark.parametrize("point", ["encode.read", "encode.forward"])
def test_killed_at_a_named_point(
    desk: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    """The first child dies there: no file is blamed, every one is encoded."""
    points, environment = iter([point]), process.environment
    monkeypatch.setattr(
        process,
        "environment",
        lambda settings: {**environment(settings), "MUSER_FAILPOINT": next(points, "")},
    )
    here = desk()
    here.read(here.many(12))
    assert all(isinstance(one, Encoded) for one in here.wait(12).values())
    here.wait_restarts(1)


def test_a_child_killed_by_somebody_costs_no_file(desk: Callable[..., Desk]) -> None:
    """A kill from outside is survived once by every file: all of them are encoded."""
    here = desk()
    here.read([here.write(f"{n}.txt", f"reading: slow\n{n}") for n in range(12)])
    slow = here.wait_for("ready")
    assert slow.pid is not None
    psutil.Process(slow.pid).kill()
    assert all(isinstance(one, Encoded) for one in here.wait(12).values())
    here.wait_restarts(1)


def test_a_vector_that_is_none_is_the_files_failure(desk: Callable[..., Desk]) -> None:
    """NaN costs the file that got it, not its batch."""
    here = desk()
    here.read([*here.many(3), here.write("nan.txt", "encoding: nan")])
    found = here.wait(4)
    bad = found.pop("nan.txt")
    assert isinstance(bad, FileFailed)
    assert bad.cause == "bad-vector"
    assert all(isinstance(one, Encoded) for one in found.values())


def test_a_query_that_kills_the_child_blames_no_file(desk: Callable[..., Desk]) -> None:
    """The question gets an error; the files that were under way are encoded."""
    here = desk()
    here.read([here.write(f"{n}.txt", f"encoding: slow\n{n}") for n in range(8)])
    with pytest.raises(WorkerError, match="status 3"):
        here.worker.query("query: exit", PATIENCE_S)
    assert all(isinstance(one, Encoded) for one in here.wait(8).values())


@pytest.mark.parametrize("how", ["start", "load"])
def test_a_child_that_cannot_start_fails_the_worker_not_the_files(
    desk: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """Dying before the model is ready is nobody's fault but the worker's: it is tried again."""
    if how == "start":
        monkeypatch.setenv("PUPPET_DIES", "1")
    here = desk(spec="die" if how == "load" else "toy")
    here.read(here.many(3))
    state = here.wait_for("failed")
    assert "encode_puppet" in state.message
    assert here.outcomes == []
    if how == "start":
        monkeypatch.delenv("PUPPET_DIES")
        assert all(isinstance(one, Encoded) for one in here.wait(3).values())


def test_a_worn_child_is_replaced(
    desk: Callable[..., Desk], launches: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After so many files a fresh child goes on, and no file notices."""
    monkeypatch.setattr("muserd.workers.encode.supervisor.RECYCLED_AFTER", 40)
    here = desk()
    here.read(here.many(150))
    assert all(isinstance(one, Encoded) for one in here.wait(150).values())
    assert launches().count("start") >= 2
    assert here.worker.state.restarts == 0


def test_a_child_that_dies_with_nothing_to_do_is_no_failure(desk: Callable[..., Desk]) -> None:
    """The next file starts another at once."""
    here = desk()
    here.read(here.many(1))
    here.wait(1)
    pid = here.worker.state.pid
    assert pid is not None
    psutil.Process(pid).kill()
    here.wait_for("absent")
    here.read([here.write("next.txt", "the next")])
    assert isinstance(here.wait(2)["next.txt"], Encoded)


def test_a_callback_that_fails_ends_the_worker_in_the_open(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A fault in muserd's own code is logged, told by the state, and leaves no child behind."""

    def known(_: object) -> list[ContentHash]:
        raise RuntimeError("the store is closed")

    here = Desk(tmp_path)
    owner = here.worker._supervisor
    owner._hooks = replace(owner._hooks, known=known)
    here.read(here.many(1))
    with pytest.raises(WorkerError):
        here.worker.query("words", 5)
    assert here.worker.state.stage == "failed"
    assert "the store is closed" in caplog.text
    here.worker.stop(5)
