"""Files are opened below their folder, by no link on the way, whatever happens meanwhile."""

import errno
import os
import threading
import time
from pathlib import Path

import pytest

from muserd.ground.beneath import open_below, open_beneath


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "root" / "sub" / "deep").mkdir(parents=True)
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "a.md").write_text("PRIVATE")
    (tmp_path / "root" / "sub" / "deep" / "a.md").write_text("public")
    return tmp_path


def read(handle: int) -> bytes:
    try:
        return os.read(handle, 100)
    finally:
        os.close(handle)


def test_files_and_folders_below_a_root(tree: Path) -> None:
    root = os.fsencode(tree / "root")
    assert read(open_beneath(root, root + b"/sub/deep/a.md")) == b"public"
    assert read(open_beneath(root + b"/", root + b"/sub/deep/a.md")) == b"public"
    for folder in (root, root + b"/sub"):
        handle = open_beneath(root, folder, folder=True)
        assert os.listdir(handle)
        os.close(handle)
    linked = tree / "by-a-link"
    linked.symlink_to(tree / "root")
    raw = os.fsencode(linked)
    assert read(open_beneath(raw, raw + b"/sub/deep/a.md")) == b"public"


@pytest.mark.parametrize("where", ["sub", "sub/deep", "sub/deep/a.md"])
def test_no_part_of_the_way_may_be_a_link(tree: Path, where: str) -> None:
    """Neither the file nor any folder above it, absolute or relative."""
    place = tree / "root" / where
    place.rename(tree / "aside")
    target = tree / "private" / ("a.md" if where.endswith(".md") else "")
    for link in (str(target), os.path.relpath(target, place.parent)):
        place.symlink_to(link)
        with pytest.raises(OSError, match=r".") as caught:
            open_beneath(os.fsencode(tree / "root"), os.fsencode(tree / "root/sub/deep/a.md"))
        assert caught.value.errno in {errno.ELOOP, errno.EMLINK}
        place.unlink()


def test_nothing_outside(tree: Path) -> None:
    """By dots, by another root, by a name that only begins alike."""
    root = os.fsencode(tree / "root")
    private = os.fsencode(tree / "private" / "a.md")
    for path in (
        private,
        root + b"/../private/a.md",
        root + b"/sub/../../private/a.md",
        root + b"x",
    ):
        with pytest.raises(PermissionError):
            open_beneath(root, path)
        with pytest.raises(PermissionError):
            open_below([root], path)
    with pytest.raises(IsADirectoryError):
        open_beneath(root, root)
    with pytest.raises(OSError, match=r"."):
        open_below([], private)
    assert read(open_below([root, root + b"/sub"], root + b"/sub/deep/a.md")) == b"public"


def test_a_fifo_holds_nobody_up(tree: Path) -> None:
    os.mkfifo(tree / "root" / "pipe.md")
    root = os.fsencode(tree / "root")
    os.close(open_beneath(root, root + b"/pipe.md"))


def test_whoever_swaps_folders_for_links_meanwhile_wins_nothing(tree: Path) -> None:
    """Thousands of tries against a thread that does nothing else."""
    over = threading.Event()
    sub, aside = tree / "root" / "sub" / "deep", tree / "root" / "sub" / "aside"

    def swap() -> None:
        while not over.is_set():
            sub.rename(aside)
            sub.symlink_to(tree / "private")
            sub.unlink()
            aside.rename(sub)
            time.sleep(0.0002)  # else it may never be seen as it is, on a machine that is busy

    thread = threading.Thread(target=swap)
    thread.start()
    seen = set()
    try:
        for _ in range(3_000):
            try:
                seen.add(read(open_beneath(os.fsencode(tree / "root"), os.fsencode(sub / "a.md"))))
            except OSError:
                seen.add(b"")
    finally:
        over.set()
        thread.join()
    assert b"public" in seen
    assert b"PRIVATE" not in seen
