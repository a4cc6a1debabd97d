"""Makes shards: reads their files, waits for folders that are away, writes each in one piece."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from muserd import __version__
from muserd.bulk.away import is_away, is_passing
from muserd.bulk.plan import Plan, PlannedFile, load
from muserd.bulk.reading import Reader
from muserd.bulk.request import Made, Work
from muserd.bulk.rows import rows_of
from muserd.bulk.whole import entry_for, entry_of
from muserd.engine.sync.plan import RACY_MS
from muserd.ground.atomic import write
from muserd.ground.errors import EncoderError, ShardError, remedy, why
from muserd.ground.records import KIND_OF, Space
from muserd.shards.manifest import MadeBy
from muserd.shards.table import head, written
from muserd.workers.encode.outcomes import Encoded, Outcome

_FIRST_WAIT_S, _LONGEST_WAIT_S = 1.0, 16.0

OpenReader = Callable[[Space, Work], Reader]


@dataclass(frozen=True, slots=True)
class Pauses:
    """How time passes; tests take another."""

    now_ns: Callable[[], int] = time.time_ns
    sleep: Callable[[float], None] = time.sleep


class ShardMaker:
    """One worker's. For one thread.

    Args:
        work: what it is told.
        open_reader: of a space; tests take another.
        pauses: see there.

    Raises:
        ShardError: this machine has another version of Muser, or does not see the folder.
    """

    def __init__(
        self, work: Work, open_reader: OpenReader = Reader, pauses: Pauses | None = None
    ) -> None:
        if work.muser != __version__:
            raise ShardError(
                f"the import is made by Muser {work.muser}; here is {__version__}",
                "install the same version on all machines",
            )
        self._work = work
        self._open_reader = open_reader
        self._pauses = pauses or Pauses()
        self._plan = _plan(work)
        self._readers: dict[Space, Reader] = {}

    def make(self, number: int) -> Made:
        """Make a shard, or find that it is there.

        Raises:
            EncoderError: the space's encoder cannot be opened here, or is another one.
            ShardError: it cannot be written.
        """
        path = self._work.folder / self._plan.shards[number]
        space = self._plan.space_of(number)
        made_by = self._work.encoders[space]
        found = entry_of(path, self._plan, number, made_by)
        if found is not None:
            return Made(number=number, entry=found, found=True)
        files = self._plan.read(number)
        outcomes = self._read(space, [one for one in files if not one.part])
        rows = rows_of(files, outcomes, self._pauses.now_ns())
        said = head(path.name, self._plan.sha256, made_by)
        data = written(said, made_by.dim, rows.files, rows.items)
        try:
            write(path, data, mode=0o644)
        except OSError as error:
            raise ShardError(
                f"{path} cannot be written: {why(error)}",
                f"{remedy(error)}; then run the same command again: what is done stays",
            ) from error
        return Made(number=number, entry=entry_for(path.name, rows.files, data))

    def close(self) -> None:
        """End the worker's processes."""
        for reader in self._readers.values():
            reader.close()
        self._readers.clear()

    def _read(self, space: Space, files: Sequence[PlannedFile]) -> dict[bytes, Outcome]:
        if not files:
            return {}
        self._let_rest(files)
        reader = self._readers.get(space)
        if reader is None:
            reader = self._readers[space] = self._open_reader(space, self._work)
        outcomes = reader.read([one.path for one in files], KIND_OF[space])
        self._read_again(reader, space, files, outcomes)
        for outcome in outcomes.values():
            if isinstance(outcome, Encoded):
                _check(outcome, self._work.encoders[space])
        return outcomes

    def _let_rest(self, files: Sequence[PlannedFile]) -> None:
        """Wait until the youngest file could not change without its stat showing it."""
        now_ms = self._pauses.now_ns() // 1_000_000
        ages = [now_ms - one.stat.ctime_ns // 1_000_000 for one in files]
        young = [age for age in ages if 0 <= age <= RACY_MS]
        if young:
            self._pauses.sleep((RACY_MS - min(young) + 50) / 1_000)

    def _read_again(
        self,
        reader: Reader,
        space: Space,
        files: Sequence[PlannedFile],
        outcomes: dict[bytes, Outcome],
    ) -> None:
        """Try once more what may pass; and again and again while a folder is away."""
        roots = {one.path: self._plan.roots[one.root] for one in files}
        wait_s, left_s, tried = _FIRST_WAIT_S, self._work.patience_s, False
        while passing := [path for path, one in outcomes.items() if is_passing(one)]:
            away = any(map(is_away, {roots[path] for path in passing}))
            if left_s <= 0 or (tried and not away):
                return
            self._pauses.sleep(wait_s)
            left_s, wait_s = left_s - wait_s, min(2 * wait_s, _LONGEST_WAIT_S)
            if any(map(is_away, {roots[path] for path in passing})):
                continue
            tried = True
            outcomes |= reader.read(passing, KIND_OF[space])


def _plan(work: Work) -> Plan:
    try:
        return load(work.folder)
    except OSError as error:
        raise ShardError(
            f"{work.folder} cannot be reached from here: {why(error)}",
            "the folder of the shards must have the same path on all machines",
        ) from error


def _check(outcome: Encoded, made_by: MadeBy) -> None:
    if (outcome.encoder.id, outcome.encoder.dim) != (made_by.id, made_by.dim):
        raise EncoderError(
            f"this machine encodes with {outcome.encoder.id}; the import began with {made_by.id}",
            "give all machines the same encoders.* and the same weights",
        )
