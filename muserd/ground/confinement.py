"""Shuts a process in: Landlock for files, seccomp for system calls. Linux only, no root needed.

A process that decodes foreign bytes needs its own libraries, a folder for caches, and descriptors
that others opened for it. After `confine_files` it can open nothing else; after `confine_calls` it
can neither reach a network nor start a program, and both hold for all that it starts afterwards.

Sources: landlock(7), seccomp(2), the kernel's include/uapi/linux/{landlock,seccomp,bpf,audit}.h.
"""

import ctypes
import errno
import os
import platform
import struct
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_PR_SET_NO_NEW_PRIVS = 38
_LANDLOCK_CREATE_RULESET, _LANDLOCK_ADD_RULE, _LANDLOCK_RESTRICT_SELF = 444, 445, 446
_LANDLOCK_VERSION = 1
_PATH_BENEATH = 1

# Rights on files of landlock(7), by the version of the interface that brought them.
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REFER, _TRUNCATE, _IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
_ALL_OF_VERSION_1 = (1 << 13) - 1
_SINCE = ((2, _REFER), (3, _TRUNCATE), (5, _IOCTL_DEV))
_READ = _READ_FILE | _READ_DIR
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV
_BIND_TCP, _CONNECT_TCP = 1, 2  # version 4
_ABSTRACT_SOCKETS, _SIGNALS = 1, 2  # version 6: none of processes outside

_SECCOMP_SET_MODE_FILTER, _SECCOMP_TSYNC = 1, 1
_RET_ALLOW, _RET_ERRNO = 0x7FFF0000, 0x00050000
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06  # BPF: ld abs, jeq, jge, ret
_X32 = 0x40000000  # calls of the x32 interface, under other numbers

# No network (a descriptor that is there already goes on working), no program, no look into other
# processes, nothing that has opened kernels before and that no decoder needs.
_FORBIDDEN: dict[str, dict[str, int]] = {
    "x86_64": {
        "socket": 41,
        "connect": 42,
        "accept": 43,
        "bind": 49,
        "listen": 50,
        "accept4": 288,
        "execve": 59,
        "execveat": 322,
        "ptrace": 101,
        "kcmp": 312,
        "process_vm_readv": 310,
        "process_vm_writev": 311,
        "pidfd_getfd": 438,
        "process_madvise": 440,
        "mount": 165,
        "umount2": 166,
        "pivot_root": 155,
        "chroot": 161,
        "setns": 308,
        "unshare": 272,
        "open_by_handle_at": 304,
        "name_to_handle_at": 303,
        "bpf": 321,
        "userfaultfd": 323,
        "perf_event_open": 298,
        "io_uring_setup": 425,
        "io_uring_enter": 426,
        "keyctl": 250,
        "add_key": 248,
        "request_key": 249,
        "kexec_load": 246,
        "init_module": 175,
        "finit_module": 313,
        "delete_module": 176,
        "personality": 135,
        "swapon": 167,
        "reboot": 169,
        "acct": 163,
        "quotactl": 179,
        "open_tree": 428,
        "move_mount": 429,
        "fsopen": 430,
        "fsmount": 432,
        "mount_setattr": 442,
    },
    "aarch64": {
        "socket": 198,
        "connect": 203,
        "accept": 202,
        "bind": 200,
        "listen": 201,
        "accept4": 242,
        "execve": 221,
        "execveat": 281,
        "ptrace": 117,
        "kcmp": 272,
        "process_vm_readv": 270,
        "process_vm_writev": 271,
        "pidfd_getfd": 438,
        "mount": 40,
        "process_madvise": 440,
        "umount2": 39,
        "pivot_root": 41,
        "chroot": 51,
        "setns": 268,
        "unshare": 97,
        "open_by_handle_at": 265,
        "name_to_handle_at": 264,
        "bpf": 280,
        "userfaultfd": 282,
        "perf_event_open": 241,
        "io_uring_setup": 425,
        "keyctl": 219,
        "io_uring_enter": 426,
        "add_key": 217,
        "request_key": 218,
        "kexec_load": 104,
        "init_module": 105,
        "finit_module": 273,
        "delete_module": 106,
        "personality": 92,
        "swapon": 224,
        "reboot": 142,
        "acct": 89,
        "quotactl": 60,
        "open_tree": 428,
        "move_mount": 429,
        "fsopen": 430,
        "fsmount": 432,
        "mount_setattr": 442,
    },
}
_AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_SECCOMP_CALL = {"x86_64": 317, "aarch64": 277}

# Where the system keeps libraries, settings of them, and devices; none of a person's own files.
_SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/etc", "/opt", "/nix/store", "/gnu/store", "/sys")
_SYSTEM_TOO = ("/run/opengl-driver", "/run/current-system", "/snap")
# Of /proc only what tells of the machine, and the process's own: the environment of others may
# hold secrets, and is not covered by Landlock's ban on looking into them.
_OF_PROC = ("cpuinfo", "meminfo", "stat", "version", "devices", "filesystems", "sys", "driver")
_KEPT: list[int] = []  # an inode of /proc is the same one only as long as somebody holds it
_DEVICES = ("/dev",)


@dataclass(frozen=True, slots=True)
class Protection:
    """What this kernel can do, or what was done.

    Attributes:
        files: the version of Landlock's interface; 0 where there is none.
        calls: whether system calls are filtered.
    """

    files: int
    calls: bool


@cache
def available() -> Protection:
    """What this kernel offers to a process without rights."""
    if not sys.platform.startswith("linux"):
        return Protection(0, False)
    version = _libc().syscall(_LANDLOCK_CREATE_RULESET, None, 0, _LANDLOCK_VERSION)
    known = platform.machine() in _FORBIDDEN
    try:
        actions = Path("/proc/sys/kernel/seccomp/actions_avail").read_text("ascii")
    except OSError:
        actions = ""
    return Protection(max(version, 0), known and "errno" in actions)


def confine_files(readable: Iterable[str | Path], writable: Iterable[str | Path]) -> int:
    """Let this thread, and what it starts, open only these folders' files and the system's.

    Args:
        readable: folders and files that may be read; those that do not exist are passed over.
        writable: folders in which anything may be done but executing.

    Returns:
        The version of Landlock that was used; 0 when nothing was done, since there is none.

    Raises:
        OSError: the kernel has it and refused.
    """
    version = available().files
    if version == 0:
        return 0
    handled = _ALL_OF_VERSION_1
    for since, right in _SINCE:
        handled |= right if version >= since else 0
    scoped = _ABSTRACT_SOCKETS | _SIGNALS if version >= 6 else 0
    attributes = struct.pack("=QQQ", handled, 0, scoped)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = _call(_LANDLOCK_CREATE_RULESET, attributes, ctypes.c_size_t(size), 0)
    try:
        for path in (*_SYSTEM, *_SYSTEM_TOO, *_own_proc(), *readable):
            _allow(ruleset, path, _READ & handled)
        for path in _DEVICES:  # /dev/null, and accelerators
            _allow(ruleset, path, (_READ | _WRITE_FILE | _IOCTL_DEV) & handled)
        for path in writable:
            _allow(ruleset, path, handled & ~_EXECUTE)
        _no_new_rights()
        _call(_LANDLOCK_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)
    return version


def confine_calls() -> bool:
    """Take network, programs and other processes away from all threads of this process, for good.

    The forbidden calls fail with EPERM. False when nothing was done, since it is not available.

    Raises:
        OSError: the kernel has it and refused.
    """
    machine = platform.machine()
    if not available().calls:
        return False
    numbers = sorted(_FORBIDDEN[machine].values())
    code = [_step(_LOAD, 4), _step(_EQUAL, _AUDIT_ARCH[machine], 1, 0), _step(_RETURN, _denied())]
    code.append(_step(_LOAD, 0))
    if machine == "x86_64":
        code += [_step(_AT_LEAST, _X32, 0, 1), _step(_RETURN, _denied())]
    for place, number in enumerate(numbers):
        code.append(_step(_EQUAL, number, len(numbers) - place, 0))
    code += [_step(_RETURN, _RET_ALLOW), _step(_RETURN, _denied())]
    program = ctypes.create_string_buffer(b"".join(code), 8 * len(code))
    fields = struct.pack("=HxxxxxxQ", len(code), ctypes.addressof(program))
    _no_new_rights()
    _call(_SECCOMP_CALL[machine], _SECCOMP_SET_MODE_FILTER, _SECCOMP_TSYNC, fields)
    return True


def _own_proc() -> list[str]:
    own = f"/proc/{os.getpid()}"
    _KEPT.append(os.open(own, os.O_PATH | os.O_CLOEXEC))
    return [own, *(f"/proc/{name}" for name in _OF_PROC)]


def _allow(ruleset: int, path: str | Path, rights: int) -> None:
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what is not there cannot be opened either
    try:
        folder = os.path.isdir(f"/proc/self/fd/{handle}")
        allowed = rights if folder else rights & _OF_FILES
        rule = struct.pack("=Qi", allowed, handle)
        _call(_LANDLOCK_ADD_RULE, ruleset, _PATH_BENEATH, rule, 0)
    finally:
        os.close(handle)


def _no_new_rights() -> None:
    if _libc().prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _call(number: int, *arguments: object) -> int:
    result = int(_libc().syscall(number, *arguments))
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)


def _denied() -> int:
    return _RET_ERRNO | errno.EPERM


@cache
def _libc() -> ctypes.CDLL:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    return libc
