"""The mutation tool: what it changes, what it leaves alone, which tests it runs."""

import ast
from pathlib import Path

import pytest

from tests.mutants import ROOT, mirror_of, mutants_of

SOURCE = '''
from typing import Any
Message = int | str
SHARE = 2 * 3


def f(x: int | None, y: int) -> int | None:
    """A text - with < and >."""
    if x is not None and not x < y:
        y -= 1  # é before the next operator
    return x if "é" == f"{y + 1}" else (x) ** (y)
'''


def test_every_operator_is_changed_once_in_each_way() -> None:
    """Annotations, types by another name, texts and formatted strings stay."""
    changes = [(mutant.line, mutant.change) for mutant in mutants_of("m.py", SOURCE)]
    assert changes == [
        (4, "* → +"),
        (4, "* → /"),
        (9, "< → <="),
        (9, "< → >="),
        (9, "and → or"),
        (9, "is not → is"),
        (9, "not → nothing"),
        (10, "- → +"),
        (11, "** → *"),
        (11, "== → !="),
    ]


def test_a_mutant_differs_by_its_operator_alone() -> None:
    """Bytes and characters are not mixed up behind an accent."""
    for mutant in mutants_of("m.py", SOURCE):
        old, new = SOURCE.splitlines(), mutant.source.splitlines()
        assert [n for n, pair in enumerate(zip(old, new, strict=True), 1) if len({*pair}) > 1] == [
            mutant.line
        ]
    last = mutants_of("m.py", SOURCE)[-2].source
    assert last.splitlines()[-1].endswith("else (x) * (y)")


def test_every_mutant_of_the_package_can_be_compiled() -> None:
    """Else it would count as killed."""
    for path in sorted((ROOT / "muserd" / "layout").glob("*.py")):
        for mutant in mutants_of(path.name, path.read_text()):
            ast.parse(mutant.source)


def test_tests_that_import_the_module_run(tmp_path: Path) -> None:
    """By either way to import, then the others of the package's folder; else it says so."""
    unit = tmp_path / "tests" / "unit" / "layout"
    unit.mkdir(parents=True)
    (unit / "test_a.py").write_text("from muserd.layout.place import place\n")
    (unit / "test_b.py").write_text("from muserd.layout import (\n    knn,\n    place,\n)\n")
    (unit / "test_c.py").write_text("from muserd.layout import placement\n")
    names = [f"tests/unit/layout/test_{letter}.py" for letter in "abc"]
    assert mirror_of("muserd/layout/place.py", tmp_path) == [names[:2], names[2:]]
    assert mirror_of("muserd/layout/graph.py", tmp_path) == [names]
    with pytest.raises(FileNotFoundError, match=r"store/codec\.py"):
        mirror_of("muserd/store/codec.py", tmp_path)
