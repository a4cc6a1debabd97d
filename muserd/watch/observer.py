"""Watches all roots by events, where they can be, and says honestly where they cannot.

Events are hints. Whenever they may have been lost (an overflow, a full watch table, a root that
moved) the owner is asked to scan, and the truth is what the scan finds.
"""

import errno
import logging
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from muserd.ground.config import Root
from muserd.ground.logs import fields
from muserd.ground.paths import display
from muserd.watch.identity import why_polled
from muserd.watch.ignore import Ignore

log = logging.getLogger(__name__)

MOST_CHECKS_BETWEEN_RETRIES = 60
_PLATFORM: str = sys.platform
_LIMITS = "/proc/sys/fs/inotify/"


@dataclass(frozen=True, slots=True)
class WatchStats:
    """How a root is watched.

    Attributes:
        mode: `polling` when events alone would miss something: then only scans tell.
        watches: folders with a watch.
        overflows: how often the kernel dropped events.
        reason: why it is polled; empty for `watching`.
    """

    mode: Literal["watching", "polling"]
    watches: int
    overflows: int
    reason: str


class Watches(Protocol):
    """The watches of one root: inotify's, or those of another platform."""

    overflows: int
    lost: bool
    unwatched: set[bytes]

    @property
    def watches(self) -> int: ...  # noqa: D102
    def start(self) -> None: ...  # noqa: D102
    def stop(self) -> None: ...  # noqa: D102
    def renew(self) -> None: ...  # noqa: D102


class Source(Protocol):
    """Where events come from."""

    @property
    def alive(self) -> bool: ...  # noqa: D102
    def tree(  # noqa: D102
        self,
        root: bytes,
        ignore: Ignore,
        on_dirty: Callable[[bytes, bool], None],
        on_rescan: Callable[[str], None],
    ) -> Watches: ...
    def await_root(self, root: bytes, on_arrival: Callable[[], None]) -> None: ...  # noqa: D102
    def stop(self) -> None: ...  # noqa: D102


@dataclass(slots=True, eq=False)
class _Root:
    config: Root
    ignore: Ignore
    watches: Watches | None = None
    identity: tuple[int, int] | None = None  # device and inode of what is watched
    reason: str = ""
    overflows: int = 0  # of watches that were given up
    retry_in: int = 1  # checks until the next attempt to watch everything
    patience: int = 1


class Watcher:
    """Watches roots. Thread-safe; callbacks come on its own threads and must only hand work on.

    Args:
        on_dirty: takes (root, path, closed): something happened to a file, or a folder that is
            no longer there; `closed` when nobody is known to be writing it. Never named is a
            folder that is there: its files are, one by one.
        on_rescan: takes (root, reason): events were lost or cannot tell; scan the root.
        source: where events come from; None for that of the platform.
    """

    def __init__(
        self,
        on_dirty: Callable[[bytes, bytes, bool], None],
        on_rescan: Callable[[bytes, str], None],
        source: Callable[[], Source] | None = None,
    ) -> None:
        self._on_dirty = on_dirty
        self._on_rescan = on_rescan
        self._make_source = source or platform_source
        self._source: Source | None = None
        self._roots: dict[bytes, _Root] = {}
        self._lock = threading.RLock()
        self._stopped = False

    def add(self, config: Root, ignore: Ignore) -> None:
        """Watch a root; a root that is away is watched as soon as it is there."""
        with self._lock:
            root = _Root(config, ignore)
            self._roots[config.raw] = root
            self._begin(root)

    def remove(self, root: bytes) -> None:
        """Stop watching a root."""
        with self._lock:
            gone = self._roots.pop(root, None)
            if gone is not None and gone.watches is not None:
                gone.watches.stop()

    def check(self) -> None:
        """Look after everything: call it about once a minute.

        Takes up roots that came back or are another folder now, tries again to watch what had no
        room (after 1, 2, 4 … 60 checks), and replaces a reader that died.
        """
        rescans: list[tuple[bytes, str]] = []
        with self._lock:
            if self._source is not None and not self._source.alive and not self._stopped:
                log.error("the watcher's thread died; everything is watched anew")
                self._source.stop()
                self._source = None
                for root in self._roots.values():
                    self._give_up(root, "the watcher's thread died")
            for raw, root in self._roots.items():
                reason = self._look_after(root)
                if reason:
                    rescans.append((raw, reason))
        for raw, reason in rescans:
            self._on_rescan(raw, reason)

    def stats(self, root: bytes) -> WatchStats:
        """How a root is watched; an unknown root is polled."""
        with self._lock:
            known = self._roots.get(root)
            if known is None:
                return WatchStats("polling", 0, 0, "not watched")
            watches = known.watches
            if watches is None or watches.lost:
                return WatchStats("polling", 0, known.overflows, known.reason or "it is away")
            reason = _limit_reason(watches)
            return WatchStats(
                "polling" if reason else "watching",
                watches.watches,
                known.overflows + watches.overflows,
                reason,
            )

    def stop(self) -> None:
        """End all threads; no callback comes afterwards."""
        with self._lock:
            self._stopped = True
            roots, self._roots = list(self._roots.values()), {}
            source, self._source = self._source, None
        for root in roots:
            if root.watches is not None:
                root.watches.stop()
        if source is not None:
            source.stop()

    def _begin(self, root: _Root) -> bool:
        """Start to watch; False, with the reason, when it is to be polled. The lock is held."""
        raw = root.config.raw
        root.watches, root.identity = None, None
        root.reason = why_polled(root.config)
        if root.ignore.skips_folder(raw):
            root.reason = "it lies in a folder of Muser's own"
        if root.reason or self._stopped:
            return False
        try:
            if self._source is None:
                self._source = self._make_source()
            self._source.await_root(raw, lambda: self._arrived(raw))
            root.identity = _identity(raw)
            watches = self._source.tree(
                raw,
                root.ignore,
                lambda path, closed: self._on_dirty(raw, path, closed),
                lambda reason: self._on_rescan(raw, reason),
            )
            watches.start()
        except OSError as error:
            root.reason, root.identity = _explained(error), None
            log.warning("a root is polled", extra=fields(root=display(raw), reason=root.reason))
            return False
        root.watches = watches
        if reason := _limit_reason(watches):
            log.warning("a root is polled", extra=fields(root=display(raw), reason=reason))
        return True

    def _give_up(self, root: _Root, reason: str) -> None:
        if root.watches is not None:
            root.overflows += root.watches.overflows
            root.watches.stop()
        root.watches, root.identity, root.reason = None, None, reason

    def _look_after(self, root: _Root) -> str:
        """Why the root should be scanned; empty when all is well. The lock is held."""
        if why_polled(root.config) or root.ignore.skips_folder(root.config.raw):
            return ""
        try:
            identity = _identity(root.config.raw)
        except OSError as error:
            was_watched = root.watches is not None
            self._give_up(root, _explained(error))
            return "the folder went away" if was_watched else ""
        if root.watches is None or root.watches.lost or identity != root.identity:
            known = root.identity is not None
            self._give_up(root, "")
            found = "the folder is another one now" if known else "the folder is there"
            return found if self._begin(root) else ""
        return self._complete(root, root.watches)

    def _complete(self, root: _Root, watches: Watches) -> str:
        """Watch what had no room, now and then. As `_look_after`."""
        if not watches.unwatched:
            root.retry_in = root.patience = 1
            return ""
        root.retry_in -= 1
        if root.retry_in > 0:
            return ""
        root.patience = min(2 * root.patience, MOST_CHECKS_BETWEEN_RETRIES)
        root.retry_in = root.patience
        watches.renew()
        return "" if watches.unwatched else "all folders are watched again"

    def _arrived(self, raw: bytes) -> None:
        """Something came into being under the name of a root."""
        with self._lock:
            root = self._roots.get(raw)
            reason = self._look_after(root) if root is not None else ""
        if reason:
            self._on_rescan(raw, reason)


def platform_source() -> Source:
    """The platform's events: inotify, else watchdog's observer. Raises OSError without any."""
    if _PLATFORM == "linux":
        from muserd.watch.inotify import InotifySource

        return InotifySource()
    from muserd.watch.portable import PortableSource

    return PortableSource()


def _limit_reason(watches: Watches) -> str:
    missing = len(watches.unwatched)
    if not missing:
        return ""
    return (
        f"{missing} of {missing + watches.watches} folders have no watch: "
        f"raise fs.inotify.max_user_watches (now {_limit('max_user_watches')})"
    )


def _explained(error: OSError) -> str:
    if error.errno == errno.EMFILE:
        return f"raise fs.inotify.max_user_instances (now {_limit('max_user_instances')})"
    if error.errno == errno.ENOSPC:
        return f"raise fs.inotify.max_user_watches (now {_limit('max_user_watches')})"
    return f"it is away: {error.strerror or error}"


def _limit(name: str) -> str:
    try:
        with open(_LIMITS + name, encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return "unknown"


def _identity(path: bytes) -> tuple[int, int]:
    stat = os.stat(path)
    return stat.st_dev, stat.st_ino
