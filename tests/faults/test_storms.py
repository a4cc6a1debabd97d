"""Whatever happens in a folder: once it is quiet, what was heard of it equals what a scan finds.

A follower does with events and scans what the indexer does, without a daemon: events mark paths,
settled paths are looked at, a scan is asked for when events are not enough.
"""

import errno
import os
import random
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, SimpleQueue

import pytest

from muserd.ground.config import Root
from muserd.ground.paths import is_inside
from muserd.ground.records import FileStat
from muserd.watch.ignore import Ignore
from muserd.watch.observer import Watcher
from muserd.watch.scan import look, scan
from muserd.watch.settle import Settler
from tests.soak import seeds

pytestmark = pytest.mark.skipif(not Path("/proc/sys/fs/inotify").exists(), reason="no inotify")


class Follower:
    """Keeps `known` in step with a folder."""

    def __init__(self, folder: Path) -> None:
        self.root = Root(str(folder))
        self.folder = folder
        self.known: dict[bytes, FileStat] = {}
        self.scans = 0
        self.gate = threading.Event()
        self.gate.set()
        self._ignore = Ignore(self.root, (), ())
        self._heard: SimpleQueue[tuple[bytes, bool] | None] = SimpleQueue()
        self._settler = Settler(20, 40)
        self.watcher = Watcher(self._on_dirty, lambda root, reason: self._heard.put(None))
        self.watcher.add(self.root, self._ignore)
        self._scan()

    def _on_dirty(self, root: bytes, path: bytes, closed: bool) -> None:
        self.gate.wait(60)
        self._heard.put((path, closed))

    def turn(self) -> bool:
        """Do what is due; whether there was, or will be, anything."""
        busy = False
        try:
            while True:
                heard = self._heard.get_nowait()
                busy = True
                if heard is None:
                    self._scan()
                else:
                    self._settler.mark(self.root.raw, heard[0], time.monotonic(), heard[1])
        except Empty:
            pass
        for _, path in self._settler.due(time.monotonic(), look):
            busy = True
            stat = look(path)
            if stat is not None:
                if not self._ignore.skips_file(path):
                    self.known[path] = stat
            else:
                for gone in [one for one in self.known if is_inside(one, path)]:
                    del self.known[gone]
        return busy or len(self._settler) > 0

    def _scan(self) -> None:
        result = scan(self.root, self._ignore, lambda: False)
        self.scans += 1
        if result.complete:
            self.known = {path: seen.stat for path, seen in result.files.items()}

    def rest(self) -> None:
        """Until it is quiet: a last file was heard of, and nothing settles any more."""
        fence = self.folder / f"fence-{random.random()}.md"
        fence.write_bytes(b"x")
        deadline, quiet = time.monotonic() + 60, 0
        while quiet < 3 or os.fsencode(fence) not in self.known:
            assert time.monotonic() < deadline, "it never came to rest"
            quiet = 0 if self.turn() else quiet + 1
            time.sleep(0.01)

    def check(self) -> None:
        """What is known is what is there. A ctime may differ: that of a file changes with every
        other name that it gets or loses, and no event names this one.
        """
        truth = scan(self.root, self._ignore, lambda: False)
        assert truth.complete
        there = {path: content_of(seen.stat) for path, seen in truth.files.items()}
        assert {path: content_of(stat) for path, stat in self.known.items()} == there


@pytest.fixture
def follower(tmp_path: Path) -> Iterator[Follower]:
    (tmp_path / "root").mkdir()
    (tmp_path / "outside").mkdir()
    it = Follower(tmp_path / "root")
    yield it
    it.gate.set()
    it.watcher.stop()


def content_of(stat: FileStat) -> tuple[int, int, int]:
    return stat.size, stat.mtime_ns, stat.inode


class Person:
    """Does random things to a folder."""

    def __init__(self, root: Path, outside: Path, seed: int) -> None:
        self.root = root
        self.outside = outside
        self.dice = random.Random(seed)
        self.open: list = []
        self.acts: list[Callable[[], object]] = [
            *([self.write] * 6),
            *([self.save] * 3),
            *([self.folder] * 3),
            *([self.rename] * 4),
            *([self.rename_folder] * 3),
            *([self.delete] * 3),
            self.delete_tree,
            self.move_out,
            self.move_in,
            self.hard_link,
            self.link,
            self.begin,
            self.end,
            self.swap,
            self.replace_by_folder,
            self.touch,
            self.copy_tree,
        ]

    def act(self) -> None:
        try:
            self.dice.choice(self.acts)()
        except (FileNotFoundError, FileExistsError, NotADirectoryError, IsADirectoryError):
            pass
        except OSError as error:
            # into itself, not empty, a loop of links, too deep: what a person meets now and then
            if error.errno not in {errno.EINVAL, errno.ENOTEMPTY, errno.ELOOP, errno.ENAMETOOLONG}:
                raise

    def folders(self) -> list[Path]:
        return [self.root, *(p for p in self.root.rglob("*") if p.is_dir() and not p.is_symlink())]

    def some_folder(self) -> Path:
        return self.dice.choice(self.folders())

    def some_file(self) -> Path:
        files = [p for p in self.root.rglob("*") if not p.is_dir() or p.is_symlink()]
        return self.dice.choice(files) if files else self.root / "none"

    def name(self) -> Path:
        stem = self.dice.choice("abcdefgh")
        return self.some_folder() / f"{stem}{self.dice.choice(['.md', '.jpg', '.txt', '.tmp'])}"

    def bytes(self) -> bytes:
        return self.dice.randbytes(self.dice.randrange(1, 40))

    def write(self) -> None:
        self.name().write_bytes(self.bytes())

    def save(self) -> None:
        path = self.name()
        temporary = path.with_name(f".{path.name}.part")
        temporary.write_bytes(self.bytes())
        os.replace(temporary, path)

    def folder(self) -> None:
        (self.some_folder() / self.dice.choice("xyz") / self.dice.choice("uvw")).mkdir(parents=True)

    def rename(self) -> None:
        self.some_file().rename(self.name())

    def rename_folder(self) -> None:
        folder = self.some_folder()
        if folder != self.root:
            folder.rename(self.some_folder() / self.dice.choice("xyzuvw"))

    def delete(self) -> None:
        self.some_file().unlink()

    def delete_tree(self) -> None:
        folder = self.some_folder()
        if folder != self.root:
            shutil.rmtree(folder)

    def move_out(self) -> None:
        folder = self.some_folder()
        if folder != self.root:
            folder.rename(self.outside / str(self.dice.random()))

    def move_in(self) -> None:
        waiting = list(self.outside.iterdir())
        if waiting:
            self.dice.choice(waiting).rename(self.some_folder() / self.dice.choice("xyzuvw"))

    def hard_link(self) -> None:
        if not self.open:  # else a file may be written that lost the name it was opened by
            os.link(self.some_file(), self.name(), follow_symlinks=False)

    def link(self) -> None:
        self.name().symlink_to(self.dice.choice(["a.md", "..", "nowhere"]))

    def begin(self) -> None:
        path = self.name()
        if not path.exists():
            self.open.append(open(path, "wb", buffering=0))  # noqa: SIM115 - closed by `end`
            self.open[-1].write(self.bytes())

    def end(self) -> None:
        if self.open:
            with self.open.pop() as file:
                file.write(self.bytes())

    def swap(self) -> None:
        one, two = self.some_folder(), self.some_folder()
        if self.root not in {one, two} and one != two:
            between = self.outside / "between"
            one.rename(between)
            two.rename(one)
            between.rename(two)

    def replace_by_folder(self) -> None:
        path = self.some_file()
        path.unlink()
        path.mkdir()

    def touch(self) -> None:
        path = self.some_file()
        if path.lstat().st_nlink == 1:  # else the other names are touched too, and none is named
            os.utime(path, ns=(1, self.dice.randrange(10**18)), follow_symlinks=False)

    def copy_tree(self) -> None:
        target = self.some_folder() / self.dice.choice("xyz")
        source = self.some_folder()
        if not target.is_relative_to(source) and len(list(source.rglob("*"))) < 50:
            shutil.copytree(source, target, symlinks=True)


def live(follower: Follower, outside: Path, seed: int, acts: int) -> None:
    person = Person(follower.folder, outside, seed)
    try:
        for number in range(acts):
            person.act()
            if number % 7 == seed % 7:
                follower.turn()
                time.sleep(person.dice.choice((0, 0.005, 0.03)))
    finally:
        while person.open:
            person.end()
    follower.rest()
    follower.check()


@pytest.mark.parametrize("seed", range(15))
def test_a_life(follower: Follower, tmp_path: Path, seed: int) -> None:
    for part in range(2):
        live(follower, tmp_path / "outside", 100 * seed + part, acts=60)


@pytest.mark.soak
@pytest.mark.parametrize("seed", seeds(1_000, 2_000))
def test_many_lives(follower: Follower, tmp_path: Path, seed: int) -> None:
    for part in range(4):
        live(follower, tmp_path / "outside", 100 * seed + part, acts=150)


def test_nine_thousand_files_before_a_stalled_reader(follower: Follower) -> None:
    """The queue overflows; watchdog alone lets 685 of 9,000 arrive."""
    follower.gate.clear()
    (follower.folder / "first.md").write_bytes(b"x")
    for number in range(9_000):
        os.close(os.open(follower.folder / f"{number}.md", os.O_CREAT | os.O_WRONLY))
    follower.gate.set()
    follower.rest()
    follower.check()
    assert len(follower.known) == 9_002
    stats = follower.watcher.stats(follower.root.raw)
    assert stats.mode == "watching"
    if int(Path("/proc/sys/fs/inotify/max_queued_events").read_text()) < 18_000:
        assert stats.overflows > 0
        assert follower.scans > 1


def test_a_tree_of_twenty_thousand_files_moved(follower: Follower, tmp_path: Path) -> None:
    """In, to another name, out and in again."""
    tree = tmp_path / "outside" / "tree"
    for folder in range(200):
        (tree / f"{folder % 10}" / f"{folder}").mkdir(parents=True)
        for number in range(100):
            path = tree / f"{folder % 10}" / f"{folder}" / f"{number}.md"
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY))
    for source, target, count in (
        (tree, follower.folder / "a", 20_001),
        (follower.folder / "a", follower.folder / "b", 20_002),
        (follower.folder / "b", tree, 3),
        (tree, follower.folder / "b", 20_004),
    ):
        source.rename(target)
        follower.rest()
        follower.check()
        assert len(follower.known) == count
    assert follower.watcher.stats(follower.root.raw).watches == 1 + 1 + 10 + 200


def test_a_root_that_comes_and_goes(follower: Follower, tmp_path: Path) -> None:
    """While it is away nothing is concluded; when it is back, all that changed is seen."""
    (follower.folder / "sub").mkdir()
    (follower.folder / "sub" / "a.md").write_bytes(b"x")
    follower.rest()
    known = dict(follower.known)
    follower.folder.rename(tmp_path / "away")
    deadline = time.monotonic() + 20
    while follower.watcher.stats(follower.root.raw).mode != "polling":
        assert time.monotonic() < deadline
        time.sleep(0.01)
    for _ in range(10):
        follower.turn()
        time.sleep(0.01)
    assert follower.known == known
    (tmp_path / "away" / "sub" / "b.md").write_bytes(b"x")
    (tmp_path / "away").rename(follower.folder)
    follower.rest()
    follower.check()
    assert os.fsencode(follower.folder / "sub" / "b.md") in follower.known
