"""Events on Linux: one inotify instance for all roots."""

import os
from collections.abc import Callable
from itertools import count

from watchdog.observers.inotify_c import (
    CallbackId,
    InotifyConstants,
    InotifyEvent,
    InotifyFD,
    Mask,
    WatchCallback,
    WatchDescriptor,
)

from muserd.watch.ignore import Ignore
from muserd.watch.tree import Tree

# IN_MASK_ADD: the folder above a root may be a folder of another root, with a watch of its own
_MASK = (
    InotifyConstants.IN_CREATE
    | InotifyConstants.IN_MOVED_TO
    | InotifyConstants.IN_ONLYDIR
    | InotifyConstants.IN_MASK_ADD
)
_ids = count(-1, -1)  # never one of a tree's


class InotifySource:
    """The inotify instance and its reader thread.

    Raises:
        OSError: EMFILE when the user has too many instances.
    """

    def __init__(self) -> None:
        self._reader = InotifyFD()
        self._reader.name = "muserd-inotify"
        self._reader.start()
        self._doorbells: dict[bytes, _Doorbell] = {}

    @property
    def alive(self) -> bool:
        """Whether events are still read."""
        return self._reader.is_alive()

    def tree(
        self,
        root: bytes,
        ignore: Ignore,
        on_dirty: Callable[[bytes, bool], None],
        on_rescan: Callable[[str], None],
    ) -> Tree:
        """The watches of a root, not started yet."""
        return Tree(self._reader, root, ignore, on_dirty, on_rescan)

    def await_root(self, root: bytes, on_arrival: Callable[[], None]) -> None:
        """Call back when something comes into being under the name of a root."""
        before = self._doorbells.pop(root, None)
        if before is not None:
            before.stop()
        doorbell = _Doorbell(self._reader, root, on_arrival)
        if doorbell.watched:
            self._doorbells[root] = doorbell

    def stop(self) -> None:
        """End the reader's thread."""
        self._reader.stop()
        self._reader.join()


class _Doorbell(WatchCallback):
    """Waits in the folder above a root for the root to come (back)."""

    def __init__(self, reader: InotifyFD, root: bytes, on_arrival: Callable[[], None]) -> None:
        self._reader = reader
        self._name = os.path.basename(root.rstrip(b"/"))
        self._on_arrival = on_arrival
        self._id = CallbackId(next(_ids))
        self._wd: WatchDescriptor | None = None
        try:
            wd = reader.add_callback(
                os.path.dirname(root.rstrip(b"/")) or b"/", Mask(_MASK), self, self._id
            )
        except OSError:
            return  # then the check, once a minute, notices it
        if wd == -1:  # watchdog takes EACCES for success
            reader.remove_callbacks([(wd, self._id)])
        else:
            self._wd = wd

    @property
    def watched(self) -> bool:
        """Whether there is a watch."""
        return self._wd is not None

    def stop(self) -> None:
        """Give the watch back."""
        if self._wd is not None:
            wd, self._wd = self._wd, None
            self._reader.remove_callbacks([(wd, self._id)])

    def on_event(self, event: InotifyEvent) -> None:
        """Something came into the folder above."""
        arrived = InotifyConstants.IN_CREATE | InotifyConstants.IN_MOVED_TO
        if event.mask & arrived and event.name == self._name:
            self._on_arrival()

    def on_watch_deleted(self, wd: WatchDescriptor) -> None:  # noqa: ARG002
        """The folder above is gone."""
        self._wd = None

    def on_queue_overflow(self) -> None:
        """The next check looks for the root anyway."""
