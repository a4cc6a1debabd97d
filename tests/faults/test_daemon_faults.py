"""Faults around the daemon: a second one, a taken port, an indexer that fails."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import lmdb
import pytest

from muserd.store import schema
from tests.crash.victim import Victim

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def victim(tmp_path: Path) -> Iterator[Victim]:
    it = Victim(tmp_path)
    yield it
    if it.process is not None:
        it.kill()


def test_a_second_daemon_on_the_same_state(victim: Victim) -> None:
    """It is refused with the exit code for busy, and the first one does not mind."""
    victim.start()
    second = subprocess.run(
        [sys.executable, "-m", "tests.crash.fake_muserd", "run"],
        env=victim.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert second.returncode == 11
    assert "another muserd" in second.stderr
    assert victim.ctl("status").returncode == 0
    victim.kill()
    victim.start()  # a lock of a dead process is no lock
    victim.sync()
    assert victim.stop() == 0


def test_a_port_that_is_taken(victim: Victim) -> None:
    """Muser runs without the page, and the status names the problem."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        config = (victim.base / "config.toml").read_text()
        (victim.base / "config.toml").write_text(config.replace("port = 0", f"port = {port}"))
        victim.start()
        victim.sync()
        assert len(victim.items()) == 24
        status = victim.json("status")
        assert (status["url"], status["state"]) == ("", "degraded")
        assert any(f"port {port} of 127.0.0.1" in problem for problem in status["problems"])
        assert str(port) in victim.log()
        assert victim.stop() == 0


def test_a_store_that_cannot_be_read(victim: Victim) -> None:
    """It is said in words, with an exit code that is no success, and nothing is overwritten."""
    store = victim.base / "state" / "store"
    store.mkdir(parents=True)
    (store / "data.mdb").write_bytes(b"this is no database" * 1_000)
    victim.spawn()
    assert victim.process is not None
    assert victim.process.wait(60) == 1
    victim.process = None
    assert "store cannot be opened" in victim.log()
    assert (store / "data.mdb").read_bytes().startswith(b"this is no database")


def test_a_store_of_a_newer_muser(victim: Victim) -> None:
    """It is left as it is, and people are told what to do."""
    victim.start()
    victim.sync()
    assert victim.stop() == 0
    folder = victim.base / "state" / "store"
    environment = lmdb.open(str(folder), max_dbs=40, map_size=2**30, lib_version=0)
    with environment.begin(write=True) as transaction:
        table = environment.open_db(schema.META.encode(), txn=transaction)
        transaction.put(b"schema", b"999", db=table)
    environment.close()
    before = (folder / "data.mdb").read_bytes()
    victim.spawn()
    assert victim.process is not None
    assert victim.process.wait(60) == 1
    victim.process = None
    assert "the store has schema 999" in victim.log()
    assert "written by a newer Muser: update, or restore a backup" in victim.log()
    assert (folder / "data.mdb").read_bytes() == before


def test_an_indexer_that_fails_ends_the_daemon(victim: Victim) -> None:
    """With a status that makes the service manager start it again."""
    victim.start(MUSER_TEST_FAULT="indexer")
    assert victim.process is not None
    victim.add_note()
    assert victim.process.wait(60) == 1
    victim.process = None
    assert "the loop failed" in victim.log()
    victim.revive()


def test_a_stopped_daemon_does_not_hang_its_command_line(victim: Victim) -> None:
    """A command answers in time though the daemon does not."""
    victim.start()
    assert victim.process is not None
    os.kill(victim.process.pid, signal.SIGSTOP)
    try:
        done = victim.ctl("status", "--json", timeout_s=60)
    finally:
        os.kill(victim.process.pid, signal.SIGCONT)
    assert done.returncode != 0
    if done.stdout:
        json.loads(done.stdout)
    assert victim.stop() == 0
