"""What a root is at this moment: there, away, or out of bounds; and how it can be watched."""

import errno
import os
import stat as modes
from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

import psutil

from muserd.ground.config import Root
from muserd.ground.paths import display

RootState = Literal["watching", "polling", "offline", "denied"]

# inotify sees only what this kernel does: changes by other hosts, or by a FUSE daemon, send none
_SILENT = frozenset(
    {
        *("9p", "afs", "autofs", "beegfs", "ceph", "cifs", "coda", "davfs", "drvfs", "gfs2"),
        *("glusterfs", "gpfs", "lustre", "ncpfs", "ncp", "nfs", "nfs4", "ocfs2", "prl_fs"),
        *("smb3", "smbfs", "virtiofs", "vboxsf", "vmhgfs", "webdav", "osxfuse", "macfuse"),
    }
)
_LOCAL_FUSE = frozenset({"fuseblk"})  # NTFS and exFAT of this machine: all changes pass the kernel
_REMOVABLE = (b"/media/", b"/run/media/", b"/mnt/", b"/Volumes/")


class Mount(NamedTuple):
    """An entry of the mount table."""

    point: bytes
    fstype: str


def probe(root: Root, before: Mapping[bytes, int] | None = None) -> tuple[RootState, str]:
    """Whether a root can be looked at, and how it is watched.

    Args:
        root: only read; nothing below it is opened.
        before: the devices of the root and of the mounts below it when it was last seen whole,
            as `ScanResult.mounts` gives them. Tells an emptied folder from an unmounted one.

    Returns:
        The state, and the reason for people; empty for `watching`.
    """
    path, name = root.raw, display(root.raw)
    try:
        stat = os.stat(path)
        if not modes.S_ISDIR(stat.st_mode):
            return "offline", f"{name} is not a folder"
        with os.scandir(path) as entries:
            empty = next(entries, None) is None
    except OSError as error:
        if error.errno in {errno.EACCES, errno.EPERM}:
            return "denied", f"{name} may not be looked into: chmod u+rx, or grant the access"
        return "offline", f"{name} cannot be reached: {error.strerror}"
    if empty and (reason := _why_empty(path, stat.st_dev, before or {})):
        return "offline", f"{name} {reason}"
    reason = why_polled(root)
    return ("polling", reason) if reason else ("watching", "")


def why_polled(root: Root) -> str:
    """Why a root cannot be watched by events; empty when it can."""
    if root.watch == "poll":
        return "the configuration says watch = poll"
    if root.watch == "auto" and (fstype := silent_fstype(root.raw)):
        return f"{fstype} does not report what others change"
    return ""


def silent_fstype(path: bytes, mounts: Iterable[Mount] | None = None) -> str:
    """The type of the file system that holds `path`, if changes made elsewhere send no events.

    Args:
        path: any path; symbolic links are resolved.
        mounts: for tests; else the mount table.
    """
    real = os.path.realpath(path)
    best = Mount(b"", "")
    for mount in mounts if mounts is not None else mount_table():
        point = mount.point.rstrip(b"/")
        inside = real == mount.point or real.startswith(point + b"/")
        if inside and len(mount.point) >= len(best.point):  # the last one lies on top
            best = mount
    kind = best.fstype.lower()
    if kind in _SILENT or (kind.startswith("fuse") and kind not in _LOCAL_FUSE):
        return best.fstype
    return ""


def mount_table() -> list[Mount]:
    """All that is mounted, in the order it was mounted."""
    return [
        Mount(os.fsencode(part.mountpoint), part.fstype)
        for part in psutil.disk_partitions(all=True)
    ]


def _why_empty(path: bytes, device: int, before: Mapping[bytes, int]) -> str:
    """Why a folder without any entry is taken for a mount point whose volume is away."""
    if before.get(path, device) != device:
        return "is empty and lies on another volume than before: its own is not mounted"
    if os.path.ismount(path):
        return ""  # an empty volume
    if path.rstrip(b"/") in _fstab():
        return "is empty: the volume that /etc/fstab names for it is not mounted"
    on_system_volume = device == os.stat(b"/").st_dev
    if path.startswith(_REMOVABLE) and on_system_volume and not before:
        return "is empty, where volumes are usually mounted: taken as not mounted"
    return ""


def _fstab(source: bytes = b"/etc/fstab") -> frozenset[bytes]:
    """The mount points that the system knows of, mounted or not."""
    try:
        with open(source, "rb") as file:
            lines = [line.split() for line in file if not line.lstrip().startswith(b"#")]
    except OSError:
        return frozenset()
    return frozenset(
        line[1].replace(b"\\040", b" ").rstrip(b"/") for line in lines if len(line) > 2
    )
