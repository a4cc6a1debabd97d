"""The child that suspects are tried in: files that a child hung or crashed over.

It is there only while suspects are in hand, and has nothing else to do: no question, no ordinary
file waits for it. It uses the encoder that the other child opened, and is the last to be given a
processor.
"""

import logging
from collections.abc import Callable
from dataclasses import replace

from muserd.ground.clock import Clock
from muserd.ground.logs import fields
from muserd.ground.wire import Header
from muserd.workers.encode.files import SubmittedFiles
from muserd.workers.encode.outcomes import FileTask
from muserd.workers.encode.protocol import files_message, info_of
from muserd.workers.encode.records import EncodeSettings
from muserd.workers.encode.session import ChildSession
from muserd.workers.process.child import Backoff, Ending

log = logging.getLogger(__name__)

_NICE = 19
_FIRST_WAIT_S = 5.0  # after a child that could not open the encoder

# From settings and the encoder's id to a child.
Start = Callable[[EncodeSettings, str], ChildSession]


class Aside:
    """Owns that child. Belongs to the worker's thread.

    Attributes:
        session: the child; None while there is none.
    """

    def __init__(
        self, files: SubmittedFiles, settings: EncodeSettings, start: Start, clock: Clock
    ) -> None:
        self.session: ChildSession | None = None
        self._files = files
        self._settings = replace(settings, nice=_NICE)
        self._start = start
        self._clock = clock
        self._backoff = Backoff(_FIRST_WAIT_S)
        self._start_at_s = 0.0

    def due_s(self) -> float | None:
        """When `step` has something to do by itself; None when nothing is due."""
        due = self.session is None and self._files.suspects_due
        return self._start_at_s if due else None

    def step(self, encoder: str) -> None:
        """Start the child when suspects are due, hand it some, and let it go when none are left.

        Args:
            encoder: id of the encoder in use.
        """
        due = self._files.suspects_due
        if self.session is None:
            if due and self._clock.monotonic_s() >= self._start_at_s:
                self.session = self._start(self._settings, encoder)
                self.session.load()  # a death while it loads must accuse no file
            return
        if self.session.ready and due:
            self.session.send(files_message(self._files.take_suspects()))
        self.session.expect(self._files.aside.deadline_s())
        if not self._files.aside and not due:
            self.leave()

    def hear(self, session: ChildSession, header: Header) -> None:
        """What the child says of itself."""
        match header["type"]:
            case "stage":
                session.heard_stage(header["stage"])
            case "ready":
                session.heard_ready(info_of(header))
                self._backoff.worked()
            case "refused":
                log.error("encoder refused to suspects", extra=fields(why=header["message"]))
                self._wait()
                self.leave()

    def ended(self, ending: Ending) -> FileTask | None:
        """The child is gone; the file that is to blame, if that is known now."""
        session, self.session = self.session, None
        if session is not None and session.died_of_itself:
            self._wait()
        overdue_at_s = self._clock.monotonic_s() if ending.cause == "hang" else None
        return self._files.died_aside(overdue_at_s=overdue_at_s)

    def leave(self) -> None:
        """End the child at once, without blaming anybody."""
        session, self.session = self.session, None
        self._files.give_back_suspects()
        if session is not None:
            session.child.kill()

    def _wait(self) -> None:
        self._start_at_s = self._clock.monotonic_s() + self._backoff.failed()
