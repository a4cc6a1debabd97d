"""Which files a child gets, and which one is to blame when it dies.

A child reads several files at once, so its death accuses all that it was working on. They are
tried again in halves, each in a child of its own account, until one dies with a single file in
hand: that one is to blame. Everything else goes on as if nothing had been.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from muserd.ground.paths import display
from muserd.workers.encode.outcomes import FileFailed, FileTask
from muserd.workers.process.child import Ending


@dataclass(slots=True)
class Entry:
    """A file that was submitted and has no outcome yet.

    Attributes:
        deadline_s: when the work on it must have ended; None while nobody works on it.
    """

    task: FileTask
    n: int = 0
    deadline_s: float | None = None


class SubmittedFiles:
    """Files that wait, are suspected, or are in the child's hands. Not thread-safe.

    Args:
        window: the most files that a child has in hand.
    """

    def __init__(self, window: int) -> None:
        self._window = window
        self._waiting: deque[Entry] = deque()
        self._suspects: deque[list[Entry]] = deque()
        self._in_hand: dict[int, Entry] = {}
        self._probing = False
        self._numbers = count(1)

    @property
    def probing(self) -> bool:
        """Whether suspects are being tried, or are next: nothing else should go on meanwhile.

        They come when no other file waits: what hung once costs nobody else a second time.
        """
        return self._probing or (bool(self._suspects) and not self._waiting)

    @property
    def in_hand(self) -> int:
        """How many files the child has."""
        return len(self._in_hand)

    @property
    def pending(self) -> int:
        """How many files wait for a child, suspects included."""
        return len(self._waiting) + sum(map(len, self._suspects))

    def number(self) -> int:
        """A number that no other job has."""
        return next(self._numbers)

    def add(self, tasks: Sequence[FileTask]) -> None:
        """Queue files, last in line."""
        self._waiting.extend(Entry(task) for task in tasks)

    def take(self) -> list[tuple[int, FileTask]]:
        """The files that the child gets now, each under a new number; often none."""
        if self.probing:
            taken = self._suspects.popleft() if self._suspects and not self._in_hand else []
            self._probing = bool(taken) or bool(self._in_hand)
        else:
            free = min(self._window - len(self._in_hand), len(self._waiting))
            taken = [self._waiting.popleft() for _ in range(max(free, 0))]
        for entry in taken:
            entry.n = self.number()
            self._in_hand[entry.n] = entry
        return [(entry.n, entry.task) for entry in taken]

    def busy_until(self, numbers: Sequence[int], deadline_s: float | None) -> None:
        """Work on these files began, with a deadline; or, with None, it rests."""
        for n in numbers:
            if (entry := self._in_hand.get(n)) is not None:
                entry.deadline_s = deadline_s

    def deadline_s(self) -> float | None:
        """When the first file in work must be done; None when none is in work."""
        deadlines = [e.deadline_s for e in self._in_hand.values() if e.deadline_s is not None]
        return min(deadlines, default=None)

    def done(self, n: int) -> FileTask | None:
        """The child is through with a file; None for a number that it does not have."""
        entry = self._in_hand.pop(n, None)
        if not self._in_hand:
            self._probing = False
        return None if entry is None else entry.task

    def drop(self) -> None:
        """Forget all files: whoever submitted them does not wait for them any more."""
        self._waiting.clear()
        self._suspects.clear()
        self._clear()

    def give_back(self) -> None:
        """The child is gone, and no file is to blame: all in hand is first in line again."""
        if self._probing and self._in_hand:
            self._suspects.appendleft(list(self._in_hand.values()))
        else:
            self._waiting.extendleft(reversed(self._in_hand.values()))
        self._clear()

    def died(self, *, overdue_at_s: float | None = None) -> FileTask | None:
        """The child died with these files in hand.

        Args:
            overdue_at_s: for a hang: the time. Only files past their deadline are accused.

        Returns:
            The one that is to blame, if that is known now; else suspects will be tried.
        """
        everyone = list(self._in_hand.values())
        accused = [e for e in everyone if e.deadline_s is not None]
        if overdue_at_s is not None:
            accused = [e for e in accused if (e.deadline_s or 0.0) <= overdue_at_s]
        accused = accused or everyone
        others = [entry for entry in everyone if entry not in accused]
        if self._probing and len(everyone) == 1:
            self._clear()
            return everyone[0].task
        if self._probing and others:
            self._suspects.appendleft(others)
        else:
            self._waiting.extendleft(reversed(others))
        middle = len(accused) // 2
        halves = [half for half in (accused[:middle], accused[middle:]) if half]
        self._suspects.extendleft(reversed(halves))
        self._clear()
        return None

    def _clear(self) -> None:
        for entries in (self._in_hand.values(), *self._suspects):
            for entry in entries:
                entry.deadline_s = None
        self._in_hand = {}
        self._probing = False


def not_understood(task: FileTask, error: Exception) -> FileFailed:
    """What is recorded of a file when what the child says of it makes no sense."""
    return FileFailed(
        task,
        "crash",
        f"the answer about {display(task.path)} cannot be understood: {error!r}",
        "it is tried again when the file changes, or by: muserctl failed retry",
        retry=False,
        stat=None,
    )


def blamed(task: FileTask, ending: Ending) -> FileFailed:
    """What is recorded of a file whose reading killed a child alone."""
    name = display(task.path)
    cause, what = {
        "hang": ("hang", f"reading {name} did not end in time"),
        "memory": ("memory", f"reading {name} takes more memory than allowed"),
    }.get(ending.cause, ("crash", f"reading {name} crashed the reader: {ending.message}"))
    hint = "it is tried again when the file changes, or by: muserctl failed retry"
    return FileFailed(task, cause, what, hint, retry=False, stat=None)
