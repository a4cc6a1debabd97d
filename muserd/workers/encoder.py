"""The encode worker as muserd sees it: files in, outcomes out, whatever happens to the child.

One thread owns the child, the docket of files and the requests; everybody else only posts to it.
The child is started when there is work and leaves after an idle time. When it dies, the docket
finds the file that is to blame; see docs/encoders.md.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from muserd.extract.limits import Limits
from muserd.ground.clock import Clock
from muserd.ground.errors import FileError, MuserError, WorkerError, WorkerStartError
from muserd.ground.logs import fields
from muserd.ground.paths import display
from muserd.ground.records import KIND_OF, ContentHash, EncoderInfo, Kind, Space
from muserd.workers.encode_docket import Docket
from muserd.workers.encode_wire import (
    Message,
    Opening,
    error_of,
    files_message,
    info_of,
    outcome_of,
    pack_message,
    preview_message,
)
from muserd.workers.link import Frame
from muserd.workers.outcomes import Encoded, FileFailed, FileTask, Outcome
from muserd.workers.process import Backoff, Child, ChildSettings, Ending

__all__ = ["EncodeSettings", "EncodeWorker", "FileTask", "QueryAnswer", "WorkerState"]

log = logging.getLogger(__name__)

Stage = Literal["absent", "starting", "fetching", "loading", "ready", "failed"]

CHILD = "muserd.workers.encode_child"
WINDOW = 64  # files in a child's hands: two batches ahead of the encoder, and the readers
OPEN_DEADLINE_S = 300.0  # without a word while it fetches or loads: a cold disk is slow
LEAVE_S = 3.0
RECYCLED_AFTER = 20_000  # files: what libraries leak in that many stays below some 100 MB
RATE_WINDOW_S = 10.0
MOST_TRIES = 2  # of a request in children that die
CLASSES_BYTES = 4_000


@dataclass(frozen=True, slots=True)
class EncodeSettings:
    """What an encode worker is.

    Attributes:
        spec: `encoders.image` or `encoders.text` of the configuration.
        keep: id of the encoder that made the store's vectors; empty when there are none.
        device: `auto`, `cpu`, `cuda` or `mps`.
        memory_bytes, threads, nice: limits of the child.
        idle_s: after this time without work the child leaves.
        file_deadline_s: for reading one file; a batch has this long for each of its files.
    """

    space: Space
    spec: str
    keep: str
    device: str
    cache: Path
    memory_bytes: int
    threads: int
    nice: int
    idle_s: float
    file_deadline_s: float
    limits: Limits


@dataclass(frozen=True, slots=True)
class WorkerState:
    """How an encode worker stands.

    Attributes:
        message: what it is doing, or why it failed and what to do; often empty.
        progress: of a fetch, 0 to 1; None when not known.
        encoder: the one in use, also while no child is there; None before the first start.
        restarts: children that died since the worker was made.
    """

    stage: Stage = "absent"
    message: str = ""
    progress: float | None = None
    encoder: EncoderInfo | None = None
    pid: int | None = None
    rss_bytes: int = 0
    restarts: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class QueryAnswer:
    """What to compare a space's items with: one of the two.

    Attributes:
        vector: float32[dim], L2-normalised, in the space of the items' vectors.
        concepts: float32[1000], 0 to 1: how much each ImageNet class has to do with the words.
    """

    vector: NDArray[np.float32] | None
    concepts: NDArray[np.float32] | None


class _Request:
    """A question and, later, its answer. Waited for by one thread, answered by another."""

    def __init__(self, message: Message) -> None:
        self.header, self.buffers = message
        self.tries = 0
        self.deadline_s: float | None = None
        self.given_up = False
        self.result: Frame | MuserError | None = None
        self.done = threading.Event()

    @property
    def needs_model(self) -> bool:
        return bool(self.header["type"] == "query")

    def end(self, result: Frame | MuserError) -> None:
        self.result = result
        self.done.set()


_Mail: TypeAlias = tuple[int, Frame | Ending] | list[FileTask] | _Request | None  # None: stop


class EncodeWorker:
    """Thread-safe; no method but `query`, `preview`, `pack` and `stop` waits for anything.

    Args:
        settings: see there.
        known: contents that have a vector already; asked whenever a child starts.
        on_outcome: called with the outcome of every file, from the worker's thread.
        on_state: called when `state` changed in more than memory use, from that thread.
        clock: for deadlines, idleness and rates.
        child: the module of the child; tests take another.
    """

    def __init__(
        self,
        settings: EncodeSettings,
        *,
        known: Callable[[Kind], Iterable[ContentHash]],
        on_outcome: Callable[[Space, Outcome], None],
        on_state: Callable[[Space], None],
        clock: Clock,
        child: str = CHILD,
    ) -> None:
        self._settings = settings
        self._known = known
        self._on_outcome = on_outcome
        self._on_state = on_state
        self._clock = clock
        self._module = child
        self._inbox: SimpleQueue[_Mail] = SimpleQueue()
        self._lock = threading.Lock()  # guards the two below
        self._state = WorkerState()
        self._finished_s: deque[float] = deque(maxlen=4_096)
        # What follows belongs to the worker's thread.
        self._docket = Docket(WINDOW)
        self._requests: deque[_Request] = deque()
        self._asked: dict[int, _Request] = {}
        self._child: Child | None = None
        self._generation = 0
        self._keep = settings.keep
        self._ready = False
        self._loading = False
        self._open_deadline_s: float | None = None
        self._files_of_child = 0
        self._refusals = Backoff(5.0)
        self._starts = Backoff(1.0)
        self._refused_until_s = 0.0
        self._start_at_s = 0.0
        self._refusal: MuserError | None = None
        self._idle_since_s: float | None = None
        self._note = ""
        self._stopping = False
        self._thread = threading.Thread(
            target=self._run, name=f"muserd-encode-{settings.space}", daemon=True
        )
        self._thread.start()

    # any thread

    def submit(self, tasks: Sequence[FileTask]) -> None:
        """Queue files. Each comes back as exactly one outcome, unless `stop` comes first."""
        if tasks:
            self._inbox.put(list(tasks))

    def query(self, words: str, timeout_s: float) -> QueryAnswer:
        """What to compare the items with. Waits; comes before files.

        Raises:
            WorkerError: there is no encoder, or it does not answer in time.
        """
        frame = self._ask(({"type": "query", "words": words}, ()), timeout_s)
        vector, concepts = (np.frombuffer(data, "<f4") for data in frame.buffers)
        return QueryAnswer(vector if vector.size else None, concepts if concepts.size else None)

    def preview(self, path: bytes, size_px: int, timeout_s: float) -> bytes:
        """A WebP of a picture, at most `size_px` a side. Waits; comes before files.

        Raises:
            FileError: the file cannot be read.
            WorkerError: the worker does not answer in time.
        """
        return self._ask(preview_message(path, size_px), timeout_s).buffers[0]

    def pack(
        self,
        thumbs: Sequence[bytes | None],
        cell_px: int,
        columns: int,
        rows: int,
        timeout_s: float,
    ) -> bytes:
        """A WebP page of thumbnails, row by row; None leaves a cell transparent. Waits.

        Raises:
            WorkerError: the worker does not answer in time.
        """
        return self._ask(pack_message(thumbs, cell_px, columns, rows), timeout_s).buffers[0]

    @property
    def state(self) -> WorkerState:
        """How it stands now."""
        with self._lock:
            state = self._state
        child = self._child
        return state if child is None else replace(state, rss_bytes=child.rss_bytes)

    @property
    def rate_per_s(self) -> float:
        """Files finished a second, lately."""
        now = self._clock.monotonic_s()
        with self._lock:
            recent = [at for at in self._finished_s if now - at <= RATE_WINDOW_S]
        return len(recent) / max(now - recent[0], 1.0) if recent else 0.0

    def stop(self, timeout_s: float) -> None:
        """End the child and the thread; files that have no outcome yet get none. Waits."""
        self._inbox.put(None)
        self._thread.join(timeout_s)

    def _ask(self, message: Message, timeout_s: float) -> Frame:
        request = _Request(message)
        self._inbox.put(request)
        if not request.done.wait(timeout_s):
            request.given_up = True
            raise WorkerError(
                f"the {self._settings.space} worker did not answer within {timeout_s:g} s",
                "it may be starting or busy: try again",
            )
        if isinstance(request.result, Frame):
            return request.result
        if isinstance(request.result, (WorkerError, FileError)):
            raise request.result
        error = request.result or WorkerError("no answer")
        raise WorkerError(error.message, error.hint) from error

    # the thread

    def _run(self) -> None:
        while not self._stopping:
            try:
                self._take(self._inbox.get(timeout=self._sleep_s()))
                while True:
                    self._take(self._inbox.get_nowait())
            except Empty:
                self._step()
        if self._child is not None:
            self._child.stop(LEAVE_S)
        for request in (*self._requests, *self._asked.values()):
            request.end(WorkerError("Muser is stopping"))

    def _take(self, mail: _Mail) -> None:
        match mail:
            case None:
                self._stopping = True
            case list():
                self._docket.add(mail)
            case _Request():
                self._requests.append(mail)
            case (generation, message) if generation == self._generation:
                if isinstance(message, Frame):
                    self._hear(message)
                else:
                    self._ended(message)

    def _sleep_s(self) -> float | None:
        """Until something is due by itself; None when nothing is."""
        due: list[float] = []
        if self._idle_since_s is not None and self._child is not None:
            due.append(self._idle_since_s + self._settings.idle_s)
        if self._child is None and (self._docket.pending or self._requests):
            due.append(max(self._start_at_s, self._refused_until_s))
        if not due:
            return None
        # `get` refuses ages; what is due in a week is looked at tomorrow as well.
        return min(max(min(due) - self._clock.monotonic_s(), 0.0), 86_400.0)

    def _step(self) -> None:
        now = self._clock.monotonic_s()
        self._refuse_requests(now)
        if self._child is None and now >= self._start_at_s and self._has_work(now):
            self._start()
        if self._child is not None:
            self._dispatch(now)
            self._child.expect(self._deadline_in_s(now))
            self._rest(now)

    def _has_work(self, now: float) -> bool:
        return bool(self._requests) or (self._docket.pending > 0 and now >= self._refused_until_s)

    def _refuse_requests(self, now: float) -> None:
        """End at once what cannot be answered soon."""
        kept: deque[_Request] = deque()
        for request in self._requests:
            if request.given_up:
                continue
            if now < self._start_at_s:
                request.end(WorkerStartError(self._state.message or "the worker cannot start"))
            elif request.needs_model and self._refusal and now < self._refused_until_s:
                request.end(WorkerError(self._refusal.message, self._refusal.hint))
            elif request.needs_model and self._state.stage == "fetching":
                request.end(WorkerError(f"the encoder is being fetched: {self._state.message}"))
            else:
                kept.append(request)
        self._requests = kept

    def _start(self) -> None:
        settings = self._settings
        self._generation += 1
        generation = self._generation
        child = ChildSettings(
            module=self._module,
            cache=settings.cache,
            memory_bytes=settings.memory_bytes,
            threads=settings.threads,
            nice=settings.nice,
        )
        self._ready = self._loading = False
        self._files_of_child = 0
        self._child = Child(child, lambda one: self._inbox.put((generation, one)), self._clock)
        opening = Opening(
            settings.space,
            settings.spec,
            self._keep,
            settings.device,
            settings.cache,
            settings.limits,
            settings.threads,
        )
        known = self._known(KIND_OF[settings.space])
        self._child.send(*opening.message(known))
        self._open_deadline_s = self._clock.monotonic_s() + OPEN_DEADLINE_S
        if self._state.stage != "failed":
            self._tell("starting")

    def _dispatch(self, now: float) -> None:
        child = self._child
        if child is None:
            return
        alone = self._docket.probing  # then a death must accuse files, or a request, not both
        if not (alone and self._docket.in_hand):
            while self._requests:
                request = self._requests.popleft()
                n = self._docket.number()
                self._asked[n] = request
                request.tries += 1
                child.send({**request.header, "n": n}, request.buffers)
        if now < self._refused_until_s or self._files_of_child >= RECYCLED_AFTER:
            return
        if alone and self._docket.pending and not self._ready:
            self._load(child)  # a death while it loads must accuse no file
        elif not (alone and self._asked):
            files = self._docket.take()
            self._files_of_child += len(files)
            if files:
                child.send(*files_message(files))

    def _load(self, child: Child) -> None:
        if not self._loading:
            self._loading = True
            child.send({"type": "load"})

    def _deadline_in_s(self, now: float) -> float | None:
        deadlines = [self._docket.deadline_s(), self._open_deadline_s]
        deadlines += [request.deadline_s for request in self._asked.values()]
        known = [deadline for deadline in deadlines if deadline is not None]
        return max(min(known) - now, 0.0) if known else None

    def _rest(self, now: float) -> None:
        """Let an idle child go, and one that has read enough."""
        busy = self._docket.in_hand or self._asked or self._open_deadline_s is not None
        if busy or self._child is None:
            self._idle_since_s = None
            return
        worn = self._files_of_child >= RECYCLED_AFTER
        if self._docket.pending and not worn and now >= self._refused_until_s:
            self._idle_since_s = None
            return
        if self._idle_since_s is None:
            self._idle_since_s = now
        if worn or now - self._idle_since_s >= self._settings.idle_s:
            self._leave()
            self._tell("failed" if self._refusal else "absent")

    def _leave(self) -> None:
        """End the child without blaming anybody."""
        child, self._child = self._child, None
        self._generation += 1  # what it still says does not matter
        self._idle_since_s = self._open_deadline_s = None
        if child is not None:
            child.stop(LEAVE_S)

    # what the child says

    def _hear(self, frame: Frame) -> None:
        header = frame.header
        now = self._clock.monotonic_s()
        match header["type"]:
            case "outcome":
                self._finish(frame)
            case "begin":
                self._begin([header["n"]], now + self._settings.file_deadline_s)
            case "read":
                self._docket.busy_until([header["n"]], None)
            case "batch":
                numbers = header["n"]
                self._begin(numbers, now + self._settings.file_deadline_s * len(numbers))
            case "answer" | "error":
                request = self._asked.pop(header["n"], None)
                if request is not None:
                    request.end(frame if header["type"] == "answer" else error_of(header))
            case "stage":
                self._hear_stage(frame, now)
            case "ready":
                self._hear_ready(info_of(header))
            case "refused":
                self._hear_refused(WorkerError(header["message"], header["hint"]), frame)

    def _begin(self, numbers: Sequence[int], deadline_s: float) -> None:
        self._docket.busy_until(numbers, deadline_s)
        for n in numbers:
            if n in self._asked:
                self._asked[n].deadline_s = deadline_s

    def _finish(self, frame: Frame) -> None:
        task = self._docket.done(frame.header["n"])
        if task is None:
            return
        outcome = outcome_of(frame, task, self._state.encoder)
        if isinstance(outcome, Encoded) and self._state.encoder is not None:
            self._keep = self._state.encoder.id  # from now on `auto` means this one
        self._starts.worked()
        self._deliver(outcome)

    def _deliver(self, outcome: Outcome) -> None:
        with self._lock:
            self._finished_s.append(self._clock.monotonic_s())
        self._on_outcome(self._settings.space, outcome)

    def _hear_stage(self, frame: Frame, now: float) -> None:
        stage, message = frame.header["stage"], frame.header["message"]
        if stage == "starting":  # it runs; its model is opened when the first content needs it
            self._open_deadline_s = None
            self._tell("failed" if self._refusal else "ready")
            return
        self._open_deadline_s = now + OPEN_DEADLINE_S
        self._tell(stage, message, frame.header["share"])

    def _hear_ready(self, info: EncoderInfo) -> None:
        self._ready = True
        self._loading = False
        self._open_deadline_s = None
        self._refusal = None
        self._refused_until_s = 0.0
        self._refusals.worked()
        self._starts.worked()
        if info.note and info.note != self._note:
            log.warning("%s: %s", info.label, info.note)
        self._note = info.note
        with self._lock:
            self._state = replace(self._state, encoder=info)
        self._tell("ready")

    def _hear_refused(self, error: MuserError, frame: Frame) -> None:
        """The encoder cannot be opened: files wait, the reason is told, later it is tried again."""
        wait_s = float("inf") if frame.header["lasting"] else self._refusals.failed()
        self._refusal = error
        self._refused_until_s = self._clock.monotonic_s() + wait_s
        log.error("encoder refused", extra=fields(space=self._settings.space, why=error.message))
        self._docket.give_back()
        self._requests.extendleft(self._asked.values())
        self._asked = {}
        self._leave()
        self._tell("failed", f"{error.message}; {error.hint}" if error.hint else error.message)

    # its end

    def _ended(self, ending: Ending) -> None:
        self._child = None
        self._idle_since_s = self._open_deadline_s = None
        now = self._clock.monotonic_s()
        with self._lock:
            self._state = replace(self._state, restarts=self._state.restarts + 1)
        log.warning(
            "worker died",
            extra=fields(space=self._settings.space, cause=ending.cause, why=ending.message),
        )
        at_work = self._docket.in_hand or self._asked
        self._end_requests(ending)
        overdue_at_s = now if ending.cause == "hang" else None
        culprit = self._docket.died(overdue_at_s=overdue_at_s)
        if culprit is not None:
            self._deliver(_blamed(culprit, ending))
        if at_work:
            self._tell("starting", ending.message)
            return
        self._start_at_s = now + self._starts.failed()
        why = f"{ending.message}: {ending.lines[-1]}" if ending.lines else ending.message
        self._tell("failed", why)

    def _end_requests(self, ending: Ending) -> None:
        for request in self._asked.values():
            request.deadline_s = None
            if request.tries < MOST_TRIES:
                self._requests.append(request)
            else:
                request.end(WorkerError(ending.message))
        self._asked = {}

    def _tell(self, stage: Stage, message: str = "", progress: float | None = None) -> None:
        child = self._child
        with self._lock:
            before = self._state
            if stage == "failed" and not message:
                message = before.message
            self._state = replace(
                before,
                stage=stage,
                message=message,
                progress=progress,
                pid=None if child is None else child.pid,
            )
            changed = self._state != before
        if changed:
            self._on_state(self._settings.space)


def _blamed(task: FileTask, ending: Ending) -> FileFailed:
    name = display(task.path)
    cause, what = {
        "hang": ("hang", f"reading {name} did not end in time"),
        "memory": ("memory", f"reading {name} takes more memory than allowed"),
    }.get(ending.cause, ("crash", f"reading {name} crashed the reader: {ending.message}"))
    hint = "it is tried again when the file changes, or by: muserctl failed retry"
    return FileFailed(task, cause, what, hint, retry=False, stat=None)
