"""Keeps a collection as a folder of links, for every other program.

What Muser made there stands in a list inside the folder; nothing else there is ever touched. A
file that somebody put in the place of a link is somebody's own from then on.
"""

import contextlib
import errno
import json
import logging
import os
import stat
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import msgspec

from muserd.engine.hands.mirror_names import free_name, portable
from muserd.ground.atomic import sync_file
from muserd.ground.errors import ConfigError, UsageError, remedy, why
from muserd.ground.gathered import Mirror, MirrorMode
from muserd.ground.logs import fields
from muserd.ground.paths import is_inside
from muserd.hands.file_names import file_name
from muserd.hands.staging import copy, remove_leftovers, staged_file

log = logging.getLogger(__name__)

LIST = ".muser-mirror.json"  # name of what Muser made → target and mode
_PLANNED = -1
_MODES: tuple[MirrorMode, ...] = ("symlink", "hardlink", "copy")


def checked_folder(text: str, forbidden: Iterable[bytes]) -> str:
    """The absolute path of a folder that may become a mirror.

    Args:
        text: as the person wrote it.
        forbidden: the roots and Muser's own folders.

    Raises:
        UsageError: it is a file, lies inside one of those or holds one, or cannot be written.
    """
    path = os.path.realpath(os.path.expanduser(text))
    raw = os.fsencode(path)
    for folder in forbidden:
        if is_inside(raw, folder) or is_inside(folder, raw):
            raise UsageError(
                f"{path} is inside a watched folder or one of Muser's own, or contains one",
                "choose a folder outside of these",
            )
    if os.path.lexists(path) and not os.path.isdir(path):
        raise UsageError(f"{path} is a file", "choose a folder")
    try:
        os.makedirs(path, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{path} cannot be created: {error.strerror}", "choose another") from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise UsageError(f"{path} cannot be written", "choose another, or change its permissions")
    return path


def own_folder(home: Path, name: str, number: int, taken: Collection[str]) -> str:
    """A folder below `home` for a collection, by its name as far as file systems take it.

    Raises:
        ConfigError: it cannot be made.
    """
    base = file_name(name) or f"collection {number}"
    path = home / base
    if os.fspath(path) in taken or (path.is_dir() and any(path.iterdir())):
        path = home / f"{base} ({number})"
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ConfigError(f"{path} cannot be created: {why(error)}", remedy(error)) from error
    return os.fspath(path)


class Made(msgspec.Struct, frozen=True):
    """What Muser put in a mirror: by it, a file of somebody's own is told from Muser's.

    Attributes:
        target: the file that it stands for.
        size, mtime_ns: of the link or copy itself, as it was made; −1: it was about to be.
    """

    target: str
    size: int
    mtime_ns: int


_LISTED = msgspec.json.Decoder(dict[str, Made])


def update(mirror: Mirror, files: Sequence[bytes]) -> int:
    """Make a mirror show exactly these files; how many it shows.

    Raises:
        ConfigError: the folder is gone or cannot be written.
    """
    folder = mirror.folder
    if not os.path.isdir(folder):
        raise ConfigError(
            f"the mirror {folder} no longer exists", "muserctl collections unmirror NAME"
        )
    made = _made(folder)
    wanted = {os.fsdecode(path): None for path in files}
    try:
        _settle(folder, made)
        shown = {one.target for one in made.values()}
        for name in [name for name, one in made.items() if one.target not in wanted]:
            _remove(folder, name, made.pop(name))
        taken = {name.casefold() for name in made}
        planned: dict[str, Made] = {}
        for target in wanted:
            if target not in shown:
                name = free_name(folder, os.path.basename(target), taken)
                planned[name] = Made(target, _PLANNED, _PLANNED)
        # Named before they are made: whatever happens, what is Muser's can be told.
        _keep(folder, made | planned)
        for name, plan in planned.items():
            given, one = _make_named(folder, name, plan.target, mirror.mode, taken)
            if one is not None:
                made[given] = one
        _keep(folder, made)
    except OSError as error:
        raise ConfigError(
            f"the mirror {folder} cannot be written: {why(error)}",
            remedy(error, "choose another folder"),
        ) from error
    return len(made)


def _settle(folder: str, made: dict[str, Made]) -> None:
    """Find out what became of the files that were about to be made when muserd was cut short."""
    for name in [name for name, one in made.items() if one.size == _PLANNED]:
        plan, place = made.pop(name), os.path.join(folder, name)
        remove_leftovers(Path(place))
        with contextlib.suppress(FileNotFoundError):
            if _is_ours(place, plan):
                found = os.lstat(place)
                made[name] = Made(plan.target, found.st_size, found.st_mtime_ns)


def copies_in(folder: str) -> int:
    """How many of the files that Muser made in a mirror are copies, no links."""
    count = 0
    for name in _made(folder):
        with contextlib.suppress(FileNotFoundError):
            found = os.lstat(os.path.join(folder, name))
            count += stat.S_ISREG(found.st_mode) and found.st_nlink == 1
    return count


def clear(folder: str) -> None:
    """Remove what Muser made in a mirror, and the folder if nothing else is in it.

    Raises:
        OSError: the folder cannot be written.
    """
    if not os.path.isdir(folder):
        return
    for name, one in _made(folder).items():
        _remove(folder, name, one)
    Path(folder, LIST).unlink(missing_ok=True)
    if not os.listdir(folder):
        os.rmdir(folder)


def _made(folder: str) -> dict[str, Made]:
    try:
        return _LISTED.decode(Path(folder, LIST).read_bytes())
    except (OSError, msgspec.MsgspecError):
        return {}


def _keep(folder: str, made: dict[str, Made]) -> None:
    texts = {name: msgspec.to_builtins(one) for name, one in made.items()}
    with staged_file(Path(folder, LIST), mode=0o600) as partial:
        partial.write_bytes(json.dumps(texts).encode())  # names may hold any bytes
        sync_file(partial)


def _make_named(
    folder: str, name: str, target: str, mode: MirrorMode, taken: set[str]
) -> tuple[str, Made | None]:
    """Make a file of that name, or of one like it where the disk refuses some of its letters."""
    try:
        return name, _make(target, os.path.join(folder, name), mode)
    except OSError as error:
        if error.errno != errno.EINVAL or portable(name) == name:
            raise
    name = free_name(folder, portable(name), taken)
    return name, _make(target, os.path.join(folder, name), mode)


def _make(target: str, place: str, mode: MirrorMode) -> Made | None:
    """Link or copy, in the mode that was asked for or the next one that works."""
    for one in _MODES[_MODES.index(mode) :]:
        try:
            match one:
                case "symlink":
                    os.symlink(target, place)
                case "hardlink":
                    os.link(target, place, follow_symlinks=False)
                case "copy":
                    copy(target, Path(place))
        except FileNotFoundError:
            return None  # it went meanwhile; its leaving will be told
        except OSError as error:
            if one == "copy":
                raise
            log.debug("a link cannot be made", extra=fields(mode=one, why=error))
        else:
            found = os.lstat(place)
            return Made(target, found.st_size, found.st_mtime_ns)
    return None


def _remove(folder: str, name: str, one: Made) -> None:
    """Remove what Muser made, if it is still that."""
    place = os.path.join(folder, name)
    if one.size == _PLANNED:
        remove_leftovers(Path(place))
    with contextlib.suppress(FileNotFoundError):
        if _is_ours(place, one):
            os.unlink(place)


def _is_ours(place: str, one: Made) -> bool:
    """Whether a file is what Muser made there; FileNotFoundError: there is none."""
    found = os.lstat(place)
    if one.size != _PLANNED:
        return (found.st_size, found.st_mtime_ns) == (one.size, one.mtime_ns)
    if os.path.islink(place):  # it was to be made when muserd or the disk failed
        return os.readlink(place) == one.target
    source = os.stat(one.target)
    return (found.st_size, found.st_mtime_ns) == (source.st_size, source.st_mtime_ns)
