"""Files and folders that appear when they are complete, or not at all.

What is being made lies beside its target under a name of its own, locked as long as somebody makes
it. What a killed process left is told from that by the lock, and deleted by whoever writes to the
same target next.
"""

import contextlib
import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

Join = Callable[[Path, Path], None]  # what is there, what was made

_MARK = ".muser-partial-"
_RANDOM = re.compile(r"[a-z0-9_]{8}\Z")  # that of `tempfile`


@contextlib.contextmanager
def staged_file(target: Path, mode: int | None = 0o644) -> Iterator[Path]:
    """Where a file is written that becomes `target`; on failure nothing is left of it.

    Args:
        target: the file.
        mode: its permission bits; None: as they were given to what was written.
    """
    remove_leftovers(target)
    number, name = tempfile.mkstemp(prefix=_prefix(target), dir=target.parent)
    partial = Path(name)
    try:
        _lock(number)
        yield partial
        if mode is not None:
            partial.chmod(mode)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
        os.close(number)


def copy(source: str, target: Path) -> None:
    """Copy a file with its times and permissions; the copy is there as a whole, or not at all."""
    with staged_file(target, mode=None) as partial:
        shutil.copy2(source, partial)


@contextlib.contextmanager
def staged_folder(target: Path, join: Join | None = None) -> Iterator[Path]:
    """Where a folder is filled that becomes `target`; on failure nothing is left of it.

    Args:
        target: the folder.
        join: brings what was made into a target that holds something; without, such a one is
            filled where it is.
    """
    remove_leftovers(target)
    holds = target.is_dir() and any(target.iterdir())
    if holds and join is None:
        yield target
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with _partial_folder(target) as partial:
        yield partial
        if holds and join is not None:
            join(target, partial)
        else:
            partial.chmod(0o755)
            partial.replace(target)


def remove_leftovers(target: Path) -> int:
    """Delete what killed processes left of `target`; how many files and folders.

    Only names are looked at that this module gives, of files and folders of the same user, and none
    that somebody has locked. What cannot be deleted stays.
    """
    removed = 0
    try:
        with os.scandir(target.parent) as entries:
            names = [entry.path for entry in entries if _is_partial(entry, target)]
    except OSError:
        return 0
    for name in names:
        with contextlib.suppress(OSError):
            removed += _removed(name)
    return removed


def _prefix(target: Path) -> str:
    return f".{target.name[:100]}{_MARK}"


def _is_partial(entry: os.DirEntry[str], target: Path) -> bool:
    prefix = _prefix(target)
    return (
        entry.name.startswith(prefix)
        and _RANDOM.fullmatch(entry.name[len(prefix) :]) is not None
        and not entry.is_symlink()
        and entry.stat(follow_symlinks=False).st_uid == os.getuid()
    )


def _removed(name: str) -> bool:
    number = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        if not _lock(number):
            return False
        if os.path.isdir(name):
            shutil.rmtree(name)
        else:
            os.unlink(name)
    finally:
        os.close(number)
    return True


@contextlib.contextmanager
def _partial_folder(target: Path) -> Iterator[Path]:
    partial = Path(tempfile.mkdtemp(prefix=_prefix(target), dir=target.parent))
    number = os.open(partial, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        _lock(number)
        yield partial
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        os.close(number)


def _lock(number: int) -> bool:
    """Whether an open file is ours alone now; never on a disk that knows no locks."""
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
