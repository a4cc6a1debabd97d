"""The watcher on a real inotify: nothing that happens goes unnamed."""

import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Until = Callable[[Callable[[], object]], None]
Make = Callable[[Path], Any]

pytestmark = pytest.mark.skipif(not Path("/proc/sys/fs/inotify").exists(), reason="no inotify")


def test_create_and_close(watched: Any) -> None:
    (watched.folder / "a.md").write_bytes(b"x")
    watched.until(lambda: ("a.md", True) in watched.dirty)
    assert watched.dirty[0] == ("a.md", False)  # named at once, but not at rest
    assert watched.mode == "watching"


def test_written_in_pieces(watched: Any) -> None:
    """Only the close says that nobody writes."""
    with open(watched.folder / "a.jpg", "wb", buffering=0) as file:
        file.writelines(bytes([piece]) * 10 for piece in range(5))
        watched.wait_for("a.jpg")
        watched.settle()
        assert not watched.closed("a.jpg")
    watched.until(lambda: watched.closed("a.jpg"))


def test_atomic_save(watched: Any) -> None:
    (watched.folder / "a.md").write_bytes(b"old")
    watched.settle()
    watched.clear()
    (watched.folder / ".a.md.tmp").write_bytes(b"new")
    os.replace(watched.folder / ".a.md.tmp", watched.folder / "a.md")
    watched.wait_for("a.md")
    watched.settle()
    assert watched.closed("a.md")
    assert ".a.md.tmp" not in watched.named


def test_rename_names_both(watched: Any) -> None:
    (watched.folder / "a.md").write_bytes(b"x")
    watched.settle()
    watched.clear()
    (watched.folder / "a.md").rename(watched.folder / "A.md")
    watched.until(lambda: {("a.md", True), ("A.md", True)} <= set(watched.dirty))


def test_delete_touch_and_chmod(watched: Any) -> None:
    path = watched.folder / "a.md"
    path.write_bytes(b"x")
    watched.settle()
    for act in (lambda: os.utime(path), lambda: path.chmod(0o600), path.unlink):
        watched.clear()
        act()
        watched.until(lambda: ("a.md", True) in watched.dirty)


def test_reading_is_no_event(watched: Any) -> None:
    """200 plain reads must not wake anybody 400 times."""
    (watched.folder / "a.md").write_bytes(b"x")
    watched.settle()
    watched.clear()
    for _ in range(200):
        (watched.folder / "a.md").read_bytes()
        os.listdir(watched.folder)
    watched.settle()
    assert "a.md" not in watched.named


def test_a_hard_link_is_whole_at_once(watched: Any, tmp_path: Path) -> None:
    (tmp_path / "outside.md").write_bytes(b"x")
    os.link(tmp_path / "outside.md", watched.folder / "b.md")
    watched.wait_for("b.md")
    assert watched.closed("b.md")


def test_a_file_with_several_names_that_is_written(watched: Any, tmp_path: Path) -> None:
    """An event names one of them; only a scan finds the others."""
    (watched.folder / "a.md").write_bytes(b"x")
    os.link(watched.folder / "a.md", watched.folder / "b.md")
    watched.settle()
    watched.rescans.clear()
    (watched.folder / "b.md").write_bytes(b"more")
    watched.until(lambda: watched.rescans)


def test_what_is_ignored_is_neither_named_nor_watched(watched: Any) -> None:
    for name in ("node_modules", ".git"):
        (watched.folder / name / "deep").mkdir(parents=True)
        (watched.folder / name / "a.md").write_bytes(b"x")
    (watched.folder / "a.bmp").write_bytes(b"x")
    (watched.folder / "a.xyz").write_bytes(b"x")
    (watched.folder / ".a.md").write_bytes(b"x")
    watched.settle()
    assert watched.named == {name for name in watched.named if name.startswith("fence")}
    assert watched.watcher.stats(watched.root.raw).watches == 1


def test_own_folders_are_not_watched(tmp_path: Path, until: Until, make_watched: Make) -> None:
    """Else the site that is written would make events that make the site be written."""
    folder = tmp_path / "root"
    (folder / "state" / "site").mkdir(parents=True)
    it = make_watched(folder)
    it.begin(folder / "state")
    (folder / "state" / "site" / "thumb.webp").write_bytes(b"x")
    it.settle()
    assert not any("thumb" in name for name in it.named)


def test_odd_names(watched: Any) -> None:
    for name in (b"caf\xe9.md", b"new\nline.md", b"a" * 252 + b".md"):
        with open(os.fsencode(watched.folder) + b"/" + name, "wb") as file:
            file.write(b"x")
        watched.until(lambda name=name: (os.fsdecode(name), True) in watched.dirty)


def test_a_tree_made_at_once(watched: Any) -> None:
    """Files that were there before their folder was watched are named all the same."""
    expected = set()
    for i in range(30):
        folder = watched.folder / "t" / f"{i % 5}" / f"{i}"
        folder.mkdir(parents=True)
        (folder / "x.md").write_bytes(b"x")
        expected.add(f"t/{i % 5}/{i}/x.md")
    watched.wait_for(*expected)
    assert watched.watcher.stats(watched.root.raw).watches == 1 + 1 + 5 + 30


def test_a_folder_moved_in_and_out(watched: Any, tmp_path: Path) -> None:
    """In: each file is named. Out: the folder itself is, which stands for all below it."""
    (tmp_path / "tree" / "sub").mkdir(parents=True)
    (tmp_path / "tree" / "a.md").write_bytes(b"x")
    (tmp_path / "tree" / "sub" / "b.md").write_bytes(b"x")
    (tmp_path / "tree").rename(watched.folder / "tree")
    watched.until(lambda: {("tree/a.md", True), ("tree/sub/b.md", True)} <= set(watched.dirty))
    assert "tree" not in watched.named  # a folder that is there is never named
    (watched.folder / "tree" / "sub" / "c.md").write_bytes(b"x")
    watched.wait_for("tree/sub/c.md")
    watched.clear()
    (watched.folder / "tree").rename(tmp_path / "out")
    watched.wait_for("tree")
    (tmp_path / "out" / "sub" / "ghost.md").write_bytes(b"x")
    watched.settle()
    assert not any("ghost" in name for name in watched.named)
    assert watched.watcher.stats(watched.root.raw).watches == 1


def test_a_folder_renamed_within(watched: Any) -> None:
    (watched.folder / "a" / "sub").mkdir(parents=True)
    (watched.folder / "a" / "sub" / "x.md").write_bytes(b"x")
    watched.settle()
    watched.clear()
    (watched.folder / "a").rename(watched.folder / "b")
    watched.wait_for("a", "b/sub/x.md")
    (watched.folder / "b" / "sub" / "y.md").write_bytes(b"x")
    watched.wait_for("b/sub/y.md")
    assert not any(name.startswith("a/") for name in watched.named)


def test_a_folder_that_takes_the_place_of_another(watched: Any, tmp_path: Path) -> None:
    """What lay below the first one is named by no event: a scan has to find it gone."""
    (watched.folder / "a").mkdir()
    (watched.folder / "a" / "old.md").write_bytes(b"x")
    watched.settle()
    (watched.folder / "a").rename(tmp_path / "out")
    (watched.folder / "a").mkdir()
    watched.until(lambda: watched.rescans)


def test_a_folder_that_takes_the_place_of_a_file(watched: Any) -> None:
    (watched.folder / "a.md").write_bytes(b"x")
    watched.settle()
    (watched.folder / "a.md").unlink()
    (watched.folder / "a.md").mkdir()
    watched.until(lambda: watched.rescans)


def test_a_tree_deleted(watched: Any) -> None:
    (watched.folder / "a" / "b").mkdir(parents=True)
    (watched.folder / "a" / "b" / "x.md").write_bytes(b"x")
    watched.settle()
    shutil.rmtree(watched.folder / "a")
    watched.until(lambda: {("a/b/x.md", True), ("a", True)} <= set(watched.dirty))
    watched.settle()
    assert watched.watcher.stats(watched.root.raw).watches == 1


def test_overflow_asks_for_a_scan(watched: Any) -> None:
    """The reader stalls while 9,000 files come: watchdog itself tells nobody what was lost."""
    most = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    if most > 200_000:
        pytest.skip("the queue of this machine is too long to fill")
    watched.gate.clear()
    (watched.folder / "first.md").write_bytes(b"x")
    for i in range(max(9_000, most // 2 + 500)):
        os.close(os.open(watched.folder / f"{i}.md", os.O_CREAT | os.O_WRONLY))
    (watched.folder / "late" / "sub").mkdir(parents=True)  # after the overflow: no event at all
    watched.gate.set()
    watched.until(lambda: watched.rescans)
    stats = watched.watcher.stats(watched.root.raw)
    assert stats.overflows >= 1
    assert stats.mode == "watching"
    watched.until(lambda: watched.watcher.stats(watched.root.raw).watches == 3)
    (watched.folder / "late" / "sub" / "x.md").write_bytes(b"x")
    watched.wait_for("late/sub/x.md")


def test_overflow_that_hides_a_move(watched: Any, tmp_path: Path) -> None:
    """A folder that left or changed its name unseen must not be reported under its old path."""
    for name in ("moved", "left"):
        (watched.folder / name).mkdir()
    watched.settle()
    tree = watched.watcher._roots[watched.root.raw].watches
    assert tree is not None
    watched.gate.clear()
    (watched.folder / "stall.md").write_bytes(b"x")
    reader = tree._reader  # type: ignore[attr-defined]
    reader.handle_event, handle = lambda event: None, reader.handle_event  # the kernel drops these
    watched.gate.set()
    (watched.folder / "moved").rename(watched.folder / "here")
    (watched.folder / "left").rename(tmp_path / "left")
    seen = threading.Event()
    reader.handle_event = lambda event: (seen.set(), handle(event))  # type: ignore[func-returns-value]
    watched.until(lambda: (watched.folder / "probe.md").write_bytes(b"x") and seen.is_set())
    tree.on_queue_overflow()  # type: ignore[attr-defined]
    assert watched.watcher.stats(watched.root.raw).watches == 2
    watched.clear()
    (tmp_path / "left" / "ghost.md").write_bytes(b"x")
    (watched.folder / "here" / "x.md").write_bytes(b"x")
    watched.wait_for("here/x.md")
    watched.settle()
    assert not any("ghost" in name or "moved" in name for name in watched.named)
