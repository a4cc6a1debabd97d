"""A bench for each test of the engine's parts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.property.world import fakes
from tests.unit.engine.bench import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with fakes():
        one = Bench(tmp_path)
        yield one
        one.close()
