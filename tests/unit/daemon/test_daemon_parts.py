"""One daemon a state, one token a state, and a page that a taken port cannot stop."""

import asyncio
import os
import re
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest

from muserd.daemon import foreground, servers
from muserd.daemon.lock import StateLock
from muserd.engine import loop
from muserd.ground.access import page_token
from muserd.ground.config import Web
from muserd.ground.errors import BusyError, MuserError


def test_the_lock_is_exclusive_and_names_its_holder(tmp_path):
    """A second daemon learns who has the state; after a release it gets in."""
    first = StateLock(tmp_path / "lock")
    with pytest.raises(BusyError, match=f"pid {os.getpid()}"):
        StateLock(tmp_path / "lock")
    first.release()
    StateLock(tmp_path / "lock").release()


def test_the_lock_dies_with_its_holder(tmp_path):
    """A killed daemon leaves nothing that must be cleaned up."""
    script = (
        "import os, sys; from pathlib import Path; from muserd.daemon.lock import StateLock; "
        "StateLock(Path(sys.argv[1])); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "lock")], check=False)
    StateLock(tmp_path / "lock").release()


def test_the_token_is_made_once_and_is_private(tmp_path):
    """The same token after a restart; nobody else can read it; a damaged one is replaced."""
    token = page_token(tmp_path / "token")
    assert len(token) >= 43
    assert page_token(tmp_path / "token") == token
    assert (tmp_path / "token").stat().st_mode & 0o777 == 0o600
    (tmp_path / "token").write_text("x")
    assert len(page_token(tmp_path / "token")) >= 43


def test_a_taken_port_turns_the_page_off():
    """The error names the port, the cause and the remedy; it becomes a problem of the daemon."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(MuserError, match=f"port {port} of 127.0.0.1 cannot be used") as raised:
            servers.bind_page(Web(port=port))
    assert "web.port" in raised.value.hint


def test_any_free_port_is_shown():
    """Port 0 asks for a free one; the address says which it is."""
    sockets = servers.bind_page(Web(port=0))
    assert (sockets.host, sockets.alone) == ("127.0.0.1", True)
    assert sockets.port > 0
    for one in sockets.bound:
        assert one.getsockname()[1] == sockets.port
        one.close()


@pytest.mark.skipif(not os.path.exists("/proc/net/if_inet6"), reason="no IPv6 here")
def test_both_families_of_loopback_are_taken_or_no_name_is_used():
    """`….localhost` means ::1 as well: whoever listens there would be sent the page's cookie."""
    sockets = servers.bind_page(Web(port=0))
    assert len(sockets.bound) == 2
    for one in sockets.bound:
        one.close()
    with socket.socket(socket.AF_INET6) as taken:
        taken.bind(("::1", sockets.port))
        taken.listen()
        again = servers.bind_page(Web(port=sockets.port))
        assert (len(again.bound), again.alone) == (1, False)
        again.bound[0].close()
        other = servers.bind_page(Web(host="::1", port=0))
        assert (other.host, other.alone) == ("[::1]", True)
        for one in other.bound:
            one.close()


def _apart(coroutine):
    """Run it in a thread of its own: in this one Playwright's loop may be running."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, coroutine).result()


def test_only_a_living_daemon_beats(monkeypatch, tmp_path):
    """A hung indexer, which looks after all the rest, ends the beats: systemd restarts muserd."""
    monkeypatch.setenv("WATCHDOG_USEC", "60000")
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "n"))
    engine = SimpleNamespace(
        alive=True, status=lambda: SimpleNamespace(headline="3 image items on the maps")
    )

    async def live(seconds):
        heart = asyncio.create_task(foreground._beat(engine))
        await asyncio.sleep(seconds)
        heart.cancel()

    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "n"))
        listener.setblocking(False)
        _apart(live(0.1))
        assert listener.recv(4096) == b"WATCHDOG=1\nSTATUS=3 image items on the maps"
        while True:
            try:
                listener.recv(4096)
            except BlockingIOError:
                break
        engine.alive = False
        _apart(live(0.1))
        with pytest.raises(BlockingIOError):
            listener.recv(4096)


def test_the_service_manager_waits_as_long_as_the_daemon_calls_itself_alive():
    """`health`, the page and the watchdog agree on when a loop hangs."""
    unit = (Path(foreground.__file__).parents[2] / "systemd" / "muserd.service").read_text()
    (seconds,) = re.findall(r"^WatchdogSec=(\d+)$", unit, re.MULTILINE)
    assert float(seconds) == loop.LATE_S
    assert loop.HEARTBEAT_S * 3 <= loop.LATE_S
