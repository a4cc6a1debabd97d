"""The real muserd with workers that need no models: `python -m tests.crash.fake_muserd run`."""

import os
import sys
from typing import Any

from muserd import __main__
from muserd.engine import assembly as wiring
from muserd.engine.sync import reconcile
from tests.property.fakes import FakeEncodeWorker, FakeLayoutWorker


def fail(*_arguments: Any, **_more: Any) -> None:
    """What no code of Muser's expects."""
    raise RuntimeError("a fault that a test made")


if __name__ == "__main__":
    wiring.EncodeWorker = FakeEncodeWorker  # type: ignore[misc,assignment]
    wiring.LayoutWorker = FakeLayoutWorker  # type: ignore[misc,assignment]
    if os.environ.get("MUSER_TEST_FAULT") == "indexer":
        reconcile.plan_paths = fail  # type: ignore[assignment]
    sys.exit(__main__.main())
