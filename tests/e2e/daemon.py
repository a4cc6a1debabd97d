"""A real muserd in a folder of its own, driven as people drive it: files, signals, muserctl."""

import contextlib
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

START_S = 30.0
QUIET_S = 240.0  # a cold machine compiles numba's kernels once


class Daemon:
    """One instance: its folders, its process, its command line.

    Attributes:
        module: what is run as muserd; benchmarks have another one.
    """

    module = "muserd"

    def __init__(self, base: Path, *, config: str = "") -> None:
        self.base = base
        self.pictures = base / "pictures"
        self.notes = base / "notes"
        for folder in (self.pictures, self.notes):
            folder.mkdir(parents=True, exist_ok=True)
        self.environment = {
            **os.environ,
            "HOME": str(base / "home"),
            "MUSER_CONFIG": str(base / "config.toml"),
            "MUSER_STATE_DIR": str(base / "state"),
            "MUSER_CACHE_DIR": str(base / "cache"),
            "MUSER_RUNTIME_DIR": str(base / "run"),
            "NUMBA_CACHE_DIR": os.environ.get("MUSER_TEST_NUMBA_CACHE", str(base / "numba")),
        }
        (base / "home").mkdir(exist_ok=True)
        self.configure(config)
        self.process: subprocess.Popen[bytes] | None = None

    def configure(self, more: str = "", roots: bool = True) -> None:
        """Write the configuration: both folders as roots, any free port, and `more`."""
        lines = ["[web]", "port = 0", "[resources]", "pause_on_battery = false", more]
        for folder in (self.pictures, self.notes) if roots else ():
            lines += ["[[roots]]", f"path = {json.dumps(str(folder))}"]
        (self.base / "config.toml").write_text("\n".join(lines))

    def spawn(self, **environment: str) -> None:
        """Start the process."""
        with (self.base / "daemon.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", self.module, "run"],
                env={**self.environment, **environment},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def start(self, **environment: str) -> "Daemon":
        """Start the process and wait until its control socket answers."""
        self.spawn(**environment)
        self.wait_for(lambda: self.ctl("status").returncode == 0, START_S)
        return self

    def stop(self, number: int = signal.SIGTERM, timeout_s: float = 15) -> int:
        """End the process by a signal; its exit status."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(number)
        status = self.process.wait(timeout_s)
        self.process = None
        return status

    def kill(self) -> None:
        """End the process and its workers as a power failure would."""
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(15)
        self.process = None

    def ctl(self, *words: str, timeout_s: float = 60) -> subprocess.CompletedProcess[str]:
        """`muserctl words…`."""
        return subprocess.run(
            [sys.executable, "-m", "muserd.ctl", *words],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )

    def json(self, *words: str) -> Any:
        """The JSON that a command prints; a list for NDJSON."""
        done = self.ctl(*words, "--json")
        assert done.returncode == 0, f"muserctl {words}: {done.stderr}"
        if words[0] in {"items", "regions"}:
            return [json.loads(line) for line in done.stdout.splitlines()]
        return json.loads(done.stdout)

    def sync(self) -> None:
        """Wait until everything on the disk is on the map."""
        done = self.ctl("sync", "--wait", "--timeout", str(QUIET_S), timeout_s=QUIET_S + 10)
        assert done.returncode == 0, f"sync: {done.stdout}{done.stderr}\n{self.log()}"

    def items(self) -> dict[str, dict[str, Any]]:
        """Every item that is there, by the name of its first file."""
        return {Path(item["paths"][0]).name: item for item in self.json("items")}

    def home(self) -> str:
        """The page's own origin, without a slash at its end."""
        digest = hashlib.sha256((self.base / "state" / "token").read_bytes()).hexdigest()
        port = urlsplit(self.json("status")["url"]).port
        return f"http://muser-{digest[:8]}.localhost:{port}"

    def log(self) -> str:
        """What the daemon wrote."""
        parts = [self.base / "daemon.log", self.base / "state" / "muserd.log"]
        return "\n".join(part.read_text("utf-8", "replace") for part in parts if part.is_file())

    def wait_for(self, condition: Callable[[], bool], timeout_s: float = 30) -> None:
        """Return when a condition holds; fail with the log when it does not in time."""
        deadline = time.monotonic() + timeout_s
        while not condition():
            if self.process is not None and self.process.poll() is not None:
                raise AssertionError(f"muserd ended with {self.process.returncode}:\n{self.log()}")
            assert time.monotonic() < deadline, f"not within {timeout_s} s:\n{self.log()}"
            time.sleep(0.05)


@contextlib.contextmanager
def running(base: Path, *, config: str = "") -> Iterator[Daemon]:
    """A daemon that is up; it is stopped at the end, and must stop well."""
    daemon = Daemon(base, config=config).start()
    try:
        yield daemon
        if daemon.process is not None:
            assert daemon.stop() == 0, daemon.log()
    finally:
        if daemon.process is not None:
            daemon.kill()
