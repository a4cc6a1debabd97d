"""Whatever people do in their folders: once quiet, the store equals a fresh index of the tree.

A real engine on a real folder; only the encoders and the layout are fakes.
"""

import contextlib
import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from msgspec import structs

from muserd.ground.config import Root
from muserd.ground.records import SPACES, FileState, Space
from tests.property.world import QUICK, World, fakes
from tests.soak import seeds

pytestmark = [
    pytest.mark.skipif(not Path("/proc/sys/fs/inotify").exists(), reason="no inotify"),
    pytest.mark.timeout(600),
]

FOLDERS = st.sampled_from(["", "a", "b", "a/c"])
NAMES = st.sampled_from(
    [b"one.md", b"two.md", b"three.txt", b"p.png", b"q.jpg", b"new\nline.md", b"\xff\xfe.md"]
)
CONTENTS = st.sampled_from([b"", *(b"content %d" % number for number in range(6))])
ENDS_OF_TIME = st.sampled_from(  # seconds: NTFS, 64 bits of nanoseconds, 34 and 64 of seconds
    [-11_644_473_600, -9_223_372_037, -1, 0, 2**31, 9_223_372_037, 2**33, 2**34, 2**40]
)
SEEDS = 17  # more than the smallest map has: places come from a fit


@contextlib.contextmanager
def refused() -> Iterator[None]:
    """What the system does not let people do: the file is a folder, a link to nowhere or itself."""
    try:
        yield
    except OSError as error:
        if error.errno not in {errno.EISDIR, errno.ENOENT, errno.ELOOP}:
            raise


class Life(RuleBasedStateMachine):
    """One folder, one state directory, one engine that is stopped and started."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = contextlib.ExitStack()
        folder = self.stack.enter_context(tempfile.TemporaryDirectory())
        self.stack.enter_context(fakes())
        self.folder = Path(folder)
        self.world = World(self.folder, QUICK)
        self.root = self.world.root
        self.outside = Path(folder) / "outside"
        self.outside.mkdir()
        self.second = Path(folder) / "second"  # a root that comes and goes
        self.second.mkdir()
        self.away = False
        self.left: set[bytes] = set()  # what the root held when it went away
        self.parked = 0
        self.gate_is_open = True
        self.ids: dict[tuple[str, str], int] = {}
        self.seen: dict[tuple[str, int, int], tuple[float, float]] = {}

    @initialize(
        seeds=st.sampled_from([0, 3, SEEDS]),
        keep_days=st.sampled_from([0, 30]),
        hold=st.sampled_from([3, 1_000_000]),
    )
    def begin(self, seeds: int, keep_days: int, hold: int) -> None:
        """With `keep_days` 0 a restart forgets what was deleted before; so many files that go
        within a while must be confirmed.
        """
        self.keep_days = keep_days
        resources = structs.replace(QUICK.resources, keep_deleted_days=keep_days)
        watch = structs.replace(QUICK.watch, hold_delete_count=hold)
        config = structs.replace(QUICK, resources=resources, watch=watch)
        self.world = World(self.folder, config)
        (self.root / "seeds").mkdir()
        for number in range(seeds):
            (self.root / "seeds" / f"{number}.md").write_bytes(b"seed %d" % number)
        (self.root / "one.md").write_bytes(b"content 0")
        (self.root / "p.png").write_bytes(b"")
        self.world.start()
        self.check()

    # what people do

    def path(self, folder: str, name: bytes) -> Path:
        path = self.root / folder
        path.mkdir(parents=True, exist_ok=True)
        return path / os.fsdecode(name)

    @precondition(lambda self: not self.away)
    @rule(folder=FOLDERS, name=NAMES, content=CONTENTS)
    def write(self, folder: str, name: bytes, content: bytes) -> None:
        with refused():
            self.path(folder, name).write_bytes(content)

    @precondition(lambda self: not self.away)
    @rule(folder=FOLDERS, name=NAMES, content=CONTENTS)
    def write_in_pieces(self, folder: str, name: bytes, content: bytes) -> None:
        with refused(), self.path(folder, name).open("wb", buffering=0) as file:
            file.write(b"half ")
            self.world.wait_for(lambda: True)
            file.write(content)

    @precondition(lambda self: not self.away)
    @rule(folder=FOLDERS, name=NAMES, content=CONTENTS)
    def save(self, folder: str, name: bytes, content: bytes) -> None:
        path = self.path(folder, name)
        aside = path.with_name(f".{path.name}.swp")
        aside.write_bytes(content)
        os.replace(aside, path)

    @precondition(lambda self: not self.away)
    @rule(folder=FOLDERS, name=NAMES, to=FOLDERS, other=NAMES)
    def rename(self, folder: str, name: bytes, to: str, other: bytes) -> None:
        with contextlib.suppress(FileNotFoundError):
            self.path(folder, name).rename(self.path(to, other))

    @precondition(lambda self: not self.away)
    @rule(folder=FOLDERS, name=NAMES, to=FOLDERS, other=NAMES)
    def swap(self, folder: str, name: bytes, to: str, other: bytes) -> None:
        one, two, between = self.path(folder, name), self.path(to, other), self.outside / "swap"
        if one != two and one.is_file() and two.is_file():
            one.rename(between)
            two.rename(one)
            between.rename(two)

    @precondition(lambda self: not self.away)
    @rule(folder=FOLDERS, name=NAMES)
    def delete(self, folder: str, name: bytes) -> None:
        self.path(folder, name).unlink(missing_ok=True)

    @precondition(lambda self: not self.away)
    @rule(folder=st.sampled_from(["a", "b", "seeds"]))
    def delete_folder(self, folder: str) -> None:
        shutil.rmtree(self.root / folder, ignore_errors=True)

    @precondition(lambda self: not self.away)
    @rule(folder=st.sampled_from(["a", "b", "seeds"]))
    def move_folder_out(self, folder: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            (self.root / folder).rename(self.outside / f"parked-{self.parked}")
            self.parked += 1

    @precondition(lambda self: not self.away and self.parked > 0)
    @rule(name=st.sampled_from(["a", "b", "came"]))
    def move_folder_in(self, name: str) -> None:
        with contextlib.suppress(FileNotFoundError, FileExistsError, OSError):
            (self.outside / f"parked-{self.parked - 1}").rename(self.root / name)

    @precondition(lambda self: not self.away)
    @rule(source=st.sampled_from(["a", "b"]), name=st.sampled_from(["a/c", "b", "renamed"]))
    def rename_folder(self, source: str, name: str) -> None:
        with contextlib.suppress(OSError):
            (self.root / source).rename(self.root / name)

    @precondition(lambda self: not self.away)
    @rule(folder=FOLDERS, name=NAMES, mode=st.sampled_from([0o000, 0o644]))
    def chmod(self, folder: str, name: bytes, mode: int) -> None:
        path = self.path(folder, name)
        if path.is_file() and not path.is_symlink():
            path.chmod(mode)

    @precondition(lambda self: not self.away)
    @rule(folder=FOLDERS, name=NAMES, to=st.sampled_from(["one.md", "..", "nowhere"]))
    def symlink(self, folder: str, name: bytes, to: str) -> None:
        path = self.path(folder, name)
        path.unlink(missing_ok=True)
        path.symlink_to(to)

    @precondition(lambda self: not self.away)
    @rule(folder=FOLDERS, name=NAMES, to=FOLDERS, other=NAMES)
    def hard_link(self, folder: str, name: bytes, to: str, other: bytes) -> None:
        with contextlib.suppress(FileNotFoundError, FileExistsError):
            os.link(self.path(folder, name), self.path(to, other), follow_symlinks=False)

    @precondition(lambda self: not self.away)
    @rule(folder=FOLDERS, name=NAMES, to=FOLDERS, other=NAMES)
    def copy(self, folder: str, name: bytes, to: str, other: bytes) -> None:
        with contextlib.suppress(FileNotFoundError, shutil.SameFileError, OSError):
            shutil.copy2(self.path(folder, name), self.path(to, other))

    @precondition(lambda self: not self.away)
    @rule(folder=FOLDERS, name=NAMES, seconds=st.sampled_from([-(10**8), 0, 10**8]))
    def touch(self, folder: str, name: bytes, seconds: int) -> None:
        path = self.path(folder, name)
        if path.is_file() and not path.is_symlink():
            now = path.stat().st_mtime
            os.utime(path, (now, now + seconds))

    @precondition(lambda self: not self.away)
    @rule(folder=FOLDERS, name=NAMES, seconds=ENDS_OF_TIME)
    def date(self, folder: str, name: bytes, seconds: int) -> None:
        """Times at the ends of what a file system, or a field of the store, can hold."""
        path = self.path(folder, name)
        if path.is_file() and not path.is_symlink():
            with contextlib.suppress(OSError):  # not every file system has them
                os.utime(path, (seconds, seconds))

    @precondition(lambda self: not self.away)
    @rule(count=st.integers(1, 8))
    def delete_slowly(self, count: int) -> None:
        """One file after the other; each is seen to be gone before the next one goes."""
        for path in sorted((self.root / "seeds").glob("*.md"))[:count]:
            path.unlink()
            if self.gate_is_open:
                self.world.wait_for(lambda path=path: not self.is_known(path))  # type: ignore[misc]

    def is_known(self, path: Path) -> bool:
        state = self.world.files().get(os.fsencode(path))
        return state is not None and state[0] is not FileState.OFFLINE

    @rule(name=NAMES, content=CONTENTS)
    def write_in_second(self, name: bytes, content: bytes) -> None:
        with refused():
            (self.second / os.fsdecode(name)).write_bytes(content)

    # what happens to the roots, to the encoders, and to Muser

    @rule(is_open=st.booleans())
    def gate(self, is_open: bool) -> None:
        """Whether the workers answer."""
        self.gate_is_open = is_open
        self.set_gates()

    def set_gates(self) -> None:
        for worker in self.world.workers():
            (worker.gate.set if self.gate_is_open else worker.gate.clear)()

    @rule()
    def add_second(self) -> None:
        assert self.world.engine is not None
        answer = self.world.answer(self.world.engine.add_root(Root(str(self.second))))
        assert "error" not in answer, answer
        self.world.roots = [self.root, self.second]

    @precondition(lambda self: self.second in self.world.roots)
    @rule()
    def remove_second(self) -> None:
        assert self.world.engine is not None
        self.world.answer(self.world.engine.remove_root(os.fsencode(self.second)))
        self.world.roots = [self.root]

    @rule(with_second=st.booleans(), save=st.booleans())
    def restart_with_other_roots(self, with_second: bool, save: bool) -> None:
        """The configuration was edited while Muser was down."""
        self.world.stop(save=save)
        self.world.set_roots([self.root, self.second] if with_second else [self.root])
        self.world.start()
        self.set_gates()

    @rule(space=st.sampled_from(SPACES), encoder=st.sampled_from(["fake", "other", "alike"]))
    def switch(self, space: Space, encoder: str) -> None:
        """The configuration names an encoder, and people say that it should be used."""
        encoders = structs.replace(self.world.config.encoders, **{space: encoder})
        self.world.stop()
        self.world.set_roots(self.world.roots)
        self.world.config = structs.replace(self.world.config, encoders=encoders)
        self.world.start()
        self.set_gates()
        assert self.world.engine is not None
        self.world.answer(self.world.engine.switch_encoder(space))
        self.forget_places(space)

    @rule(space=st.sampled_from(SPACES))
    def switch_at_once(self, space: Space) -> None:
        """Everything is encoded anew, in the middle of whatever goes on."""
        assert self.world.engine is not None
        self.world.answer(self.world.engine.switch_encoder(space))
        self.forget_places(space)

    def forget_places(self, space: Space) -> None:
        """The fits of another encoder begin at 1 again."""
        self.seen = {key: place for key, place in self.seen.items() if key[0] != space}

    @precondition(lambda self: not self.away)
    @rule()
    def unmount(self) -> None:
        inside = os.fsencode(self.root) + b"/"
        self.left = {path for path in self.world.tree() if path.startswith(inside)}
        self.root.rename(self.root.with_name("away"))
        self.away = True

    @precondition(lambda self: self.away)
    @rule()
    def mount(self) -> None:
        self.root.with_name("away").rename(self.root)
        self.away = False

    @rule(save=st.booleans())
    def restart(self, save: bool) -> None:
        self.world.stop(save=save)
        self.world.set_roots(self.world.roots)
        self.world.start()
        self.set_gates()

    @rule(force=st.booleans())
    def rescan(self, force: bool) -> None:
        assert self.world.engine is not None
        self.world.engine.rescan(None, force=force)

    @rule(fresh=st.booleans())
    def refit(self, fresh: bool) -> None:
        assert self.world.engine is not None
        self.world.engine.refit(None, fresh=fresh)

    # what must hold

    @rule()
    def look(self) -> None:
        self.check()

    @rule()
    def look_again(self) -> None:
        self.check()

    def check(self) -> None:
        self.gate_is_open = True
        self.set_gates()
        before = self.world.files() if self.away else {}
        self.world.sync()
        if not self.away:
            self.world.let_go()
        if self.away:
            self.check_ghosts(before)
        else:
            self.world.check()
        for key, number in self.world.here().items():
            if self.keep_days:
                assert self.ids.setdefault(key, number) == number, "a content got another item"
        for (space, item), (fit, x, y, _) in self.world.places().items():
            known = self.seen.setdefault((space, item, fit), (x, y))
            assert known == (x, y), f"item {item} moved without a refit"

    def check_ghosts(self, before: dict) -> None:
        """Nothing that is there is forgotten while the root is away; what waited to be read may
        fail. A deletion that was seen before may be carried out now.
        """
        inside = os.fsencode(self.root) + b"/"
        after = {p: file for p, file in self.world.files().items() if p.startswith(inside)}
        assert {path for path in self.left & set(before) if before[path][2]} <= set(after)
        ghosts = {FileState.OFFLINE, FileState.FAILED}
        assert {state for state, _, _ in after.values()} <= ghosts
        assert self.world.verify() == []

    def teardown(self) -> None:
        try:
            if self.world.engine is not None:
                if self.away:
                    self.mount()
                self.check()
                self.check_fresh()
        finally:
            self.world.stop()
            self.stack.close()

    def check_fresh(self) -> None:
        """The same tree indexed from nothing gives the same store."""
        here, files = set(self.world.here()), self.world.files()
        roots = tuple(map(str, self.world.roots))
        fresh = World(self.world.base / "fresh", QUICK, roots=roots).start()
        try:
            fresh.sync()
            fresh.check()
            unread = {path for path, (_, _, digest) in fresh.files().items() if not digest}
            ghosts = {files[path][1:] for path in unread if files[path][2]}
            assert here - ghosts <= set(fresh.here()) <= here
            assert {p: f for p, f in fresh.files().items() if p not in unread} == {
                p: f for p, f in files.items() if p not in unread
            }
        finally:
            fresh.stop()


def run(examples: int, steps: int, number: int | None = None) -> None:
    """So many lives; those of a numbered run are the same each time."""
    life = Life if number is None else seed(number)(type("Life", (Life,), {}))
    run_state_machine_as_test(
        life,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            # a life takes a second: a failure is printed with its steps, and shortened by hand
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )


@pytest.mark.slow
def test_a_life() -> None:
    run(examples=25, steps=12)


@pytest.mark.soak
@pytest.mark.timeout(7_200)
@pytest.mark.parametrize("number", seeds(0, 200))
def test_many_lives(number: int) -> None:
    run(examples=20, steps=40, number=number)
