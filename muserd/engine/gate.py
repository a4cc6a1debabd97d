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

_LOOK_S = 5.0  # while intake rests for want of space
_CALM_LOOK_S = 60.0
CROWDED = 0.8  # of the map: from here on the room is watched closely, and people are told
_LEAST_ROOM = 0.05  # of the map is kept: deleting needs room too
_MOST_ROOM_BYTES = 16 * 2**20


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
        room = min(int(_LEAST_ROOM * self._store.map_size_bytes), _MOST_ROOM_BYTES)
        self._set("map", self.crowded and not self._store.has_room(room), bytes_wanted=room)
        wait_s = _LOOK_S if self.full_up or self.crowded else _CALM_LOOK_S
        self._looks.arm(self._clock.monotonic_s() + wait_s)

    @property
    def full_up(self) -> bool:
        """Whether intake rests for want of space."""
        return bool(self.reasons & {"disk", "map"})

    @property
    def crowded(self) -> bool:
        """Whether most of the store's map has been in use."""
        return self._store.used_bytes() >= CROWDED * self._store.map_size_bytes

    def user(self, rests: bool) -> None:
        """What `muserctl pause` and `resume` say."""
        self._set("user", rests)

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
