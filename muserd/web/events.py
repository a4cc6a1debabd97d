"""Live events to every open page: Server-Sent Events (WHATWG HTML, section 9.2).

The engine calls on its own thread; one hop brings an event to the loop, where it is encoded once
and put into the queue of every page. A queue is bounded: a page that does not read loses its
queue and hears of a gap instead, whereupon it reads the manifest again.

An open stream carries a `beat` every few seconds. Browsers do not show comments to a page, and a
daemon that hangs keeps its connections open: a page that misses its beats knows.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from muserd.ground.events import Event, gap
from muserd.ground.records import Space

if TYPE_CHECKING:
    from muserd.engine.engine import Engine

MOST_STREAMS = 600
_MOST_WAITING = 256  # events a page may be behind
BEAT_S = 5.0  # pages wait for two of them and a half: viewer/src/site/pulse.js
_RETRY_MS = 2_000

Key = tuple[int, str, Space | None]


def key_of(event: Event) -> Key:
    """What tells two events apart."""
    return event.revision, event.name, event.space


def encode(event: Event) -> bytes:
    """One event on the wire."""
    head = f"id: {event.revision}\nevent: {event.name}\ndata: ".encode()
    return head + bytes(event.data) + b"\n\n"


class Stream:
    """The queue of one page. On the loop only."""

    def __init__(self) -> None:
        self.waiting: deque[tuple[Key, bytes]] = deque()
        self.lost: int | None = None  # the revision up to which events were dropped
        self.closed = False
        self.changed = asyncio.Event()

    def put(self, key: Key, line: bytes) -> None:
        """Queue an event, or drop the queue when it is full."""
        if len(self.waiting) >= _MOST_WAITING:
            self.waiting.clear()
            self.lost = key[0]
        else:
            self.waiting.append((key, line))
        self.changed.set()

    def close(self) -> None:
        """Let the stream end."""
        self.closed = True
        self.changed.set()


class Broadcast:
    """All open streams of one engine. On the loop only, but for `_deliver`."""

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine
        self._streams: set[Stream] = set()
        self._unsubscribe: Callable[[], None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def count(self) -> int:
        """Open streams."""
        return len(self._streams)

    def close(self) -> None:
        """End every stream: their pages connect again when the daemon is back."""
        for stream in tuple(self._streams):
            stream.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The route `/events`, as an ASGI app."""
        if len(self._streams) >= MOST_STREAMS:
            full = PlainTextResponse("too many open pages\n", 503, {"retry-after": "30"})
            await full(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        if scope["method"] == "HEAD":
            await _send(send, b"", more=False)
            return
        stream = Stream()
        self._join(stream)
        self._engine.expect_search()  # a page was opened
        watcher = asyncio.create_task(_until_gone(receive))
        watcher.add_done_callback(lambda _: stream.close())
        try:
            await _send(send, f"retry: {_RETRY_MS}\n\n".encode() + _BEAT)
            told = await self._catch_up(Request(scope), send)
            await self._follow(stream, told, send)
        finally:
            watcher.cancel()
            self._leave(stream)

    async def _catch_up(self, request: Request, send: Send) -> frozenset[Key]:
        """Send what a page missed; the keys of what was sent, which its queue may hold too."""
        given = request.headers.get("last-event-id") or request.query_params.get("after")
        if not given:
            return frozenset()
        known = given.isascii() and given.isdigit() and len(given) <= 18
        missed, revision = await anyio.to_thread.run_sync(self._missed, int(given) if known else -1)
        if missed is None:
            await _send(send, encode(gap(revision)))
            return frozenset()
        for event in missed:
            await _send(send, encode(event))
        return frozenset(key_of(event) for event in missed)

    def _missed(self, after: int) -> tuple[list[Event] | None, int]:
        """What came after a revision, if it is a past one of this store; and the present one."""
        revision = self._engine.status().revision
        if not 0 <= after <= revision:  # a page of another state directory, or nonsense
            return None, revision
        return self._engine.events_after(after), revision

    async def _follow(self, stream: Stream, told: frozenset[Key], send: Send) -> None:
        now = asyncio.get_running_loop().time
        due_s = now() + BEAT_S
        while not stream.closed:
            try:
                async with asyncio.timeout_at(due_s):
                    await stream.changed.wait()
            except TimeoutError:
                await _send(send, _BEAT)
                due_s = now() + BEAT_S
                continue
            stream.changed.clear()
            if stream.lost is not None:
                revision, stream.lost = stream.lost, None
                await _send(send, encode(gap(revision)))
            while stream.waiting and not stream.closed:
                key, line = stream.waiting.popleft()
                if key not in told:
                    await _send(send, line)
        with contextlib.suppress(OSError):
            await _send(send, b"", more=False)

    def _join(self, stream: Stream) -> None:
        self._streams.add(stream)
        if self._unsubscribe is None:
            self._loop = asyncio.get_running_loop()
            self._unsubscribe = self._engine.subscribe(self._deliver)

    def _leave(self, stream: Stream) -> None:
        self._streams.discard(stream)
        if not self._streams and self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None

    def _deliver(self, event: Event) -> None:
        """Called on the engine's thread."""
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens
                self._loop.call_soon_threadsafe(self._spread, event)

    def _spread(self, event: Event) -> None:
        key, line = key_of(event), encode(event)
        for stream in self._streams:
            stream.put(key, line)


_BEAT = b"event: beat\ndata: {}\n\n"  # without an id: a page's last revision stays
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


async def _send(send: Send, body: bytes, *, more: bool = True) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": more})


async def _until_gone(receive: Receive) -> None:
    message: Message = {"type": ""}
    while message["type"] != "http.disconnect":
        message = await receive()
