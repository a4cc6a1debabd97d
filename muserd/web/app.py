"""The page's routes. All of them only read; everything is addressed by item id, never by path."""

from functools import partial
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from muserd.ground.access import Access, page_key
from muserd.ground.errors import MuserError
from muserd.ground.json_bodies import Body, ErrorBody, Record, encode
from muserd.web import questions
from muserd.web.do import DO_RULE, Do
from muserd.web.downloads import Exports
from muserd.web.events import Broadcast
from muserd.web.find import EXAMPLE_RULE, Find
from muserd.web.gate import Gate
from muserd.web.guard import Guard
from muserd.web.headers import cookie
from muserd.web.originals import open_original, original_response
from muserd.web.posting import PostRule
from muserd.web.site import Site

if TYPE_CHECKING:
    from muserd.engine.engine import Engine

_KEEP_PREVIEW = "private, max-age=86400"  # an item's content never changes
_MOST_HITS = 500
_MOST_PARTS = 100_000  # pages of a document
# What may be asked by POST, by the beginning of its path. The guard checks origin, page key, type,
# size and rate before any route; see `muserd.web.posting`.
POSTS: dict[str, PostRule] = {"/api/find": EXAMPLE_RULE, "/do/": DO_RULE}


def web_app(
    engine: "Engine",
    *,
    site_folder: Path,
    access: Access,
    allowed_hosts: frozenset[str],
    metrics: bool,
    home: str = "",
) -> Starlette:
    """The page as an ASGI app.

    Args:
        engine: answers the questions.
        site_folder: what is published, the built page included.
        access: knows who may look; `/login?token=` makes a session of a pass.
        allowed_hosts: exact values of the Host header, see `loopback_hosts`.
        metrics: whether `/metrics` is served.
        home: the page's own origin, see `muserd.web.entry`.

    Returns:
        The app; `app.state.events.close()` ends all event streams.
    """
    events = Broadcast(engine)
    routes = _routes(engine, site_folder, access, events, metrics=metrics)
    handlers: dict[Any, Any] = {HTTPException: _http_error, MuserError: _muser_error}
    app = Starlette(
        routes=routes,
        middleware=[
            Middleware(Guard, access=access, allowed_hosts=allowed_hosts, home=home, posts=POSTS)
        ],
        exception_handlers=handlers,
    )
    app.router.redirect_slashes = False
    app.state.events = events
    return app


def _routes(
    engine: "Engine", site_folder: Path, access: Access, events: Broadcast, *, metrics: bool
) -> list[Route]:
    answers, find, site = Answers(engine), Find(engine), Site(site_folder)
    return [
        Route("/events", events),
        Route("/api/search", answers.search),
        Route("/api/find", find.find),
        Route("/api/find", find.by_example, methods=["POST"]),
        Route("/api/complete", find.complete),
        Route("/api/groups", find.groups),
        *Do(engine).routes(),
        *Exports(engine).routes(),
        Route("/api/similar", answers.similar),
        Route("/api/note", answers.note),
        Route("/api/links", answers.links),
        Route("/api/session", partial(_session, access)),
        Route("/api/roots", answers.roots),
        Route("/preview", answers.preview),
        Route("/original", answers.original),
        *([Route("/metrics", answers.metrics)] if metrics else []),
        Route("/", site.endpoint),
        Route("/{name:path}", site.endpoint),
    ]


class Answers:
    """The routes that ask the engine. Each call runs in a thread, behind a gate."""

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine
        self._searches = Gate(at_once=2, waiting=16)  # the encoder answers one at a time anyway
        self._pictures = Gate(at_once=4, waiting=64)
        self._reads = Gate(at_once=8, waiting=128)

    async def search(self, request: Request) -> Response:
        """`/api/search?q=&space=&limit=`: items that words describe."""
        words, space = questions.words(request), questions.space(request)
        limit = questions.number(request, "limit", 1, _MOST_HITS, 50)
        ask = partial(self._engine.queries.search, words, space, limit)
        return _json(await self._searches.run(ask))

    async def similar(self, request: Request) -> Response:
        """`/api/similar?id=&limit=`: the nearest items of the same space."""
        limit = questions.number(request, "limit", 1, _MOST_HITS, 15)
        ask = partial(self._engine.queries.similar, questions.item(request), limit)
        found = await self._reads.run(ask)
        if found is None:
            raise HTTPException(404, "no such item")
        return _json(found)

    async def note(self, request: Request) -> Response:
        """`/api/note?id=`: a note as its file has it; the page makes elements of it, no markup."""
        item = questions.item(request)
        text = await self._reads.run(partial(self._engine.queries.note_page, item))
        if text is None:
            raise HTTPException(404, "no such note")
        return _json(text)

    async def links(self, request: Request) -> Response:
        """`/api/links?id=`: what an item points at, what points at it, its bridges."""
        item = questions.item(request)
        found = await self._reads.run(partial(self._engine.queries.links, item))
        if found is None:
            raise HTTPException(404, "no such item")
        return _json(found)

    async def roots(self, _request: Request) -> Response:
        """`/api/roots`: the names of the watched folders, never their paths."""
        status = await self._reads.run(self._engine.status)
        roots = tuple(
            WatchedFolder(name=PurePath(root.path).name or root.path, state=root.state)
            for root in status.roots
        )
        return _json(WatchedFolders(roots=roots))

    async def preview(self, request: Request) -> Response:
        """`/preview?id=&size=&part=`: a WebP that fits into `size` pixels, of a page or frame."""
        item = questions.item(request)
        size_px = questions.number(request, "size", 64, 4_096, 1_024)
        part = questions.number(request, "part", 0, _MOST_PARTS, 0)
        ask = partial(self._engine.queries.preview, item, size_px, part)
        data = await self._pictures.run(ask)
        if data is None:
            raise HTTPException(404, "no such picture")
        return Response(data, media_type="image/webp", headers={"cache-control": _KEEP_PREVIEW})

    async def original(self, request: Request) -> Response:
        """`/original?id=&part=`: the file itself, or one that belongs to it; markup only as plain
        text or as a download.
        """
        item = questions.item(request)
        part = questions.number(request, "part", 0, _MOST_PARTS, 0)
        found = await self._reads.run(partial(self._engine.queries.original, item, part))
        if found is None:
            raise HTTPException(404, "no such file")
        roots = [root.raw for root in self._engine.config.roots]
        try:
            file = await self._reads.run(partial(open_original, found.path, roots))
        except OSError:
            raise HTTPException(404, "the file no longer exists") from None
        head = request.method == "HEAD"
        asked = request.headers.get("range", "")
        return original_response(
            file, found.media_type, found.name, found.charset, head=head, asked=asked
        )

    async def metrics(self, _request: Request) -> Response:
        """`/metrics`: Prometheus text."""
        from muserd.engine import metrics  # prometheus-client: only where it is asked for

        text = await self._reads.run(lambda: metrics.render(self._engine.status()))
        return Response(text, media_type=metrics.MEDIA_TYPE)


async def _session(access: Access, request: Request) -> Response:
    """`/api/session`: what the page sends along with a POST; nothing for a bearer's token."""
    given = cookie(request.headers, access.name)
    return _json(SessionKey(page_key=page_key(given) if given else ""))


class WatchedFolder(Record, frozen=True, kw_only=True):
    """One watched folder; `state` as in the status."""

    name: str
    state: str


class WatchedFolders(Body, frozen=True, kw_only=True):
    """`/api/roots`."""

    roots: tuple[WatchedFolder, ...]


class SessionKey(Body, frozen=True, kw_only=True):
    """`/api/session`. The key goes into the header `X-Muser-Page`."""

    page_key: str


def _json(body: Body, status: int = 200) -> Response:
    return Response(encode(body), status, media_type="application/json")


def _http_error(_request: Request, error: HTTPException) -> Response:
    answer = _json(ErrorBody.of(str(error.status_code), error.detail, ""), error.status_code)
    answer.headers.update(error.headers or {})
    return answer


def _muser_error(_request: Request, error: MuserError) -> Response:
    return _json(ErrorBody.of("busy", error.message, error.hint), 503)
