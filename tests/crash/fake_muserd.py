"""The real muserd with workers that need no models: `python -m tests.crash.fake_muserd run`."""

import sys

from muserd import __main__
from muserd.indexing import wiring
from tests.property.fakes import FakeEncodeWorker, FakeLayoutWorker

if __name__ == "__main__":
    wiring.EncodeWorker = FakeEncodeWorker  # type: ignore[misc,assignment]
    wiring.LayoutWorker = FakeLayoutWorker  # type: ignore[misc,assignment]
    sys.exit(__main__.main())
