"""The service managers: systemd's user instance and launchd, behind one set of verbs."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from muserd.ctl.service import units
from muserd.ctl.service.units import UNIT
from muserd.ground import python
from muserd.ground.errors import MuserError, remedy, why
from muserd.ground.paths import Places, make_private

_VARIABLES = (
    "MUSER_CONFIG",
    "MUSER_STATE_DIR",
    "MUSER_CACHE_DIR",
    "MUSER_RUNTIME_DIR",
    "HF_HOME",
    "HF_ENDPOINT",
    "HF_HUB_OFFLINE",
)
_CALL_S = 60.0  # stopping may take 30 s


class Manager(Protocol):
    """What `muserctl service` needs; two implementations."""

    name: str

    @property
    def file(self) -> Path:
        """The file that describes the service."""
        ...

    def text(self, places: Places) -> bytes:
        """What that file should say."""
        ...

    def install(self, places: Places) -> None:
        """Write the file and enable it, so that it starts at every login."""
        ...

    def uninstall(self) -> None:
        """Stop the service and delete the file."""
        ...

    def do(self, verb: str) -> None:
        """`start`, `stop` or `restart`."""
        ...

    def state(self) -> str:
        """`active`, `inactive`, `failed`, or `not installed`."""
        ...


class Systemd:
    """`systemctl --user`."""

    name = "systemd"

    @property
    def file(self) -> Path:
        """The unit."""
        return units.unit_file()

    def text(self, places: Places) -> bytes:
        """The unit, with the paths of this installation."""
        folders = [str(folder) for folder in (places.state, places.cache, places.runtime)]
        scratch = str(places.cache)
        return units.systemd_unit(daemon_command(), folders, scratch, environment()).encode()

    def install(self, places: Places) -> None:
        """Write, reload, enable. The folders must be there: the sandbox is closed around them."""
        for folder in (places.state, places.cache, places.runtime):
            make_private(folder)
        _write(self.file, self.text(places))
        _call("systemctl", "--user", "daemon-reload")
        _call("systemctl", "--user", "enable", UNIT)

    def uninstall(self) -> None:
        """Stop, disable, remove, reload."""
        _call("systemctl", "--user", "disable", "--now", UNIT)
        self.file.unlink(missing_ok=True)
        _call("systemctl", "--user", "daemon-reload")

    def do(self, verb: str) -> None:
        """Call systemctl."""
        _call("systemctl", "--user", verb, UNIT)

    def state(self) -> str:
        """What `is-active` says."""
        if not self.file.exists():
            return "not installed"
        return _ask("systemctl", "--user", "is-active", UNIT) or "unknown"

    @staticmethod
    def lingers() -> bool | None:
        """Whether the service keeps running after its user logs out; None when it is not known."""
        answer = _ask("loginctl", "show-user", str(os.getuid()), "--property=Linger", "--value")
        return {"yes": True, "no": False}.get(answer)


class Launchd:
    """`launchctl` in the user's graphical session."""

    name = "launchd"

    @property
    def file(self) -> Path:
        """The property list."""
        return units.agent_file()

    def text(self, places: Places) -> bytes:  # noqa: ARG002 - the agent has no sandbox to open
        """The property list, with the paths of this installation."""
        log = Path.home() / "Library" / "Logs" / "muserd.log"
        return units.launchd_agent(daemon_command(), str(log), environment())

    def install(self, places: Places) -> None:
        """Write, and unload what an earlier file said; `start` loads it."""
        self._unload()
        _write(self.file, self.text(places))

    def uninstall(self) -> None:
        """Unload and remove."""
        self._unload()
        self.file.unlink(missing_ok=True)

    def do(self, verb: str) -> None:
        """Loading starts an agent, unloading stops it; one that is loaded is kicked."""
        if verb == "stop":
            self._unload()
        elif not self._loaded():
            _call("launchctl", "bootstrap", self._domain, str(self.file))
        else:
            _call("launchctl", "kickstart", *(["-k"] if verb == "restart" else []), self._target)

    def state(self) -> str:
        """Whether launchd knows the agent, and runs it."""
        if not self.file.exists():
            return "not installed"
        known = _ask("launchctl", "print", self._target)
        return "active" if "state = running" in known else "inactive"

    @property
    def _domain(self) -> str:
        return f"gui/{os.getuid()}"

    @property
    def _target(self) -> str:
        return f"{self._domain}/{units.LABEL}"

    def _loaded(self) -> bool:
        return _succeeds("launchctl", "print", self._target)

    def _unload(self) -> None:
        """Unload, if it is loaded, and wait: `bootout` returns before the process has ended."""
        if self._loaded():
            _call("launchctl", "bootout", self._target)
            deadline = time.monotonic() + _CALL_S
            while self._loaded() and time.monotonic() < deadline:
                time.sleep(0.2)


def manager() -> Manager:
    """The service manager of this session.

    Raises:
        MuserError: there is none.
    """
    usual = usual_manager()
    here = shutil.which("systemctl") and _succeeds("systemctl", "--user", "show-environment")
    if here or isinstance(usual, Launchd):
        return usual
    raise MuserError(
        "there is no service manager here: systemd's user instance does not answer",
        "after su or sudo, log in as that user; else run `muserd run` in a terminal, in tmux, by "
        "cron's @reboot, or as the main process of a container",
    )


def usual_manager() -> Manager:
    """The service manager of this platform, whether it runs or not."""
    return Launchd() if sys.platform == "darwin" else Systemd()


def journal_has_it(file: Path) -> bool:
    """Whether the log is in the journal, since systemd runs the daemon, and not in `file`."""
    if sys.platform == "darwin" or not shutil.which("systemctl") or not units.installed():
        return False
    return Systemd().state() in {"active", "activating", "failed"} or not file.exists()


def daemon_command() -> list[str]:
    """How this installation's daemon is started: absolute paths."""
    script = python.script("muserd")
    return [str(script), "run"] if script.is_file() else python.command("muserd", "run")


def environment() -> dict[str, str]:
    """The variables of this shell that the service must have too."""
    return {name: os.environ[name] for name in _VARIABLES if os.environ.get(name)}


def _write(file: Path, data: bytes) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        file.chmod(0o600)
    except OSError as error:
        raise MuserError(f"{file} cannot be written: {why(error)}", remedy(error)) from error


def _call(*words: str) -> None:
    done = _run(words)
    if done is None:
        raise MuserError(
            f"{words[0]} does not respond", "try again, or start `muserd run` yourself"
        )
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        reason = said[0] if said else f"exit status {done.returncode}"
        hint = "see `muserctl logs`; `muserd run` in this terminal shows it as it happens"
        raise MuserError(f"{' '.join(words)}: {reason}", hint)


def _ask(*words: str) -> str:
    done = _run(words)
    return done.stdout.strip() if done is not None else ""


def _succeeds(*words: str) -> bool:
    done = _run(words)
    return done is not None and done.returncode == 0


def _run(words: Sequence[str]) -> "subprocess.CompletedProcess[str] | None":
    try:
        return subprocess.run(words, capture_output=True, text=True, timeout=_CALL_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
