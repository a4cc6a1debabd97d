"""A real `systemd --user` in namespaces of its own, for machines whose first process is another.

What the system's systemd would have left is laid out before: /run, an account's runtime
directory, the nodes that hide files, a control group to delegate, journald.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SYSTEMD = next(
    (one for one in ("/usr/lib/systemd/systemd", "/lib/systemd/systemd") if os.path.exists(one)), ""
)
READY_S = 30.0
_GROUP = f"user.slice/user-{os.getpid()}.slice"

_WORLD = """
set -e
mount --make-rprivate /
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/systemd/system /run/systemd/journal /run/systemd/inaccessible /run/log/journal
mkdir -p -m 700 "$XDG_RUNTIME_DIR"
cd /run/systemd/inaccessible
mkdir -m 0 dir; mkfifo -m 0 fifo; mknod -m 0 chr c 0 0; mknod -m 0 blk b 0 0
: > reg; : > sock; chmod 0 reg sock
cd /
${SYSTEMD%/*}/systemd-journald &
(
  for tree in $GROUPS_OF; do mkdir -p $tree/$GROUP; echo $BASHPID > $tree/$GROUP/cgroup.procs; done
  exec $SYSTEMD --user --log-target=journal
) &
wait -n
"""


class UserManager:
    """The manager of one account with a HOME of its own; commands run where it runs."""

    def __init__(self, home: Path) -> None:
        self.home = home
        kept = ("PATH", "LANG", "LC_ALL", "PYTHONPATH")
        self.environment = {name: os.environ[name] for name in kept if name in os.environ}
        self.environment |= {"HOME": str(home), "XDG_RUNTIME_DIR": f"/run/user/{os.getuid()}"}
        self._pid = 0

    def run(self, *command: str, **options: str) -> "subprocess.CompletedProcess[str]":
        """A command in the manager's namespaces; its status and what it said."""
        return subprocess.run(
            ["nsenter", "--target", str(self._pid), "--mount", "--pid", "--", *command],
            env=self.environment | options,
            cwd="/",
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )

    def property(self, name: str) -> str:
        """What systemd knows of the service."""
        words = ("systemctl", "--user", "show", "--value", f"--property={name}", "muserd.service")
        return self.run(*words).stdout.strip()

    def wait_for(self, name: str, value: str, timeout_s: float = READY_S) -> None:
        """Return when a property of the service has a value."""
        deadline = time.monotonic() + timeout_s
        while (found := self.property(name)) != value:
            assert time.monotonic() < deadline, f"{name} is {found}, not {value}"
            time.sleep(0.1)

    def start(self) -> "subprocess.Popen[bytes]":
        """Start the manager, and wait until it answers."""
        group = f"{_GROUP}/user@{os.getpid()}.service"  # by which journald knows a user's unit
        world = {"SYSTEMD": SYSTEMD, "GROUP": group, "GROUPS_OF": " ".join(_trees())}
        process = subprocess.Popen(
            ["unshare", "--mount", "--pid", "--fork", "--mount-proc", "bash", "-c", _WORLD],
            env=self.environment | world,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        deadline = time.monotonic() + READY_S
        while True:
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
            self._pid = int(children[0]) if children else 0
            if self._pid and self.run("systemctl", "--user", "show-environment").returncode == 0:
                return process
            if process.poll() is not None or time.monotonic() > deadline:
                raise OSError("no systemd --user can run here")
            time.sleep(0.1)

    def end(self, process: "subprocess.Popen[bytes]") -> None:
        """End the manager and everything in its process namespace."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid or process.pid, signal.SIGKILL)
        process.wait(15)
        for tree in _trees():
            for folder, _, _ in os.walk(f"{tree}/{_GROUP}", topdown=False):
                with contextlib.suppress(OSError):
                    os.rmdir(folder)


def _trees() -> list[str]:
    """Where systemd keeps its control groups: one tree, or two in the hybrid layout."""
    base = Path("/sys/fs/cgroup")
    hybrid = [str(base / name) for name in ("systemd", "unified") if (base / name).is_dir()]
    return hybrid or [str(base)]


@contextlib.contextmanager
def user_manager(home: Path) -> Iterator[UserManager]:
    """A manager that runs. Raises OSError: none can run here."""
    tools = ("unshare", "nsenter", "systemctl", "journalctl")
    if os.getuid() != 0 or not SYSTEMD or not all(map(shutil.which, tools)):
        raise OSError("needs root and systemd")
    if os.path.isdir("/run/systemd/system"):
        raise OSError("this machine's own systemd is not to be disturbed")
    home.mkdir(parents=True, exist_ok=True)
    manager = UserManager(home)
    process = manager.start()
    try:
        yield manager
    finally:
        manager.end(process)
