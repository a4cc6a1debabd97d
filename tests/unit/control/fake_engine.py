"""A small engine that the doors can be tested with, and a server that puts a door on the net."""

import asyncio
import contextlib
import itertools
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
from fake_finder import FakeFinder
from starlette.applications import Starlette

from muserd.daemon import servers
from muserd.engine.answers import (
    FailureInfo,
    Hit,
    Item,
    NotePage,
    NoteText,
    RegionInfo,
    SearchResult,
    Similar,
)
from muserd.engine.job_results import refusal
from muserd.engine.status import (
    EncoderStatus,
    FitSummary,
    Health,
    Progress,
    QueueStatus,
    RootStatus,
    SpaceStatus,
    Status,
    StoreStatus,
    WorkerStatus,
)
from muserd.ground.config import Config, Root
from muserd.ground.errors import MuserError, WorkerError
from muserd.ground.events import Event
from muserd.ground.json_bodies import BySpace
from muserd.ground.paths import Places

NOW_MS = 1_700_000_000_000


class FakeJob:
    """A job that is done at once, unless it is told to wait."""

    _numbers = itertools.count(1)

    def __init__(self, kind: str, result: dict[str, Any] | None) -> None:
        self.id = f"{kind}-{next(self._numbers)}"
        self._result = result

    @property
    def done(self) -> bool:
        return self._result is not None

    @property
    def result(self) -> dict[str, Any]:
        return self._result

    def finish(self, result: dict[str, Any]) -> None:
        self._result = result


class FakeQueries:
    """Three items: 1 is a picture, 2 a note, 3 an HTML note; the rest is unknown."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.searches = 0
        self.charsets: dict[int, str] = {}
        self.files = {
            1: ("a.png", "image/png"),
            2: ("b.md", "text/markdown"),
            3: ("c.html", "text/html"),
        }

    def search(self, words: str, space: str, limit: int) -> SearchResult:
        self.searches += 1
        if words == "cold":
            raise WorkerError("the encoder is loading", "try again in a few seconds")
        hit = Hit(slot=0, id=1, title="t", name="a.png", score=0.3)
        return SearchResult(space=space, query=words, hits=(hit,)[:limit])

    def similar(self, item: int, limit: int) -> Similar | None:
        return Similar(space="image", id=item, hits=()) if item in self.files else None

    def note_page(self, item: int) -> NotePage | None:
        if item not in {2, 3}:
            return None
        return NotePage(id=item, text="# words <script>", format="markdown", head=(("tags", "a"),))

    def note_text(self, item: int) -> NoteText | None:
        return NoteText(id=item, text="# words <script>") if item in {2, 3} else None

    def preview(self, item: int, size_px: int, part: int = 0) -> bytes | None:
        return b"RIFF" + str(size_px).encode() if item == 1 else None

    def original(self, item: int, part: int = 0) -> Any:
        if item not in self.files:
            return None
        name, kind = self.files[item]
        return SimpleNamespace(
            path=bytes(self.folder / name),
            media_type=kind,
            name=name,
            charset=self.charsets.get(item, ""),
        )


class FakeEngine:
    """What the doors call, as the contract of the engine has it."""

    def __init__(self, base: Path) -> None:
        self.root = base / "root"
        self.root.mkdir(exist_ok=True)
        self.config = Config(roots=(Root(path=str(self.root)),))
        self.where = Places(base / "config.toml", base / "state", base / "cache", base / "run")
        self.queries = FakeQueries(self.root)
        self.find = FakeFinder(self.root)
        self.subscribers: list[Callable[[Event], None]] = []
        self.reset()

    def reset(self) -> None:
        """Forget what the last test did."""
        self.page_url = "http://127.0.0.1:7367/"
        self.page_problem = ""
        self.calls: list[tuple[Any, ...]] = []
        self.jobs: dict[str, FakeJob] = {}
        self.slow = False  # jobs stay open
        self.failure: dict[str, str] | None = None  # what jobs fail with
        self.result = {"revision": 4712, "files": 3, "roots": 1}  # what jobs are done with
        self.ok = True
        self.missed: list[Event] | None = []

    def events_after(self, revision: int) -> list[Event] | None:
        self.calls.append(("events_after", revision))
        return self.missed

    def expect_search(self) -> None:
        """Nothing has to start."""

    def subscribe(self, deliver: Callable[[Event], None]) -> Callable[[], None]:
        self.subscribers.append(deliver)
        return lambda: self.subscribers.remove(deliver)

    def emit(self, event: Event) -> None:
        for deliver in tuple(self.subscribers):
            deliver(event)

    def status(self) -> Status:
        fit = self.fits("image")[-1]
        space = SpaceStatus(
            items=1_200, settled=1_100, provisional=100, offline=0, regions=23, outliers=41,
            fit=fit,
            encoder=EncoderStatus(id="e", label="EfficientNet-Lite0 (built-in)", device="cpu",
                                  note=""),
        )  # fmt: skip
        empty = msgspec.structs.replace(space, fit=None, encoder=None)
        busy = Progress(stage="fitting", message="", share=0.5, step="layout", pending=3,
                        items=1_200, rate_per_s=0.0)  # fmt: skip
        idle = Progress(stage="idle", message="", share=None, step="", pending=0, items=1_200,
                        rate_per_s=0.0)  # fmt: skip
        worker = WorkerStatus(stage="ready", message="", pid=4712, rss_bytes=1, restarts=0)
        root = RootStatus(
            path=str(self.root), state="watching", reason="", mode="events", files=1_234,
            directories=56, watches=57, last_scan_at=NOW_MS, overflows=0, held=0,
        )  # fmt: skip
        return Status(
            state="working" if self.ok else "degraded", problems=self.problems, pid=4711,
            version="0.1.0", uptime_s=11_520, rss_bytes=96_000_000, revision=4711,
            url=self.page_url,
            published_at=NOW_MS, queue=QueueStatus(pending=3, oldest_s=4.2), failures=2, pauses=(),
            spaces=BySpace(space, empty), progress=BySpace(busy, idle),
            workers=BySpace(worker, worker), roots=(root,),
            store=StoreStatus(map_used_bytes=1, map_size_bytes=2, disk_free_bytes=3),
        )  # fmt: skip

    @property
    def problems(self) -> tuple[str, ...]:
        page = (self.page_problem,) if self.page_problem else ()
        return page if self.ok else (*page, "the disk is full")

    def health(self) -> Health:
        return self.status().health

    def items(self, space: str | None) -> Iterator[Item]:
        for number in range(1_203):
            kind = "image" if number % 2 else "note"
            if space is None or (space == "image") == (kind == "image"):
                yield Item(
                    id=number, kind=kind, paths=(f"/r/{number}",), title="é", time=NOW_MS,
                    x=1.5 if number else None, y=-2.0, width=0, height=0, tags=(),
                )  # fmt: skip

    def item(self, number: int) -> Item | None:
        return next((item for item in self.items(None) if item.id == number), None)

    def regions(self, space: str | None) -> Iterator[RegionInfo]:
        def region(number: int, space: str, parent: int, name: str, count: int) -> RegionInfo:
            return RegionInfo(
                id=number, space=space, parent=parent, level=int(parent > 0), name=name, terms=(),
                pinned=False, count=count, colour="#123456", x=0.0, y=0.0,
            )  # fmt: skip

        for one in ("image", "text") if space is None else (space,):
            yield region(1, one, -1, f"{one} land", 40)
            yield region(2, one, 1, "county", 20)
            if one == "text":
                yield region(7, one, -1, "isle", 4)

    def failures(self) -> tuple[FailureInfo, ...]:
        return (
            FailureInfo(
                path="/r/bad.jpg", kind="image", cause="truncated", message="ends early",
                hint="copy it again", at=NOW_MS, attempts=2, next_try_at=None,
            ),
        )  # fmt: skip

    def fits(self, space: str | None) -> tuple[FitSummary, ...]:
        return tuple(
            FitSummary(
                space=one, number=number, at=NOW_MS, items=1_100, method="warm", state=state,
                engine="muser",
                reason="growth", seconds=8.2, trustworthiness=0.96, recall=0.4, drift_p50=0.02,
                drift_p95=0.08, kept_regions=0.9,
            )
            for one in (("image", "text") if space is None else (space,))
            for number, state in ((2, "past"), (3, "current"))
        )  # fmt: skip

    def job(self, number: str) -> FakeJob | None:
        return self.jobs.get(number)

    def pause(self) -> None:
        self.calls.append(("pause",))

    def resume(self) -> None:
        self.calls.append(("resume",))

    def __getattr__(self, name: str) -> Callable[..., FakeJob]:
        known = (
            "refit accept rollback sync rescan retry_failures add_root remove_root confirm_root "
            "rename_region verify backup switch_encoder forget adopt"
        )
        if name not in known.split():
            raise AttributeError(name)

        def call(*arguments: Any, **options: Any) -> FakeJob:
            self.calls.append((name, *arguments, *options.items()))
            if self.failure == {"code": "raise"}:
                raise MuserError("it cannot be done", "do something else")
            result: dict[str, Any] | None = self.result
            if self.failure:
                result = refusal(**self.failure)
            job = FakeJob(name, None if self.slow else result)
            self.jobs[job.id] = job
            return job

        return call


@contextlib.contextmanager
def served(app: Starlette, bound: socket.socket) -> Iterator[servers.Server]:
    """An app on a bound socket, in a thread of its own."""
    server = servers.server(app)
    failures: list[BaseException] = []

    def serve() -> None:
        try:
            asyncio.run(servers.serve(server, (bound,)))
        except BaseException as error:  # shown by the test
            failures.append(error)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    started = threading.Event()
    while not server.started and thread.is_alive():
        started.wait(0.005)
    try:
        yield server
    finally:
        server.leave()
        thread.join(15)
        bound.close()
    assert not failures, failures
