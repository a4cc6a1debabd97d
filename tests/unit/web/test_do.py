"""What the page may change, asked over HTTP of a page with a real engine behind it."""

import http.client
import io
import json
import os
import socket
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from muserd.engine.hands.exporter import Exporter
from muserd.ground.access import Access, page_key
from muserd.ground.clock import SystemClock
from muserd.ground.errors import MuserError
from muserd.web import loopback_hosts, web_app
from tests.property.world import World, fakes

sys.path.append(str(Path(__file__).resolve().parents[1] / "control"))

from fake_engine import served

TOKEN = "t" * 43


class Desk:
    """A page with a session, and the world behind it."""

    def __init__(self, world: World, port: int, access: Access) -> None:
        self.world, self.port, self.access = world, port, access
        self.secret = access.enter(TOKEN, "a test", "").secret

    def get(self, path: str) -> tuple[int, Any]:
        return self._ask("GET", path, None, {})

    def post(self, path: str, body: Any, **changed: str | None) -> tuple[int, Any]:
        headers = {
            "Content-Type": "application/json",
            "Origin": f"http://127.0.0.1:{self.port}",
            "Sec-Fetch-Site": "same-origin",
            "X-Muser-Page": page_key(self.secret),
            **changed,
        }
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self._ask("POST", path, data, headers)

    def _ask(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str | None]
    ) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        sent = {"Cookie": f"{self.access.name}={self.secret}", **headers}
        connection.request(method, path, body, {k: v for k, v in sent.items() if v is not None})
        response = connection.getresponse()
        data = response.read()
        connection.close()
        if response.getheader("content-type", "").startswith("application/json"):
            return response.status, json.loads(data)
        return response.status, data

    def ids(self) -> list[int]:
        assert self.world.engine is not None
        return [item.id for item in self.world.engine.items(None)]

    def made(self, **body: Any) -> dict[str, Any]:
        """An export that was begun, when it is done."""
        status, state = self.post("/do/export/begin", body)
        assert status == 200, state
        return self.settled(state["number"])

    def settled(self, number: int) -> dict[str, Any]:
        last = time.monotonic() + 60
        while True:
            status, state = self.get(f"/api/export?number={number}")
            assert status == 200, state
            if state["state"] != "working":
                return state
            assert time.monotonic() < last
            time.sleep(0.02)

    @property
    def exports(self) -> list[str]:
        """What lies in the folder of exports."""
        folder = self.world.where.cache / "exports"
        return [path.name for path in folder.rglob("*")] if folder.is_dir() else []

    def names(self) -> dict[str, int]:
        return {one["name"]: one["count"] for one in self.get("/api/collections")[1]["collections"]}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    base = tmp_path_factory.mktemp("do")
    with fakes():
        world = World(base)
        for name in ("one", "two", "three"):
            (world.root / f"{name}.md").write_text(f"the walrus {name}")
        world.start()
        world.sync()
        (base / "token").write_text(TOKEN)
        access = Access(base / "token", base / "sessions.json", SystemClock())
        door = socket.socket()
        door.bind(("127.0.0.1", 0))
        port = door.getsockname()[1]
        app = web_app(
            world.engine,  # type: ignore[arg-type]
            site_folder=world.where.site,
            access=access,
            allowed_hosts=loopback_hosts(port),
            metrics=False,
        )
        with served(app, door):
            yield Desk(world, port, access)
        world.stop()


def test_collections_of_the_page(desk: Desk) -> None:
    ids = desk.ids()
    status, done = desk.post("/do/collections/add", {"name": "Beasts", "items": ids[:2]})
    assert (status, done["added"], done["count"]) == (200, 2, 2)
    assert sorted(desk.get("/api/collections/items?name=Beasts")[1]["items"]) == sorted(ids[:2])
    assert desk.post("/do/collections/take", {"name": "Beasts", "items": ids[:1]})[0] == 200
    changed = {"name": "Beasts", "rename": "Animals", "colour": "#a0b0c0", "note": "mine"}
    assert desk.post("/do/collections/change", changed)[0] == 200
    before = desk.get("/api/collections")[1]["collections"][0]["seen_at"]
    assert desk.post("/do/collections/change", {"name": "Animals", "seen": True})[0] == 200
    assert desk.get("/api/collections")[1]["collections"][0]["seen_at"] >= before > 0
    assert desk.names() == {"Animals": 1}
    assert desk.post("/do/collections/remove", {"name": "Animals"})[0] == 200
    assert desk.names() == {}


def test_living_collections_of_the_page(desk: Desk) -> None:
    living = {"name": "Found", "query": "walrus", "space": "text"}
    assert desk.post("/do/collections/add", living)[1]["added"] == 3
    border = {"name": "There", "space": "text", "border": [[-9e5, -9e5], [9e5, -9e5], [0, 9e5]]}
    assert desk.post("/do/collections/add", border)[0] == 200
    kinds = {one["name"]: one["kind"] for one in desk.get("/api/collections")[1]["collections"]}
    assert kinds == {"Found": "search", "There": "border"}
    for name in kinds:
        desk.post("/do/collections/remove", {"name": name})


def test_watched_folders_are_named_without_their_paths(desk: Desk) -> None:
    status, answer = desk.get("/api/roots")
    assert status == 200
    names = [root["name"] for root in answer["roots"]]
    assert names
    assert all("/" not in name for name in names)


def test_exports_are_downloads(desk: Desk) -> None:
    status, data = desk.post("/do/export", {"format": "paths", "items": desk.ids()[:1]})
    assert (status, data.count(b"\n")) == (200, 1)
    assert desk.post("/do/export", {"format": "csv", "query": "walrus"})[1].count(b"\r\n") == 4
    assert desk.post("/do/export", {"format": "zip"})[0] == 400


def test_a_zip_is_made_told_of_fetched_and_dropped(desk: Desk) -> None:
    done = desk.made(format="zip", items=desk.ids(), name="../My\n*walruses*: all.")
    assert (done["state"], done["items"], done["error"]) == ("done", 3, "")
    assert done["name"] == "My walruses all.zip"
    assert done["bytes"] > done["total"] > 0
    where = f"/api/export/file?number={done['number']}"
    status, data = desk.get(where)
    assert status == 200
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert sorted(archive.namelist()) == ["one.md", "three.md", "two.md"]
        assert archive.read("one.md") == b"the walrus one"
    assert desk.post("/do/export/drop", {"number": done["number"]})[0] == 204
    assert desk.get(where)[0] == 404
    assert desk.get(f"/api/export?number={done['number']}")[0] == 404
    assert desk.exports == []


def test_what_is_several_files_is_one_zip(desk: Desk) -> None:
    pytest.importorskip("pyarrow")
    done = desk.made(format="parquet", query="walrus", name="walrus")
    assert (done["state"], done["name"]) == ("done", "walrus.parquet.zip")
    _, data = desk.get(f"/api/export/file?number={done['number']}")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = {os.path.basename(name) for name in archive.namelist()}
    assert names == {"muser.parquet", "muser-regions.parquet"}
    assert desk.post("/do/export/drop", {"number": done["number"]})[0] == 204
    assert desk.exports == []


def test_one_export_is_made_at_a_time_and_can_be_stopped(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    go, make = threading.Event(), Exporter.make

    def slow(*arguments: Any) -> Any:
        assert go.wait(30)
        return make(*arguments)

    monkeypatch.setattr(Exporter, "make", slow)
    status, first = desk.post("/do/export/begin", {"format": "zip"})
    assert (status, first["state"]) == (200, "working")
    assert desk.get(f"/api/export/file?number={first['number']}")[0] == 404
    status, refused = desk.post("/do/export/begin", {"format": "zip"})
    assert status == 409
    assert "another export" in refused["error"]["message"]
    assert desk.post("/do/export/drop", {"number": first["number"]})[0] == 204
    status, second = desk.post("/do/export/begin", {"format": "zip"})
    assert status == 200
    go.set()
    assert desk.settled(second["number"])["state"] == "done"
    last = time.monotonic() + 30
    while desk.get(f"/api/export?number={first['number']}")[0] != 404:
        assert time.monotonic() < last
    desk.post("/do/export/drop", {"number": second["number"]})
    assert desk.exports == []


def test_an_export_that_fails_leaves_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def half(_self: Any, _what: Any, _form: Any, path: Path, _how: Any) -> Any:
        path.write_bytes(b"half")
        raise MuserError("the disk is full", "make room")

    monkeypatch.setattr(Exporter, "make", half)
    done = desk.made(format="zip")
    assert (done["state"], done["error"]) == ("failed", "the disk is full: make room")
    assert desk.get(f"/api/export/file?number={done['number']}")[0] == 404
    assert desk.exports == []


def test_what_is_too_large_says_which_command_writes_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Exporter, "bytes_of", lambda *_: 10 * 2**40)
    status, refused = desk.post("/do/export/begin", {"format": "zip"})
    assert status == 400
    assert "muserctl export --format zip" in refused["error"]["message"]
    assert desk.exports == []


def test_a_mirror_lies_where_muser_says(desk: Desk) -> None:
    desk.post("/do/collections/add", {"name": "../Beasts", "items": desk.ids()[:2]})
    status, done = desk.post("/do/collections/mirror", {"name": "../Beasts", "kept": True})
    assert (status, done["files"]) == (200, 2)
    folder = Path(done["folder"])
    assert folder.parent == desk.world.where.mirrors
    assert sum(path.is_symlink() for path in folder.iterdir()) == 2
    told = desk.get("/api/collections")[1]["collections"][0]
    assert told["mirror"] == str(folder)
    status, _ = desk.post("/do/collections/mirror", {"name": "../Beasts", "kept": False})
    assert (status, folder.exists()) == (200, False)
    desk.post("/do/collections/remove", {"name": "../Beasts"})


def test_decisions_and_duplicates(desk: Desk) -> None:
    assert desk.get("/api/duplicates")[1]["groups"] == []
    assert desk.get("/api/duplicates?kind=nonsense")[0] == 400
    status, done = desk.post("/do/duplicates/decide", {"items": desk.ids()})
    assert (status, done["pairs"]) == (200, 3)


def test_opening_goes_by_item_only(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from muserd.engine.hands import openers

    ran: list[list[Any]] = []

    def run(command: list[Any], **_: Any) -> Any:
        ran.append(command)
        return openers.subprocess.CompletedProcess(command, 0, b"", b"")

    monkeypatch.setattr(openers.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(openers.subprocess, "run", run)
    assert desk.post("/do/open", {"item": desk.ids()[0]})[0] == 200
    assert ran[0][0] in {"xdg-open", "open"}
    assert ran[0][-1].startswith(bytes(desk.world.root))
    (desk.world.root / ".obsidian").mkdir()
    assert desk.post("/do/open", {"item": desk.ids()[0]})[0] == 200
    assert ran[1][-1].startswith("obsidian://open?path=%2F")
    del ran[1]
    assert desk.post("/do/open", {"item": desk.ids()[0], "how": "reveal"})[0] == 200
    before = len(ran)
    for wrong in ({"item": 99}, {"item": "/etc/passwd"}, {"path": "/etc/passwd"}, {"item": -1}):
        assert desk.post("/do/open", wrong)[0] in {400, 503}
    assert len(ran) == before


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/do/collections/add", {"name": ""}),
        ("/do/collections/add", {}),
        ("/do/collections/add", {"name": "x", "items": ["1"]}),
        ("/do/collections/add", {"name": "x", "border": [[0, 0]], "space": "text"}),
        ("/do/collections/add", {"name": "x", "border": [[0, 0], [1, 1], [2, 2]], "space": "text"}),
        ("/do/collections/add", {"name": "x", "border": [[0, 0], [1, 0], [1, 1]]}),
        ("/do/collections/add", {"name": "x", "border": [[0, 0, 1]] * 4, "space": "text"}),
        ("/do/collections/add", {"name": "x", "border": [[0, 0]] * 20_000, "space": "text"}),
        ("/do/collections/change", {"name": "nobody", "rename": "x"}),
        ("/do/collections/change", {"name": "x", "colour": "red; background: url(x)"}),
        ("/do/collections/remove", {"name": "nobody"}),
        ("/do/duplicates/decide", {"items": [1]}),
        ("/do/regions/rename", {"space": "text", "region": 9999, "name": "x"}),
        ("/do/export", {"format": "exe"}),
        ("/do/export/begin", {"format": "csv"}),
        ("/do/export/begin", {"format": "zip", "to": "/tmp/x.zip"}),
        ("/do/export/begin", {"format": "poster", "sheet": "../x"}),
        ("/do/export/begin", {"format": "zip", "collection": "nobody"}),
        ("/do/export/begin", {"format": "zip", "items": [0], "query": "x"}),
        ("/do/export/drop", {"number": 77}),
        ("/do/export/drop", {"number": "../1"}),
        ("/do/collections/mirror", {"name": "nobody", "kept": True}),
        ("/do/collections/mirror", {"name": "nobody", "kept": True, "folder": "/tmp"}),
        ("/do/nothing", {}),
        ("/do/collections/add", b"["),
        ("/do/collections/add", b"[1]"),
        ("/do/collections/add", b'{"name":' + b"[" * 5_000),
    ],
)
def test_what_makes_no_sense_changes_nothing(desk: Desk, path: str, body: Any) -> None:
    status, _ = desk.post(path, body)
    assert 400 <= status < 500
    assert desk.names() == {}


def test_a_border_of_eight_million_points_is_refused_unread(desk: Desk) -> None:
    body = b'{"name":"x","space":"text","border":[' + b"[0.5,1.5]," * 8_000_000 + b"[0,0]]}"
    status, _ = desk.post("/do/collections/add", body)
    assert status == 413
    assert desk.names() == {}


@pytest.mark.parametrize(
    "changed",
    [
        {"Origin": "http://evil.example"},
        {"Origin": None},
        {"X-Muser-Page": None},
        {"X-Muser-Page": "x" * 43},
        {"Sec-Fetch-Site": "cross-site"},
        {"Content-Type": "text/plain"},
        {"Cookie": ""},
    ],
)
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/do/collections/add", {"name": "theirs"}),
        ("/do/collections/mirror", {"name": "theirs", "kept": True}),
        ("/do/export/begin", {"format": "zip"}),
        ("/do/export/drop", {"number": 1}),
    ],
)
def test_another_page_changes_nothing(
    desk: Desk, changed: dict[str, str | None], path: str, body: Any
) -> None:
    status, _ = desk.post(path, body, **changed)
    assert status in {401, 403, 415}
    assert desk.names() == {}
    assert desk.exports == []


def test_nothing_is_done_by_get(desk: Desk) -> None:
    for path in ("/do/collections/add?name=x", "/do/export/begin?format=zip", "/do/export/drop"):
        assert desk.get(path)[0] in {404, 405}
    assert desk.names() == {}
