"""A served page with its folders, asked over real HTTP exactly as a test says."""

import contextlib
import http.client
import socket
from collections.abc import Iterator
from pathlib import Path

from fake_engine import FakeEngine, served

from muserd.ground.access import Access
from muserd.ground.clock import SystemClock
from muserd.web import loopback_hosts, web_app

TOKEN = "t" * 43

ADDRESSES = [
    "/",
    "/manifest.json",
    "/index.html",
    "/assets/index-BcdEfg12.js",
    "/events",
    "/api/search?q=a&space=image",
    "/api/similar?id=1",
    "/api/note?id=2",
    "/preview?id=1",
    "/original?id=1",
    "/metrics",
    "/nothing",
]


class Page:
    """A served page with its folders."""

    def __init__(self, engine, site, port, access):
        self.engine, self.site, self.port, self.access = engine, site, port, access
        self.secret = access.enter(TOKEN, "a test", "").secret
        self.cookie = f"{access.name}={self.secret}"

    def ask(self, target, *, method="GET", token=True, headers=None, body=None):
        """Status, headers and body of one request, sent exactly as given."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        sent = {"Host": f"127.0.0.1:{self.port}"}
        if token:
            sent["Cookie"] = self.cookie
        for name, value in (sent | (headers or {})).items():
            if value is not None:
                connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        response = connection.getresponse()
        data = response.read()
        connection.close()
        return response.status, {k.lower(): v for k, v in response.getheaders()}, data

    def head(self, target):
        """The bytes of a request that is let in."""
        lines = (f"GET {target} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", f"Cookie: {self.cookie}")
        return "\r\n".join([*lines, "", ""]).encode()

    def status(self, target, **options):
        return self.ask(target, **options)[0]


@contextlib.contextmanager
def serving(base: Path, bound: socket.socket | None = None) -> Iterator[Page]:
    """A page with an engine, a site, and what must never be handed out beside them."""
    site = base / "site"
    (site / "assets").mkdir(parents=True)
    (site / "columns").mkdir()
    (site / "index.html").write_text("<!doctype html><title>Muser</title>")
    (site / "manifest.json").write_text("{}")
    (site / "assets" / "index-BcdEfg12.js").write_text("1")
    (site / "columns" / "image-0-0123456789abcdef.json").write_text("{}")
    (site / ".tmp-secret").write_text("half-written")
    (base / "secret.txt").write_text("secret")
    (site / "link.json").symlink_to(base / "secret.txt")
    (site / "folder").symlink_to(base)
    engine = FakeEngine(base)
    for name, data in (("a.png", b"\x89PNG"), ("b.md", b"# b"), ("c.html", b"<script>1</script>")):
        (engine.root / name).write_bytes(data)
    if bound is None:
        bound = socket.socket()
        bound.bind(("127.0.0.1", 0))
    port = bound.getsockname()[1]
    hosts = loopback_hosts(port)
    access = make_access(base)
    home = f"{access.name}.localhost:{port}"
    app = web_app(
        engine,
        site_folder=site,
        access=access,
        allowed_hosts=hosts | {home},
        metrics=True,
        home=f"http://{home}",
    )
    with served(app, bound):
        yield Page(engine, site, port, access)


def make_access(base: Path, clock=None) -> Access:
    """Who may look, with `TOKEN` as the token."""
    base.mkdir(parents=True, exist_ok=True)
    (base / "token").write_text(TOKEN)
    return Access(base / "token", base / "sessions.json", clock or SystemClock())
