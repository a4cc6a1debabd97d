"""What muserd says of itself: status, health, items, regions, failures, fits, roots."""

import os
from collections.abc import Iterator, Mapping
from typing import Any

import psutil

from muserd import __version__
from muserd.engine.ingest.gate import Gate
from muserd.engine.ingest.queue import ReadQueue
from muserd.engine.maps.model import SpaceModel
from muserd.engine.maps.refit.history import described
from muserd.engine.maps.refit.refits import Refits
from muserd.engine.publishing.publisher import Publisher
from muserd.engine.sync.roots import Roots, WatchedRoot
from muserd.ground.clock import Clock
from muserd.ground.paths import display
from muserd.ground.records import SPACE_OF, SPACES, ItemRecord, Slot, Space
from muserd.publish.columns import OFFLINE
from muserd.store import schema
from muserd.store.environment import Store
from muserd.workers.encode.host import EncodeWorker

SCHEMA = 1


class StatusReport:
    """Thread-safe: it only reads."""

    def __init__(
        self,
        store: Store,
        models: Mapping[Space, SpaceModel],
        workers: Mapping[Space, EncodeWorker],
        roots: Roots,
        queue: ReadQueue,
        publisher: Publisher,
        refits: Refits,
        pauses: Gate,
        clock: Clock,
    ) -> None:
        self._store = store
        self._models = models
        self._workers = workers
        self._roots = roots
        self._queue = queue
        self._publisher = publisher
        self._refits = refits
        self._pauses = pauses
        self._clock = clock
        self._started_s = clock.monotonic_s()
        self._process = psutil.Process()

    def status(self, *, url: str, alive: bool, loaded: bool) -> dict[str, Any]:
        """The object of `muserctl status --json`."""
        with self._store.read() as reader:
            failures = reader.count(schema.FAILURES)
        store = self._store
        return {
            "schema": SCHEMA,
            "state": self.state(alive=alive, loaded=loaded),
            "problems": self.problems(alive=alive),
            "pid": os.getpid(),
            "version": __version__,
            "uptime_s": round(self._clock.monotonic_s() - self._started_s, 1),
            "rss_bytes": int(self._process.memory_info().rss),
            "url": url,
            "revision": self._publisher.revision,
            "published_at": self._publisher.published_at_ms,
            "queue": {
                "pending": self._queue.count(),
                "oldest_s": round(self._queue.oldest_s(), 1),
            },
            "pauses": sorted(self._pauses.reasons),
            "failures": failures,
            "spaces": {space: self._space(space) for space in SPACES},
            "progress": {space: self.progress(space) for space in SPACES},
            "workers": {space: self._worker(space) for space in SPACES},
            "roots": self.roots(),
            "store": {
                "map_used_bytes": store.used_bytes(),
                "map_size_bytes": store.map_size_bytes,
                "disk_free_bytes": store.free_disk_bytes(),
            },
        }

    def state(self, *, alive: bool, loaded: bool) -> str:
        """One word: starting, idle, working, paused or degraded."""
        if not loaded and alive:
            return "starting"
        if self.problems(alive=alive):
            return "degraded"
        if self._pauses:
            return "paused"
        busy = self._queue.count() or self._refits.job is not None or self._roots.busy
        return "working" if busy else "idle"

    def problems(self, *, alive: bool) -> list[str]:
        """What does not work as it should, in words; empty when all is well."""
        problems = [] if alive else ["the indexer does not answer"]
        for space in SPACES:
            state = self._workers[space].state
            if state.stage == "failed":
                problems.append(f"the {space} encoder: {state.message}")
        problems += [f"{space} map: {why}" for space, why in self._refits.problems.items()]
        for root in self._roots:
            if root.state in {"offline", "denied"}:
                problems.append(f"{display(root.raw)}: {root.state}, {root.reason}")
            if root.held:
                problems.append(
                    f"{display(root.raw)}: {root.held} files are gone at once and kept for now;"
                    " muserctl roots confirm lets them go"
                )
        if self._pauses.crowded:
            share = self._store.used_bytes() / self._store.map_size_bytes
            problems.append(f"{share:.0%} of the store is in use: raise resources.map_size_gb")
        problems += [
            f"intake rests: {why}" for why in sorted(self._pauses.reasons & {"disk", "map"})
        ]
        return problems

    def progress(self, space: Space) -> dict[str, Any]:
        """What one space is doing: for the bars of a terminal and the page's status line."""
        worker, job = self._workers[space], self._refits.job
        pending = self._queue.count(space)
        fitting = job is not None and job.snapshot.space == space
        stage = "idle"
        if worker.state.stage in {"starting", "fetching", "loading", "failed"} and pending:
            stage = worker.state.stage
        elif pending:
            stage = "encoding"
        elif fitting:
            stage = "fitting"
        return {
            "stage": stage,
            "message": worker.state.message,
            "share": job.share if job and stage == "fitting" else worker.state.progress,
            "step": job.stage if job and stage == "fitting" else "",
            "pending": pending,
            "items": int(self._models[space].shown.sum()),
            "rate_per_s": round(worker.rate_per_s, 2),
        }

    def brief(self, *, alive: bool, loaded: bool) -> dict[str, Any]:
        """The data of a `status` event: docs/formats.md."""
        spaces: dict[str, Any] = {}
        for space in SPACES:
            progress = self.progress(space)
            encoder = self._models[space].encoder
            spaces[space] = {
                "items": progress["items"],
                "pending": progress["pending"],
                "encoder": encoder.label if encoder else "",
                "stage": progress["stage"],
                "message": progress["message"],
                "progress": progress["share"],
            }
        with self._store.read() as reader:
            failures = reader.count(schema.FAILURES)
        state = self.state(alive=alive, loaded=loaded)
        return {"state": state, "spaces": spaces, "failures": failures}

    def items(self, space: Space | None) -> Iterator[dict[str, Any]]:
        """Every item that has a file, by id."""
        with self._store.read() as reader:
            for record in reader.items():
                if record.gone_at_ms is None and space in {None, SPACE_OF[record.kind]}:
                    paths = [display(path) for path in reader.paths(record.id)]
                    yield {**self._item(record), "paths": paths}

    def regions(self, space: Space | None) -> Iterator[dict[str, Any]]:
        """Every living region, coarse before fine."""
        for one in SPACES if space is None else (space,):
            model = self._models[one]
            counts = model.region_counts()
            for region in model.living():
                yield {
                    "id": region.id,
                    "space": one,
                    "parent": region.parent,
                    "level": region.level,
                    "name": region.name,
                    "pinned": region.pinned,
                    "terms": list(region.terms),
                    "count": counts.get(region.id, 0),
                    "colour": region.colour,
                    "x": region.x,
                    "y": region.y,
                }

    def failures(self) -> list[dict[str, Any]]:
        """Every file that is no item: what, why, what to do, when it is tried again."""
        with self._store.read() as reader:
            return [
                {
                    "path": display(failure.path),
                    "kind": failure.kind,
                    "cause": failure.cause,
                    "message": failure.message,
                    "hint": failure.hint,
                    "at": failure.at_ms,
                    "attempts": failure.attempts,
                    "next_try_at": failure.next_try_at_ms,
                }
                for failure in reader.failures()
            ]

    def fits(self, space: Space | None) -> list[dict[str, Any]]:
        """The history of fits, oldest first."""
        with self._store.read() as reader:
            return [
                described(fit)
                for one in (SPACES if space is None else (space,))
                for fit in reader.fits(one)
            ]

    def roots(self) -> list[dict[str, Any]]:
        """Every watched folder."""
        return [self._root(root) for root in self._roots]

    def _item(self, record: ItemRecord) -> dict[str, Any]:
        space = SPACE_OF[record.kind]
        model, slot = self._models[space], record.slot
        shown = model.shown
        values: dict[str, Any] = {
            "id": record.id,
            "kind": record.kind,
            "title": record.facts.title,
            "time": record.facts.time_ms,
            "x": None,
            "y": None,
            "rx": None,
            "ry": None,
            "region": [-1, -1, -1],
            "provisional": True,
            "offline": False,
            "width": record.facts.width,
            "height": record.facts.height,
            "tags": list(record.facts.tags),
        }
        if slot < len(shown) and shown[slot]:
            columns = model.columns
            values["x"], values["y"] = map(float, columns.places[slot])
            values["rx"], values["ry"] = map(float, columns.relaxed[slot])
            values["region"] = columns.regions[slot].tolist()
            values["provisional"] = not bool(model.slots.settled[Slot(slot)])
            values["offline"] = bool(columns.flags[slot] & OFFLINE)
        return values

    def _space(self, space: Space) -> dict[str, Any]:
        model, state = self._models[space], self._workers[space].state
        encoder = state.encoder or model.encoder
        labels = model.columns.regions[model.shown]
        return {
            "items": int(model.slots.present.sum()),
            "settled": int((model.shown & model.slots.settled).sum()),
            "provisional": len(model.provisional),
            "offline": int((model.shown & model.slots.offline).sum()),
            "regions": len(model.living()),
            "outliers": int((labels[:, 0] < 0).sum()) if len(labels) else 0,
            "encoder": {
                "id": encoder.id,
                "label": encoder.label,
                "device": encoder.device,
                "note": encoder.note,
            }
            if encoder
            else None,
            "fit": described(model.fit) if model.fit else None,
        }

    def _worker(self, space: Space) -> dict[str, Any]:
        worker = self._workers[space]
        state = worker.state
        return {
            "stage": state.stage,
            "message": state.message,
            "pid": state.pid,
            "rss_bytes": worker.rss_bytes,
            "restarts": state.restarts,
        }

    def _root(self, root: WatchedRoot) -> dict[str, Any]:
        stats = self._roots.watcher.stats(root.raw)
        polled = root.state == "watching" and stats.mode == "polling"
        return {
            "path": display(root.raw),
            "state": "polling" if polled else root.state,
            "reason": root.reason or stats.reason,
            "mode": stats.mode,
            "files": root.files,
            "directories": root.directories,
            "watches": stats.watches,
            "last_scan_at": root.last_scan_at_ms,
            "overflows": stats.overflows,
            "held": root.held,
        }
