"""What is said of a daemon that is down, hung, starting, or somebody else's."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from muserd.control import bind_socket


def test_a_daemon_that_is_down(places, ctl):
    """LSB's 3 for status and health, 7 for the others; always with a remedy."""
    status, out, _ = ctl("status")
    assert status == 3
    assert "muserd is not running" in out
    assert "hint: start it with `muserd run`" in out
    assert ctl("status", "--json")[0] == 3
    assert ctl("health")[0] == 3
    for words in (["items"], ["sync"], ["open", "--print"], ["refit"], ["failed"], ["pause"]):
        status, out, err = ctl(*words)
        assert (status, out) == (7, ""), words
        assert "hint:" in err


def test_errors_are_json_where_json_was_asked_for(places, ctl):
    """`--json` prints only JSON, whatever happens."""
    for words, code in ((["items"], 7), (["roots", "add", "/nowhere"], 2), (["statsu"], 2)):
        status, out, err = ctl(*words, "--json")
        assert (status, err) == (code, "")
        answer = json.loads(out)
        assert answer["schema"] == 1
        assert answer["error"]["exit"] == code
        assert answer["error"]["hint"]


def test_a_daemon_that_hangs(places, ctl, monkeypatch):
    """Within the time limit: 4 for status, 7 for the others."""
    monkeypatch.setattr("muserd.ctl.session.CALL_S", 0.2)
    with bind_socket(places / "run" / "control.sock") as bound:
        bound.listen(8)
        status, out, _ = ctl("status", "--json")
        assert (status, json.loads(out)["state"]) == (4, "hung")
        assert ctl("health")[0] == 4
        status, _, err = ctl("sync")
        assert status == 7
        assert "does not answer" in err


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="no /proc")
def test_a_daemon_that_is_starting(places, ctl):
    """Its process lives, its socket does not yet: 4, not 3."""
    (places / "state").mkdir()
    script = "import time; time.sleep(60)  # muserd"
    with subprocess.Popen([sys.executable, "-c", script]) as process:
        (places / "state" / "lock").write_text(str(process.pid))
        try:
            while not Path(f"/proc/{process.pid}/cmdline").read_bytes():  # the exec is under way
                pass
            status, out, _ = ctl("status", "--json")
        finally:
            process.kill()
    assert (status, json.loads(out)["state"]) == (4, "starting")
    assert ctl("status")[0] == 3  # the number of a dead process says nothing


def test_a_socket_of_somebody_else_is_explained(places, ctl):
    """A file that is no socket, a folder without permission: 7, never a traceback."""
    (places / "run").mkdir()
    (places / "run" / "control.sock").write_text("")
    assert ctl("items")[0] == 7
    with socket.socket(socket.AF_UNIX) as dead:
        (places / "run" / "control.sock").unlink()
        dead.bind(str(places / "run" / "control.sock"))
    assert ctl("items")[0] == 7


def test_what_starts_it_depends_on_what_is_installed(places, ctl, monkeypatch):
    """Nobody is told to start a service that is not there."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(places))
    unit = places / "systemd" / "user" / "muserd.service"
    unit.parent.mkdir(parents=True)
    unit.write_text("")
    assert "start it with `muserctl service start`" in ctl("sync")[2]


def test_a_daemon_that_still_loads_is_starting(up, ctl, monkeypatch):
    """It answers, but its maps are not there yet: 4, so that a script can wait for 0."""
    monkeypatch.setattr(up.engine, "status", lambda: {"state": "starting", "spaces": None})
    assert ctl("status", "--json")[0] == 4


def test_a_lock_that_cannot_be_read_says_nothing(places, ctl):
    """Another user's state: not running, as far as one can see."""
    (places / "state" / "lock").mkdir(parents=True)
    status, out, _ = ctl("status", "--json")
    assert (status, json.loads(out)["state"]) == (3, "stopped")


def test_a_file_out_of_reach_is_an_error_with_a_remedy(places, ctl):
    """Whatever no command expects: one message, exit status 1, never a traceback."""
    (places / "state").write_text("")
    status, out, err = ctl("logs")
    assert (status, out) == (1, "")
    assert "Not a directory" in err
    assert "hint: check the spelling" in err
