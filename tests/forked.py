"""Runs pytest on a copy of the checkout, in processes that are forked with all libraries loaded.

A run takes a fraction of a second, where a new interpreter would take some.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from importlib import import_module
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).resolve().parents[1]
LIBRARIES = (  # that take long to load: every run of the tests is forked from a process with them
    *("lmdb", "msgspec", "numpy", "PIL.Image", "regex", "yaml"),
    *("scipy.optimize", "scipy.sparse.csgraph", "scipy.spatial.distance", "scipy.ndimage"),
)


def load() -> None:
    """Import what the tests need besides the package itself."""
    for name in LIBRARIES:
        with contextlib.suppress(ImportError):
            import_module(name)


def copy_checkout(target: Path) -> None:
    """The files of the checkout that git does not ignore, and the page that was built."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    names = [os.fsdecode(name) for name in listed.stdout.split(b"\0") if name]
    page = ROOT / "muserd" / "_page"
    names += [str(path.relative_to(ROOT)) for path in page.rglob("*") if path.is_file()]
    for name in names:
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target / name)


def passes(
    copy: Path, tests: list[str], limit_s: float, reach: Path | None = None
) -> tuple[bool | None, str]:
    """Whether the tests pass on the copy, None when they took too long; and the end of the log.

    With `reach` all of them run, and which lines each runs is written to that file.
    """
    options = ["-x"] if reach is None else ["-p", "tests.reach"]
    with tempfile.TemporaryFile() as log:
        child = os.fork()
        if not child:
            _run_pytest(copy, [*options, *tests], log.fileno(), reach)
        try:
            passed = _waited(child, limit_s)
        except RuntimeError:
            log.seek(0)
            sys.stderr.buffer.write(log.read()[-3000:])
            raise
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child, signal.SIGKILL)  # what its tests started, too
        log.seek(0)
        return passed, log.read()[-3000:].decode(errors="replace")


def _waited(child: int, limit_s: float) -> bool | None:
    """Whether a process ended well within a time; None when it was ended for taking longer."""
    until, pause_s = time.monotonic() + limit_s, 0.005
    while time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return _verdict(os.waitstatus_to_exitcode(status))
        time.sleep(pause_s)
        pause_s = min(1.2 * pause_s, 0.1)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def _verdict(code: int) -> bool:
    """Whether pytest's tests passed, by its exit status; a mutant may end it by a signal.

    Raises:
        RuntimeError: it did not get as far as the tests.
    """
    if code in {pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR}:
        raise RuntimeError(f"pytest ended with {code}")
    return code in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}


def _run_pytest(copy: Path, arguments: list[str], log: int, reach: Path | None) -> NoReturn:
    """In a forked process, which has the libraries already and nothing of the package."""
    os.setpgid(0, 0)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.chdir(copy)
    environment = {
        "PYTHONPATH": str(copy),  # of processes that tests start: before the checkout
        "PYTHONDONTWRITEBYTECODE": "1",  # two mutants of one second and size look the same to it
        "HYPOTHESIS_STORAGE_DIRECTORY": str(copy / ".hypothesis"),
        **({"MUSER_REACH": str(reach)} if reach else {}),
    }
    os.environ.update(environment)
    sys.dont_write_bytecode = True
    sys.path[:] = [str(copy), *(one for one in sys.path if Path(one).absolute() != ROOT)]
    for name in [name for name in sys.modules if name.partition(".")[0] in {"tests", "muserd"}]:
        del sys.modules[name]
    code = 3
    try:
        code = int(pytest.main(["-q", "-p", "no:cacheprovider", "-p", "no:xdist", *arguments]))
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
