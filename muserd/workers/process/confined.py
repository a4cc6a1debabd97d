"""Runs a worker's module after this process was shut in: `python -m … MODULE`.

Landlock binds the thread that asks for it and those that it starts. So it comes first, before any
library is imported that keeps threads of its own.
"""

import json
import logging
import os
import runpy
import sys

from muserd.ground.confinement import confine_files

READABLE, WRITABLE = "MUSER_READABLE", "MUSER_WRITABLE"  # variables: JSON lists of paths


def main() -> None:
    """Shut this process in, as its variables say, and become the module."""
    readable = [*_libraries(), *json.loads(os.environ.pop(READABLE, "[]"))]
    writable = json.loads(os.environ.pop(WRITABLE, "[]"))
    try:
        confine_files(readable, writable)
    except OSError as error:
        logging.basicConfig(format="%(levelname)s %(message)s")
        logging.getLogger(__name__).warning("this process could not be shut in: %s", error)
    module = sys.argv[1]
    sys.argv[:] = sys.argv[1:]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _libraries() -> list[str]:
    """Where this interpreter and its packages lie, and what the person added to that."""
    named = ("LD_LIBRARY_PATH", "CUDA_HOME", "CUDA_PATH", "CONDA_PREFIX", "VIRTUAL_ENV")
    more = [path for name in named for path in os.environ.get(name, "").split(os.pathsep)]
    own = [sys.prefix, sys.base_prefix, sys.exec_prefix, *sys.path]
    return [path for path in (*own, *more) if os.path.isabs(path) and path != "/"]


if __name__ == "__main__":
    main()
