"""docs/faults.md and docs/layout.md name tests; they must be there."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
DOCUMENTS = [TESTS.parent / "docs" / name for name in ("faults.md", "layout.md")]
NAMED = re.compile(r"`(test_\w+\.py)(?:::(test_\w+))?`")


def named_tests() -> list[tuple[str, str]]:
    """(file, test); the test is empty where a whole file is named."""
    return [found for path in DOCUMENTS for found in NAMED.findall(path.read_text("utf-8"))]


def test_there_are_some() -> None:
    assert len(named_tests()) > 70


@pytest.mark.parametrize(("file", "test"), sorted(set(named_tests())))
def test_a_named_test_exists(file: str, test: str) -> None:
    paths = list(TESTS.rglob(file))
    assert paths, f"{file} is not there"
    assert not test or any(f"def {test}(" in path.read_text("utf-8") for path in paths)
