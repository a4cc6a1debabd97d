"""Who is let in: host, origin, method, size, token; and what every answer carries."""

import socket
import time
from urllib.parse import quote

import pytest
from starlette.datastructures import Headers

from muserd.ground.passes import BROWSER_S
from muserd.web import guard, loopback_hosts
from muserd.web.headers import session_cookie
from tests.unit.web.page import ADDRESSES, TOKEN, serving

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


def test_port_80_may_be_left_out():
    """Browsers do not send it."""
    assert "localhost" in loopback_hosts(80)
    assert "localhost" not in loopback_hosts(8080)


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


METHODS = ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"]


@pytest.mark.parametrize("method", METHODS)
def test_only_get_and_head(page, method):
    """HTTP changes nothing, so no other method is known anywhere."""
    for address in ("/", "/events", "/api/note?id=2", "/login", "/nothing"):
        status, headers, _ = page.ask(address, method=method)
        assert (status, headers["allow"]) == (405, "GET, HEAD")
    assert page.engine.calls == []


def test_bodies_and_long_addresses_are_refused(page):
    """Nothing that is sent along is read."""
    assert page.status("/", body=b"x" * 10) == 413
    assert page.status("/", headers={"Transfer-Encoding": "chunked"}, body=None) == 413
    assert page.status("/api/search?space=image&q=" + "a" * 9_000) == 414


BAD_TOKENS = [
    {},
    {"Cookie": "muser=t"},
    {"Cookie": "other={secret}"},
    {"Cookie": "{name}="},
    {"Cookie": "{name}={secret}x"},
    {"Cookie": "{name}={token}"},  # what an older release kept there
    {"Cookie": "x{name}={secret}"},
    {"Cookie": '{name}="{secret}é"'.encode()},
    {"Authorization": "Bearer no"},
    {"Authorization": "Bearer {secret}"},
    {"Authorization": "Basic {token}"},
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_nothing_without_a_session(page, address):
    """Every address, existing or not, with every kind of wrong secret: 401 and no content."""
    known = {"name": page.access.name, "secret": page.secret, "token": TOKEN}
    for headers in BAD_TOKENS:
        given = {
            key: value.format(**known)
            if isinstance(value, str)
            else value.decode().format(**known).encode()
            for key, value in headers.items()
        }
        status, _, body = page.ask(address, token=False, headers=given)
        assert status == 401, given
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


def test_login_sets_a_strict_cookie_once(page):
    """The pass leaves the address bar; scripts and other sites never see the cookie."""
    status, headers, _ = page.ask(f"/login?token={TOKEN}", token=False)
    assert (status, headers["location"]) == (303, "/")
    cookie = headers["set-cookie"].lower()
    assert TOKEN not in headers["set-cookie"]
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert headers["cache-control"] == "no-store"


def test_a_pass_is_good_once(page):
    """For this daemon only; a browser that asks twice is let in by its cookie."""
    one = page.access.issue(BROWSER_S)
    status, headers, _ = page.ask(f"/login?token={one}", token=False)
    assert status == 303
    mine = headers["set-cookie"].partition(";")[0]
    assert page.status(f"/login?token={one}", token=False, headers={"Cookie": mine}) == 303
    assert page.status(f"/login?token={one}") == 303  # another session of the same person
    assert page.status(f"/login?token={one}", token=False) == 403
    forged = one[:-1] + ("0" if one[-1] != "0" else "1")
    for wrong in (forged, "", "-", "--", "1-2-3", "٣-x-y", "x" * 100):
        assert page.status(f"/login?token={quote(wrong)}", token=False) == 403, wrong
    assert page.status("/", token=False, headers={"Cookie": f"{page.access.name}={one}"}) == 401


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


def test_the_checks_come_in_their_order(page):
    """A request that is wrong in every way learns of the first check only."""
    wrong = {"Host": "evil.example", "Sec-Fetch-Site": "cross-site"}
    options = {"method": "POST", "token": False, "body": b"x"}
    address = "/?" + "a" * 9_000
    assert page.status(address, headers=wrong, **options) == 403
    del wrong["Host"]
    assert b"other pages" in page.ask(address, headers=wrong, **options)[2]
    assert page.status(address, **options) == 405
    assert page.status(address, token=False, body=b"x") == 413
    assert page.status(address, token=False) == 414
    assert page.status("/", token=False) == 401


def test_who_is_refused_too_often_hears_429_and_the_owner_does_not(tmp_path, monkeypatch):
    """A stranger, or a page that hammers: its connection is closed, the own page works on."""
    monkeypatch.setattr(guard, "REFUSALS_BURST", 30)
    monkeypatch.setattr(guard, "REFUSALS_PER_S", 0.1)
    with serving(tmp_path) as page:
        answers = [page.ask("/", token=False) for _ in range(40)]
        statuses = [status for status, *_ in answers]
        assert statuses[:30] == [401] * 30
        assert statuses[-5:] == [429] * 5
        refused = answers[-1][1]
        assert (refused["connection"], refused["retry-after"]) == ("close", "5")
        assert refused["x-content-type-options"] == "nosniff"
        assert page.status("/") == 200
        assert page.status(f"/login?token={TOKEN}", token=False) == 303


def at_their_limit(name):
    """Heads of 16 kB of every kind that some parser takes long over."""
    room = 15_500
    for piece in (
        '\\"',
        '"',
        "\\000",
        ";",
        "=",
        " ",
        ",",
        "a=b;",
        "%",
        "%2",
        "&",
        "a=1&",
        "[",
        "é",
    ):
        text = (piece * room)[:room]
        yield "Cookie", f"{name}={text}"
        yield "Cookie", text
        yield "Authorization", f"Bearer {text}"
        yield "Authorization", text
        yield "Sec-Fetch-Site", text
        yield "Host", text
        yield "Content-Length", text
        yield "Accept", text
        yield "User-Agent", text
        yield "X-Muser-Page", text
        yield "query", text[:8_000]


def test_every_header_at_its_limit_is_judged_in_no_time(page):
    """Linear work only, whatever library is below: CPython's own cookies took seconds."""
    judge = guard.Guard(
        None,
        access=page.access,
        allowed_hosts=loopback_hosts(page.port),
        home="http://muser-0.localhost",
    )
    slowest = 0.0
    for name, text in at_their_limit(page.access.name):
        raw = [] if name == "Host" else [(b"host", f"127.0.0.1:{page.port}".encode())]
        if name != "query":
            raw.append((name.lower().encode(), text.encode("latin-1")))
        for path in ("/", "/login", "/arrive", "/here", "/do/x"):
            query = b"token=" + text.encode("latin-1") if name == "query" else b""
            scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode()}
            scope |= {"query_string": query, "headers": raw}
            headers = Headers(scope=scope)
            taken = []
            for _ in range(3):  # the least: a pass of the collector may fall into one
                started = time.thread_time()
                given = guard.cookie(headers, page.access.name)
                judge._refusal(scope, headers)
                judge._entry.answer(scope, headers, given)
                judge._unknown(scope, headers, given)
                taken.append(time.thread_time() - started)
            slowest = max(slowest, min(taken))
    assert slowest < 0.005


def test_a_sessions_cookie_lives_as_long_as_the_session():
    """30 days, in seconds; no script, no other page and no other folder gets at it."""
    parts = session_cookie("muser", "secret").split("; ")
    assert parts == ["muser=secret", "Max-Age=2592000", "Path=/", "HttpOnly", "SameSite=Strict"]
