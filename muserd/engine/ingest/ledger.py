"""Every file on its way from the plan to the store, in exactly one stage.

queued → reading → read → gone from here: the store has its item or its failure.

A file that is named again while it is being read stays in its stage and is looked at once more
afterwards. A file is taken back to `queued` when its commit found no room, when its encoder was
switched, or when it was read by another encoder than the map's.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Literal

from muserd.engine.operations import Seen
from muserd.ground.records import SPACE_OF, SPACES, Space
from muserd.workers.encode.outcomes import Outcome

Stage = Literal["queued", "reading", "read"]


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

    @property
    def space(self) -> Space:
        """The space that its item belongs to."""
        return SPACE_OF[self.seen.kind]


class Ledger:
    """Files by path and stage, first in, first out. For one thread."""

    def __init__(self) -> None:
        self._queued: dict[Space, dict[bytes, FileInWork]] = {space: {} for space in SPACES}
        self._reading: dict[Space, dict[bytes, FileInWork]] = {space: {} for space in SPACES}
        self._read: dict[bytes, FileInWork] = {}
        self._attempts = count(1)

    def __iter__(self) -> Iterator[FileInWork]:
        """All of them."""
        for space in SPACES:
            yield from self._queued[space].values()
            yield from self._reading[space].values()
        yield from self._read.values()

    def __len__(self) -> int:
        """How many files are here."""
        return sum(self.count(space) for space in SPACES)

    def find(self, path: bytes) -> FileInWork | None:
        """The state of a path; None when it is not in work."""
        for files in (*self._queued.values(), *self._reading.values(), self._read):
            if path in files:
                return files[path]
        return None

    def add(
        self, root: bytes, seen: Seen, now_s: float, *, force: bool, reread: bool = False
    ) -> None:
        """Queue a file. One in work keeps its stage; a wish to encode it anew is never lost.

        One that is only to be read again is left alone while it is in work already.
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
            self._queued[file.space][seen.path] = file
            return
        known.root = root
        known.force = known.force or force
        if known.stage == "queued":
            known.seen, known.reread = seen, False
        else:
            known.again = True

    def take(self, space: Space, most: int) -> list[FileInWork]:
        """Queued files for the worker of a space, so that it reads `most` at a time."""
        queued, reading = self._queued[space], self._reading[space]
        taken: list[FileInWork] = []
        while queued and len(reading) < most:
            path = next(iter(queued))
            file = queued.pop(path)
            file.stage, file.attempt, file.again = "reading", next(self._attempts), False
            reading[path] = file
            taken.append(file)
        return taken

    def found(self, outcome: Outcome) -> bool:
        """The worker is through with a file; False when nobody waits for this reading any more."""
        task = outcome.task
        file = self._reading[SPACE_OF[task.kind]].get(task.path)
        if file is None or file.attempt != task.attempt:
            return False
        del self._reading[file.space][task.path]
        file.stage, file.outcome = "read", outcome
        self._read[task.path] = file
        return True

    def read(self, most: int) -> list[FileInWork]:
        """The first files that were read and not committed yet; they stay here."""
        return [file for file, _ in zip(self._read.values(), range(most), strict=False)]

    def remove(self, file: FileInWork) -> None:
        """A file is in the store, or of no interest any more."""
        for files in (self._queued[file.space], self._reading[file.space], self._read):
            if files.get(file.seen.path) is file:
                del files[file.seen.path]

    def put_back(self, files: Iterable[FileInWork]) -> None:
        """Have files read again, before all others."""
        again = list(files)
        for file in again:
            self.remove(file)
            file.stage, file.outcome, file.again = "queued", None, False
        for space in SPACES:
            first = {file.seen.path: file for file in again if file.space == space}
            self._queued[space] = first | self._queued[space]

    def drop_root(self, root: bytes) -> None:
        """Forget the files of a root, whatever their stage: their outcomes are stale."""
        for file in [file for file in self if file.root == root]:
            self.remove(file)

    def restart(self, space: Space) -> None:
        """Have everything of a space that was given to the worker read again."""
        self.put_back(
            [file for file in self if file.space == space and file.stage != "queued"],
        )

    def count(self, space: Space) -> int:
        """How many files of a space are in work."""
        read = sum(1 for file in self._read.values() if file.space == space)
        return len(self._queued[space]) + len(self._reading[space]) + read

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
