"""Server-Sent Events: what was missed, what is lost, and how much an idle page costs."""

import contextlib
import json
import resource
import socket
import threading

import msgspec
import pytest
from fake_engine import FakeEngine, served

from muserd.ground.events import Event
from muserd.web import loopback_hosts, web_app
from muserd.web.events import MOST_STREAMS
from tests.unit.web.page import TOKEN, make_access


def event(revision, name="items", **data):
    body = {"revision": revision, "space": "image", **data}
    return Event(revision, name, msgspec.Raw(msgspec.json.encode(body)), "image")


class Listener:
    """One page that listens, over a raw socket."""

    def __init__(self, port, query="", headers="", read=True):
        self.socket = socket.create_connection(("127.0.0.1", port), 10)
        request = (
            f"GET /events{query} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            f"Authorization: Bearer {TOKEN}\r\n{headers}\r\n"
        )
        self.socket.sendall(request.encode())
        self.file = self.socket.makefile("rb")
        if read:
            self.head = self._until(b"\r\n\r\n")
            if b" 200 " in self.head:
                self._until(b"retry: 2000\n\n")

    def _until(self, end):
        data = b""
        while not data.endswith(end):
            line = self.file.readline()
            assert line, f"the stream ended: {data!r}"
            data += line
        return data

    def fields(self):
        """The fields of the next event, beats included."""
        lines = self._until(b"\n\n").split(b"\r\n")[-1].decode().strip().splitlines()
        return dict(line.split(": ", 1) for line in lines if ": " in line)

    def next(self):
        """Id, name and data of the next event that is no beat."""
        while (fields := self.fields())["event"] == "beat":
            pass
        return int(fields["id"]), fields["event"], json.loads(fields["data"])

    def close(self):
        self.file.close()
        self.socket.close()


class Streams:
    def __init__(self, engine, app, port):
        self.engine, self.app, self.port = engine, app, port
        self.listeners = []

    @property
    def count(self):
        return self.app.state.events.count

    def listen(self, *arguments, **options):
        listener = Listener(self.port, *arguments, **options)
        self.listeners.append(listener)
        return listener

    def wait_for(self, count):
        pause = threading.Event()
        for _ in range(2_000):
            if self.count == count:
                return
            pause.wait(0.005)
        raise AssertionError(f"{self.count} streams, not {count}")


@pytest.fixture
def streams(tmp_path):
    engine = FakeEngine(tmp_path)
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    port = bound.getsockname()[1]
    app = web_app(
        engine,
        site_folder=tmp_path,
        access=make_access(tmp_path),
        allowed_hosts=loopback_hosts(port),
        metrics=False,
    )
    with served(app, bound):
        one = Streams(engine, app, port)
        yield one
        for listener in one.listeners:
            listener.close()
        one.wait_for(0)
    assert engine.subscribers == []


def test_events_reach_every_page(streams):
    """One event of the engine, one message to each open page, in order."""
    pages = [streams.listen() for _ in range(3)]
    streams.wait_for(3)
    assert len(streams.engine.subscribers) == 1
    streams.engine.emit(event(5, added=[{"title": "line\nbreak ☃"}]))
    streams.engine.emit(event(6, "refit"))
    for page in pages:
        number, name, data = page.next()
        assert (number, name, data["added"][0]["title"]) == (5, "items", "line\nbreak ☃")
        assert page.next()[:2] == (6, "refit")


@pytest.mark.parametrize(
    ("query", "headers"),
    [("?after=3", ""), ("", "Last-Event-ID: 3\r\n"), ("?after=1", "Last-Event-ID: 3\r\n")],
)
def test_what_was_missed_is_told_first_and_once(streams, query, headers):
    """After a reconnect nothing is lost and nothing comes twice."""
    streams.engine.missed = [event(4), event(5)]
    page = streams.listen(query, headers)
    assert [page.next()[0], page.next()[0]] == [4, 5]
    assert streams.engine.calls[-1] == ("events_after", 3)
    streams.engine.emit(event(5))
    streams.engine.emit(event(6))
    assert page.next()[0] == 6


@pytest.mark.parametrize("given", ["99", "x", "-1", "9" * 40, "4712"])
def test_what_nobody_remembers_is_a_gap(streams, given):
    """The page reads the manifest again: after a long sleep, or with another store's revision."""
    streams.engine.missed = None if given == "99" else []
    page = streams.listen(f"?after={given}")
    number, name, data = page.next()
    assert (number, name, data["reason"]) == (4711, "refit", "gap")


def test_a_page_that_does_not_read_loses_its_queue_not_the_memory(streams):
    """It hears of a gap when it reads again; others are not held up."""
    slow = streams.listen(read=False)
    quick = streams.listen()
    streams.wait_for(2)
    for number in range(1, 1_500):
        streams.engine.emit(event(number, text="x" * 20_000))
        if number % 100 == 0:
            while quick.next()[0] < number:
                pass
    reasons = []
    with contextlib.suppress(AssertionError, OSError):
        slow._until(b"retry: 2000\n\n")
        while "gap" not in reasons:
            reasons.append(slow.next()[2].get("reason"))
    assert "gap" in reasons


def test_a_stream_beats_while_nothing_and_while_much_happens(streams, monkeypatch):
    """A page can tell a quiet daemon from one that hangs; a beat leaves its revision alone."""
    page = streams.listen()
    assert page.fields() == {"event": "beat", "data": "{}"}
    monkeypatch.setattr("muserd.web.events.BEAT_S", 0.05)
    quick = streams.listen()
    assert [quick.fields()["event"] for _ in range(4)] == ["beat"] * 4
    streams.engine.emit(event(7))
    assert quick.next()[0] == 7
    assert quick.fields() == {"event": "beat", "data": "{}"}


def test_five_hundred_idle_pages_do_not_hurt(streams):
    """They are held, they are answered, they go without a trace."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 2_500:
        pytest.skip("too few descriptors for 500 pages and their peers")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2_500), hard))
    try:
        pages = [streams.listen() for _ in range(500)]
        streams.wait_for(500)
        streams.engine.emit(event(9))
        assert {page.next()[0] for page in pages} == {9}
        for page in pages[:490]:
            page.close()
        streams.wait_for(10)
        more = [streams.listen() for _ in range(MOST_STREAMS - 10)]
        assert b" 503 " in streams.listen().head
        for page in more:
            page.close()
        streams.wait_for(10)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_close_ends_the_streams(streams):
    """A daemon that stops does not wait for its pages."""
    page = streams.listen()
    streams.wait_for(1)
    loop = streams.app.state.events._loop
    loop.call_soon_threadsafe(streams.app.state.events.close)
    page._until(b"0\r\n\r\n")
    streams.wait_for(0)
