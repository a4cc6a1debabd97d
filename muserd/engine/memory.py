"""After work, memory that it took is given back to the system."""

from muserd.engine.ingest.pipeline import Pipeline
from muserd.engine.maps.refit.refits import Refits
from muserd.engine.publishing.publisher import Publisher
from muserd.engine.sync.reconcile import Reconciler
from muserd.engine.timers import Timers
from muserd.ground.clock import Clock
from muserd.ground.memory import mapped_bytes, trim
from muserd.store.environment import Store

_RELEASE_S = 3.0  # memory is given back at most so often
_MUCH_BYTES = 64 * 2**20  # mapped since the last time: others read the store, too


class Memory:
    """For the loop's thread."""

    def __init__(
        self,
        store: Store,
        reconciler: Reconciler,
        pipeline: Pipeline,
        publisher: Publisher,
        refits: Refits,
        timers: Timers,
        clock: Clock,
    ) -> None:
        self._store = store
        self._reconciler = reconciler
        self._pipeline = pipeline
        self._publisher = publisher
        self._refits = refits
        self._timer = timers.new(self._release)
        self._clock = clock
        self._worked = True
        self._next_release_s = 0.0
        self._mapped_bytes = mapped_bytes()

    @property
    def busy(self) -> bool:
        """Whether something is on its way to the maps."""
        waiting = self._reconciler.busy or self._pipeline.count() > 0
        return waiting or self._publisher.pending or self._refits.job is not None

    def after_round(self, *, importing: bool) -> None:
        """Release the pages of the store that were looked at, once the work is over."""
        if importing or self.busy:
            self._worked = True
        elif self._worked or mapped_bytes() > self._mapped_bytes + _MUCH_BYTES:
            self._worked = False
            self._timer.arm_by(max(self._clock.monotonic_s(), self._next_release_s))

    def _release(self) -> None:
        self._next_release_s = self._clock.monotonic_s() + _RELEASE_S
        self._store.release_pages()
        trim()
        self._mapped_bytes = mapped_bytes()
