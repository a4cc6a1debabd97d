"""The routes of the control socket: GET reads, POST changes, every body is JSON with a schema.

A POST whose work is done later by the engine's loop is answered with 202 and a ticket;
`GET /tickets/{id}?wait=S` returns the result. An error is
`{"error": {"code", "message", "hint"}}` with the HTTP status that fits.
"""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar, cast

import anyio.to_thread
import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from muserd.control import bodies, requests
from muserd.control.find import Find
from muserd.control.hands import Hands
from muserd.engine.job_results import Refusal
from muserd.engine.status import Health
from muserd.ground import passes
from muserd.ground.access import Access
from muserd.ground.config import Root, check_root, flatten
from muserd.ground.errors import BusyError, ConfigError, MuserError, UsageError
from muserd.ground.json_bodies import Body, ErrorBody, encode
from muserd.ground.records import ItemId
from muserd.ground.sessions import Session
from muserd.ground.struct_checks import build

if TYPE_CHECKING:
    from muserd.engine.engine import Engine
    from muserd.engine.jobs import Job

_PIECE_BYTES = 256 * 1024
_LOOK_S = 0.03  # how often a job that is waited for is looked at
_CODES: dict[type[MuserError], tuple[int, str]] = {
    BusyError: (409, "busy"),
    ConfigError: (422, "config"),
    UsageError: (400, "usage"),
}

B = TypeVar("B", bound=msgspec.Struct)


def control_app(engine: "Engine", *, access: Access, stop: Callable[[], None]) -> Starlette:
    """The control server as an ASGI app, for `bind_socket`.

    Args:
        engine: does the work.
        access: issues passes to the page, and knows the sessions of browsers.
        stop: ends the daemon; called on the event loop.
    """
    reads, changes = Reads(engine, access), Changes(engine, access, stop)
    handlers: dict[Any, Any] = {HTTPException: _http_error, MuserError: _muser_error}
    return Starlette(
        routes=[*reads.routes(), *changes.routes()],
        exception_handlers=handlers,
    )


class Reads:
    """The GET routes. They change nothing."""

    def __init__(self, engine: "Engine", access: Access) -> None:
        self._engine = engine
        self._access = access

    def routes(self) -> list[Route]:
        """Every GET route."""
        engine = self._engine
        return [
            _get("/status", lambda _: _answer(engine.status)),
            _get("/health", self.health),
            _get("/items", self.items),
            _get("/items/{id:int}", self.item),
            _get("/items/{id:int}/text", self.note),
            _get("/regions", self.regions),
            _get(
                "/failures", lambda _: _answer(lambda: bodies.Failures(failures=engine.failures()))
            ),
            _get("/fits", self.fits),
            _get("/roots", lambda _: _answer(lambda: bodies.Roots(roots=engine.status().roots))),
            _get("/config", self.config),
            _get("/url", self.url),
            _get("/passes/{id}", self.pass_state),
            _get("/sessions", self.sessions),
            _get("/metrics", self.metrics),
            _get("/tickets/{id}", self.job),
        ]

    async def health(self, _request: Request) -> Response:
        """200 when everything works, 503 with the problems otherwise."""
        health = await anyio.to_thread.run_sync(self._engine.health)
        problems = self._access.problems()
        if problems:
            health = Health(ok=False, problems=(*health.problems, *problems))
        return _json(health, 200 if health.ok else 503)

    async def items(self, request: Request) -> Response:
        """Every item, a JSON object a line."""
        space = requests.space(request.query_params.get("space"))
        return await _lines(lambda: self._engine.items(space))

    async def item(self, request: Request) -> Response:
        """One item."""
        wanted = ItemId(request.path_params["id"])
        found = await anyio.to_thread.run_sync(self._engine.item, wanted)
        if found is None:
            raise HTTPException(404, f"there is no item {wanted}")
        return _json(found)

    async def note(self, request: Request) -> Response:
        """The text of a note."""
        wanted = ItemId(request.path_params["id"])
        found = await anyio.to_thread.run_sync(self._engine.queries.note_text, wanted)
        if found is None:
            raise HTTPException(404, f"there is no note {wanted}")
        return _json(found)

    async def regions(self, request: Request) -> Response:
        """Every living region, a JSON object a line."""
        space = requests.space(request.query_params.get("space"))
        return await _lines(lambda: self._engine.regions(space))

    async def failures(self, _request: Request) -> Response:
        """Every file that could not be read."""
        return await _answer(lambda: bodies.Failures(failures=self._engine.failures()))

    async def fits(self, request: Request) -> Response:
        """The fits of a space, or of both."""
        space = requests.space(request.query_params.get("space"))
        return await _answer(lambda: bodies.Fits(fits=self._engine.fits(space)))

    async def config(self, _request: Request) -> Response:
        """The values in use, and the file they came from."""
        config, where = self._engine.config, self._engine.where
        return _json(
            bodies.ConfigInUse(
                values=flatten(config),
                roots=tuple(root.path for root in config.roots),
                path=str(where.config),
                state=str(where.state),
                log=str(where.log),
            )
        )

    async def url(self, request: Request) -> Response:
        """Where the page is, and an address that opens it: `?for=browser|print|ever`."""
        page, login, given = self._engine.page_url, "", ""
        purpose = request.query_params.get("for", "")
        valid_s = {"browser": passes.BROWSER_S, "print": passes.PRINTED_S}.get(purpose)
        if page and purpose == "ever":
            login = f"{page}login?token={self._access.token}"
        elif page and valid_s is not None:
            given = self._access.issue(valid_s)
            login = f"{page}login?token={given}"
        problem = self._engine.page_problem
        body = bodies.Address(url=page, login=login, pass_id=passes.id_of(given), problem=problem)
        return _json(body)

    async def pass_state(self, request: Request) -> Response:
        """Whether a browser has come with this pass: `waiting`, `spent` or `over`."""
        state = self._access.pass_state(request.path_params["id"])
        return _json(bodies.PassState(state=state))

    async def sessions(self, _request: Request) -> Response:
        """The browsers that may look at the page."""
        return _json(bodies.Sessions(sessions=tuple(map(_session, self._access.sessions()))))

    async def metrics(self, _request: Request) -> Response:
        """Prometheus text."""
        from muserd.engine import metrics  # prometheus-client: only where it is asked for

        text = await anyio.to_thread.run_sync(lambda: metrics.render(self._engine.status()))
        return Response(text, media_type=metrics.MEDIA_TYPE)

    async def job(self, request: Request) -> Response:
        """A job's result; with `?wait=S`, as soon as it is there within S seconds."""
        job = self._engine.job(request.path_params["id"])
        if job is None:
            raise HTTPException(404, "no such job; finished ones are kept for a while only")
        wait_s = requests.seconds(request.query_params.get("wait"))
        loop = asyncio.get_running_loop()
        deadline = loop.time() + wait_s
        # Polled, so that no thread is blocked: many clients may wait.
        while not job.done and loop.time() < deadline:  # noqa: ASYNC110 - set by a thread
            await asyncio.sleep(_LOOK_S)
        return _job(job)


class Changes:
    """The POST routes."""

    def __init__(self, engine: "Engine", access: Access, stop: Callable[[], None]) -> None:
        self._engine = engine
        self._access = access
        self._stop = stop

    def routes(self) -> list[Route]:
        """Every POST route, with the struct of its body."""
        engine = self._engine
        return [
            _post("/sync", requests.Nothing, lambda _: engine.sync()),
            _post("/pause", requests.Nothing, lambda _: engine.pause()),
            _post("/resume", requests.Nothing, lambda _: engine.resume()),
            _post("/verify", requests.Verify, lambda b: engine.verify(repair=b.repair)),
            _post("/backup", requests.Backup, self._backup),
            _post("/adopt", requests.Adopt, self._adopt),
            _post("/shutdown", requests.Nothing, lambda _: self._stop(), status=202),
            Route("/find", Find(engine).find, methods=["POST"]),
            Route("/sessions/revoke", self.revoke, methods=["POST"]),
            *self._map_routes(),
            *self._file_routes(),
            *Hands(engine, _job, _lines).routes(),
        ]

    def _map_routes(self) -> list[Route]:
        engine = self._engine
        return [
            _post(
                "/refit",
                requests.Refit,
                lambda b: engine.refit(b.space, fresh=b.fresh, engine=b.engine),
            ),
            _post("/accept", requests.Accept, lambda b: engine.accept(b.space)),
            _post("/rollback", requests.Rollback, lambda b: engine.rollback(b.space, b.number)),
            _post(
                "/regions/rename",
                requests.Rename,
                lambda b: engine.rename_region(b.space, b.region, requests.region_name(b.name)),
            ),
            _post("/encoder/switch", requests.Switch, lambda b: engine.switch_encoder(b.space)),
        ]

    def _file_routes(self) -> list[Route]:
        engine, path, some_path = self._engine, requests.path, requests.some_path
        return [
            _post(
                "/rescan",
                requests.Rescan,
                lambda b: engine.rescan(some_path(b.root, "root"), force=b.force),
            ),
            _post(
                "/failures/retry",
                requests.SomePath,
                lambda b: engine.retry_failures(some_path(b.path)),
            ),
            _post("/roots", Root, self._add_root),
            _post(
                "/roots/remove",
                requests.RemoveRoot,
                lambda b: engine.remove_root(path(b.path), keep=b.keep),
            ),
            _post(
                "/forget",
                requests.Forget,
                lambda b: engine.forget(tuple(map(path, b.paths)), deleted=b.deleted),
            ),
            _post(
                "/roots/confirm",
                requests.SomePath,
                lambda b: engine.confirm_root(some_path(b.path)),
            ),
        ]

    async def revoke(self, request: Request) -> Response:
        """End one session, or with `all` every one; the token is replaced then too."""
        body = build(requests.Revoke, await requests.read(request), UsageError)
        ended = await anyio.to_thread.run_sync(self._access.revoke, body.id)
        return _json(bodies.Done(result={"ended": ended}))

    def _add_root(self, root: Root) -> "Job":
        requests.path(root.path)
        check_root(root, "root", UsageError)
        return self._engine.add_root(root)

    def _adopt(self, body: requests.Adopt) -> "Job":
        rebases = {requests.path(a, "roots"): requests.path(b, "roots") for a, b in body.roots}
        folder = Path(os.fsdecode(requests.path(body.folder, "folder")))
        return self._engine.adopt(folder, rebases)

    def _backup(self, body: requests.Backup) -> "Job":
        return self._engine.backup(Path(os.fsdecode(requests.path(body.target, "target"))))


def _session(session: Session) -> bodies.SessionInfo:
    return bodies.SessionInfo(
        id=session.id,
        browser=session.browser,
        made_at_ms=session.made_ms,
        seen_at_ms=session.seen_ms,
        ends_at_ms=session.ends_ms,
    )


def _post(
    path: str, kind: type[B], work: "Callable[[B], Job | None]", *, status: int = 200
) -> Route:
    """A route that calls `work` with the checked body; `status` where it is done at once."""

    async def change(request: Request) -> Response:
        body = build(kind, await requests.read(request), UsageError)
        job = await anyio.to_thread.run_sync(work, body)
        return _job(job) if job is not None else _json(bodies.Done(), status)

    return Route(path, change, methods=["POST"])


def _job(job: "Job") -> Response:
    """200 with the result when it is there, 202 before; a failure is an error of its own."""
    result = job.result if job.done else None
    if result is None:
        return _json(bodies.Ticket(ticket=job.id, done=False), 202)
    if isinstance(result, Refusal):
        return _json(bodies.Ticket(ticket=job.id, done=True, error=result.error), 409)
    return _json(bodies.Ticket(ticket=job.id, done=True, result=result))


def _get(path: str, read: Callable[[Request], Awaitable[Response]]) -> Route:
    async def endpoint(request: Request) -> Response:
        return await read(request)

    return Route(path, endpoint, methods=["GET"])


async def _answer(read: Callable[[], Body]) -> Response:
    return _json(await anyio.to_thread.run_sync(read))


def _json(body: Body, status: int = 200) -> Response:
    return Response(encode(body), status, media_type="application/json")


async def _lines(objects: Callable[[], Iterable[Body]]) -> Response:
    """NDJSON. Written to a file first: a reader that pauses must not hold the store's pages."""
    file = await anyio.to_thread.run_sync(_written, objects)
    return StreamingResponse(_pieces(file), media_type="application/x-ndjson")


def _written(objects: Callable[[], Iterable[Body]]) -> BinaryIO:
    file = cast("BinaryIO", tempfile.TemporaryFile())  # noqa: SIM115 - `_pieces` closes it
    for one in objects():
        file.write(encode(one) + b"\n")
    file.seek(0)
    return file


async def _pieces(file: BinaryIO) -> AsyncIterator[bytes]:
    with file:
        while piece := await anyio.to_thread.run_sync(file.read, _PIECE_BYTES):
            yield piece


def _http_error(_request: Request, error: HTTPException) -> Response:
    code = {404: "unknown", 405: "usage"}.get(error.status_code, "failed")
    return _json(ErrorBody.of(code, error.detail, ""), error.status_code)


def _muser_error(_request: Request, error: MuserError) -> Response:
    for kind, (status, code) in _CODES.items():
        if isinstance(error, kind):
            return _json(ErrorBody.of(code, error.message, error.hint), status)
    return _json(ErrorBody.of("failed", error.message, error.hint), 500)
