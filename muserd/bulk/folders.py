"""What the folders hold: found by the daemon's own scan and by its own rules."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec import structs

from muserd.bulk.plan import PlannedFile
from muserd.ground.config import Config, Root
from muserd.ground.errors import MuserError, UsageError
from muserd.ground.paths import Places, display, is_inside, own_folders
from muserd.ground.records import SPACE_OF, Space
from muserd.watch.ignore import Ignore
from muserd.watch.parts import parts_among
from muserd.watch.scan import ScanResult, scan


def checked(folders: tuple[bytes, ...], to: Path, config: Config) -> tuple[bytes, ...]:
    """The folders to import, without those that were named twice.

    Raises:
        UsageError: one is none, or the shards would be written into one of them, or into a
            watched folder.
    """
    found: dict[bytes, None] = {}
    for folder in folders:
        if not os.path.isdir(folder):
            raise UsageError(f"{display(folder)} is not a folder", "check the spelling")
        found[os.path.realpath(folder)] = None
    target = os.fsencode(os.path.realpath(to))
    for folder in (*found, *(root.raw for root in config.roots)):
        if is_inside(target, folder):
            raise UsageError(
                f"{display(target)} lies inside {display(folder)}, which holds pictures and notes",
                "Muser writes nothing there: give another folder to --to",
            )
    return tuple(found)


def planned(
    folders: tuple[bytes, ...],
    spaces: tuple[Space, ...],
    config: Config,
    where: Places,
    tell: Callable[[str], None],
) -> Iterator[PlannedFile]:
    """Every file of the folders that the daemon would take.

    Raises:
        MuserError: a folder cannot be looked through.
    """
    for number, folder in enumerate(folders):
        tell(f"looking through {display(folder)}")
        root = _root(folder, config)
        inner = tuple(one for one in folders if one != folder and is_inside(one, folder))
        ignore = Ignore(root, config.files.exclude, (*own_folders(where), *inner))
        found = scan(root, ignore, lambda: False)
        if not found.complete:
            raise MuserError(
                f"{display(folder)} cannot be looked through: {found.reason}",
                "see that it is mounted and may be read, then import again",
            )
        _tell_unreadable(found, tell)
        parts = parts_among(found.files)
        for path, seen in found.files.items():
            if SPACE_OF[seen.kind] in spaces:
                yield PlannedFile(path, number, seen.kind, seen.stat, path in parts)


def _tell_unreadable(found: ScanResult, tell: Callable[[str], None]) -> None:
    for path in sorted(found.unreadable):
        tell(f"{display(path)} may not be looked into: it is left to the daemon")


def _root(folder: bytes, config: Config) -> Root:
    """The folder with the rules of the watched one that it is, or lies in."""
    holding = [root for root in config.roots if is_inside(folder, os.path.realpath(root.raw))]
    path = os.fsdecode(folder)
    if not holding:
        return Root(path)
    return structs.replace(max(holding, key=lambda root: len(root.raw)), path=path)
