"""`POST /find` on the control socket: the search of `muserctl find`. It changes nothing."""

from typing import TYPE_CHECKING

import anyio.to_thread
import numpy as np
from numpy.typing import NDArray
from starlette.requests import Request
from starlette.responses import Response

from muserd.control import requests
from muserd.control.requests import Fields
from muserd.engine.find.answers import Found
from muserd.engine.find.examples import MOST
from muserd.engine.find.finder import Ask
from muserd.ground.errors import UsageError
from muserd.ground.json_bodies import encode
from muserd.ground.records import SPACES, ItemId, Space

if TYPE_CHECKING:
    from muserd.engine.engine import Engine

_KEYS = ("q", "space", "limit", "meaning", "like", "unlike")
MOST_HITS = 100_000


class Find:
    """The route of the search."""

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine

    async def find(self, request: Request) -> Response:
        """Items by words, filters, and examples by path."""
        body = Fields(await requests.read(request), _KEYS)
        ask = _Asked(
            text=body.string("q"),
            space=body.space(),
            limit=body.number("limit", 1, MOST_HITS, 20),
            meaning=body.flag("meaning", default=True),
            like=body.paths("like", MOST),
            unlike=body.paths("unlike", MOST),
        )
        found = await anyio.to_thread.run_sync(lambda: ask.answered(self._engine))
        return Response(encode(found), media_type="application/json")


class _Asked:
    """A request whose paths are not looked up yet."""

    def __init__(
        self,
        *,
        text: str,
        space: Space | None,
        limit: int,
        meaning: bool,
        like: list[bytes],
        unlike: list[bytes],
    ) -> None:
        self._ask = Ask(
            text=text, spaces=SPACES if space is None else (space,), limit=limit, meaning=meaning
        )
        self._like, self._unlike = like, unlike
        if not text.strip() and not like:
            raise UsageError("nothing to look for", "give words, a filter, or an example: --like")

    def answered(self, engine: "Engine") -> Found:
        """The answer. Raises UsageError, FileError, WorkerError for an example."""
        examples = engine.find.examples
        like, foreign = examples.items(self._like)
        unlike, unknown = examples.items(self._unlike)
        vectors: dict[Space, list[NDArray[np.float32]]] = {}
        unwanted: dict[Space, list[NDArray[np.float32]]] = {}
        for path in foreign:
            space, vector = examples.of_file(path)
            vectors.setdefault(space, []).append(vector)
        for path in unknown:
            space, vector = examples.of_file(path)
            unwanted.setdefault(space, []).append(vector)
        return engine.find.find(
            Ask(
                text=self._ask.text,
                spaces=self._ask.spaces,
                limit=self._ask.limit,
                meaning=self._ask.meaning,
                like=tuple(map(ItemId, like)),
                unlike=tuple(map(ItemId, unlike)),
                vectors=vectors,
                unlike_vectors=unwanted,
            )
        )
