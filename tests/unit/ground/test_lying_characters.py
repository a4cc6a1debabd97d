"""Characters that lie are taken out at one border; what scripts need stays."""

import logging
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muserd.ground.facts import Facts, from_plain
from muserd.ground.logs import JsonFormatter, KeyValueFormatter
from muserd.ground.texts import many_lines, one_line

BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
LIES = BIDI + "\x00\x1b\x07\x7f\x80\x9b\x9d\ufeff\u200b\u2060\u00ad\ue000\U000f0001\udc80"


@pytest.mark.parametrize("lie", LIES)
def test_what_steers_is_taken_out_of_every_field(lie: str) -> None:
    """Title, excerpt, tags, links: whatever text a record has, now or later."""
    odd = f"a{lie}b"
    texts = {"title": odd, "excerpt": odd, "notice": odd, "language": odd, "encoding": odd}
    lists = {"tags": [odd], "aliases": [odd], "links": [["link", odd]]}
    facts = from_plain(texts | lists)
    said = [getattr(facts, name) for name in texts]
    said += [*facts.tags, *facts.aliases, facts.links[0][1]]
    assert all(lie not in one and one.startswith("a") and one.endswith("b") for one in said)


def test_what_scripts_need_stays() -> None:
    """Joined emoji, Persian, Indic joiners, flags by tags, accents, Chinese."""
    good = [
        "👩‍👩‍👧",
        "می‌خواهم",
        "क्‍ष",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    ]
    for text in (*good, "Ü", "漢字", "עברית", "العربية", "a b"):
        assert one_line(text, 100) == text
    assert one_line("u\u0308", 100) == "ü"  # one way to write it
    assert many_lines("a\r\nb\x0bc\u2028d\te") == "a\nb\nc\nd\te"
    assert one_line(" a\n\tb\x85c  d ", 100) == "a b c d"
    assert one_line("abcdef gh", 7) == "abcdef"


@given(st.text(st.characters(codec=None), max_size=60))
def test_whatever_comes_in_is_shown_as_it_is(text: str) -> None:
    """No character of category C but joiners, tags of flags and what is not assigned yet."""
    facts = from_plain({"title": text, "tags": [text]})
    assert isinstance(facts, Facts)
    for said in (facts.title, *facts.tags, many_lines(text.encode("utf-8", "replace").decode())):
        for character in said:
            category = unicodedata.category(character)
            tag = 0xE0020 <= ord(character) < 0xE0080
            fine = category[0] != "C" or category == "Cn" or character in "\u200c\u200d\n\t" or tag
            assert fine, ascii(character)
        assert unicodedata.is_normalized("NFC", said)


@pytest.mark.parametrize("formatter", [KeyValueFormatter(), JsonFormatter()])
def test_a_message_of_a_library_cannot_steer_the_terminal(formatter: logging.Formatter) -> None:
    """Names of files stand in them: escapes, C1 and overrides are written out."""
    record = logging.LogRecord("a", 20, "", 0, "bad %s", (f"x{BIDI}\x1b[2J\x9b\ny",), None)
    line = formatter.format(record)
    assert not set(line) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\x1b\x9b\n")
    assert "\\u202e" in line
