"""The layout worker seen from muserd: fits in a child, which leaves when it is done.

While an import runs, fit follows fit, and starting a child costs more processor time than such a
fit itself. So the child of a hurried fit stays for the next one, until nothing is asked of it for
an idle time. A child that is killed, hangs or runs out of memory costs that fit and nothing else:
the map in use is not touched by a fit, only by the commit of its result.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import Literal

from muserd.ground.clock import Clock
from muserd.ground.errors import LayoutError
from muserd.ground.wire import Header, header_of
from muserd.workers.layout.job_format import WORDS
from muserd.workers.process.child import Child, ChildSettings, Ending
from muserd.workers.process.link import Frame

log = logging.getLogger(__name__)

MODULE = "muserd.workers.layout.child"
_CACHES = ("numba", "models", WORDS)  # that the child writes to

Pace = Literal["thorough", "hurried", "yielding"]
"""How a fit goes. A hurried one has few items and runs beside an import that keeps all cores busy:
more threads would only wait for one another. A yielding one moreover lets the import go first.
"""

_HINTS = {
    "memory": "raise resources.layout_memory_mb, or close other programs; the map in use stays",
    "hang": "the machine may be busy: try again with muserctl refit; the map in use stays",
    "crash": "try again with muserctl refit; the map in use stays",
    "start": "reinstall Muser: its Python environment is damaged",
}


@dataclass(slots=True)
class _Hand:
    """A child, and what it says."""

    child: Child[Header]
    pace: Pace
    inbox: "SimpleQueue[Frame[Header] | Ending]" = field(repr=False)

    def suits(self, pace: Pace) -> bool:
        """Whether it lives and may do a fit of that pace next.

        A child that has yielded cannot take its priority back, and keeps its number of threads.
        """
        alike = self.pace == pace or (self.pace, pace) == ("hurried", "yielding")
        return alike and self.child.pid is not None


class LayoutWorker:
    """Runs fits, one at a time.

    Args:
        cache: for compiled code.
        memory_bytes: a fit that needs more is ended.
        threads: of the numerical libraries in a thorough fit; 0 means one per core.
        nice: added to the niceness of muserd.
        idle_s: how long the child of a hurried fit waits for another one.
        clock: for deadlines.
        work: holds the folders of the jobs. With it the child is shut in: it writes there and to
            its caches, and reads nothing of a person's but these and `readable`.
        readable: where encoders of words may lie.
    """

    def __init__(
        self,
        cache: Path,
        memory_bytes: int,
        threads: int,
        nice: int,
        idle_s: float,
        clock: Clock,
        *,
        work: Path | None = None,
        readable: Sequence[Path] = (),
        module: str = MODULE,
    ) -> None:
        self._settings = {
            pace: ChildSettings(
                module,
                cache,
                memory_bytes,
                most,
                nice,
                shut_in=work is not None,
                readable=tuple(readable),
                writable=() if work is None else (work, *_CACHES),
            )
            for pace, most in (("thorough", threads), ("hurried", 1), ("yielding", 1))
        }
        self._cache = cache
        self._idle_s = idle_s
        self._clock = clock
        self._running = threading.Lock()
        self._lock = threading.Lock()  # guards the three below
        self._hand: _Hand | None = None
        self._rest: threading.Timer | None = None  # runs while the child waits for another fit
        self._cancelled = False

    def run(
        self,
        job: Path,
        on_progress: Callable[[str, float], None],
        timeout_s: float,
        pace: Pace = "thorough",
    ) -> None:
        """Do the job in a folder, whose format docs/layout.md describes. Blocks.

        Args:
            job: the folder; results are written into it, `result.json` last.
            on_progress: called with the stage and its share that is done.
            timeout_s: a fit that takes longer is ended.
            pace: see `Pace`.

        Raises:
            LayoutError: it failed, was cancelled, or another job is running.
        """
        if not self._running.acquire(blocking=False):
            raise LayoutError("another fit is running", "wait until it is done")
        try:
            hand = self._take(pace)
            hand.child.expect(timeout_s)
            header = {"type": "fit", "job": str(job), "cache": str(self._cache)}
            hand.child.send({**header, "yielding": pace == "yielding"})
            stays = False
            try:
                self._follow(hand.inbox, on_progress)
                stays = pace != "thorough"
            finally:
                self._put_down(hand, stays=stays)
        finally:
            self._running.release()

    def cancel(self) -> None:
        """End the running fit, if there is one; its `run` raises. Thread-safe.

        A child that waits for another fit ends as well.
        """
        with self._lock:
            hand, self._cancelled = self._hand, True
            if self._rest is not None:  # it waits: the next fit must not find it dying
                self._rest.cancel()
                self._hand = self._rest = None
        if hand is not None:
            hand.child.kill()

    @property
    def rss_bytes(self) -> int:
        """Resident memory of the child; 0 while there is none."""
        with self._lock:
            hand = self._hand
        return hand.child.rss_bytes if hand is not None else 0

    def _take(self, pace: Pace) -> _Hand:
        """The child that waits, if it suits and lives; else another one."""
        with self._lock:
            self._cancelled = False
            hand = self._hand
            if self._rest is not None:
                self._rest.cancel()
                self._rest = None
            if hand is not None and not hand.suits(pace):
                hand.child.kill()
                hand = None
            if hand is None:
                inbox: SimpleQueue[Frame[Header] | Ending] = SimpleQueue()
                hand = _Hand(
                    Child(self._settings[pace], inbox.put, self._clock, header_of), pace, inbox
                )
            hand.pace = pace
            self._hand = hand
        return hand

    def _put_down(self, hand: _Hand, *, stays: bool) -> None:
        """After a fit: let the child wait for the next, or end it."""
        with self._lock:
            if stays and not self._cancelled:
                hand.child.expect(None)
                self._rest = threading.Timer(self._idle_s, self._dismiss, (hand,))
                self._rest.daemon = True
                self._rest.start()
                return
            self._hand = None
        hand.child.kill()  # it has said all, or failed

    def _dismiss(self, hand: _Hand) -> None:
        """The idle time is over."""
        with self._lock:
            if self._rest is None or self._hand is not hand:
                return  # a fit came just now
            self._hand = self._rest = None
        hand.child.kill()

    def _follow(
        self,
        inbox: "SimpleQueue[Frame[Header] | Ending]",
        on_progress: Callable[[str, float], None],
    ) -> None:
        """Hear the child until the fit is done. Raises LayoutError when it never will be."""
        while isinstance(message := inbox.get(), Frame):
            match message.header:
                case {"type": "progress", "stage": str(stage), "share": float(share)}:
                    on_progress(stage, share)
                case {"type": "done"}:
                    return
                case {"type": "error", "message": str(text), "hint": str(hint)}:
                    raise LayoutError(text, hint)
                case other:
                    log.warning("the layout child said something unknown: %s", other)
        if self._cancelled:
            raise LayoutError("the fit was cancelled; the map in use stays")
        text = message.message
        if message.cause == "finished":
            text = "layout_child ended without a result"
        raise LayoutError(text, _HINTS.get(message.cause, _HINTS["crash"]))
