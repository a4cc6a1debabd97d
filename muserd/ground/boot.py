"""Identifies the current boot of the machine."""

from pathlib import Path

_LINUX = Path("/proc/sys/kernel/random/boot_id")


def boot_id() -> str:
    """A text that differs after every start of the machine; empty where the system does not tell.

    What was written without being synced is whole as long as the machine runs, whatever becomes
    of the process that wrote it.
    """
    try:
        return _LINUX.read_text("ascii").strip()
    except OSError:
        return ""
