"""The documents and the page's types say what the structs say."""

import re
from pathlib import Path

import pytest

from muserd.engine.status import SpaceNews, StatusNews
from muserd.ground.events import ItemsNews, LiveItem, RefitNews
from tests.schemas_of_bodies import Struct, fields, page

ROOT = Path(__file__).resolve().parents[2]
TYPES = ROOT / "viewer" / "src" / "types.d.ts"


def test_the_page_of_schemas_is_made_from_the_structs() -> None:
    """`python -m tests.schemas_of_bodies > docs/schemas.md` brings it up to date."""
    assert (ROOT / "docs" / "schemas.md").read_text("utf-8") == page() + "\n"


def interface(name: str, text: str) -> dict[str, str]:
    """The members of an interface and their types; of nested objects only their name."""
    body = re.search(rf"^interface {name} {{\n(.*?)^}}", text, re.MULTILINE | re.DOTALL)
    assert body is not None, f"types.d.ts has no interface {name}"
    members = re.findall(r"^  (\w+)(\??): ([^;]*)", body[1], re.MULTILINE)
    return {key: kind + (" | undefined" if optional else "") for key, optional, kind in members}


WORDS = {"integer": "number", "number": "number", "string": "string", "boolean": "boolean"}


@pytest.mark.parametrize(
    ("name", "struct"),
    [
        ("LiveItem", LiveItem),
        ("ItemsEvent", ItemsNews),
        ("RefitEvent", RefitNews),
        ("StatusEvent", StatusNews),
    ],
)
def test_the_types_of_the_page_are_those_of_the_events(name: str, struct: Struct) -> None:
    """What the page reads is sent, by that name, of that type, and null where it may be."""
    known = fields(struct)
    for key, kind in interface(name, TYPES.read_text("utf-8")).items():
        assert key in known, f"{name}.{key} is never sent"
        base, _, null = known[key].partition(" \\| ")
        if base in WORDS:
            assert WORDS[base] in kind, f"{name}.{key} is {base}, not {kind}"
        if null == "null":
            assert "null" in kind, f"{name}.{key} may be null"
        elif base in WORDS:
            assert "null" not in kind, f"{name}.{key} is never null"


def test_every_part_of_a_status_event_is_typed() -> None:
    """The object of each space, written in place."""
    text = TYPES.read_text("utf-8")
    status = re.search(r"^interface StatusEvent {\n(.*?)^}", text, re.MULTILINE | re.DOTALL)
    assert status is not None
    inner = dict(re.findall(r"(\w+): ([^;}]+)", status[1].split("{", 1)[1]))
    assert set(inner) == set(fields(SpaceNews))
    assert "null" in inner["progress"]
