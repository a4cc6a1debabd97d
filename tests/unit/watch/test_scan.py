"""Walks through trees, plain and odd."""

import contextlib
import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from muserd.ground.config import Root
from muserd.watch.ignore import Ignore
from muserd.watch.scan import ScanResult, look, scan

Rights = Callable[[], contextlib.AbstractContextManager[None]]


def walk(folder: Path, **more: object) -> ScanResult:
    root = Root(str(folder))
    return scan(root, Ignore(root, (), ()), lambda: False, **more)  # type: ignore[arg-type]


def names(result: ScanResult, folder: Path) -> set[bytes]:
    return {os.path.relpath(path, os.fsencode(folder)) for path in result.files}


def write(path: Path | bytes, data: bytes = b"x") -> None:
    if isinstance(path, Path):
        path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)


def test_a_plain_tree(tmp_path: Path) -> None:
    write(tmp_path / "a.jpg", b"12345")
    write(tmp_path / "b" / "c" / "d.md")
    write(tmp_path / "b" / "e.xyz")
    write(tmp_path / ".git" / "f.md")
    result = walk(tmp_path)
    assert result.complete
    assert result.state == "watching"
    assert names(result, tmp_path) == {b"a.jpg", b"b/c/d.md"}
    assert result.directories == 3
    assert not result.unreadable
    seen = result.files[os.fsencode(tmp_path / "a.jpg")]
    stat = (tmp_path / "a.jpg").stat()
    assert (seen.kind, seen.stat.size, seen.stat.mtime_ns) == ("image", 5, stat.st_mtime_ns)
    assert seen.stat.inode == stat.st_ino
    assert look(seen.path) == seen.stat


def test_the_same_twice(tmp_path: Path) -> None:
    for i in range(20):
        write(tmp_path / f"{i % 3}" / f"{i}.txt")
    assert walk(tmp_path) == walk(tmp_path)


def test_an_empty_root_is_complete(tmp_path: Path) -> None:
    result = walk(tmp_path)
    assert result.complete
    assert not result.files


def test_what_is_no_regular_file_is_passed_over(tmp_path: Path) -> None:
    """A FIFO would block its reader for ever, a link may lead anywhere, a loop has no end."""
    write(tmp_path / "real.md")
    os.mkfifo(tmp_path / "pipe.md")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket.md"))
        (tmp_path / "link.md").symlink_to("real.md")
        (tmp_path / "dangling.md").symlink_to("nowhere")
        (tmp_path / "loop").symlink_to(".")
        (tmp_path / "folder.md").mkdir()
        result = walk(tmp_path)
        for name in ("pipe.md", "socket.md", "link.md", "dangling.md", "folder.md", "gone.md"):
            assert look(os.fsencode(tmp_path / name)) is None
    assert result.complete
    assert names(result, tmp_path) == {b"real.md"}
    assert result.directories == 2


@pytest.mark.parametrize(
    "name",
    [
        b"caf\xe9.md",  # Latin-1
        b"\xff\xfe\xfd.md",
        b"new\nline\r.md",
        b" .md",
        b"a" * 252 + b".md",  # 255 bytes, the longest a name can be
        "汉字 ünï 🦉.md".encode(),
        b"-rf *.md",
        b"tab\tand\x01control.md",
    ],
)
def test_odd_names(tmp_path: Path, name: bytes) -> None:
    path = os.fsencode(tmp_path) + b"/" + name
    write(path)
    result = walk(tmp_path)
    assert names(result, tmp_path) == {name}
    assert look(path) is not None


def test_a_name_that_is_too_long_is_not_there(tmp_path: Path) -> None:
    assert look(os.fsencode(tmp_path) + b"/" + b"a" * 300) is None
    assert look(os.fsencode(tmp_path / "a.md" / "b.md")) is None


def test_a_deep_tree(tmp_path: Path) -> None:
    """Deeper than Python recurses."""
    folders = [os.fsencode(tmp_path) + b"/d" * depth for depth in range(1, 1_201)]
    for folder in folders:
        os.mkdir(folder)
    write(folders[-1] + b"/x.md")
    assert len(walk(tmp_path).files) == 1
    os.unlink(folders[-1] + b"/x.md")
    for folder in reversed(folders):  # pytest's own cleaning would recurse
        os.rmdir(folder)


def test_unreadable_folders_and_files(open_folder: Path, unprivileged: Rights) -> None:
    """EACCES is not a deletion: what cannot be seen is named, and the rest is complete."""
    write(open_folder / "open" / "a.md")
    write(open_folder / "shut" / "b.md")
    write(open_folder / "listed" / "c.md")
    (open_folder / "shut").chmod(0o000)
    (open_folder / "listed").chmod(0o444)  # names may be read, files may not be looked at
    with unprivileged():
        result = walk(open_folder)
        with pytest.raises(PermissionError):
            look(os.fsencode(open_folder / "shut" / "b.md"))
    assert result.complete
    assert names(result, open_folder) == {b"open/a.md"}
    assert result.unreadable == {
        os.fsencode(open_folder / "shut"),
        os.fsencode(open_folder / "listed" / "c.md"),
    }


def test_a_root_that_is_away_or_denied(open_folder: Path, unprivileged: Rights) -> None:
    gone = walk(open_folder / "gone")
    assert (gone.complete, gone.state) == (False, "offline")
    assert gone.reason
    write(open_folder / "shut" / "a.md")
    (open_folder / "shut").chmod(0o000)
    with unprivileged():
        denied = walk(open_folder / "shut")
    assert (denied.complete, denied.state) == (False, "denied")
    assert denied.reason


def test_a_root_that_goes_away_during_the_scan(tmp_path: Path) -> None:
    """What was seen until then is no whole tree: nothing may be concluded from it."""
    folder = tmp_path / "root"
    for i in range(5):
        write(folder / f"{i}" / "a.md")
    root = Root(str(folder))
    calls = iter(range(100))

    def unmount() -> bool:
        if next(calls) == 2:
            folder.rename(tmp_path / "elsewhere")
        return False

    result = scan(root, Ignore(root, (), ()), unmount)
    assert (result.complete, result.state) == (False, "offline")
    assert not result.files


def test_a_root_replaced_during_the_scan(tmp_path: Path) -> None:
    folder = tmp_path / "root"
    write(folder / "a" / "a.md")
    root = Root(str(folder))
    calls = iter(range(100))

    def replace() -> bool:
        if next(calls) == 1:
            folder.rename(tmp_path / "elsewhere")
            folder.mkdir()
        return False

    assert not scan(root, Ignore(root, (), ()), replace).complete


def test_a_scan_can_be_stopped(tmp_path: Path) -> None:
    write(tmp_path / "a" / "b.md")
    root = Root(str(tmp_path))
    assert not scan(root, Ignore(root, (), ()), lambda: True).complete


def test_a_root_in_an_own_folder_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "site" / "thumb.webp")
    root = Root(str(tmp_path / "site"))
    result = scan(root, Ignore(root, (), (os.fsencode(tmp_path),)), lambda: False)
    assert not result.complete
    assert "own" in result.reason


def test_own_folders_below_a_root_are_passed_over(tmp_path: Path) -> None:
    write(tmp_path / "a.md")
    write(tmp_path / "state" / "site" / "thumb.webp")
    root = Root(str(tmp_path))
    result = scan(root, Ignore(root, (), (os.fsencode(tmp_path / "state"),)), lambda: False)
    assert names(result, tmp_path) == {b"a.md"}


def test_a_mount_below_the_root_that_is_away(tmp_path: Path) -> None:
    """Its mount point is an empty folder then: that does not say that the files are gone."""
    (tmp_path / "stick").mkdir()
    write(tmp_path / "a.md")
    stick, device = os.fsencode(tmp_path / "stick"), tmp_path.stat().st_dev
    away = walk(tmp_path, before={os.fsencode(tmp_path): device, stick: device + 1})
    assert away.complete
    assert away.unreadable == {stick}
    assert away.mounts[stick] == device + 1  # still away at the next scan
    emptied = walk(tmp_path, before={os.fsencode(tmp_path): device})
    assert not emptied.unreadable


@pytest.fixture
def volume(tmp_path: Path) -> Iterator[Path]:
    """A small tmpfs; skipped where the tests may not mount."""
    point = tmp_path / "root" / "stick"
    point.mkdir(parents=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(point)],
        check=False,
        capture_output=True,
    )
    if mounted.returncode:
        pytest.skip("mounting needs the rights of root")
    yield point
    subprocess.run(["umount", str(point)], check=False, capture_output=True)


def test_a_volume_unmounted_and_mounted_again(volume: Path) -> None:
    """A real mount, below a root and as a root itself."""
    write(volume / "a.md")
    below, itself = walk(volume.parent), walk(volume)
    assert names(below, volume) == names(itself, volume) == {b"a.md"}
    assert os.fsencode(volume) in below.mounts
    subprocess.run(["umount", str(volume)], check=True)
    away = walk(volume.parent, before=below.mounts)
    assert away.complete
    assert away.unreadable == {os.fsencode(volume)}
    assert walk(volume, before=itself.mounts).state == "offline"
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(volume)], check=True)
    empty = walk(volume.parent, before=away.mounts)
    assert empty.complete  # another volume, and an empty one: it says so itself


def test_a_loop_of_bind_mounts(volume: Path) -> None:
    """A folder that holds itself is walked once."""
    write(volume / "a.md")
    inner = volume / "inner"
    inner.mkdir()
    subprocess.run(["mount", "--bind", str(volume), str(inner)], check=True)
    try:
        result = walk(volume.parent)
    finally:
        subprocess.run(["umount", str(inner)], check=True)
    assert result.complete
    assert len(result.files) == 1


def test_a_root_written_with_a_slash_at_its_end(tmp_path: Path) -> None:
    write(tmp_path / "sub" / "a.md")
    root = Root(f"{tmp_path}/")
    result = scan(root, Ignore(root, (), ()), lambda: False)
    assert result.complete
    assert set(result.files) == {os.fsencode(tmp_path / "sub" / "a.md")}
