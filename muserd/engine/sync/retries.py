"""Failed files are tried again: when their time has come, or when people ask for it."""

from muserd.engine.ingest.apply import LONGEST_RETRY_MS, Applier
from muserd.engine.ingest.pipeline import Pipeline
from muserd.engine.operations import Seen
from muserd.engine.sync.roots import Roots
from muserd.engine.timers import Timers
from muserd.ground.clock import Clock
from muserd.ground.records import FileStat
from muserd.store.environment import Store
from muserd.watch.scan import look

_LONGEST_WAIT_S = 3600.0
_SHORTEST_WAIT_S = 1.0


class Retries:
    """For the loop's thread."""

    def __init__(
        self,
        store: Store,
        roots: Roots,
        pipeline: Pipeline,
        applier: Applier,
        timers: Timers,
        clock: Clock,
    ) -> None:
        self._store = store
        self._roots = roots
        self._pipeline = pipeline
        self._decoder = applier.decoder
        self._clock = clock
        self._timer = timers.new(self._queue_due)
        self.soon()

    def soon(self) -> None:
        """A file failed: look when it is to be tried again."""
        self._timer.arm(self._clock.monotonic_s())

    def _queue_due(self) -> None:
        """Queue the failed files whose time has come."""
        now = self._clock.now_ms()
        soonest: int | None = None
        with self._store.read() as reader:
            for failure in reader.failures():
                at = failure.next_try_at_ms
                if failure.decoder != self._decoder:
                    at = now  # this version may read what an earlier one could not
                if at is None:
                    continue
                if at - now > LONGEST_RETRY_MS:
                    at = now  # the clock was set back: no pause is so long
                root = self._roots.of(failure.path)
                if at <= now and root is not None and failure.stat is not None:
                    self._pipeline.add(root.raw, [Seen(failure.path, failure.kind, failure.stat)])
                elif at > now:
                    soonest = min(soonest or at, at)
        wait_s = _LONGEST_WAIT_S if soonest is None else (soonest - now) / 1000
        wait_s = min(max(wait_s, _SHORTEST_WAIT_S), _LONGEST_WAIT_S)
        self._timer.arm(self._clock.monotonic_s() + wait_s)

    def queue_now(self, path: bytes | None) -> int:
        """Queue one failed file, or all of them; how many there were."""
        count = 0
        with self._store.read() as reader:
            for failure in reader.failures():
                root = self._roots.of(failure.path)
                stat = failure.stat or stat_or_none(failure.path)
                if (path is None or failure.path == path) and root is not None and stat is not None:
                    self._pipeline.add(root.raw, [Seen(failure.path, failure.kind, stat)])
                    count += 1
        return count


def stat_or_none(path: bytes) -> FileStat | None:
    """What is there now; None when nothing is, or nothing that may be looked at."""
    try:
        return look(path)
    except PermissionError:
        return None
