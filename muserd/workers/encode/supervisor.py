"""The owner of an encode child: when it starts, what it gets, what it says, how it ends.

When it crashes, every file that it was working on is a suspect. Whoever submitted them submits them
again, fewer together: then they are tried in a child of their own, see `aside`, until it dies over
a single one. See docs/encoders.md.
"""

import logging
from collections.abc import Callable, Mapping
from itertools import count

from muserd.ground.clock import Clock
from muserd.ground.errors import MuserError, WorkerError
from muserd.ground.logs import fields
from muserd.ground.records import KIND_OF, EncoderInfo, Space
from muserd.workers.encode import delegation
from muserd.workers.encode.aside import Aside
from muserd.workers.encode.files import ChildFiles, blamed, not_understood
from muserd.workers.encode.mail import Hooks, Mail, Restart, Warm
from muserd.workers.encode.outcomes import Encoded, Interrupted, Outcome
from muserd.workers.encode.protocol import (
    Answer,
    AnyOutcome,
    Batch,
    Begin,
    Delegate,
    Delegated,
    FromChild,
    Read,
    Ready,
    Refusal,
    Refused,
)
from muserd.workers.encode.protocol import Stage as StageTold
from muserd.workers.encode.readings import outcome_of
from muserd.workers.encode.records import EncodeSettings, Metrics, Stage
from muserd.workers.encode.requests import Request, Requests
from muserd.workers.encode.retry import Retry
from muserd.workers.encode.session import ChildSession
from muserd.workers.process.child import Ending
from muserd.workers.process.link import Frame

log = logging.getLogger(__name__)

# So long a child may be silent over a file while others wait; then another one goes on with these.
# Each time that it was only slow, it may be so for twice as long.
FIRST_PATIENCE_S: Mapping[Space, float] = {"text": 0.5, "image": 1.0}
MOST_PATIENCE_S = 10.0
OPENING_S = 10.0  # more, while its model is opened
RECYCLED_AFTER = 20_000  # files: what libraries leak in that many stays below some 100 MB


class Supervisor:
    """Owns the child, its files and the requests. Belongs to the worker's thread.

    Args:
        settings: see there.
        hooks: see there.
        post: puts what the child says where the worker's thread takes it.
        metrics: told how the worker stands.
        clock: for deadlines, idleness and rates.
        child: the module of the child.

    Attributes:
        requests: questions that wait for an answer.
        aside: owns the other child, that suspects are tried in.
        session: the child; None while there is none. Other threads may look whether it is there.
        stopping: the worker was told to end.
    """

    def __init__(
        self,
        settings: EncodeSettings,
        hooks: Hooks,
        post: Callable[[Mail], None],
        metrics: Metrics,
        clock: Clock,
        child: str,
    ) -> None:
        self.requests = Requests()
        self.session: ChildSession | None = None
        self.stopping = False
        self._settings = settings
        self._hooks = hooks
        self._post = post
        self._metrics = metrics
        self._clock = clock
        self._module = child
        self._numbers = count(1)
        self._files = ChildFiles(self._numbers)
        self._patience_s = FIRST_PATIENCE_S[settings.space]
        self.aside = Aside(self._numbers, settings, self._new_session, clock)
        self._keep = settings.keep
        self._retry = Retry()
        self._idle_since_s: float | None = None
        self._told = ""  # the encoder's note that was logged

    def take(self, mail: Mail) -> None:
        """Take one thing that was posted."""
        match mail:
            case None:
                self.stopping = True
            case list():
                self._files.add(task for task in mail if not task.suspect)
                self.aside.files.add(task for task in mail if task.suspect)
            case Request():
                self.requests.add(mail)
            case Warm(load):
                self._warm(load=load)
            case Restart(keep):
                self._keep, self._retry = keep, Retry()
                self._files.drop()
                self.aside.files.drop()
                self.requests.give_back()
                self.leave()
                self._metrics.change(encoder=None)
                self._tell("absent")
            case (session, message) if session in (self.session, self.aside.session):
                if isinstance(message, Frame):
                    self._hear(session, message)
                elif session is self.session:
                    self._ended(session, message)
                else:
                    self._ended_aside(message)

    def sleep_s(self) -> float | None:
        """Until something is due by itself; None when nothing is."""
        due = []
        if (held_up_at_s := self._held_up_at_s()) is not None:
            due.append(held_up_at_s)
        aside_s = self.aside.due_s()
        if aside_s is not None and not self._lacks_encoder:
            due.append(max(aside_s, self._retry.over_at_s()))
        if self._idle_since_s is not None and self.session is not None:
            due.append(self._idle_since_s + self._settings.idle_s)
        wanted = self._files.unsent or self.requests.waiting or self._lacks_encoder
        if self.session is None and wanted:
            due.append(self._retry.over_at_s())
        if not due:
            return None
        # `get` refuses ages; what is due in a week is looked at tomorrow as well.
        return min(max(min(due) - self._clock.monotonic_s(), 0.0), 86_400.0)

    def step(self) -> None:
        """Do what is due: start the child, hand it work, let it go."""
        if self.stopping:
            return
        now = self._clock.monotonic_s()
        self.requests.refuse(self._why_not)
        if (held_up_at_s := self._held_up_at_s()) is not None and now >= held_up_at_s:
            self._set_aside()
        if self.session is None and self._retry.may_start(now) and self._has_work(now):
            self._start()
        if self.session is not None:
            self._dispatch(self.session)
            self._expect(self.session)
            self._rest(self.session, now)
        encoder = self._metrics.state.encoder
        if self.aside.held or (encoder is not None and self._retry.may_encode(now)):
            self.aside.step(encoder.id if encoder is not None else "")

    def _has_work(self, now: float) -> bool:
        return self.requests.waiting > 0 or (
            (self._files.unsent > 0 or self._lacks_encoder) and self._retry.may_encode(now)
        )

    @property
    def _lacks_encoder(self) -> bool:
        """Whether there are suspects, and no encoder was opened yet that they can be tried with."""
        return self.aside.files.unsent > 0 and self._metrics.state.encoder is None

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
        session = self.session = self._new_session(self._settings, self._keep)
        if self._metrics.state.stage != "failed":
            self._tell("starting")
        return session

    def _new_session(self, settings: EncodeSettings, keep: str) -> ChildSession:
        return ChildSession(
            self._module,
            settings,
            keep,
            self._hooks.known(KIND_OF[settings.space]),
            lambda session, message: self._post((session, message)),
            self._clock,
        )

    def _warm(self, *, load: bool) -> None:
        now = self._clock.monotonic_s()
        if self.session is not None or not self._keep or self.stopping:
            return
        if self._retry.may_start(now) and self._retry.may_encode(now):
            session = self._start()
            if load:
                session.load()

    def _dispatch(self, session: ChildSession) -> None:
        self.requests.send(session.child, self._numbers)
        if not self._retry.may_encode(self._clock.monotonic_s()) or session.files >= RECYCLED_AFTER:
            return
        if self._lacks_encoder:
            session.load()
        if files := self._files.send():
            session.give(files)

    def _expect(self, session: ChildSession) -> None:
        """Say when the child hangs: when work takes too long."""
        session.expect(self._files.deadline_s(), self.requests.deadline_s())

    def _held_up_at_s(self) -> float | None:
        """When the child has been silent for too long over a file, while others wait."""
        if self.session is None:
            return None
        others = self.requests.asked > 0
        since_s = self._files.held_up_since_s(self.session.heard_s, others=others)
        if since_s is None:
            return None
        return since_s + self._patience_s + (OPENING_S if self.session.opening else 0.0)

    def _set_aside(self) -> None:
        """Have another child go on, but for the files that this one is silent over."""
        session, self.session = self.session, None
        self._idle_since_s = None
        if session is not None:
            reading = self._files.take_reading()
            log.info("silent", extra=fields(space=self._settings.space, files=len(reading)))
            self._interrupted(self.aside.hold(session, reading))
        self._files.give_back()
        self.requests.give_back()

    def _rest(self, session: ChildSession, now: float) -> None:
        """Let an idle child go, and one that has read enough."""
        worn = session.files >= RECYCLED_AFTER
        more = self._files.unsent and not worn and self._retry.may_encode(now)
        if self._files.sent or self.requests.asked or session.opening or more:
            self._idle_since_s = None
            return
        if self._idle_since_s is None:
            self._idle_since_s = now
        if worn or now - self._idle_since_s >= self._settings.idle_s:
            self._leave()
            self._tell("failed" if self._retry.refusal else "absent")

    def leave(self) -> None:
        """End the children without blaming anybody; what they still say does not matter."""
        self.aside.leave()
        self._leave()

    def _leave(self) -> None:
        session, self.session = self.session, None
        self._idle_since_s = None
        if session is not None:
            session.leave()

    # what the child says

    def _hear(self, session: ChildSession, frame: Frame[FromChild]) -> None:
        said = frame.header
        session.heard_s = self._clock.monotonic_s()
        match said:
            case Begin() | Read() | Batch():
                self._hear_progress(said)
            case Answer() | Refusal():
                self.requests.answered(said, frame.buffers)
            case Delegate():
                self._delegate(session, said)
            case StageTold() | Ready() | Refused() if session is self.aside.session:
                self.aside.hear(session, said)
            case StageTold():
                self._hear_stage(session, said)
            case Ready(encoder):
                self._hear_ready(session, encoder)
            case Refused():
                self._hear_refused(said)
            case outcome:
                self._finish(session, outcome, frame.buffers)

    def _hear_progress(self, said: Begin | Read | Batch) -> None:
        """Where some jobs stand."""
        now, most_s = self._clock.monotonic_s(), self._settings.file_deadline_s
        for files in (self._files, self.aside.files):
            files.heard(said, now, most_s)
        if isinstance(said, Begin):
            self.requests.busy_until(said.n, now + most_s)

    def _delegate(self, session: ChildSession, asked: Delegate) -> None:
        def tell(said: delegation.Said) -> None:
            session.send((Delegated(asked.work, said), ()))

        delegation.begin(asked, self._settings.spec, self._settings.cache, tell)

    def _finish(self, session: ChildSession, said: AnyOutcome, buffers: list[bytes]) -> None:
        task = self._files.done(said.n) or self.aside.files.done(said.n)
        if task is None:
            return
        if session is not self.session and self.aside.held:  # it was only slow
            self._patience_s = min(2 * self._patience_s, MOST_PATIENCE_S)
        try:
            outcome = outcome_of(said, buffers, task, session.encoder)
        except Exception as error:  # whatever a child says of one file costs that file only
            log.exception("an outcome cannot be understood")
            outcome = not_understood(task, error)
        if isinstance(outcome, Encoded) and session is self.session:
            self._keep = outcome.encoder.id  # from now on `auto` means this one
        self._retry.worked()
        self._deliver(outcome)

    def _deliver(self, outcome: Outcome) -> None:
        self._metrics.count(self._clock.monotonic_s())
        self._hooks.on_outcome(self._settings.space, outcome)

    def _hear_stage(self, session: ChildSession, said: StageTold) -> None:
        session.heard_stage(said.stage)
        if said.stage == "starting":  # it runs; its model is opened when the first content needs it
            self._tell("failed" if self._retry.refusal else "ready")
        else:
            self._tell(said.stage, said.message, said.share)

    def _hear_ready(self, session: ChildSession, info: EncoderInfo) -> None:
        session.heard_ready(info)
        self._retry.opened()
        if info.note not in self._told:  # a part of what was told is no news
            log.warning("%s: %s", info.label, info.note)
            self._told = info.note
        self._metrics.change(encoder=info)
        self._tell("ready")

    def _hear_refused(self, said: Refused) -> None:
        """The encoder cannot be opened: files wait, the reason is told, later it is tried again."""
        error = WorkerError(said.message, said.hint)
        self._retry.refused(self._clock.monotonic_s(), error, lasting=said.lasting)
        log.error("encoder refused", extra=fields(space=self._settings.space, why=error.message))
        self._files.give_back()
        self.requests.give_back()
        self._leave()
        self._tell("failed", f"{error.message}; {error.hint}" if error.hint else error.message)

    # its end

    def _ended(self, session: ChildSession, ending: Ending) -> None:
        self.session = self._idle_since_s = None
        now = self._clock.monotonic_s()
        self._count_death(ending)
        if not session.running:  # it never saw a file
            self._files.give_back()
        at_work = self._files.sent or self.requests.asked
        death = self._files.died(overdue_at_s=now if ending.cause == "hang" else None)
        self._interrupted(death)
        # A question is to blame, or may be, unless the child was killed over files alone.
        of_files = ending.cause == "hang" and death.suspects
        self.requests.give_back("" if of_files else ending.message)
        if at_work:
            self._tell("starting" if self._has_work(now) else "absent", ending.message)
        elif session.died_of_itself:
            self._retry.start_failed(now)
            self._tell("failed", ending.message)
        else:  # somebody killed it
            self._tell("absent", ending.message)

    def _ended_aside(self, ending: Ending) -> None:
        self._count_death(ending)
        if self.aside.held:
            self._patience_s = FIRST_PATIENCE_S[self._settings.space]
        death = self.aside.ended(ending)
        match (*death.suspects, *death.others):
            case (culprit,):
                self._deliver(blamed(culprit, ending))
            case _:
                self._interrupted(death)

    def _interrupted(self, death: Interrupted) -> None:
        if death.suspects or death.others:
            self._hooks.on_interrupted(death)

    def _count_death(self, ending: Ending) -> None:
        self._metrics.change(restarts=self._metrics.state.restarts + 1)
        log.warning(
            "worker died",
            extra=fields(space=self._settings.space, cause=ending.cause, why=ending.message),
        )

    def _tell(self, stage: Stage, message: str = "", progress: float | None = None) -> None:
        if stage == "failed" and not message:
            message = self._metrics.state.message
        pid = None if self.session is None else self.session.child.pid
        if self._metrics.change(stage=stage, message=message, progress=progress, pid=pid):
            self._hooks.on_state(self._settings.space)
