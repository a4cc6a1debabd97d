"""An instance with a fake daemon that runs, or none; muserctl within this process."""

import sys
import threading
from pathlib import Path

import pytest

from muserd.control import bind_socket, control_app
from muserd.ctl.__main__ import main
from muserd.ground.access import Access
from muserd.ground.clock import SystemClock

sys.path.append(str(Path(__file__).resolve().parents[1] / "control"))

from fake_engine import FakeEngine, served

TOKEN = "secret" * 8


class Instance:
    """The folders of one Muser, its fake daemon, and muserctl within this process."""

    def __init__(self, base, engine):
        self.base, self.engine = base, engine
        self.stop = threading.Event()


@pytest.fixture(scope="module")
def daemon(tmp_path_factory):
    base = tmp_path_factory.mktemp("ctl")
    one = Instance(base, FakeEngine(base))
    (base / "state").mkdir()
    (base / "token").write_text(TOKEN)
    one.access = Access(base / "token", base / "sessions.json", SystemClock())
    app = control_app(one.engine, access=one.access, stop=one.stop.set)
    with served(app, bind_socket(base / "run" / "control.sock")):
        yield one


@pytest.fixture
def places(tmp_path, monkeypatch):
    """An instance whose daemon does not run."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("MUSER_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("MUSER_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("MUSER_RUNTIME_DIR", str(tmp_path / "run"))
    monkeypatch.delenv("NO_COLOR", raising=False)
    return tmp_path


@pytest.fixture
def up(daemon, places, monkeypatch):
    """An instance whose daemon runs."""
    daemon.engine.reset()
    daemon.stop.clear()
    (daemon.base / "config.toml").unlink(missing_ok=True)
    monkeypatch.setenv("MUSER_RUNTIME_DIR", str(daemon.base / "run"))
    monkeypatch.setenv("MUSER_CONFIG", str(daemon.base / "config.toml"))
    monkeypatch.setenv("MUSER_STATE_DIR", str(daemon.base / "state"))
    return daemon


@pytest.fixture
def ctl(capsys):
    """`ctl("status", "--json")` → exit status, stdout, stderr."""

    def call(*words):
        status = main(list(words))
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return call
