"""Builds the frozen `Status` from the parts of the engine. On the loop's thread only."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec
import psutil

from muserd import __version__
from muserd.engine.answers import RegionInfo
from muserd.engine.gate import Gate
from muserd.engine.ingest.pipeline import Pipeline
from muserd.engine.maps.model import SpaceModel
from muserd.engine.maps.refit.refits import Refits
from muserd.engine.publishing.publisher import Publisher
from muserd.engine.status import (
    Adopting,
    EncoderStatus,
    FitSummary,
    PassedOverKind,
    Progress,
    QueueStatus,
    RootStatus,
    SpaceStatus,
    State,
    Status,
    StoreStatus,
    WorkerStatus,
    unresponsive,
)
from muserd.engine.sync.delete_guard import DeleteGuard
from muserd.engine.sync.roots import Roots, WatchedRoot
from muserd.ground.clock import Clock
from muserd.ground.json_bodies import BySpace
from muserd.ground.names import exact, harmless
from muserd.ground.paths import display
from muserd.ground.records import Region, Space
from muserd.store import schema
from muserd.store.environment import Store
from muserd.workers.encode.host import EncodeWorker


@dataclass(frozen=True, slots=True)
class Page:
    """Where the page is, or why there is none."""

    url: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Sources:
    """What the status is read from."""

    store: Store
    models: Mapping[Space, SpaceModel]
    workers: Mapping[Space, EncodeWorker]
    roots: Roots
    guard: DeleteGuard
    pipeline: Pipeline
    publisher: Publisher
    refits: Refits
    gate: Gate
    adopting: Callable[[], Adopting | None]


@dataclass(frozen=True, slots=True)
class _Land:
    """The regions of a map: counted again only when the map was published or a region changed."""

    revision: int
    records: tuple[Region, ...]
    regions: tuple[RegionInfo, ...]
    outliers: int


class StatusBuilder:
    """Reads the parts. `build` and `regions` run on the loop's thread, `now` on any."""

    def __init__(self, sources: Sources, clock: Clock) -> None:
        self._store = sources.store
        self._models = sources.models
        self._workers = sources.workers
        self._roots = sources.roots
        self._guard = sources.guard
        self._pipeline = sources.pipeline
        self._publisher = sources.publisher
        self._refits = sources.refits
        self._gate = sources.gate
        self._adopting = sources.adopting
        self._clock = clock
        self._started_s = clock.monotonic_s()
        self._process = psutil.Process()
        self._lands: dict[Space, _Land] = {}

    def build(self, page: Page, *, loaded: bool) -> Status:
        """The status at this moment.

        Args:
            page: where the page is.
            loaded: whether the maps are in memory.
        """
        with self._store.read() as reader:
            failures = reader.count(schema.FAILURES)
        problems = self._problems(page)
        return Status(
            state=self._state(problems, loaded=loaded),
            problems=problems,
            pid=os.getpid(),
            version=__version__,
            uptime_s=0.0,
            rss_bytes=0,
            url=page.url,
            revision=self._publisher.revision,
            published_at=self._publisher.published_at_ms,
            queue=QueueStatus(
                pending=self._pipeline.count(), oldest_s=round(self._pipeline.oldest_s(), 1)
            ),
            pauses=tuple(sorted(self._gate.reasons)),
            failures=failures,
            spaces=BySpace(self._space("image"), self._space("text")),
            progress=BySpace(self._progress("image"), self._progress("text")),
            workers=BySpace(self._worker("image"), self._worker("text")),
            roots=tuple(map(self._root, self._roots)),
            store=StoreStatus(
                map_used_bytes=self._store.used_bytes(),
                map_size_bytes=self._store.map_size_bytes,
                disk_free_bytes=self._store.free_disk_bytes(),
            ),
            adopting=self._adopting(),
        )

    def now(self, status: Status, *, alive: bool) -> Status:
        """A status with what can be measured from any thread: age, memory, whether it is true."""
        problems = status.problems if alive else unresponsive(status.problems)
        return msgspec.structs.replace(
            status,
            state=status.state if alive else "degraded",
            problems=problems,
            uptime_s=round(self._clock.monotonic_s() - self._started_s, 1),
            rss_bytes=int(self._process.memory_info().rss),
        )

    def regions(self) -> BySpace[tuple[RegionInfo, ...]]:
        """The regions of both maps with the number of their items, coarse before fine."""
        return BySpace(self._land("image").regions, self._land("text").regions)

    def _state(self, problems: tuple[str, ...], *, loaded: bool) -> State:
        if not loaded:
            return "starting"
        if problems:
            return "degraded"
        if self._gate.adopting:
            return "working"
        if self._gate:
            return "paused"
        busy = self._pipeline.count() or self._refits.job is not None or self._roots.busy
        return "working" if busy else "idle"

    def _problems(self, page: Page) -> tuple[str, ...]:
        problems = [page.problem] if page.problem else []
        for space, worker in self._workers.items():
            if worker.state.stage == "failed":
                problems.append(f"the {space} encoder: {worker.state.message}")
        problems += [f"{space} map: {reason}" for space, reason in self._refits.problems.items()]
        for root in self._roots:
            path = display(root.raw)
            if root.state in {"offline", "denied"}:
                problems.append(f"{path}: {root.state}, {root.reason}")
            if root.problem:
                problems.append(f"{path}: {root.problem}")
        for raw in self._guard.held_roots():
            watched = self._roots.get(raw) is not None
            reason = "disappeared" if watched else "are in no watched folder any more"
            problems.append(
                f"{display(raw)}: {self._guard.held(raw)} files {reason}; their items are kept "
                "for now, or until `muserctl roots confirm`"
            )
        if self._store.crowded:
            share = self._store.used_bytes() / self._store.map_size_bytes
            problems.append(f"{share:.0%} of the store is in use: raise resources.map_size_gb")
        if "disk" in self._gate.reasons:
            problems.append(
                "no new files are read: less free disk space than resources.disk_floor_mb"
            )
        if "map" in self._gate.reasons:
            problems.append("no new files are read: the store is full")
        return tuple(problems)

    def _progress(self, space: Space) -> Progress:
        worker, job = self._workers[space], self._refits.job
        state, pending = worker.state, self._pipeline.count(space)
        fitting = job is not None and job.snapshot.space == space
        stage = "fitting" if fitting else "idle"
        if pending:
            before = state.stage in {"starting", "fetching", "loading", "failed"}
            stage = state.stage if before else "encoding"
        in_fit = job if stage == "fitting" else None
        return Progress(
            stage=stage,
            message=state.message,
            share=in_fit.share if in_fit else state.progress,
            step=in_fit.stage if in_fit else "",
            pending=pending,
            items=int(self._models[space].shown.sum()),
            rate_per_s=round(worker.rate_per_s, 2),
        )

    def _space(self, space: Space) -> SpaceStatus:
        model = self._models[space]
        encoder = self._workers[space].state.encoder or model.encoder
        shown, land = model.shown, self._land(space)
        return SpaceStatus(
            items=int(model.slots.present.sum()),
            settled=int((shown & model.slots.settled).sum()),
            provisional=int((shown & ~model.slots.settled).sum()),
            offline=int((shown & model.slots.offline).sum()),
            incomplete=model.columns.incomplete(shown),
            regions=len(land.regions),
            outliers=land.outliers,
            encoder=EncoderStatus(
                id=encoder.id, label=encoder.label, device=encoder.device, note=encoder.note
            )
            if encoder
            else None,
            fit=FitSummary.of(model.fit) if model.fit else None,
        )

    def _land(self, space: Space) -> _Land:
        model, revision = self._models[space], self._publisher.revision
        records, known = tuple(model.regions.values()), self._lands.get(space)
        if known is not None and known.revision == revision and known.records == records:
            return known
        counts = model.region_counts()
        labels = model.columns.regions[model.shown]
        regions = tuple(
            RegionInfo.of(space, region, counts.get(region.id, 0)) for region in model.living()
        )
        land = _Land(revision, records, regions, int((labels[:, 0] < 0).sum()))
        self._lands[space] = land
        return land

    def _worker(self, space: Space) -> WorkerStatus:
        worker = self._workers[space]
        state = worker.state
        return WorkerStatus(
            stage=state.stage,
            message=state.message,
            pid=state.pid,
            rss_bytes=worker.rss_bytes,
            restarts=state.restarts,
        )

    def _root(self, root: WatchedRoot) -> RootStatus:
        stats = self._roots.watcher.stats(root.raw)
        polled = root.state == "watching" and stats.mode == "polling"
        return RootStatus(
            path=exact(root.raw),
            state="polling" if polled else root.state,
            reason=root.reason or stats.reason,
            mode=stats.mode,
            files=root.files,
            directories=root.directories,
            watches=stats.watches,
            last_scan_at=root.last_scan_at_ms,
            overflows=stats.overflows,
            held=self._guard.held(root.raw),
            passed_over=tuple(
                PassedOverKind(
                    what=harmless(one.what),
                    reason=one.reason,
                    remedy=one.remedy,
                    count=one.count,
                    example=exact(one.example),
                )
                for one in root.passed_over
            ),
        )
