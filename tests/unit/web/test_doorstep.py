"""Who connects, as the kernel knows it: other accounts are hung up on before a byte is read."""

import contextlib
import os
import socket
import subprocess
import sys
import time

import pytest

from muserd.ground import peers
from muserd.web import doorstep
from muserd.web.doorstep import OwnTcpSocket
from tests.unit.web.page import serving

pytestmark = pytest.mark.skipif(
    not os.path.exists("/proc/net/tcp"), reason="only Linux tells who is at the other end"
)
NOBODY = 65_534
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another account")

KNOCK = """
import encodings.idna, os, socket, sys
os.setuid(int(sys.argv[4]))
host, port, secret = sys.argv[1], int(sys.argv[2]), sys.argv[3]
with socket.create_connection((host, port), 5) as raw:
    try:
        raw.sendall(b"GET /manifest.json HTTP/1.1\\r\\nHost: %s\\r\\nCookie: %s\\r\\n\\r\\n"
                    % (f"127.0.0.1:{port}".encode(), secret.encode()))
        print(len(raw.recv(65536)))
    except ConnectionError:
        print(0)
"""


def knock(host, port, secret, uid):
    """How many bytes a process of another account gets, whatever it knows."""
    command = [sys.executable, "-I", "-c", KNOCK, host, str(port), secret, str(uid)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd="/")
    return int(done.stdout)


@contextlib.contextmanager
def pair(family, host, client_family=None):
    """Both ends of a loopback connection."""
    with socket.socket(family) as listener:
        listener.bind((host, 0))
        listener.listen()
        other = (
            "::ffff:127.0.0.1" if client_family == socket.AF_INET6 and host == "127.0.0.1" else host
        )
        with socket.socket(client_family or family) as client:
            client.connect((other, listener.getsockname()[1]))
            accepted, _ = listener.accept()
            with accepted:
                yield client, accepted


FAMILIES = [(socket.AF_INET, "127.0.0.1", socket.AF_INET)]
if os.path.exists("/proc/net/if_inet6"):
    FAMILIES += [
        (socket.AF_INET6, "::1", socket.AF_INET6),
        (socket.AF_INET, "127.0.0.1", socket.AF_INET6),  # IPv4 in a socket of the other family
    ]


@pytest.mark.parametrize(("family", "host", "of_client"), FAMILIES)
@pytest.mark.parametrize("asking", ["_by_netlink", "_by_proc"])
def test_the_kernel_knows_the_peer(family, host, of_client, asking):
    """In both families and mixed, whichever of its two ways is asked."""
    with pair(family, host, of_client) as (client, accepted):
        ends = accepted.getpeername()[:2], accepted.getsockname()[:2]
        uid, inode = getattr(peers, asking)(*ends)
        assert (uid, inode) == (os.geteuid(), os.fstat(client.fileno()).st_ino)
        assert peers.peer_uid(accepted) == os.geteuid()


def test_without_netlink_proc_is_asked(monkeypatch):
    """A service manager's sandbox, or a container's, may forbid it."""

    def forbidden(*_):
        raise PermissionError(1, "forbidden")

    monkeypatch.setattr(peers, "_by_netlink", forbidden)
    with pair(socket.AF_INET, "127.0.0.1") as (_, accepted):
        assert peers.peer_uid(accepted) == os.geteuid()


def test_what_cannot_be_known_is_no_account(monkeypatch):
    """A peer that is gone, /proc that is not there, a number for all that has none, macOS."""
    with pair(socket.AF_INET, "127.0.0.1") as (client, accepted):
        monkeypatch.setattr(peers, "_unmapped", os.geteuid)
        assert peers.peer_uid(accepted) is None
        monkeypatch.undo()
        client.close()
        assert peers.peer_uid(accepted) is None
        monkeypatch.setattr(peers, "_rows", lambda *_: [("/nowhere", "")])
        assert peers._by_proc(("127.0.0.1", 1), ("127.0.0.1", 2)) is None
        monkeypatch.setattr(sys, "platform", "darwin")
        assert peers.peer_uid(accepted) is None


@contextlib.contextmanager
def own_page(tmp_path):
    """A page behind the socket that the daemon uses."""
    bound = OwnTcpSocket(socket.AF_INET, socket.SOCK_STREAM)
    bound.bind(("127.0.0.1", 0))
    with serving(tmp_path, bound=bound) as page:
        yield page, bound


@as_root
def test_another_account_gets_no_byte_whatever_it_knows(tmp_path, caplog):
    """With a stolen session, too; the log says so, and not once per connection."""
    with own_page(tmp_path) as (page, bound):
        assert page.status("/manifest.json") == 200
        for _ in range(10):
            assert knock("127.0.0.1", page.port, page.cookie, NOBODY) == 0
        assert knock("127.0.0.1", page.port, page.cookie, 0) > 0
        told = [one for one in caplog.records if "another account" in one.message]
        assert 0 < len(told) <= doorstep._TOLD_BURST
        bound.any_account = True  # for whoever wants it: a tunnel by another account
        assert knock("127.0.0.1", page.port, page.cookie, NOBODY) > 0


HOLD = """
import encodings.idna, os, socket, sys, time
os.setuid(int(sys.argv[2]))
held = []
for _ in range(600):
    try:
        held.append(socket.create_connection(("127.0.0.1", int(sys.argv[1])), 5))
    except OSError:
        pass
print("held", flush=True)
time.sleep(60)
"""


@as_root
def test_another_account_cannot_hold_connections(tmp_path):
    """They are closed at once: the page stays within reach."""
    with own_page(tmp_path) as (page, _):
        command = [sys.executable, "-I", "-c", HOLD, str(page.port), str(NOBODY)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd="/") as thief:
            assert thief.stdout.readline() == b"held\n"
            started = time.monotonic()
            assert page.status("/manifest.json") == 200
            assert time.monotonic() - started < 1
            thief.kill()
