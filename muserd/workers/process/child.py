"""A child process that may die: started, limited, watched and ended by its parent.

A `Child` runs `python -m MODULE` in its own session and exchanges frames (`ground.wire`) with it;
the module's side is `workers.link`. Its threads never let the owner block: `send` only queues;
frames and the final `Ending` come by the `deliver` callable. `expect` sets a deadline; a child
that misses it, or grows beyond its memory, is killed with everything it started. The owner of a
child is a loop over one queue::

    inbox: SimpleQueue[Frame[Header] | Ending] = SimpleQueue()
    child = Child(ChildSettings(module="muserd.workers.layout.child", …), inbox.put, clock)
    child.send({"type": "fit", "job": "…"})
    child.expect(600)
    while isinstance(message := inbox.get(), Frame):
        …
    # message is the Ending: nothing more will come
"""

import contextlib
import json
import logging
import os
import signal
import socket
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import BinaryIO, Generic, Literal, TypeVar, cast

import msgspec
import psutil

from muserd.ground import python
from muserd.ground.clock import Clock
from muserd.ground.logs import fields
from muserd.ground.paths import make_private
from muserd.ground.wire import FrameError, Header, read_raw_frame, write_frame
from muserd.workers.process import confined, descriptors
from muserd.workers.process.descriptors import OpenPath
from muserd.workers.process.link import EXIT_MEMORY, OPENER, Buffer, Frame

log = logging.getLogger(__name__)

EndCause = Literal["stopped", "finished", "crash", "hang", "memory", "start"]

WATCH_S = 0.5  # between two looks at deadline and memory: a bomb grows some GB in this time
LINGER_S = 5.0  # for a child to end after it closed its pipe
KEPT_LINES = 20  # of stderr, to explain a crash

_SCRATCH = "scratch"  # in the cache: temporary files of children that are shut in

_LEVELS = {"INFO": logging.INFO, "WARNING": logging.WARNING, "ERROR": logging.ERROR}


@dataclass(frozen=True, slots=True)
class ChildSettings:
    """What runs, and what it may use.

    Attributes:
        module: run as `python -m module`; it ends in `run(main)`.
        cache: compiled code (numba) and other things that can be made again.
        memory_bytes: of private writable memory, and of resident memory.
        threads: of the numerical libraries; 0 means one per core.
        nice: added to the parent's niceness; the I/O class is idle where there is one.
        environment: further variables; these win.
        shut_in: whether the child is shut in before it imports anything (`process.confined`): it
            opens libraries, `readable` and the cache, no more.
        opening: of one that is shut in: opens what it asks for.
        readable: further folders and files that a child which is shut in may read.
        writable: folders that it may write to, absolute or in the cache. That of numba is for
            none that reads foreign files: what lies there is unpickled by others.
    """

    module: str
    cache: Path
    memory_bytes: int
    threads: int = 0
    nice: int = 0
    environment: Mapping[str, str] = field(default_factory=dict)
    shut_in: bool = False
    opening: OpenPath | None = None
    readable: tuple[Path, ...] = ()
    writable: tuple[str | Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Ending:
    """How a child ended; the last thing that its parent hears of it.

    Attributes:
        cause: `stopped` when asked to, `finished` by itself with status 0, `crash`, `hang` after
            a missed deadline, `memory` over its limit or by the kernel's OOM killer, `start`
            when there never was a process.
        message: for people.
        lines: the last lines on its stderr.
    """

    cause: EndCause
    message: str
    lines: tuple[str, ...] = ()


H = TypeVar("H")
_Sent = tuple[Header | msgspec.Struct, tuple[Buffer, ...]]


class Child(Generic[H]):
    """The parent's side. Starting returns at once; a failure to start comes as an `Ending`.

    Args:
        settings: what runs and its limits.
        deliver: called by one thread of the child's with every frame, then once with the
            `Ending`. It must not block for long and must not raise.
        clock: for deadlines.
        decode: a frame's header. It raises FrameError for what makes no sense: that ends the
            child, for a crash.

    Guarantee: all methods may be called from any thread, at any time, also after the end.
    """

    def __init__(
        self,
        settings: ChildSettings,
        deliver: Callable[[Frame[H] | Ending], None],
        clock: Clock,
        decode: Callable[[bytes], H],
    ) -> None:
        self._settings = settings
        self._deliver = deliver
        self._clock = clock
        self._decode = decode
        self._name = settings.module.rpartition(".")[2]
        self._outgoing: SimpleQueue[_Sent | None] = SimpleQueue()
        self._lock = threading.Lock()  # guards the three below
        self._process: subprocess.Popen[bytes] | None = None
        self._killed_for: EndCause | None = None
        self._deadline_s: float | None = None
        self._over = threading.Event()
        self._tail: deque[str] = deque(maxlen=KEPT_LINES)
        self.send(
            {"type": "adopt", "memory_bytes": settings.memory_bytes, "nice": settings.nice},
        )
        self._thread("keep", self._keep)

    @property
    def pid(self) -> int | None:
        """The process id; None before the start and after the end."""
        with self._lock:
            return self._process.pid if self._process and not self._over.is_set() else None

    @property
    def rss_bytes(self) -> int:
        """Resident memory; 0 when there is no process."""
        pid = self.pid
        with contextlib.suppress(psutil.Error):
            return int(psutil.Process(pid).memory_info().rss) if pid is not None else 0
        return 0

    def send(self, header: Header | msgspec.Struct, buffers: tuple[Buffer, ...] = ()) -> None:
        """Queue a frame for the child; after its end, frames are dropped."""
        self._outgoing.put((header, buffers))

    def expect(self, within_s: float | None) -> None:
        """Kill the child for a `hang` unless this is called again in time; None: no deadline."""
        with self._lock:
            self._deadline_s = None if within_s is None else self._clock.monotonic_s() + within_s

    def kill(self, cause: EndCause = "stopped") -> None:
        """End the child and whatever it started, now."""
        with self._lock:
            if self._killed_for is None:
                self._killed_for = cause
            process = self._process
        if process is not None and process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

    def stop(self, timeout_s: float) -> None:
        """Ask the child to leave, by the end of its stdin; kill it after `timeout_s`. Blocks."""
        with self._lock:
            if self._killed_for is None:
                self._killed_for = "stopped"
        self._outgoing.put(None)
        if not self._over.wait(timeout_s):
            self.kill()
            self._over.wait(LINGER_S)

    def _keep(self) -> None:
        # This thread starts the process and lives until it ends: Linux ties a child's death
        # signal to the thread that made it, not to the whole parent.
        try:
            process = self._spawn()
        except OSError as error:
            self._over.set()
            self._outgoing.put(None)
            self._deliver(Ending("start", f"{self._name} cannot be started: {error}"))
            return
        pipes = (process.stdin, process.stdout, process.stderr)
        stdin, stdout, stderr = (cast("BinaryIO", pipe) for pipe in pipes)
        log.debug("child started", extra=fields(module=self._name, pid=process.pid))
        with self._lock:
            self._process = process
            doomed = self._killed_for is not None
        if doomed:
            self.kill()
        talk = self._thread("write", self._write, stdin)
        listen = self._thread("log", self._log, stderr)
        self._thread("watch", self._watch, process.pid)
        self._read(stdout)
        self._reap(process)
        self._over.set()
        self._outgoing.put(None)
        talk.join()
        listen.join(LINGER_S)  # a grandchild may hold stderr open
        stdout.close()
        self._deliver(self._ending(process.returncode))

    def _spawn(self) -> subprocess.Popen[bytes]:
        settings = self._settings
        variables = environment(settings)
        if not settings.shut_in:
            return self._start(python.command(settings.module), variables)
        writable = [settings.cache / name for name in (*settings.writable, _SCRATCH)]
        for folder in writable:
            make_private(folder)  # what does not exist yet cannot be allowed
        readable = [*settings.readable, settings.cache]
        variables |= {
            confined.READABLE: json.dumps([os.fspath(path) for path in readable]),
            confined.WRITABLE: json.dumps([os.fspath(path) for path in writable]),
            "TMPDIR": os.fspath(settings.cache / _SCRATCH),
            "CUDA_CACHE_PATH": os.fspath(settings.cache / _SCRATCH),
        }
        command = python.command(confined.__name__, settings.module)
        if settings.opening is None:
            return self._start(command, variables)
        ours, theirs = socket.socketpair()
        with theirs:
            variables[OPENER] = str(theirs.fileno())
            process = self._start(command, variables, (theirs.fileno(),))
        self._thread("open", descriptors.serve, ours, settings.opening)
        return process

    def _start(
        self, command: list[str], variables: Mapping[str, str], passed: tuple[int, ...] = ()
    ) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=python.FOLDER,
            env=variables,
            pass_fds=passed,
            start_new_session=True,  # one kill reaches all of it, and Ctrl-C reaches none of it
        )

    def _read(self, stream: BinaryIO) -> None:
        try:
            while (frame := read_raw_frame(stream)) is not None:
                self._deliver(Frame(self._decode(frame[0]), frame[1]))
        except (FrameError, ValueError) as error:
            self._tail.append(f"unreadable answer: {error}")
            self.kill("crash")

    def _reap(self, process: subprocess.Popen[bytes]) -> None:
        try:
            process.wait(LINGER_S)
        except subprocess.TimeoutExpired:  # it closed its pipe and stays
            self.kill("crash")
            process.wait()

    def _write(self, stream: BinaryIO) -> None:
        with contextlib.suppress(OSError), stream:
            while (frame := self._outgoing.get()) is not None:
                write_frame(stream, *frame)

    def _log(self, stream: BinaryIO) -> None:
        logger = logging.getLogger(self._settings.module)
        with stream:
            for raw in stream:
                line = raw.decode("utf-8", "replace").rstrip()
                level, _, rest = line.partition(" ")
                known = _LEVELS.get(level)
                logger.log(known or logging.DEBUG, "%s", rest if known else line)
                if line:
                    self._tail.append(line)

    def _watch(self, pid: int) -> None:
        with contextlib.suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            while not self._over.wait(WATCH_S):
                with self._lock:
                    deadline_s = self._deadline_s
                if deadline_s is not None and self._clock.monotonic_s() > deadline_s:
                    self.kill("hang")
                elif process.memory_info().rss > self._settings.memory_bytes:
                    self.kill("memory")

    def _ending(self, status: int) -> Ending:
        cause, message = self._killed_for, f"{self._name} was stopped"
        if cause == "hang":
            message = f"{self._name} did not answer in time and was killed"
        elif cause == "memory" or (cause is None and status in {-signal.SIGKILL, EXIT_MEMORY}):
            limit_mb = self._settings.memory_bytes >> 20
            cause, message = "memory", f"{self._name} ran out of memory (limit {limit_mb} MB)"
        elif cause is None and status == 0:
            cause, message = "finished", f"{self._name} ended"
        elif cause != "stopped":
            how = signal.Signals(-status).name if status < 0 else f"status {status}"
            last = f": {self._tail[-1]}" if self._tail else ""
            cause, message = "crash", f"{self._name} died with {how}{last}"
        return Ending(cause, message, tuple(self._tail))

    def _thread(
        self, what: str, target: Callable[..., None], *arguments: object
    ) -> threading.Thread:
        thread = threading.Thread(
            target=target, args=arguments, name=f"{self._name}-{what}", daemon=True
        )
        thread.start()
        return thread


def environment(settings: ChildSettings) -> dict[str, str]:
    """The variables of a child: thread caps, caches, and where this package is."""
    threads = str(settings.threads or os.cpu_count() or 1)
    more = {
        "PYTHONUNBUFFERED": "1",
        "OMP_NUM_THREADS": threads,
        "OPENBLAS_NUM_THREADS": threads,
        "MKL_NUM_THREADS": threads,
        # Threads that spin at barriers make two busy processes fifty times slower, not two.
        "OMP_WAIT_POLICY": "PASSIVE",
        "VECLIB_MAXIMUM_THREADS": threads,
        "NUMBA_NUM_THREADS": threads,
        "NUMBA_CACHE_DIR": str(settings.cache / "numba"),
        "ONEDNN_PRIMITIVE_CACHE_CAPACITY": "64",  # it grows with every new shape (torch #32596)
        "TOKENIZERS_PARALLELISM": "false",
        # glibc gives large blocks back to the kernel at once and gets them again, page by page
        # faulted in: half the time of a small network. A child that leaves gives back everything.
        "MALLOC_MMAP_THRESHOLD_": str(32 * 2**20),  # the most that glibc accepts
        "MALLOC_TRIM_THRESHOLD_": str(512 * 2**20),
        # Neither setting reaches beyond the first arena, and each lane would get one of its own.
        "MALLOC_ARENA_MAX": "1",
        **settings.environment,
    }
    return python.environment(more)
