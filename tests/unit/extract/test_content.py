"""Files are read whole, once, and only if they hold still."""

import contextlib
import ctypes
import errno
import hashlib
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from muserd.extract import content as module
from muserd.extract.content import read_content
from muserd.ground.errors import FileError

MANY = 10_000_000


def failure(path: Path | bytes, max_bytes: int = MANY) -> FileError:
    with pytest.raises(FileError) as caught:
        read_content(os.fsencode(path), max_bytes)
    assert caught.value.message
    return caught.value


def test_bytes_hash_and_stat_belong_together(tmp_path: Path) -> None:
    path, data = tmp_path / "a.md", os.urandom(9_000_000)
    path.write_bytes(data)
    content = read_content(os.fsencode(path), MANY)
    stat = path.stat()
    assert content.data == data
    assert content.sha256 == hashlib.sha256(data).digest()
    assert content.path == os.fsencode(path)
    assert (content.stat.size, content.stat.mtime_ns) == (stat.st_size, stat.st_mtime_ns)
    assert (content.stat.inode, content.stat.ctime_ns) == (stat.st_ino, stat.st_ctime_ns)


@pytest.mark.parametrize("name", [b"caf\xe9.md", b"new\nline.md", b"a" * 252 + b".md"])
def test_odd_names(tmp_path: Path, name: bytes) -> None:
    path = os.fsencode(tmp_path) + b"/" + name
    with open(path, "wb") as file:
        file.write(b"x")
    assert read_content(path, MANY).data == b"x"
    failure(path, 0).message.encode()  # valid Unicode, whatever the name


def test_what_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    for path in (tmp_path / "gone.md", tmp_path / "file" / "below.md"):
        assert failure(path).cause == "vanished"


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "a.md").touch()
    assert failure(tmp_path / "a.md").cause == "empty"


def test_the_size_limit_names_its_key(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"x" * 1_001)
    error = failure(tmp_path / "a.md", 1_000)
    assert error.cause == "too-large"
    assert "max_mb" in error.hint
    assert not error.retry
    (tmp_path / "a.md").write_bytes(b"x" * 1_000)
    assert read_content(os.fsencode(tmp_path / "a.md"), 1_000)


def test_what_is_no_regular_file_never_blocks(tmp_path: Path) -> None:
    """A FIFO without a writer, a socket, a device, a folder, a link, a loop of links."""
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "folder.md").mkdir()
    (tmp_path / "real.md").write_bytes(b"x")
    (tmp_path / "link.md").symlink_to("real.md")
    (tmp_path / "loop.md").symlink_to("loop.md")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket.md"))
        for name in ("pipe.md", "folder.md", "link.md", "loop.md", "socket.md"):
            assert failure(tmp_path / name).cause == "not-regular", name
    assert failure(Path("/dev/zero")).cause == "not-regular"


@contextlib.contextmanager
def nobody() -> Iterator[None]:
    """No rights to files in this thread, even where root runs the tests."""
    libc = ctypes.CDLL(None)
    libc.setfsuid(65_534)
    try:
        yield
    finally:
        libc.setfsuid(os.geteuid())


def test_a_file_that_may_not_be_read() -> None:
    """Tried again later: the owner may grant it."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        path = Path(folder) / "a.md"
        path.write_bytes(b"x")
        path.chmod(0o000)
        with nobody():
            error = failure(path)
    assert (error.cause, error.retry) == ("permission", True)
    assert "chmod" in error.hint


def test_a_placeholder_in_the_cloud_is_not_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MacOS marks a file whose bytes lie elsewhere; reading it would fetch it."""
    path = tmp_path / "a.md"
    path.write_bytes(b"somewhere else")
    real = os.fstat

    class Marked:
        st_flags = 0x40000020

        def __init__(self, stat: os.stat_result) -> None:
            self.stat = stat

        def __getattr__(self, name: str) -> object:
            return getattr(self.stat, name)

    def read(_handle: int, _count: int) -> bytes:
        raise AssertionError("it is being fetched")

    monkeypatch.setattr(module.os, "fstat", lambda handle: Marked(real(handle)))
    monkeypatch.setattr(module.os, "read", read)
    error = failure(path)
    assert (error.cause, error.retry) == ("unsupported", False)
    assert "download it" in error.hint


def test_a_file_that_changes_while_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Longer, shorter, or of another time: the bytes may be a mixture, so it is tried again."""
    path = tmp_path / "a.md"
    read = os.read
    changes = [
        lambda: path.open("ab").close() or path.write_bytes(b"longer than before"),
        lambda: os.truncate(path, 2),
        lambda: os.utime(path, (1, 1)),
    ]
    for change in changes:
        path.write_bytes(b"before")
        pending = [change]

        def changing(handle: int, count: int, pending: list = pending) -> bytes:
            if pending:
                pending.pop()()
            return read(handle, count)

        monkeypatch.setattr(module.os, "read", changing)
        error = failure(path)
        monkeypatch.setattr(module.os, "read", read)
        assert (error.cause, error.retry) == ("changed", True)


@pytest.mark.parametrize(
    ("number", "cause", "retry"),
    [
        (errno.EIO, "corrupt", True),
        (errno.ESTALE, "vanished", True),
        (errno.ENOTCONN, "vanished", True),
        (errno.EACCES, "permission", True),
    ],
)
def test_a_medium_that_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, cause: str, retry: bool
) -> None:
    """Between open and read, as network mounts do."""
    (tmp_path / "a.md").write_bytes(b"x")

    def failing(handle: int, count: int) -> bytes:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(module.os, "read", failing)
    error = failure(tmp_path / "a.md")
    assert (error.cause, error.retry) == (cause, retry)


def test_no_descriptor_is_left_open(tmp_path: Path) -> None:
    (tmp_path / "empty.md").touch()
    (tmp_path / "large.md").write_bytes(b"x" * 100)
    before = len(os.listdir("/proc/self/fd"))
    for name in ("empty.md", "large.md", "gone.md"):
        failure(tmp_path / name, 10)
    assert len(os.listdir("/proc/self/fd")) == before


def test_the_package_loads_no_decoder() -> None:
    """Muserd imports the version and the limits; Pillow and numpy stay in the workers."""
    code = (
        "import sys, muserd.extract, muserd.extract.limits, muserd.watch.observer, "
        "muserd.watch.scan, muserd.watch.settle, muserd.watch.inotify; "
        "print([m for m in ('PIL', 'numpy', 'yaml', 'markdown_it') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
