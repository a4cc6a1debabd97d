"""`encoder fetch`: by a process that knows where weights are."""

import json
import os

import pytest


@pytest.fixture(autouse=True)
def no_hub(places, monkeypatch):
    """Nobody answers: a closed port of this machine is the hub, and its cache is empty."""
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("HF_HUB_CACHE", str(places / "hub"))
    monkeypatch.setenv("MUSER_CACHE_DIR", str(places / "cache"))


def test_what_comes_with_muser_is_there(ctl):
    """The built-in weights, checked; without an encoder's name those of the configuration."""
    status, out, err = ctl("encoder", "fetch", "builtin", "--json")
    assert (status, err) == (0, "")
    (one,) = json.loads(out)["fetched"]
    assert (one["space"], one["encoder"]) == ("image", "builtin")
    assert os.path.getsize(one["path"]) > 10_000_000
    assert ctl("config", "edit", "--set", "encoders.image=builtin")[0] == 0
    out = ctl("encoder", "fetch")[1]
    assert "builtin for the image map: " in out
    assert "auto for the text map: " in out


def test_no_code_of_the_working_directory_runs(ctl, places, monkeypatch):
    """A downloaded folder may hold a `json.py` or a `muserd/`; it is data."""
    folder = places / "downloaded"
    (folder / "muserd").mkdir(parents=True)
    for name in ("json.py", "torch.py", "muserd/__init__.py"):
        (folder / name).write_text(f"open({str(places / 'ran')!r}, 'w')")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    assert ctl("encoder", "fetch", "builtin")[0] == 0
    assert not (places / "ran").exists()


def test_weights_in_a_cache_are_found_without_a_network(ctl, places):
    """As the hub's own library keeps them."""
    base = places / "hub" / "models--laion--CLIP-ViT-B-32-laion2B-s34B-b79K"
    file = base / "snapshots" / "c0ffee" / "open_clip_model.safetensors"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"weights")
    (base / "refs").mkdir()
    (base / "refs" / "main").write_text("c0ffee")
    assert (
        ctl("encoder", "fetch", "auto")[1]
        == f"auto for the image map: ~/{file.relative_to(places)}\n"
    )


@pytest.mark.parametrize(
    ("encoder", "said", "exit_status"),
    [
        ("auto", "does not answer", 1),
        ("sentence-transformers:all-mpnet-base-v2", "does not answer", 1),
        ("clip:ViT-B-99/x", "knows no model", 1),
        ("clip:ViT-B-32", "is not complete", 1),
        ("word2vec", "clip:…", 78),
    ],
)
def test_what_cannot_be_had_is_said(ctl, encoder, said, exit_status):
    """No network, no such encoder: one message, soon."""
    status, out, err = ctl("encoder", "fetch", encoder)
    assert (status, out) == (exit_status, "")
    assert said in err
    assert "hint:" in err


def test_the_time_limit_ends_it(ctl):
    """What was fetched is kept."""
    status, _, err = ctl("encoder", "fetch", "auto", "--timeout", "0.01")
    assert (status, "not fetched within 0.01 s" in err) == (1, True)


def test_weights_of_hubs_are_shown_with_what_they_were_at_first(ctl, places, monkeypatch):
    """Repository, revision and SHA-256; in JSON whole."""
    from muserd.ctl import fetching
    from muserd.ground import pins
    from muserd.ground.pins import Pin, PinnedFile

    monkeypatch.setattr(fetching, "known_encoders", lambda _: [])
    file = PinnedFile(sha256="ab" * 32, size=1, mtime_ns=1)
    pin = Pin(repository="someone/m\x1bodel", revision="c" * 40, files={"w.bin": file})
    pins.write(pin, places / "cache")
    monkeypatch.setenv("MUSER_CACHE_DIR", str(places / "cache"))
    status, out, _ = ctl("encoder", "list")
    assert status == 0
    assert ("ab" * 32 in out, "c" * 12 in out, "\x1b" in out) == (True, True, False)
    assert json.loads(ctl("encoder", "list", "--json")[1])["pinned"][0]["revision"] == "c" * 40
