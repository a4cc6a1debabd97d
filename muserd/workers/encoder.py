"""The encode worker as muserd sees it: files in, outcomes out, whatever happens to the child.

One thread owns the child, the docket of files and the requests; everybody else only posts to it.
The child is started when there is work and leaves after an idle time. When it dies, the docket
finds the file that is to blame; see docs/encoders.md.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from queue import Empty, SimpleQueue
from typing import TypeAlias

import numpy as np

from muserd.ground.clock import Clock
from muserd.ground.errors import MuserError, WorkerError
from muserd.ground.logs import fields
from muserd.ground.records import KIND_OF, ContentHash, EncoderInfo, Kind, Space
from muserd.workers.encode_docket import Docket, blamed
from muserd.workers.encode_patience import Patience
from muserd.workers.encode_records import Board, EncodeSettings, QueryAnswer, Stage, WorkerState
from muserd.workers.encode_requests import Request, Requests
from muserd.workers.encode_wire import (
    Message,
    Opening,
    files_message,
    info_of,
    outcome_of,
    pack_message,
    preview_message,
)
from muserd.workers.link import Frame
from muserd.workers.outcomes import Encoded, FileTask, Outcome
from muserd.workers.process import Child, ChildSettings, Ending

__all__ = ["EncodeSettings", "EncodeWorker", "FileTask", "QueryAnswer", "WorkerState"]

log = logging.getLogger(__name__)

CHILD = "muserd.workers.encode_child"
WINDOW = 64  # files in a child's hands: two batches ahead of the encoder, and the readers
OPEN_DEADLINE_S = 300.0  # without a word while it fetches or loads: a cold disk is slow
LEAVE_S = 3.0
RECYCLED_AFTER = 20_000  # files: what libraries leak in that many stays below some 100 MB


_Mail: TypeAlias = tuple[int, Frame | Ending] | list[FileTask] | Request | None  # None: stop


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
        self._board = Board()
        # What follows belongs to the worker's thread.
        self._docket = Docket(WINDOW)
        self._requests = Requests()
        self._child: Child | None = None
        self._generation = 0
        self._keep = settings.keep
        self._running = False  # the child has said a word
        self._ready = False  # its model is open
        self._loading = False
        self._open_deadline_s: float | None = None
        self._files_of_child = 0
        self._patience = Patience()
        self._idle_since_s: float | None = None
        self._told = ""  # the encoder's note that was logged
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
        child = self._child
        state = self._board.state
        return state if child is None else replace(state, rss_bytes=child.rss_bytes)

    @property
    def rate_per_s(self) -> float:
        """Files finished a second, lately."""
        return self._board.rate_per_s(self._clock.monotonic_s())

    def stop(self, timeout_s: float) -> None:
        """End the child and the thread; files that have no outcome yet get none. Waits."""
        self._inbox.put(None)
        self._thread.join(timeout_s)

    def _ask(self, message: Message, timeout_s: float) -> Frame:
        request = Request(message)
        self._inbox.put(request)
        return request.wait(timeout_s)

    # the thread

    def _run(self) -> None:
        try:
            self._serve()
        except Exception:  # the thread's supervisor: what broke it is a fault of Muser's own
            log.critical("the %s worker failed", self._settings.space, exc_info=True)
            self._board.change(stage="failed", message="a fault of Muser's own: see the log")
        if self._child is not None:
            self._child.stop(LEAVE_S)
        self._requests.end_all(WorkerError("the encode worker has ended"))

    def _serve(self) -> None:
        while not self._stopping:
            try:
                self._take(self._inbox.get(timeout=self._sleep_s()))
                while True:
                    self._take(self._inbox.get_nowait())
            except Empty:
                self._step()

    def _take(self, mail: _Mail) -> None:
        match mail:
            case None:
                self._stopping = True
            case list():
                self._docket.add(mail)
            case Request():
                self._requests.add(mail)
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
        if self._child is None and (self._docket.pending or self._requests.waiting):
            due.append(self._patience.over_at_s())
        if not due:
            return None
        # `get` refuses ages; what is due in a week is looked at tomorrow as well.
        return min(max(min(due) - self._clock.monotonic_s(), 0.0), 86_400.0)

    def _step(self) -> None:
        if self._stopping:
            return
        now = self._clock.monotonic_s()
        self._requests.refuse(self._why_not)
        if self._child is None and self._patience.may_start(now) and self._has_work(now):
            self._start()
        if self._child is not None:
            self._dispatch(now)
            self._child.expect(self._deadline_in_s(now))
            self._rest(now)

    def _has_work(self, now: float) -> bool:
        return self._requests.waiting > 0 or (
            self._docket.pending > 0 and self._patience.may_encode(now)
        )

    def _why_not(self, request: Request) -> MuserError | None:
        """Why a request cannot be answered soon, if so."""
        if request.needs_model and self._board.state.stage == "fetching":
            return WorkerError(f"the encoder is being fetched: {self._board.state.message}")
        return self._patience.why_not(
            self._clock.monotonic_s(), model=request.needs_model, message=self._board.state.message
        )

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
        self._running = self._ready = self._loading = False
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
        if self._board.state.stage != "failed":
            self._tell("starting")

    def _dispatch(self, now: float) -> None:
        child = self._child
        if child is None:
            return
        alone = self._docket.probing  # then a death must accuse files, or a request, not both
        if not (alone and self._docket.in_hand):
            self._requests.send(child, self._docket.number)
        if not self._patience.may_encode(now) or self._files_of_child >= RECYCLED_AFTER:
            return
        if alone and self._docket.pending and not self._ready:
            self._load(child)  # a death while it loads must accuse no file
        elif not (alone and self._requests.asked):
            files = self._docket.take()
            self._files_of_child += len(files)
            if files:
                child.send(*files_message(files))

    def _load(self, child: Child) -> None:
        if not self._loading:
            self._loading = True
            child.send({"type": "load"})

    def _deadline_in_s(self, now: float) -> float | None:
        deadlines = (
            self._docket.deadline_s(),
            self._requests.deadline_s(),
            self._open_deadline_s,
        )
        known = [deadline for deadline in deadlines if deadline is not None]
        return max(min(known) - now, 0.0) if known else None

    def _rest(self, now: float) -> None:
        """Let an idle child go, and one that has read enough."""
        busy = self._docket.in_hand or self._requests.asked or self._open_deadline_s is not None
        if busy or self._child is None:
            self._idle_since_s = None
            return
        worn = self._files_of_child >= RECYCLED_AFTER
        if self._docket.pending and not worn and self._patience.may_encode(now):
            self._idle_since_s = None
            return
        if self._idle_since_s is None:
            self._idle_since_s = now
        if worn or now - self._idle_since_s >= self._settings.idle_s:
            self._leave()
            self._tell("failed" if self._patience.refusal else "absent")

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
                self._requests.answered(frame)
            case "stage":
                self._hear_stage(frame, now)
            case "ready":
                self._hear_ready(info_of(header))
            case "refused":
                self._hear_refused(WorkerError(header["message"], header["hint"]), frame)

    def _begin(self, numbers: Sequence[int], deadline_s: float) -> None:
        self._docket.busy_until(numbers, deadline_s)
        for n in numbers:
            self._requests.busy_until(n, deadline_s)

    def _finish(self, frame: Frame) -> None:
        task = self._docket.done(frame.header["n"])
        if task is None:
            return
        outcome = outcome_of(frame, task, self._board.state.encoder)
        if isinstance(outcome, Encoded) and self._board.state.encoder is not None:
            self._keep = self._board.state.encoder.id  # from now on `auto` means this one
        self._patience.worked()
        self._deliver(outcome)

    def _deliver(self, outcome: Outcome) -> None:
        self._board.count(self._clock.monotonic_s())
        self._on_outcome(self._settings.space, outcome)

    def _hear_stage(self, frame: Frame, now: float) -> None:
        stage, message = frame.header["stage"], frame.header["message"]
        if stage == "starting":  # it runs; its model is opened when the first content needs it
            self._running = True
            self._open_deadline_s = None
            self._tell("failed" if self._patience.refusal else "ready")
            return
        self._loading = True
        self._open_deadline_s = now + OPEN_DEADLINE_S
        self._tell(stage, message, frame.header["share"])

    def _hear_ready(self, info: EncoderInfo) -> None:
        self._ready = True
        self._loading = False
        self._open_deadline_s = None
        self._patience.opened()
        if info.note not in self._told:  # a part of what was told is no news
            log.warning("%s: %s", info.label, info.note)
            self._told = info.note
        self._board.change(encoder=info)
        self._tell("ready")

    def _hear_refused(self, error: MuserError, frame: Frame) -> None:
        """The encoder cannot be opened: files wait, the reason is told, later it is tried again."""
        self._patience.refused(self._clock.monotonic_s(), error, lasting=frame.header["lasting"])
        log.error("encoder refused", extra=fields(space=self._settings.space, why=error.message))
        self._docket.give_back()
        self._requests.give_back()
        self._leave()
        self._tell("failed", f"{error.message}; {error.hint}" if error.hint else error.message)

    # its end

    def _ended(self, ending: Ending) -> None:
        self._child = None
        self._idle_since_s = self._open_deadline_s = None
        now = self._clock.monotonic_s()
        self._board.change(restarts=self._board.state.restarts + 1)
        log.warning(
            "worker died",
            extra=fields(space=self._settings.space, cause=ending.cause, why=ending.message),
        )
        at_work = self._docket.in_hand or self._requests.asked
        self._requests.give_back(ending.message)
        overdue_at_s = now if ending.cause == "hang" else None
        culprit = self._docket.died(overdue_at_s=overdue_at_s)
        if culprit is not None:
            self._deliver(blamed(culprit, ending))
        if at_work:
            self._tell("starting", ending.message)
        elif self._ready or (self._running and not self._loading):  # it died of nothing of ours
            self._tell("absent", ending.message)
        else:
            self._patience.start_failed(now)
            self._tell("failed", ending.message)

    def _tell(self, stage: Stage, message: str = "", progress: float | None = None) -> None:
        child = self._child
        if stage == "failed" and not message:
            message = self._board.state.message
        pid = None if child is None else child.pid
        if self._board.change(stage=stage, message=message, progress=progress, pid=pid):
            self._on_state(self._settings.space)
