"""Commands that change: each reaches the engine as one call, and tells what came of it."""

import json

import pytest

from muserd.control import bind_socket
from tests.unit.ctl.terminal import in_terminal

SIMPLE = [
    (["sync"], ("sync",)),
    (["sync", "--wait", "--timeout", "5"], ("sync",)),
    (["refit"], ("refit", None, ("fresh", False), ("engine", None))),
    (
        ["refit", "--space", "text", "--fresh", "--wait"],
        ("refit", "text", ("fresh", True), ("engine", None)),
    ),
    (
        ["refit", "--fresh", "--engine", "umap-learn"],
        ("refit", None, ("fresh", True), ("engine", "umap-learn")),
    ),
    (["refit", "--accept"], ("accept", None)),
    (["fits", "rollback", "2", "--space", "image"], ("rollback", "image", 2)),
    (["rescan", "/r", "--force"], ("rescan", b"/r", ("force", True))),
    (["pause"], ("pause",)),
    (["resume"], ("resume",)),
    (["verify"], ("verify", ("repair", False))),
    (["verify", "--repair"], ("verify", ("repair", True))),
    (["roots", "confirm"], ("confirm_root", None)),
]


@pytest.mark.parametrize(("words", "call"), SIMPLE)
@pytest.mark.parametrize("as_json", [False, True])
def test_changes_reach_the_engine(up, ctl, words, call, as_json):
    """One command, one call; JSON is JSON."""
    status, out, err = ctl(*words, *(["--json"] if as_json else []))
    assert (status, err) == (0, "")
    assert up.engine.calls[0] == call
    if as_json:
        assert json.loads(out)["schema"] == 1


def test_waiting_has_an_end(up, ctl):
    """What is not done in time is a failure that says so."""
    up.engine.slow = True
    status, _, err = ctl("sync", "--wait", "--timeout", "0.2")
    assert status == 1
    assert "not done within 0.2 s" in err
    assert ctl("sync")[0] == 0


@pytest.mark.parametrize(
    ("code", "exit_status"), [("busy", 11), ("no-such-root", 2), ("fit", 1), ("ConfigError", 78)]
)
def test_failures_of_the_daemon_have_their_exit_status(up, ctl, code, exit_status):
    """The daemon's code decides."""
    up.engine.failure = {"code": code, "message": "no", "hint": "do this"}
    status, _, err = ctl("verify")
    assert status == exit_status
    assert err == "muserctl: no\n  hint: do this\n"


def test_renaming_a_region(up, ctl):
    """The space is found where only one map has the id, else it must be named."""
    assert ctl("regions", "rename", "7", "Elba")[0] == 0
    assert ctl("regions", "rename", "1", "--clear", "--space", "image")[0] == 0
    assert up.engine.calls == [
        ("rename_region", "text", 7, "Elba"),
        ("rename_region", "image", 1, None),
    ]
    for words in (["1", "Elba"], ["99", "Elba"], ["7"], ["7", "Elba", "--clear"]):
        assert ctl("regions", "rename", *words)[0] == 2


def test_backup_goes_by_way_of_the_state_directory(up, ctl, tmp_path):
    """A sandboxed daemon can write nowhere else; nothing is left there."""
    target = tmp_path / "copy"
    assert ctl("backup", str(target))[0] == 0
    assert target.is_dir()
    (_, asked), *_ = up.engine.calls
    assert str(asked).startswith(str(up.base / "state"))
    assert list((up.base / "state").iterdir()) == []
    (target / "x").write_text("")
    assert ctl("backup", str(target))[0] == 2
    assert ctl("backup", str(tmp_path / "no" / "copy"))[0] == 2


def test_stopping_a_daemon_without_a_service_manager(up, ctl, monkeypatch):
    """It is asked to end, and waited for."""
    monkeypatch.setenv("PATH", "/nowhere")
    assert ctl("service", "stop")[:2] == (0, "muserd is stopped\n")
    assert up.stop.is_set()


def test_stopping_what_does_not_run_is_done_already(places, ctl, monkeypatch):
    """Scripts may say it twice."""
    monkeypatch.setenv("PATH", "/nowhere")
    assert ctl("service", "stop")[:2] == (0, "muserd was not running\n")


def test_a_daemon_that_hangs_is_named_for_the_kill(places, ctl, monkeypatch):
    """Without a service manager nobody else can end it."""
    monkeypatch.setattr("muserd.ctl.session.CALL_S", 0.2)
    monkeypatch.setattr("muserd.ctl.commands.service.holder", lambda _: 4711)
    monkeypatch.setenv("PATH", "/nowhere")
    with bind_socket(places / "run" / "control.sock") as bound:
        bound.listen(8)
        status, _, err = ctl("service", "stop")
    assert status == 7
    assert "kill -9 4711" in err


def test_encoding_anew_is_asked_about(up, ctl):
    """It may take hours: without a person there must be --yes."""
    status, _, err = ctl("encoder", "switch", "image")
    assert (status, "all 1,200 items of the image map" in err) == (2, True)
    assert "add --yes" in err
    assert up.engine.calls == []
    assert "y/N" in in_terminal("encoder", "switch", "text", typed=b"n\n")[1]
    assert up.engine.calls == []
    assert in_terminal("encoder", "switch", "text", typed=b"y\n")[0] == 0
    assert ctl("encoder", "switch", "image", "--yes", "--json")[0] == 0
    assert up.engine.calls == [("switch_encoder", "text"), ("switch_encoder", "image")]


def test_what_concerns_nothing_says_so(up, ctl, monkeypatch):
    """No such failure; nothing that is held."""
    up.engine.result = {"files": 0, "roots": 0}
    assert ctl("failed", "retry", "/r/good.jpg")[0] == 2
    assert ctl("failed", "retry")[1].startswith("0 files will be read again")
    assert "nothing to confirm" in ctl("roots", "confirm")[1]
    up.engine.result = {"files": 1, "roots": 1}
    assert ctl("failed", "retry", "/r/bad.jpg")[1].startswith("1 file will be read again")
    assert "leave the maps" in ctl("roots", "confirm")[1]
