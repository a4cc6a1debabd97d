"""Waits until a path that events named has come to rest.

A file whose writer closed it is at rest once no event named it for the settle time. A file that
was not seen closed waits longer and must look the same twice. A path where nothing is waits for
the delete delay, so that a rename or an atomic save is seen as one change.
"""

import heapq
import os
import stat as modes
from collections.abc import Callable
from dataclasses import dataclass

from muserd.ground.records import FileStat

UNCLOSED_FACTOR = 6  # settle times that a file waits whose writer was not seen to close it
LONGEST_WAIT_S = 60.0  # a file that never rests (a log) is read in between all the same

Key = tuple[bytes, bytes]


@dataclass(slots=True)
class _Waiting:
    first_s: float  # when it was named first
    last_s: float  # when it was named last
    closed: bool
    due_s: float  # of its entry in the heap; other entries are stale
    seen: FileStat | None = None
    seen_s: float = 0.0


class Settler:
    """Paths that events named, until they are at rest. For one thread.

    Args:
        settle_ms: how long no event must name a file that was closed.
        delete_delay_ms: how long a path must be gone.
        is_folder: whether a folder is there: such a path is dropped, since its files are named
            one by one, and a caller would take the folder itself for a file that is gone.
    """

    def __init__(
        self,
        settle_ms: int,
        delete_delay_ms: int,
        is_folder: Callable[[bytes], bool] | None = None,
    ) -> None:
        self._settle_s = settle_ms / 1000
        self._gone_s = max(delete_delay_ms, settle_ms) / 1000
        self._is_folder = is_folder or _is_folder
        self._waiting: dict[Key, _Waiting] = {}
        self._heap: list[tuple[float, Key]] = []  # may be too early for a key, never too late

    def __len__(self) -> int:
        """How many paths wait."""
        return len(self._waiting)

    def mark(self, root: bytes, path: bytes, now_s: float, closed: bool) -> None:
        """An event named `path`.

        Args:
            root: the root it belongs to.
            path: what may have changed, come or gone.
            now_s: monotonic seconds.
            closed: whether nobody is known to be writing: the writer closed it, it was renamed,
                or it is gone.
        """
        key = (root, path)
        waiting = self._waiting.get(key)
        due_s = now_s + self._settle_s
        if waiting is None:
            self._waiting[key] = _Waiting(now_s, now_s, closed, due_s)
            heapq.heappush(self._heap, (due_s, key))
            return
        waiting.last_s = now_s
        waiting.closed = closed  # an event after the close: somebody writes again
        waiting.seen = None
        if due_s < waiting.due_s:
            self._wait(key, waiting, due_s)

    def due(
        self, now_s: float, look: Callable[[bytes], FileStat | None]
    ) -> list[tuple[bytes, bytes]]:
        """The (root, path) pairs at rest, in the order they came to rest; they are forgotten here.

        Args:
            now_s: monotonic seconds.
            look: what is at a path now; None for nothing, or nothing to be looked at.
        """
        rested: list[tuple[bytes, bytes]] = []
        while (due_s := self.next_due_s()) is not None and due_s <= now_s:
            _, key = heapq.heappop(self._heap)
            waiting = self._waiting[key]
            again_s = self._next_look(key[1], waiting, now_s, look)
            if again_s is None:
                del self._waiting[key]
                if waiting.seen is not None or not self._is_folder(key[1]):
                    rested.append(key)
            else:
                self._wait(key, waiting, again_s)
        return rested

    def next_due_s(self) -> float | None:
        """When `due` should be called next; None when nothing waits."""
        while self._heap:
            due_s, key = self._heap[0]
            waiting = self._waiting.get(key)
            if waiting is not None and waiting.due_s == due_s:
                return due_s
            heapq.heappop(self._heap)  # stale
        return None

    def _wait(self, key: Key, waiting: _Waiting, due_s: float) -> None:
        waiting.due_s = due_s
        heapq.heappush(self._heap, (due_s, key))

    def _next_look(
        self,
        path: bytes,
        waiting: _Waiting,
        now_s: float,
        look: Callable[[bytes], FileStat | None],
    ) -> float | None:
        """When to look again; None when the path is at rest."""
        overdue = now_s >= waiting.first_s + LONGEST_WAIT_S
        quiet_until_s = waiting.last_s + self._settle_s
        if now_s < quiet_until_s and not overdue:
            return quiet_until_s
        before, waiting.seen = waiting.seen, look(path)
        if waiting.seen is None:
            gone_until_s = waiting.last_s + self._gone_s
            return None if now_s >= gone_until_s or overdue else gone_until_s
        if waiting.closed or overdue:
            return None
        if before != waiting.seen:
            waiting.seen_s = now_s
            return now_s + UNCLOSED_FACTOR * self._settle_s
        rest_s = waiting.seen_s + UNCLOSED_FACTOR * self._settle_s
        return None if now_s >= rest_s else rest_s


def _is_folder(path: bytes) -> bool:
    try:
        return modes.S_ISDIR(os.lstat(path).st_mode)
    except OSError:
        return False
