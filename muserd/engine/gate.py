"""Why intake rests: the user, the battery, the disk, the store's map."""

import logging
from collections.abc import Callable

import psutil

from muserd.engine.timers import Timers
from muserd.ground.clock import Clock
from muserd.ground.config import Config
from muserd.ground.logs import fields
from muserd.store.environment import Store

log = logging.getLogger(__name__)

ADOPTING = "adopting"
_LOOK_S = 5.0  # while intake rests for want of space
_CALM_LOOK_S = 60.0


class Gate:
    """Serving and looking go on; only new files wait. Runs on the loop's thread."""

    def __init__(
        self,
        config: Config,
        store: Store,
        timers: Timers,
        clock: Clock,
        on_resume: Callable[[str], None],
    ) -> None:
        self._resources = config.resources
        self._store = store
        self._clock = clock
        self._on_resume = on_resume
        self._looks = timers.new(self._look)
        self._looks.arm(clock.monotonic_s())
        self.reasons: set[str] = set()

    def __bool__(self) -> bool:
        """Whether intake rests."""
        return bool(self.reasons)

    def _look(self) -> None:
        """Look whether a reason came or went."""
        self._looks.arm(self._clock.monotonic_s() + _LOOK_S)
        free = self._store.free_disk_bytes()
        self._set("disk", free < self._resources.disk_floor_mb * 2**20, bytes_free=free)
        self._set("battery", self._resources.pause_on_battery and on_battery())
        crowded = self._store.crowded
        self._set("map", crowded and not self._store.has_reserve())
        wait_s = _LOOK_S if self.full_up or crowded else _CALM_LOOK_S
        self._looks.arm(self._clock.monotonic_s() + wait_s)

    @property
    def full_up(self) -> bool:
        """Whether intake rests for want of space."""
        return bool(self.reasons & {"disk", "map"})

    def user(self, rests: bool) -> None:
        """What `muserctl pause` and `resume` say."""
        self._set("user", rests)

    def adopt(self, rests: bool) -> None:
        """Shards are being adopted: what they hold need not be read."""
        self._set(ADOPTING, rests)

    @property
    def adopting(self) -> bool:
        """Whether shards are being adopted."""
        return ADOPTING in self.reasons

    def full(self, message: str) -> None:
        """The store refused a commit for want of space."""
        self._set("map", True, message=message)
        self._looks.arm(self._clock.monotonic_s() + _LOOK_S)

    def _set(self, reason: str, rests: bool, **details: object) -> None:
        if rests and reason not in self.reasons:
            self.reasons.add(reason)
            log.warning("intake rests", extra=fields(reason=reason, **details))
        elif not rests and reason in self.reasons:
            self.reasons.discard(reason)
            log.info("intake goes on", extra=fields(reason=reason, **details))
            self._on_resume(f"{reason} is well again")


def on_battery() -> bool:
    """Whether the machine runs on its battery; False where there is none to ask."""
    battery = psutil.sensors_battery() if hasattr(psutil, "sensors_battery") else None
    return battery is not None and battery.power_plugged is False
