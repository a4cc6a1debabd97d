"""What a terminal gets and a pipe does not."""

import json
import os
import signal
import subprocess
import sys

from muserd.ctl.render.output import Output
from tests.unit.ctl.terminal import in_terminal


def test_a_terminal_gets_colours_and_a_pipe_does_not(up, monkeypatch):
    """And NO_COLOR wins over a terminal."""
    status, text = in_terminal("status")
    assert status == 0
    assert "\x1b[1;32mworking" in text
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in in_terminal("status")[1]


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


def test_an_error_cannot_steer_the_terminal_either(up, ctl):
    """Its message may quote a name."""
    up.engine.failure = {"code": "fit", "message": "\x1b[2Jno", "hint": "a\nb\x07"}
    assert ctl("verify")[2] == "muserctl: \\x1b[2Jno\n  hint: a\nb\\x07\n"


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
