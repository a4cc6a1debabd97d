"""Runs a worker's module after its files were taken from this process: `python -m … MODULE`.

The module gives up the rest (`give_up_calls`), as soon as it needs no network. Landlock binds the
thread that asks for it and those that it starts. So it comes first, before any library is imported
that keeps threads of its own.
"""

import json
import logging
import os
import runpy
import sys

from muserd.ground import seatbelt
from muserd.ground.confinement import confine_calls, confine_files

log = logging.getLogger(__name__)

READABLE, WRITABLE = "MUSER_READABLE", "MUSER_WRITABLE"  # variables: JSON lists of paths


_SHUT_IN = "MUSER_SHUT_IN"  # set for the module that comes after


def is_shut_in() -> bool:
    """Whether this process came here by `main`, whatever the kernel made of it."""
    return _SHUT_IN in os.environ


def main() -> None:
    """Shut this process in, as its variables say, and become the module."""
    readable = [*_libraries(), *json.loads(os.environ.pop(READABLE, "[]"))]
    try:
        confine_files(readable, _writable())
    except OSError as error:
        logging.basicConfig(format="%(levelname)s %(message)s")
        log.warning("this process could not be shut in: %s", error)
    os.environ[_SHUT_IN] = "1"
    module = sys.argv[1]
    sys.argv[:] = sys.argv[1:]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def give_up_calls() -> None:
    """Take network and programs away from all threads of this process; on macOS, writing, too.

    What the system does not have, or refuses, is done without: it is logged.
    """
    try:
        if sys.platform == "darwin":
            seatbelt.confine(_writable())
        else:
            confine_calls()
    except OSError as error:
        log.warning("network and programs could not be taken away: %s", error)


def _writable() -> list[str]:
    paths: list[str] = json.loads(os.environ.get(WRITABLE, "[]"))
    return paths


def _libraries() -> list[str]:
    """Where this interpreter and its packages lie, and what the person added to that."""
    named = ("LD_LIBRARY_PATH", "CUDA_HOME", "CUDA_PATH", "CONDA_PREFIX", "VIRTUAL_ENV")
    more = [path for name in named for path in os.environ.get(name, "").split(os.pathsep)]
    own = [sys.prefix, sys.base_prefix, sys.exec_prefix, *sys.path]
    return [path for path in (*own, *more) if os.path.isabs(path) and path != "/"]


if __name__ == "__main__":
    main()
