"""The inotify watches of one root: a watch for every folder that is not left alone.

It stands on watchdog's `InotifyFD` (the reader thread and its bookkeeping, 7.1.0) and takes the
place of its `InotifyWatchGroup`, which watches ignored folders too, swallows a full watch table,
holds renames back for half a second, and keeps an overflow to itself.
"""

import errno
import itertools
import os
import stat as modes
import threading
from collections.abc import Callable, Iterator

from watchdog.observers.inotify_c import (
    CallbackId,
    InotifyConstants,
    InotifyEvent,
    InotifyFD,
    Mask,
    WatchCallback,
    WatchDescriptor,
)

from muserd.ground.kinds import kind_of
from muserd.ground.paths import is_inside
from muserd.watch.ignore import Ignore

_MASK = (
    InotifyConstants.IN_CREATE
    | InotifyConstants.IN_DELETE
    | InotifyConstants.IN_MODIFY
    | InotifyConstants.IN_CLOSE_WRITE
    | InotifyConstants.IN_ATTRIB
    | InotifyConstants.IN_MOVE
    | InotifyConstants.IN_DELETE_SELF
    | InotifyConstants.IN_MOVE_SELF
    | InotifyConstants.IN_ONLYDIR
    | InotifyConstants.IN_EXCL_UNLINK
)
_ROOT_GONE = (
    InotifyConstants.IN_DELETE_SELF | InotifyConstants.IN_MOVE_SELF | InotifyConstants.IN_UNMOUNT
)
_ARRIVED = InotifyConstants.IN_CREATE | InotifyConstants.IN_MOVED_TO
_LEFT = InotifyConstants.IN_DELETE | InotifyConstants.IN_MOVED_FROM
_IS_FOLDER = InotifyConstants.IN_ISDIR
_OPEN_WRITER = InotifyConstants.IN_CREATE | InotifyConstants.IN_MODIFY
_REMEMBERED = 4_096  # folders that left lately

_callback_ids = itertools.count(1)  # unique in the process: trees share a reader


class Tree(WatchCallback):
    """The watches of one root.

    Events come on the reader's thread; `on_dirty` and `on_rescan` are called on it, outside of
    any lock, and must only hand the work on.

    Args:
        reader: the running inotify instance.
        root: the watched folder; may be a symbolic link to one.
        ignore: what is left alone.
        on_dirty: takes a path and whether nobody is known to be writing it.
        on_rescan: takes the reason why events alone no longer tell the truth.
    """

    def __init__(
        self,
        reader: InotifyFD,
        root: bytes,
        ignore: Ignore,
        on_dirty: Callable[[bytes, bool], None],
        on_rescan: Callable[[str], None],
    ) -> None:
        self.overflows = 0
        self.lost = False  # the root itself is gone: nothing is watched any more
        self.unwatched: set[bytes] = set()  # folders for which the watch table had no room
        self._reader = reader
        self._root = root
        self._ignore = ignore
        self._on_dirty = on_dirty
        self._on_rescan = on_rescan
        self._lock = threading.Lock()  # held for bookkeeping only, never while walking
        self._closed = False
        self._renewing = threading.Lock()
        self._watches: dict[WatchDescriptor, tuple[bytes, CallbackId]] = {}
        self._by_path: dict[bytes, WatchDescriptor] = {}
        self._touched: set[WatchDescriptor] = set()  # confirmed since the last renewal began
        self._left: dict[bytes, None] = {}
        self._shut: set[bytes] = set()  # watched folders that may not be read at present

    @property
    def watches(self) -> int:
        """How many folders are watched."""
        return len(self._watches)

    def start(self) -> None:
        """Watch the root and all folders below it. Raises OSError if the root cannot be."""
        self._watch(self._root)
        for _ in self._walk(self._root):
            pass

    def stop(self) -> None:
        """Give all watches back; no callback comes afterwards."""
        with self._lock:
            self._closed = True
            self._drop(set(self._watches))

    def renew(self) -> None:
        """Make the watches agree with the tree as it is now, whatever was missed.

        Folders that are still there keep their watch: giving back thousands of watches at once
        would make the kernel report each, and the queue overflow again.
        """
        with self._renewing:
            with self._lock:
                before = set(self._watches)
                self._touched.clear()
                self.unwatched.clear()
            for _ in self._walk(self._root):
                pass
            with self._lock:
                self._drop(before - self._touched)

    # called by watchdog, on the reader's thread

    def on_event(self, event: InotifyEvent) -> None:
        """Something happened to a watched folder, or in it."""
        with self._lock:
            watch = self._watches.get(event.wd)
        if watch is None:
            return
        folder = watch[0]
        if not event.name:
            self._about_itself(folder, event.mask)
            return
        path = os.path.join(folder, event.name)
        if event.mask & _IS_FOLDER:
            if not self._ignore.skips_folder(path):
                self._about_folder(path, event.mask)
        elif not self._ignore.skips_entry(folder, event.name):
            self._about_file(path, event.mask)

    def on_watch_deleted(self, wd: WatchDescriptor) -> None:
        """The kernel gave a watch back: its folder is gone or unmounted."""
        with self._lock:
            self._forget(wd)

    def on_queue_overflow(self) -> None:
        """The kernel dropped events: nobody knows which. watchdog's own hook tells nobody."""
        self.overflows += 1
        if not self._closed:
            self.renew()
            self._on_rescan("the event queue overflowed")

    # what happened

    def _about_itself(self, folder: bytes, mask: Mask) -> None:
        if mask & _ROOT_GONE and folder == self._root:
            with self._lock:
                self.lost = True
                self._drop(set(self._watches))
            self._on_rescan("the folder was moved, deleted or unmounted")
        elif mask & InotifyConstants.IN_UNMOUNT:
            self._on_rescan("a volume was unmounted")
        elif mask & InotifyConstants.IN_ATTRIB and folder == self._root:
            self._access_changed(folder)

    def _about_folder(self, path: bytes, mask: Mask) -> None:
        if mask & _LEFT:
            with self._lock:
                self._drop(self._below(path, moved=bool(mask & InotifyConstants.IN_MOVED_FROM)))
                self._left[path] = None
                while len(self._left) > _REMEMBERED:
                    del self._left[next(iter(self._left))]
            self._on_dirty(path, True)
        elif mask & _ARRIVED:
            # Paths that were files, or below a folder that left, may still be known, and no
            # event will ever name them again.
            replaced = path in self._left or kind_of(path) is not None
            self._arrived(path, moved=bool(mask & InotifyConstants.IN_MOVED_TO))
            if replaced:
                with self._lock:
                    self._left.pop(path, None)
                self._on_rescan("a folder was replaced")
        elif mask & InotifyConstants.IN_ATTRIB:
            self._access_changed(path)

    def _arrived(self, folder: bytes, *, moved: bool) -> None:
        limited = bool(self.unwatched)
        for path, is_file in self._walk(folder):
            if is_file:
                self._on_dirty(path, moved)
        if self.unwatched and not limited:
            self._on_rescan("the table of inotify watches is full")

    def _access_changed(self, folder: bytes) -> None:
        open_now = os.access(folder, os.R_OK | os.X_OK)
        watched = folder in self._by_path
        if open_now and (folder in self._shut or not watched):
            self._shut.discard(folder)
            self._arrived(folder, moved=True)
        elif not open_now and watched and folder not in self._shut and os.path.lexists(folder):
            self._shut.add(folder)
            self._on_rescan("a folder may not be read any more")

    def _about_file(self, path: bytes, mask: Mask) -> None:
        written = mask & (InotifyConstants.IN_CREATE | InotifyConstants.IN_CLOSE_WRITE)
        linked = bool(written) and _has_several_names(path)
        # a hard link is whole from its beginning; any other new or modified file has a writer
        open_writer = bool(mask & _OPEN_WRITER) and not (linked and written)
        self._on_dirty(path, not open_writer)
        if linked and mask & InotifyConstants.IN_CLOSE_WRITE:
            self._on_rescan("a file with several names was written")  # only one of them is named

    # watches

    def _walk(self, folder: bytes) -> Iterator[tuple[bytes, bool]]:
        """Watch a folder and all below it; give what is there: path, and whether it is a file.

        A folder is watched before it is listed: what comes in between is seen twice, not never.
        """
        waiting = [folder]
        while waiting:
            here = waiting.pop()
            try:
                self._watch(here)
                with os.scandir(here) as entries:
                    listed = [
                        (entry.path, entry.name, entry.is_dir(follow_symlinks=False))
                        for entry in entries
                    ]
            except OSError:
                continue  # gone, or out of bounds: the scan tells which
            for path, name, is_folder in listed:
                if is_folder:
                    if not self._ignore.skips_folder(path):
                        waiting.append(path)
                        yield path, False
                elif not self._ignore.skips_entry(here, name):
                    yield path, True

    def _watch(self, folder: bytes) -> None:
        """Watch one folder. A full watch table is noted; other errors are raised."""
        mask = _MASK if folder == self._root else _MASK | InotifyConstants.IN_DONT_FOLLOW
        id_ = CallbackId(next(_callback_ids))
        with self._lock:
            if self._closed or self.lost:
                return
            try:
                wd = self._reader.add_callback(folder, Mask(mask), self, id_)
            except OSError as error:
                if error.errno != errno.ENOSPC or folder == self._root:
                    raise
                self.unwatched.add(folder)
                return
            if wd == -1:  # watchdog takes EACCES for success
                self._reader.remove_callbacks([(wd, id_)])
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), folder)
            self.unwatched.discard(folder)
            known = self._watches.get(wd)
            self._forget(wd)
            self._watches[wd] = (folder, id_)
            self._by_path[folder] = wd
            self._touched.add(wd)
            if known is not None:  # the same folder, perhaps under a new name
                self._reader.remove_callbacks([(wd, known[1])])

    def _below(self, folder: bytes, *, moved: bool) -> set[WatchDescriptor]:
        """The watches of a folder that left, and of all below it. The lock is held."""
        if moved:
            return {wd for path, wd in self._by_path.items() if is_inside(path, folder)}
        own = self._by_path.get(folder)  # a folder that is deleted is empty
        return set() if own is None else {own}

    def _drop(self, watches: set[WatchDescriptor]) -> None:
        """Give watches back. The lock is held."""
        held = [(wd, self._watches[wd][1]) for wd in watches if wd in self._watches]
        for wd in watches:
            self._forget(wd)
        self._reader.remove_callbacks(held)

    def _forget(self, wd: WatchDescriptor) -> None:
        """Strike a watch from the books. The lock is held."""
        watch = self._watches.pop(wd, None)
        if watch is not None and self._by_path.get(watch[0]) == wd:
            del self._by_path[watch[0]]


def _has_several_names(path: bytes) -> bool:
    try:
        stat = os.lstat(path)
    except OSError:
        return False
    return stat.st_nlink > 1 and modes.S_ISREG(stat.st_mode)
