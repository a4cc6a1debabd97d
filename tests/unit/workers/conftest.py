from pathlib import Path

import pytest

CHILDREN = Path(__file__).parent / "children"


@pytest.fixture(autouse=True)
def children_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """Child processes find the modules that stand in for workers."""
    monkeypatch.setenv("PYTHONPATH", str(CHILDREN))
