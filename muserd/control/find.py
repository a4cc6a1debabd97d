"""`POST /find` on the control socket: the search of `muserctl find`. It changes nothing."""

from typing import TYPE_CHECKING

import anyio.to_thread
import numpy as np
from numpy.typing import NDArray
from starlette.requests import Request
from starlette.responses import Response

from muserd.control import requests
from muserd.engine.find.answers import Found
from muserd.engine.find.finder import Ask
from muserd.ground.errors import UsageError
from muserd.ground.json_bodies import encode
from muserd.ground.records import SPACES, ItemId, Space
from muserd.ground.struct_checks import build

if TYPE_CHECKING:
    from muserd.engine.engine import Engine


class Find:
    """The route of the search."""

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine

    async def find(self, request: Request) -> Response:
        """Items by words, filters, and examples by path."""
        body = build(requests.Find, await requests.read(request), UsageError)
        like = [requests.path(one, "like") for one in body.like]
        unlike = [requests.path(one, "unlike") for one in body.unlike]
        found = await anyio.to_thread.run_sync(self._answer, body, like, unlike)
        return Response(encode(found), media_type="application/json")

    def _answer(self, body: requests.Find, like: list[bytes], unlike: list[bytes]) -> Found:
        """The answer. Raises UsageError, FileError, WorkerError for an example."""
        examples = self._engine.find.examples
        wanted, foreign = examples.items(like)
        unwanted, unknown = examples.items(unlike)
        return self._engine.find.find(
            Ask(
                text=body.q,
                spaces=SPACES if body.space is None else (body.space,),
                limit=body.limit,
                meaning=body.meaning,
                like=tuple(map(ItemId, (*wanted, *body.like_items))),
                unlike=tuple(map(ItemId, (*unwanted, *body.unlike_items))),
                vectors=self._vectors(foreign),
                unlike_vectors=self._vectors(unknown),
            )
        )

    def _vectors(self, paths: list[bytes]) -> dict[Space, list[NDArray[np.float32]]]:
        """The vectors of files that are no items, by space."""
        vectors: dict[Space, list[NDArray[np.float32]]] = {}
        for path in paths:
            space, vector = self._engine.find.examples.of_file(path)
            vectors.setdefault(space, []).append(vector)
        return vectors
