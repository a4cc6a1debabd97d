"""Connections: none is held for nothing, and none holds up another."""

import contextlib
import http.client
import random
import socket
import threading
import time

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
