"""The unit and the agent: what they say, and what the tools of their systems say of them."""

import os
import plistlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from muserd.ctl.__main__ import main
from muserd.ctl.service import managers as services
from muserd.ctl.service import units

ROOT = Path(__file__).resolve().parents[3]
MOST_EXPOSED = 60  # tenths; a user unit cannot drop capabilities, which alone costs about 3 points


def test_the_packaged_files_are_those_that_are_installed():
    """One source: systemd/ and launchd/ are made by the same code."""
    unit = (ROOT / "systemd" / "muserd.service").read_text()
    agent = (ROOT / "launchd" / "org.muser.muserd.plist").read_bytes()
    assert unit == units.packaged_unit()
    assert agent == units.packaged_agent()


def settings(text):
    """Every line of a unit as a pair."""
    lines = [line for line in text.splitlines() if "=" in line and not line.startswith("#")]
    return [tuple(line.split("=", 1)) for line in lines]


def test_the_unit_says_what_it_must():
    """Readiness, watchdog, restarts, background, its own folders, no more rights than needed."""
    unit = dict(settings(units.packaged_unit()))
    wanted = {
        "Type": "notify",
        "WatchdogSec": "60",
        "Restart": "on-failure",
        "RestartPreventExitStatus": "2 78",
        "KillMode": "mixed",
        "Slice": "background.slice",
        "UMask": "0077",
        "NoNewPrivileges": "true",
        "ProtectSystem": "strict",
        "WantedBy": "default.target",
    }
    assert wanted.items() <= unit.items()
    for forbidden in ("MemoryDenyWriteExecute", "ProtectHome", "PrivateDevices", "PrivateUsers"):
        assert forbidden not in unit


def test_odd_paths_survive_systemd():
    """Spaces, percent signs, dollars, quotes."""
    command = ["/opt/my apps/100%/muserd", "run", "a$b", 'q"q']
    text = units.systemd_unit(command, ["/s p/%d$x"], "/s p/%d$x", {"MUSER_CONFIG": "/c $/%"})
    unit = settings(text)
    assert ("Environment", '"TMPDIR=/s p/%%d$x"') in unit
    unit = dict(unit[::-1])  # of several values the first
    assert unit["ExecStart"] == r'"/opt/my apps/100%%/muserd" run a$$b "q\"q"'
    assert unit["ReadWritePaths"] == '"-/s p/%%d$x"'
    assert unit["Environment"] == '"MUSER_CONFIG=/c $/%%"'


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
def test_systemd_has_nothing_to_complain_about(tmp_path):
    """`verify` is silent, and the exposure stays below the recorded limit."""
    file = tmp_path / "muserd.service"
    command, folder = [sys.executable, "-m", "muserd", "run"], str(tmp_path)
    file.write_text(units.systemd_unit(command, [folder], folder))
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)}

    def analyze(*words):
        command = ["systemd-analyze", "--user", *words, str(file)]
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=60, check=False
        )

    verified = analyze("verify")
    assert (verified.returncode, verified.stderr) == (0, "")
    judged = analyze("security", "--offline=true", f"--threshold={MOST_EXPOSED}", "--no-pager")
    assert judged.returncode == 0, judged.stdout[-500:]


def test_the_agent_says_what_it_must():
    """Restarted after failures only, not too often, in the background, private files."""
    agent = plistlib.loads(units.launchd_agent(["/a/muserd", "run"], "/l", {"MUSER_CONFIG": "/c"}))
    assert agent["ProgramArguments"][0].startswith("/")
    assert agent["KeepAlive"] == {"SuccessfulExit": False}
    assert agent["ThrottleInterval"] == 30
    assert agent["ProcessType"] == "Background"
    assert agent["Umask"] == 0o077
    assert agent["RunAtLoad"] is True
    assert agent["EnvironmentVariables"] == {"MUSER_CONFIG": "/c"}


@pytest.fixture
def systemd(tmp_path, monkeypatch):
    """A systemctl that writes down what it is asked."""
    tools = tmp_path / "bin"
    tools.mkdir()
    log = tmp_path / "calls"
    active = tmp_path / "active"
    for name in ("systemctl", "loginctl", "journalctl"):
        script = tools / name
        script.write_text(
            f'#!/bin/sh\necho {name} "$@" >> {log}\n'
            f'case "$*" in *is-active*) cat {active} 2>/dev/null;; *Linger*) echo no;; esac\n'
        )
        script.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("MUSER_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("MUSER_RUNTIME_DIR", str(tmp_path / "run"))
    monkeypatch.setattr(sys, "platform", "linux")
    return tmp_path


def calls(base):
    """What systemctl was asked to do, questions left out."""
    lines = (base / "calls").read_text().splitlines()
    questions = ("show-environment", "is-active", "Linger")
    return [line for line in lines if not any(word in line for word in questions)]


def test_installing_and_uninstalling(systemd, capsys):
    """Written with this installation's paths and variables, enabled, started; then gone."""
    assert main(["service", "install"]) == 0
    file = systemd / ".config" / "systemd" / "user" / "muserd.service"
    text = file.read_text()
    command = services.daemon_command()
    assert f"ExecStart={' '.join(command)}\n" in text
    assert os.path.isabs(command[0])
    assert f"Environment=MUSER_STATE_DIR={systemd / 'state'}\n" in text
    assert (systemd / "state").stat().st_mode & 0o777 == 0o700
    assert calls(systemd) == [
        "systemctl --user daemon-reload",
        "systemctl --user enable muserd.service",
        "systemctl --user restart muserd.service",
    ]
    assert "enable-linger" in capsys.readouterr().err
    (systemd / "active").write_text("active\n")
    assert main(["service", "status", "--json"]) == 0
    assert '"state": "active"' in capsys.readouterr().out
    (systemd / "calls").unlink()
    assert main(["service", "stop"]) == 0
    assert main(["service", "start"]) == 0
    assert main(["service", "restart"]) == 0
    assert main(["service", "logs", "-n", "5"]) == 0
    assert main(["service", "uninstall"]) == 0
    assert not file.exists()
    assert [line.split()[2] for line in calls(systemd)] == [
        "stop",
        "start",
        "restart",
        "--user-unit",
        "disable",
        "daemon-reload",
    ]


def test_what_is_not_installed_cannot_be_started(systemd, capsys):
    """The hint says how to; to remove it again is done already."""
    assert main(["service", "start"]) == 1
    assert "muserctl service install" in capsys.readouterr().err
    assert main(["service", "status"]) == 3
    assert main(["service", "uninstall"]) == 0


@pytest.mark.parametrize("action", ["install", "start", "restart"])
def test_what_the_daemon_would_refuse_is_told_at_once(systemd, monkeypatch, capsys, action):
    """A wrong key: 78 and the key, not a unit that fails."""
    monkeypatch.setenv("MUSER_CONFIG", str(systemd / "config.toml"))
    if action != "install":
        assert main(["service", "install"]) == 0
    (systemd / "config.toml").write_text("[web]\nprot = 1\n")
    (systemd / "calls").write_text("")
    assert main(["service", action]) == 78
    assert "web.port" in capsys.readouterr().err
    assert calls(systemd) == []


def test_why_systemd_refuses_is_told(systemd, capsys):
    """Its first line, and where to look."""
    assert main(["service", "install"]) == 0
    script = systemd / "bin" / "systemctl"
    script.write_text(
        '#!/bin/sh\ncase "$*" in *start*) echo "Job failed." >&2; echo See >&2; exit 1;; esac\n'
    )
    assert main(["service", "start"]) == 1
    said = capsys.readouterr().err
    assert "systemctl --user start muserd.service: Job failed." in said
    assert "muserctl logs" in said


def test_a_journal_that_may_not_be_read(systemd, capsys):
    """What to do about it."""
    assert main(["service", "install"]) == 0
    (systemd / "active").write_text("active\n")
    (systemd / "bin" / "journalctl").write_text("#!/bin/sh\nexit 1\n")
    assert main(["logs"]) == 1
    assert "systemd-journal" in capsys.readouterr().err


_LAUNCHCTL = """#!/bin/sh
echo "$@" >> {base}/calls
case "$1" in
  print) test -f {base}/loaded && cat {base}/loaded;;
  bootstrap) test ! -f {base}/loaded && test -f "$3" && echo "state = running" > {base}/loaded;;
  bootout) test -f {base}/loaded && rm {base}/loaded;;
  kickstart) test -f {base}/loaded && echo "state = running" > {base}/loaded;;
esac
"""


@pytest.fixture
def launchd(tmp_path, monkeypatch):
    """A launchctl with one agent, which is loaded or not, running or not."""
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "launchctl").write_text(_LAUNCHCTL.format(base=tmp_path))
    (tools / "launchctl").chmod(0o700)
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("MUSER_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("MUSER_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setattr(sys, "platform", "darwin")
    return tmp_path


def asked(base):
    """What launchctl was told, questions left out; from now on afresh."""
    lines = [line for line in (base / "calls").read_text().splitlines() if line[:5] != "print"]
    (base / "calls").write_text("")
    return [line.split()[0] + (" -k" if " -k " in line else "") for line in lines]


def test_an_agent_from_install_to_uninstall(launchd, capsys):
    """Each verb in launchd's own words; a loaded agent is never loaded twice."""
    file = launchd / "Library" / "LaunchAgents" / "org.muser.muserd.plist"
    assert main(["service", "status"]) == 3
    assert main(["service", "install"]) == 0
    assert asked(launchd) == ["bootstrap"]
    agent = plistlib.loads(file.read_bytes())
    assert agent["ProgramArguments"] == services.daemon_command()
    assert agent["EnvironmentVariables"]["MUSER_STATE_DIR"] == str(launchd / "state")
    assert file.stat().st_mode & 0o777 == 0o600
    assert main(["service", "status", "--json"]) == 0
    assert '"manager": "launchd", "state": "active"' in capsys.readouterr().out
    assert main(["service", "install"]) == 0  # the new file counts: the old one is unloaded
    assert asked(launchd) == ["bootout", "bootstrap"]
    assert main(["service", "restart"]) == 0
    assert asked(launchd) == ["kickstart -k"]
    (launchd / "loaded").write_text("state = not running")
    assert main(["service", "status"]) == 3
    assert main(["service", "start"]) == 0
    assert asked(launchd) == ["kickstart"]
    assert main(["service", "stop"]) == 0
    assert asked(launchd) == ["bootout"]
    assert main(["service", "start"]) == 0
    assert asked(launchd) == ["bootstrap"]
    assert main(["service", "uninstall"]) == 0
    assert asked(launchd) == ["bootout"]
    assert not file.exists()
    assert main(["service", "uninstall"]) == 0
    assert asked(launchd) == []


def test_without_a_service_manager_it_says_so(systemd, monkeypatch, capsys):
    """And what to do instead; the unit can be printed all the same."""
    monkeypatch.setenv("PATH", "/nowhere")
    assert main(["service", "install"]) == 1
    assert "muserd run" in capsys.readouterr().err
    assert main(["service", "install", "--print"]) == 0
    assert "[Service]" in capsys.readouterr().out
