"""The files that a child was given, when its work on each must have ended, and what accuses them.

Which files are in work at all, which are suspected, and when these are tried is known to whoever
submits them: see `engine.ingest.ledger`.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from muserd.ground.paths import display
from muserd.workers.encode.outcomes import FileFailed, FileTask, Interrupted
from muserd.workers.encode.protocol import Batch, Begin, Read
from muserd.workers.process.child import Ending

DEADLY = frozenset({"hang", "crash", "memory"})  # causes of failures: see `blamed`


@dataclass(slots=True)
class Entry:
    """A file that a child has.

    Attributes:
        deadline_s: when the work on it must have ended; None while nobody works on it.
        reading_since_s: since when it is being read; None while it is not.
    """

    task: FileTask
    deadline_s: float | None = None
    reading_since_s: float | None = None


class ChildFiles:
    """The files of one child: those that it has, by number, and those that it is to get as soon as
    it can. Not thread-safe.

    Args:
        numbers: numbers that no other job of the worker has.
    """

    def __init__(self, numbers: Iterator[int]) -> None:
        self._numbers = numbers
        self._unsent: deque[FileTask] = deque()
        self._sent: dict[int, Entry] = {}

    def __len__(self) -> int:
        """How many files the child has or is to get."""
        return len(self._unsent) + len(self._sent)

    def __contains__(self, n: int) -> bool:
        """Whether the child has the file with this number."""
        return n in self._sent

    @property
    def unsent(self) -> int:
        """How many files the child is to get."""
        return len(self._unsent)

    @property
    def sent(self) -> int:
        """How many files the child has."""
        return len(self._sent)

    def add(self, tasks: Iterable[FileTask]) -> None:
        """Take files, last in line."""
        self._unsent.extend(tasks)

    def send(self) -> list[tuple[int, FileTask]]:
        """What the child gets now, each file under a new number: all that it has not got yet."""
        given = {next(self._numbers): task for task in self._unsent}
        self._unsent.clear()
        self._sent |= {n: Entry(task) for n, task in given.items()}
        return list(given.items())

    # what the child says of them

    def heard(self, said: Begin | Read | Batch, now_s: float, most_s: float) -> None:
        """Where some jobs stand, be they files of this child or not.

        Args:
            said: see there.
            now_s: the time, on the monotonic clock.
            most_s: so long may the work on one file take.
        """
        match said:
            case Begin(n):
                self.reading(n, now_s, now_s + most_s)
            case Read(n):
                self.resting(n)
            case Batch(numbers):
                self.encoding(numbers, now_s + most_s * len(numbers))

    def reading(self, n: int, now_s: float, deadline_s: float) -> None:
        """A reader began with a file."""
        if (entry := self._sent.get(n)) is not None:
            entry.reading_since_s, entry.deadline_s = now_s, deadline_s

    def resting(self, n: int) -> None:
        """A reader is through with a file, or does others first; nobody works on it."""
        if (entry := self._sent.get(n)) is not None:
            entry.reading_since_s = entry.deadline_s = None

    def encoding(self, numbers: Sequence[int], deadline_s: float) -> None:
        """The model began with a batch."""
        for n in numbers:
            if (entry := self._sent.get(n)) is not None:
                entry.deadline_s = deadline_s

    def done(self, n: int) -> FileTask | None:
        """Take a file out; None for a number that the child does not have."""
        entry = self._sent.pop(n, None)
        return None if entry is None else entry.task

    # how long it may take

    def deadline_s(self) -> float | None:
        """When the first file in work must be done; None when none is in work."""
        deadlines = (entry.deadline_s for entry in self._sent.values())
        return min((one for one in deadlines if one is not None), default=None)

    def held_up_since_s(self, heard_s: float, *, others: bool) -> float | None:
        """Since when a file may keep others waiting; None when none does.

        Args:
            heard_s: when the child said its last word: as long as it speaks, others go on.
            others: whether questions wait.
        """
        since = (entry.reading_since_s for entry in self._sent.values())
        since_s = min((one for one in since if one is not None), default=None)
        if since_s is None or not (others or len(self) > 1):
            return None
        return max(since_s, heard_s)

    # its end

    def take_reading(self) -> dict[int, Entry]:
        """Take out what is being read."""
        found = {n: one for n, one in self._sent.items() if one.reading_since_s is not None}
        for n in found:
            del self._sent[n]
        return found

    def put_reading(self, entries: Mapping[int, Entry]) -> None:
        """Put in what was taken out elsewhere: the child brought it along."""
        self._sent |= entries

    def give_back(self) -> None:
        """The child is gone, and no file is to blame: the next one gets all that it had, first."""
        self._unsent.extendleft(entry.task for entry in reversed(self._sent.values()))
        self._sent = {}

    def died(self, *, overdue_at_s: float | None = None) -> Interrupted:
        """The child died, and has no files any more.

        Args:
            overdue_at_s: for a hang: the time. Only files that took too long are accused.
        """
        everyone, self._sent = list(self._sent.values()), {}
        accused = [entry for entry in everyone if entry.deadline_s is not None]
        if overdue_at_s is not None:
            accused = [entry for entry in accused if _is_overdue(entry, overdue_at_s)]
        elif not accused:
            accused = everyone  # it died over something that it had not begun to tell
        return Interrupted(
            suspects=tuple(entry.task for entry in accused),
            others=tuple(entry.task for entry in everyone if entry not in accused),
        )

    def drop(self) -> None:
        """Forget all files: whoever submitted them does not wait for them any more."""
        self._unsent.clear()
        self._sent = {}


def _is_overdue(entry: Entry, now_s: float) -> bool:
    return entry.deadline_s is not None and entry.deadline_s <= now_s


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
