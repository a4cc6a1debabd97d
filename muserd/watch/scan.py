"""Walks a root and says what is there: names and `lstat`, nothing is opened."""

import errno
import os
import stat as modes
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from muserd.ground.config import Root
from muserd.ground.kinds import kind_of
from muserd.ground.records import FileStat, Kind
from muserd.ground.sidecars import sidecar_names
from muserd.watch.identity import RootState, probe
from muserd.watch.ignore import Ignore
from muserd.watch.passed_over import PassedOver, Tally

_REMEDY = "see docs/formats-read.md, What is left out"
_NONE_BEFORE: Mapping[bytes, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class SeenFile:
    """A regular file that Muser takes."""

    path: bytes
    kind: Kind
    stat: FileStat


@dataclass(frozen=True, slots=True)
class ScanResult:
    """What a walk through a root showed.

    Attributes:
        complete: whether `files` is all there is; False when the root is away or out of bounds,
            went away during the walk, or the walk was stopped. Nothing may be concluded then.
        state, reason: of the root, as `probe` gives them.
        unreadable: folders and files that could not be looked at, and mount points whose volume
            is away: nothing may be concluded about what is below them.
        directories: folders that were walked, the root included.
        mounts: device of the root and of every mount point below it; for the next scan.
        beside: pictures that have sidecars → when one of these was changed last, Unix nanoseconds
            (`ctime`, which nobody can set).
        passed_over: what was left out, by kind.
    """

    complete: bool
    state: RootState
    reason: str
    files: dict[bytes, SeenFile] = field(default_factory=dict)
    unreadable: frozenset[bytes] = frozenset()
    directories: int = 0
    mounts: dict[bytes, int] = field(default_factory=dict)
    beside: dict[bytes, int] = field(default_factory=dict)
    passed_over: tuple[PassedOver, ...] = ()


def scan(
    root: Root,
    ignore: Ignore,
    stopping: Callable[[], bool],
    before: Mapping[bytes, int] = _NONE_BEFORE,
) -> ScanResult:
    """Walk a root. Symbolic links below it are not followed; other volumes are.

    Args:
        root: what to walk.
        ignore: what to leave out.
        stopping: asked once a folder; True ends the walk.
        before: `mounts` of the last complete scan, if there was one.
    """
    state, reason = probe(root, before)
    if state in {"offline", "denied"}:
        return ScanResult(False, state, reason)
    if ignore.skips_folder(root.raw):
        return ScanResult(False, "denied", "the root lies in a folder of Muser's own")
    try:
        identity = _identity(root.raw)
    except OSError as error:
        return ScanResult(False, "offline", f"it went away: {error.strerror}")
    walk = _Walk(root.raw, ignore, before)
    while walk.waiting and not stopping():
        walk.step()
    if walk.waiting:
        return ScanResult(False, state, "the scan was stopped")
    try:
        same = _identity(root.raw) == identity and root.raw not in walk.unreadable
    except OSError:
        same = False
    if not same:  # unmounted or moved under our feet: what was seen is no whole tree
        return ScanResult(False, "offline", "it went away during the scan")
    return ScanResult(
        True,
        state,
        reason,
        walk.files,
        frozenset(walk.unreadable),
        walk.directories,
        walk.mounts,
        walk.beside,
        walk.tally.kinds(),
    )


def look(path: bytes) -> FileStat | None:
    """The `lstat` of a regular file; None when nothing, or something else, is there.

    Raises:
        PermissionError: a folder above it may not be searched: nobody knows what is there.
    """
    try:
        result = os.lstat(path)
    except PermissionError:
        raise
    except OSError as error:
        if error.errno in {errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG}:
            return None
        # a medium that fails or a mount that is dead: not known, which is what the caller asks
        raise PermissionError(error.errno, error.strerror, path) from error
    return FileStat.of(result) if modes.S_ISREG(result.st_mode) else None


class _Walk:
    """A walk in progress."""

    def __init__(self, root: bytes, ignore: Ignore, before: Mapping[bytes, int]) -> None:
        self.files: dict[bytes, SeenFile] = {}
        self.unreadable: set[bytes] = set()
        self.directories = 0
        self.mounts: dict[bytes, int] = {}
        self.waiting: list[tuple[bytes, int]] = [(root, -1)]  # folder, device of its parent
        self.beside: dict[bytes, int] = {}
        self.tally = Tally()
        self._sidecars: dict[bytes, int] = {}  # of the folder in hand: name → ctime in nanoseconds
        self._pictures: list[bytes] = []  # of the folder in hand: names
        self._ignore = ignore
        self._before = before
        self._walked: set[tuple[int, int]] = set()  # bind mounts can make loops

    def step(self) -> None:
        """Walk one folder."""
        folder, parent_device = self.waiting.pop()
        try:
            stat = os.stat(folder)
            if (stat.st_dev, stat.st_ino) in self._walked:
                return
            self._walked.add((stat.st_dev, stat.st_ino))
            if stat.st_dev != parent_device:
                self.mounts[folder] = stat.st_dev
            self._sidecars, self._pictures = {}, []
            with os.scandir(folder) as entries:
                found = 0
                for entry in entries:
                    found += 1
                    self._take(folder, entry, stat.st_dev)
            if self._sidecars:
                self._match(folder)
        except OSError as error:
            if error.errno not in {errno.ENOENT, errno.ENOTDIR}:
                self.unreadable.add(folder)
            return
        self.directories += 1
        if not found and self._before.get(folder, stat.st_dev) != stat.st_dev:
            self.unreadable.add(folder)  # a volume was mounted here, and is not any more
            self.mounts[folder] = self._before[folder]

    def _take(self, folder: bytes, entry: os.DirEntry[bytes], device: int) -> None:
        try:
            if entry.is_dir(follow_symlinks=False):
                if not self._ignore.skips_folder(entry.path):
                    self.waiting.append((entry.path, device))
                elif reason := self._ignore.why_left_out(entry.path):
                    self.tally.folder(entry.path, reason, _REMEDY)
                return
            if self._ignore.skips_entry(folder, entry.name):
                if entry.is_file(follow_symlinks=False):
                    self.tally.file(entry.path)
                return
            if not entry.is_file(follow_symlinks=False):
                return  # links, pipes, sockets, devices
            stat = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            return  # gone between the listing and the look
        except OSError:
            self.unreadable.add(entry.path)
            return
        kind = kind_of(entry.name)
        if kind is not None:
            self.files[entry.path] = SeenFile(entry.path, kind, FileStat.of(stat))
            if kind == "image":
                self._pictures.append(entry.name)
        else:
            self._sidecars[entry.name.lower()] = stat.st_ctime_ns

    def _match(self, folder: bytes) -> None:
        """Which pictures of a folder the sidecars in it speak of."""
        spoken: set[bytes] = set()
        for name in self._pictures:
            mine = [one for one in sidecar_names(name) if one in self._sidecars]
            if mine:
                spoken.update(mine)
                self.beside[os.path.join(folder, name)] = max(map(self._sidecars.__getitem__, mine))
        for name in self._sidecars.keys() - spoken:
            self.tally.file(os.path.join(folder, name))


def _identity(path: bytes) -> tuple[int, int]:
    stat = os.stat(path)
    return stat.st_dev, stat.st_ino
