"""What happens when an answer cannot be written, or something unforeseen goes wrong."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from muserd.ctl.commands import pause
from muserd.ctl.render.output import Output
from muserd.ground.errors import MuserError

FULL = Path("/dev/full")
MUSERCTL = f"{sys.executable} -m muserd.ctl"


def shell(command, unbuffered=""):
    """A command line of a shell, with `muserctl` as the program: status, stdout, stderr."""
    words = ["/bin/sh", "-c", command.replace("muserctl", MUSERCTL)]
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=environment)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.skipif(not FULL.exists(), reason="no /dev/full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("words", ["items", "items --json", "status", "--help", "man"])
def test_a_full_disk_behind_stdout_is_one_line(up, words, unbuffered):
    """Exit status 1 and the cause on stderr, whenever it is written; nothing of Python's."""
    status, _, err = shell(f"muserctl {words} > /dev/full", unbuffered)
    assert status == 1
    first, second = err.splitlines()
    assert first == "muserctl: standard output cannot be written: No space left on device"
    assert second.startswith("  hint: ")


@pytest.mark.parametrize("words", ["items", "status --json", "--help"])
def test_a_closed_stdout_is_one_line(up, words):
    """`>&-`: said before anything is done."""
    status, _, err = shell(f"muserctl {words} >&-")
    assert status == 1
    assert err.splitlines()[0] == "muserctl: standard output is closed"


def test_closed_stdin_and_stderr_do_no_harm(up):
    """A job of cron may have neither; a question has nobody to answer it then."""
    status, out, _ = shell("muserctl status <&- 2>&-")
    assert (status, "is working" in out) == (0, True)
    status, _, _ = shell("muserctl statsu <&- 2>&-")
    assert status == 2
    status, _, err = shell("muserctl encoder switch image <&-")
    assert (status, "add --yes" in err) == (2, True)


@pytest.mark.parametrize("words", ["items", "items --json", "man"])
def test_a_reader_that_leaves_early_is_no_error(up, words):
    """`muserctl items | head -1` prints one line and nothing else."""
    _, out, err = shell(f"muserctl {words} | head -n 1")
    assert (len(out.splitlines()), err) == (1, "")


def test_what_nobody_foresaw_is_one_line(up, ctl, monkeypatch):
    """A bug ends in one message and an exit status; the traceback is for those who ask."""

    def broken(*_):
        raise KeyError("spaces")

    monkeypatch.setattr(pause, "run", broken)
    status, out, err = ctl("pause")
    assert (status, out) == (70, "")
    assert err.splitlines()[0] == "muserctl: internal error: KeyError: 'spaces'"
    assert "Traceback" not in err
    monkeypatch.setenv("MUSER_TRACEBACK", "1")
    with pytest.raises(KeyError):
        ctl("pause")


def test_an_answer_of_another_shape_is_one_line(up, ctl, monkeypatch):
    """A daemon of another version may leave keys out."""
    monkeypatch.setattr(up.engine, "fits", lambda _: ({"number": 1},))
    status, _, err = ctl("fits")
    assert status in {1, 70}
    assert err.startswith("muserctl: ")
    assert "Traceback" not in err


def test_an_error_that_cannot_be_written_changes_nothing(monkeypatch, places):
    """Stderr is full: the exit status still tells."""
    if not FULL.exists():
        pytest.skip("no /dev/full")
    status, _, _ = shell("muserctl statsu 2> /dev/full")
    assert status == 2
    with open(os.devnull, encoding="utf-8") as unwritable:
        monkeypatch.setattr(sys, "stderr", unwritable)
        Output().problem(MuserError("it cannot be done", "do something else"))
