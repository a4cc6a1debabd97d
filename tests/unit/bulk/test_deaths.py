"""An import goes on after the death of whoever makes it; Ray makes the bytes that others make."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.bulk.conftest import Desk

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("ray")]

REPOSITORY = Path(__file__).resolve().parents[3]
SLOW = "encoding: slow\nso that a death comes in the middle: "


def environment(desk: Desk) -> dict[str, str]:
    home = desk.source.with_name("home")
    home.mkdir(exist_ok=True)  # of Ray's token
    variables = {key: value for key, value in os.environ.items() if not key.startswith("RAY_")}
    return {
        **variables,
        "HOME": str(home),
        "PYTHONPATH": str(REPOSITORY),
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
        "PYTHONWARNINGS": "ignore",
        # a node that does not answer for two seconds is dead
        "RAY_health_check_initial_delay_ms": "500",
        "RAY_health_check_period_ms": "500",
        "RAY_health_check_timeout_ms": "500",
        "RAY_health_check_failure_threshold": "3",
    }


class Import:
    """One in a process of its own."""

    def __init__(self, desk: Desk, **request: Any) -> None:
        self.to = Path(request.get("to", desk.to))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.unit.bulk.toy_import"],
            env=environment(desk),
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdin is not None
        made = desk.request(spaces=("text",), **request)
        self.process.stdin.write(
            json.dumps({name: getattr(made, name) for name in made.__struct_fields__})
        )
        self.process.stdin.close()
        self.process.stdin = None

    def wait_for(self, shards: int) -> None:
        """Until so many are there."""
        deadline_s = time.monotonic() + 60
        while len(list(self.to.glob("text-*.parquet"))) < shards:
            assert self.process.poll() is None, "it ended"
            assert time.monotonic() < deadline_s
            time.sleep(0.02)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()

    def end(self) -> dict[str, Any]:
        """Its last word."""
        said, _ = self.process.communicate()
        last: dict[str, Any] = json.loads(said.strip().splitlines()[-1])
        return last


@pytest.fixture
def slow(desk: Desk) -> Desk:
    for number in range(48):
        desk.write(f"{number:02d}.md", f"{SLOW}{number}")
    return desk


@pytest.fixture
def cluster(desk: Desk) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.unit.bulk.cluster"],
        env=environment(desk),
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    yield process
    process.communicate()


def whole(desk: Desk) -> dict[str, bytes]:
    """The shards of an import that nobody disturbs."""
    quiet = desk.to.with_name("quiet")
    desk.run(spaces=("text",), to=str(quiet))
    return desk.shards(quiet)


def test_killed_and_called_again_it_is_whole(slow: Desk) -> None:
    for shards in (2, 6):
        dying = Import(slow)
        dying.wait_for(shards)
        dying.kill()
    done = Import(slow).end()["done"]
    assert done["files"] == 48
    assert done["made"] <= 6
    assert slow.shards() == whole(slow)
    assert not list(slow.to.glob(".tmp-*"))


def test_ray_makes_the_same_bytes(slow: Desk) -> None:
    done = Import(slow, engine="ray").end()["done"]
    assert (done["files"], done["made"]) == (48, 12)
    assert slow.shards() == whole(slow)


def test_a_node_that_dies_costs_what_it_had_in_hand(
    slow: Desk, cluster: subprocess.Popen[str]
) -> None:
    assert cluster.stdout is not None
    assert cluster.stdin is not None
    address = cluster.stdout.readline().strip()
    running = Import(slow, engine="ray", address=address)
    running.wait_for(4)
    cluster.stdin.write("\n")
    cluster.stdin.flush()
    assert cluster.stdout.readline() == "killed\n"
    assert len(slow.shards()) < 12
    done = running.end()["done"]
    assert (done["files"], done["shards"]) == (48, 12)
    assert slow.shards() == whole(slow)


def test_no_cluster_is_said_with_the_remedy(slow: Desk) -> None:
    error = Import(slow, engine="ray", address="127.0.0.1:1").end()["error"]
    assert "no Ray at 127.0.0.1:1" in error["message"]
    assert "ray status" in error["hint"]
