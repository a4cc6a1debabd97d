"""For the tests of faults."""

from collections.abc import Iterator

import pytest

from tests.property.world import World, world


@pytest.fixture
def one() -> Iterator[World]:
    """A running world in a temporary folder."""
    with world() as it:
        yield it
