"""Checks of folders before they are watched."""

import os
from collections.abc import Iterable

from muserd.ctl import prompts
from muserd.ctl.render.output import Output, home
from muserd.ground.errors import UsageError

# File systems that do not tell of changes made elsewhere: they are polled.
REMOTE = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p", "afpfs", "webdav"})


def check_folder(given: str, known: Iterable[str], own: Iterable[os.PathLike[str]] = ()) -> str:
    """The folder's real path.

    Args:
        given: as the user wrote it.
        known: the folders that are watched already.
        own: Muser's own folders, which it never watches.

    Raises:
        UsageError: it is not there, is a file, cannot be read, or lies in one of those.
    """
    path = os.path.realpath(os.path.expanduser(given))
    if not os.path.lexists(path):
        raise UsageError(f"{given}: no such folder", "check the spelling, or create it")
    if not os.path.isdir(path):
        raise UsageError(f"{given} is a file", "name the folder that contains it")
    if not os.access(path, os.R_OK | os.X_OK):
        raise UsageError(f"{given} cannot be read", "check its permissions")
    try:
        path.encode()
    except UnicodeEncodeError:
        raise UsageError(f"{given!a} is not valid UTF-8", "rename the folder") from None
    for folder in map(os.path.realpath, own):
        if path == folder or path.startswith(folder + "/"):
            raise UsageError(f"{given} is Muser's own folder", "name another folder")
    for one in known:
        other = os.path.realpath(os.path.expanduser(one))
        if path != other and path.startswith(other.rstrip("/") + "/"):
            raise UsageError(
                f"{given} is inside {home(other)}, which is watched already",
                "its files are on the maps; to give it its own settings: muserctl config edit",
            )
    return path


def confirm_folder(path: str, out: Output, *, yes: bool) -> None:
    """Ask before everything is watched; warn of what is slow.

    Raises:
        UsageError: the user said no, or cannot be asked.
    """
    kind = filesystem(path)
    if kind in REMOTE:
        out.note(f"{home(path)} is on a network file system ({kind}): it is polled, not watched")
    whole = {"/": "the whole disk", os.path.realpath(os.path.expanduser("~")): "your whole home"}
    if path not in whole or yes:
        return
    if out.json or not prompts.interactive():
        raise UsageError(f"{path} is {whole[path]}", "add --yes if you mean it")
    if not prompts.confirm(f"{path} is {whole[path]}: caches and downloads too. Watch it?"):
        raise UsageError(f"{path} was not added", "name the folders you want")


def filesystem(path: str) -> str:
    """The type of the file system that holds a path; empty where /proc does not tell."""
    best, found = "", ""
    try:
        with open("/proc/self/mounts", encoding="utf-8", errors="surrogateescape") as mounts:
            for line in mounts:
                _device, point, kind, *_ = line.split(" ")
                point = point.replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\")
                inside = path == point or path.startswith(point.rstrip("/") + "/")
                if inside and len(point) >= len(best):
                    best, found = point, kind
    except OSError:
        return ""
    return found
