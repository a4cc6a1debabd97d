"""The child that suspects are tried in: files that a child hung or crashed over.

It is there only for suspects, and has nothing else to do: no question, no ordinary file waits for
it. It uses the encoder that the other child opened, and is the last to be given a processor.

Or it is one that read ordinary files and is silent over some of them: it is *held*, and ends its
files or dies over them, while another child goes on with the rest.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from muserd.ground.clock import Clock
from muserd.ground.logs import fields
from muserd.ground.records import Space
from muserd.workers.encode.files import ChildFiles, Entry
from muserd.workers.encode.outcomes import Interrupted
from muserd.workers.encode.protocol import FromChild, Ready, Refused, Stage
from muserd.workers.encode.records import EncodeSettings
from muserd.workers.encode.session import ChildSession
from muserd.workers.process.backoff import Backoff
from muserd.workers.process.child import Ending

log = logging.getLogger(__name__)

LINGER_S = 3.0  # after the last suspect: the next ones come when its outcome was heard
# Of several files that a held child is silent over, one hangs: all are tried again, fewer together.
_SILENT_S: Mapping[Space, float] = {"text": 2.0, "image": 10.0}
_NICE = 19
_FIRST_WAIT_S = 5.0  # after a child that could not open the encoder

# From settings and the encoder's id to a child.
Start = Callable[[EncodeSettings, str], ChildSession]


class Aside:
    """Owns that child. Belongs to the worker's thread.

    Attributes:
        files: the suspects that it has or is to get.
        session: the child; None while there is none.
        held: whether it is a held one.
    """

    def __init__(
        self, numbers: Iterator[int], settings: EncodeSettings, start: Start, clock: Clock
    ) -> None:
        self.files = ChildFiles(numbers)
        self.session: ChildSession | None = None
        self.held = False
        self._settings = replace(settings, nice=_NICE)
        self._start = start
        self._clock = clock
        self._backoff = Backoff(_FIRST_WAIT_S)
        self._start_at_s = 0.0
        self._leave_at_s = 0.0

    def due_s(self) -> float | None:
        """When `step` has something to do by itself; None when nothing is due."""
        if self.session is None:
            return self._start_at_s if self.files.unsent else None
        return None if self.files else self._leave_at_s

    def step(self, encoder: str) -> None:
        """Start the child when there are suspects, hand it these, and let it go afterwards.

        Args:
            encoder: id of the encoder in use.
        """
        now_s = self._clock.monotonic_s()
        if self.session is None:
            if self.files.unsent and now_s >= self._start_at_s:
                self.session = self._start(self._settings, encoder)
                self.session.load()  # a death while it loads must accuse no file
            return
        if self.session.ready and self.files.unsent and not self.held:
            self.session.give(self.files.send())
        self.session.expect(self.files.deadline_s(), self._silent_until_s(self.session))
        if self.files.sent if self.held else self.files:
            self._leave_at_s = now_s + LINGER_S
        elif self.held or now_s >= self._leave_at_s:
            self.leave()

    def hold(self, session: ChildSession, reading: Mapping[int, Entry]) -> Interrupted:
        """Have a child that is silent over files end them here.

        Returns:
            What an earlier held child was working on: it is given up. Suspects that were being
            tried wait until this one is gone.
        """
        given_up = self.files.died() if self.held else Interrupted((), ())
        self.leave()
        self.session, self.held = session, True
        self.files.put_reading(reading)
        return given_up

    def _silent_until_s(self, session: ChildSession) -> float | None:
        if not self.held or self.files.sent < 2:
            return None
        return session.heard_s + _SILENT_S[self._settings.space]

    def hear(self, session: ChildSession, said: FromChild) -> None:
        """What the child says of itself."""
        match said:
            case Stage(stage):
                session.heard_stage(stage)
            case Ready(encoder):
                session.heard_ready(encoder)
                self._backoff.worked()
            case Refused(why):
                log.error("encoder refused to suspects", extra=fields(why=why))
                self._wait()
                self.leave()

    def ended(self, ending: Ending) -> Interrupted:
        """The child is gone; what it had."""
        session, held = self.session, self.held
        self.session, self.held = None, False
        if session is not None and session.died_of_itself and not held:
            self._wait()
        hang = ending.cause == "hang" and not held
        return self.files.died(overdue_at_s=self._clock.monotonic_s() if hang else None)

    def leave(self) -> None:
        """End the child at once, without blaming anybody."""
        session = self.session
        self.session, self.held = None, False
        self.files.give_back()
        if session is not None:
            session.child.kill()

    def _wait(self) -> None:
        self._start_at_s = self._clock.monotonic_s() + self._backoff.failed()
