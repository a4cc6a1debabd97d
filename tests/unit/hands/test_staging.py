"""Files and folders that appear when they are complete; what a killed process left of them."""

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from muserd.hands.staging import copy, remove_leftovers, staged_file, staged_folder

KILLED = """
import sys, time
from pathlib import Path
from muserd.hands.staging import staged_file, staged_folder
stage = {"file": staged_file, "folder": staged_folder}[sys.argv[1]]
with stage(Path(sys.argv[2])) as partial:
    (partial / "half" if partial.is_dir() else partial).write_text("half")
    print("writing", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def killed(tmp_path: Path) -> Callable[..., "subprocess.Popen[str]"]:
    """Start a process that writes a target half."""

    def start(kind: str, target: Path) -> "subprocess.Popen[str]":
        child = subprocess.Popen(
            [sys.executable, "-c", KILLED, kind, str(target)], stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        assert child.stdout.readline() == "writing\n"
        return child

    return start


def end(child: "subprocess.Popen[str]") -> None:
    child.kill()
    child.wait()
    assert child.stdout is not None
    child.stdout.close()


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_a_killed_process_left_goes_with_the_next_one(
    tmp_path: Path, killed: Callable[..., "subprocess.Popen[str]"], kind: str
) -> None:
    """While it lives, nobody touches what it writes."""
    target = tmp_path / "map.csv"
    child = killed(kind, target)
    assert remove_leftovers(target) == 0, "it is in use"
    assert len(os.listdir(tmp_path)) == 1
    end(child)
    assert len(os.listdir(tmp_path)) == 1, "else the test could not fail"
    with staged_file(target) as partial:
        partial.write_text("whole")
    assert os.listdir(tmp_path) == ["map.csv"]


def test_only_what_is_muserds_goes(tmp_path: Path) -> None:
    """Names that somebody else might give, links, and partial files of other targets stay."""
    kept = [".map.csv.partial", ".map.csv.abcd1234", ".map.csv.muser-partial-notes.md"]
    for name in (*kept, ".other.csv.muser-partial-abcd1234"):
        (tmp_path / name).write_text("mine")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "thesis").write_text("mine")
    (tmp_path / ".map.csv.muser-partial-linked12").symlink_to(outside)
    (tmp_path / ".map.csv.muser-partial-abcd1234").write_text("Muser's")
    before = set(os.listdir(tmp_path))
    assert remove_leftovers(tmp_path / "map.csv") == 1
    assert before - set(os.listdir(tmp_path)) == {".map.csv.muser-partial-abcd1234"}
    assert (outside / "thesis").read_text() == "mine"


def test_a_disk_without_locks_keeps_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There nobody can tell what is in use."""

    def refused(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    (tmp_path / ".x.muser-partial-abcd1234").write_text("maybe in use")
    monkeypatch.setattr(fcntl, "flock", refused)
    assert remove_leftovers(tmp_path / "x") == 0
    with staged_file(tmp_path / "x") as partial:
        partial.write_text("whole")
    assert (tmp_path / "x").read_text() == "whole"


def test_a_copy_keeps_times_and_permissions(tmp_path: Path) -> None:
    source = tmp_path / "a"
    source.write_text("x")
    source.chmod(0o600)
    os.utime(source, (time.time() - 1000, 1_000_000_000))
    copy(str(source), tmp_path / "b")
    assert (tmp_path / "b").stat().st_mode == source.stat().st_mode
    assert (tmp_path / "b").stat().st_mtime == 1_000_000_000


def test_a_folder_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), staged_folder(tmp_path / "out") as partial:
        (partial / "x").write_text("half")
        raise ZeroDivisionError
    assert os.listdir(tmp_path) == []
