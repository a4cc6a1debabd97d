"""The page's door over real HTTP: who is let in, what is handed out, what is never served."""

import contextlib
import http.client
import json
import random
import socket
import string
import threading
import time
from urllib.parse import quote

import pytest
from fake_engine import FakeEngine, served

from muserd.ground import passes
from muserd.web import connection, loopback_hosts, web_app
from muserd.web.guard import cookie_name

TOKEN = "t" * 43
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


class Page:
    """A served page with its folders."""

    def __init__(self, engine, site, port):
        self.engine, self.site, self.port = engine, site, port
        self.cookie = f"{cookie_name(TOKEN)}={TOKEN}"

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

    def status(self, target, **options):
        return self.ask(target, **options)[0]


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    base = tmp_path_factory.mktemp("page")
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
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    port = bound.getsockname()[1]
    hosts = loopback_hosts(port)
    app = web_app(engine, site_folder=site, token=TOKEN, allowed_hosts=hosts, metrics=True)
    with served(app, bound):
        yield Page(engine, site, port)


@pytest.fixture
def page(running):
    running.engine.reset()
    return running


HOSTS = [
    ("127.0.0.1:{port}", 200),
    ("localhost:{port}", 200),
    ("LocalHost:{port}", 200),
    ("[::1]:{port}", 200),
    ("127.0.0.1", 403),
    ("localhost", 403),
    ("127.0.0.1:1", 403),
    ("127.0.0.1:{port}.evil.example", 403),
    ("evil.example:{port}", 403),
    ("localhost.:{port}", 403),
    ("127.0.0.2:{port}", 403),
    ("0.0.0.0:{port}", 403),
    ("", 403),
    ("user@localhost:{port}", 403),
    ("localhost:0{port}", 403),
]


@pytest.mark.parametrize(("host", "status"), HOSTS)
def test_only_exact_hosts_with_the_port(page, host, status):
    """Against DNS rebinding: a name that resolves to 127.0.0.1 is not enough."""
    assert page.status("/", headers={"Host": host.format(port=page.port)}) == status


def test_a_missing_or_doubled_host_is_refused(page):
    """Requests without one, or with two, are nobody's."""
    for head in (b"GET / HTTP/1.0\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", page.port), 5) as raw:
            raw.sendall(head)
            assert raw.recv(64).split()[1] in {b"403", b"400"}


def test_a_slow_or_endless_head_is_hung_up_on(page, monkeypatch):
    """Neither time nor memory is spent on a request that never comes to its point."""
    monkeypatch.setattr(connection, "HEAD_S", 0.3)
    with socket.create_connection(("127.0.0.1", page.port), 5) as slow:
        slow.sendall(b"GET / HTTP/1.1\r\nHost: ")
        assert slow.recv(1) == b""
    with socket.create_connection(("127.0.0.1", page.port), 5) as silent:
        assert silent.recv(1) == b""
    monkeypatch.undo()
    endless = socket.create_connection(("127.0.0.1", page.port), 5)
    with endless, contextlib.suppress(ConnectionError):
        endless.sendall(b"GET / HTTP/1.1\r\n")
        for number in range(1_000):
            endless.sendall(b"X-%d: %s\r\n" % (number, b"x" * 100))
        assert endless.recv(1) == b""


def test_a_connection_takes_many_requests(page, monkeypatch):
    """The clock of one head is not that of the next, nor of a quiet connection."""
    monkeypatch.setattr(connection, "HEAD_S", 0.3)
    one = http.client.HTTPConnection("127.0.0.1", page.port, timeout=5)
    for _ in range(3):
        one.request("GET", "/manifest.json", headers={"Cookie": page.cookie})
        assert one.getresponse().read() == b"{}"
        threading.Event().wait(0.2)
    one.close()


def test_port_80_may_be_left_out():
    """Browsers do not send it."""
    assert "localhost" in loopback_hosts(80)
    assert "localhost" not in loopback_hosts(8080)


def test_login_sets_a_strict_cookie_once(page):
    """The token leaves the address bar; scripts and other sites never see the cookie."""
    status, headers, _ = page.ask(f"/login?token={TOKEN}", token=False)
    assert (status, headers["location"]) == (303, "/")
    cookie = headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert headers["cache-control"] == "no-store"


def test_a_pass_is_good_once(page):
    """Within a minute, for this token only; a browser that asks twice is let in by its cookie."""
    now_s = time.time()
    one = passes.issue(TOKEN, now_s)
    assert page.status(f"/login?token={one}", token=False) == 303
    assert page.status(f"/login?token={one}", token=False) == 403
    assert page.status(f"/login?token={one}") == 303
    forged = one[:-1] + ("0" if one[-1] != "0" else "1")
    late = passes.issue(TOKEN, now_s - passes.VALID_S - 2)
    early = passes.issue(TOKEN, now_s + 60)
    other = passes.issue("another", now_s)
    for wrong in (forged, late, early, other, "", "-", "--", "1-2-3", "٣-x-y", "x" * 100):
        assert page.status(f"/login?token={quote(wrong)}", token=False) == 403, wrong
    assert page.status("/", token=False, headers={"Cookie": f"{cookie_name(TOKEN)}={one}"}) == 401


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
BAD_TOKENS = [
    {},
    {"Cookie": "muser=t"},
    {"Cookie": f"other={TOKEN}"},
    {"Cookie": f"{cookie_name(TOKEN)}="},
    {"Cookie": f"{cookie_name(TOKEN)}={TOKEN[:-1]}"},
    {"Cookie": f'{cookie_name(TOKEN)}="{TOKEN}é"'.encode()},
    {"Authorization": "Bearer no"},
    {"Authorization": f"Basic {TOKEN}"},
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_nothing_without_the_token(page, address):
    """Every address, existing or not, with every kind of wrong token: 401 and no content."""
    for headers in BAD_TOKENS:
        status, _, body = page.ask(address, token=False, headers=headers)
        assert status == 401
        assert b"muserctl open" in body
    assert page.engine.calls == []


@pytest.mark.parametrize(
    "query", ["", "?token=", "?token=x", f"?token={TOKEN}&token={TOKEN}", "?x"]
)
def test_a_wrong_login_is_refused(page, query):
    """No cookie for a wrong token."""
    status, headers, _ = page.ask(f"/login{query}", token=False)
    assert status == 403
    assert "set-cookie" not in headers


def test_a_bearer_token_will_do(page):
    """For Prometheus, which has no cookies."""
    status, headers, body = page.ask(
        "/metrics", token=False, headers={"Authorization": f"Bearer {TOKEN}"}
    )
    assert status == 200
    assert headers["content-type"].startswith("text/plain")
    assert b"muser_items" in body


METHODS = ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"]


@pytest.mark.parametrize("method", METHODS)
def test_only_get_and_head(page, method):
    """HTTP changes nothing, so no other method is known anywhere."""
    for address in ("/", "/events", "/api/note?id=2", "/login", "/nothing"):
        status, headers, _ = page.ask(address, method=method)
        assert (status, headers["allow"]) == (405, "GET, HEAD")
    assert page.engine.calls == []


def test_head_has_the_headers_and_no_body(page):
    """For every kind of answer, event streams included."""
    for address in ADDRESSES[:-1]:
        status, _, body = page.ask(address, method="HEAD")
        assert (status, body) == (200, b""), address
    assert page.ask("/original?id=1", method="HEAD")[1]["content-length"] == "4"


@pytest.mark.parametrize(
    ("site", "status"),
    [("same-origin", 200), ("none", 200), ("cross-site", 403), ("same-site", 403), ("odd", 403)],
)
def test_other_pages_are_refused(page, site, status):
    """Another port of this machine is `same-site`: it may not embed or link anything."""
    headers = {"Sec-Fetch-Site": site}
    for address in ("/", "/original?id=1", f"/login?token={TOKEN}"):
        wanted = 303 if address.startswith("/login") and status == 200 else status
        assert page.status(address, headers=headers) == wanted


def test_every_answer_keeps_to_itself(page):
    """The same headers on pages, data, errors and refusals."""
    for address, token in ((a, t) for a in ADDRESSES if a != "/events" for t in (True, False)):
        headers = page.ask(address, token=token)[1]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["x-frame-options"] == "DENY"
        assert "default-src" in headers["content-security-policy"]
        assert "access-control-allow-origin" not in headers
        assert "server" not in headers


TRAVERSALS = [
    "/../secret.txt",
    "/%2e%2e/secret.txt",
    "/assets/../../secret.txt",
    "/assets/%2e%2e/%2e%2e/secret.txt",
    "/..%2fsecret.txt",
    "/..%5csecret.txt",
    "//etc/passwd",
    "/%2fetc/passwd",
    "/./manifest.json/..",
    "/.tmp-secret",
    "/link.json",
    "/folder/secret.txt",
    "/assets",
    "/assets/",
    "/manifest.json/",
    "/manifest.json%00.html",
    "/%c0%ae%c0%ae/secret.txt",
    "/a/b/c/d/e/f/g",
    "/C:/secret.txt",
]


@pytest.mark.parametrize("target", TRAVERSALS)
def test_no_path_leads_out_of_the_site(page, target):
    """Dots, links, encodings, half-written files: 404, and never the secret."""
    status, _, body = page.ask(target)
    assert status == 404
    assert b"secret" not in body
    assert b"half" not in body


def test_hashed_files_are_kept_and_the_manifest_is_not(page):
    """Immutable names may be cached for a year; the rest is asked for again, by its tag."""
    assert "immutable" in page.ask("/columns/image-0-0123456789abcdef.json")[1]["cache-control"]
    assert "immutable" in page.ask("/assets/index-BcdEfg12.js")[1]["cache-control"]
    _, headers, _ = page.ask("/manifest.json")
    assert headers["cache-control"] == "no-cache"
    again = page.ask("/manifest.json", headers={"If-None-Match": headers["etag"]})
    assert (again[0], again[2]) == (304, b"")


BAD_IDS = [
    "",
    "x",
    "-1",
    "1.5",
    "4294967296",
    "9" * 30,
    "1e3",
    "%00",
    "٣",
    "0x1",
    "..",
    "/etc/passwd",
]


@pytest.mark.parametrize("given", BAD_IDS)
def test_ids_are_numbers(page, given):
    """Whatever is no number of an item is 400, on every route that takes one."""
    for route in ("/preview", "/original", "/api/similar", "/api/note"):
        assert page.status(f"{route}?id={quote(given, safe='%')}") == 400
        assert page.status(route) == 400


@pytest.mark.parametrize("number", [0, 4, 99, 4_294_967_295])
def test_guessed_ids_are_not_found(page, number):
    """An id that no item has tells nothing."""
    for route in ("/preview", "/original", "/api/similar", "/api/note"):
        assert page.status(f"{route}?id={number}") == 404


def test_originals_are_never_active(page):
    """A picture is shown, markup becomes plain text, everything is sandboxed."""
    _, headers, body = page.ask("/original?id=1")
    assert (headers["content-type"], body) == ("image/png", b"\x89PNG")
    _, headers, body = page.ask("/original?id=3")
    assert headers["content-type"] == "text/plain; charset=utf-8"
    assert body == b"<script>1</script>"
    assert "sandbox" in headers["content-security-policy"]
    page.engine.queries.files[7] = ("v.svg", "image/svg+xml")
    page.engine.queries.files[8] = ('w"\r\nx: y.bin', "application/xhtml+xml")
    for number, name in ((7, "v.svg"), (8, 'w"\r\nx: y.bin')):
        (page.engine.root / name).write_bytes(SVG)
        _, headers, _ = page.ask(f"/original?id={number}")
        assert headers["content-type"] == "application/octet-stream"
        assert headers["content-disposition"].startswith("attachment")
        assert "x" not in headers


def test_an_original_must_be_a_file_inside_its_root(page, tmp_path):
    """A link that leads out of the root, a folder, a FIFO, a vanished file: 404."""
    import os

    secret = tmp_path / "secret"
    secret.write_text("secret")
    root = page.engine.root
    (root / "link.png").symlink_to(secret)
    (root / "out").symlink_to(tmp_path)
    (root / "folder.png").mkdir()
    os.mkfifo(root / "fifo.png")
    names = ("link.png", "out/secret", "folder.png", "fifo.png", "gone.png", "../secret")
    for number, name in enumerate(names, 20):
        page.engine.queries.files[number] = (name, "image/png")
        assert page.status(f"/original?id={number}") == 404, name


def test_questions_are_checked(page):
    """Spaces, limits and words out of range are 400 before the engine is asked."""
    bad = [
        "/api/search?q=&space=image",
        "/api/search?space=image",
        "/api/search?q=a",
        "/api/search?q=a&space=sound",
        "/api/search?q=a&space=image&limit=0",
        "/api/search?q=a&space=image&limit=501",
        f"/api/search?q={'a' * 501}&space=image",
        "/preview?id=1&size=63",
        "/preview?id=1&size=4097",
    ]
    before = page.engine.queries.searches
    assert {page.status(address) for address in bad} == {400}
    assert page.engine.queries.searches == before
    status, _, body = page.ask("/api/search?q=a%20%20b&space=image")
    assert (status, json.loads(body)["query"]) == (200, "a b")


def test_a_cold_encoder_is_503_with_words(page):
    """The page can say why and try again."""
    status, _, body = page.ask("/api/search?q=cold&space=image")
    assert status == 503
    assert json.loads(body)["error"]["message"] == "the encoder is loading"


def test_bodies_and_long_addresses_are_refused(page):
    """Nothing that is sent along is read."""
    assert page.status("/", body=b"x" * 10) == 413
    assert page.status("/", headers={"Transfer-Encoding": "chunked"}, body=None) == 413
    assert page.status("/api/search?space=image&q=" + "a" * 9_000) == 414


def test_no_fuzzed_request_is_a_server_error(page):
    """A thousand odd addresses with odd parameters: refused or answered, never 500."""
    dice = random.Random(7)
    routes = ["/", "/events", "/login", "/metrics", "/x/y", *(a.split("?")[0] for a in ADDRESSES)]
    keys = ["id", "q", "space", "limit", "size", "after", "token", ""]
    letters = string.printable.strip() + "äé☃\u202e"
    for _ in range(1_000):
        route = dice.choice([r for r in routes if r != "/events"])
        if dice.random() < 0.2:
            route += "/" + quote("".join(dice.choices(letters, k=dice.randint(0, 8))), safe="%/")
        pairs = [
            dice.choice(keys) + "=" + quote("".join(dice.choices(letters, k=size)), safe="%&=")
            for size in dice.choices(range(13), k=dice.randint(0, 4))
        ]
        numbers = [f"{dice.choice(keys)}={dice.choice([0, 1, 2, 3, 10**9, 10**40])}"]
        target = route + "?" + "&".join(pairs + numbers)
        status = page.status(target.encode("ascii", "replace").decode())
        assert status < 500, target
