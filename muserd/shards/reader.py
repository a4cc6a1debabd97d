"""Shards as muserd reads them: by a child that is shut in, and checked again when it answers."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from queue import SimpleQueue

import msgspec

from muserd.ground.clock import Clock
from muserd.ground.errors import ShardError
from muserd.ground.wire import Header, header_of
from muserd.shards.manifest import MadeBy, ShardEntry
from muserd.shards.records import FileRow, ItemRow, decode_files, decode_items
from muserd.workers.process.child import Child, ChildSettings, Ending
from muserd.workers.process.link import Frame

MODULE = "muserd.shards.child"
_MEMORY_BYTES = 2 * 2**30
_ANSWER_S = 300.0  # a shard of some 20 MB, from a disk on the network that wakes up
_NICE = 10
_LEAVE_S = 2.0
_REMEDY = "run `muserctl import` again with the same folders: it makes this shard anew"


class ShardReader:
    """Reads the shards of a folder, one after the other. For one thread.

    Args:
        folder: the only one that the child may read.
        cache: Muser's.
        clock: for deadlines.
        module: of the child; tests take another.
    """

    def __init__(self, folder: Path, cache: Path, clock: Clock, module: str = MODULE) -> None:
        self._folder = folder
        self._settings = ChildSettings(
            module=module,
            cache=cache,
            memory_bytes=_MEMORY_BYTES,
            threads=1,
            nice=_NICE,
            shut_in=True,
            readable=(folder,),
        )
        self._clock = clock
        self._said: SimpleQueue[Frame[Header] | Ending] = SimpleQueue()
        self._child: Child[Header] | None = None
        self._entry: ShardEntry | None = None
        self._groups: list[int] = []

    def open(self, entry: ShardEntry, plan: str, made_by: MadeBy) -> list[FileRow]:
        """Open a shard of a plan; its files.

        Raises:
            ShardError: it is not what the manifest says, or cannot be read.
        """
        self._entry = entry
        frame = self._ask(
            {
                "type": "open",
                "path": os.fspath(self._folder / entry.name),
                "bytes": entry.bytes,
                "files": entry.files,
                "plan": plan,
                "encoder": made_by.id,
                "dim": made_by.dim,
            }
        )
        try:
            self._groups = msgspec.convert(frame.header["groups"], list[int])
            files = decode_files(frame.buffers[0])
        except (msgspec.MsgspecError, KeyError, IndexError) as error:
            raise self._wrong(f"a row makes no sense: {error}") from error
        if len(files) != entry.files or sum(self._groups) != entry.files:
            raise self._wrong("it holds another number of files than the manifest says")
        return files

    def check(self) -> None:
        """Raise ShardError unless the open shard is the very file that was made."""
        if self._entry is not None:
            self._ask({"type": "check", "sha256": self._entry.sha256})

    def items(self, wanted: Sequence[int]) -> Iterator[list[tuple[int, ItemRow]]]:
        """What some rows of the open shard have besides, a row group at a time.

        Args:
            wanted: the numbers of rows of state `item`, in their order.

        Raises:
            ShardError: they cannot be read.
        """
        start = 0
        for group, length in enumerate(self._groups):
            rows = [row for row in wanted if start <= row < start + length]
            if rows:
                asked = {"type": "items", "group": group, "rows": [row - start for row in rows]}
                frame = self._ask(asked)
                try:
                    items = decode_items(frame.buffers[0])
                    yield list(zip(rows, items, strict=True))
                except (msgspec.MsgspecError, IndexError, ValueError) as error:
                    raise self._wrong(f"an item makes no sense: {error}") from error
            start += length

    def close(self) -> None:
        """End the child. Waits."""
        child, self._child = self._child, None
        if child is not None:
            child.stop(_LEAVE_S)

    def _ask(self, asked: Header) -> Frame[Header]:
        if self._child is None:
            self._said = SimpleQueue()
            self._child = Child(self._settings, self._said.put, self._clock, header_of)
        self._child.send(asked)
        self._child.expect(_ANSWER_S)
        answer = self._said.get()
        if isinstance(answer, Ending):
            self._child = None
            raise self._wrong(answer.message)
        self._child.expect(None)
        if answer.header.get("type") != asked["type"]:
            header = answer.header
            raise self._wrong(str(header.get("message", "")), str(header.get("hint", "")))
        return answer

    def _wrong(self, message: str, hint: str = "") -> ShardError:
        name = "" if self._entry is None else f"{self._entry.name}: "
        return ShardError(f"{name}{message}", hint or _REMEDY)
