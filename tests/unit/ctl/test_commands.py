"""Every command against a real control door: words, JSON, exit statuses."""

import contextlib
import json
import os
import pty
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from fake_engine import FakeEngine, served

from muserd.control import bind_socket, control_app
from muserd.ctl.__main__ import main
from muserd.ctl.catalogue import COMMANDS
from muserd.ctl.output import Output
from muserd.ground import config as configuration
from muserd.ground import passes


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
    app = control_app(one.engine, token="secret", stop=one.stop.set)
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


def test_status_for_people(up, ctl):
    """What it does, what it holds, in aligned columns and without colours in a pipe."""
    status, out, err = ctl("status")
    assert (status, err) == (0, "")
    assert "muserd 0.1.0 is running · pid 4711 · up 3 h 12 min · 96 MB" in out
    assert "3 files, the oldest for 4 s" in out
    assert "EfficientNet-Lite0 (built-in), cpu" in out
    assert "2 files; see `muserctl failed`" in out
    assert "\x1b" not in out


def test_status_as_json_is_the_daemons_own(up, ctl):
    """Scripts get the object unchanged."""
    status, out, _ = ctl("status", "--json")
    assert status == 0
    assert json.loads(out) == up.engine.status()


def test_a_daemon_that_is_down(places, ctl):
    """LSB's 3 for status and health, 7 for the others; always with a remedy."""
    status, out, _ = ctl("status")
    assert status == 3
    assert "stopped" in out
    assert "muserctl service start" in out
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


def test_lists_as_ndjson(up, ctl):
    """One object a line, each with its schema."""
    lines = ctl("items", "--json")[1].splitlines()
    assert len(lines) == 1_203
    assert json.loads(lines[7])["schema"] == 1
    assert "not placed yet" in ctl("items")[1].splitlines()[0]
    lines = ctl("items", "--space", "image", "--json")[1].splitlines()
    assert len(lines) == 601
    names = [json.loads(line)["name"] for line in ctl("regions", "--json")[1].splitlines()]
    assert names == ["image land", "county", "text land", "county", "isle"]


def test_regions_are_shown_as_a_tree(up, ctl):
    """Counties under their lands."""
    out = ctl("regions")[1]
    assert "image   1     40  image land" in out
    assert "image   2     20    county" in out


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


def test_failed_files(up, ctl):
    """Cause and remedy; and once more."""
    out = ctl("failed")[1]
    assert "truncated: ends early" in out
    assert "copy it again" in out
    assert json.loads(ctl("failed", "--json")[1])["failures"][0]["cause"] == "truncated"
    assert ctl("failed", "retry", "/r/bad.jpg")[0] == 0
    assert up.engine.calls == [("retry_failures", b"/r/bad.jpg")]


SIMPLE = [
    (["sync"], ("sync",)),
    (["sync", "--wait", "--timeout", "5"], ("sync",)),
    (["refit"], ("refit", None, ("fresh", False))),
    (["refit", "--space", "text", "--fresh", "--wait"], ("refit", "text", ("fresh", True))),
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


def test_what_files_say_cannot_steer_the_terminal(up, ctl, monkeypatch):
    """Control characters in names and messages are shown, not obeyed; wide names stay aligned."""
    failure = {"path": "/r/\x1b[2J", "cause": "corrupt", "message": "a\x07b", "hint": "\x9b"}
    region = {
        "space": "text",
        "id": 1,
        "parent": -1,
        "level": 0,
        "name": "\x1b]0;x\x07",
        "count": 1,
    }
    monkeypatch.setattr(up.engine, "failures", lambda: [failure])
    monkeypatch.setattr(up.engine, "regions", lambda _: iter([region]))
    for words in (["failed"], ["regions"]):
        out = ctl(*words)[1]
        assert "\x1b" not in out
        assert "\x07" not in out
        assert "\\x1b" in out


def test_wide_characters_keep_the_columns(capsys):
    """A name in Chinese takes two columns a character."""
    Output().table(("name", "n"), [("地図", "1"), ("maps", "2")])
    assert capsys.readouterr().out == "name  n\n地図  1\nmaps  2\n"


def test_a_terminal_without_unicode(up):
    """ASCII only: JSON stays JSON, text loses its accents, nothing breaks."""
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    for words in (["items", "--json"], ["status"]):
        done = subprocess.run(
            [sys.executable, "-m", "muserd.ctl", *words],
            env=environment,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.isascii()
        if "--json" in words:
            assert json.loads(done.stdout.splitlines()[1])["title"] == "é"


def test_fits(up, ctl):
    """A table for people, the numbers for scripts."""
    assert "growth" in ctl("fits", "list")[1]
    assert len(json.loads(ctl("fits", "list", "--json")[1])["fits"]) == 4
    assert ctl("fits", "rollback", "9")[0] == 2
    assert "--space" in ctl("fits", "rollback", "2")[2]  # both maps have one


def test_health(up, ctl):
    """0 well, 1 degraded."""
    assert ctl("health")[:2] == (0, "ok\n")
    up.engine.ok = False
    status, out, _ = ctl("health")
    assert (status, out) == (1, "degraded\n  the disk is full\n")
    assert json.loads(ctl("health", "--json")[1])["problems"] == ["the disk is full"]


def test_open_prints_the_address(up, ctl):
    """Token included; without a page it says why."""
    assert ctl("open", "--print")[1] == "http://127.0.0.1:7367/login?token=secret\n"
    up.engine.page_url = ""
    assert ctl("open", "--print")[0] == 1


def test_open_gives_the_browser_an_address_that_is_good_once(up, ctl, monkeypatch, places):
    """Command lines are seen by others; the token is not in it."""
    seen = places / "seen"
    browser = places / "browser"
    browser.write_text(f'#!/bin/sh\necho "$@" > {seen}\n')
    browser.chmod(0o700)
    monkeypatch.setenv("BROWSER", str(browser))
    assert ctl("open")[:2] == (0, "")
    token = seen.read_text().strip().partition("token=")[2]
    assert "secret" not in token
    judge = passes.Judge("secret")
    assert judge.accepts(token, time.time())
    for name in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert ctl("open")[1] == "http://127.0.0.1:7367/login?token=secret\n"


def test_version(up, ctl, places):
    """Both, if both are there."""
    assert json.loads(ctl("version", "--json")[1])["daemon"] == "0.1.0"
    assert ctl("--version")[0] == 0


def test_adding_and_removing_folders_with_the_daemon(up, ctl, tmp_path):
    """The daemon is told, then the file of the daemon is changed."""
    folder = tmp_path / "new"
    folder.mkdir()
    status, out, _ = ctl("roots", "add", str(folder), "--kinds", "note", "--exclude", "*.tmp")
    assert status == 0
    assert "being read now" in out
    root = up.engine.calls[0][1]
    assert (root.path, root.kinds, root.exclude) == (str(folder), ("note",), ("*.tmp",))
    assert configuration.load(up.base / "config.toml").roots == (root,)
    assert ctl("roots", "remove", str(folder))[0] == 0
    assert configuration.load(up.base / "config.toml").roots == ()
    up.engine.failure = {"code": "ConfigError", "message": "no", "hint": ""}
    assert ctl("roots", "add", str(folder))[0] == 78
    assert configuration.load(up.base / "config.toml").roots == ()


def test_folders_without_the_daemon(places, ctl):
    """Written for its next start."""
    folder = places / "pictures"
    folder.mkdir()
    assert ctl("roots", "add", str(folder))[0] == 0
    assert ctl("roots", "add", str(folder))[1].endswith("is watched already\n")
    listed = json.loads(ctl("roots", "list", "--json")[1])
    assert (listed["running"], listed["roots"][0]["path"]) == (False, str(folder))
    (folder / "inner").mkdir()
    (places / "file").write_text("")
    for wrong in (folder / "inner", places / "file", places / "nowhere"):
        assert ctl("roots", "add", str(wrong))[0] == 2
    assert ctl("roots", "add", str(places))[0] == 2  # home: asks, and nobody is there
    assert ctl("roots", "add", "/")[0] == 2
    (places / "state" / "site").mkdir(parents=True)
    assert "own folder" in ctl("roots", "add", str(places / "state" / "site"))[2]
    assert ctl("roots", "remove", str(folder))[0] == 0
    assert ctl("roots", "remove", str(folder))[0] == 2


def test_config(places, ctl):
    """show, check, path, edit."""
    assert ctl("config", "path")[1].strip() == str(places / "config.toml")
    assert ctl("config", "check")[0] == 0
    assert ctl("config", "edit", "--set", "web.port=0")[0] == 0
    assert ctl("config", "edit", "--set", "encoders.image=builtin")[0] == 0
    shown = json.loads(ctl("config", "show", "--json")[1])["values"]
    assert shown["web.port"] == {"value": 0, "origin": "file"}
    assert shown["web.host"]["origin"] == "default"
    assert shown["encoders.image"]["value"] == "builtin"
    for wrong in ("web.prot=1", "web.port=x", "web.port=-1", "roots=[]", "web.port", "=1"):
        assert ctl("config", "edit", "--set", wrong)[0] in {2, 78}
    for wrong in ("[web]\nport = 'x'", "[[roots]]\nkinds = ['image']", "[roots]\n", "[web\n"):
        (places / "config.toml").write_text(wrong)
        status, _, err = ctl("config", "check")
        assert (status, "hint:" in err) == (78, True), wrong
    (places / "config.toml").write_text("[web]\nprot = 1\n")
    status, _, err = ctl("config", "check")
    assert status == 78
    assert "web.port" in err


def test_editing_in_an_editor(places, ctl, monkeypatch):
    """A valid change is taken, an invalid one leaves the file as it was."""
    good = places / "good"
    good.write_text('#!/bin/sh\necho \'title = "Mine"\' >> "$1"\n')
    bad = places / "bad"
    bad.write_text('#!/bin/sh\necho nonsense >> "$1"\n')
    for script in (good, bad):
        script.chmod(0o700)
    monkeypatch.setenv("VISUAL", str(good))
    assert ctl("config", "edit")[0] == 0
    assert configuration.load(places / "config.toml").title == "Mine"
    monkeypatch.setenv("VISUAL", str(bad))
    assert ctl("config", "edit")[0] == 78
    assert configuration.load(places / "config.toml").title == "Mine"
    monkeypatch.setenv("VISUAL", "true")
    assert "nothing" in ctl("config", "edit")[1]
    monkeypatch.setenv("VISUAL", "/nowhere/editor")
    assert ctl("config", "edit")[0] == 1


def test_init_and_doctor(places, ctl):
    """From nothing to a configuration, with a census; the doctor finds nothing that fails."""
    folder = places / "pictures"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.jpg").write_bytes(b"1")
    (folder / "deep" / "b.md").write_text("b")
    (folder / ".hidden.png").write_bytes(b"1")
    status, out, _ = ctl("init", "--folder", str(folder), "--yes")
    assert status == 0
    assert "~/pictures         1      1   2 B" in out
    assert [root.path for root in configuration.load(places / "config.toml").roots] == [str(folder)]
    assert ctl("init", "--yes")[0] == 0  # once more changes nothing
    assert len(configuration.load(places / "config.toml").roots) == 1
    status, out, _ = ctl("doctor", "--json")
    findings = {one["name"]: one for one in json.loads(out)["findings"]}
    assert findings["folder"]["level"] == "ok"
    assert findings["daemon"]["level"] == "warn"
    assert all(one["remedy"] for one in findings.values() if one["level"] != "ok")
    (places / "config.toml").write_text("nonsense")
    assert ctl("doctor")[0] == 1


def test_init_without_a_folder_asks_for_one(places, ctl):
    """Where nobody can be asked, that is a usage error."""
    assert ctl("init")[0] == 2


def test_logs(places, ctl):
    """The last lines of the file; a hint when there is none."""
    assert ctl("logs")[0] == 1
    (places / "state").mkdir()
    (places / "state" / "muserd.log").write_text("".join(f"line {i}\n" for i in range(100)))
    assert ctl("logs", "-n", "2")[1] == "line 98\nline 99\n"


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
    from muserd.ctl.commands import service

    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(service, "_answers", lambda _: not up.stop.is_set())
    assert ctl("service", "stop")[0] == 0
    assert up.stop.is_set()


def test_wrong_words_name_the_right_ones(places, ctl):
    """Commands, subcommands, options."""
    assert "did you mean `status`" in ctl("statsu")[2]
    assert "did you mean `remove`" in ctl("roots", "remvoe", "x")[2]
    assert "did you mean `--wait`" in ctl("sync", "--wiat")[2]
    assert ctl("zzz")[0] == 2
    assert ctl()[0] == 2
    assert ctl("sync", "--timeout", "-1")[0] == 2
    assert ctl("sync", "--timeout", "nan")[0] == 2


def test_every_command_has_help(capsys):
    """Its help starts with what it does, and lists its options."""
    for command in COMMANDS:
        with pytest.raises(SystemExit) as left:
            main([command.name, "--help"])
        assert left.value.code == 0
        assert f"usage: muserctl {command.name}" in capsys.readouterr().out


def test_status_loads_nothing_heavy(up):
    """Start-up is the price of every call: no numpy, no lmdb, no web framework, no renderer."""
    script = (
        "import sys; from muserd.ctl.__main__ import main; assert main(['status']) == 0; "
        "heavy = {'numpy', 'lmdb', 'starlette', 'uvicorn', 'anyio', 'rich', 'tomlkit', 'psutil', "
        "'prometheus_client', 'shtab', 'faiss', 'torch', 'subprocess', 'asyncio'}; "
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def in_terminal(*words, typed=b""):
    """A terminal with muserctl in it of its own: exit status and what the terminal showed."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "muserd.ctl", *words]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        os.write(ours, typed)
        text = b""
        with contextlib.suppress(OSError):  # Linux: the other side is closed
            while piece := os.read(ours, 65_536):
                text += piece
    os.close(ours)
    return process.returncode, text.decode()


def test_a_terminal_gets_colours_and_a_pipe_does_not(up, monkeypatch):
    """And NO_COLOR wins over a terminal."""
    status, text = in_terminal("status")
    assert status == 0
    assert "\x1b[1;32mrunning" in text
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in in_terminal("status")[1]


def test_init_asks_a_person(places):
    """Return takes what is suggested; an answer wins."""
    for name in ("Pictures", "notes", "else"):
        (places / name).mkdir()
    status, text = in_terminal("init", typed=b"\n")
    assert (status, "[~/Pictures, ~/notes]" in text) == (0, True)
    chosen = [root.path for root in configuration.load(places / "config.toml").roots]
    assert chosen == [str(places / "Pictures"), str(places / "notes")]
    assert in_terminal("init", typed=f"{places}/else\n".encode())[0] == 0
    assert len(configuration.load(places / "config.toml").roots) == 3


def test_the_home_directory_is_asked_about(places):
    """No is no, yes is yes."""
    status, text = in_terminal("roots", "add", str(places), typed=b"n\n")
    assert (status, "your whole home" in text) == (2, True)
    assert not (places / "config.toml").exists()
    assert in_terminal("roots", "add", str(places), typed=b"y\n")[0] == 0
    assert configuration.load(places / "config.toml").roots[0].path == str(places)


def test_a_reader_that_has_enough_is_no_error(up):
    """`muserctl items | head -1` ends quietly."""
    command = [sys.executable, "-m", "muserd.ctl", "items", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode in {0, 141}


def test_watching_goes_on_until_interrupted(up):
    """NDJSON in a pipe; Ctrl-C is a normal end."""
    command = [
        sys.executable,
        "-m",
        "muserd.ctl",
        "status",
        "--watch",
        "--json",
        "--interval",
        "0.2",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        lines = [json.loads(process.stdout.readline()) for _ in range(2)]
        process.send_signal(signal.SIGINT)
        process.stdout.read()
    assert [line["pid"] for line in lines] == [4711, 4711]
    assert process.returncode == 0


def test_rates_of_the_live_view():
    """Items a second, and how long the rest takes."""
    from muserd.ctl.live import rate_line

    def at(items, pending):
        return {"spaces": {"image": {"items": items}}, "queue": {"pending": pending}}

    assert rate_line(at(10, 5), None, 1.0) == ""
    assert rate_line(at(10, 5), (0.0, at(10, 5)), 1.0) == ""
    assert (
        rate_line(at(30, 60), (0.0, at(10, 5)), 2.0)
        == "10.0 items/s, 60 files to go, about 6 s left"
    )


def test_a_socket_of_somebody_else_is_explained(places, ctl):
    """A file that is no socket, a folder without permission: 7, never a traceback."""
    (places / "run").mkdir()
    (places / "run" / "control.sock").write_text("")
    assert ctl("items")[0] == 7
    with socket.socket(socket.AF_UNIX) as dead:
        (places / "run" / "control.sock").unlink()
        dead.bind(str(places / "run" / "control.sock"))
    assert ctl("items")[0] == 7
