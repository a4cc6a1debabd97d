"""`/api/find`: the page's search. GET asks by words and items; POST brings an example along."""

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from muserd.engine.find.finder import Ask
from muserd.ground.errors import FileError
from muserd.ground.json_bodies import Body, Record, encode
from muserd.ground.records import SPACES, ItemId, Space
from muserd.web import questions
from muserd.web.gate import Gate
from muserd.web.posting import PostRule

if TYPE_CHECKING:
    from muserd.engine.engine import Engine

Vectors = dict[Space, list[NDArray[np.float32]]]

MOST_HITS = 1_000
MOST_EXAMPLES = 64
# A picture or a paragraph that is dropped on the page: decoded by the worker, never stored. A
# text has a type of its own, since `text/plain` is one that a form of another page could send.
EXAMPLES: dict[str, tuple[Space, bytes]] = {
    "image/jpeg": ("image", b"example.jpg"),
    "image/png": ("image", b"example.png"),
    "image/webp": ("image", b"example.webp"),
    "image/gif": ("image", b"example.gif"),
    "image/avif": ("image", b"example.avif"),
    "image/heic": ("image", b"example.heic"),
    "image/bmp": ("image", b"example.bmp"),
    "image/tiff": ("image", b"example.tiff"),
    "application/vnd.muser.text": ("text", b"example.md"),
}
EXAMPLE_RULE = PostRule(max_bytes=32 * 2**20, per_s=2.0, burst=8, types=tuple(EXAMPLES))


class Completion(Record, frozen=True, kw_only=True):
    """A value that a filter may have, and how many items have it."""

    value: str
    count: int


class Completions(Body, frozen=True, kw_only=True):
    """The answer of `/api/complete`."""

    key: str
    values: tuple[Completion, ...]


class Group(Record, frozen=True, kw_only=True):
    """The items that share a value, by id."""

    value: str
    items: tuple[int, ...]


class Groups(Body, frozen=True, kw_only=True):
    """The answer of `/api/groups`."""

    key: str
    groups: tuple[Group, ...]


class Find:
    """The routes of the search. Words are answered at once; encoders have a gate of their own."""

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine
        self._quick = Gate(at_once=4, waiting=64)
        self._slow = Gate(at_once=2, waiting=16)  # an encoder answers one at a time anyway

    async def find(self, request: Request) -> Response:
        """`/api/find?q=&space=&limit=&meaning=&like=&unlike=`: see docs/find.md."""
        ask = _ask(request)
        gate = self._slow if ask.meaning else self._quick
        found = await gate.run(partial(self._engine.find.find, ask))
        return Response(encode(found), media_type="application/json")

    async def by_example(self, request: Request) -> Response:
        """POST `/api/find`: the same, with a picture or a text as the body."""
        space, name = EXAMPLES[request.headers["content-type"].split(";")[0].strip().lower()]
        data = await request.body()
        if not data:
            raise HTTPException(400, "the example is empty")
        examples = self._engine.find.examples
        try:
            vector = await self._slow.run(partial(examples.of_bytes, space, data, name))
        except FileError as error:
            raise HTTPException(422, f"the example cannot be used: {error.message}") from None
        ask = _ask(request, {space: [vector]})
        found = await self._slow.run(partial(self._engine.find.find, ask))
        return Response(encode(found), media_type="application/json")

    async def complete(self, request: Request) -> Response:
        """`/api/complete?key=&prefix=&limit=`: values for a filter."""
        key = request.query_params.get("key", "")[:16]
        prefix = request.query_params.get("prefix", "")[:100]
        limit = questions.number(request, "limit", 1, 50, 10)
        found = await self._quick.run(partial(self._engine.find.complete, key, prefix, limit))
        values = tuple(Completion(value=value, count=count) for value, count in found)
        return Response(encode(Completions(key=key, values=values)), media_type="application/json")

    async def groups(self, request: Request) -> Response:
        """`/api/groups?key=&space=&most=`: the items of a space by the values of a filter."""
        key = request.query_params.get("key", "")[:16]
        most = questions.number(request, "most", 1, 100, 12)
        ask = partial(self._engine.find.groups, key, questions.space(request), most)
        found = await self._quick.run(ask)
        groups = tuple(Group(value=value, items=tuple(map(int, ids))) for value, ids in found)
        return Response(encode(Groups(key=key, groups=groups)), media_type="application/json")


def _ask(request: Request, vectors: Vectors | None = None) -> Ask:
    given = request.query_params
    space = given.get("space", "all")
    if space not in (*SPACES, "all"):
        raise HTTPException(400, "`space` must be image, text or all")
    ask = Ask(
        text=given.get("q", ""),
        spaces=SPACES if space == "all" else (space,),  # type: ignore[arg-type]
        limit=questions.number(request, "limit", 1, MOST_HITS, 60),
        meaning=given.get("meaning", "1") != "0",
        like=_items(given.get("like", ""), "like"),
        unlike=_items(given.get("unlike", ""), "unlike"),
        vectors=vectors or {},
    )
    if not ask.text.strip() and not ask.like and not vectors:
        raise HTTPException(400, "`q` or `like` must be given")
    return ask


def _items(text: str, key: str) -> tuple[ItemId, ...]:
    parts = [part for part in text.split(",") if part]
    if len(parts) > MOST_EXAMPLES:
        raise HTTPException(400, f"`{key}` may name at most {MOST_EXAMPLES} items")
    if not all(part.isascii() and part.isdigit() and len(part) <= 10 for part in parts):
        raise HTTPException(400, f"`{key}` must be item ids, separated by commas")
    return tuple(ItemId(int(part)) for part in parts)
