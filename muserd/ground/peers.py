"""Whose process is at the other end of a loopback connection, as the Linux kernel knows it.

Asked by sock_diag(7), one look-up in the kernel's own table; where netlink is forbidden, read from
/proc/net/tcp (proc_pid_net(5)). Both are for connections within one network namespace only.
"""

import contextlib
import errno
import ipaddress
import os
import socket
import struct
import sys
from collections.abc import Iterator
from functools import cache

_NETLINK_SOCK_DIAG = 4
_SOCK_DIAG_BY_FAMILY = 20
_NLM_F_REQUEST = 1
_HEADER = struct.Struct("=IHHII")  # nlmsghdr of netlink(7)
_REQUEST = struct.Struct("=BBBxI")  # inet_diag_req_v2 up to its sockid
_ANSWER_BYTES = 4 + 48 + 20  # inet_diag_msg of sock_diag(7)
_ANY_COOKIE = b"\xff" * 8
_ALL_STATES = 0xFFFFFFFF
_ASK_S = 1.0
_IDENTITY = 0xFFFFFFFF  # as many uids does a process see that is in no user namespace

Address = tuple[str, int]


def peer_uid(connection: socket.socket) -> int | None:
    """The user at the other end of a loopback TCP connection.

    Returns:
        None where it cannot be known: on other systems, for a peer in another network namespace
        (a container's published port), for a uid that this user namespace has no number for, and
        for a peer that has closed its socket already, whom no answer reaches.
    """
    if not sys.platform.startswith("linux"):
        return None
    try:
        theirs, ours = connection.getpeername()[:2], connection.getsockname()[:2]
    except OSError:
        return None
    try:
        found = _by_netlink(theirs, ours)
    except OSError as error:
        if error.errno == errno.ENOENT:
            return None
        found = _by_proc(theirs, ours)
    if found is None:
        return None
    uid, inode = found
    gone = inode == 0  # the kernel says uid 0 of sockets that no process has any more
    return None if gone or uid == _unmapped() else uid


def _by_netlink(theirs: Address, ours: Address) -> tuple[int, int] | None:
    """Uid and inode. Raises OSError: ENOENT for no such connection, others when asking fails."""
    family = socket.AF_INET6 if ":" in theirs[0] else socket.AF_INET
    ends = struct.pack("!HH", theirs[1], ours[1]) + _padded(theirs[0]) + _padded(ours[0])
    body = _REQUEST.pack(family, socket.IPPROTO_TCP, 0, _ALL_STATES)
    body += ends + struct.pack("=I", 0) + _ANY_COOKIE
    head = _HEADER.pack(_HEADER.size + len(body), _SOCK_DIAG_BY_FAMILY, _NLM_F_REQUEST, 1, 0)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, _NETLINK_SOCK_DIAG) as asker:
        asker.settimeout(_ASK_S)
        asker.sendto(head + body, (0, 0))
        answer = asker.recv(4096)
    kind = _HEADER.unpack_from(answer)[1]
    if kind != _SOCK_DIAG_BY_FAMILY:
        number = -struct.unpack_from("=i", answer, _HEADER.size)[0]
        raise OSError(number, os.strerror(number))
    if len(answer) < _HEADER.size + _ANSWER_BYTES:
        return None
    uid, inode = struct.unpack_from("=II", answer, _HEADER.size + _ANSWER_BYTES - 8)
    return uid, inode


def _by_proc(theirs: Address, ours: Address) -> tuple[int, int] | None:
    """Uid and inode from the tables in /proc; None where there are none, or no such connection."""
    for table, wanted in _rows(theirs, ours):
        with contextlib.suppress(OSError, ValueError), open(table, encoding="ascii") as lines:
            for line in lines:
                if wanted in line:
                    columns = line.split()
                    if columns[1:3] == wanted.split():
                        return int(columns[7]), int(columns[9])
    return None


def _rows(theirs: Address, ours: Address) -> Iterator[tuple[str, str]]:
    """The tables, and the two addresses as they stand there: words of the machine's byte order."""
    for table, mapped in (("/proc/net/tcp", False), ("/proc/net/tcp6", True)):
        if mapped or ":" not in theirs[0]:
            yield table, f"{_hex(theirs, mapped=mapped)} {_hex(ours, mapped=mapped)}"


def _hex(address: Address, *, mapped: bool) -> str:
    packed = ipaddress.ip_address(address[0]).packed
    if mapped and len(packed) == 4:
        packed = b"\0" * 10 + b"\xff\xff" + packed
    words = struct.unpack(f"={len(packed) // 4}I", packed)
    return "".join(f"{word:08X}" for word in words) + f":{address[1]:04X}"


def _padded(host: str) -> bytes:
    return ipaddress.ip_address(host).packed.ljust(16, b"\0")


@cache
def _unmapped() -> int | None:
    """The uid that stands for all those that this user namespace does not know, if it is in one."""
    try:
        with open("/proc/self/uid_map", encoding="ascii") as file:
            if int(file.read().split()[2]) == _IDENTITY:
                return None
        with open("/proc/sys/kernel/overflowuid", encoding="ascii") as file:
            return int(file.read())
    except (OSError, ValueError, IndexError):
        return None
