"""Where Muser keeps its own files, and how file names travel.

A path under a root is `bytes` everywhere, since names on Unix need not be UTF-8 (`os.fsencode`
makes them, `display` shows them). Muser's own folders are `str` paths of this module.
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from muserd.ground import python
from muserd.ground.names import harmless

APP = "muser"
LOCK = "lock"
INSTANCE_NOTE = "instance"  # in the state directory: see `Places.note`


@dataclass(frozen=True, slots=True)
class Places:
    """The folders and files of one instance.

    Attributes:
        config: the TOML file.
        state: must not be lost: store, site, token.
        cache: can be deleted: FAISS files, numba's cache, downloaded weights, previews.
        runtime: lasts as long as the session: the control socket.
    """

    config: Path
    state: Path
    cache: Path
    runtime: Path

    @property
    def store(self) -> Path:
        """The LMDB environment."""
        return self.state / "store"

    @property
    def site(self) -> Path:
        """The published folder."""
        return self.state / "site"

    @property
    def work(self) -> Path:
        """Job folders of the layout worker; emptied at start."""
        return self.state / "work"

    @property
    def mirrors(self) -> Path:
        """Folders of links for collections that the page mirrors."""
        return self.state / "collections"

    @property
    def lock(self) -> Path:
        """The file whose flock makes the daemon the only one."""
        return self.state / LOCK

    @property
    def token(self) -> Path:
        """The secret that opens the page."""
        return self.state / "token"

    @property
    def sessions(self) -> Path:
        """The sessions of browsers, as hashes."""
        return self.state / "sessions.json"

    @property
    def handover(self) -> Path:
        """Files that carry a pass to a browser."""
        return self.runtime / "open"

    @property
    def log(self) -> Path:
        """The log file, when no service manager takes the log."""
        return self.state / "muserd.log"

    @property
    def socket(self) -> Path:
        """The control socket."""
        return self.runtime / "control.sock"

    @property
    def instance_note(self) -> Path:
        """The file in which the daemon writes its other paths, for `muserctl --state`."""
        return self.state / INSTANCE_NOTE

    def note(self) -> bytes:
        """What is in it: runtime directory, configuration file and cache, each ended by NUL."""
        return b"".join(os.fsencode(one) + b"\0" for one in (self.runtime, self.config, self.cache))

    @property
    def vectors(self) -> Path:
        """FAISS files: caches of the store."""
        return self.cache / "vectors"

    @property
    def words(self) -> Path:
        """The full-text index: a cache of the store."""
        return self.cache / "find" / "words.sqlite3"

    @property
    def previews(self) -> Path:
        """Previews made on request."""
        return self.cache / "previews"


def places(config: Path | None = None) -> Places:
    """The folders of this instance: `MUSER_*` variables first, else the platform's convention.

    Args:
        config: a configuration file given on the command line; wins over `MUSER_CONFIG`.

    Returns:
        Absolute paths; nothing is created.
    """
    defaults = default_places()
    state_dir = _from_env("MUSER_STATE_DIR")
    return Places(
        config=(config.expanduser().absolute() if config else None)
        or _from_env("MUSER_CONFIG")
        or defaults.config,
        state=state_dir or defaults.state,
        cache=_from_env("MUSER_CACHE_DIR") or defaults.cache,
        runtime=_from_env("MUSER_RUNTIME_DIR")
        or (state_dir / "run" if state_dir else defaults.runtime),
    )


def default_places() -> Places:
    """The folders by the platform's convention: XDG directories on Linux, ~/Library on macOS.

    Source: XDG Base Directory Specification 0.8; Apple, File System Programming Guide.
    """
    home = Path.home()
    if sys.platform == "darwin":
        library = home / "Library"
        return Places(
            config=library / "Application Support" / APP / "config.toml",
            state=library / "Application Support" / APP,
            cache=library / "Caches" / APP,
            runtime=library / "Application Support" / APP / "run",
        )
    state = _xdg("XDG_STATE_HOME", home / ".local" / "state") / APP
    return Places(
        config=_xdg("XDG_CONFIG_HOME", home / ".config") / APP / "config.toml",
        state=state,
        cache=_xdg("XDG_CACHE_HOME", home / ".cache") / APP,
        runtime=_xdg("XDG_RUNTIME_DIR", state)
        / (APP if "XDG_RUNTIME_DIR" in os.environ else "run"),
    )


def muserctl(state: Path | None) -> str:
    """The command that reaches an instance, for a shell.

    Args:
        state: its state directory; None for the instance that `muserctl` reaches by itself.

    Returns:
        `muserctl`, by its full path unless that is the one that the shell finds, with `--state`.
    """
    import shlex
    import shutil  # 2 ms that most calls of muserctl need not pay

    script = python.script("muserctl")
    found = shutil.which("muserctl")
    same = found is not None and os.path.realpath(found) == os.path.realpath(script)
    program = "muserctl" if same or not script.exists() else str(script)
    return shlex.join([program, *(["--state", str(state)] if state else [])])


def own_folders(where: Places) -> tuple[bytes, ...]:
    """Folders that are never watched: Muser's own."""
    return tuple(
        os.fsencode(os.path.realpath(folder))
        for folder in (where.state, where.cache, where.runtime)
    )


def make_private(folder: Path) -> None:
    """Create a folder and its parents; the folder itself is readable by its owner only (0700)."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)


def display(path: bytes) -> str:
    """A file name for people: see `names.harmless`."""
    return harmless(path.decode("utf-8", "backslashreplace"))


def is_inside(path: bytes, folder: bytes) -> bool:
    """Whether `path` is `folder` or lies under it, by name alone."""
    return path == folder or path.startswith(folder.rstrip(b"/") + b"/")


def _xdg(variable: str, default: Path) -> Path:
    value = os.environ.get(variable, "")
    return (
        Path(value) if value.startswith("/") else default
    )  # the spec: relative values are invalid


def _from_env(variable: str) -> Path | None:
    value = os.environ.get(variable, "")
    return Path(value).expanduser().absolute() if value else None
