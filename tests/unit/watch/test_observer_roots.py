"""The watcher and its roots: away, back, replaced, limited, shut, nested."""

import contextlib
import errno
import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from watchdog.observers.inotify_c import InotifyFD

from muserd.ground.config import Root
from muserd.watch import identity, observer
from muserd.watch.identity import Mount
from muserd.watch.ignore import Ignore
from muserd.watch.observer import Watcher

Until = Callable[[Callable[[], object]], None]
Make = Callable[[Path], Any]

pytestmark = pytest.mark.skipif(not Path("/proc/sys/fs/inotify").exists(), reason="no inotify")


def test_the_root_removed_and_made_again(watched: Any) -> None:
    shutil.rmtree(watched.folder)
    watched.until(lambda: watched.rescans)
    assert watched.mode == "polling"
    watched.rescans.clear()
    watched.folder.mkdir()
    watched.until(lambda: watched.mode == "watching")
    watched.until(lambda: watched.rescans)
    (watched.folder / "a.md").write_bytes(b"x")
    watched.wait_for("a.md")


def test_the_root_renamed_away_and_back(watched: Any, tmp_path: Path) -> None:
    """Under its other name it is no root: what happens there is nobody's business."""
    watched.folder.rename(tmp_path / "other")
    watched.until(lambda: watched.rescans)
    (tmp_path / "other" / "ghost.md").write_bytes(b"x")
    (tmp_path / "other").rename(watched.folder)
    watched.until(lambda: watched.mode == "watching")
    (watched.folder / "a.md").write_bytes(b"x")
    watched.wait_for("a.md")
    assert "ghost.md" not in watched.named


def test_the_folder_above_renamed(tmp_path: Path, until: Until, make_watched: Make) -> None:
    """No event tells of it; the check does, once a minute."""
    above = tmp_path / "above"
    (above / "root").mkdir(parents=True)
    it = make_watched(above / "root")
    it.begin()
    above.rename(tmp_path / "elsewhere")
    it.watcher.check()
    assert it.mode == "polling"
    assert it.rescans
    (above / "root").mkdir(parents=True)
    it.rescans.clear()
    it.watcher.check()
    assert it.mode == "watching"
    assert it.rescans
    (above / "root" / "a.md").write_bytes(b"x")
    it.wait_for("a.md")


def test_a_check_of_what_is_well_says_nothing(watched: Any) -> None:
    watched.watcher.check()
    watched.watcher.check()
    watched.settle()
    assert not watched.rescans


def test_a_root_that_is_not_there_yet(tmp_path: Path, until: Until, make_watched: Make) -> None:
    it = make_watched(tmp_path / "root")
    it.begin()
    assert it.mode == "polling"
    assert it.watcher.stats(it.root.raw).reason
    it.folder.mkdir()
    until(lambda: it.mode == "watching")
    it.settle()


def test_a_root_by_a_link(tmp_path: Path, until: Until, make_watched: Make) -> None:
    (tmp_path / "real" / "sub").mkdir(parents=True)
    (tmp_path / "link").symlink_to("real")
    it = make_watched(tmp_path / "link")
    it.begin()
    (tmp_path / "real" / "sub" / "a.md").write_bytes(b"x")
    it.wait_for("sub/a.md")


def test_a_link_that_points_elsewhere_now(tmp_path: Path, until: Until, make_watched: Make) -> None:
    """Another folder under the same name, and no event: as when a volume is mounted over it."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    (tmp_path / "away").mkdir()
    (tmp_path / "away" / "link").symlink_to(tmp_path / "one")
    it = make_watched(tmp_path / "away" / "link")
    it.begin()
    (tmp_path / "next").symlink_to(tmp_path / "two")
    os.replace(tmp_path / "next", tmp_path / "elsewhere")
    with it.watcher._lock:  # so that the watch above the root does not come first
        (tmp_path / "elsewhere").rename(tmp_path / "away" / "link")
        it.watcher.check()
    assert it.rescans[0] == "the folder is another one now"
    (tmp_path / "one" / "ghost.md").write_bytes(b"x")
    (tmp_path / "two" / "a.md").write_bytes(b"x")
    it.wait_for("a.md")
    assert "ghost.md" not in it.named


def test_folders_that_may_not_be_watched(
    open_folder: Path,
    until: Until,
    make_watched: Make,
    unprivileged: Callable[[], contextlib.AbstractContextManager[None]],
) -> None:
    """Watchdog takes EACCES for success and keeps a watch of number −1."""
    for name in ("open", "shut", "shut2"):
        (open_folder / name).mkdir()
    for name in ("shut", "shut2"):
        (open_folder / name).chmod(0o000)
    it = make_watched(open_folder)
    with unprivileged():
        it.begin()
    stats = it.watcher.stats(it.root.raw)
    assert (stats.mode, stats.watches) == ("watching", 2)
    tree = it.watcher._roots[it.root.raw].watches
    assert -1 not in tree._reader._watch_for_wd  # type: ignore[union-attr]
    (open_folder / "shut").chmod(0o755)
    until(lambda: it.watcher.stats(it.root.raw).watches >= 3)
    (open_folder / "shut" / "a.md").write_bytes(b"x")
    it.wait_for("shut/a.md")


def test_nested_roots(watched: Any, tmp_path: Path, until: Until) -> None:
    """A root below another one is its own; both go on when one is removed."""
    inner = Root(str(watched.folder / "inner"))
    (watched.folder / "inner").mkdir()
    watched.settle()
    seen: list[bytes] = []
    both = Watcher(lambda root, path, closed: seen.append(root), lambda root, reason: None)
    both.add(inner, Ignore(inner, (), ()))
    both.add(watched.root, Ignore(watched.root, (), (inner.raw,)))
    (watched.folder / "inner" / "a.md").write_bytes(b"x")
    until(lambda: inner.raw in seen)
    both.remove(inner.raw)
    (watched.folder / "inner" / "b.md").write_bytes(b"x")
    (watched.folder / "c.md").write_bytes(b"x")
    until(lambda: watched.root.raw in seen)
    assert seen.index(watched.root.raw) == seen.count(inner.raw)
    assert both.stats(inner.raw).mode == "polling"
    both.stop()


class Full(InotifyFD):
    """A watch table with little room."""

    room = 4

    def add_callback(self, path, mask, callback, id_):  # type: ignore[no-untyped-def]
        known = {watch._initial_creation_path for watch in self._watch_for_wd.values()}
        if path not in known and len(known) >= Full.room:
            raise OSError(errno.ENOSPC, "inotify watch limit reached")
        return super().add_callback(path, mask, callback, id_)


def test_a_full_watch_table(
    tmp_path: Path, until: Until, make_watched: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Visible: polling, with the number and the sysctl; tried again later, ever less often."""
    monkeypatch.setattr("muserd.watch.inotify.InotifyFD", Full)
    monkeypatch.setattr(Full, "room", 4)
    folder = tmp_path / "root"
    for i in range(6):
        (folder / f"{i}").mkdir(parents=True)
    it = make_watched(folder)
    it.begin()
    stats = it.watcher.stats(it.root.raw)
    assert (stats.mode, stats.watches) == ("polling", 3)  # one watch waits above the root
    assert "4 of 7 folders" in stats.reason
    assert "max_user_watches" in stats.reason
    it.settle()  # what has a watch is still prompt
    it.watcher.check()
    assert it.mode == "polling"
    assert not it.rescans
    monkeypatch.setattr(Full, "room", 100)
    it.watcher.check()  # the second attempt waits for two checks
    assert it.mode == "polling"
    it.watcher.check()
    assert it.mode == "watching"
    assert it.rescans == ["all folders are watched again"]


def test_a_watch_table_that_runs_full_later(
    tmp_path: Path, until: Until, make_watched: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("muserd.watch.inotify.InotifyFD", Full)
    monkeypatch.setattr(Full, "room", 3)
    (tmp_path / "root").mkdir()
    it = make_watched(tmp_path / "root")
    it.begin()
    assert it.mode == "watching"
    for i in range(5):
        (it.folder / f"{i}").mkdir()
    until(lambda: it.rescans)
    assert "full" in it.rescans[0]
    assert it.mode == "polling"


def test_too_many_inotify_instances(
    tmp_path: Path, until: Until, make_watched: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_left() -> InotifyFD:
        raise OSError(errno.EMFILE, "inotify instance limit reached")

    monkeypatch.setattr("muserd.watch.inotify.InotifyFD", none_left)
    it = make_watched(tmp_path)
    it.begin()
    stats = it.watcher.stats(it.root.raw)
    assert stats.mode == "polling"
    assert "max_user_instances" in stats.reason
    it.watcher.check()


def test_network_mounts_get_no_watch(
    tmp_path: Path, until: Until, make_watched: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "mount_table", lambda: [Mount(b"/", "fuse.sshfs")])
    it = make_watched(tmp_path)
    it.begin()
    it.watcher.check()
    stats = it.watcher.stats(it.root.raw)
    assert (stats.mode, stats.watches) == ("polling", 0)
    assert "fuse.sshfs" in stats.reason


def test_a_folder_that_is_shut_and_opened(watched: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shut: only a scan can tell what that means. Opened: its files are named again."""
    folder = watched.folder / "a"
    folder.mkdir()
    (folder / "x.md").write_bytes(b"x")
    watched.settle()
    shut = {os.fsencode(folder)}
    monkeypatch.setattr("muserd.watch.tree.os.access", lambda path, mode: path not in shut)
    folder.chmod(0o700)
    watched.until(lambda: watched.rescans)
    watched.clear()
    shut.clear()
    folder.chmod(0o755)
    watched.wait_for("a/x.md")
    watched.rescans.clear()
    os.utime(folder)  # as every copy does: no reason to scan
    watched.settle()
    assert not watched.rescans


def test_a_reader_that_died_is_replaced(watched: Any) -> None:
    source = watched.watcher._source
    assert source is not None
    source.stop()
    (watched.folder / "unseen.md").write_bytes(b"x")
    watched.watcher.check()
    assert watched.rescans
    assert watched.mode == "watching"
    watched.settle()
    assert "unseen.md" not in watched.named  # which is why the scan was asked for


def test_nothing_comes_after_stop(watched: Any) -> None:
    threads = threading.active_count()
    watched.watcher.stop()
    assert threading.active_count() < threads
    before = list(watched.dirty)
    (watched.folder / "a.md").write_bytes(b"x")
    watched.watcher.check()
    assert watched.dirty == before


def test_no_descriptor_is_left_behind(tmp_path: Path, until: Until, make_watched: Make) -> None:
    open_before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        it = make_watched(tmp_path)
        it.begin()
        it.watcher.stop()
    assert len(os.listdir("/proc/self/fd")) == open_before


def test_a_root_may_be_removed_and_added_again(watched: Any) -> None:
    watched.watcher.remove(watched.root.raw)
    (watched.folder / "unseen.md").write_bytes(b"x")
    watched.begin()
    watched.settle()
    assert "unseen.md" not in watched.named


def test_a_limit_that_cannot_be_read() -> None:
    assert observer._limit("no_such_limit") == "unknown"
