"""Holds back deletions of so many files within a while that they may be a mistake.

A volume that is half mounted, a synchronisation gone wrong, `rm` in the wrong folder: what is
held is shown as out of reach and nothing is lost. It is let go when people confirm it, or when a
scan a minute after the last such deletion finds nothing back.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from muserd.engine.operations import Forget, Ghost, Operation
from muserd.engine.sync.plan import forgets, is_mass_delete
from muserd.ground.clock import Clock
from muserd.ground.config import Watch
from muserd.ground.logs import fields
from muserd.ground.paths import display
from muserd.ground.records import FileRecord, FileState
from muserd.store.reader import Reader

log = logging.getLogger(__name__)

WINDOW_S = 300.0  # deletions of so long are added up: `rm` over a slow network takes its time
HELD_S = 60.0  # so long after the last deletion a scan may confirm them all


@dataclass(slots=True)
class _Deletions:
    """Those of one root.

    Attributes:
        let_go: files that were forgotten within the window, with the time; oldest first.
        held: paths that are kept.
        held_until_s: a scan from then on lets them go.
        confirmed: people said so.
    """

    let_go: dict[bytes, tuple[float, FileRecord]] = field(default_factory=dict)
    held: set[bytes] = field(default_factory=set)
    held_until_s: float = 0.0
    confirmed: bool = False


class DeleteGuard:
    """For the loop's thread. Times are seconds on the monotonic clock."""

    def __init__(self, watch: Watch, clock: Clock) -> None:
        self._watch = watch
        self._clock = clock
        self._roots: dict[bytes, _Deletions] = {}

    def held(self, root: bytes) -> int:
        """How many files of a root are kept though they are gone."""
        deletions = self._roots.get(root)
        return len(deletions.held) if deletions is not None else 0

    def held_roots(self) -> Iterator[bytes]:
        """The roots of which files are held."""
        return (root for root, deletions in tuple(self._roots.items()) if deletions.held)

    def look_at_s(self, root: bytes) -> float:
        """When a scan may let go what is held."""
        return self._roots[root].held_until_s

    def confirm(self, root: bytes) -> None:
        """The deletions of a root are meant: the next scan carries them out."""
        if self.held(root):
            self._roots[root].confirmed = True

    def drop_root(self, root: bytes) -> None:
        """A root is not wanted any more."""
        self._roots.pop(root, None)

    def judge(
        self, root: bytes, operations: list[Operation], reader: Reader, *, whole: bool
    ) -> list[Operation]:
        """The operations that may be carried out now.

        Args:
            root: all operations are of this root.
            operations: as they were planned.
            reader: the store before they are carried out.
            whole: they come from a scan of the whole root: its other deletions are undone.

        Returns:
            The same, but that held files are out of reach and not forgotten; when so many are
            gone that the alarm is raised, with those that went before.
        """
        gone = forgets(operations)
        deletions = self._roots.setdefault(root, _Deletions())
        now = self._clock.monotonic_s()
        if deletions.held and not whole:
            return self._hold(root, deletions, operations, gone, now) if gone else operations
        if deletions.held and self._is_meant(deletions, gone, now):
            self._roots[root] = _Deletions()
            return operations
        before = self._still_gone(deletions, reader, now, len(gone))
        if not self._is_alarming(root, reader, len(gone) + len(before), len(before)):
            if deletions.held:
                self._roots[root] = deletions = _Deletions()  # the others came back
            deletions.let_go.update((one.before.path, (now, one.before)) for one in gone)
            return operations
        deletions.let_go.clear()
        deletions.held = {record.path for record in before}
        back = [Ghost(record, FileState.OFFLINE) for record in before]
        return [*self._hold(root, deletions, operations, gone, now), *back]

    def _is_alarming(self, root: bytes, reader: Reader, gone: int, forgotten: int) -> bool:
        """Whether so many of a root's files are gone, of which the store knows some no longer."""
        if gone < self._watch.hold_delete_count:
            return False
        known = forgotten + sum(1 for _ in reader.files(root))
        share, count = self._watch.hold_delete_share, self._watch.hold_delete_count
        return is_mass_delete(gone, known, share=share, count=count)

    def _is_meant(self, deletions: _Deletions, gone: list[Forget], now: float) -> bool:
        """Whether a scan may carry the deletions out: people said so, or it is the second one
        that finds the same, and not a moment after the first.
        """
        same = {one.before.path for one in gone} <= deletions.held
        return deletions.confirmed or (same and now >= deletions.held_until_s)

    def _hold(
        self,
        root: bytes,
        deletions: _Deletions,
        operations: list[Operation],
        gone: list[Forget],
        now: float,
    ) -> list[Operation]:
        fresh = {one.before.path for one in gone} - deletions.held
        deletions.held |= fresh
        if not deletions.held_until_s or any(one.before.state is FileState.PRESENT for one in gone):
            deletions.held_until_s = now + HELD_S
            log.warning(
                "many files are gone at once: they are kept until a second scan finds the same,"
                " or until: muserctl roots confirm",
                extra=fields(root=display(root), files=len(deletions.held)),
            )
        return [kept for one in operations if (kept := _kept(one)) is not None]

    def _still_gone(
        self, deletions: _Deletions, reader: Reader, now: float, more: int
    ) -> list[FileRecord]:
        """What was forgotten within the window and has not come back, under any name."""
        for path, (at_s, _) in list(deletions.let_go.items()):
            if at_s >= now - WINDOW_S:
                break
            del deletions.let_go[path]
        if len(deletions.let_go) + more < self._watch.hold_delete_count:
            return []  # too few in any case
        return list(_lost(reader, (record for _, record in deletions.let_go.values())))


def _kept(operation: Operation) -> Operation | None:
    """What is done instead of forgetting a file; nothing where it never was an item."""
    if not isinstance(operation, Forget):
        return operation
    before = operation.before
    if before.item is None or before.state is not FileState.PRESENT:
        return None
    return Ghost(before, FileState.OFFLINE)


def _lost(reader: Reader, records: Iterable[FileRecord]) -> Iterator[FileRecord]:
    """The records whose items have no file left."""
    for record in records:
        if record.item is None or reader.item(record.item) is None:
            continue
        if next(reader.each_path(record.item), None) is None:
            yield record
