"""Which folders and files of a root are left alone."""

import contextlib
import os
import time

from pathspec import GitIgnoreSpec

from muserd.ground.config import Root
from muserd.ground.errors import ConfigError
from muserd.ground.kinds import kind_of
from muserd.ground.paths import is_inside
from muserd.ground.sidecars import is_sidecar

ALWAYS = (
    "node_modules/",
    "__pycache__/",
    "lost+found/",
    "@eaDir/",  # thumbnails of Synology's
    "\\#recycle/",  # its bin
    "\\#snapshot/",
    "@Recycle/",  # QNAP's bin
    "@Recently-Snapshot/",
    ".@__thumb/",
    "$RECYCLE.BIN/",
    "$Recycle.Bin/",
    "RECYCLER/",  # of earlier Windows
    "RECYCLED/",
    "FOUND.[0-9][0-9][0-9]/",  # what its repair of a disk leaves
    "LOST.DIR/",  # and Android's
    "System Volume Information/",
    "Network Trash Folder/",  # of macOS on network drives
    "Temporary Items/",
    "@tmp/",  # Synology's
    "__MACOSX/",  # what macOS adds to zip files
    "*.photoslibrary/",  # whose databases and previews are no folders of pictures
    "*.photolibrary/",
    "*.aplibrary/",
    "*.tvlibrary/",
    "*.imovielibrary/",
    "*.fcpbundle/",  # of Final Cut
    "*.migratedphotolibrary/",
    "*.lrdata/",  # previews of Lightroom's
    "*.lrcat-data/",
    "*.cocatalogdb/",
    "Thumbs.db",
)
"""Left alone unless a pattern of the user's says otherwise: `!node_modules/`."""


IGNORE_FILE = b".muserignore"
GIT_IGNORE_FILE = b".gitignore"
"""Patterns in gitignore syntax for the folder that it lies in, and for all below it; where a root
says so, a `.gitignore` beside it comes first."""
NO_MEDIA = b".nomedia"
"""A file by which Android's galleries pass over a folder and all below it; so does Muser."""
_LONGEST_FILE = 2**20
_KEPT_S = 5.0  # for which an ignore file is not read again


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
        self._files = (GIT_IGNORE_FILE, IGNORE_FILE) if config.gitignore else (IGNORE_FILE,)
        self._rules: dict[
            bytes, tuple[float, GitIgnoreSpec | None]
        ] = {}  # by folder below the root
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
        inner = self._inner(path)
        if self._is_own(path):
            return True
        if inner is None:
            return (path.rstrip(b"/") or b"/") != self._root
        if not self._hidden and any(part.startswith(b".") for part in inner.split(b"/")):
            return True
        return bool(self.why_left_out(path))

    def why_left_out(self, folder: bytes) -> str:
        """Why a folder below the root is left out by patterns or a file in it; empty: it is not."""
        inner = self._inner(folder)
        if inner is None:
            return ""
        if self._spec.match_file(os.fsdecode(inner) + "/"):
            return "left out by a pattern"
        if self._is_ignored(inner, folder=True):
            return f"left out by {b' or '.join(self._files[::-1]).decode()}"
        if os.path.lexists(os.path.join(folder, NO_MEDIA)):
            return f"{NO_MEDIA.decode()} lies in it"
        return ""

    def skips_file(self, path: bytes) -> bool:
        """Whether a file is left alone: by its kind, its name, or a folder above it."""
        inner = self._inner(path)
        if inner is None or not self._wanted_kind(path) or self._is_own(path):
            return True
        if not self._hidden and any(part.startswith(b".") for part in inner.split(b"/")):
            return True
        if self._spec.match_file(os.fsdecode(inner)) or self._is_ignored(inner):
            return True
        parts = inner.split(b"/")[:-1]
        above = (self._prefix + b"/".join(parts[: end + 1]) for end in range(len(parts)))
        return any(os.path.lexists(folder + b"/" + NO_MEDIA) for folder in above)

    def skips_entry(self, folder: bytes, name: bytes) -> bool:
        """`skips_file` for a name in a folder that is known not to be skipped: much faster."""
        if not self._hidden and name.startswith(b"."):
            return True
        if not self._wanted_kind(name):
            return True
        inner = self._inner(folder)
        path = name if inner is None else inner + b"/" + name
        if self._is_ignored(path):
            return True
        return self._speaks_of_files and self._spec.match_file(os.fsdecode(path))

    def _is_ignored(self, inner: bytes, *, folder: bool = False) -> bool:
        """Whether an ignore file in a folder above says so; the deepest one that knows it wins."""
        parts = inner.split(b"/")
        for depth in range(len(parts) - 1, -1, -1):
            spec = self._rules_in(b"/".join(parts[:depth]))
            if spec is None:
                continue
            found = spec.check_file(os.fsdecode(b"/".join(parts[depth:])) + ("/" if folder else ""))
            if found.include is not None:
                return found.include
        return False

    def _rules_in(self, inner: bytes) -> GitIgnoreSpec | None:
        """The patterns of the ignore files in a folder; read again after a while."""
        now_s = time.monotonic()
        known = self._rules.get(inner)
        if known is not None and now_s - known[0] < _KEPT_S:
            return known[1]
        lines: list[str] = []
        for name in self._files:
            path = os.path.join(self._prefix, inner, name)
            # often there is none
            with (
                contextlib.suppress(OSError),
                open(path, encoding="utf-8", errors="replace") as file,
            ):
                lines += file.read(_LONGEST_FILE).splitlines()
        spec: GitIgnoreSpec | None = None
        with contextlib.suppress(ValueError):  # not to be understood: see `docs/configuration.md`
            spec = GitIgnoreSpec.from_lines(lines) if lines else None
        self._rules[inner] = now_s, spec
        return spec

    def _wanted_kind(self, path: bytes) -> bool:
        kind = kind_of(path)
        if kind is None:
            return "image" in self._kinds and is_sidecar(path)
        return kind in self._kinds

    def _inner(self, path: bytes) -> bytes | None:
        """The path below the root; None for the root itself and for what lies elsewhere."""
        return path[len(self._prefix) :] or None if path.startswith(self._prefix) else None

    def _is_own(self, path: bytes) -> bool:
        return any(is_inside(path, folder) for folder in self._own)
