"""The notifications, as systemd would receive them."""

import os
import socket

import pytest

from muserd.ground import sdnotify


@pytest.fixture
def systemd(tmp_path, monkeypatch):
    """A notification socket that is read by the test."""
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(address)
        listener.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", address)
        yield listener


def test_every_message(systemd):
    """Variable assignments, one a line, statuses on one line."""
    sdnotify.ready("serving\nthe page")
    sdnotify.beat("40 items")
    sdnotify.beat()
    sdnotify.status("fits")
    sdnotify.stopping()
    assert [systemd.recv(4096).decode() for _ in range(5)] == [
        "READY=1\nSTATUS=serving the page",
        "WATCHDOG=1\nSTATUS=40 items",
        "WATCHDOG=1",
        "STATUS=fits",
        "STOPPING=1\nSTATUS=stopping",
    ]


@pytest.mark.skipif(not os.path.exists("/proc"), reason="abstract sockets are Linux's")
def test_abstract_sockets(monkeypatch):
    """An address that starts with @ lies outside the file system."""
    name = f"muser-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(f"\0{name}")
        listener.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", f"@{name}")
        sdnotify.ready()
        assert listener.recv(4096) == b"READY=1"


def test_nobody_who_listens_is_no_error(tmp_path, monkeypatch):
    """Without systemd, after its death, with nonsense: silence."""
    for address in ("", "relative", str(tmp_path / "gone")):
        monkeypatch.setenv("NOTIFY_SOCKET", address)
        sdnotify.ready("x")
    monkeypatch.delenv("NOTIFY_SOCKET")
    sdnotify.stopping()


def test_the_journal_is_known_by_its_socket(monkeypatch, tmp_path):
    """The variable alone says nothing: it is handed on to whatever a terminal starts."""
    monkeypatch.delenv("JOURNAL_STREAM", raising=False)
    with (tmp_path / "stderr").open("w") as file:
        assert not sdnotify.journal_takes(file.fileno())
        monkeypatch.setenv("JOURNAL_STREAM", "9:4711")
        assert not sdnotify.journal_takes(file.fileno())
        seen = os.fstat(file.fileno())
        monkeypatch.setenv("JOURNAL_STREAM", f"{seen.st_dev}:{seen.st_ino}")
        assert sdnotify.journal_takes(file.fileno())
    assert not sdnotify.journal_takes(-1)


def test_a_full_socket_does_not_hold_the_daemon(systemd):
    """Datagrams that find no room are dropped."""
    for _ in range(5_000):
        sdnotify.status("x" * 1_000)


@pytest.mark.parametrize(
    ("usec", "pid", "seconds"),
    [
        ("60000000", "", 20.0),
        ("60000000", "self", 20.0),
        ("60000000", "1", 0.0),
        ("0", "", 0.0),
        ("x", "", 0.0),
        ("-5", "", 0.0),
        (None, "", 0.0),
    ],
)
def test_the_interval_of_the_watchdog(monkeypatch, usec, pid, seconds):
    """A third of what is allowed, if it is meant for this process."""
    monkeypatch.delenv("WATCHDOG_USEC", raising=False)
    monkeypatch.delenv("WATCHDOG_PID", raising=False)
    if usec is not None:
        monkeypatch.setenv("WATCHDOG_USEC", usec)
    if pid:
        monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()) if pid == "self" else pid)
    assert sdnotify.watchdog_interval_s() == seconds
