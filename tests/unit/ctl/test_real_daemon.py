"""muserctl as a process against muserd as a process: up, down, hung, starting, wrong."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import lmdb
import pytest

from tests.e2e.daemon import Daemon, running
from tests.unit.ctl.terminal import in_terminal

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

# What each command answers with a daemon that is up, and with one that is down.
COMMANDS = [
    (["status"], 0, 3),
    (["status", "--json"], 0, 3),
    (["health"], 0, 3),
    (["items"], 0, 7),
    (["items", "--space", "text", "--json"], 0, 7),
    (["regions"], 0, 7),
    (["regions", "rename", "5", "x"], 2, 7),
    (["roots"], 0, 0),
    (["config"], 0, 0),
    (["failed"], 0, 7),
    (["failed", "retry"], 0, 7),
    (["fits", "list"], 0, 7),
    (["fits", "rollback", "1"], 2, 7),
    (["encoder"], 0, 0),
    (["encoder", "switch", "image", "--yes"], 0, 7),
    (["encoder", "fetch", "builtin"], 0, 0),
    (["refit"], 0, 7),
    (["service", "install", "--print"], 0, 0),
    ([], 0, 0),
    (["roots", "confirm"], 0, 7),
    (["sync", "--wait"], 0, 7),
    (["rescan"], 0, 7),
    (["rescan", "/nowhere"], 2, 7),
    (["pause"], 0, 7),
    (["resume"], 0, 7),
    (["verify"], 0, 7),
    (["open", "--print"], 0, 7),
    (["config", "show"], 0, 0),
    (["config", "check"], 0, 0),
    (["config", "path"], 0, 0),
    (["doctor"], 0, 0),
    (["version"], 0, 0),
    (["completion", "bash"], 0, 0),
    (["man"], 0, 0),
    (["logs"], 0, 0),
]


def muserd(environment):
    """A daemon that is expected to end by itself."""
    command = [sys.executable, "-m", "muserd", "run"]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A daemon with nothing to do."""
    with running(tmp_path_factory.mktemp("door")) as daemon:
        yield daemon


@pytest.mark.parametrize(("words", "up", "_down"), COMMANDS)
def test_every_command_with_the_daemon_up(world, words, up, _down):
    """The documented exit status, in a pipe and in a terminal; colours in the terminal only."""
    done = world.ctl(*words)
    assert done.returncode == up, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    status, shown = in_terminal(*words, environment=world.environment)
    assert status == up, shown
    assert "Traceback" not in shown


def check_without_an_answer(daemon, silent):
    """Every command, several at a time, with a daemon that gives no answer.

    Args:
        daemon: which.
        silent: the exit status of `status` and `health`.
    """

    def check(command):
        words, _up, down = command
        done = daemon.ctl(*words)
        status, shown = in_terminal(*words, environment=daemon.environment)
        return words, down, done, status, shown

    with ThreadPoolExecutor(8) as pool:
        for words, down, done, status, shown in pool.map(check, COMMANDS):
            wanted = silent if down == 3 else down
            assert (done.returncode, status) == (wanted, wanted), (words, done, shown)
            assert "Traceback" not in done.stderr + shown, words
            if wanted == 7:
                assert "hint" in done.stderr + done.stdout, words


def test_every_command_with_the_daemon_down(tmp_path):
    """The documented status; what is said has a hint."""
    daemon = Daemon(tmp_path)
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "muserd.log").write_text("line\n")
    check_without_an_answer(daemon, 3)


def test_every_command_with_the_daemon_hung(world):
    """SIGSTOP: the kernel still takes connections, nobody answers; muserctl does, in time."""
    os.kill(world.process.pid, signal.SIGSTOP)
    try:
        check_without_an_answer(world, 4)
        status = world.ctl("status", "--json", timeout_s=20)
        items = world.ctl("items", timeout_s=20)
    finally:
        os.kill(world.process.pid, signal.SIGCONT)
    assert (status.returncode, json.loads(status.stdout)["state"]) == (4, "hung")
    assert "does not answer within 5 s" in items.stderr


def test_every_command_with_the_daemon_starting(tmp_path):
    """It has the lock and no socket yet: stopped in that very moment."""
    daemon = Daemon(tmp_path)
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "muserd.log").write_text("line\n")
    lock, socket_file = tmp_path / "state" / "lock", tmp_path / "run" / "control.sock"
    daemon.spawn()
    try:
        while not (lock.exists() and lock.read_text()):
            assert daemon.process.poll() is None, daemon.log()
        os.kill(daemon.process.pid, signal.SIGSTOP)
        if socket_file.exists():
            pytest.skip("it was too quick to be caught")
        check_without_an_answer(daemon, 4)
        assert json.loads(daemon.ctl("status", "--json").stdout)["state"] == "starting"
        os.kill(daemon.process.pid, signal.SIGCONT)
        daemon.wait_for(lambda: daemon.ctl("status").returncode == 0)
        assert daemon.stop() == 0
        assert not socket_file.exists()
    finally:
        if daemon.process is not None:
            daemon.kill()


def test_folders_come_and_go_while_it_runs(world):
    """Added and removed for the daemon and for its file."""
    folder = world.base / "more"
    folder.mkdir()
    assert world.ctl("roots", "add", str(folder), "--kinds", "note").returncode == 0
    roots = {root["path"] for root in world.json("roots", "list")["roots"]}
    assert str(folder) in roots
    assert str(folder) in (world.base / "config.toml").read_text()
    assert world.ctl("roots", "remove", str(folder)).returncode == 0
    assert str(folder) not in (world.base / "config.toml").read_text()
    assert len(world.json("roots", "list")["roots"]) == 2


def test_a_backup_of_a_living_store(world):
    """A copy of LMDB in a folder of one's choice."""
    assert world.ctl("backup", str(world.base / "copy")).returncode == 0
    assert (world.base / "copy" / "data.mdb").stat().st_size > 0


def test_its_files_are_private(world):
    """0600 and 0700 all the way down; the socket too."""
    for folder in ("state", "run"):
        for base, folders, files in os.walk(world.base / folder):
            for name in (*folders, *files, "."):
                mode = stat.S_IMODE(os.stat(os.path.join(base, name)).st_mode)
                assert mode & 0o077 == 0, f"{base}/{name} {mode:o}"


@pytest.mark.skipif(not os.path.exists("/proc/self/limits"), reason="no /proc")
def test_it_makes_room_for_its_pages(world):
    """600 event streams do not take the descriptors that files need."""
    with open(f"/proc/{world.process.pid}/limits", encoding="ascii") as limits:
        soft, hard = next(line.split()[3:5] for line in limits if "open files" in line)
    assert int(soft) >= min(4_096, int(hard))


def test_two_daemons_never_share_a_state(world):
    """The second one says who has it and exits with 11."""
    done = muserd(world.environment)
    assert done.returncode == 11
    assert str(world.process.pid) in done.stderr


BAD_CONFIGURATIONS = [
    ("[web]\nprot = 1\n", "web.port"),
    ("[web]\nport = -1\n", "from 0 to 65535"),
    ("[web]\nhost = '0.0.0.0'\n", "loopback"),
    ("[web\n", "TOML"),
]


@pytest.mark.parametrize(("text", "word"), BAD_CONFIGURATIONS)
def test_a_wrong_configuration_stops_the_start(tmp_path, text, word):
    """78, one message: what, which value, what to do; and `config check` says the same."""
    daemon = Daemon(tmp_path)
    (tmp_path / "config.toml").write_text(text)
    started = muserd(daemon.environment)
    checked = daemon.ctl("config", "check")
    for done in (started, checked):
        assert done.returncode == 78
        assert word in done.stderr
        assert "hint:" in done.stderr
        assert "Traceback" not in done.stderr


def test_a_state_directory_that_cannot_be_used_is_explained(tmp_path):
    """A file in its place, or below a file: 78, with the variable to set."""
    daemon = Daemon(tmp_path)
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file", tmp_path / "file" / "state"):
        done = muserd({**daemon.environment, "MUSER_STATE_DIR": str(path)})
        assert done.returncode == 78
        assert "MUSER_STATE_DIR" in done.stderr
        assert "Traceback" not in done.stderr


def test_a_store_of_a_newer_muser_is_left_alone(tmp_path):
    """Somebody went back to an older version: one message, and nothing is changed."""
    daemon = Daemon(tmp_path).start()
    assert daemon.stop() == 0
    store = lmdb.open(str(tmp_path / "state" / "store"), max_dbs=64, map_size=2**30, lib_version=0)
    with store.begin(write=True) as transaction:
        transaction.put(b"schema", b"999", db=store.open_db(b"meta", txn=transaction))
    store.close()
    before = (tmp_path / "state" / "store" / "data.mdb").read_bytes()
    done = muserd(daemon.environment)
    assert (done.returncode, "newer Muser" in done.stderr) == (1, True)
    assert "backup" in done.stderr
    assert (tmp_path / "state" / "store" / "data.mdb").read_bytes() == before
    assert daemon.ctl("status").returncode == 3


def test_a_taken_port_costs_the_page_only(tmp_path):
    """The daemon works on; status and open say what to do."""
    daemon = Daemon(tmp_path)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        (tmp_path / "config.toml").write_text(f"[web]\nport = {port}\n")
        daemon.start()
        try:
            assert "off" in daemon.ctl("status").stdout
            opened = daemon.ctl("open", "--print")
            assert (opened.returncode, "web.port" in opened.stderr) == (1, True)
            assert daemon.stop() == 0
        finally:
            if daemon.process is not None:
                daemon.kill()


def test_systemd_is_told_everything(tmp_path):
    """READY with the socket open, beats as often as asked, STOPPING before the end."""
    daemon = Daemon(tmp_path)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        address = os.path.relpath(tmp_path / "notify")
        address = str(tmp_path / "notify") if len(str(tmp_path)) < 90 else address
        listener.bind(address)
        listener.settimeout(30)
        with (tmp_path / "daemon.log").open("ab") as log:
            environment = {
                **daemon.environment,
                "NOTIFY_SOCKET": address,
                "WATCHDOG_USEC": "900000",
            }
            daemon.process = subprocess.Popen(
                [sys.executable, "-m", "muserd", "run"],
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            first = listener.recv(4096).decode()
            assert first.startswith("READY=1\nSTATUS=serving http://127.0.0.1:")
            assert daemon.ctl("status").returncode == 0
            beats = [listener.recv(4096).decode() for _ in range(3)]
            assert all(beat.startswith("WATCHDOG=1\nSTATUS=") for beat in beats)
            assert daemon.stop() == 0
            last = ""
            while not last.startswith("STOPPING=1"):
                last = listener.recv(4096).decode()
        finally:
            if daemon.process is not None:
                daemon.kill()


def test_service_stop_ends_a_daemon_without_a_manager(tmp_path):
    """By its socket; the next status says stopped."""
    daemon = Daemon(tmp_path).start()
    try:
        daemon.environment["PATH"] = "/nowhere"
        done = daemon.ctl("service", "stop")
        assert (done.returncode, done.stdout) == (0, "muserd is stopped\n"), done.stderr
        assert daemon.process.wait(15) == 0
        assert daemon.ctl("status").returncode == 3
    finally:
        if daemon.process.poll() is None:
            daemon.kill()


def test_kill_leaves_nothing_that_must_be_cleaned_up(tmp_path):
    """The stale socket and lock of a killed daemon do not keep the next one from starting."""
    daemon = Daemon(tmp_path).start()
    daemon.kill()
    assert daemon.ctl("status").returncode == 3
    daemon.start()
    assert daemon.stop() == 0
