"""Which files a child gets, and which one is to blame when it dies.

A child reads several files at once, so its death accuses all that it was working on. Suspects are
tried in a child of their own (`aside`), when no other file waits: in halves, until one dies with a
single file in hand. That one is to blame. Everything else goes on as if nothing had been.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from muserd.ground.paths import display
from muserd.workers.encode.outcomes import FileFailed, FileTask
from muserd.workers.process.child import Ending

DEADLY = frozenset({"hang", "crash", "memory"})  # causes of failures: see `blamed`


@dataclass(slots=True)
class Entry:
    """A file that was submitted and has no outcome yet.

    Attributes:
        deadline_s: when the work on it must have ended; None while nobody works on it.
        reading_since_s: since when it is being read; None while it is not.
    """

    task: FileTask
    n: int = 0
    deadline_s: float | None = None
    reading_since_s: float | None = None


class Hand:
    """The files that one child has, by number. Not thread-safe."""

    def __init__(self) -> None:
        self._entries: dict[int, Entry] = {}

    def __len__(self) -> int:
        """How many."""
        return len(self._entries)

    def __contains__(self, n: int) -> bool:
        """Whether it has the file with this number."""
        return n in self._entries

    def give(self, entries: Sequence[Entry]) -> list[tuple[int, FileTask]]:
        """Put files in; what is sent to the child."""
        self._entries |= {entry.n: entry for entry in entries}
        return [(entry.n, entry.task) for entry in entries]

    def reading(self, n: int, now_s: float, deadline_s: float) -> None:
        """A reader began with a file."""
        if (entry := self._entries.get(n)) is not None:
            entry.reading_since_s, entry.deadline_s = now_s, deadline_s

    def resting(self, n: int) -> None:
        """A reader is through with a file, or does others first; nobody works on it."""
        if (entry := self._entries.get(n)) is not None:
            entry.reading_since_s = entry.deadline_s = None

    def encoding(self, numbers: Sequence[int], deadline_s: float) -> None:
        """The model began with a batch."""
        for n in numbers:
            if (entry := self._entries.get(n)) is not None:
                entry.deadline_s = deadline_s

    def done(self, n: int) -> FileTask | None:
        """Take a file out; None for a number that is not here."""
        entry = self._entries.pop(n, None)
        return None if entry is None else entry.task

    def deadline_s(self) -> float | None:
        """When the first file in work must be done; None when none is in work."""
        entries = self._entries.values()
        return min((e.deadline_s for e in entries if e.deadline_s is not None), default=None)

    def reading_since_s(self) -> float | None:
        """Since when the file that has been read for longest is; None when none is read."""
        since = [e.reading_since_s for e in self._entries.values()]
        return min((one for one in since if one is not None), default=None)

    def clear(self) -> list[Entry]:
        """Take all files out."""
        entries, self._entries = list(self._entries.values()), {}
        return entries


class SubmittedFiles:
    """Files that wait, are suspected, or are in the hands of a child. Not thread-safe.

    Args:
        window: the most files that a child has in hand.
        patience_s: a file that has been read for so long is accused when its child hangs.

    Attributes:
        hand: what the child has that reads ordinary files and answers questions.
        aside: what the child has that suspects are tried in.
    """

    def __init__(self, window: int, patience_s: float = float("inf")) -> None:
        self.hand = Hand()
        self.aside = Hand()
        self._window = window
        self._patience_s = patience_s
        self._waiting: deque[Entry] = deque()
        self._suspects: deque[list[Entry]] = deque()
        self._numbers = count(1)

    @property
    def pending(self) -> int:
        """How many files wait for a child, suspects left out."""
        return len(self._waiting)

    @property
    def suspects(self) -> int:
        """How many files are suspected: they wait, or are being tried."""
        return sum(map(len, self._suspects)) + len(self.aside)

    @property
    def suspects_due(self) -> bool:
        """Whether suspects are next: they wait behind everything else, and for one another."""
        return bool(self._suspects) and not (self._waiting or self.hand or self.aside)

    def number(self) -> int:
        """A number that no other job has."""
        return next(self._numbers)

    def add(self, tasks: Sequence[FileTask]) -> None:
        """Queue files, last in line."""
        self._waiting.extend(Entry(task) for task in tasks if not task.suspect)
        self._suspects.extend([Entry(task)] for task in tasks if task.suspect)

    def take(self) -> list[tuple[int, FileTask]]:
        """The ordinary files that their child gets now, each under a new number; often none."""
        free = min(self._window - len(self.hand), len(self._waiting))
        return self._give(self.hand, [self._waiting.popleft() for _ in range(max(free, 0))])

    def take_suspects(self) -> list[tuple[int, FileTask]]:
        """The suspects that are tried now; none before they are due."""
        return self._give(self.aside, self._suspects.popleft()) if self.suspects_due else []

    def _give(self, hand: Hand, entries: Sequence[Entry]) -> list[tuple[int, FileTask]]:
        for entry in entries:
            entry.n = self.number()
            entry.deadline_s = entry.reading_since_s = None
        return hand.give(entries)

    def hand_with(self, n: int) -> Hand:
        """Where the file with this number is; the ordinary one if it is nowhere."""
        return self.aside if n in self.aside else self.hand

    def held_up_at_s(self, heard_s: float, *, others: bool) -> float | None:
        """When a file has kept others waiting for too long; None when nothing is held up.

        Args:
            heard_s: when the child said its last word: as long as it speaks, others go on.
            others: whether questions wait.
        """
        since_s = self.hand.reading_since_s()
        if since_s is None or not (others or self._waiting or len(self.hand) > 1):
            return None
        return max(since_s, heard_s) + self._patience_s

    def drop(self) -> None:
        """Forget all files: whoever submitted them does not wait for them any more."""
        for files in (self._waiting, self._suspects, self.hand, self.aside):
            files.clear()

    def give_back(self) -> None:
        """The child is gone, and no file is to blame: all in hand is first in line again."""
        self._waiting.extendleft(reversed(self.hand.clear()))

    def give_back_suspects(self) -> None:
        """The same of the child that suspects are tried in."""
        if self.aside:
            self._suspects.appendleft(self.aside.clear())

    def died(self, *, overdue_at_s: float | None = None) -> None:
        """The child of ordinary files died: what it was working on is suspected from now on.

        Args:
            overdue_at_s: for a hang: the time. Only files that took too long are accused.
        """
        accused, others = self._accused(self.hand.clear(), overdue_at_s)
        self._waiting.extendleft(reversed(others))
        self._suspects.extendleft(reversed(_halves(accused)))

    def died_aside(self, *, overdue_at_s: float | None = None) -> FileTask | None:
        """The child of suspects died.

        Returns:
            The file that is to blame, if that is known now; else suspects go on being tried.
        """
        everyone = self.aside.clear()
        if len(everyone) == 1:
            return everyone[0].task
        accused, others = self._accused(everyone, overdue_at_s)
        if others:
            self._suspects.appendleft(others)
        self._suspects.extendleft(reversed(_halves(accused)))
        return None

    def _accused(
        self, everyone: list[Entry], overdue_at_s: float | None
    ) -> tuple[list[Entry], list[Entry]]:
        """Those that a death accuses, and the others."""
        accused = [entry for entry in everyone if entry.deadline_s is not None]
        if overdue_at_s is not None:
            accused = [entry for entry in accused if self._is_overdue(entry, overdue_at_s)]
        elif not accused:
            accused = everyone  # it died over something that it had not begun to tell
        return accused, [entry for entry in everyone if entry not in accused]

    def _is_overdue(self, entry: Entry, now_s: float) -> bool:
        since_s = entry.reading_since_s
        impatient = since_s is not None and since_s + self._patience_s <= now_s
        return impatient or (entry.deadline_s is not None and entry.deadline_s <= now_s)


def _halves(entries: list[Entry]) -> list[list[Entry]]:
    middle = len(entries) // 2
    return [half for half in (entries[:middle], entries[middle:]) if half]


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
        "hang": ("hang", f"reading {name} timed out"),
        "memory": ("memory", f"reading {name} takes more memory than allowed"),
    }.get(ending.cause, ("crash", f"reading {name} crashed the reader: {ending.message}"))
    hint = "it is tried again when the file changes, or by: muserctl failed retry"
    return FileFailed(task, cause, what, hint, retry=False, stat=None)
