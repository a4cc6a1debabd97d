"""A hit in a file that holds several notes names the note that is meant."""

from types import SimpleNamespace
from typing import Any

import pytest

from muserd.engine.find.finder import _passage
from muserd.ground.facts import SECTION_GAP, Facts

SECTIONS = (("Soup", "2020-01-02"), ("Żurek", ""), ("Trip", "2019-05-06"))
TEXT = SECTION_GAP.join(
    ("Soup\n\nBoil water.", "Żurek\n\nZakwas,\n\nsalt.", "Trip\n\nWe had soup.")
)


def asked(terms: list[str], sections: Any = SECTIONS, kind: str = "note") -> Any:
    record: Any = SimpleNamespace(id=1, kind=kind, facts=Facts(sections=sections))
    reader: Any = SimpleNamespace(text=lambda _item: TEXT)
    return _passage(reader, record, terms)


@pytest.mark.parametrize(
    ("terms", "number", "words"),
    [(["soup"], 0, "Boil water"), (["zakwas"], 1, "Zakwas"), (["had"], 2, "We had soup.")],
)
def test_the_note_its_day_and_its_own_passage(terms: list[str], number: int, words: str) -> None:
    section, snippet = asked(terms)
    assert (section.number, (section.title, section.when)) == (number, SECTIONS[number])
    assert words in snippet.text
    for other in {"Boil water", "Zakwas", "We had soup."} - {words}:
        assert other not in snippet.text


def test_found_by_what_it_means_alone() -> None:
    assert asked(["mountain"]) == (None, None)


def test_others_have_no_sections() -> None:
    section, snippet = asked(["zakwas"], sections=())
    assert section is None
    assert "Zakwas" in snippet.text
    assert asked(["zakwas"], kind="image") == (None, None)
    assert asked([]) == (None, None)
