"""Talks to the daemon: HTTP over its Unix socket, every call with a time limit."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from muserd.ground import unix_socket
from muserd.ground.errors import BusyError, ConfigError, DaemonDownError, MuserError, UsageError
from muserd.ground.paths import Places

if TYPE_CHECKING:
    from muserd.ctl.unix_http import HTTPResponse, UnixConnection

_ERRORS: dict[str, type[MuserError]] = {
    "busy": BusyError,
    "BusyError": BusyError,
    "config": ConfigError,
    "ConfigError": ConfigError,
    "usage": UsageError,
    "UsageError": UsageError,
}
_LIST_S = 120.0  # a hundred thousand items, on a disk that is busy
_FIRST_ERROR = 400  # of the HTTP statuses
_STEP_S = 10.0  # a wait for a ticket is asked for in steps, so that a dead daemon is noticed


class DaemonHungError(DaemonDownError):
    """The daemon is there but does not answer in time."""


class TimeIsUpError(MuserError):
    """What was waited for is not done yet."""


class Client:
    """One daemon. Every method raises DaemonDownError when it does not answer.

    Args:
        where: the folders of the instance.
        timeout_s: the longest silence that is waited out.
    """

    def __init__(self, where: Places, timeout_s: float) -> None:
        self._where = where
        self._path = where.socket
        self._timeout_s = timeout_s

    def get(self, route: str, **query: object) -> dict[str, Any]:
        """The JSON object of a GET route. Raises MuserError as the daemon says."""
        return self._call("GET", route, query, None)

    def post(self, route: str, **fields: object) -> dict[str, Any]:
        """The JSON answer to a POST; fields that are None are left out."""
        body = {key: value for key, value in fields.items() if value is not None}
        return self._call("POST", route, {}, body)

    def post_slow(self, route: str, *, more_s: float, **fields: object) -> dict[str, Any]:
        """The same, for an answer that may take `more_s` seconds longer: an encoder that loads."""
        body = {key: value for key, value in fields.items() if value is not None}
        return self._call("POST", route, {}, body, more_s)

    def post_bytes(self, route: str, *, more_s: float, **fields: object) -> bytes:
        """The body of an answer that is no JSON object. Raises MuserError as the daemon says."""
        body = {key: value for key, value in fields.items() if value is not None}
        connection, response = self._open("POST", route, {}, body, more_s)
        try:
            data = self._read(response.read)
        finally:
            connection.close()
        if response.status >= _FIRST_ERROR:
            raise as_error(json.loads(data)["error"])
        return data

    def lines(self, route: str, **query: object) -> Iterator[dict[str, Any]]:
        """The objects of an NDJSON route, as they come."""
        self.get("/url")  # a daemon that hangs is noticed soon; a long list may take its time
        connection, response = self._open("GET", route, query, None, _LIST_S)
        try:
            while line := self._read(response.readline):
                value = json.loads(line)
                if "error" in value:
                    raise as_error(value["error"])
                yield value
        finally:
            connection.close()

    def do(self, route: str, *, wait_s: float | None, **fields: object) -> dict[str, Any]:
        """POST, and wait for the ticket's result.

        Args:
            route: a POST route.
            wait_s: how long to wait at most; None for not at all.
            fields: the body.

        Returns:
            The result; `{"ticket": id}` when it was not waited for.

        Raises:
            MuserError: as the daemon says, or when the time is over.
        """
        answer = self.post(route, **fields)
        if wait_s is None or answer.get("done"):
            return _result(answer)
        return self.wait(answer["ticket"], wait_s)

    def wait(
        self,
        ticket: str,
        wait_s: float,
        on_step: Callable[[], None] | None = None,
        step_s: float = _STEP_S,
    ) -> dict[str, Any]:
        """The result of a ticket; `on_step` is called every `step_s` seconds until it is there.

        Raises:
            TimeIsUpError: it is not there after `wait_s` seconds.
            MuserError: as the daemon says.
        """
        deadline = time.monotonic() + wait_s
        while True:
            left_s = max(0.0, deadline - time.monotonic())
            answer = self._call(
                "GET", f"/tickets/{ticket}", {"wait": f"{min(left_s, step_s):.2f}"}, None, step_s
            )
            if answer.get("done"):
                return _result(answer)
            if time.monotonic() >= deadline:
                raise TimeIsUpError(
                    f"not done within {wait_s:g} s, but the daemon continues",
                    "see `muserctl status`, or give a longer --timeout",
                )
            if on_step is not None:
                on_step()

    def _call(
        self,
        method: str,
        route: str,
        query: dict[str, object],
        body: dict[str, Any] | None,
        more_s: float = 0.0,
    ) -> dict[str, Any]:
        connection, response = self._open(method, route, query, body, more_s)
        try:
            value: dict[str, Any] = json.loads(self._read(response.read))
        except ValueError:
            raise DaemonDownError(
                f"the daemon's answer to {route} is no JSON", "muserctl and muserd must match"
            ) from None
        finally:
            connection.close()
        if "error" in value and not value.get("done"):
            raise as_error(value["error"])
        return value

    def _open(
        self,
        method: str,
        route: str,
        query: dict[str, object],
        body: dict[str, Any] | None,
        more_s: float = 0.0,
    ) -> "tuple[UnixConnection, HTTPResponse]":
        asked = {key: str(value) for key, value in query.items() if value is not None}
        address = f"{route}?{urlencode(asked)}" if asked else route
        connected = self._connected(self._timeout_s + more_s)
        from muserd.ctl.unix_http import HTTPException, UnixConnection

        connection = UnixConnection(connected)
        data = None if body is None else json.dumps(body).encode()
        headers = {"content-type": "application/json"} if data is not None else {}
        try:
            connection.request(method, address, data, headers)
            response = connection.getresponse()
        except (OSError, HTTPException) as error:
            connection.close()
            raise self._down(error) from error
        if response.status >= 400 and response.getheader("content-type") != "application/json":
            connection.close()
            raise DaemonDownError(
                f"the daemon does not know {route} (HTTP {response.status})",
                "muserctl and muserd must have the same version; restart the daemon",
            )
        return connection, response

    def _connected(self, timeout_s: float) -> socket.socket:
        connected = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connected.settimeout(timeout_s)
        try:
            with unix_socket.address(self._path) as address:
                connected.connect(address)
        except OSError as error:
            connected.close()
            raise self._down(error) from error
        return connected

    def _read(self, read: Callable[[], bytes]) -> bytes:
        from muserd.ctl.unix_http import HTTPException

        try:
            return read()
        except (OSError, HTTPException) as error:
            raise self._down(error) from error

    def _down(self, error: Exception) -> DaemonDownError:
        if isinstance(error, TimeoutError):
            return DaemonHungError(
                f"muserd does not answer within {self._timeout_s:g} s",
                "see `muserctl logs`; stop it with `muserctl service stop`",
            )
        if isinstance(error, PermissionError):
            return DaemonDownError(
                f"no permission for {self._path}", "run muserctl as the user who runs muserd"
            )
        return DaemonDownError(f"muserd is not running (no answer on {self._path})", self._remedy())

    def _remedy(self) -> str:
        """How to start the daemon, and how to reach another one that runs."""
        from muserd.ctl import instances  # only when nothing answers
        from muserd.ctl.service import units

        start = "`muserctl service start`" if units.installed() else "`muserd run`"
        return "; ".join(filter(None, (f"start it with {start}", instances.hint(self._where))))


def as_error(error: dict[str, Any]) -> MuserError:
    """The error that the daemon meant, with its exit status."""
    code = str(error.get("code"))
    kind = UsageError if code.startswith("no-such") else _ERRORS.get(code, MuserError)
    return kind(str(error.get("message", "failed")), str(error.get("hint") or ""))


def _result(answer: dict[str, Any]) -> dict[str, Any]:
    if "error" in answer:
        raise as_error(answer["error"])
    if "result" in answer:
        return dict(answer["result"])
    return {"ticket": answer.get("ticket")}
