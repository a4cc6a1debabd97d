"""The encode worker as muserd sees it: files in, outcomes out, whatever happens to the child.

One thread owns the child, the submitted files and the requests; everybody else only posts to it.
The child is started when there is work and leaves after an idle time. When it crashes, every file
that it was working on is a suspect, and the one to blame is found; see docs/encoders.md.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from muserd.ground.clock import Clock
from muserd.ground.errors import MuserError, WorkerError
from muserd.ground.logs import fields
from muserd.ground.records import KIND_OF, ContentHash, EncoderInfo, Kind, Space
from muserd.ground.wire import Header
from muserd.workers.encode import conversions
from muserd.workers.encode.files import SubmittedFiles, blamed, not_understood
from muserd.workers.encode.outcomes import Encoded, FileTask, Outcome
from muserd.workers.encode.protocol import (
    Message,
    example_message,
    files_message,
    info_of,
    outcome_of,
    pack_message,
    preview_message,
    texts_message,
)
from muserd.workers.encode.records import EncodeSettings, Metrics, QueryAnswer, Stage, WorkerState
from muserd.workers.encode.requests import Request, Requests
from muserd.workers.encode.retry import Retry
from muserd.workers.encode.session import ChildSession
from muserd.workers.process.child import Ending
from muserd.workers.process.link import Frame

__all__ = ["EncodeSettings", "EncodeWorker", "FileTask", "QueryAnswer", "WorkerState"]

log = logging.getLogger(__name__)

CHILD = "muserd.workers.encode.child.main"
WINDOW = 64  # files in a child's hands: two batches ahead of the encoder, and the readers
RECYCLED_AFTER = 20_000  # files: what libraries leak in that many stays below some 100 MB


@dataclass(frozen=True, slots=True)
class _Restart:
    """Forget all files, and go on with the encoder `keep`; with any, if it is empty."""

    keep: str


@dataclass(frozen=True, slots=True)
class _Warm:
    """Start the child, and with `load` open its network, too."""

    load: bool


_Mail: TypeAlias = (
    tuple[ChildSession, Frame | Ending] | list[FileTask] | Request | _Restart | _Warm | None
)


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
        self._metrics = Metrics()
        # What follows belongs to the worker's thread.
        self._files = SubmittedFiles(WINDOW)
        self._requests = Requests()
        self._session: ChildSession | None = None
        self._keep = settings.keep
        self._retry = Retry()
        self._idle_since_s: float | None = None
        self._told = ""  # the encoder's note that was logged
        self._stopping = False
        self._thread = threading.Thread(
            target=self._run, name=f"muserd-encode-{settings.space}", daemon=True
        )
        self._thread.start()

    # any thread

    def submit(self, tasks: Sequence[FileTask]) -> None:
        """Queue files. Each comes back as exactly one outcome, unless `restart` or `stop` comes
        first.
        """
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

    def texts(
        self, texts: Sequence[str], timeout_s: float, *, queries: bool = False
    ) -> NDArray[np.float32]:
        """float32[n, d] of some texts, by the encoder that words are searched with. Waits.

        Args:
            texts: short ones: captions, or queries.
            timeout_s: see there.
            queries: some encoders tell questions from what is asked for.

        Raises:
            WorkerError: there is no encoder of words, or it does not answer in time.
        """
        frame = self._ask(texts_message(texts, queries=queries), timeout_s)
        return np.frombuffer(frame.buffers[0], "<f4").reshape(len(texts), -1)

    def example(self, data: bytes, name: bytes, timeout_s: float) -> NDArray[np.float32]:
        """float32[d] of a picture or a note that is no file of a root. Waits.

        Args:
            data: its bytes; never stored.
            name: of a file, for its suffix.
            timeout_s: see there.

        Raises:
            FileError: it cannot be decoded.
            WorkerError: there is no encoder, or it does not answer in time.
        """
        frame = self._ask(example_message(data, name), timeout_s)
        return np.frombuffer(frame.buffers[0], "<f4")

    def looks(self, thumbs: Sequence[bytes], timeout_s: float) -> bytes:
        """20 bytes for each thumbnail: see `extract.looks.Looks.unpacked`. Waits.

        Raises:
            WorkerError: the worker does not answer in time.
        """
        return self._ask(({"type": "looks"}, tuple(thumbs)), timeout_s).buffers[0]

    def preview(self, path: bytes, size_px: int, part: int, timeout_s: float) -> bytes:
        """A WebP of a picture, or of a page or frame, at most `size_px` a side.

        Waits; comes before files.

        Raises:
            FileError: the file cannot be read.
            WorkerError: the worker does not answer in time.
        """
        return self._ask(preview_message(path, size_px, part), timeout_s).buffers[0]

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

    def jpeg(self, thumb: bytes, timeout_s: float) -> bytes:
        """A thumbnail as JPEG on white, for programs that know no WebP. Waits.

        Raises:
            WorkerError: the worker does not answer in time.
        """
        return self._ask(({"type": "jpeg"}, (thumb,)), timeout_s).buffers[0]

    @property
    def state(self) -> WorkerState:
        """How it stands now."""
        return self._metrics.state

    @property
    def rss_bytes(self) -> int:
        """Resident memory of the child, as the system says; 0 while there is none."""
        session = self._session
        return session.child.rss_bytes if session is not None else 0

    @property
    def rate_per_s(self) -> float:
        """Files finished a second, lately."""
        return self._metrics.rate_per_s(self._clock.monotonic_s())

    def warm(self, *, load: bool = False) -> None:
        """Something to do is likely soon: start the child now; with `load`, open its network, too.

        Nothing happens while a child is there, for a space without vectors, or after a failure.
        """
        if self._session is None:
            self._inbox.put(_Warm(load))

    def restart(self, keep: str) -> None:
        """Drop every file that was submitted, without an outcome, and open the encoder anew.

        Args:
            keep: id of the encoder that the store's vectors come from; empty: there are none.
        """
        self._inbox.put(_Restart(keep))

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
            self._metrics.change(stage="failed", message="a fault of Muser's own: see the log")
        self._leave()
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
                self._files.add(mail)
            case Request():
                self._requests.add(mail)
            case _Warm(load):
                self._warm(load=load)
            case _Restart(keep):
                self._keep, self._retry = keep, Retry()
                self._files.drop()
                self._requests.give_back()
                self._leave()
                self._metrics.change(encoder=None)
                self._tell("absent")
            case (session, message) if session is self._session:
                if isinstance(message, Frame):
                    self._hear(session, message)
                else:
                    self._ended(session, message)

    def _sleep_s(self) -> float | None:
        """Until something is due by itself; None when nothing is."""
        due: list[float] = []
        if self._idle_since_s is not None and self._session is not None:
            due.append(self._idle_since_s + self._settings.idle_s)
        if self._session is None and (self._files.pending or self._requests.waiting):
            due.append(self._retry.over_at_s())
        if not due:
            return None
        # `get` refuses ages; what is due in a week is looked at tomorrow as well.
        return min(max(min(due) - self._clock.monotonic_s(), 0.0), 86_400.0)

    def _step(self) -> None:
        if self._stopping:
            return
        now = self._clock.monotonic_s()
        self._requests.refuse(self._why_not)
        if self._session is None and self._retry.may_start(now) and self._has_work(now):
            self._start()
        if self._session is not None:
            self._dispatch(self._session, now)
            self._session.expect(self._files.deadline_s(), self._requests.deadline_s())
            self._rest(self._session, now)

    def _has_work(self, now: float) -> bool:
        return self._requests.waiting > 0 or (
            self._files.pending > 0 and self._retry.may_encode(now)
        )

    def _why_not(self, request: Request) -> MuserError | None:
        """Why a request cannot be answered soon, if so."""
        if request.needs_model and self._metrics.state.stage == "fetching":
            return WorkerError(f"the encoder is being fetched: {self._metrics.state.message}")
        return self._retry.why_not(
            self._clock.monotonic_s(),
            model=request.needs_model,
            message=self._metrics.state.message,
        )

    def _start(self) -> ChildSession:
        session = self._session = ChildSession(
            self._module,
            self._settings,
            self._keep,
            self._known(KIND_OF[self._settings.space]),
            lambda session, message: self._inbox.put((session, message)),
            self._clock,
        )
        if self._metrics.state.stage != "failed":
            self._tell("starting")
        return session

    def _warm(self, *, load: bool) -> None:
        now = self._clock.monotonic_s()
        if self._session is not None or not self._keep or self._stopping:
            return
        if self._retry.may_start(now) and self._retry.may_encode(now):
            session = self._start()
            if load:
                session.load()

    def _dispatch(self, session: ChildSession, now: float) -> None:
        alone = self._files.probing  # then a death must accuse files, or a request, not both
        if not (alone and self._files.in_hand):
            self._requests.send(session.child, self._files.number)
        if not self._retry.may_encode(now) or session.files >= RECYCLED_AFTER:
            return
        if alone and self._files.pending and not session.ready:
            session.load()  # a death while it loads must accuse no file
        elif not (alone and self._requests.asked):
            files = self._files.take()
            session.files += len(files)
            if files:
                session.send(files_message(files))

    def _rest(self, session: ChildSession, now: float) -> None:
        """Let an idle child go, and one that has read enough."""
        worn = session.files >= RECYCLED_AFTER
        more = self._files.pending and not worn and self._retry.may_encode(now)
        if self._files.in_hand or self._requests.asked or session.opening or more:
            self._idle_since_s = None
            return
        if self._idle_since_s is None:
            self._idle_since_s = now
        if worn or now - self._idle_since_s >= self._settings.idle_s:
            self._leave()
            self._tell("failed" if self._retry.refusal else "absent")

    def _leave(self) -> None:
        """End the child without blaming anybody; what it still says does not matter."""
        session, self._session = self._session, None
        self._idle_since_s = None
        if session is not None:
            session.leave()

    # what the child says

    def _hear(self, session: ChildSession, frame: Frame) -> None:
        header = frame.header
        now = self._clock.monotonic_s()
        match header["type"]:
            case "outcome":
                self._finish(frame)
            case "begin":
                self._begin([header["n"]], now + self._settings.file_deadline_s)
            case "read":
                self._files.busy_until([header["n"]], None)
            case "batch":
                numbers = header["n"]
                self._begin(numbers, now + self._settings.file_deadline_s * len(numbers))
            case "answer" | "error":
                self._requests.answered(frame)
            case "stage":
                self._hear_stage(session, frame)
            case "ready":
                self._hear_ready(session, info_of(header))
            case "convert":
                self._convert(session, header)
            case "refused":
                self._hear_refused(WorkerError(header["message"], header["hint"]), frame)

    def _convert(self, session: ChildSession, asked: Header) -> None:
        def tell(said: Header) -> None:
            session.send(({"type": "converted", "said": said}, ()))

        conversions.begin(asked, self._settings.spec, self._settings.cache, tell)

    def _begin(self, numbers: Sequence[int], deadline_s: float) -> None:
        self._files.busy_until(numbers, deadline_s)
        for n in numbers:
            self._requests.busy_until(n, deadline_s)

    def _finish(self, frame: Frame) -> None:
        task = self._files.done(frame.header["n"])
        if task is None:
            return
        try:
            outcome = outcome_of(frame, task, self._metrics.state.encoder)
        except Exception as error:  # whatever a child says of one file costs that file only
            log.exception("an outcome cannot be understood")
            outcome = not_understood(task, error)
        if isinstance(outcome, Encoded) and self._metrics.state.encoder is not None:
            self._keep = self._metrics.state.encoder.id  # from now on `auto` means this one
        self._retry.worked()
        self._deliver(outcome)

    def _deliver(self, outcome: Outcome) -> None:
        self._metrics.count(self._clock.monotonic_s())
        self._on_outcome(self._settings.space, outcome)

    def _hear_stage(self, session: ChildSession, frame: Frame) -> None:
        stage, message = frame.header["stage"], frame.header["message"]
        session.heard_stage(stage)
        if stage == "starting":  # it runs; its model is opened when the first content needs it
            self._tell("failed" if self._retry.refusal else "ready")
        else:
            self._tell(stage, message, frame.header["share"])

    def _hear_ready(self, session: ChildSession, info: EncoderInfo) -> None:
        session.heard_ready()
        self._retry.opened()
        if info.note not in self._told:  # a part of what was told is no news
            log.warning("%s: %s", info.label, info.note)
            self._told = info.note
        self._metrics.change(encoder=info)
        self._tell("ready")

    def _hear_refused(self, error: MuserError, frame: Frame) -> None:
        """The encoder cannot be opened: files wait, the reason is told, later it is tried again."""
        self._retry.refused(self._clock.monotonic_s(), error, lasting=frame.header["lasting"])
        log.error("encoder refused", extra=fields(space=self._settings.space, why=error.message))
        self._files.give_back()
        self._requests.give_back()
        self._leave()
        self._tell("failed", f"{error.message}; {error.hint}" if error.hint else error.message)

    # its end

    def _ended(self, session: ChildSession, ending: Ending) -> None:
        self._session = self._idle_since_s = None
        now = self._clock.monotonic_s()
        self._metrics.change(restarts=self._metrics.state.restarts + 1)
        log.warning(
            "worker died",
            extra=fields(space=self._settings.space, cause=ending.cause, why=ending.message),
        )
        at_work = self._files.in_hand or self._requests.asked
        self._requests.give_back(ending.message)
        overdue_at_s = now if ending.cause == "hang" else None
        culprit = self._files.died(overdue_at_s=overdue_at_s)
        if culprit is not None:
            self._deliver(blamed(culprit, ending))
        if at_work:
            self._tell("starting", ending.message)
        elif session.died_of_itself:
            self._retry.start_failed(now)
            self._tell("failed", ending.message)
        else:  # somebody killed it
            self._tell("absent", ending.message)

    def _tell(self, stage: Stage, message: str = "", progress: float | None = None) -> None:
        if stage == "failed" and not message:
            message = self._metrics.state.message
        pid = None if self._session is None else self._session.child.pid
        if self._metrics.change(stage=stage, message=message, progress=progress, pid=pid):
            self._on_state(self._settings.space)
