"""The layout worker seen from muserd: one fit per child, which leaves when it is done.

A child that is killed, hangs or runs out of memory costs that fit and nothing else: the map in
use is not touched by a fit, only by the commit of its result.
"""

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue

from muserd.ground.clock import Clock
from muserd.ground.errors import LayoutError
from muserd.workers.link import Frame
from muserd.workers.process import Child, ChildSettings, Ending

log = logging.getLogger(__name__)

MODULE = "muserd.workers.layout_child"

_HINTS = {
    "memory": "raise resources.layout_memory_mb, or close other programs; the map in use stays",
    "hang": "the machine may be busy: try again with muserctl refit; the map in use stays",
    "crash": "try again with muserctl refit; the map in use stays",
    "start": "reinstall Muser: its Python environment is damaged",
}


class LayoutWorker:
    """Runs fits, one at a time.

    Args:
        cache: for compiled code.
        memory_bytes: a fit that needs more is ended.
        threads: of the numerical libraries; 0 means one per core.
        nice: added to the niceness of muserd.
        clock: for deadlines.
    """

    def __init__(
        self,
        cache: Path,
        memory_bytes: int,
        threads: int,
        nice: int,
        clock: Clock,
        *,
        module: str = MODULE,
    ) -> None:
        self._settings = ChildSettings(module, cache, memory_bytes, threads, nice)
        self._clock = clock
        self._running = threading.Lock()
        self._lock = threading.Lock()  # guards the two below
        self._child: Child | None = None
        self._cancelled = False

    def run(self, job: Path, on_progress: Callable[[str, float], None], timeout_s: float) -> None:
        """Do the job in a folder, whose format docs/layout.md describes. Blocks.

        Args:
            job: the folder; results are written into it, `result.json` last.
            on_progress: called with the stage and its share that is done.
            timeout_s: a fit that takes longer is ended.

        Raises:
            LayoutError: it failed, was cancelled, or another job is running.
        """
        if not self._running.acquire(blocking=False):
            raise LayoutError("another fit is running", "wait until it is done")
        inbox: SimpleQueue[Frame | Ending] = SimpleQueue()
        try:
            with self._lock:
                self._cancelled = False
                child = self._child = Child(self._settings, inbox.put, self._clock)
            child.expect(timeout_s)
            cache = str(self._settings.cache)
            child.send({"type": "fit", "job": str(job), "cache": cache})
            self._follow(inbox, on_progress)
        finally:
            with self._lock:
                self._child = None
            self._running.release()

    def cancel(self) -> None:
        """End the running fit, if there is one; its `run` raises. Thread-safe."""
        with self._lock:
            child, self._cancelled = self._child, True
        if child is not None:
            child.kill()

    @property
    def rss_bytes(self) -> int:
        """Resident memory of the child; 0 while there is none."""
        with self._lock:
            child = self._child
        return child.rss_bytes if child is not None else 0

    def _follow(
        self, inbox: "SimpleQueue[Frame | Ending]", on_progress: Callable[[str, float], None]
    ) -> None:
        """Hear the child out."""
        done = False
        refusal: LayoutError | None = None
        while isinstance(message := inbox.get(), Frame):
            match message.header:
                case {"type": "progress", "stage": str(stage), "share": float(share)}:
                    on_progress(stage, share)
                case {"type": "done"}:
                    done = True
                case {"type": "error", "message": str(text), "hint": str(hint)}:
                    refusal = LayoutError(text, hint)
                case other:
                    log.warning("the layout child said something unknown: %s", other)
        if done:
            return
        if refusal is not None:
            raise refusal
        if self._cancelled:
            raise LayoutError("the fit was cancelled; the map in use stays")
        text = message.message
        if message.cause == "finished":
            text = "layout_child ended without a result"
        raise LayoutError(text, _HINTS.get(message.cause, _HINTS["crash"]))
