"""Child processes of tests: modules that stand in for workers, and variables that steer them."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from muserd.ground import python

CHILDREN = Path(__file__).parent / "unit" / "workers" / "children"


def on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let children find the stand-ins; the daemon itself hands on neither path nor variables."""
    plain = python.environment

    def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
        made = plain(more)
        paths = [str(CHILDREN), made.get("PYTHONPATH", "")]
        steering = {key: value for key, value in os.environ.items() if key.startswith("PUPPET_")}
        return {**made, **steering, "PYTHONPATH": os.pathsep.join(filter(None, paths))}

    monkeypatch.setattr(python, "environment", environment)
