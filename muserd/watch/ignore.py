"""Which folders and files of a root are left alone."""

import os

from pathspec import GitIgnoreSpec

from muserd.ground.config import Root
from muserd.ground.errors import ConfigError
from muserd.ground.kinds import kind_of
from muserd.ground.paths import is_inside

ALWAYS = (
    "node_modules/",
    "__pycache__/",
    "lost+found/",
    "@eaDir/",  # thumbnails of Synology's
    "$RECYCLE.BIN/",
    "System Volume Information/",
)
"""Left alone unless a pattern of the user's says otherwise: `!node_modules/`."""


class Ignore:
    """The rules of one root: kinds, hidden names, gitignore patterns, Muser's own folders.

    Args:
        config: the root.
        exclude: patterns for all roots, in gitignore syntax; those of the root come after them.
        own_folders: absolute paths that are never looked into.

    Raises:
        ConfigError: a pattern that gitignore does not know.
    """

    def __init__(
        self, config: Root, exclude: tuple[str, ...], own_folders: tuple[bytes, ...]
    ) -> None:
        self._root = config.raw.rstrip(b"/") or b"/"
        self._prefix = self._root.rstrip(b"/") + b"/"
        self._kinds = frozenset(config.kinds)
        self._hidden = config.hidden
        self._own = tuple(folder.rstrip(b"/") for folder in own_folders)
        user = (*exclude, *config.exclude)
        try:
            self._spec = GitIgnoreSpec.from_lines([*ALWAYS, *user])
        except ValueError as error:
            raise ConfigError(
                f"an exclude pattern cannot be used: {error}", "write it as in a .gitignore file"
            ) from error
        # patterns that end in a slash speak of folders only: most files then need no look at them
        self._speaks_of_files = any(
            not line.rstrip().endswith("/") for line in user if line.strip() and line[0] != "#"
        )

    def skips_folder(self, path: bytes) -> bool:
        """Whether a folder and all below it are left alone. The root itself is not, normally."""
        if self._is_own(path):
            return True
        inner = self._inner(path)
        if inner is None:
            return (path.rstrip(b"/") or b"/") != self._root
        if not self._hidden and any(part.startswith(b".") for part in inner.split(b"/")):
            return True
        return self._spec.match_file(os.fsdecode(inner) + "/")

    def skips_file(self, path: bytes) -> bool:
        """Whether a file is left alone: by its kind, its name, or a folder above it."""
        inner = self._inner(path)
        if inner is None or not self._wanted_kind(path) or self._is_own(path):
            return True
        if not self._hidden and any(part.startswith(b".") for part in inner.split(b"/")):
            return True
        return self._spec.match_file(os.fsdecode(inner))

    def skips_entry(self, folder: bytes, name: bytes) -> bool:
        """`skips_file` for a name in a folder that is known not to be skipped: much faster."""
        if not self._hidden and name.startswith(b"."):
            return True
        if not self._wanted_kind(name):
            return True
        if not self._speaks_of_files:
            return False
        inner = self._inner(folder)
        path = name if inner is None else inner + b"/" + name
        return self._spec.match_file(os.fsdecode(path))

    def _wanted_kind(self, path: bytes) -> bool:
        kind = kind_of(path)
        return kind is not None and kind in self._kinds

    def _inner(self, path: bytes) -> bytes | None:
        """The path below the root; None for the root itself and for what lies elsewhere."""
        return path[len(self._prefix) :] or None if path.startswith(self._prefix) else None

    def _is_own(self, path: bytes) -> bool:
        return any(is_inside(path, folder) for folder in self._own)
