"""`/do/…`: what the page may change of Muser's own data, and what it may have opened.

The guard has checked session, origin and page key before (`muserd.web.posting`). Nothing here takes
a path: items are named by id, collections and regions by name and id.
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import anyio.to_thread
import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from muserd.engine.hands.answers import CollectionList
from muserd.engine.hands.collections import Collections
from muserd.engine.hands.exporter import TEXTS, Format
from muserd.engine.hands.openers import How, open_item
from muserd.engine.hands.selection import What
from muserd.engine.job_results import CollectionChanged, Refusal
from muserd.ground.errors import UsageError
from muserd.ground.gathered import CollectionKind, Verdict
from muserd.ground.json_bodies import Body, ErrorBody, Record, encode
from muserd.ground.records import ItemId, RegionId, Space
from muserd.hands.duplicates import KINDS, DuplicateKind
from muserd.web.bodies import Asked, Chosen, Id, Ids, read_body
from muserd.web.posting import PostRule

if TYPE_CHECKING:
    from muserd.engine.engine import Engine
    from muserd.engine.jobs import Job

DO_RULE = PostRule(max_bytes=4 * 2**20, per_s=10.0, burst=50)
_DONE_S = 30.0
_MOST_GROUPS = 2_000

Point = tuple[float, float]
Colour = Annotated[str, msgspec.Meta(pattern=r"^(#[0-9a-f]{6})?$")]


class Add(Asked, frozen=True, kw_only=True):
    """`/do/collections/add`: items; or a living one, by a border or a search."""

    name: str
    items: Ids = ()
    space: Space | None = None
    border: tuple[Point, ...] = ()
    query: str = ""


class Take(Asked, frozen=True, kw_only=True):
    """`/do/collections/take`."""

    name: str
    items: Ids


class Change(Asked, frozen=True, kw_only=True):
    """`/do/collections/change`: what is given is changed; `seen`: its newcomers were looked at."""

    name: str
    rename: str | None = None
    colour: Colour | None = None
    note: Annotated[str, msgspec.Meta(max_length=10_000)] | None = None
    seen: bool = False


class Named(Asked, frozen=True, kw_only=True):
    """`/do/collections/remove`."""

    name: str


class Mirror(Asked, frozen=True, kw_only=True):
    """`/do/collections/mirror`: keep it as a folder of links, or no longer. Muser says where."""

    name: str
    kept: bool


class Decide(Asked, frozen=True, kw_only=True):
    """`/do/duplicates/decide`."""

    items: Annotated[tuple[Id, ...], msgspec.Meta(min_length=2, max_length=200)]
    verdict: Verdict = "not-duplicates"


class Open(Asked, frozen=True, kw_only=True):
    """`/do/open`: with the desktop's program, or shown in its file manager."""

    item: Id
    how: How = "open"


class Rename(Asked, frozen=True, kw_only=True):
    """`/do/regions/rename`: without a name, Muser names the region again."""

    space: Space
    region: Id
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)] | None = None


class Export(Chosen, frozen=True, kw_only=True):
    """`/do/export`: a text to be downloaded. Nothing given: everything."""

    format: Format


class Opened(Body, frozen=True, kw_only=True):
    """The answer of `/do/open`: the name of the file."""

    name: str


class DuplicateGroups(Body, frozen=True, kw_only=True):
    """`/api/duplicates`."""

    groups: tuple[Record | Body, ...]


class Do:
    """The routes."""

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine

    def routes(self) -> list[Route]:
        """Every route; the reads among them begin with `/api/`."""
        posts = {
            "/do/collections/add": self.add,
            "/do/collections/take": self.take,
            "/do/collections/change": self.change,
            "/do/collections/remove": self.remove,
            "/do/collections/mirror": self.mirror,
            "/do/duplicates/decide": self.decide,
            "/do/regions/rename": self.rename,
            "/do/open": self.open,
            "/do/export": self.export,
        }
        return [
            Route("/api/collections", self.collections),
            Route("/api/collections/items", self.items),
            Route("/api/duplicates", self.duplicates),
            *(Route(path, call, methods=["POST"]) for path, call in posts.items()),
        ]

    async def collections(self, _request: Request) -> Response:
        """Every collection."""
        infos = await anyio.to_thread.run_sync(self._engine.hands.collections.infos)
        return _json(CollectionList(collections=infos))

    async def items(self, request: Request) -> Response:
        """`?name=`: the ids of a collection's items."""
        name = request.query_params.get("name", "")
        try:
            items = await anyio.to_thread.run_sync(self._engine.hands.collections.items, name)
        except UsageError as error:
            raise HTTPException(404, error.message) from None
        return _json(Members(name=name, items=tuple(map(int, items))))

    async def duplicates(self, request: Request) -> Response:
        """`?kind=`: groups of duplicates, the surest first."""
        kind = request.query_params.get("kind", "")
        if kind and kind not in KINDS:
            raise HTTPException(400, f"`kind` must be {', '.join(KINDS)}")
        kinds: tuple[DuplicateKind, ...] = (kind,) if kind else KINDS

        def groups() -> tuple[Body, ...]:
            found = self._engine.hands.duplicates.groups(kinds)
            return tuple(group for group, _ in zip(found, range(_MOST_GROUPS), strict=False))

        return _json(DuplicateGroups(groups=await anyio.to_thread.run_sync(groups)))

    async def add(self, request: Request) -> Response:
        """Put items into a collection, made if it is new."""
        body = await read_body(request, Add)
        kind: CollectionKind = "border" if body.border else "search" if body.query else "fixed"
        items = tuple(map(ItemId, body.items))
        if kind == "search":
            what = What(query=body.query, space=body.space)
            found = await anyio.to_thread.run_sync(self._engine.hands.selector.items, what)
            items = tuple(dict.fromkeys((*items, *found)))
        return await self._changed(
            lambda c: c.add(
                body.name,
                items,
                kind=kind,
                space=body.space,
                query=body.query,
                border=body.border,
            )
        )

    async def take(self, request: Request) -> Response:
        """Take items out of a collection."""
        body = await read_body(request, Take)
        return await self._changed(lambda c: c.take(body.name, map(ItemId, body.items)))

    async def change(self, request: Request) -> Response:
        """Another name, colour or note; or its newcomers were seen."""
        body = await read_body(request, Change)
        given = {"name": body.rename, "colour": body.colour, "note": body.note}
        changes = {key: value for key, value in given.items() if value is not None}
        if body.seen:
            return await self._changed(lambda c: c.seen(body.name))
        return await self._changed(lambda c: c.change(body.name, **changes))

    async def remove(self, request: Request) -> Response:
        """Forget a collection; its files stay."""
        body = await read_body(request, Named)
        return await self._changed(lambda c: c.remove(body.name))

    async def mirror(self, request: Request) -> Response:
        """Keep a collection as a folder of links below Muser's state, or clear that folder."""
        body = await read_body(request, Mirror)
        home = self._engine.where.mirrors
        if body.kept:
            return await self._changed(lambda c: c.mirror_at_home(body.name, home))
        return await self._changed(lambda c: c.unmirror(body.name))

    async def decide(self, request: Request) -> Response:
        """Remember that items are no duplicates."""
        body = await read_body(request, Decide)
        items = [ItemId(item) for item in body.items]
        return await self._done(partial(self._engine.decide, items, body.verdict))

    async def rename(self, request: Request) -> Response:
        """Pin the name of a region, or release it."""
        body = await read_body(request, Rename)
        call = partial(self._engine.rename_region, body.space, RegionId(body.region), body.name)
        return await self._done(call)

    async def open(self, request: Request) -> Response:
        """Open an item's file with its program, or show it in the file manager."""
        body = await read_body(request, Open)
        engine = self._engine
        call = partial(
            open_item, engine.queries, ItemId(body.item), body.how, engine.config.web.editor
        )
        return _json(Opened(name=await anyio.to_thread.run_sync(call)))

    async def export(self, request: Request) -> Response:
        """A selection as a text."""
        body = await read_body(request, Export)
        if body.format not in TEXTS:
            raise HTTPException(400, f"{body.format} is no text: begin it by /do/export/begin")
        what = body.what()
        call = partial(self._engine.hands.exporter.text, what, body.format)
        media_type, suffix = TEXTS[body.format]
        data = await anyio.to_thread.run_sync(call)
        name = {"content-disposition": f'attachment; filename="muser.{suffix}"'}
        return Response(data, media_type=media_type, headers=name)

    async def _changed(self, change: Callable[[Collections], CollectionChanged]) -> Response:
        return await self._done(partial(self._engine.change_collections, change))

    async def _done(self, begin: "Callable[[], Job]") -> Response:
        def wait() -> Any:
            return begin().wait(_DONE_S)

        result = await anyio.to_thread.run_sync(wait)
        if result is None:
            raise HTTPException(503, "the daemon is busy; try again in a moment")
        if isinstance(result, Refusal):
            return _json(ErrorBody(error=result.error), 409)
        return Response(encode(result), media_type="application/json")


class Members(Body, frozen=True, kw_only=True):
    """`/api/collections/items`."""

    name: str
    items: tuple[int, ...]


def _json(body: Body, status: int = 200) -> Response:
    return Response(encode(body), status, media_type="application/json")
