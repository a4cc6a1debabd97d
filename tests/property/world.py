"""A real engine in this process, with real folders, inotify, LMDB and FAISS, and fake workers."""

import contextlib
import hashlib
import os
import stat as modes
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import msgspec
import numpy as np
from msgspec import structs

from muserd.engine import assembly as wiring
from muserd.engine.engine import Engine
from muserd.engine.jobs import Job
from muserd.engine.maps.model import SpaceModel
from muserd.engine.maps.refit import refits
from muserd.engine.publishing import publisher as publishing
from muserd.ground.clock import Clock, SystemClock
from muserd.ground.config import Config, Layout, Resources, Root, Watch
from muserd.ground.kinds import kind_of
from muserd.ground.paths import Places
from muserd.ground.records import SPACE_OF, SPACES, FileState
from muserd.terrain.density import Terrain, stamp
from tests.property.fakes import FakeEncodeWorker, FakeLayoutWorker

WAIT_S = 90.0  # a machine that is busy with other things

QUICK = Config(
    watch=Watch(settle_ms=20, delete_delay_ms=20, hold_delete_count=1_000_000),
    layout=Layout(refit_quiet_s=0, refit_interval_minutes=0),
    resources=Resources(pause_on_battery=False, disk_floor_mb=0, map_size_gb=1),
)


@contextlib.contextmanager
def fakes() -> Iterator[None]:
    """Fake workers, and no waiting for quiet moments, for the length of a block."""
    with (
        mock.patch.object(wiring, "EncodeWorker", FakeEncodeWorker),
        mock.patch.object(wiring, "LayoutWorker", FakeLayoutWorker),
        mock.patch.object(publishing, "_QUIET_S", 0.02),
        mock.patch.object(publishing, "_IMPORT_INTERVAL_S", 0.02),
        mock.patch.object(refits, "_LOOK_S", 0.02),
    ):
        yield


class World:
    """One state directory and its roots. `engine` is running between `start` and `stop`."""

    def __init__(
        self, base: Path, config: Config = QUICK, *, roots: tuple[str, ...] = ("root",)
    ) -> None:
        self.base = base
        self.roots = [base / name for name in roots]  # an absolute name stays what it is
        self.root = self.roots[0]
        for root in self.roots:
            root.mkdir(parents=True, exist_ok=True)
        self.config = structs.replace(config, roots=tuple(Root(str(root)) for root in self.roots))
        self.where = Places(base / "config.toml", base / "state", base / "cache", base / "run")
        self.fatal = 0
        self.engine: Engine | None = None

    def start(self, clock: Clock | None = None) -> "World":
        self.engine = Engine.open(self.config, self.where, clock or SystemClock(), self._on_fatal)
        self.engine.start()
        return self

    def stop(self, *, save: bool = True) -> None:
        """End the engine. Without `save` its caches stay behind the store, as after a kill."""
        engine, self.engine = self.engine, None
        if engine is None:
            return
        if not save:
            for model in engine._parts.models.values():
                model.save = lambda _reader: None  # type: ignore[method-assign]
        engine.stop(30)
        assert not engine._parts.loop.alive
        assert self.fatal == 0, "the indexer failed: see the log"

    @property
    def parts(self) -> wiring.Parts:
        assert self.engine is not None
        return self.engine._parts

    def workers(self) -> list[Any]:
        return list(self.parts.workers.values())

    def answer(self, job: Job) -> dict[str, Any]:
        """What a job ends in; no answer in time is a failure."""
        deadline = time.monotonic() + WAIT_S
        while not job.wait(0.05):
            if job.done:
                break
            assert self.fatal == 0, "the indexer failed: see the log"
            assert time.monotonic() < deadline, f"no answer: {self.engine and self.engine.status()}"
        answer: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(job.result))
        return answer

    def set_roots(self, roots: list[Path]) -> None:
        """The roots of the configuration at the next start."""
        self.roots = roots
        self.config = structs.replace(self.config, roots=tuple(Root(str(root)) for root in roots))

    def let_go(self) -> None:
        """What people say when so much is gone at once: it is meant."""
        assert self.engine is not None
        while list(self.parts.guard.held_roots()):
            self.answer(self.engine.confirm_root(None))
            self.sync()

    def sync(self) -> None:
        assert self.engine is not None
        answer = self.answer(self.engine.sync())
        assert "error" not in answer, answer

    def wait_for(self, condition: Callable[[], bool], timeout_s: float = WAIT_S) -> None:
        deadline = time.monotonic() + timeout_s
        while not condition():
            assert self.fatal == 0, "the indexer failed: see the log"
            assert time.monotonic() < deadline, self.engine and self.engine.status()
            time.sleep(0.01)

    def verify(self) -> list[str]:
        assert self.engine is not None
        return self.answer(self.engine.verify())["problems"]

    # what the store holds, and what the folders hold

    def files(self) -> dict[bytes, tuple[FileState, str, str]]:
        """Every file that the store knows: state, kind, hash (empty for one that failed)."""
        with self.parts.store.read() as reader:
            found = {}
            for file in list(reader.files()):
                item = reader.item(file.item) if file.item is not None else None
                found[file.path] = (file.state, file.kind, item.content.hex() if item else "")
        return found

    def here(self) -> dict[tuple[str, str], int]:
        """The items that have a file: id by kind and hash."""
        with self.parts.store.read() as reader:
            return {
                (item.kind, item.content.hex()): item.id
                for item in reader.items()
                if item.gone_at_ms is None
            }

    def places(self) -> dict[tuple[str, int], tuple[int, float, float, bool]]:
        """By space and item: fit, x, y and whether it is settled, of all that is shown."""
        found = {}
        with self.parts.store.read() as reader:
            for space in SPACES:
                slots = dict(reader.slots(space))
                for slot, place in reader.places(space):
                    item = reader.item(slots[slot]) if slot in slots else None
                    if item is not None and item.gone_at_ms is None:
                        found[space, int(item.id)] = (place.fit, place.x, place.y, place.settled)
        return found

    def tree(self) -> dict[bytes, tuple[str, str]]:
        """What a fresh index would hold: kind and hash, empty for a file that cannot be read."""
        found = {}
        for root in self.roots:
            for folder, _, names in os.walk(os.fsencode(root)):
                for name in names:
                    path = os.path.join(folder, name)
                    stat = os.lstat(path)
                    kind = kind_of(name)
                    hidden = any(part.startswith(b".") for part in path.split(b"/")[-3:])
                    if kind is None or not modes.S_ISREG(stat.st_mode) or hidden:
                        continue
                    readable = stat.st_size > 0 and stat.st_mode & 0o400
                    with open(path, "rb") as file:
                        digest = hashlib.sha256(file.read()).hexdigest()
                    found[path] = (kind, digest if readable else "")
        return found

    def check(self) -> None:
        """The store is what the folders are; every invariant holds."""
        files, tree = self.files(), self.tree()
        assert set(files) == set(tree), sorted(set(files) ^ set(tree))
        for path, (kind, digest) in tree.items():
            state, known_kind, known = files[path]
            assert known_kind == kind, path
            if digest:
                assert (state, known) == (FileState.PRESENT, digest), path
            else:  # never an item, or one that was an item before and is a ghost now
                assert state in {FileState.FAILED, FileState.UNREADABLE}, path
        wanted = {(kind, digest) for _, kind, digest in files.values() if digest}
        assert set(self.here()) == wanted
        assert self.verify() == []
        shown = {key for key, place in self.places().items() if place}
        assert {number for _, number in shown} == set(self.here().values())
        self.check_models()
        self.check_site()

    def check_models(self) -> None:
        """What is in memory is what the store says; an idle engine is looked at."""
        for space, model in self.parts.models.items():
            loaded = SpaceModel(space, self.base / "no-cache")
            with self.parts.store.read() as reader:
                loaded.load(reader)
            with model.lock:
                differences = unlike(model, loaded)
            assert differences == [], f"{space}: {differences} differ between memory and store"

    def check_site(self) -> None:
        """The manifest counts what is there."""
        manifest = self.parts.site.manifest()
        assert manifest is not None
        counts = dict.fromkeys(SPACES, 0)
        for kind, _ in self.here():
            counts[SPACE_OF[kind]] += 1  # type: ignore[index]
        assert {space: manifest.spaces[space].count for space in SPACES} == counts

    def _on_fatal(self) -> None:
        self.fatal += 1


def unlike(one: SpaceModel, other: SpaceModel) -> list[str]:
    """The names of what two models of a space do not have in common."""
    here, shown, count = one.slots.present, one.shown, len(one)
    pairs = {
        "slots": (count, len(other)),
        "items": (one.columns.id, other.columns.id),
        "present": (here, other.slots.present),
        "settled": (one.slots.settled, other.slots.settled),
        "shown": (shown, other.shown),
        "land": (one.land, other.land),
        "flags": (one.columns.flags, other.columns.flags),
        "places": (one.columns.places[shown], other.columns.places[shown]),
        "relaxed": (one.columns.relaxed[shown], other.columns.relaxed[shown]),
        "regions": (one.columns.regions[shown], other.columns.regions[shown]),
        "ranks": (one.columns.rank[shown], other.columns.rank[shown]),
        "vectors": (one.held[here], other.held[here]),
        "neighbours": (one.knn.neighbours[:count][here], other.knn.neighbours[:count][here]),
        "parents": (one.lineage.parent[:count], other.lineage.parent[:count]),
        "fit": (one.fit, other.fit),
        "names": (one.regions, other.regions),
        "cell": (one.cell, other.cell),
    }  # fmt: skip
    found = [name for name, (mine, theirs) in pairs.items() if not np.array_equal(mine, theirs)]
    mine, theirs = one.terrain, other.terrain
    if mine is None or theirs is None:
        return [*found, "terrain"] if mine is not theirs else found
    rounding = 1e-3 * peak(mine)  # of all that came and went
    return found if np.allclose(mine.grid, theirs.grid, atol=rounding) else [*found, "terrain"]


def peak(land: Terrain) -> float:
    """How high a single item stands."""
    blank = replace(land, grid=np.zeros_like(land.grid))
    x0, y0, x1, y1 = land.bounds
    stamp(blank, (x0 + x1) / 2, (y0 + y1) / 2)
    return float(blank.grid.max())


@contextlib.contextmanager
def world(config: Config = QUICK, **more: Any) -> Iterator[World]:
    """A running world in a temporary folder."""
    with tempfile.TemporaryDirectory() as folder, fakes():
        it = World(Path(folder), config, **more).start()
        try:
            yield it
        finally:
            it.stop()
