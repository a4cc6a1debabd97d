"""muserd with encode workers that are not shut in, to compare with: see `bench.live --sandbox`."""

import os
import sys
from dataclasses import replace

from muserd.__main__ import main
from muserd.workers.encode.host import EncodeSettings


def unconfined() -> None:
    """Give the encode workers of this process back the rights of the account."""
    from muserd.engine import assembly

    made = assembly.encode_settings

    def without_roots(*given: object) -> EncodeSettings:
        return replace(made(*given), roots=None)  # type: ignore[arg-type]

    assembly.encode_settings = without_roots  # type: ignore[assignment]


if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    unconfined()
    sys.exit(main())
