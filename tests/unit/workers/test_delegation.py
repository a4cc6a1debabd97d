"""What muserd does for a child that is shut in, and what it does not."""

import hashlib
import time
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue

import pytest

from muserd.encode.catalogue import E5_REPOSITORY
from muserd.ground import pins
from muserd.ground.errors import EncoderError
from muserd.workers.encode import delegation, protocol
from muserd.workers.encode.child.delegate import Delegate
from muserd.workers.encode.delegation import Said

PATIENCE_S = 60.0


class Muserd:
    """A link to a muserd that has one worker, and does what it asks for."""

    def __init__(self, cache: Path, spec: str = "auto") -> None:
        self.said: SimpleQueue[Said] = SimpleQueue()
        self.delegate = Delegate(self)  # type: ignore[arg-type]
        self._cache, self._spec = cache, spec

    def send(self, asked: protocol.Delegate) -> None:
        def tell(said: Said) -> None:
            self.said.put(said)
            self.delegate.heard(asked.work, said)

        delegation.begin(asked, self._spec, self._cache, tell)


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], Path]:
    """Puts weights into Muser's own cache, as a hub's library does."""
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "nowhere"))

    def put(data: bytes, commit: str = "c") -> Path:
        path = tmp_path / "weights" / "models--a--b" / "snapshots" / (commit * 40) / "w.bin"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    return put


def test_weights_are_recorded_and_compared(weights: Callable[..., Path], tmp_path: Path) -> None:
    """Outside of what the child may write; other weights are refused with the same words."""
    muserd = Muserd(tmp_path)
    muserd.delegate.record([weights(b"weights")])
    pin = pins.read("a/b", tmp_path)
    assert pin is not None
    assert pin.files["w.bin"].sha256 == hashlib.sha256(b"weights").hexdigest()
    assert not pins.path_of("a/b", tmp_path).is_relative_to(tmp_path / "weights")
    with pytest.raises(EncoderError, match="not what it was") as told:
        muserd.delegate.record([weights(b"others", "d")])
    assert "encoder fetch" in told.value.hint


def test_nothing_else_is_hashed(weights: Callable[..., Path], tmp_path: Path) -> None:
    """No path that leads out of the caches of hubs."""
    muserd = Muserd(tmp_path)
    inside = weights(b"weights")
    for path in (tmp_path / "secret", inside / ".." / ".." / ".." / ".." / ".." / "secret"):
        with pytest.raises(EncoderError, match="not done for this worker"):
            muserd.delegate.record([path])
    with pytest.raises(EncoderError, match="not done for this worker"):
        muserd.delegate.record([inside] * 65)


@pytest.mark.parametrize(
    ("spec", "repository"),
    [("builtin", E5_REPOSITORY), ("auto", "someone/else"), ("multilingual", E5_REPOSITORY)],
)
def test_only_what_auto_may_take_is_fetched(spec: str, repository: str, tmp_path: Path) -> None:
    """Of other encoders, a child that may fetch does it before it reads a foreign file."""
    with pytest.raises(EncoderError, match="not done for this worker"):
        Muserd(tmp_path, spec).delegate.fetch(repository, lambda *_: None)


def test_what_cannot_be_fetched_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the words of the fetch, and the way that needs no hub."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "nowhere"))
    monkeypatch.setattr(
        delegation, "MULTILINGUAL", "sentence-transformers:no-such/model-of-this-name"
    )
    with pytest.raises(EncoderError, match="cannot be fetched"):
        Muserd(tmp_path).delegate.fetch(E5_REPOSITORY, lambda *_: None)


def test_progress_is_told_before_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each line of the fetch, and nothing after the last."""
    lines = [{"message": "half", "share": 0.5}, {"message": "all", "share": 1.0}, {"path": "/w"}]
    monkeypatch.setattr(delegation, "_run", lambda *_: iter(lines))
    told: list[tuple[object, ...]] = []
    Muserd(tmp_path).delegate.fetch(E5_REPOSITORY, lambda *said: told.append(said))
    assert told == [("fetching", "half", 0.5), ("fetching", "all", 1.0)]


def test_a_process_that_ends_without_a_word_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a conversion nor a fetch waits for ever; what a library prints is passed over."""
    (said,) = delegation._run("muserd.encode.no_such_module")
    assert "status 1" in said["error"]["message"]
    monkeypatch.setattr(delegation, "_run", lambda *_: iter([said]))
    assert "status 1" in delegation.convert("text", "builtin", "x", tmp_path)["error"]


def test_odd_work_is_refused(tmp_path: Path) -> None:
    """A child in strange hands asks for anything; other types are no message at all."""
    said: list[Said] = []
    odd = [
        protocol.Delegate(work=""),
        protocol.Delegate(work="rm"),
        protocol.Delegate(work="record"),
        protocol.Delegate(work="record", paths=["/etc/passwd"]),
        protocol.Delegate(work="convert", space="text", spec="builtin", keep="../x y"),
        protocol.Delegate(work="convert", space="text", spec="builtin", keep=""),
    ]
    for asked in odd:
        delegation.begin(asked, "auto", tmp_path, said.append)
    until_s = time.monotonic() + PATIENCE_S
    while len(said) < len(odd):
        assert time.monotonic() < until_s, said
        time.sleep(0.01)
    assert all(one["error"] for one in said)
