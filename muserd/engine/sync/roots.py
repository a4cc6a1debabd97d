"""The watched folders: what is dirty, what must be scanned, what is away."""

import hashlib
import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from muserd.engine import background
from muserd.engine.timers import NEVER, Timers
from muserd.ground.clock import Clock
from muserd.ground.config import Config, Root
from muserd.ground.errors import MuserError
from muserd.ground.logs import fields
from muserd.ground.paths import display, is_inside
from muserd.watch.identity import RootState
from muserd.watch.ignore import Ignore
from muserd.watch.observer import Watcher
from muserd.watch.passed_over import PassedOver
from muserd.watch.scan import ScanResult, scan
from muserd.watch.spelling import Spelling

log = logging.getLogger(__name__)

CHECK_S = 60.0  # how often the roots' identity and the watcher's threads are looked at


@dataclass(frozen=True, slots=True)
class PathsChanged:
    """Message: an event named a path; `closed`: its writer is done, as far as is known."""

    root: bytes
    path: bytes
    closed: bool


@dataclass(frozen=True, slots=True)
class RescanWanted:
    """Message: a root, or all of them (None), should be scanned soon."""

    root: bytes | None
    reason: str


@dataclass(slots=True)
class WatchedRoot:
    """One root and where it stands. Touched by the loop's thread only."""

    config: Root
    ignore: Ignore
    state: RootState = "watching"
    reason: str = ""
    files: int = 0
    directories: int = 0
    last_scan_at_ms: int | None = None
    next_scan_s: float = 0.0
    scanning: bool = False
    problem: str = ""  # why the last scan saw nothing at all: a fault of Muser's own
    wanted: str = "start"  # why a scan is wanted; empty when none is
    force: bool = False  # the next scan reads every file again
    mounts: dict[bytes, int] = field(default_factory=dict)  # see ScanResult
    passed_over: tuple[PassedOver, ...] = ()  # of the last scan
    folds_case: bool = False  # as the last scan found the volume

    @property
    def raw(self) -> bytes:
        """The root's path."""
        return self.config.raw

    @property
    def mounts_key(self) -> str:
        """Under which its mounts are kept in the store."""
        return f"mounts/{hashlib.sha256(self.raw).hexdigest()[:32]}"

    def spelling(self) -> Spelling:
        """For one look at the tree."""
        return Spelling(self.raw, folds=self.folds_case)


@dataclass(frozen=True, slots=True)
class ScanDone:
    """Message: a scan has ended.

    Attributes:
        root: as it was when the scan began; it may have been removed since.
        outcome: what it showed, or why it failed.
        force: every file is to be read again.
    """

    root: WatchedRoot
    outcome: ScanResult | MuserError
    force: bool


class Roots:
    """Watches the roots and scans them when it is due.

    Everything runs on the loop's thread but the scans, which take a thread of their own and post
    a `ScanDone`, and the watcher's threads, which post `PathsChanged` and `RescanWanted`.
    """

    def __init__(
        self,
        config: Config,
        clock: Clock,
        timers: Timers,
        post: Callable[[PathsChanged | RescanWanted | ScanDone], None],
        own_folders: tuple[bytes, ...],
    ) -> None:
        self._config = config
        self._clock = clock
        self._post = post
        self._own_folders = own_folders
        self._scans = timers.new(self._start_due_scans)
        self._checks = timers.new(self._check)
        self._checks.arm(clock.monotonic_s() + CHECK_S)
        self._stopping = threading.Event()
        self._roots: dict[bytes, WatchedRoot] = {}
        self.present: frozenset[bytes] = frozenset()  # their paths; any thread may read it
        self.watcher = Watcher(
            on_dirty=lambda root, path, closed: post(PathsChanged(root, path, closed)),
            on_rescan=lambda root, reason: post(RescanWanted(root, reason)),
        )

    def __iter__(self) -> Iterator[WatchedRoot]:
        """Every root, in the order they were added."""
        return iter(tuple(self._roots.values()))

    def get(self, root: bytes) -> WatchedRoot | None:
        """The root of a path, exactly."""
        return self._roots.get(root)

    def of(self, path: bytes) -> WatchedRoot | None:
        """The root that a path belongs to: the deepest one that holds it."""
        holding = (root for root in self._roots.values() if is_inside(path, root.raw))
        return max(holding, key=lambda root: len(root.raw), default=None)

    def add(self, config: Root) -> WatchedRoot:
        """Watch a root; its first scan starts soon."""
        root = WatchedRoot(config, self._ignore(config))
        self._roots[root.raw] = root
        self.present = frozenset(self._roots)
        self.watcher.add(config, root.ignore)
        self._scans.arm_by(self._clock.monotonic_s())
        for other in self._roots.values():
            if other is not root and is_inside(root.raw, other.raw):
                self._watch_anew(other)  # what lies in the inner root is the outer's no longer
        return root

    def remove(self, path: bytes) -> None:
        """Stop watching a root."""
        if self._roots.pop(path, None) is not None:
            self.present = frozenset(self._roots)
            self.watcher.remove(path)
            for other in self._roots.values():
                if is_inside(path, other.raw):
                    self._watch_anew(other)

    def want_scan(self, path: bytes | None, reason: str, *, force: bool = False) -> None:
        """Scan one root, or all of them, as soon as possible."""
        for root in self._roots.values():
            if path is None or root.raw == path:
                root.wanted = reason
                root.force = root.force or force
                self._scans.arm_by(self._clock.monotonic_s())

    def scan_at(self, root: WatchedRoot, at_s: float) -> None:
        """Scan a root then, on the monotonic clock; sooner if that is wanted."""
        root.next_scan_s = at_s
        self._scans.arm_by(at_s)

    @property
    def busy(self) -> bool:
        """Whether a scan is wanted or running."""
        return any(root.scanning or root.wanted for root in self._roots.values())

    def is_folder(self, path: bytes) -> bool:
        """Whether a folder of a root is there under just this name."""
        root = self.of(path)
        return root is not None and root.spelling().is_folder(path)

    def _check(self) -> None:
        self._checks.arm(self._clock.monotonic_s() + CHECK_S)
        self.watcher.check()

    def _start_due_scans(self) -> None:
        now = self._clock.monotonic_s()
        for root in self._roots.values():
            if not root.scanning and (root.wanted or now >= root.next_scan_s):
                self._start_scan(root)
        waiting = [root.next_scan_s for root in self._roots.values() if not root.scanning]
        self._scans.arm(min(waiting, default=NEVER))

    def stop(self) -> None:
        """Stop watching; a running scan ends soon and its result is dropped."""
        self._stopping.set()
        self.watcher.stop()

    def _ignore(self, config: Root) -> Ignore:
        inner = tuple(
            other.raw
            for other in self._roots.values()
            if other.raw != config.raw and is_inside(other.raw, config.raw)
        )
        return Ignore(config, self._config.files.exclude, self._own_folders + inner)

    def _watch_anew(self, root: WatchedRoot) -> None:
        root.ignore = self._ignore(root.config)
        self.watcher.remove(root.raw)
        self.watcher.add(root.config, root.ignore)
        self.want_scan(root.raw, "another root lies inside")

    def _start_scan(self, root: WatchedRoot) -> None:
        force, reason = root.force, root.wanted or "interval"
        root.scanning, root.wanted, root.force = True, "", False
        log.debug("scan", extra=fields(root=display(root.raw), reason=reason))
        config, ignore, mounts = root.config, root.ignore, root.mounts
        background.start(
            "muserd-scan",
            lambda: scan(config, ignore, self._stopping.is_set, mounts),
            lambda outcome: self._post(ScanDone(root, outcome, force)),
        )

    def scan_ended(self, done: ScanDone) -> ScanResult | None:
        """Note that a scan has ended; its result, if it says anything about a root of ours."""
        root, result = done.root, done.outcome
        root.scanning = False
        if self._stopping.is_set() or self._roots.get(root.raw) is not root:
            return None
        now = self._clock.monotonic_s()
        if isinstance(result, MuserError):
            root.problem = f"the scan failed: {result.message}"
            root.force = root.force or done.force
            self.scan_at(root, now + CHECK_S)
            return None
        root.problem = ""
        if done.force and not result.complete:
            root.force = True  # the next scan that sees all of it
        root.last_scan_at_ms = self._clock.now_ms()
        stats = self.watcher.stats(root.raw)
        polled = stats.mode == "polling"
        watch = self._config.watch
        self.scan_at(root, now + (watch.poll_seconds if polled else watch.scan_minutes * 60))
        if root.wanted:
            self._scans.arm_by(now)
        root.directories = result.directories
        return result
