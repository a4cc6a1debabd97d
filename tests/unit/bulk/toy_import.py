"""`python -m tests.unit.bulk.toy_import`: `muserd.bulk` with the toy encoder, here and on nodes."""

import sys

from muserd.bulk import __main__ as bulk
from tests.unit.bulk import toy_nodes

if __name__ == "__main__":
    toy_nodes.take_toys()
    bulk.configuration.load = lambda _: toy_nodes.TOY  # type: ignore[assignment]
    sys.exit(bulk.main())
