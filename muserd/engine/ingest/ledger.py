"""Every file on its way from the plan to the store, in exactly one stage.

queued → reading → read → gone from here: the store has its item or its failure.

A file that is named again while it is being read stays in its stage and is looked at once more
afterwards. A file is taken back to `queued` when its commit found no room, when its encoder was
switched, when it was read by another encoder than the map's, or when its child died.

A child has several files in hand when it dies, and any that it was working on may have killed it.
These become `suspected` instead: they are read when no other file is queued or read, apart from
others and half as many together as were suspected together, until a child dies over a single one.
That file is to blame, as its outcome says.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count, islice, takewhile
from typing import Literal, TypeAlias

from muserd.engine.operations import Seen
from muserd.ground.records import SPACE_OF, SPACES, Space
from muserd.workers.encode.outcomes import FileTask, Interrupted, Outcome

# Enough for two full batches of 32 ahead of the encoder; few enough that pausing is felt at once.
MOST_READING = 96

Stage = Literal["queued", "suspected", "reading", "read"]


@dataclass(slots=True)
class FileInWork:
    """One path, from the plan that asks for its content to the commit.

    Attributes:
        seen: how the tree showed it when it was last named.
        root: the root that it belongs to.
        force: encode it even when its content is known.
        reread: only what it says of itself is wanted anew: see `FileTask`.
        since_s: when it was first queued, on the monotonic clock.
        attempt: the number of the reading under way or done; an outcome of another one is stale.
        outcome: what the worker found; None until it is read.
        again: it was named while it was being read; look at it once more.
        foreign: how often another encoder than the map's read it.
        group: suspects with the same number are read together; 0 for a file that is no suspect.
    """

    seen: Seen
    root: bytes
    force: bool
    since_s: float
    stage: Stage = "queued"
    attempt: int = 0
    outcome: Outcome | None = None
    again: bool = False
    foreign: int = 0
    reread: bool = False
    group: int = 0

    @property
    def space(self) -> Space:
        """The space that its item belongs to."""
        return SPACE_OF[self.seen.kind]

    @property
    def task(self) -> FileTask:
        """What a worker is told of it."""
        one = self.seen
        return FileTask(one.path, one.kind, self.force, self.attempt, self.group > 0, self.reread)


_BySpace: TypeAlias = dict[Space, dict[bytes, FileInWork]]


class Ledger:
    """Files by path and stage, first in, first out. For one thread."""

    def __init__(self) -> None:
        self._queued: _BySpace = {space: {} for space in SPACES}
        self._suspected: _BySpace = {space: {} for space in SPACES}
        self._reading: _BySpace = {space: {} for space in SPACES}
        self._read: dict[bytes, FileInWork] = {}
        self._attempts = count(1)
        self._groups = count(1)

    def _stages(self, *spaces: Space) -> Iterator[dict[bytes, FileInWork]]:
        """The files of each stage, of these spaces."""
        for space in spaces:
            yield from (self._queued[space], self._suspected[space], self._reading[space])
        yield self._read

    def __iter__(self) -> Iterator[FileInWork]:
        """All of them."""
        for files in self._stages(*SPACES):
            yield from files.values()

    def __len__(self) -> int:
        """How many files are here."""
        return sum(map(len, self._stages(*SPACES)))

    def find(self, path: bytes) -> FileInWork | None:
        """The state of a path; None when it is not in work."""
        return next((files[path] for files in self._stages(*SPACES) if path in files), None)

    def add(
        self,
        root: bytes,
        seen: Seen,
        now_s: float,
        *,
        force: bool,
        reread: bool = False,
        suspect: bool = False,
    ) -> None:
        """Queue a file. One in work keeps its stage; a wish to encode it anew is never lost.

        One that is only to be read again is left alone while it is in work already. A suspect is a
        file over which a child died when it was last read.
        """
        known = self.find(seen.path)
        if known is not None and known.space != SPACE_OF[seen.kind]:
            force = force or known.force
            self.remove(known)  # its name says another kind now: what was found is of no use
            known = None
        if known is not None and reread:
            return
        if known is None:
            file = FileInWork(seen, root, force, now_s, reread=reread)
            if suspect:
                file.stage, file.group = "suspected", next(self._groups)
            waiting = self._suspected if suspect else self._queued
            waiting[file.space][seen.path] = file
            return
        known.root = root
        known.force = known.force or force
        if known.stage in {"queued", "suspected"}:
            known.seen, known.reread = seen, False
        else:
            known.again = True

    def take(self, space: Space, most: int = MOST_READING) -> list[FileInWork]:
        """Queued files for the worker of a space, so that it reads `most` at a time."""
        free = most - sum(not file.group for file in self._reading[space].values())
        return self._begin(self._queued[space], islice(self._queued[space].values(), max(free, 0)))

    def take_suspects(self, space: Space) -> list[FileInWork]:
        """The suspects that are read together next; none while any file of the space is queued or
        being read.
        """
        waiting = self._suspected[space]
        if not waiting or self._queued[space] or self._reading[space]:
            return []
        group = next(iter(waiting.values())).group
        return self._begin(waiting, takewhile(lambda one: one.group == group, waiting.values()))

    def _begin(
        self, waiting: dict[bytes, FileInWork], files: Iterable[FileInWork]
    ) -> list[FileInWork]:
        taken = list(files)
        for file in taken:
            del waiting[file.seen.path]
            file.stage, file.attempt, file.again = "reading", next(self._attempts), False
            self._reading[file.space][file.seen.path] = file
        return taken

    def found(self, outcome: Outcome) -> bool:
        """The worker is through with a file; False when nobody waits for this reading any more."""
        for file in self._awaited([outcome.task]):
            del self._reading[file.space][file.seen.path]
            file.stage, file.outcome = "read", outcome
            self._read[file.seen.path] = file
            return True
        return False

    def interrupted(self, death: Interrupted) -> None:
        """A child died: what it had is read again; its suspects in two halves, each apart."""
        suspects, others = self._awaited(death.suspects), self._awaited(death.others)
        middle, rest = len(suspects) // 2, next(self._groups)
        for half in (suspects[:middle], suspects[middle:]):
            group = next(self._groups)
            for file in half:
                file.group = group
        for file in others:
            file.group = rest if file.group else 0
        self.put_back([*suspects, *others])

    def _awaited(self, tasks: Iterable[FileTask]) -> list[FileInWork]:
        """The files of these readings, without those that nobody waits for any more."""
        readings = [(self._reading[SPACE_OF[task.kind]].get(task.path), task) for task in tasks]
        return [
            file for file, task in readings if file is not None and file.attempt == task.attempt
        ]

    def read(self, most: int) -> list[FileInWork]:
        """The first files that were read and not committed yet; they stay here."""
        return [file for file, _ in zip(self._read.values(), range(most), strict=False)]

    def remove(self, file: FileInWork) -> None:
        """A file is in the store, or of no interest any more."""
        for files in self._stages(file.space):
            if files.get(file.seen.path) is file:
                del files[file.seen.path]

    def put_back(self, files: Iterable[FileInWork]) -> None:
        """Have files read again, before all others; suspects before all other suspects."""
        again = list(files)
        for file in again:
            self.remove(file)
            file.stage = "suspected" if file.group else "queued"
            file.outcome, file.again = None, False
        for space in SPACES:
            ours = {file.seen.path: file for file in again if file.space == space}
            first = {path: file for path, file in ours.items() if not file.group}
            self._queued[space] = first | self._queued[space]
            first = {path: file for path, file in ours.items() if file.group}
            self._suspected[space] = first | self._suspected[space]

    def drop_root(self, root: bytes) -> None:
        """Forget the files of a root, whatever their stage: their outcomes are stale."""
        for file in [file for file in self if file.root == root]:
            self.remove(file)

    def restart(self, space: Space) -> None:
        """Have everything of a space that was given to the worker read again."""
        self.put_back(
            [file for file in self if file.space == space and file.stage in {"reading", "read"}],
        )

    def count(self, space: Space) -> int:
        """How many files of a space are in work."""
        waiting = len(self._queued[space]) + len(self._suspected[space])
        read = sum(1 for file in self._read.values() if file.space == space)
        return waiting + len(self._reading[space]) + read

    @property
    def read_count(self) -> int:
        """How many files were read and not committed yet."""
        return len(self._read)

    @property
    def rereads(self) -> bool:
        """Whether all files here are only read again."""
        return all(file.reread for file in self)

    def oldest_since_s(self) -> float | None:
        """Since when the file that has been here longest is; None without files."""
        return min((file.since_s for file in self), default=None)
