"""The page's door as a browser uses it: the login, the cookie, the event stream."""

import contextlib
import http.client
import json
import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.e2e.daemon import Daemon


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


class Events:
    """What the stream has brought."""

    def __init__(self) -> None:
        self.inbox: queue.Queue[tuple[str, dict[str, Any]]] = queue.Queue()

    def wait(
        self, name: str, wanted: Callable[[dict[str, Any]], bool], timeout_s: float = 60
    ) -> dict[str, Any]:
        """The first event of a name that is wanted."""
        deadline = time.monotonic() + timeout_s
        while True:
            got, data = self.inbox.get(timeout=max(0.01, deadline - time.monotonic()))
            if got == name and wanted(data):
                return data


class Page:
    """Logged in at a daemon's page."""

    def __init__(self, daemon: Daemon) -> None:
        url = urlsplit(daemon.ctl("open", "--print").stdout.strip())
        assert url.hostname is not None
        self.host, self.port = url.hostname, url.port
        answer = self.get(f"{url.path[1:]}?{url.query}", cookie=False)
        assert answer.status in {302, 303, 307}, answer
        self.cookie = answer.headers["set-cookie"].split(";")[0]

    def get(self, address: str, *, cookie: bool = True, host: str = "") -> Answer:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
        try:
            connection.request("GET", f"/{address}", headers=self._headers(cookie, host))
            answer = connection.getresponse()
            headers = {key.lower(): value for key, value in answer.getheaders()}
            return Answer(answer.status, headers, answer.read())
        finally:
            connection.close()

    def json(self, address: str) -> Any:
        answer = self.get(address)
        assert answer.status == 200, answer
        return json.loads(answer.body)

    @contextlib.contextmanager
    def events(self) -> Iterator[Events]:
        """The event stream, open for the length of a block."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=120)
        connection.request("GET", "/events", headers=self._headers(cookie=True, host=""))
        answer = connection.getresponse()
        assert answer.status == 200
        assert answer.getheader("content-type", "").startswith("text/event-stream")
        events = Events()

        def read() -> None:
            name = ""
            with contextlib.suppress(
                OSError, ValueError, AttributeError, http.client.HTTPException
            ):
                for raw in answer:
                    line = raw.decode().rstrip("\n")
                    if line.startswith("event:"):
                        name = line[6:].strip()
                    elif line.startswith("data:"):
                        events.inbox.put((name, json.loads(line[5:])))

        threading.Thread(target=read, daemon=True).start()
        try:
            yield events
        finally:
            if connection.sock is not None:
                connection.sock.close()

    def addresses(self, manifest: dict[str, Any]) -> Iterator[str]:
        for space in manifest["spaces"].values():
            for key in ("columns", "details", "neighbours"):
                yield from space.get(key, ())
            yield from (space[key] for key in ("regions", "terrain", "lineage") if space.get(key))
            thumbs = space.get("thumbs") or {"index": None, "loose": {}}
            yield from thumbs["loose"].values()
            if thumbs["index"]:
                for level in self.json(thumbs["index"])["levels"]:
                    yield from level["pages"]

    def _headers(self, cookie: bool, host: str) -> dict[str, str]:
        headers = {"Host": host or f"{self.host}:{self.port}"}
        if cookie:
            headers["Cookie"] = self.cookie
        return headers
