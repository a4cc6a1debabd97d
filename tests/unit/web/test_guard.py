"""Who is let in: host, origin, method, size, token; and what every answer carries."""

import socket
import time
from urllib.parse import quote

import pytest

from muserd.ground import passes
from muserd.web import guard, loopback_hosts
from muserd.web.guard import cookie_name
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
