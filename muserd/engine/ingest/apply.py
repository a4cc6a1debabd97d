"""Carries out what was planned and what the encode workers found, inside one store transaction."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import msgspec

from muserd.engine.maps.update import Arrival
from muserd.engine.operations import Forget, Ghost, Move, Operation, Part, Read, Return, Seen
from muserd.ground.clock import Clock
from muserd.ground.kinds import title_from_name
from muserd.ground.paths import display
from muserd.ground.records import (
    SPACE_OF,
    Failure,
    FileRecord,
    FileStat,
    FileState,
    ItemId,
    ItemRecord,
    Slot,
    Space,
)
from muserd.store.writer import Writer
from muserd.workers.encode.outcomes import Encoded, FileFailed, Known, Reread

_FIRST_RETRY_MS = 5_000  # a download that was cut off is often whole again by then
LONGEST_RETRY_MS = 3_600_000
_MOST_RETRIES = 12  # about five hours; then only a new content, or the user, tries again


@dataclass(slots=True)
class Changes:
    """What one transaction changed, for the models in memory and for the publish."""

    arrivals: list[Arrival] = field(default_factory=list)
    touched: set[tuple[Space, Slot]] = field(default_factory=set)  # names, paths, flags
    again: list[Seen] = field(default_factory=list)  # to be read after all
    failures: int = 0


class Applier:
    """Applies planned operations and encoder outcomes to the store. Stateless."""

    def __init__(self, clock: Clock, decoder_version: str) -> None:
        self._clock = clock
        self.decoder = decoder_version  # a newer one tries failed files again

    def apply(
        self, writer: Writer, root: bytes, operations: Iterable[Operation], changes: Changes
    ) -> list[Seen]:
        """Carry out a plan for one root.

        Returns:
            The files that have to be read.
        """
        reads: list[Seen] = []
        for operation in operations:
            match operation:
                case Read(seen):
                    reads.append(seen)
                case Move(before, seen):
                    self._move(writer, root, before, seen, changes)
                    if _lacks_vector(writer, before):
                        reads.append(seen)
                case Return(before, seen):
                    self._keep(
                        writer, replace(before, state=FileState.PRESENT, stat=seen.stat), changes
                    )
                    if _lacks_vector(writer, before):
                        reads.append(seen)
                case Ghost(before, state):
                    self._keep(writer, replace(before, state=state), changes)
                case Forget(before):
                    self._forget(writer, before, changes)
                case Part(before, seen):
                    self._part(writer, root, before, seen, changes)
        return reads

    def encoded(self, writer: Writer, root: bytes, outcome: Encoded, changes: Changes) -> None:
        """Take in a content that was read, decoded and encoded."""
        known = writer.item_with(outcome.kind, outcome.content)
        item = writer.item(known) if known is not None else None
        if item is None:
            item = self._create(writer, outcome)
            changes.arrivals.append(Arrival(item, outcome.vector))
        elif writer.vector(SPACE_OF[item.kind], item.slot) is None:
            writer.put_vector(SPACE_OF[item.kind], item.slot, outcome.vector)
            changes.arrivals.append(Arrival(item, outcome.vector))
        elif outcome.task.force:
            item = self._reread(writer, item, outcome, changes)
        self._attach(writer, root, outcome.task.path, outcome.stat, item, changes)

    def known(self, writer: Writer, root: bytes, outcome: Known, changes: Changes) -> None:
        """Take in a file whose content has been an item before."""
        known = writer.item_with(outcome.task.kind, outcome.content)
        item = writer.item(known) if known is not None else None
        if item is None or writer.vector(SPACE_OF[item.kind], item.slot) is None:
            # Forgotten between the worker's look and ours, or to be encoded anew.
            changes.again.append(Seen(outcome.task.path, outcome.task.kind, outcome.stat))
            return
        self._attach(writer, root, outcome.task.path, outcome.stat, item, changes)

    def reread(self, writer: Writer, outcome: Reread, changes: Changes) -> None:
        """Take over what a newer reader says of a known content; its vector and place stay.

        A note whose text it cleans otherwise is encoded anew: until then it stays as it was.
        """
        known = writer.item_with(outcome.task.kind, outcome.content)
        item = writer.item(known) if known is not None else None
        if item is None:
            return  # its file changed, or went: an event says so
        if _says_otherwise(writer, item, outcome):
            changes.again.append(Seen(outcome.task.path, outcome.task.kind, outcome.stat))
            return
        facts = msgspec.structs.replace(outcome.facts, concepts=item.facts.concepts)
        writer.put_item(replace(item, facts=facts))
        self._put_content(writer, item, outcome)
        changes.touched.add((SPACE_OF[item.kind], item.slot))

    def failed(
        self,
        writer: Writer,
        root: bytes,
        seen: FileStat | None,
        outcome: FileFailed,
        changes: Changes,
    ) -> None:
        """Record why a file is no item. A file that only lost its permission stays a ghost."""
        path = outcome.task.path
        before = writer.file(path)
        if outcome.cause == "permission" and before is not None and before.item is not None:
            self._keep(writer, replace(before, state=FileState.UNREADABLE), changes)
            return
        last = writer.failure(path)
        attempts = last.attempts + 1 if last is not None else 1
        now = self._clock.now_ms()
        retry = outcome.retry and attempts <= _MOST_RETRIES
        delay = min(_FIRST_RETRY_MS * 2 ** (attempts - 1), LONGEST_RETRY_MS)
        stat = outcome.stat or seen
        writer.put_failure(
            Failure(
                path=path,
                kind=outcome.task.kind,
                cause=outcome.cause,
                message=outcome.message,
                hint=outcome.hint,
                at_ms=now,
                attempts=attempts,
                next_try_at_ms=now + delay if retry else None,
                stat=stat,
                decoder=self.decoder,
            )
        )
        changes.failures += 1
        if stat is not None:
            record = FileRecord(path, root, outcome.task.kind, stat, FileState.FAILED, None, now)
            writer.put_file(record)
            self._leave(writer, before, changes)

    @staticmethod
    def rehome(writer: Writer, files: Iterable[tuple[FileRecord, bytes | None]]) -> None:
        """Give files to another root, the one that holds them now."""
        for record, root in files:
            if root is not None:
                writer.put_file(replace(record, root=root))

    def _create(self, writer: Writer, outcome: Encoded) -> ItemRecord:
        space = SPACE_OF[outcome.kind]
        before = writer.file(outcome.task.path)
        item = ItemRecord(
            id=writer.next_item(),
            slot=writer.next_slot(space),
            kind=outcome.kind,
            content=outcome.content,
            name=outcome.name,
            facts=outcome.facts,
            added_at_ms=self._clock.now_ms(),
            previous=before.item if before is not None else None,
        )
        writer.put_item(item)
        writer.put_slot(space, item.slot, item.id)
        writer.put_vector(space, item.slot, outcome.vector)
        self._put_content(writer, item, outcome)
        return item

    def _reread(
        self, writer: Writer, item: ItemRecord, outcome: Encoded, changes: Changes
    ) -> ItemRecord:
        """Take over what a forced look says of a known content; its settled place stays.

        So does its vector, unless it is a note with another text than before.
        """
        fresh = replace(item, facts=outcome.facts)
        if _says_otherwise(writer, item, outcome):
            writer.put_vector(SPACE_OF[item.kind], item.slot, outcome.vector)
            changes.arrivals.append(Arrival(fresh, outcome.vector))
        writer.put_item(fresh)
        self._put_content(writer, fresh, outcome)
        return fresh

    @staticmethod
    def _put_content(writer: Writer, item: ItemRecord, outcome: Encoded | Reread) -> None:
        if outcome.text:
            writer.put_text(item.id, outcome.text)
        if outcome.thumbs:
            writer.put_thumbs(item.id, outcome.thumbs)

    def _attach(
        self,
        writer: Writer,
        root: bytes,
        path: bytes,
        stat: FileStat,
        item: ItemRecord,
        changes: Changes,
    ) -> None:
        before = writer.file(path)
        now = self._clock.now_ms()
        record = FileRecord(path, root, item.kind, stat, FileState.PRESENT, item.id, now)
        writer.put_file(record)
        writer.delete_failure(path)
        if before is None or before.item != item.id:
            self._leave(writer, before, changes)
        self._freshen(writer, item.id, changes)

    def _move(
        self, writer: Writer, root: bytes, before: FileRecord, seen: Seen, changes: Changes
    ) -> None:
        writer.delete_file(before.path)
        lost = before.path
        unreadable = before.state is FileState.UNREADABLE
        moved = replace(
            before,
            path=seen.path,
            root=root,
            stat=before.stat if unreadable else seen.stat,
            state=before.state if unreadable else FileState.PRESENT,
            seen_at_ms=self._clock.now_ms(),
        )
        self._keep(writer, moved, changes, lost)

    def _keep(
        self, writer: Writer, record: FileRecord, changes: Changes, lost: bytes = b""
    ) -> None:
        writer.put_file(record)
        if record.item is not None:
            self._freshen(writer, record.item, changes, lost)

    def _part(
        self,
        writer: Writer,
        root: bytes,
        before: FileRecord | None,
        seen: Seen,
        changes: Changes,
    ) -> None:
        now = self._clock.now_ms()
        record = FileRecord(seen.path, root, seen.kind, seen.stat, FileState.PART, None, now)
        writer.put_file(record)
        writer.delete_failure(seen.path)
        self._leave(writer, before, changes)

    def _forget(self, writer: Writer, before: FileRecord, changes: Changes) -> None:
        writer.delete_file(before.path)
        writer.delete_failure(before.path)
        self._leave(writer, before, changes)

    def _leave(self, writer: Writer, before: FileRecord | None, changes: Changes) -> None:
        if before is not None and before.item is not None:
            self._freshen(writer, before.item, changes, before.path)

    def _freshen(self, writer: Writer, item: ItemId, changes: Changes, lost: bytes = b"") -> None:
        """Make an item's name and its being gone or not agree with its paths.

        An item that has files has the name of one of them. Its paths, which may be thousands,
        are gone through only when that may have changed: it had none, or it lost that one.
        """
        record = writer.item(item)
        if record is None:
            return
        here = next(writer.each_path(item), None) is not None
        gone_at = None if here else record.gone_at_ms or self._clock.now_ms()
        fresh = replace(record, gone_at_ms=gone_at)
        doubtful = record.gone_at_ms is not None or _name(lost) == record.name
        if here and doubtful and record.name not in map(_name, writer.each_path(item)):
            # Any will do but the first by name: whole folders go in the order of names, and the
            # next to go would have given it.
            name = _name(next(writer.each_path(item)))
            facts = record.facts
            if facts.title == title_from_name(record.name):
                facts = msgspec.structs.replace(facts, title=title_from_name(name))
            fresh = replace(fresh, name=name, facts=facts)
        if fresh != record:
            writer.put_item(fresh)
        changes.touched.add((SPACE_OF[record.kind], record.slot))


def _says_otherwise(writer: Writer, item: ItemRecord, outcome: Encoded | Reread) -> bool:
    """Whether a note's clean text is not what its vector was made of."""
    return bool(outcome.text) and outcome.text != writer.text(item.id)


def _lacks_vector(writer: Writer, file: FileRecord) -> bool:
    """Whether a file's item waits for a vector: the encoder was switched while it was away."""
    record = writer.item(file.item) if file.item is not None else None
    return record is not None and writer.vector(SPACE_OF[record.kind], record.slot) is None


def _name(path: bytes) -> str:
    return display(path.rsplit(b"/", 1)[-1])
