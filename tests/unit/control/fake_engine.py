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

from starlette.applications import Starlette

from muserd.daemon import servers
from muserd.ground.config import Config, Root
from muserd.ground.errors import MuserError, WorkerError
from muserd.ground.paths import Places
from muserd.ground.records import Event

NOW_MS = 1_700_000_000_000


class FakeTicket:
    """A ticket that is done at once, unless it is told to wait."""

    _numbers = itertools.count(1)

    def __init__(self, kind: str, result: dict[str, Any] | None) -> None:
        self.id = f"{kind}-{next(self._numbers)}"
        self._result = result

    @property
    def done(self) -> bool:
        return self._result is not None

    @property
    def result(self) -> dict[str, Any]:
        return dict(self._result or {})

    def finish(self, result: dict[str, Any]) -> None:
        self._result = result


class FakeQueries:
    """Three items: 1 is a picture, 2 a note, 3 an HTML note; the rest is unknown."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.searches = 0
        self.files = {
            1: ("a.png", "image/png"),
            2: ("b.md", "text/markdown"),
            3: ("c.html", "text/html"),
        }

    def search(self, words: str, space: str, limit: int) -> dict[str, Any]:
        self.searches += 1
        if words == "cold":
            raise WorkerError("the encoder is loading", "try again in a few seconds")
        return {
            "space": space,
            "query": words,
            "hits": [{"slot": 0, "id": 1, "score": 0.3}][:limit],
        }

    def similar(self, item: int, limit: int) -> dict[str, Any] | None:
        return {"space": "image", "id": item, "hits": []} if item in self.files else None

    def note_text(self, item: int) -> str | None:
        return "# words <script>" if item in {2, 3} else None

    def preview(self, item: int, size_px: int) -> bytes | None:
        return b"RIFF" + str(size_px).encode() if item == 1 else None

    def original(self, item: int) -> Any:
        if item not in self.files:
            return None
        name, kind = self.files[item]
        return SimpleNamespace(path=bytes(self.folder / name), media_type=kind, name=name)


class FakeEngine:
    """What the doors call, as the contract of the engine has it."""

    def __init__(self, base: Path) -> None:
        self.root = base / "root"
        self.root.mkdir(exist_ok=True)
        self.config = Config(roots=(Root(path=str(self.root)),))
        self.where = Places(base / "config.toml", base / "state", base / "cache", base / "run")
        self.queries = FakeQueries(self.root)
        self.subscribers: list[Callable[[Event], None]] = []
        self.reset()

    def reset(self) -> None:
        """Forget what the last test did."""
        self.page_url = "http://127.0.0.1:7367/"
        self.calls: list[tuple[Any, ...]] = []
        self.tickets: dict[str, FakeTicket] = {}
        self.slow = False  # tickets stay open
        self.failure: dict[str, str] | None = None  # what tickets fail with
        self.result = {"revision": 4712, "files": 3, "roots": 1}  # what tickets are done with
        self.ok = True
        self.missed: list[Event] | None = []

    def events_after(self, revision: int) -> list[Event] | None:
        self.calls.append(("events_after", revision))
        return self.missed

    def subscribe(self, deliver: Callable[[Event], None]) -> Callable[[], None]:
        self.subscribers.append(deliver)
        return lambda: self.subscribers.remove(deliver)

    def emit(self, event: Event) -> None:
        for deliver in tuple(self.subscribers):
            deliver(event)

    def status(self) -> dict[str, Any]:
        space = {
            "items": 1_200, "settled": 1_100, "provisional": 100, "regions": 23, "outliers": 41,
            "encoder": {"id": "e", "label": "EfficientNet-Lite0 (built-in)", "device": "cpu"},
            "fit": {"number": 3, "at": NOW_MS, "items": 1_100, "seconds": 8.2,
                    "trustworthiness": 0.96},
        }  # fmt: skip
        root = {
            "path": str(self.root), "state": "watching", "files": 1_234, "directories": 56,
            "watches": 57, "last_scan_at": NOW_MS, "overflows": 0,
        }  # fmt: skip
        return {
            "schema": 1, "state": "running", "pid": 4711, "version": "0.1.0", "uptime_s": 11_520,
            "rss_bytes": 96_000_000, "url": self.page_url, "revision": 4711, "published_at": NOW_MS,
            "queue": {"pending": 3, "oldest_s": 4.2}, "failures": 2,
            "spaces": {"image": space, "text": {**space, "fit": None, "encoder": None}},
            "roots": [root],
            "store": {"map_used_bytes": 1, "map_size_bytes": 2, "disk_free_bytes": 3},
            "progress": {"image": {"stage": "fit", "share": 0.5}}, "pauses": [], "workers": {},
        }  # fmt: skip

    def health(self) -> dict[str, Any]:
        return {"schema": 1, "ok": self.ok, "problems": [] if self.ok else ["the disk is full"]}

    def items(self, space: str | None) -> Iterator[dict[str, Any]]:
        for number in range(1_203):
            kind = "image" if number % 2 else "note"
            if space is None or (space == "image") == (kind == "image"):
                yield {
                    "id": number,
                    "kind": kind,
                    "paths": [f"/r/{number}"],
                    "title": "é",
                    "x": 1.5 if number else None,
                    "y": -2.0,
                }

    def regions(self, space: str | None) -> Iterator[dict[str, Any]]:
        for one in ("image", "text") if space is None else (space,):
            rest = {"space": one, "colour": "#123456", "x": 0, "y": 0}
            yield {"id": 1, "parent": -1, "level": 0, "name": f"{one} land", "count": 40, **rest}
            yield {"id": 2, "parent": 1, "level": 1, "name": "county", "count": 20, **rest}
            if one == "text":
                yield {"id": 7, "parent": -1, "level": 0, "name": "isle", "count": 4, **rest}

    def failures(self) -> list[dict[str, Any]]:
        return [{
            "path": "/r/bad.jpg", "kind": "image", "cause": "truncated", "message": "ends early",
            "hint": "copy it again", "at": NOW_MS, "attempts": 2, "next_try_at": None,
        }]  # fmt: skip

    def fits(self, space: str | None) -> list[dict[str, Any]]:
        fit = {
            "at": NOW_MS, "items": 1_100, "method": "warm", "reason": "growth", "seconds": 8.2,
            "trustworthiness": 0.96, "recall": 0.4, "drift_p50": 0.02, "drift_p95": 0.08,
            "kept_regions": 0.9,
        }  # fmt: skip
        spaces = ("image", "text") if space is None else (space,)
        return [
            {"space": one, "number": number, "state": state, **fit}
            for one in spaces
            for number, state in ((2, "past"), (3, "current"))
        ]

    def roots(self) -> list[dict[str, Any]]:
        return self.status()["roots"]

    def ticket(self, number: str) -> FakeTicket | None:
        return self.tickets.get(number)

    def pause(self) -> None:
        self.calls.append(("pause",))

    def resume(self) -> None:
        self.calls.append(("resume",))

    def __getattr__(self, name: str) -> Callable[..., FakeTicket]:
        known = (
            "refit accept rollback sync rescan retry_failures add_root remove_root confirm_root "
            "rename_region verify backup switch_encoder"
        )
        if name not in known.split():
            raise AttributeError(name)

        def call(*arguments: Any, **options: Any) -> FakeTicket:
            self.calls.append((name, *arguments, *options.items()))
            if self.failure == {"code": "raise"}:
                raise MuserError("it cannot be done", "do something else")
            result: dict[str, Any] | None = self.result
            if self.failure:
                result = {"error": self.failure}
            ticket = FakeTicket(name, None if self.slow else result)
            self.tickets[ticket.id] = ticket
            return ticket

        return call


@contextlib.contextmanager
def served(app: Starlette, bound: socket.socket) -> Iterator[servers.Server]:
    """An app on a bound socket, in a thread of its own."""
    server = servers.server(app)
    failures: list[BaseException] = []

    def serve() -> None:
        try:
            asyncio.run(servers.serve(server, bound))
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
