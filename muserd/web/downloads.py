"""`/do/export/…` and `/api/export…`: exports that take their time, as downloads.

Begun and dropped by POST, with the guards of every other one (`muserd.web.posting`); looked at and
fetched by GET, by number.
"""

from functools import cached_property, partial
from typing import TYPE_CHECKING, Annotated, TypeVar

import anyio.to_thread
import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from muserd.engine.hands.downloads import Bundle, Downloads, DownloadState
from muserd.engine.hands.exporter import Manner
from muserd.ground.errors import MuserError, UsageError
from muserd.ground.json_bodies import encode
from muserd.hands.redaction import USUAL
from muserd.poster.job import Form as Sheet
from muserd.web import questions
from muserd.web.bodies import Asked, Chosen, Id, read_body
from muserd.web.originals import original_response

if TYPE_CHECKING:
    from muserd.engine.engine import Engine

T = TypeVar("T")

_MOST_NUMBERS = 2**31
Short = Annotated[str, msgspec.Meta(max_length=200)]


class Begin(Chosen, frozen=True, kw_only=True):
    """`/do/export/begin`. Nothing given: everything."""

    format: Bundle
    name: Short = "muser"
    title: Short = ""
    sheet: Sheet = "pdf"
    paper: Annotated[str, msgspec.Meta(max_length=20)] = "A3"
    dark: bool = False
    without: Annotated[tuple[Short, ...], msgspec.Meta(max_length=20)] = USUAL
    blurred: bool = False


class Drop(Asked, frozen=True, kw_only=True):
    """`/do/export/drop`."""

    number: Id


class Exports:
    """The routes."""

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine

    @cached_property
    def _downloads(self) -> Downloads:
        return Downloads(self._engine.hands.exporter, self._engine.where.cache / "exports")

    def routes(self) -> list[Route]:
        """Every route."""
        return [
            Route("/do/export/begin", self.begin, methods=["POST"]),
            Route("/do/export/drop", self.drop, methods=["POST"]),
            Route("/api/export", self.state),
            Route("/api/export/file", self.file),
        ]

    async def begin(self, request: Request) -> Response:
        """Start one; the answer is its state."""
        body = await read_body(request, Begin)
        how = Manner(
            without=body.without,
            blurred=body.blurred,
            title=body.title,
            paper=body.paper,
            dark=body.dark,
        )
        try:
            what = body.what()
            call = partial(
                self._downloads.begin, what, body.format, how, sheet=body.sheet, name=body.name
            )
            return _json(await anyio.to_thread.run_sync(call))
        except UsageError as error:
            raise HTTPException(400, f"{error.message}: {error.hint}") from None
        except MuserError as error:
            raise HTTPException(409, f"{error.message}: {error.hint}") from None

    async def drop(self, request: Request) -> Response:
        """Delete one, or stop it."""
        body = await read_body(request, Drop)
        await _known(partial(self._downloads.drop, body.number))
        return Response(status_code=204)

    async def state(self, request: Request) -> Response:
        """`/api/export?number=`: how far it is."""
        state: DownloadState = await _known(partial(self._downloads.state, _number(request)))
        return _json(state)

    async def file(self, request: Request) -> Response:
        """`/api/export/file?number=`: what was made, always as a download."""
        path, name = await _known(partial(self._downloads.file, _number(request)))
        try:
            file = await anyio.to_thread.run_sync(lambda: path.open("rb"))
        except OSError:
            raise HTTPException(404, "this export is no longer there") from None
        head, asked = request.method == "HEAD", request.headers.get("range", "")
        return original_response(file, "application/octet-stream", name, head=head, asked=asked)


def _number(request: Request) -> int:
    return questions.number(request, "number", 0, _MOST_NUMBERS, 0)


async def _known(call: "partial[T]") -> T:
    try:
        return await anyio.to_thread.run_sync(call)
    except KeyError:
        raise HTTPException(404, "there is no such export") from None


def _json(body: msgspec.Struct) -> Response:
    return Response(encode(body), media_type="application/json")
