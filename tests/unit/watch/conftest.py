"""What the tests of the watcher share."""

import contextlib
import ctypes
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from muserd.ground.config import Root
from muserd.watch.ignore import Ignore
from muserd.watch.observer import Watcher

NOBODY = 65_534


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that any user may search, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="muser-test-"))
    folder.chmod(0o755)
    yield folder
    for here, folders, _ in os.walk(folder):
        for name in folders:
            os.chmod(os.path.join(here, name), 0o755)
    shutil.rmtree(folder)


@pytest.fixture
def unprivileged() -> Callable[[], contextlib.AbstractContextManager[None]]:
    """A context in which this thread has nobody's rights to files, even where root runs it."""

    @contextlib.contextmanager
    def context() -> Iterator[None]:
        if os.geteuid() != 0:
            yield
            return
        libc = ctypes.CDLL(None)
        libc.setfsuid(NOBODY)  # of this thread only; takes CAP_DAC_OVERRIDE away with it
        try:
            yield
        finally:
            libc.setfsuid(0)

    return context


@pytest.fixture
def until() -> Callable[[Callable[[], object]], None]:
    """Waits until something is true; fails when it never becomes so."""

    def wait(condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + 20
        while not condition():
            assert time.monotonic() < deadline, "it never came true"
            time.sleep(0.005)

    return wait


class Watched:
    """A watcher with one root, and all it said."""

    def __init__(self, folder: Path, until: Callable[[Callable[[], object]], None]) -> None:
        self.folder = folder
        self.until = until
        self.dirty: list[tuple[str, bool]] = []
        self.named: set[str] = set()
        self.rescans: list[str] = []
        self.gate = threading.Event()  # closed, it stalls the reader
        self.gate.set()
        self.watcher = Watcher(self._on_dirty, self._on_rescan)
        self.root = Root(str(folder), exclude=("*.bmp",))

    def begin(self, *own: Path) -> None:
        ignore = Ignore(self.root, (), tuple(os.fsencode(folder) for folder in own))
        self.watcher.add(self.root, ignore)

    def _on_dirty(self, root: bytes, path: bytes, closed: bool) -> None:
        assert root == self.root.raw
        self.gate.wait(30)
        name = os.fsdecode(path.removeprefix(root + b"/"))
        self.named.add(name)
        self.dirty.append((name, closed))

    def _on_rescan(self, root: bytes, reason: str) -> None:
        assert root == self.root.raw
        self.rescans.append(reason)

    def clear(self) -> None:
        self.dirty.clear()
        self.named.clear()

    def closed(self, name: str) -> bool:
        """What was said last of a path."""
        return [closed for path, closed in self.dirty if path == name][-1]

    def wait_for(self, *names: str) -> None:
        self.until(lambda: set(names) <= self.named)

    def settle(self) -> None:
        """Until all events up to now have been read: a last file is named after them."""
        name = f"fence{len(self.dirty)}.md"
        (self.folder / name).write_bytes(b"x")
        self.until(lambda: (name, True) in self.dirty)

    @property
    def mode(self) -> str:
        return self.watcher.stats(self.root.raw).mode


@pytest.fixture
def make_watched(
    until: Callable[[Callable[[], object]], None],
) -> Iterator[Callable[[Path], Watched]]:
    """Makes watchers, and stops them."""
    made: list[Watched] = []

    def make(folder: Path) -> Watched:
        made.append(Watched(folder, until))
        return made[-1]

    yield make
    for one in made:
        one.gate.set()
        one.watcher.stop()


@pytest.fixture
def watched(tmp_path: Path, make_watched: Callable[[Path], Watched]) -> Watched:
    """A watcher of an empty folder."""
    folder = tmp_path / "root"
    folder.mkdir()
    it = make_watched(folder)
    it.begin()
    return it
