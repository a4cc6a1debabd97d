"""Weights from a hub are believed once; then they stay what they were, or are refused."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from muserd.encode import pinning
from muserd.ground import pins
from muserd.ground.errors import EncoderError

COMMIT = "c" * 40
Put = Callable[..., Path]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """Puts a file into the cache of a hub as huggingface_hub does: a link to a blob."""

    def make(data: bytes, *, blob: str = "", commit: str = COMMIT, name: str = "w.bin") -> Path:
        folder = tmp_path / "hub" / "models--someone--some-model"
        target = folder / "blobs" / (blob or hashlib.sha256(data).hexdigest())
        path = folder / "snapshots" / commit / name
        for one in (target, path):
            one.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        path.unlink(missing_ok=True)
        path.symlink_to(target)
        return path

    return make


def test_the_first_weights_are_recorded(put: Put, tmp_path: Path) -> None:
    """With revision and SHA-256, in a private folder; again they are known by size and time."""
    path = put(b"weights")
    pinning.hold([path], tmp_path)
    pin = pins.read("someone/some-model", tmp_path)
    assert pin is not None
    assert (pin.revision, list(pin.files)) == (COMMIT, ["w.bin"])
    assert pin.files["w.bin"].sha256 == hashlib.sha256(b"weights").hexdigest()
    assert [*pins.every(tmp_path)] == [pin]
    file = pins.path_of("someone/some-model", tmp_path)
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    written = file.stat().st_mtime_ns
    pinning.hold([path], tmp_path)
    assert file.stat().st_mtime_ns == written


def test_other_weights_are_refused_with_cause_and_remedy(put: Put, tmp_path: Path) -> None:
    """A new commit with other content. The old ones are still taken; a deleted pin means yes."""
    first = put(b"weights")
    pinning.hold([first], tmp_path)
    other = put(b"others", commit="d" * 40)
    with pytest.raises(EncoderError) as told:
        pinning.hold([other], tmp_path)
    for sha256 in (hashlib.sha256(data).hexdigest() for data in (b"weights", b"others")):
        assert sha256 in told.value.message
    pin = pins.path_of("someone/some-model", tmp_path)
    assert str(pin) in told.value.hint
    assert "encoder fetch" in told.value.hint
    pinning.hold([first], tmp_path)
    pin.unlink()
    pinning.hold([other], tmp_path)


def test_the_same_weights_of_another_commit_are_the_same(put: Put, tmp_path: Path) -> None:
    """Only what they are counts: a repository may have got a new description."""
    pinning.hold([put(b"weights")], tmp_path)
    again = put(b"weights", commit="d" * 40)
    os.utime(again, ns=(1, 1))
    pinning.hold([again], tmp_path)


def test_a_name_in_the_cache_is_not_believed(put: Put, tmp_path: Path) -> None:
    """A blob that is called by a hash has it, or is damaged; a git blob's name is another hash."""
    good = hashlib.sha256(b"weights").hexdigest()
    with pytest.raises(EncoderError, match="damaged"):
        pinning.hold([put(b"changed", blob=good)], tmp_path)
    assert pins.read("someone/some-model", tmp_path) is None
    pinning.hold([put(b"small", blob="a" * 40, name="config.json")], tmp_path)


def test_what_comes_from_elsewhere_is_left_alone(tmp_path: Path) -> None:
    """A file or folder that the user gave is the user's; there is nothing to record."""
    path = tmp_path / "mine.safetensors"
    path.write_bytes(b"x")
    pinning.hold([path], tmp_path)
    path.write_bytes(b"y")
    pinning.hold([path], tmp_path)
    assert [*pins.every(tmp_path)] == []


def test_a_damaged_pin_counts_as_none(put: Put, tmp_path: Path) -> None:
    """It is made anew; the file may not be writable either, which costs nothing but time."""
    path = put(b"weights")
    pinning.hold([path], tmp_path)
    pins.path_of("someone/some-model", tmp_path).write_bytes(b"{")
    assert pins.read("someone/some-model", tmp_path) is None
    pinning.hold([path], tmp_path)
    assert pins.read("someone/some-model", tmp_path) is not None
