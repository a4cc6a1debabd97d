"""A small stand-in for the daemon's web door: files, events and the few questions of the page."""

import json
import queue
import threading
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; "
    "connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'"
)

BEAT = b"event: beat\ndata: {}\n\n"


class Handler(SimpleHTTPRequestHandler):
    """Serves the folder under a policy stricter than the daemon's own."""

    protocol_version = "HTTP/1.1"
    site: "SiteServer"

    def end_headers(self) -> None:
        if self.site.policy:
            self.send_header("Content-Security-Policy", self.site.policy)
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, *_: Any) -> None:
        """Tests read failures, not logs."""

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        self.site.asked.append(self.path)
        if self.site.down:
            self.send_error(503)
        elif url.path == "/events":
            self._events()
        elif url.path in self.site.answers:
            self._answer(self.site.answers[url.path](parse_qs(url.query)))
        else:
            super().do_GET()

    def do_POST(self) -> None:
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.site.posted.append((dict(self.headers), body))
        if url.path in self.site.answers:
            self._answer(self.site.answers[url.path](parse_qs(url.query)))
        else:
            self.send_error(404)

    def _answer(self, value: Any) -> None:
        data = value if isinstance(value, bytes) else json.dumps(value).encode()
        kind = "image/webp" if isinstance(value, bytes) else "application/json"
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _next(self, channel: "queue.Queue[bytes | None]") -> bytes | None:
        """The next message, or a beat; one that hangs sends neither."""
        while True:
            try:
                message = channel.get(timeout=1)
            except queue.Empty:
                message = BEAT
            if message is None or not self.site.hangs.is_set():
                return message

    def _events(self) -> None:
        while self.site.hangs.is_set():
            time.sleep(0.1)
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(BEAT)
        self.wfile.flush()
        channel: queue.Queue[bytes | None] = queue.Queue()
        self.site.channels.append(channel)
        try:
            while (message := self._next(channel)) is not None:
                self.wfile.write(message)
                self.wfile.flush()
        except OSError:
            pass
        finally:
            self.site.channels.remove(channel)
        self.close_connection = True


class SiteServer:
    """One site on a free port; a context manager."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[str] = []
        self.posted: list[tuple[dict[str, str], bytes]] = []
        self.channels: list[queue.Queue[bytes | None]] = []
        self.answers: dict[str, Any] = {}
        self.down = False
        self.policy = POLICY
        self.hangs = threading.Event()  # while it is set, streams are open and silent
        handler = type("SiteHandler", (Handler,), {"site": self})
        self._server = ThreadingHTTPServer(
            ("127.0.0.1", 0), partial(handler, directory=str(folder))
        )
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        """The page's address, with a slash at the end."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/"

    def send(self, event: str, data: dict[str, Any]) -> None:
        """One event to every listener."""
        revision = data.get("revision", 0)
        text = f"id: {revision}\nevent: {event}\ndata: {json.dumps(data)}\n\n"
        for channel in list(self.channels):
            channel.put(text.encode())

    def hang_up(self) -> None:
        """End every event stream."""
        for channel in list(self.channels):
            channel.put(None)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.hangs.clear()
        self.hang_up()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
