from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import children
from tests.unit.workers.desk import Desk


@pytest.fixture(autouse=True)
def children_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """Child processes find the modules that stand in for workers."""
    children.on_the_path(monkeypatch)


@pytest.fixture
def launches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    path = tmp_path / "launches"
    path.touch()
    monkeypatch.setenv("PUPPET_LAUNCHES", str(path))
    return lambda: path.read_text().split()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    desks: list[Desk] = []

    def make(**settings: object) -> Desk:
        desks.append(Desk(tmp_path, **settings))
        return desks[-1]

    yield make
    for one in desks:
        one.worker.stop(10)
