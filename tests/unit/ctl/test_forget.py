"""`forget`: what it asks of the daemon, and what it removes by itself."""

import pytest


def test_forget_asks_the_daemon(up, ctl):
    """By path, or all that was deleted; with words on what stays elsewhere."""
    up.engine.result = {"items": 3, "bytes_before": 9_000_000, "bytes_after": 1_000_000}
    status, out, err = ctl("forget", "/r/secret.md", "/r/folder")
    assert (status, "3 items forgotten" in out, "clear its cache" in err) == (0, True, True)
    assert up.engine.calls == [("forget", (b"/r/secret.md", b"/r/folder"), ("deleted", False))]
    assert ctl("forget", "--deleted")[0] == 0
    assert up.engine.calls[1] == ("forget", (), ("deleted", True))


def test_forget_says_what_went_by_name(up, ctl):
    """Of what an older release deleted no path is known."""
    up.engine.result = {"items": 3, "by_name": 2, "bytes_before": 9, "bytes_after": 9}
    assert "2 of them by name" in ctl("forget", "/r/secret.md")[2]


@pytest.mark.parametrize("words", [[], ["--deleted", "/a"], ["--deleted", "--everything"]])
def test_one_thing_is_meant(up, ctl, words):
    """Nothing is guessed."""
    assert ctl("forget", *words)[0] == 2
    assert up.engine.calls == []


def test_everything_goes_only_without_a_daemon_and_with_a_yes(up, places, ctl, monkeypatch):
    """Store, site, secrets, log; models stay, and so do files that are not Muser's."""
    assert ctl("forget", "--everything", "--yes")[0] == 11
    monkeypatch.setenv("MUSER_RUNTIME_DIR", str(places / "run"))
    monkeypatch.setenv("MUSER_STATE_DIR", str(places / "state"))
    monkeypatch.setenv("MUSER_CACHE_DIR", str(places / "cache"))
    for name in ("state/store/data.mdb", "state/token", "state/muserd.log.1", "state/mine.txt"):
        (places / name).parent.mkdir(parents=True, exist_ok=True)
        (places / name).write_text("x")
    for name in ("cache/vectors/a", "cache/models/b"):
        (places / name).parent.mkdir(parents=True, exist_ok=True)
        (places / name).write_text("x")
    assert ctl("forget", "--everything")[0] == 2
    assert (places / "state" / "token").exists()
    assert ctl("forget", "--everything", "--yes")[0] == 0
    left = sorted(str(p.relative_to(places)) for p in places.rglob("*") if p.is_file())
    assert left == ["cache/models/b", "state/mine.txt"]
