"""What a process that shut itself in can still do: tried in processes of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

from muserd.ground.confinement import available

ROOT = Path(__file__).resolve().parents[3]
files = pytest.mark.skipif(available().files == 0, reason="this kernel has no Landlock")
calls = pytest.mark.skipif(not available().calls, reason="no seccomp on this machine")

START = """
import os, socket, subprocess, sys, threading, ctypes
from muserd.ground.confinement import confine_calls, confine_files
def tried(what):
    try:
        what()
    except OSError as error:
        return type(error).__name__
    return "done"
"""


def run(program: str, *arguments: object) -> list[str]:
    """The lines that a program prints."""
    done = subprocess.run(
        [sys.executable, "-c", START + program, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@files
def test_only_what_is_named_can_be_opened(tmp_path: Path) -> None:
    """Libraries and caches, yes; a home, a store, a socket, another process, no."""
    for name in ("home", "cache", "library"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text("x")
    said = run(
        """
base = sys.argv[1]
confine_files([f"{base}/library", f"{base}/nowhere"], [f"{base}/cache"])
for name in ("home", "library", "cache"):
    print(tried(lambda: open(f"{base}/{name}/file").close()))
for name in ("home", "library", "cache"):
    print(tried(lambda: open(f"{base}/{name}/new", "w").close()))
print(tried(lambda: os.listdir(f"{base}/home")), tried(lambda: os.unlink(f"{base}/home/file")))
print(tried(lambda: open(f"/proc/{os.getppid()}/environ").close()))
print(tried(lambda: open("/proc/self/status").close()))
print(tried(lambda: open("/proc/cpuinfo").close()))
print(tried(lambda: os.symlink("/etc", f"{base}/library/link")))
threading.Thread(target=lambda: print(tried(lambda: open(f"{base}/home/file").close()))).start()
""",
        tmp_path,
    )
    no = "PermissionError"
    others = [no, "done", "done", no, no, "done", no, no]
    assert said == [*others, no, "done", "done", no, no]


@files
def test_a_descriptor_that_was_handed_in_is_read(tmp_path: Path) -> None:
    """Opened before, or by somebody else: so foreign files come to the reader."""
    (tmp_path / "file").write_text("x")
    said = run(
        """
path = sys.argv[1]
file = open(f"{path}/file")
folder = os.open(path, os.O_RDONLY)
confine_files([], [])
print(file.read(), tried(lambda: os.listdir(folder)))
print(tried(lambda: os.open("file", os.O_RDONLY, dir_fd=folder)))
""",
        tmp_path,
    )
    assert said == ["x", "done", "PermissionError"]


@calls
def test_neither_network_nor_programs() -> None:
    """In every thread, those that were there before included; a pipe goes on working."""
    said = run(
        """
started, confined = threading.Event(), threading.Event()
ours, theirs = socket.socketpair()
def old():
    started.set()
    confined.wait()
    print(tried(lambda: socket.socket()))
thread = threading.Thread(target=old)
thread.start()
started.wait()
print(confine_calls())
confined.set()
thread.join()
print(tried(lambda: socket.socket(socket.AF_UNIX)), tried(lambda: socket.socket(socket.AF_INET6)))
print(tried(lambda: subprocess.run(["/bin/true"])), tried(lambda: os.execv("/bin/true", ["true"])))
libc = ctypes.CDLL(None, use_errno=True)
print(libc.ptrace(16, os.getppid(), 0, 0), ctypes.get_errno())
ours.send(b"pipe")
print(theirs.recv(10).decode())
import numpy
print(float(numpy.linalg.norm(numpy.ones((64, 64)) @ numpy.ones((64, 64)))))
"""
    )
    no = "PermissionError"
    assert said == ["True", no, no, no, no, no, "-1", "1", "pipe", "4096.0"]


def test_where_nothing_is_available_nothing_is_done() -> None:
    """Older kernels, containers, macOS: said, not failed."""
    said = run(
        """
import muserd.ground.confinement as it
it.available.cache_clear()
sys.platform = "darwin"
print(it.available().files, it.available().calls)
print(confine_files([], []), confine_calls(), tried(lambda: open("/etc/passwd").close()))
"""
    )
    assert said == ["0", "False", "0", "False", "done"]
