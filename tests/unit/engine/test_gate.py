"""Why no files are read: the reasons come and go, and ingestion resumes by itself."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from muserd.engine import gate as gates
from muserd.engine.gate import Gate
from muserd.engine.timers import Timers
from muserd.ground.clock import ManualClock
from muserd.ground.config import Config, Resources
from muserd.store.environment import Store


class Machine:
    """A gate with a clock, a battery and a disk that a test can move."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.clock, self.timers = ManualClock(), Timers()
        self.store = Store(path / "store", map_size_bytes=2**24)
        self.on_battery, self.free_bytes = False, 2**40
        monkeypatch.setattr(gates, "on_battery", lambda: self.on_battery)
        monkeypatch.setattr(self.store, "free_disk_bytes", lambda: self.free_bytes)
        self.resumed: list[str] = []
        config = Config(resources=Resources(disk_floor_mb=512, pause_on_battery=True))
        self.gate = Gate(config, self.store, self.timers, self.clock, self.resumed.append)

    def after(self, seconds: float) -> set[str]:
        """The reasons after a while."""
        self.clock.advance(seconds)
        self.timers.run(self.clock.monotonic_s())
        return set(self.gate.reasons)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    it = Machine(tmp_path, monkeypatch)
    yield it
    it.store.close()


def test_nothing_pauses_a_machine_that_is_well(machine: Machine) -> None:
    assert machine.after(0) == set()
    assert not machine.gate


def test_a_battery_pauses_until_it_is_plugged_in(machine: Machine) -> None:
    machine.on_battery = True
    assert machine.after(0) == {"battery"}
    machine.on_battery = False
    assert machine.after(60) == set()
    assert len(machine.resumed) == 1


def test_a_full_disk_is_looked_at_often(machine: Machine) -> None:
    """Room is made while somebody waits for it."""
    machine.free_bytes = 2**20
    assert machine.after(0) == {"disk"}
    assert machine.gate.full_up
    machine.free_bytes = 2**40
    assert machine.after(5) == set()


def test_people_pause_and_resume(machine: Machine) -> None:
    """Whatever else there is."""
    machine.gate.user(rests=True)
    machine.gate.user(rests=True)
    assert machine.after(600) == {"user"}
    machine.gate.user(rests=False)
    assert machine.after(0) == set()
    assert len(machine.resumed) == 1


def test_a_commit_without_room_pauses_at_once(machine: Machine) -> None:
    """And ends as soon as there is room again: nobody has to say so."""
    machine.after(0)
    machine.gate.full("the map is full")
    assert machine.gate.reasons == {"map"}
    assert machine.after(5) == set()


def test_it_sleeps_between_its_looks(machine: Machine) -> None:
    """A calm machine is looked at once a minute."""
    machine.after(0)
    assert machine.timers.next_due_s() == machine.clock.monotonic_s() + 60


@pytest.mark.parametrize(
    ("battery", "on"),
    [(None, False), (False, True), (True, False), ("unknown", False)],
    ids=["none", "unplugged", "plugged in", "unknown"],
)
def test_a_battery_counts_only_while_it_is_used(
    battery: bool | str | None, on: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What psutil answers: no battery at all, and one whose plug nobody knows of."""
    plugged = None if battery == "unknown" else battery
    answer = None if battery is None else SimpleNamespace(power_plugged=plugged)
    monkeypatch.setattr(gates.psutil, "sensors_battery", lambda: answer, raising=False)
    assert gates.on_battery() is on


def test_a_crowded_store_pauses_when_its_reserve_is_used(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Crowded alone is said, and nothing pauses; there is the reserve for what is under way."""
    reserve = True
    monkeypatch.setattr(type(machine.store), "crowded", property(lambda _: True))
    monkeypatch.setattr(machine.store, "has_reserve", lambda: reserve)
    assert machine.after(0) == set()
    reserve = False
    assert machine.after(60) == {"map"}
    assert machine.gate.full_up
    monkeypatch.setattr(type(machine.store), "crowded", property(lambda _: False))
    assert machine.after(60) == set()
