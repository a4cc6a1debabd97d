"""muserd with workers that are not shut in, to compare with: `python -m bench._unconfined run`."""

import os
import sys

from muserd.__main__ import main


def unconfined() -> None:
    """Give the workers of this process back the rights of the account."""
    from muserd.engine import assembly

    settings = assembly.EncodeSettings

    def without_roots(**given: object) -> object:
        return settings(**{**given, "roots": None})  # type: ignore[arg-type]

    assembly.EncodeSettings = without_roots  # type: ignore[misc,assignment]


if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    unconfined()
    sys.exit(main())
