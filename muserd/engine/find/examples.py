"""Examples to search by: items by their files, and files or bytes that are no items."""

import os
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from muserd.extract.content import read_content
from muserd.extract.limits import Limits
from muserd.ground.errors import UsageError
from muserd.ground.formats import format_of
from muserd.ground.kinds import kind_of
from muserd.ground.paths import display
from muserd.ground.records import SPACE_OF, ItemId, Space
from muserd.store.environment import Store
from muserd.workers.encode.host import EncodeWorker

_TIMEOUT_S = 30.0
MOST = 64  # examples in one query


class Examples:
    """Thread-safe; waits for the encode workers where something must be encoded."""

    def __init__(self, store: Store, workers: dict[Space, EncodeWorker], limits: Limits) -> None:
        self._store = store
        self._workers = workers
        self._limits = limits

    def items(self, paths: Iterable[bytes]) -> tuple[list[ItemId], list[bytes]]:
        """The items of files that are on the maps, and the paths that are no item's."""
        known: list[ItemId] = []
        others: list[bytes] = []
        with self._store.read() as reader:
            for path in paths:
                file = reader.file(path)
                if file is None or file.item is None:
                    others.append(path)
                else:
                    known.append(file.item)
        return known, others

    def of_file(self, path: bytes) -> tuple[Space, NDArray[np.float32]]:
        """The vector of a file anywhere, in the space of its kind.

        Raises:
            UsageError: its kind is none that Muser knows.
            FileError: it cannot be read.
            WorkerError: no encoder is there to answer.
        """
        kind = kind_of(path)
        if kind is None:
            raise UsageError(
                f"{display(path)} is neither a picture nor a note", "see docs/formats-read.md"
            )
        row = format_of(path)
        most = self._limits.note_max_bytes if row is None else self._limits.max_bytes(row)
        content = read_content(path, min(most, self._limits.image_max_bytes))
        return SPACE_OF[kind], self.of_bytes(SPACE_OF[kind], content.data, os.path.basename(path))

    def of_bytes(self, space: Space, data: bytes, name: bytes) -> NDArray[np.float32]:
        """The vector of a picture or a text that is no file; `name` tells how to read it.

        Raises:
            FileError: it cannot be decoded.
            WorkerError: no encoder is there to answer.
        """
        return self._workers[space].example(data, name, _TIMEOUT_S)
