"""The control routes of what people do with a map: collections, duplicates, exports."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import anyio.to_thread
import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from muserd.control import requests
from muserd.engine.hands.answers import CollectionList
from muserd.engine.hands.collections import Collections
from muserd.engine.hands.exporter import TEXTS, Format, Manner
from muserd.engine.hands.selection import What
from muserd.engine.job_results import CollectionChanged
from muserd.ground.errors import UsageError
from muserd.ground.gathered import CollectionKind, Verdict
from muserd.ground.json_bodies import encode
from muserd.ground.records import ItemId, Space
from muserd.ground.struct_checks import build
from muserd.hands.duplicates import KINDS, DuplicateKind

if TYPE_CHECKING:
    from muserd.engine.engine import Engine
    from muserd.engine.jobs import Job

MOST_BYTES = 64 * 2**20  # of a body: a list of files may be long


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """A selection, as `What` has it; nothing: everything."""

    collection: str | None = None
    region: int | None = None
    query: str | None = None
    files: tuple[str, ...] | None = None
    space: Space | None = None

    def what(self) -> What:
        """Checked. Raises UsageError."""
        return What(
            collection=self.collection,
            region=self.region,
            query=self.query,
            files=self.files,
            space=self.space,
        )


class Add(Selection, frozen=True, kw_only=True):
    """`/collections/add`. `living`: the query, or the border, goes on collecting."""

    name: str
    living: bool = False
    border: tuple[tuple[float, float], ...] = ()


class Take(Selection, frozen=True, kw_only=True):
    """`/collections/take`."""

    name: str


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A collection by its name."""

    name: str


class Change(Named, frozen=True, kw_only=True):
    """`/collections/change`: what is given is changed."""

    rename: str | None = None
    colour: str | None = None
    note: str | None = None


class MirrorTo(Named, frozen=True, kw_only=True):
    """`/collections/mirror`."""

    folder: str
    copies: bool = False


class Export(Selection, frozen=True, kw_only=True):
    """`/export`: into `to`, or, for a text, as the answer."""

    format: Format
    to: str | None = None
    how: Manner = Manner()


class Decide(msgspec.Struct, frozen=True, kw_only=True):
    """`/duplicates/decide`."""

    items: tuple[int, ...]
    verdict: Verdict = "not-duplicates"


class Hands:
    """The routes. `answer` turns a job into a response, `lines` structs into NDJSON."""

    def __init__(
        self,
        engine: "Engine",
        answer: "Callable[[Job], Response]",
        lines: Callable[[Callable[[], Any]], Any],
    ) -> None:
        self._engine = engine
        self._answer = answer
        self._lines = lines

    def routes(self) -> list[Route]:
        """Every route."""
        posts = {
            "/collections/add": self.add,
            "/collections/take": self.take,
            "/collections/remove": self.remove,
            "/collections/change": self.change,
            "/collections/mirror": self.mirror,
            "/collections/unmirror": self.unmirror,
            "/duplicates/decide": self.decide,
            "/export": self.export,
        }
        return [
            Route("/collections", self.collections, methods=["GET"]),
            Route("/collections/items", self.items, methods=["GET"]),
            Route("/duplicates", self.duplicates, methods=["GET"]),
            *(Route(path, call, methods=["POST"]) for path, call in posts.items()),
        ]

    async def collections(self, _request: Request) -> Response:
        """Every collection."""
        infos = await anyio.to_thread.run_sync(self._engine.hands.collections.infos)
        body = CollectionList(collections=infos)
        return Response(encode(body), media_type="application/json")

    async def items(self, request: Request) -> Any:
        """The items of a collection, a JSON object a line. `?seen=1`: its newcomers are seen."""
        name = request.query_params.get("name", "")
        items = await anyio.to_thread.run_sync(self._engine.hands.collections.items, name)
        if request.query_params.get("seen"):
            await self._changed(lambda c: c.seen(name))
        engine = self._engine
        return await self._lines(lambda: filter(None, map(engine.item, items)))

    async def duplicates(self, request: Request) -> Any:
        """Groups of duplicates, a JSON object a line; `?kind=` only of that kind."""
        kind = request.query_params.get("kind")
        if kind is not None and kind not in KINDS:
            raise UsageError(f"`kind` is {kind!r}", f"it is {', '.join(KINDS)}")
        kinds: tuple[DuplicateKind, ...] = KINDS if kind is None else (kind,)
        return await self._lines(partial(self._engine.hands.duplicates.groups, kinds))

    async def add(self, request: Request) -> Response:
        """Put a selection into a collection; made if there is none of that name."""
        body = await self._body(request, Add)
        kind: CollectionKind = "fixed"
        if body.living:
            kind = "border" if body.border else "search"
            if kind == "search" and not body.query:
                raise UsageError("a living collection needs a search", "give --find QUERY")
        what = body.what()
        items = await anyio.to_thread.run_sync(self._engine.hands.selector.items, what)
        return await self._changed(
            lambda c: c.add(
                body.name,
                items,
                kind=kind,
                space=body.space,
                query=body.query or "",
                border=body.border,
            )
        )

    async def take(self, request: Request) -> Response:
        """Take a selection out of a collection."""
        body = await self._body(request, Take)
        items = await anyio.to_thread.run_sync(self._engine.hands.selector.items, body.what())
        return await self._changed(lambda c: c.take(body.name, items))

    async def remove(self, request: Request) -> Response:
        """Forget a collection."""
        body = await self._body(request, Named)
        return await self._changed(lambda c: c.remove(body.name))

    async def change(self, request: Request) -> Response:
        """Another name, colour or note."""
        body = await self._body(request, Change)
        given = {"name": body.rename, "colour": body.colour, "note": body.note}
        changes = {key: value for key, value in given.items() if value is not None}
        return await self._changed(lambda c: c.change(body.name, **changes))

    async def mirror(self, request: Request) -> Response:
        """Keep a collection as a folder."""
        body = await self._body(request, MirrorTo)
        return await self._changed(lambda c: c.mirror(body.name, body.folder, copies=body.copies))

    async def unmirror(self, request: Request) -> Response:
        """Clear that folder."""
        body = await self._body(request, Named)
        return await self._changed(lambda c: c.unmirror(body.name))

    async def decide(self, request: Request) -> Response:
        """Remember that items are no duplicates."""
        body = await self._body(request, Decide)
        items = [ItemId(item) for item in body.items]
        return await self._done(partial(self._engine.decide, items, body.verdict))

    async def export(self, request: Request) -> Response:
        """Write a selection, or answer with it."""
        body = await self._body(request, Export)
        what = body.what()
        if body.to is None:
            if body.format not in TEXTS:
                raise UsageError(
                    f"{body.format} cannot be written as a single text",
                    "say where to write it: --to",
                )
            exporter = self._engine.hands.exporter
            data = await anyio.to_thread.run_sync(exporter.text, what, body.format)
            return Response(data, media_type=TEXTS[body.format][0])
        call = partial(self._engine.export, what, body.format, body.to, body.how)
        return await self._done(call)

    async def _changed(self, change: Callable[[Collections], CollectionChanged]) -> Response:
        return await self._done(partial(self._engine.change_collections, change))

    async def _done(self, begin: "Callable[[], Job]") -> Response:
        job = await anyio.to_thread.run_sync(begin)
        return self._answer(job)

    @staticmethod
    async def _body(request: Request, kind: Any) -> Any:
        return build(kind, await requests.read(request, MOST_BYTES), UsageError)
