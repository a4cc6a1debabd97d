"""Fetching from a hub, which here is a small server of this machine that speaks its protocol."""

import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from muserd.encode import hub
from muserd.ground.errors import EncoderError

REPOSITORY = "someone/some-model"
COMMIT = "c" * 40
FILES = {
    "open_clip_pytorch_model.bin": bytes(range(256)) * 40_000,
    "config.json": b"{}",
    "modules.json": b"[]",
    "model.safetensors": b"weights" * 100_000,
    "onnx/model.onnx": b"not wanted",
}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    asked: ClassVar[list[str]] = []

    def do_HEAD(self) -> None:
        self._reply(body=False)

    def do_GET(self) -> None:
        self._reply(body=True)

    def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002

    def _reply(self, *, body: bool) -> None:
        self.asked.append(f"{self.command} {self.path}")
        if self.path.startswith(f"/api/models/{REPOSITORY}"):
            siblings = [{"rfilename": name, "size": len(data)} for name, data in FILES.items()]
            tree = [
                {"type": "file", "path": name, "size": len(data), "oid": "0" * 40}
                for name, data in FILES.items()
            ]
            about = {"id": REPOSITORY, "sha": COMMIT, "siblings": siblings}
            listing = "/tree/" in self.path
            return self._send(200, json.dumps(tree if listing else about).encode(), body=body)
        start = f"/{REPOSITORY}/resolve/"
        name = self.path.removeprefix(start).partition("/")[2]
        data = FILES.get(name) if self.path.startswith(start) else None
        if data is None:
            return self._send(404, b"", {"X-Error-Code": "EntryNotFound"}, body=body)
        offset = int((self.headers.get("Range") or "bytes=0-")[6:].partition("-")[0])
        headers = {"ETag": f'"{hashlib.sha256(data).hexdigest()}"', "X-Repo-Commit": COMMIT}
        return self._send(206 if offset else 200, data[offset:], headers, body=body)

    def _send(
        self, status: int, data: bytes, headers: dict[str, str] | None = None, *, body: bool
    ) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if body:
            self.wfile.write(data)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A hub; what it was asked."""
    Handler.asked = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        address = f"http://127.0.0.1:{running.server_port}"
        monkeypatch.setenv("HF_ENDPOINT", address)
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", address)
        monkeypatch.setattr(
            "huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE",
            address + "/{repo_id}/resolve/{revision}/{filename}",
        )
        monkeypatch.setattr(hub, "REPORT_S", 0.0)
        yield Handler.asked
        running.shutdown()
        thread.join()


def test_weights_are_fetched_with_progress_and_kept(server: list[str], tmp_path: Path) -> None:
    """The first file that the repository has; the second time nobody is asked."""
    told: list[tuple[str, str, float | None]] = []
    assert hub.reachable()
    path = hub.fetch(REPOSITORY, hub.CLIP_FILES, tmp_path, lambda *one: told.append(one))
    data = FILES["open_clip_pytorch_model.bin"]
    assert path.read_bytes() == data
    assert path.is_relative_to(tmp_path / "weights")
    shares = [share for stage, _, share in told if stage == "fetching" and share is not None]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert "someone/some-model/open_clip_pytorch_model.bin: 100% of 10 MB" in told[-1][1]
    asked = len(server)
    assert hub.cached(REPOSITORY, hub.CLIP_FILES, tmp_path) == path
    assert hub.digest(path) == hashlib.sha256(data).hexdigest()
    assert len(server) == asked


def test_a_sentence_transformers_model_is_fetched_whole(server: list[str], tmp_path: Path) -> None:
    """What the model needs, and not its copies for other runtimes."""
    folder = hub.fetch_all(REPOSITORY, tmp_path, lambda *_: None)
    found = {path.name for path in folder.rglob("*") if path.is_file()}
    assert found == {"config.json", "modules.json", "model.safetensors"}
    assert not [one for one in server if "onnx/" in one]
    assert list(hub.snapshots(REPOSITORY, tmp_path)) == [folder]


def test_a_repository_without_the_files_is_named(server: list[str], tmp_path: Path) -> None:
    """The error tells repository and hub."""
    with pytest.raises(EncoderError, match="weights of someone/some-model cannot be fetched"):
        hub.fetch(REPOSITORY, ["no-such-file"], tmp_path, lambda *_: None)
    assert server


def test_a_revision_is_asked_for_and_found_again(server: list[str], tmp_path: Path) -> None:
    """`NAME@COMMIT` is fetched of that commit, and found without asking; main is another matter."""
    named = f"{REPOSITORY}@{COMMIT}"
    path = hub.fetch(named, ("config.json",), tmp_path, lambda *_: None)
    assert path.parent.name == COMMIT
    assert any(f"/resolve/{COMMIT}/config.json" in asked for asked in server)
    assert hub.cached(named, ("config.json",), tmp_path) == path
    assert hub.cached(REPOSITORY, ("config.json",), tmp_path) is None
    assert hub.cached(f"{REPOSITORY}@{'d' * 40}", ("config.json",), tmp_path) is None


def test_weights_come_by_https_or_from_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is in between could give others: nothing is asked."""
    monkeypatch.setenv("HF_ENDPOINT", "http://hub.example")
    monkeypatch.setattr(hub, "reachable", lambda: pytest.fail("it was asked"))
    with pytest.raises(EncoderError, match="not https") as told:
        hub.fetch(REPOSITORY, ("config.json",), tmp_path, lambda *_: None)
    assert "https://" in told.value.hint
