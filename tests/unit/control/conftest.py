"""Makes the fake engine importable and gives every test one."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[1] / "control"))


@pytest.fixture
def engine(tmp_path):
    """An engine that remembers what it was asked."""
    from fake_engine import FakeEngine

    return FakeEngine(tmp_path)
