"""Notifications to systemd: sd_notify(3) without libsystemd.

Outside systemd (`NOTIFY_SOCKET` unset) every call does nothing.
"""

import contextlib
import os
import socket

_MICROSECONDS = 1_000_000


def ready(status: str = "") -> None:
    """The daemon serves: `READY=1`."""
    _send("READY=1", status)


def status(text: str) -> None:
    """One line on what the daemon does, for `systemctl status`."""
    _send("", text)


def stopping() -> None:
    """The shutdown has begun: `STOPPING=1`."""
    _send("STOPPING=1", "stopping")


def beat(status: str = "") -> None:
    """Every part is alive: `WATCHDOG=1`. Without it, systemd restarts the daemon."""
    _send("WATCHDOG=1", status)


def watchdog_interval_s() -> float:
    """Seconds between two beats: a third of what systemd allows; 0 when it wants none."""
    try:
        allowed_us = int(os.environ.get("WATCHDOG_USEC", "0"))
        meant_for = int(os.environ.get("WATCHDOG_PID", "0"))
    except ValueError:
        return 0.0
    if allowed_us <= 0 or meant_for not in {0, os.getpid()}:
        return 0.0
    return allowed_us / _MICROSECONDS / 3


def journal_takes(descriptor: int) -> bool:
    """Whether what is written there goes to the journal: systemd.exec(5), `JOURNAL_STREAM`.

    The variable alone says nothing: terminals are started by systemd too, and hand it on.
    """
    given = os.environ.get("JOURNAL_STREAM", "")
    try:
        seen = os.fstat(descriptor)
    except OSError:
        return False
    return given == f"{seen.st_dev}:{seen.st_ino}"


def _send(state: str, status: str) -> None:
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    lines = [state] if state else []
    if status:
        lines.append("STATUS=" + " ".join(status.split()))
    target = "\0" + address[1:] if address.startswith("@") else address
    # A full or vanished socket must not end the daemon: the watchdog judges silence by itself.
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.setblocking(False)
        sender.sendto("\n".join(lines).encode(), target)
