"""What the tests of the watcher share."""

import contextlib
import ctypes
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

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
