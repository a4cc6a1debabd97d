"""Which tests run which lines: a plugin of pytest for tests/mutants.py.

    MUSER_REACH=/tmp/reach.json python -m pytest -p tests.reach tests/unit/layout

Lines that run in another process, or compiled by numba, are not seen. Tests that fail, under a
tracer that makes Python slow, are left out: those of time limits, above all.
"""

import ast
import json
import os
import re
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

PACKAGE = str(Path(__file__).resolve().parents[1] / "muserd") + os.sep

Reach = dict[str, dict[str, Any]]  # test → {"seconds": float, "lines": {module: [line, …]}}


class Tracer:
    """Notes the lines of the package that run while a test does, its fixtures included."""

    def __init__(self) -> None:
        self.seen: set[tuple[str, int]] = set()

    def __call__(self, frame: FrameType, event: str, argument: object) -> Any:
        """For `sys.settrace`."""
        name = frame.f_code.co_filename
        if not name.startswith(PACKAGE):
            return None
        self.seen.add((name, frame.f_lineno))
        return self._line

    def _line(self, frame: FrameType, event: str, argument: object) -> Any:
        self.seen.add((frame.f_code.co_filename, frame.f_lineno))
        return self._line


TRACER = Tracer()
FOUND: Reach = {}
FAILED: set[str] = set()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Trace one test."""
    TRACER.seen = set()
    began = time.monotonic()
    threading.settrace(TRACER)
    sys.settrace(TRACER)
    try:
        return (yield)
    finally:
        sys.settrace(None)
        threading.settrace(None)  # type: ignore[arg-type]
        lines: dict[str, list[int]] = {}
        for name, line in sorted(TRACER.seen):
            lines.setdefault(str(Path(name).relative_to(Path(PACKAGE).parent)), []).append(line)
        seconds = round(time.monotonic() - began, 3)
        FOUND[item.nodeid] = {"seconds": seconds, "lines": lines}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember what failed or was skipped."""
    if not report.passed:
        FAILED.add(report.nodeid)


def pytest_sessionfinish() -> None:
    """Write the file that the environment names."""
    kept = {test: found for test, found in FOUND.items() if test not in FAILED}
    Path(os.environ["MUSER_REACH"]).write_text(json.dumps(kept))


def statement_at(source: str, line: int) -> range | None:
    """The lines of the innermost statement at a line, without its body.

    None if it runs when the module is imported: then every test of the module reaches it.
    """
    found: range | None = None
    waiting: list[tuple[ast.AST, bool]] = [(ast.parse(source), False)]
    while waiting:
        node, in_function = waiting.pop()
        inside = in_function or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.stmt) and child.lineno <= line <= (child.end_lineno or 0):
                body = getattr(child, "body", None)
                last = body[0].lineno - 1 if body else child.end_lineno or child.lineno
                if line <= max(last, child.lineno):
                    found = range(child.lineno, max(last, child.lineno) + 1) if inside else None
                waiting.append((child, inside))
            elif not isinstance(child, ast.expr):
                waiting.append((child, inside))
    return found


def reaching(reach: Reach, module: str, lines: range | None) -> list[str]:
    """The tests that run any of the lines of a module, or any line of it; the quick ones first."""
    found = [
        test
        for test, one in reach.items()
        if (ran := one["lines"].get(module)) and (lines is None or not set(lines).isdisjoint(ran))
    ]
    return sorted(found, key=lambda test: float(reach[test]["seconds"]))


def mirror_of(module: str, root: Path) -> list[list[str]]:
    """The unit tests that import a module by name, and the rest of those that mirror its package.

    Raises:
        FileNotFoundError: there are none.
    """
    parts = Path(module).with_suffix("").parts
    package, name = ".".join(parts[:-1]), parts[-1]
    names = re.compile(
        rf"{re.escape(package)}\.{name}\b"
        rf"|from {re.escape(package)} import (?:\([^)]*|[^\n(]*)\b{name}\b"
    )
    unit = root / "tests" / "unit"
    every = [*sorted(unit.rglob("test_*.py")), *sorted(root.glob("tests/schemas/test_*.py"))]
    named = [
        path for path in every if path.name != "test_mutants.py" and names.search(path.read_text())
    ]
    folder = unit.joinpath(*parts[1:-1])
    mirror = sorted(folder.rglob("test_*.py")) if folder != unit and folder.is_dir() else []
    stages = [named, [path for path in mirror if path not in named]]
    if not any(stages):
        raise FileNotFoundError(f"no file in tests/unit imports {module} or mirrors its folder")
    return [[str(path.relative_to(root)) for path in stage] for stage in stages if stage]


def candidates(reach: Reach, root: Path, module: str, line: int, *, near: bool) -> list[str]:
    """The tests that could notice a change of a line of a module.

    Args:
        reach: which lines the tests run, see `Reach`.
        root: of the checkout.
        module: its path, relative to the root.
        line: of the change.
        near: only those that import the module.
    """
    stages = mirror_of(module, root)[: 1 if near else None]
    files = tuple(test for stage in stages for test in stage)
    lines = statement_at((root / module).read_text(), line)
    among = {test: found for test, found in reach.items() if test.partition("::")[0] in files}
    known = {test.partition("::")[0] for test in reach}
    since = [file for file in files if file not in known]  # written after that was found out
    some = reaching(among, module, lines)
    return [*some, *since] if some or lines is None else [*among, *since]  # compiled: not seen
