"""More than one Muser on a machine: how each is reached."""

import subprocess
import sys
from pathlib import Path

import pytest

from muserd.ctl import cli
from muserd.daemon import foreground
from muserd.ground.paths import Places, muserctl, places


def test_an_instance_is_chosen_by_its_state_directory(daemon, ctl, monkeypatch, tmp_path):
    """Before the command or after it; the daemon's own note says where its socket is."""
    for name in ("MUSER_STATE_DIR", "MUSER_RUNTIME_DIR", "MUSER_CACHE_DIR"):
        monkeypatch.setenv(name, str(tmp_path))
    daemon.engine.reset()
    state = daemon.base / "state"
    monkeypatch.setenv("MUSER_CONFIG", str(tmp_path / "config.toml"))
    assert ctl("status")[0] == 3
    for words in (["--state", str(state), "health"], ["health", f"--state={state}"]):
        assert ctl(*words)[0] == 0, words  # its socket lies elsewhere: the note is read
        assert places() == Places(
            daemon.base / "daemon.toml", state, daemon.base / "cache", daemon.base / "run"
        )
        monkeypatch.setenv("MUSER_STATE_DIR", str(tmp_path))
        monkeypatch.setenv("MUSER_RUNTIME_DIR", str(tmp_path))
        monkeypatch.setenv("MUSER_CONFIG", str(tmp_path / "config.toml"))


@pytest.fixture(autouse=True)
def note(daemon):
    """What a daemon writes when it opens its socket."""
    base = daemon.base
    where = Places(base / "daemon.toml", base / "state", base / "cache", base / "run")
    where.instance_note.write_bytes(where.note())


def test_without_a_note_the_socket_is_where_it_is_by_default(tmp_path, monkeypatch):
    """`run` in the state directory, as `places` has it."""
    monkeypatch.setenv("MUSER_STATE_DIR", "before")
    monkeypatch.setenv("MUSER_RUNTIME_DIR", "before")
    assert cli._take_state(["items", "--state", str(tmp_path), "--json"]) == ["items", "--json"]
    assert places().socket == tmp_path / "run" / "control.sock"
    assert cli._take_state(["items", "--", "--state"]) == ["items", "--", "--state"]


HOLDER = """
import os, sys
handle = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
print(flush=True)
sys.stdin.read()  # muserd
"""


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="no /proc")
def test_another_instance_that_runs_is_named(places, ctl, tmp_path):
    """`muserctl status` beside `make demo`: the exact command that reaches it."""
    state = tmp_path / "demo state"
    (state / "store").mkdir(parents=True)
    command = [sys.executable, "-c", HOLDER, str(state / "lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        status, out, _ = ctl("status")
        process.stdin.close()
    assert status == 3
    assert f"--state '{state}' status" in out
    assert "muserd is not running" in out


def test_the_command_names_the_program_that_is_meant(tmp_path, monkeypatch):
    """By its full path, unless the shell finds the same one; quoted for the shell."""
    script = Path(sys.executable).parent / "muserctl"
    monkeypatch.setenv("PATH", str(tmp_path))
    assert muserctl(None) == (str(script) if script.exists() else "muserctl")
    monkeypatch.setenv("PATH", str(script.parent))
    assert muserctl(None) == "muserctl"
    assert muserctl(Path("/a b")) == "muserctl --state '/a b'"


def test_the_daemon_tells_how_to_reach_it(tmp_path, monkeypatch, capsys):
    """On the terminal it was started in: the default instance by its name alone."""
    for name in ("MUSER_STATE_DIR", "MUSER_RUNTIME_DIR", "MUSER_CONFIG", "JOURNAL_STREAM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(foreground.sdnotify, "journal_takes", lambda _: False)
    monkeypatch.setattr(foreground.sys, "stderr", sys.stdout)
    monkeypatch.setattr("sys.stdout.fileno", lambda: 1, raising=False)
    foreground._tell_command(places())
    assert "--state" not in capsys.readouterr().out
    foreground._tell_command(Places(tmp_path, tmp_path / "s", tmp_path, tmp_path / "s" / "run"))
    assert f"--state {tmp_path / 's'} status" in capsys.readouterr().out
