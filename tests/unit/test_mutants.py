"""The mutation tool: what it changes, what it leaves alone, which tests it runs."""

import ast
from pathlib import Path

import pytest

from tests.forked import ROOT
from tests.mutants import mutants_of
from tests.reach import candidates, mirror_of, statement_at

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


MODULE = """LIMIT = 2


def f(x):
    if (
        x < LIMIT
    ):
        return 1
    return [
        x
        + 1
    ]
"""


def test_a_change_is_reached_by_what_runs_its_statement() -> None:
    """Of a compound one its head; nothing of a module's own: all its tests have run that."""
    assert statement_at(MODULE, 1) is None
    assert statement_at(MODULE, 4) is None
    assert statement_at(MODULE, 6) == range(5, 8)
    assert statement_at(MODULE, 8) == range(8, 9)
    assert statement_at(MODULE, 11) == range(9, 13)


def test_only_tests_that_reach_a_change_run_the_quick_ones_first(tmp_path: Path) -> None:
    """Of files that are new since, all; where no test is seen to reach it, all as well."""
    unit = tmp_path / "tests" / "unit" / "layout"
    unit.mkdir(parents=True)
    module = "muserd/layout/m.py"
    (tmp_path / "muserd" / "layout").mkdir(parents=True)
    (tmp_path / module).write_text(MODULE)
    for letter in "ab":
        (unit / f"test_{letter}.py").write_text("from muserd.layout.m import f\n")
    slow, quick, other = (f"tests/unit/layout/test_a.py::{name}" for name in ("s", "q", "o"))
    reach = {
        slow: {"seconds": 2.0, "lines": {module: [5, 6, 8]}},
        quick: {"seconds": 0.1, "lines": {module: [5, 6, 9]}},
        other: {"seconds": 0.1, "lines": {"muserd/layout/n.py": [5]}},
    }
    new = "tests/unit/layout/test_b.py"
    chosen = [candidates(reach, tmp_path, module, line, near=True) for line in (6, 8, 1)]
    assert chosen == [[quick, slow, new], [slow, new], [quick, slow, new]]
    del reach[slow]
    assert candidates(reach, tmp_path, module, 8, near=True) == [quick, other, new]
