"""The watcher on a real inotify: nothing that happens goes unnamed."""

import contextlib
import errno
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from watchdog.observers.inotify_c import InotifyFD

from muserd.ground.config import Root
from muserd.watch import identity, observer
from muserd.watch.identity import Mount
from muserd.watch.ignore import Ignore
from muserd.watch.observer import Watcher

Until = Callable[[Callable[[], object]], None]

pytestmark = pytest.mark.skipif(not Path("/proc/sys/fs/inotify").exists(), reason="no inotify")


class Watched:
    """A watcher with one root, and all it said."""

    def __init__(self, folder: Path, until: Until) -> None:
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
def watched(tmp_path: Path, until: Until) -> Iterator[Watched]:
    folder = tmp_path / "root"
    folder.mkdir()
    it = Watched(folder, until)
    it.begin()
    yield it
    it.gate.set()
    it.watcher.stop()


def test_create_and_close(watched: Watched) -> None:
    (watched.folder / "a.md").write_bytes(b"x")
    watched.until(lambda: ("a.md", True) in watched.dirty)
    assert watched.dirty[0] == ("a.md", False)  # named at once, but not at rest
    assert watched.mode == "watching"


def test_written_in_pieces(watched: Watched) -> None:
    """Only the close says that nobody writes."""
    with open(watched.folder / "a.jpg", "wb", buffering=0) as file:
        file.writelines(bytes([piece]) * 10 for piece in range(5))
        watched.wait_for("a.jpg")
        watched.settle()
        assert not watched.closed("a.jpg")
    watched.until(lambda: watched.closed("a.jpg"))


def test_atomic_save(watched: Watched) -> None:
    (watched.folder / "a.md").write_bytes(b"old")
    watched.settle()
    watched.clear()
    (watched.folder / ".a.md.tmp").write_bytes(b"new")
    os.replace(watched.folder / ".a.md.tmp", watched.folder / "a.md")
    watched.wait_for("a.md")
    watched.settle()
    assert watched.closed("a.md")
    assert ".a.md.tmp" not in watched.named


def test_rename_names_both(watched: Watched) -> None:
    (watched.folder / "a.md").write_bytes(b"x")
    watched.settle()
    watched.clear()
    (watched.folder / "a.md").rename(watched.folder / "A.md")
    watched.until(lambda: {("a.md", True), ("A.md", True)} <= set(watched.dirty))


def test_delete_touch_and_chmod(watched: Watched) -> None:
    path = watched.folder / "a.md"
    path.write_bytes(b"x")
    watched.settle()
    for act in (lambda: os.utime(path), lambda: path.chmod(0o600), path.unlink):
        watched.clear()
        act()
        watched.until(lambda: ("a.md", True) in watched.dirty)


def test_reading_is_no_event(watched: Watched) -> None:
    """200 plain reads must not wake anybody 400 times."""
    (watched.folder / "a.md").write_bytes(b"x")
    watched.settle()
    watched.clear()
    for _ in range(200):
        (watched.folder / "a.md").read_bytes()
        os.listdir(watched.folder)
    watched.settle()
    assert "a.md" not in watched.named


def test_a_hard_link_is_whole_at_once(watched: Watched, tmp_path: Path) -> None:
    (tmp_path / "outside.md").write_bytes(b"x")
    os.link(tmp_path / "outside.md", watched.folder / "b.md")
    watched.wait_for("b.md")
    assert watched.closed("b.md")


def test_a_file_with_several_names_that_is_written(watched: Watched, tmp_path: Path) -> None:
    """An event names one of them; only a scan finds the others."""
    (watched.folder / "a.md").write_bytes(b"x")
    os.link(watched.folder / "a.md", watched.folder / "b.md")
    watched.settle()
    watched.rescans.clear()
    (watched.folder / "b.md").write_bytes(b"more")
    watched.until(lambda: watched.rescans)


def test_what_is_ignored_is_neither_named_nor_watched(watched: Watched) -> None:
    for name in ("node_modules", ".git"):
        (watched.folder / name / "deep").mkdir(parents=True)
        (watched.folder / name / "a.md").write_bytes(b"x")
    (watched.folder / "a.bmp").write_bytes(b"x")
    (watched.folder / "a.pdf").write_bytes(b"x")
    (watched.folder / ".a.md").write_bytes(b"x")
    watched.settle()
    assert watched.named == {name for name in watched.named if name.startswith("fence")}
    assert watched.watcher.stats(watched.root.raw).watches == 1


def test_own_folders_are_not_watched(tmp_path: Path, until: Until) -> None:
    """Else the site that is written would make events that make the site be written."""
    folder = tmp_path / "root"
    (folder / "state" / "site").mkdir(parents=True)
    it = Watched(folder, until)
    it.begin(folder / "state")
    (folder / "state" / "site" / "thumb.webp").write_bytes(b"x")
    it.settle()
    assert not any("thumb" in name for name in it.named)
    it.watcher.stop()


def test_odd_names(watched: Watched) -> None:
    for name in (b"caf\xe9.md", b"new\nline.md", b"a" * 252 + b".md"):
        with open(os.fsencode(watched.folder) + b"/" + name, "wb") as file:
            file.write(b"x")
        watched.until(lambda name=name: (os.fsdecode(name), True) in watched.dirty)


def test_a_tree_made_at_once(watched: Watched) -> None:
    """Files that were there before their folder was watched are named all the same."""
    expected = set()
    for i in range(30):
        folder = watched.folder / "t" / f"{i % 5}" / f"{i}"
        folder.mkdir(parents=True)
        (folder / "x.md").write_bytes(b"x")
        expected.add(f"t/{i % 5}/{i}/x.md")
    watched.wait_for(*expected)
    assert watched.watcher.stats(watched.root.raw).watches == 1 + 1 + 5 + 30


def test_a_folder_moved_in_and_out(watched: Watched, tmp_path: Path) -> None:
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


def test_a_folder_renamed_within(watched: Watched) -> None:
    (watched.folder / "a" / "sub").mkdir(parents=True)
    (watched.folder / "a" / "sub" / "x.md").write_bytes(b"x")
    watched.settle()
    watched.clear()
    (watched.folder / "a").rename(watched.folder / "b")
    watched.wait_for("a", "b/sub/x.md")
    (watched.folder / "b" / "sub" / "y.md").write_bytes(b"x")
    watched.wait_for("b/sub/y.md")
    assert not any(name.startswith("a/") for name in watched.named)


def test_a_folder_that_takes_the_place_of_another(watched: Watched, tmp_path: Path) -> None:
    """What lay below the first one is named by no event: a scan has to find it gone."""
    (watched.folder / "a").mkdir()
    (watched.folder / "a" / "old.md").write_bytes(b"x")
    watched.settle()
    (watched.folder / "a").rename(tmp_path / "out")
    (watched.folder / "a").mkdir()
    watched.until(lambda: watched.rescans)


def test_a_folder_that_takes_the_place_of_a_file(watched: Watched) -> None:
    (watched.folder / "a.md").write_bytes(b"x")
    watched.settle()
    (watched.folder / "a.md").unlink()
    (watched.folder / "a.md").mkdir()
    watched.until(lambda: watched.rescans)


def test_a_tree_deleted(watched: Watched) -> None:
    (watched.folder / "a" / "b").mkdir(parents=True)
    (watched.folder / "a" / "b" / "x.md").write_bytes(b"x")
    watched.settle()
    shutil.rmtree(watched.folder / "a")
    watched.until(lambda: {("a/b/x.md", True), ("a", True)} <= set(watched.dirty))
    watched.settle()
    assert watched.watcher.stats(watched.root.raw).watches == 1


def test_overflow_asks_for_a_scan(watched: Watched) -> None:
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


def test_overflow_that_hides_a_move(watched: Watched, tmp_path: Path) -> None:
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


def test_the_root_removed_and_made_again(watched: Watched) -> None:
    shutil.rmtree(watched.folder)
    watched.until(lambda: watched.rescans)
    assert watched.mode == "polling"
    watched.rescans.clear()
    watched.folder.mkdir()
    watched.until(lambda: watched.mode == "watching")
    watched.until(lambda: watched.rescans)
    (watched.folder / "a.md").write_bytes(b"x")
    watched.wait_for("a.md")


def test_the_root_renamed_away_and_back(watched: Watched, tmp_path: Path) -> None:
    """Under its other name it is no root: what happens there is nobody's business."""
    watched.folder.rename(tmp_path / "other")
    watched.until(lambda: watched.rescans)
    (tmp_path / "other" / "ghost.md").write_bytes(b"x")
    (tmp_path / "other").rename(watched.folder)
    watched.until(lambda: watched.mode == "watching")
    (watched.folder / "a.md").write_bytes(b"x")
    watched.wait_for("a.md")
    assert "ghost.md" not in watched.named


def test_the_folder_above_renamed(tmp_path: Path, until: Until) -> None:
    """No event tells of it; the check does, once a minute."""
    above = tmp_path / "above"
    (above / "root").mkdir(parents=True)
    it = Watched(above / "root", until)
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
    it.watcher.stop()


def test_a_check_of_what_is_well_says_nothing(watched: Watched) -> None:
    watched.watcher.check()
    watched.watcher.check()
    watched.settle()
    assert not watched.rescans


def test_a_root_that_is_not_there_yet(tmp_path: Path, until: Until) -> None:
    it = Watched(tmp_path / "root", until)
    it.begin()
    assert it.mode == "polling"
    assert it.watcher.stats(it.root.raw).reason
    it.folder.mkdir()
    until(lambda: it.mode == "watching")
    it.settle()
    it.watcher.stop()


def test_a_root_by_a_link(tmp_path: Path, until: Until) -> None:
    (tmp_path / "real" / "sub").mkdir(parents=True)
    (tmp_path / "link").symlink_to("real")
    it = Watched(tmp_path / "link", until)
    it.begin()
    (tmp_path / "real" / "sub" / "a.md").write_bytes(b"x")
    it.wait_for("sub/a.md")
    it.watcher.stop()


def test_a_link_that_points_elsewhere_now(tmp_path: Path, until: Until) -> None:
    """Another folder under the same name, and no event: as when a volume is mounted over it."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    (tmp_path / "away").mkdir()
    (tmp_path / "away" / "link").symlink_to(tmp_path / "one")
    it = Watched(tmp_path / "away" / "link", until)
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
    it.watcher.stop()


def test_folders_that_may_not_be_watched(
    open_folder: Path,
    until: Until,
    unprivileged: Callable[[], contextlib.AbstractContextManager[None]],
) -> None:
    """Watchdog takes EACCES for success and keeps a watch of number −1."""
    for name in ("open", "shut", "shut2"):
        (open_folder / name).mkdir()
    for name in ("shut", "shut2"):
        (open_folder / name).chmod(0o000)
    it = Watched(open_folder, until)
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
    it.watcher.stop()


def test_nested_roots(watched: Watched, tmp_path: Path, until: Until) -> None:
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


def test_a_full_watch_table(tmp_path: Path, until: Until, monkeypatch: pytest.MonkeyPatch) -> None:
    """Visible: polling, with the number and the sysctl; tried again later, ever less often."""
    monkeypatch.setattr("muserd.watch.inotify.InotifyFD", Full)
    monkeypatch.setattr(Full, "room", 4)
    folder = tmp_path / "root"
    for i in range(6):
        (folder / f"{i}").mkdir(parents=True)
    it = Watched(folder, until)
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
    it.watcher.stop()


def test_a_watch_table_that_runs_full_later(
    tmp_path: Path, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("muserd.watch.inotify.InotifyFD", Full)
    monkeypatch.setattr(Full, "room", 3)
    (tmp_path / "root").mkdir()
    it = Watched(tmp_path / "root", until)
    it.begin()
    assert it.mode == "watching"
    for i in range(5):
        (it.folder / f"{i}").mkdir()
    until(lambda: it.rescans)
    assert "full" in it.rescans[0]
    assert it.mode == "polling"
    it.watcher.stop()


def test_too_many_inotify_instances(
    tmp_path: Path, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_left() -> InotifyFD:
        raise OSError(errno.EMFILE, "inotify instance limit reached")

    monkeypatch.setattr("muserd.watch.inotify.InotifyFD", none_left)
    it = Watched(tmp_path, until)
    it.begin()
    stats = it.watcher.stats(it.root.raw)
    assert stats.mode == "polling"
    assert "max_user_instances" in stats.reason
    it.watcher.check()
    it.watcher.stop()


def test_network_mounts_get_no_watch(
    tmp_path: Path, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "mount_table", lambda: [Mount(b"/", "fuse.sshfs")])
    it = Watched(tmp_path, until)
    it.begin()
    it.watcher.check()
    stats = it.watcher.stats(it.root.raw)
    assert (stats.mode, stats.watches) == ("polling", 0)
    assert "fuse.sshfs" in stats.reason
    it.watcher.stop()


def test_a_folder_that_is_shut_and_opened(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
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


def test_a_reader_that_died_is_replaced(watched: Watched) -> None:
    source = watched.watcher._source
    assert source is not None
    source.stop()
    (watched.folder / "unseen.md").write_bytes(b"x")
    watched.watcher.check()
    assert watched.rescans
    assert watched.mode == "watching"
    watched.settle()
    assert "unseen.md" not in watched.named  # which is why the scan was asked for


def test_nothing_comes_after_stop(watched: Watched) -> None:
    threads = threading.active_count()
    watched.watcher.stop()
    assert threading.active_count() < threads
    before = list(watched.dirty)
    (watched.folder / "a.md").write_bytes(b"x")
    watched.watcher.check()
    assert watched.dirty == before


def test_no_descriptor_is_left_behind(tmp_path: Path, until: Until) -> None:
    open_before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        it = Watched(tmp_path, until)
        it.begin()
        it.watcher.stop()
    assert len(os.listdir("/proc/self/fd")) == open_before


def test_a_root_may_be_removed_and_added_again(watched: Watched) -> None:
    watched.watcher.remove(watched.root.raw)
    (watched.folder / "unseen.md").write_bytes(b"x")
    watched.begin()
    watched.settle()
    assert "unseen.md" not in watched.named


def test_a_limit_that_cannot_be_read() -> None:
    assert observer._limit("no_such_limit") == "unknown"
