"""The control door over a real Unix socket."""

import http.client
import json
import os
import random
import socket
import stat
import threading
from pathlib import Path

import pytest
from fake_engine import FakeEngine, served

from muserd.control import bind_socket, control_app
from muserd.ground import unix_socket
from muserd.ground.access import Access
from muserd.ground.clock import SystemClock
from muserd.ground.errors import BusyError, StoreError

TOKEN = "secret" * 8


class Door:
    """A served control door and what it was told."""

    def __init__(self, engine, path):
        self.engine, self.path = engine, path
        self.stopped = threading.Event()

    def ask(self, method, route, body=None, headers=None):
        """Status and parsed body of one request."""
        connection = http.client.HTTPConnection("localhost", timeout=10)
        connection.sock = socket.socket(socket.AF_UNIX)
        with unix_socket.address(self.path) as address:
            connection.sock.connect(address)
        data = json.dumps(body) if isinstance(body, dict | list) else body
        connection.request(method, route, data, headers or {})
        response = connection.getresponse()
        text = response.read()
        connection.close()
        if response.getheader("content-type") == "application/x-ndjson":
            return response.status, [json.loads(line) for line in text.splitlines()]
        if response.getheader("content-type") == "application/json":
            return response.status, json.loads(text)
        return response.status, text


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    base = tmp_path_factory.mktemp("control")
    path = base / "run" / "control.sock"
    one = Door(FakeEngine(base), path)
    (base / "token").write_text(TOKEN)
    one.access = Access(base / "token", base / "sessions.json", SystemClock())
    app = control_app(one.engine, access=one.access, stop=one.stopped.set)
    with served(app, bind_socket(path)):
        yield one


@pytest.fixture
def door(running):
    running.engine.reset()
    return running


def test_the_socket_and_its_folder_are_private(door):
    """0600 in 0700: nobody else can connect."""
    assert stat.S_IMODE(door.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(door.path.parent.stat().st_mode) == 0o700


def test_every_reading_route_answers_with_a_schema(door):
    """Whatever is asked, the answer says which schema it has."""
    for route in ("/status", "/health", "/failures", "/fits", "/roots", "/config", "/url"):
        status, body = door.ask("GET", route)
        assert (status, body["schema"]) == (200, 1), route


def test_lists_come_as_lines(door):
    """Items and regions are NDJSON, complete over several batches, filtered by space."""
    status, items = door.ask("GET", "/items")
    assert status == 200
    assert [item["id"] for item in items] == list(range(1_203))
    assert {item["kind"] for item in door.ask("GET", "/items?space=image")[1]} == {"image"}
    spaces = [region["space"] for region in door.ask("GET", "/regions")[1]]
    assert spaces == ["image", "image", "text", "text", "text"]


def test_health_is_a_status_of_its_own(door):
    """Monitors look at the status code."""
    door.engine.ok = False
    assert door.ask("GET", "/health") == (
        503,
        {"schema": 1, "ok": False, "problems": ["the disk is full"]},
    )


def test_addresses_carry_passes_and_the_token_only_when_it_is_asked_for(door):
    """Whoever may use the socket may open the page."""
    assert door.ask("GET", "/url")[1]["login"] == ""
    for purpose in ("browser", "print"):
        body = door.ask("GET", f"/url?for={purpose}")[1]
        assert body["login"].startswith("http://127.0.0.1:7367/login?token=")
        assert TOKEN not in body["login"]
        state = f"/passes/{body['pass_id']}"
        assert door.ask("GET", state)[1]["state"] == "waiting"
        assert door.access.enter(body["login"].partition("=")[2], "a browser", "")
        assert door.ask("GET", state)[1]["state"] == "spent"
    assert door.ask("GET", "/url?for=ever")[1]["login"].endswith(TOKEN)
    assert door.ask("GET", "/passes/nothing")[1]["state"] == "over"
    door.engine.page_url = ""
    assert door.ask("GET", "/url?for=ever")[1]["login"] == ""


def test_sessions_are_listed_and_ended(door):
    """One by its id, or all; a wrong wish does nothing."""
    door.access.revoke(None)
    first, second = (door.access.enter(door.access.token, name, "") for name in ("A", "B"))
    known = door.ask("GET", "/sessions")[1]["sessions"]
    assert sorted(one["browser"] for one in known) == ["A", "B"]
    assert not any("hash" in one for one in known)
    for wrong in ({}, {"id": known[0]["id"], "all": True}, {"id": 7}, {"other": 1}):
        assert door.ask("POST", "/sessions/revoke", wrong)[0] == 400
    gone = {"id": next(one["id"] for one in known if one["browser"] == "A")}
    assert door.ask("POST", "/sessions/revoke", gone)[1]["result"] == {"ended": 1}
    assert door.ask("POST", "/sessions/revoke", gone)[1]["result"] == {"ended": 0}
    assert door.access.find(first.secret)[0] is None
    assert door.access.find(second.secret)[0] is not None
    token = door.access.token
    assert door.ask("POST", "/sessions/revoke", {"all": True})[1]["result"] == {"ended": 1}
    assert door.access.find(second.secret)[0] is None
    assert not door.access.is_token(token)


def test_health_tells_of_a_pass_that_was_shown_twice(door):
    """The session that it made has ended; nobody needs to look into a log."""
    given = door.access.issue(60)
    thief = door.access.enter(given, "a thief", "")
    assert door.access.enter(given, "the owner", "") is None
    assert door.access.find(thief.secret)[0] is None
    status, body = door.ask("GET", "/health")
    assert status == 503
    assert "shown twice" in body["problems"][-1]
    door.access.revoke(None)
    assert door.ask("GET", "/health")[0] == 200


def test_metrics_are_prometheus_text(door):
    """One line per value, labels included."""
    text = door.ask("GET", "/metrics")[1].decode()
    assert 'muser_items{space="image"} 1200.0' in text
    assert "muser_queue_files 3.0" in text


CHANGES = [
    (
        "/refit",
        {"space": "image", "fresh": True},
        ("refit", "image", ("fresh", True), ("engine", None)),
    ),
    (
        "/refit",
        {"fresh": True, "engine": "umap-learn"},
        ("refit", None, ("fresh", True), ("engine", "umap-learn")),
    ),
    ("/refit", {}, ("refit", None, ("fresh", False), ("engine", None))),
    ("/accept", {"space": "text"}, ("accept", "text")),
    ("/rollback", {"space": "text", "number": 2}, ("rollback", "text", 2)),
    ("/sync", {}, ("sync",)),
    ("/rescan", {"root": "/r", "force": True}, ("rescan", b"/r", ("force", True))),
    ("/failures/retry", {"path": "/r/\udcff"}, ("retry_failures", b"/r/\xff")),
    ("/roots/remove", {"path": "/r"}, ("remove_root", b"/r", ("keep", False))),
    ("/roots/remove", {"path": "/r", "keep": True}, ("remove_root", b"/r", ("keep", True))),
    ("/forget", {"paths": ["/r/a"]}, ("forget", (b"/r/a",), ("deleted", False))),
    ("/forget", {"deleted": True}, ("forget", (), ("deleted", True))),
    ("/roots/confirm", {}, ("confirm_root", None)),
    (
        "/regions/rename",
        {"space": "image", "region": 2, "name": " Coast "},
        ("rename_region", "image", 2, "Coast"),
    ),
    (
        "/regions/rename",
        {"space": "image", "region": 2, "name": None},
        ("rename_region", "image", 2, None),
    ),
    ("/verify", {}, ("verify", ("repair", False))),
    ("/pause", {}, ("pause",)),
    ("/resume", {}, ("resume",)),
]


@pytest.mark.parametrize(("route", "body", "call"), CHANGES)
def test_a_change_reaches_the_engine(door, route, body, call):
    """Every POST is one call with checked values."""
    status, answer = door.ask("POST", route, body)
    assert (status, answer["done"]) == (200, True)
    assert door.engine.calls == [call]


def test_a_root_and_a_backup_come_as_nouns(door, tmp_path):
    """What the engine gets is a Root and a Path, not a dictionary."""
    fields = {"path": "/r/\x7f", "kinds": ["note"], "exclude": ["*.tmp"], "watch": "poll"}
    assert door.ask("POST", "/roots", fields)[0] == 200
    assert door.ask("POST", "/backup", {"target": str(tmp_path)})[0] == 200
    (_, root), (_, target) = door.engine.calls
    assert (root.path, root.kinds, root.exclude, root.watch) == (
        "/r/\x7f",
        ("note",),
        ("*.tmp",),
        "poll",
    )
    assert target == tmp_path


def test_shards_are_adopted_by_paths(door):
    """The names of folders need not be UTF-8."""
    roots = [["/there", "/here"], ["file:///odd%FF", "/odd"]]
    assert door.ask("POST", "/adopt", {"folder": "/s", "roots": roots})[0] == 200
    rebases = {b"/there": b"/here", b"/odd\xff": b"/odd"}
    assert door.engine.calls == [("adopt", Path("/s"), rebases)]


WRONG = [
    ("/refit", {"space": "sound"}),
    ("/refit", {"fresh": 1}),
    ("/refit", {"fresh": True, "engine": "tsne"}),
    ("/refit", {"engine": "umap-learn"}),
    ("/refit", {"speed": 3}),
    ("/rollback", {"space": "image"}),
    ("/rollback", {"space": "image", "number": -1}),
    ("/rollback", {"space": "image", "number": True}),
    ("/rescan", {"root": "relative"}),
    ("/rescan", {"root": "/nul\0"}),
    ("/failures/retry", {"path": "/\ud800"}),
    ("/roots", {"path": "/r", "kinds": ["sound"]}),
    ("/roots", {"path": "/r", "kinds": "image"}),
    ("/roots", {}),
    ("/regions/rename", {"space": "image", "region": 1, "name": "a\nb"}),
    ("/regions/rename", {"space": "image", "region": 1, "name": " "}),
    ("/regions/rename", {"space": "image", "region": 1, "name": "x" * 81}),
    ("/backup", {"target": "here"}),
    ("/adopt", {}),
    ("/adopt", {"folder": "here"}),
    ("/adopt", {"folder": "/s", "roots": [["/a"]]}),
    ("/adopt", {"folder": "/s", "roots": [["/a", "b"]]}),
    ("/sync", [1]),
    ("/sync", "{"),
    ("/sync", b"\xff\xfe"),
    ("/sync", "[" * 10_000),
    ("/sync", "x" * 70_000),
]


@pytest.mark.parametrize(("route", "body"), WRONG)
def test_nonsense_is_a_usage_error_and_does_nothing(door, route, body):
    """400 with code and message; the engine is not called."""
    status, answer = door.ask("POST", route, body)
    assert (status, answer["error"]["code"]) == (400, "usage")
    assert answer["error"]["message"]
    assert door.engine.calls == []


def test_no_fuzzed_request_is_a_server_error(door):
    """Odd bodies to every route: refused or done, never 500."""
    dice = random.Random(11)
    routes = {route for route, _, _ in CHANGES} | {
        "/backup",
        "/roots",
        "/tickets/x",
        "/status",
        "/adopt",
    }
    keys = ["space", "fresh", "number", "region", "name", "path", "root", "target", "kinds", "x"]
    values = [None, True, 0, -1, 1.5, 2**70, "", "image", "/a", "/\0", "\ud800", [], ["note"], {}]
    for _ in range(600):
        body = {dice.choice(keys): dice.choice(values) for _ in range(dice.randint(0, 3))}
        route = dice.choice(sorted(routes)) + dice.choice(["", "", "?wait=x", "?space=%00"])
        status, _ = door.ask(dice.choice(["GET", "POST"]), route, body)
        assert status < 500, (route, body)


def test_a_job_is_waited_for_without_holding_anything(door):
    """202 first; a waiting question answers as soon as the result is there."""
    door.engine.slow = True
    status, answer = door.ask("POST", "/refit")
    assert (status, answer["done"]) == (202, False)
    number = answer["ticket"]
    assert door.ask("GET", f"/tickets/{number}?wait=0.01")[0] == 202
    answers = []
    waiting = threading.Thread(
        target=lambda: answers.append(door.ask("GET", f"/tickets/{number}?wait=9"))
    )
    waiting.start()
    assert door.ask("GET", "/status")[0] == 200
    door.engine.jobs[number].finish({"revision": 5})
    waiting.join(9)
    assert answers[0][1]["result"] == {"revision": 5}
    assert door.ask("GET", "/tickets/none")[0] == 404
    assert door.ask("GET", f"/tickets/{number}?wait=soon")[0] == 400


def test_failures_keep_code_message_and_hint(door):
    """Of a job that failed, and of a call that was refused at once."""
    door.engine.failure = {"code": "busy", "message": "another refit", "hint": "wait"}
    status, answer = door.ask("POST", "/refit")
    assert (status, answer["error"]) == (409, door.engine.failure)
    door.engine.failure = {"code": "raise"}
    status, answer = door.ask("POST", "/refit")
    assert (status, answer["error"]["message"]) == (500, "it cannot be done")


def test_shutdown_calls_stop(door):
    """The daemon ends by the same way as by a signal."""
    assert door.ask("POST", "/shutdown")[0] == 202
    assert door.stopped.wait(1)


def test_unknown_routes_and_methods_are_json_errors(door):
    """So that muserctl can show them."""
    assert door.ask("GET", "/nothing")[1]["error"]["code"] == "unknown"
    assert door.ask("GET", "/sync")[0] == 405
    assert door.ask("POST", "/status")[0] == 405


def test_a_stale_socket_is_replaced_a_living_one_is_not(tmp_path, door):
    """After kill -9 the file is still there; two daemons never share one."""
    stale = tmp_path / "stale.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(stale))
    bind_socket(stale).close()
    with pytest.raises(BusyError, match="another muserd"):
        bind_socket(door.path)
    (tmp_path / "file.sock").write_text("mine")
    with pytest.raises(StoreError, match="is not a socket"):
        bind_socket(tmp_path / "file.sock")


def test_a_deep_folder_does_not_matter(tmp_path):
    """108 bytes are not the limit of a state directory."""
    path = tmp_path / ("d" * 100) / ("e" * 100) / "control.sock"
    path.parent.mkdir(parents=True)
    with bind_socket(path) as bound:
        bound.listen()
        with socket.socket(socket.AF_UNIX) as asker, unix_socket.address(path) as address:
            asker.connect(address)
            connection, _ = bound.accept()
            assert unix_socket.peer_uid(connection) == os.geteuid()
            connection.close()


def test_another_user_is_hung_up_on(tmp_path, monkeypatch, caplog):
    """The kernel's word on the peer counts, not only the file's mode."""
    path = tmp_path / "control.sock"
    with bind_socket(path) as bound:
        bound.listen()
        bound.setblocking(False)
        with socket.socket(socket.AF_UNIX) as asker:
            asker.connect(str(path))
            asker.settimeout(5)
            monkeypatch.setattr(unix_socket, "peer_uid", lambda _: os.geteuid() + 1)
            with pytest.raises(BlockingIOError):
                bound.accept()
            assert asker.recv(1) == b""
    assert "refused a control connection" in caplog.text
