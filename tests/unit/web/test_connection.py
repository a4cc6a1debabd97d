"""Connections: none is held for nothing, and none holds up another."""

import contextlib
import http.client
import random
import socket
import threading
import time

import pytest

from muserd.daemon import servers
from muserd.web import connection
from tests.unit.web.page import serving


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
        answer = b"".join(iter(lambda: endless.recv(65_536), b""))
        assert answer.startswith(b"HTTP/1.1 431 ")


def head_of(size, page, *more):
    """A request that is let in, of exactly so many bytes."""
    start = page.head("/manifest.json")[:-2] + b"".join(more)
    return start + b"X: " + b"x" * (size - len(start) - 7) + b"\r\n\r\n"


@pytest.mark.parametrize(
    ("size", "status"),
    [(1_000, 200), (16_383, 200), (16_385, 431), (17_000, 431), (120_000, 431), (1_000_000, 431)],
)
def test_a_head_has_16_kb_however_it_comes(page, size, status):
    """At once or in pieces; whoever sends more hears why, and is not cut off by a reset."""
    whole = head_of(size, page)
    assert len(whole) == size
    for piece in (size, 1_500):
        with socket.create_connection(("127.0.0.1", page.port), 5) as raw:
            for at in range(0, size, piece):
                raw.sendall(whole[at : at + piece])
            answer = raw.recv(65_536)
            assert int(answer.split()[1]) == status
            if status == 431:
                while more := raw.recv(65_536):
                    answer += more
                assert b"clear the cookies of 127.0.0.1" in answer


def test_a_second_head_is_counted_as_the_first(page):
    """Behind a short request on the same connection, later or in the same packet."""
    short = page.head("/manifest.json")
    for second, status in ((10_000, b"200"), (60_000, b"431")):
        with socket.create_connection(("127.0.0.1", page.port), 5) as raw:
            raw.sendall(short)
            answer = b""
            while not answer.endswith(b"{}"):
                answer += raw.recv(65_536)
            raw.sendall(head_of(second, page))
            assert raw.recv(65_536).split()[1] == status
    with socket.create_connection(("127.0.0.1", page.port), 5) as raw:
        raw.sendall(short + head_of(60_000, page))  # the first is not answered yet: both are cut
        with contextlib.suppress(ConnectionError):
            assert raw.recv(65_536).count(b"HTTP/1.1") <= 1


def test_no_more_of_a_head_than_the_limit_reaches_the_parser(page, monkeypatch):
    """Counted before it is parsed: 20,000 lines in one packet cost nothing."""
    seen = []
    feed = connection.HttpToolsProtocol.data_received

    def counted(self, data):
        seen.append(len(data))
        feed(self, data)

    monkeypatch.setattr(connection.HttpToolsProtocol, "data_received", counted)
    lines = b"".join(b"A%d: b\r\n" % number for number in range(20_000))
    with socket.create_connection(("127.0.0.1", page.port), 5) as raw:
        raw.sendall(b"GET / HTTP/1.1\r\n" + lines)
        assert raw.recv(12) == b"HTTP/1.1 431"
    assert 0 < sum(seen) <= connection.MAX_HEAD_BYTES


def test_an_upgrade_writes_nothing_into_the_log(page, caplog):
    """Whoever has no token could fill the disk."""
    upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}
    for headers in (upgrade, upgrade | {"Upgrade": "h2c"}):
        assert page.status("/", token=False, headers=headers) == 401
    assert not [one for one in caplog.records if one.name.startswith("uvicorn")]


def test_a_connection_takes_many_requests(page, monkeypatch):
    """The clock of one head is not that of the next, nor of a quiet connection."""
    monkeypatch.setattr(connection, "HEAD_S", 0.3)
    one = http.client.HTTPConnection("127.0.0.1", page.port, timeout=5)
    for _ in range(3):
        one.request("GET", "/manifest.json", headers={"Cookie": page.cookie})
        assert one.getresponse().read() == b"{}"
        threading.Event().wait(0.2)
    one.close()


def test_readers_that_stop_reading_hold_up_nobody(page):
    """Fifty ask for a large picture and take nothing of it; the fifty-first is served at once."""
    (page.engine.root / "large.png").write_bytes(b"x" * 8_000_000)
    page.engine.queries.files[9] = ("large.png", "image/png")
    request = page.head("/original?id=9")
    with contextlib.ExitStack() as stack:
        for _ in range(50):
            slow = stack.enter_context(socket.create_connection(("127.0.0.1", page.port), 5))
            slow.sendall(request)
            assert slow.recv(12) == b"HTTP/1.1 200"
        started = time.monotonic()
        assert len(page.ask("/original?id=9")[2]) == 8_000_000
        assert page.status("/api/similar?id=1") == 200
        assert time.monotonic() - started < 5


def test_connections_have_a_limit(tmp_path, monkeypatch):
    """Whoever comes when all are taken hears 503; when one is free again, an answer."""
    monkeypatch.setattr(servers, "_MOST_CONNECTIONS", 20)
    with serving(tmp_path) as page, contextlib.ExitStack() as stack:
        held = [
            stack.enter_context(socket.create_connection(("127.0.0.1", page.port), 5))
            for _ in range(25)
        ]
        assert page.status("/") == 503
        for one in held:
            one.close()
        deadline = time.monotonic() + 5
        while page.status("/") != 200:
            assert time.monotonic() < deadline


def test_noise_is_hung_up_on(page):
    """What is no HTTP, or half of it: 400 or silence, never 500, and the page lives on."""
    dice = random.Random(11)
    good = page.head("/manifest.json")
    for number in range(200):
        noise = bytearray(dice.randbytes(dice.randint(1, 300)) if number % 2 else good)
        for _ in range(dice.randint(1, 8)):
            noise[dice.randrange(len(noise))] = dice.randrange(256)
        with socket.create_connection(("127.0.0.1", page.port), 5) as raw:
            raw.sendall(noise)
            raw.shutdown(socket.SHUT_WR)
            with contextlib.suppress(ConnectionError):
                answer = raw.recv(65_536)
                assert not answer or int(answer.split()[1]) < 500, noise
    assert page.status("/manifest.json") == 200
