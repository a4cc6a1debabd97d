import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import SimpleQueue

import psutil
import pytest

from muserd.ground.clock import SystemClock
from muserd.ground.wire import Header, header_of
from muserd.workers.process.backoff import Backoff
from muserd.workers.process.child import Child, ChildSettings, Ending, environment
from muserd.workers.process.link import Frame
from tests import children

MEMORY_BYTES = 300 * 2**20
PATIENCE_S = 30


class Stage:
    """A puppet child with the inbox of its owner."""

    def __init__(self, settings: ChildSettings) -> None:
        self.inbox: SimpleQueue[Frame[Header] | Ending] = SimpleQueue()
        self.child = Child(settings, self.inbox.put, SystemClock(), header_of)

    def next(self) -> Frame | Ending:
        return self.inbox.get(timeout=PATIENCE_S)

    def ask(self, do: str, **more: object) -> Frame | Ending:
        self.child.send({"do": do, **more})
        return self.next()


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Callable[..., Stage]]:
    stages: list[Stage] = []

    def start(module: str = "puppet", **settings: object) -> Stage:
        given = {"cache": tmp_path, "memory_bytes": MEMORY_BYTES, **settings}
        stages.append(Stage(ChildSettings(module=module, **given)))
        return stages[-1]

    yield start
    for one in stages:
        one.child.stop(5)


def test_frames_go_both_ways_with_their_buffers(stage: Callable[..., Stage]) -> None:
    """What is sent comes back, buffers and all, in order."""
    puppet = stage()
    for n in range(3):
        puppet.child.send({"do": "echo", "n": n}, (b"x" * 200_000, memoryview(b"")))
    for n in range(3):
        frame = puppet.next()
        assert frame == Frame({"do": "echo", "n": n}, [b"x" * 200_000, b""])


def test_what_libraries_print_does_not_reach_the_frames(
    stage: Callable[..., Stage], caplog: pytest.LogCaptureFixture
) -> None:
    """Output on stdout, by Python or by fd, is logged instead of breaking the protocol."""
    caplog.set_level("DEBUG")
    puppet = stage()
    assert puppet.ask("print") == Frame({"printed": True}, [])
    puppet.child.stop(5)
    assert isinstance(puppet.next(), Ending)
    assert {"chatter on stdout", "more chatter on fd 1"} <= set(caplog.messages)


def test_a_child_is_modest(stage: Callable[..., Stage], tmp_path: Path) -> None:
    """Niceness, thread caps, caches, no core dumps, its own session, out of the user's folder."""
    frame = stage(threads=3, nice=2).ask("describe")
    assert isinstance(frame, Frame)
    assert frame.header == {
        "cwd": "/",
        "nice": os.nice(0) + 2,
        "threads": "3",
        "numba": str(tmp_path / "numba"),
        "core": 0,
        "session": True,
    }


@pytest.mark.skipif(sys.platform != "linux", reason="I/O classes are Linux's")
def test_a_child_yields_the_disk(stage: Callable[..., Stage]) -> None:
    """The I/O class is idle: people's own programs come first."""
    puppet = stage()
    puppet.ask("echo")
    assert psutil.Process(puppet.child.pid).ionice().ioclass == psutil.IOPRIO_CLASS_IDLE


def test_a_child_that_leaves_has_finished(stage: Callable[..., Stage]) -> None:
    """Returning from main is an end by itself."""
    ending = stage().ask("leave")
    assert isinstance(ending, Ending)
    assert ending.cause == "finished"


def test_stop_ends_the_process(stage: Callable[..., Stage]) -> None:
    """After stop no process is left, and the ending says that it was asked for."""
    puppet = stage()
    puppet.ask("echo")
    pid = puppet.child.pid
    assert pid is not None
    puppet.child.stop(10)
    ending = puppet.next()
    assert isinstance(ending, Ending)
    assert ending.cause == "stopped"
    assert not psutil.pid_exists(pid)
    assert puppet.child.pid is None
    assert puppet.child.rss_bytes == 0


def test_stop_kills_what_does_not_leave(stage: Callable[..., Stage]) -> None:
    """A child that is stopped by a signal cannot see the end of its stdin; it is killed."""
    puppet = stage()
    puppet.ask("echo")
    pid = puppet.child.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    puppet.child.stop(0.2)
    assert not psutil.pid_exists(pid)


@pytest.mark.parametrize(
    ("trick", "words"),
    [("segfault", "SIGSEGV"), ("raise", "the puppet raises"), ("garble", "unreadable answer")],
)
def test_a_crash_is_explained(stage: Callable[..., Stage], trick: str, words: str) -> None:
    """Signals, exceptions and nonsense on the pipe end as a crash that tells how."""
    ending = stage().ask(trick)
    assert isinstance(ending, Ending)
    assert ending.cause == "crash"
    assert words in ending.message


def test_a_hang_is_killed_at_its_deadline(stage: Callable[..., Stage]) -> None:
    """A child that does not answer in time is killed."""
    puppet = stage()
    puppet.ask("echo")
    puppet.child.expect(0.1)
    ending = puppet.ask("hang")
    assert isinstance(ending, Ending)
    assert ending.cause == "hang"


def test_a_deadline_can_be_lifted(stage: Callable[..., Stage]) -> None:
    """An answer in time lets the child live."""
    puppet = stage()
    puppet.child.expect(PATIENCE_S)
    puppet.ask("echo")
    puppet.child.expect(None)
    assert isinstance(puppet.ask("echo"), Frame)


@pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_DATA does not bind elsewhere")
def test_private_memory_is_limited_by_the_kernel(stage: Callable[..., Stage]) -> None:
    """An allocation over the limit fails in the child before a page is touched."""
    puppet = stage()
    assert puppet.ask("allocate", bytes=2**20) == Frame({"allocated": 2**20}, [])
    ending = puppet.ask("allocate", bytes=2 * MEMORY_BYTES)
    assert isinstance(ending, Ending)
    assert ending.cause == "memory"


@pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_DATA does not bind elsewhere")
def test_resident_memory_is_watched(stage: Callable[..., Stage]) -> None:
    """Memory that the kernel's limit does not count is seen by the parent."""
    ending = stage().ask("map", bytes=MEMORY_BYTES + 2**26)
    assert isinstance(ending, Ending)
    assert ending.cause == "memory"


def test_a_module_that_does_not_exist_is_a_crash_with_its_reason(
    stage: Callable[..., Stage],
) -> None:
    """A broken installation is told in the ending."""
    ending = stage("no_such_module_of_muser").next()
    assert isinstance(ending, Ending)
    assert ending.cause == "crash"
    assert "no_such_module_of_muser" in ending.message


def test_an_interpreter_that_is_gone_is_a_start_failure(
    stage: Callable[..., Stage], monkeypatch: pytest.MonkeyPatch
) -> None:
    """When no process can be made at all, the ending says so and nothing blocks."""
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    puppet = stage()
    ending = puppet.ask("echo")
    assert isinstance(ending, Ending)
    assert ending.cause == "start"


def test_a_killed_parent_takes_its_child_along(tmp_path: Path) -> None:
    """Kill -9 of the parent leaves no worker behind, not even a busy one."""
    program = """
import sys, time
from pathlib import Path
from muserd.ground.clock import SystemClock
from muserd.ground.wire import header_of
from muserd.workers.process.child import Child, ChildSettings
settings = ChildSettings(
    module="puppet",
    cache=Path(sys.argv[1]),
    memory_bytes=2**29,
    environment={"PYTHONPATH": sys.argv[2]},
)
child = Child(settings, lambda message: print(child.pid, flush=True), SystemClock(), header_of)
child.send({"do": "echo"})
child.send({"do": "hang"})
time.sleep(600)
"""
    paths = os.pathsep.join([str(children.CHILDREN), str(Path(__file__).parents[3])])
    parent = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path), paths], stdout=subprocess.PIPE, text=True
    )
    with parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    # Its new parent may be slow to reap it: a zombie runs no more.
    until = time.monotonic() + PATIENCE_S
    while child.is_running() and child.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < until
        time.sleep(0.01)


def test_files_where_muserd_was_started_are_not_imported(
    stage: Callable[..., Stage], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A `json.py` in the working directory is somebody's file, not a module."""
    (tmp_path / "json.py").write_text("raise SystemExit('imported a stranger')")
    monkeypatch.chdir(tmp_path)
    assert isinstance(stage().ask("echo"), Frame)


def test_a_child_gets_no_more_of_the_environment_than_it_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a shell holds beyond that is no business of a process that reads foreign files."""
    secret = ("AWS_SECRET_ACCESS_KEY", "HF_TOKEN", "LD_PRELOAD", "PYTHONSTARTUP", "PYTHONHOME")
    for name in (*secret, "SSH_AUTH_SOCK", "DBUS_SESSION_BUS_ADDRESS", "NOTIFY_SOCKET"):
        monkeypatch.setenv(name, "/tmp/x")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("LC_TIME", "de_DE.UTF-8")
    made = environment(ChildSettings(module="puppet", cache=tmp_path, memory_bytes=1))
    assert "/tmp/x" not in made.values()
    assert str(tmp_path) not in made.get("PYTHONPATH", "")
    assert made["LC_TIME"] == "de_DE.UTF-8"


def test_zero_threads_means_every_core(tmp_path: Path) -> None:
    """Without a cap the numerical libraries get one thread per core."""
    variables = environment(ChildSettings(module="puppet", cache=tmp_path, memory_bytes=1))
    assert variables["OMP_NUM_THREADS"] == str(os.cpu_count())


def test_backoff_doubles_up_to_its_ceiling_and_forgets() -> None:
    """1, 2, 4 … seconds, never more than the ceiling; success starts anew."""
    backoff = Backoff(first_s=1, most_s=10)
    assert [backoff.failed() for _ in range(6)] == [1, 2, 4, 8, 10, 10]
    backoff.worked()
    assert backoff.failed() == 1
    assert [Backoff().failed() for _ in range(2)] == [1, 1]


def test_backoff_never_overflows() -> None:
    """A thing may fail for years."""
    backoff = Backoff()
    backoff.failures = 10_000
    assert backoff.failed() == 300
