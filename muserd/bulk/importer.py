"""The import as a whole: plan, encoders, shards by an engine, manifest."""

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from muserd import __version__
from muserd.bulk import folders
from muserd.bulk.engines import Engine, engine_of
from muserd.bulk.plan import Plan, load, save
from muserd.bulk.progress import Progress
from muserd.bulk.request import Made, Request, Work
from muserd.bulk.whole import entry_of
from muserd.ground.config import Config
from muserd.ground.errors import BusyError, ShardError, UsageError, remedy, why
from muserd.ground.locks import FileLock
from muserd.ground.names import exact
from muserd.ground.paths import Places, display
from muserd.ground.records import Space
from muserd.shards import manifest as manifests
from muserd.shards.manifest import MadeBy, Manifest, ShardEntry
from muserd.shards.table import library

LOCK = ".import.lock"
_TEMPORARY = ".tmp-"  # of `ground.atomic.write`
_SAVED_EVERY_S = 5.0
_CORES_OF_GPU = 4  # of a worker with an accelerator: to read and decode what that encodes

Tell = Callable[[str], None]


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """How an import ended: shards and files in the folder, and what it took."""

    to: str
    shards: int
    made: int
    files: int
    items: int
    failed: int
    again: int
    bytes: int
    seconds: float
    encoders: dict[Space, str]


def run(request: Request, config: Config, where: Places, tell: Tell) -> Imported:
    """Import, or go on with an import that was broken off.

    Raises:
        MuserError: it cannot be done; what was done stays, and is not done again.
    """
    library()
    to = request.target
    roots = folders.checked(request.roots, to, config)
    started_s = time.monotonic()
    with _alone(to), contextlib.closing(engine_of(request)) as engine:
        plan = _planned(request, roots, to, config, where, tell)
        before = _before(to, plan)
        work = _work(request, plan, before, config, engine, tell)
        whole = _made(plan, work, before, engine, tell)
    return _summary(to, whole, work, len(whole.made), time.monotonic() - started_s)


class _Whole:
    """The shards that are whole, and the manifest that says so."""

    def __init__(self, plan: Plan, work: Work) -> None:
        self._folder = work.folder
        self._manifest = Manifest(
            format=manifests.FORMAT,
            muser=__version__,
            plan=plan.sha256,
            roots=work.roots,
            encoders=work.encoders,
            wanted=len(plan.shards),
        )
        self._saved_s = time.monotonic()
        self.entries: dict[int, ShardEntry] = {}
        self.made: list[int] = []

    def add(self, number: int, entry: ShardEntry, *, made: bool) -> None:
        """One more."""
        self.entries[number] = entry
        if made:
            self.made.append(number)
        if time.monotonic() - self._saved_s >= _SAVED_EVERY_S:
            self.save()

    def save(self) -> None:
        """Write the manifest. Raises ShardError."""
        with _writing(self._folder):
            self._manifest.with_shards(self.entries.values()).save(self._folder)
        self._saved_s = time.monotonic()


def _made(plan: Plan, work: Work, before: Manifest | None, engine: Engine, tell: Tell) -> _Whole:
    whole = _Whole(plan, work)
    progress = Progress(sum(plan.files), tell)
    listed = {} if before is None else {entry.name: entry for entry in before.shards}
    for number, name in enumerate(plan.shards):
        entry = _listed(work.folder, listed.get(name)) or _found(plan, work, number)
        if entry is not None:
            whole.add(number, entry, made=False)
            progress.add(Made(number=number, entry=entry, found=True))
    whole.save()
    missing = [number for number in range(len(plan.shards)) if number not in whole.entries]
    try:
        for made in engine.made(work, missing) if missing else ():
            whole.add(made.number, made.entry, made=not made.found)
            progress.add(made)
    finally:
        whole.save()
    left = [name for number, name in enumerate(plan.shards) if number not in whole.entries]
    if left:
        raise ShardError(
            f"{len(left)} of {len(plan.shards)} shards were not made, {left[0]} the first",
            "run the same command again: what is done stays",
        )
    return whole


def _listed(folder: Path, entry: ShardEntry | None) -> ShardEntry | None:
    """A shard of the manifest, if it is still there as a whole."""
    try:
        there = entry is not None and os.stat(folder / entry.name).st_size == entry.bytes
    except OSError:
        return None
    return entry if there else None


def _found(plan: Plan, work: Work, number: int) -> ShardEntry | None:
    """A shard that was made after the manifest was written for the last time."""
    made_by = work.encoders[plan.space_of(number)]
    return entry_of(work.folder / plan.shards[number], plan, number, made_by)


@contextlib.contextmanager
def _alone(to: Path) -> Iterator[None]:
    """Hold the folder, made if it is not there, without what a killed import left in it.

    Raises:
        BusyError: another import writes into it.
        ShardError: it cannot be written.
    """
    with _writing(to):
        to.mkdir(parents=True, exist_ok=True)
        host = os.uname().nodename
        lock = FileLock(
            to / LOCK,
            lambda holder: BusyError(
                f"another import writes into {to} ({holder})", "wait for it, or stop it first"
            ),
            f"pid {os.getpid()} on {host}",
        )
    try:
        for left in to.glob(f"{_TEMPORARY}*"):
            left.unlink(missing_ok=True)
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def _writing(to: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ShardError(f"{to} cannot be written: {why(error)}", remedy(error)) from error


def _planned(
    request: Request,
    roots: tuple[bytes, ...],
    to: Path,
    config: Config,
    where: Places,
    tell: Tell,
) -> Plan:
    """The plan that the folder holds, if it is of the same import; else a new one."""
    try:
        plan = load(to)
    except FileNotFoundError:
        if any(to.glob("*.parquet")):
            raise UsageError(
                f"{to} holds files of Parquet that are of no import", "give an empty folder to --to"
            ) from None
        files = folders.planned(roots, request.spaces, config, where, tell)
        with _writing(to):
            return save(to, roots, request.spaces, files, request.shard_files)
    if (plan.roots, plan.spaces) != (roots, request.spaces):
        held = ", ".join(map(display, plan.roots))
        raise UsageError(
            f"{to} holds an import of {held} ({' and '.join(plan.spaces)})",
            "name the same folders and spaces, or another folder with --to",
        )
    return plan


def _before(to: Path, plan: Plan) -> Manifest | None:
    """The manifest of an import that was broken off."""
    try:
        before = manifests.load(to)
    except ShardError:
        return None
    return before if before.plan == plan.sha256 else None


def _work(
    request: Request,
    plan: Plan,
    before: Manifest | None,
    config: Config,
    engine: Engine,
    tell: Tell,
) -> Work:
    """What the workers are told: with the encoders that the import began with, or begins with."""
    kept = {
        space: MadeBy(id=name, label=name, dim=1) for space, name in request.keep.items() if name
    }
    work = Work(
        to=exact(os.fsencode(plan.path.parent)),
        roots=tuple(map(exact, plan.roots)),
        config=msgspec.structs.replace(config, roots=()),
        encoders=kept,
        cores=_CORES_OF_GPU if request.gpus else 1,
        gpus=request.gpus > 0,
        patience_s=request.patience_s,
        muser=__version__,
    )
    encoders = dict(before.encoders) if before is not None else {}
    for space in request.spaces:
        if space not in encoders and plan.first(space) is not None:
            tell(f"opening the {space} encoder")
            encoders[space] = engine.encoder_of(space, plan, work)
            tell(f"{encoders[space].label} makes the vectors of the {space} map")
    return msgspec.structs.replace(work, encoders=encoders)


def _summary(to: Path, whole: _Whole, work: Work, made: int, seconds: float) -> Imported:
    entries = whole.entries.values()
    return Imported(
        to=exact(os.fsencode(to)),
        shards=len(entries),
        made=made,
        files=sum(one.files for one in entries),
        items=sum(one.items for one in entries),
        failed=sum(one.failed for one in entries),
        again=sum(one.again for one in entries),
        bytes=sum(one.bytes for one in entries),
        seconds=round(seconds, 1),
        encoders={space: one.id for space, one in work.encoders.items()},
    )
