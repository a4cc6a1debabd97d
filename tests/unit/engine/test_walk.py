"""docs/architecture.md names functions: they must be there."""

import ast
import re
from pathlib import Path

import pytest

import muserd

PACKAGE = Path(muserd.__file__).parent
DOCUMENT = PACKAGE.parent / "docs" / "architecture.md"
NAMED = re.compile(r"`([\w/]+\.py)::([\w.]+)`")


def named() -> list[tuple[str, str]]:
    """(module, dotted name), each once."""
    return sorted(set(NAMED.findall(DOCUMENT.read_text("utf-8"))))


def names_in(module: Path) -> set[str]:
    """What a module defines: functions, classes, and methods with their class before them."""
    found = set()
    for node in ast.parse(module.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            methods = (one for one in node.body if isinstance(one, ast.FunctionDef))
            found |= {f"{node.name}.{method.name}" for method in methods}
    return found


def test_the_walk_is_about_twenty_hops() -> None:
    """A file's life stays short enough to be read."""
    rows = re.findall(r"^\| (\d+) \|", DOCUMENT.read_text("utf-8"), re.MULTILINE)
    assert 15 <= len(rows) <= 22
    assert len(named()) > 20


@pytest.mark.parametrize(("module", "name"), named())
def test_a_named_function_exists(module: str, name: str) -> None:
    assert name in names_in(PACKAGE / module), f"{module} has no {name}"
