"""Events where there is no inotify: watchdog's own observer (FSEvents on macOS).

FSEvents tells neither of closed writers nor of dropped events: files settle by looking twice, and
the hourly scan finds what was dropped.
"""

import os
from collections.abc import Callable

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver, ObservedWatch

from muserd.watch.ignore import Ignore

_QUIET = {"opened", "closed_no_write"}  # reading changes nothing


class PortableSource:
    """A watchdog observer.

    Args:
        observer: makes it; for tests.
    """

    def __init__(self, observer: Callable[[], BaseObserver] = Observer) -> None:
        self._observer = observer()
        self._observer.start()

    @property
    def alive(self) -> bool:
        """Whether events are still read."""
        return self._observer.is_alive()

    def tree(
        self,
        root: bytes,
        ignore: Ignore,
        on_dirty: Callable[[bytes, bool], None],
        on_rescan: Callable[[str], None],
    ) -> "PortableTree":
        """The watch of a root, not started yet."""
        return PortableTree(self._observer, root, ignore, on_dirty, on_rescan)

    def await_root(self, root: bytes, on_arrival: Callable[[], None]) -> None:
        """Nothing: the check, once a minute, notices a root that came back."""

    def stop(self) -> None:
        """End the observer's threads."""
        self._observer.stop()
        self._observer.join()


class PortableTree(FileSystemEventHandler):
    """The watch of one root."""

    def __init__(
        self,
        observer: BaseObserver,
        root: bytes,
        ignore: Ignore,
        on_dirty: Callable[[bytes, bool], None],
        on_rescan: Callable[[str], None],
    ) -> None:
        self.overflows = 0
        self.lost = False
        self.unwatched: set[bytes] = set()
        self._observer = observer
        self._root = root
        self._ignore = ignore
        self._on_dirty = on_dirty
        self._on_rescan = on_rescan
        self._watch: ObservedWatch | None = None

    @property
    def watches(self) -> int:
        """One: the platform watches the folders below by itself."""
        return 0 if self._watch is None else 1

    def start(self) -> None:
        """Watch the root. Raises OSError if it cannot be."""
        self._watch = self._observer.schedule(self, os.fsdecode(self._root), recursive=True)

    def stop(self) -> None:
        """End the watch."""
        watch, self._watch = self._watch, None
        if watch is not None:
            self._observer.unschedule(watch)

    def renew(self) -> None:
        """Nothing to do: there is no table to run full."""

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Called by watchdog on its thread."""
        if event.event_type in _QUIET or (event.is_directory and event.event_type == "modified"):
            return
        left = event.event_type in {"deleted", "moved"}
        self._about(os.fsencode(event.src_path), event, left=left)
        if event.dest_path:
            self._about(os.fsencode(event.dest_path), event, left=False)

    def _about(self, path: bytes, event: FileSystemEvent, *, left: bool) -> None:
        if path == self._root:
            if left:
                self.lost = True
                self._on_rescan("the folder was moved or deleted")
        elif not event.is_directory:
            if not self._ignore.skips_file(path):
                self._on_dirty(path, left or event.event_type in {"closed", "moved"})
        elif not self._ignore.skips_folder(path):
            if left:
                self._on_dirty(path, True)
            elif event.event_type in {"created", "moved"}:
                self._arrived(path)

    def _arrived(self, folder: bytes) -> None:
        for here, folders, files in os.walk(folder):
            folders[:] = [
                name for name in folders if not self._ignore.skips_folder(os.path.join(here, name))
            ]
            for name in files:
                if not self._ignore.skips_entry(here, name):
                    self._on_dirty(os.path.join(here, name), False)
