"""Volumes that take `a.md` for `A.md`, as those of macOS and of USB sticks do.

There a file answers to names that no folder lists. After a rename that changes only the case, the
old name still seems to be there; so on such volumes a path counts as there only as it is listed.
"""

import os

from muserd.ground.paths import is_inside
from muserd.ground.records import FileStat
from muserd.watch.scan import look


def folds_case(path: bytes) -> bool:
    """Whether the volume of a file finds it under its name in another case too."""
    folder, name = os.path.split(path)
    other = name.swapcase()
    if other == name:
        return False
    try:
        same = os.path.samestat(os.lstat(path), os.lstat(os.path.join(folder, other)))
        return same and other not in os.listdir(folder)  # else it is a second name of its own
    except OSError:
        return False


class Spelling:
    """Looks at the paths below a root as their folders list them.

    Folders are listed once, and only where the volume folds case: make a new one for each look
    at the tree.
    """

    def __init__(self, root: bytes, *, folds: bool) -> None:
        self._root = root
        self._folds = folds
        self._listed: dict[bytes, frozenset[bytes]] = {}

    def look(self, path: bytes) -> FileStat | None:
        """As `scan.look`."""
        return look(path) if self._is_listed(path) else None

    def is_folder(self, path: bytes) -> bool:
        """Whether a folder is there."""
        return self._is_listed(path) and os.path.isdir(path) and not os.path.islink(path)

    def _is_listed(self, path: bytes) -> bool:
        """Whether every part below the root is listed so; True where nobody can say."""
        while self._folds and path != self._root and is_inside(path, self._root):
            folder, name = os.path.split(path)
            try:
                if name not in self._names(folder):
                    return False
            except OSError:
                return True
            path = folder
        return True

    def _names(self, folder: bytes) -> frozenset[bytes]:
        names = self._listed.get(folder)
        if names is None:
            names = self._listed[folder] = frozenset(os.listdir(folder))
        return names
