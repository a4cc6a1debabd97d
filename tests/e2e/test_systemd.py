"""The service as it is meant: a real `systemd --user`, its sandbox, its restarts, its journal."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.user_manager import ROOT, UserManager, user_manager

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


class Service:
    """One HOME with a watched folder; muserctl where the manager runs."""

    def __init__(self, manager: UserManager) -> None:
        self.manager = manager
        self.pictures = manager.home / "Pictures"
        self.pictures.mkdir()
        override = manager.home / ".config/systemd/user/muserd.service.d/checkout.conf"
        override.parent.mkdir(parents=True)
        override.write_text(f"[Service]\nEnvironment=PYTHONPATH={ROOT}\nWorkingDirectory=/\n")

    def ctl(self, *words: str) -> tuple[int, str]:
        """Exit status, and what was said to people and programs."""
        done = self.manager.run(sys.executable, "-m", "muserd.ctl", *words, PYTHONPATH=str(ROOT))
        return done.returncode, done.stdout + done.stderr

    def pid(self) -> int:
        """The daemon's number, as it sees it itself."""
        return int(self.manager.property("MainPID"))

    def write(self, path: Path) -> str:
        """What the daemon's own sandbox says to writing a file."""
        done = self.manager.run("nsenter", "-t", str(self.pid()), "-m", "--", "touch", str(path))
        return done.stderr


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """An installed service."""
    try:
        with user_manager(tmp_path_factory.mktemp("account") / "home") as manager:
            one = Service(manager)
            assert one.ctl("init", "--folder", str(one.pictures), "--yes")[0] == 0
            assert one.ctl("config", "edit", "--set", "web.port=0")[0] == 0
            status, said = one.ctl("service", "install")
            assert status == 0, said
            yield one
    except OSError as error:
        pytest.skip(str(error))


def test_it_is_ready_when_start_returns(service: Service) -> None:
    """READY came after the socket, so the next command is answered; STATUS says what it does."""
    status, said = service.ctl("status", "--json")
    assert (status, json.loads(said)["roots"][0]["path"]) == (0, str(service.pictures))
    assert service.manager.property("ActiveState") == "active"
    assert service.manager.property("StatusText") != ""
    assert service.manager.property("Slice") == "background.slice"
    assert service.ctl("service", "status")[0] == 0
    assert service.ctl("service") == service.ctl("service", "status")


def test_its_log_is_in_the_journal(service: Service) -> None:
    """And nowhere else: nobody has to rotate it."""
    status, said = service.ctl("logs")
    assert (status, "INFO muserd.daemon.foreground ready pid=" in said) == (0, True)
    assert service.ctl("service", "logs", "-n", "1")[1].count("\n") == 1
    assert not (service.manager.home / ".local/state/muser/muserd.log").exists()


def test_it_can_write_to_its_own_folders_only(service: Service) -> None:
    """Not even a fault could change a picture."""
    home = service.manager.home
    for forbidden in (service.pictures, home, Path("/etc"), Path("/tmp")):
        assert "Read-only file system" in service.write(forbidden / "x")
    for own in (home / ".local/state/muser", home / ".cache/muser"):
        assert service.write(own / "x") == ""
    done = service.manager.run("cat", f"/proc/{service.pid()}/status")
    facts = dict(line.split(":\t", 1) for line in done.stdout.splitlines() if ":\t" in line)
    assert (facts["NoNewPrivs"], facts["Seccomp"], facts["Umask"]) == ("1", "2", "0077")


def test_it_comes_back_after_a_fault(service: Service) -> None:
    """Killed: started again within seconds, nothing to be repaired."""
    first = service.pid()
    service.manager.run("kill", "-KILL", str(first))
    service.manager.wait_for("NRestarts", "1")
    service.manager.wait_for("ActiveState", "active")
    assert service.pid() not in {0, first}
    assert service.ctl("verify")[0] == 0


def test_a_hung_daemon_can_be_stopped(service: Service) -> None:
    """Muserctl says that it hangs, and the manager ends it."""
    service.manager.run("kill", "-STOP", str(service.pid()))
    assert service.ctl("status")[0] == 4
    assert service.ctl("service", "restart")[0] == 0
    assert service.ctl("status")[0] == 0


def test_a_wrong_configuration_is_told_and_not_tried_again(service: Service) -> None:
    """Muserctl refuses before the daemon is touched; systemd, asked itself, tries once."""
    config = service.manager.home / ".config/muser/config.toml"
    good = config.read_text()
    config.write_text(good + "\n[web]\nprot = 1\n" if "[web]" not in good else "prot = 1\n" + good)
    try:
        status, said = service.ctl("service", "restart")
        assert (status, "unknown key" in said) == (78, True)
        assert service.manager.property("ActiveState") == "active"
        service.manager.run("systemctl", "--user", "restart", "muserd.service")
        service.manager.wait_for("ActiveState", "failed")
        assert service.manager.property("ExecMainStatus") == "78"
        assert service.ctl("service", "status")[0] == 3
        assert "failed" in service.ctl("doctor")[1]
    finally:
        config.write_text(good)
    service.manager.run("systemctl", "--user", "reset-failed")
    assert service.ctl("service", "start")[0] == 0


def test_it_stops_in_order_and_leaves_only_what_it_says(service: Service) -> None:
    """STOPPING, status 0, no process left; uninstall names what stays, and nothing else does."""
    assert service.ctl("service", "stop") == (0, "muserd is stopped\n")
    assert service.manager.property("Result") == "success"
    assert service.manager.property("ExecMainStatus") == "0"
    assert not (Path("/run/user") / str(os.getuid()) / "muser").exists()
    status, said = service.ctl("service", "uninstall")
    assert status == 0
    for name in ("~/.config/muser/config.toml", "~/.local/state/muser", "~/.cache/muser"):
        assert name in said
    assert service.ctl("service", "uninstall") == (0, "the service was not installed\n")
    home = service.manager.home
    left = {str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()}
    own = (
        ".config/muser/",
        ".local/state/muser/",
        ".cache/muser/",
        ".config/systemd/",
    )
    assert [one for one in left if not one.startswith(own)] == []
    assert not (home / ".config/systemd/user/muserd.service").exists()
