"""What a POST must bring along, before any route sees it."""

import contextlib
import http.client
import socket

import pytest
from fake_engine import served
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from muserd.ground.access import page_key
from muserd.web import loopback_hosts
from muserd.web.guard import Guard
from muserd.web.posting import PostRule
from tests.unit.web.page import TOKEN, make_access


class Desk:
    """A guarded app that counts what it is asked to do."""

    def __init__(self, base):
        self.done = []
        self.access = make_access(base)
        self.secret = self.access.enter(TOKEN, "", "").secret
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]

    async def do(self, request: Request) -> JSONResponse:
        body = await request.body()
        self.done.append(body)
        return JSONResponse({"bytes": len(body)})

    def app(self):
        rules = {
            "/do/": PostRule(max_bytes=1_000, per_s=0.001, burst=40),
            "/api/search": PostRule(max_bytes=100_000, types=("application/json", "image/png")),
        }
        route = [Route("/{name:path}", self.do, methods=["GET", "POST"])]
        hosts = loopback_hosts(self.port)
        guard = Middleware(Guard, access=self.access, allowed_hosts=hosts, posts=rules)
        return Starlette(routes=route, middleware=[guard])

    def post(self, path="/do/rename", body=b"{}", **changed):
        """Status of a POST that is right but for what is changed; None takes a header away."""
        sent = {
            "Host": f"127.0.0.1:{self.port}",
            "Cookie": f"{self.access.name}={self.secret}",
            "Origin": f"http://127.0.0.1:{self.port}",
            "Sec-Fetch-Site": "same-origin",
            "X-Muser-Page": page_key(self.secret),
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
        }
        sent |= {name.replace("_", "-"): value for name, value in changed.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.putrequest("POST", path, skip_host=True, skip_accept_encoding=True)
        for name, value in sent.items():
            for one in value if isinstance(value, list) else [value]:
                if one is not None:
                    connection.putheader(name, one)
        connection.endheaders(body)
        status = connection.getresponse().status
        connection.close()
        return status


@pytest.fixture
def desk(tmp_path):
    one = Desk(tmp_path)
    with served(one.app(), one.socket):
        yield one


def test_the_page_itself_may_post(desk):
    """Cookie, origin, key, type and length as the page sends them."""
    assert desk.post() == 200
    assert desk.post(Sec_Fetch_Site=None) == 200  # a browser that does not say it
    assert desk.post("/api/search", b"x" * 90_000, Content_Type="image/png") == 200
    assert len(desk.done) == 3


WRONG = {
    "no cookie": ({"Cookie": None}, 401),
    "a bearer's token": ({"Cookie": None, "Authorization": f"Bearer {TOKEN}"}, 401),
    "no origin": ({"Origin": None}, 403),
    "a null origin": ({"Origin": "null"}, 403),
    "another port": ({"Origin": "http://127.0.0.1:1"}, 403),
    "another host": ({"Origin": "http://localhost:{port}"}, 403),
    "another scheme": ({"Origin": "https://127.0.0.1:{port}"}, 403),
    "two origins": ({"Origin": ["http://127.0.0.1:{port}", "http://evil.example"]}, 403),
    "a longer origin": ({"Origin": "http://127.0.0.1:{port}.evil.example"}, 403),
    "same site": ({"Sec_Fetch_Site": "same-site"}, 403),
    "cross site": ({"Sec_Fetch_Site": "cross-site"}, 403),
    "a typed address": ({"Sec_Fetch_Site": "none"}, 403),
    "two sites": ({"Sec_Fetch_Site": ["same-origin", "cross-site"]}, 403),
    "no key": ({"X_Muser_Page": None}, 403),
    "a wrong key": ({"X_Muser_Page": "0" * 64}, 403),
    "two keys": ({"X_Muser_Page": ["{key}", "{key}"]}, 403),
    "an odd key": ({"X_Muser_Page": "é".encode("latin-1")}, 403),
    "the cookie as key": ({"X_Muser_Page": "{secret}"}, 403),
    "a form": ({"Content_Type": "application/x-www-form-urlencoded"}, 415),
    "plain text": ({"Content_Type": "text/plain"}, 415),
    "no type": ({"Content_Type": None}, 415),
    "no length": ({"Content_Length": None}, 411),
    "chunked": ({"Content_Length": None, "Transfer_Encoding": "chunked"}, 411),
    "too long": ({"Content_Length": "1001"}, 413),
    "endless digits": ({"Content_Length": "1" * 5_000}, 400),
}


@pytest.mark.parametrize("what", WRONG)
def test_everybody_else_may_not(desk, what):
    """One thing wrong is enough, and nothing is done."""
    headers, status = WRONG[what]
    known = {"port": desk.port, "key": page_key(desk.secret), "secret": desk.secret}
    filled = {
        name: [one.format(**known) for one in value]
        if isinstance(value, list)
        else value.format(**known)
        if isinstance(value, str)
        else value
        for name, value in headers.items()
    }
    assert desk.post(body=b"" if status == 411 else b"{}", **filled) == status
    assert desk.done == []


def test_only_paths_with_a_rule(desk):
    """Whatever is not listed hears 405, as ever."""
    for path in ("/", "/do", "/dothis", "/api/search/x", "/api/note", "/login", "/events"):
        assert desk.post(path) == 405, path
    assert desk.done == []


def test_how_often_is_bounded(desk):
    """A page that goes wild does no more than its burst."""
    statuses = [desk.post() for _ in range(45)]
    assert statuses.count(200) == 40
    assert statuses[-1] == 429
    assert len(desk.done) == 40


def test_a_body_is_no_longer_than_it_said(desk):
    """What follows it is a request of its own, and judged as one."""
    with socket.create_connection(("127.0.0.1", desk.port), 5) as raw, contextlib.suppress(OSError):
        head = (
            f"POST /do/x HTTP/1.1\r\nHost: 127.0.0.1:{desk.port}\r\n"
            f"Cookie: {desk.access.name}={desk.secret}\r\n"
            f"Origin: http://127.0.0.1:{desk.port}\r\nX-Muser-Page: {page_key(desk.secret)}\r\n"
            "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n"
        )
        raw.sendall(head.encode() + b"{}" + b"x" * 5_000)
        raw.recv(65_536)
    assert all(one == b"{}" for one in desk.done)


def test_no_rule_lets_a_form_in():
    """A form of another page is sent without asking first."""
    for kind in ("text/plain", "multipart/form-data", "application/x-www-form-urlencoded"):
        with pytest.raises(ValueError, match="form"):
            PostRule(types=(kind,))
