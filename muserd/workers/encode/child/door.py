"""When the encode worker's child may begin to read foreign files: once it has shut itself in.

Files were taken from it before this module was imported (`process.confined`). Network and programs
are taken away here: at once, unless weights may have to be fetched; then as soon as the model is
open, and the readers wait for that.
"""

import threading
from collections.abc import Callable, Sequence

from muserd.encode.progress import Progress
from muserd.encode.reach import needs_network
from muserd.extract import opening as opening_of_files
from muserd.workers.encode.child.model import Model
from muserd.workers.encode.protocol import Opening
from muserd.workers.process.confined import give_up_calls
from muserd.workers.process.link import remote_opener

OpenModel = Callable[[Opening, Progress, Sequence[str]], Model]


class Door:
    """One child's. Made before there are threads; thread-safe afterwards."""

    def __init__(self, opening: Opening) -> None:
        opener = remote_opener()
        if opener is not None:
            opening_of_files.use(opener)
        self.shut_in = opener is not None  # it can start no program
        self._lock = threading.Lock()
        self._closed = threading.Event()
        asks = needs_network(opening.space, opening.spec, opening.keep, opening.cache)
        if not (self.shut_in and asks):
            self.close()

    @property
    def closed(self) -> bool:
        """Whether files may be read."""
        return self._closed.is_set()

    def wait(self) -> None:
        """Return when files may be read."""
        self._closed.wait()

    def close(self) -> None:
        """Take network and programs away from this process, if muserd opens its files for it."""
        with self._lock:
            if self.shut_in and not self.closed:
                give_up_calls()
            self._closed.set()

    def closing(self, open_model: OpenModel) -> OpenModel:
        """`open_model`, which closes this door behind it, whether the model opens or not."""

        def opened(opening: Opening, progress: Progress, languages: Sequence[str]) -> Model:
            try:
                return open_model(opening, progress, languages)
            finally:
                self.close()

        return opened
