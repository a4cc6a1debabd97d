"""The shape of the source: no module, function or constructor that nobody can take in."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "muserd").rglob("*.py"))
TREES = {path: ast.parse(path.read_text("utf-8")) for path in SOURCES}

Function = ast.FunctionDef | ast.AsyncFunctionDef

# What is said there is foreign, or a library's: no struct could name its keys.
UNTYPED = {
    "engine/note_source.py": "a note's front matter",
    "control/requests.py": "a body as JSON, before it is built into its struct",
    "control/app.py": "starlette's exception handlers",
    "web/app.py": "starlette's exception handlers",
}
DICTIONARIES = {
    f"{kind}[{key}, {value}]"
    for kind in ("dict", "Mapping", "MutableMapping")
    for key in ("str", "Any")
    for value in ("Any", "object")
}


def functions() -> Iterator[tuple[Path, Function]]:
    for path, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, Function):
                yield path, node


def lines(node: Function) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def ninetieth(numbers: list[int]) -> int:
    return sorted(numbers)[int(len(numbers) * 0.9)]


def test_modules_are_short() -> None:
    """Nine of ten have at most 250 lines, none more than 400."""
    lengths = {str(path): len(path.read_text("utf-8").splitlines()) for path in SOURCES}
    assert {path: length for path, length in lengths.items() if length > 400} == {}
    assert ninetieth(list(lengths.values())) <= 250


def test_functions_are_short() -> None:
    """Nine of ten have at most 25 lines with their docstrings, none more than 50."""
    found = [(lines(node), f"{path}:{node.lineno} {node.name}") for path, node in functions()]
    assert [one for one in found if one[0] > 50] == []
    assert ninetieth([length for length, _ in found]) <= 25


def test_constructors_take_at_most_eight_arguments() -> None:
    """In the engine: what needs more is more than one thing. Records are no constructors."""
    many = [
        f"{path}:{node.lineno}"
        for path, node in functions()
        if node.name == "__init__" and path.is_relative_to(ROOT / "muserd/engine")
        if len(node.args.posonlyargs + node.args.args + node.args.kwonlyargs) - 1 > 8
    ]
    assert many == []


@pytest.mark.parametrize("area", ["engine", "publish", "control", "web", "workers/layout"])
def test_what_goes_from_the_engine_to_the_doors_is_typed(area: str) -> None:
    """No dictionary of anything: structs and dataclasses, encoded at one place."""
    found = {
        str(path.relative_to(ROOT / "muserd"))
        for path, tree in TREES.items()
        if path.is_relative_to(ROOT / "muserd" / area)
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript) and ast.unparse(node) in DICTIONARIES
    }
    assert found == {path for path in UNTYPED if path.startswith(f"{area}/")}
