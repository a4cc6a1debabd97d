"""Names are shown as they are, harmful characters escaped; programs get every byte back."""

import os

import pytest

from muserd.ground.names import exact, harmless, path_of
from muserd.ground.paths import display


@pytest.mark.parametrize(
    "name",
    [
        "Screenshot 2024-01-16 at 9.15.29\u202fPM.png",  # as macOS names them
        "no\u00a0break\u2009thin\u3000wide.md",
        "👨\u200d👩\u200d👧.jpg",
        "کتاب\u200cخانه.md",
        "שלום\u200e.txt",
        "soft\u00adhyphen \ue000private \U000f0000.txt",
        "back\\slash 'quote' \"double\".md",
        "e\u0301.md",
    ],
)
def test_names_are_shown_as_they_are(name: str) -> None:
    assert display(name.encode()) == harmless(name) == exact(name.encode()) == name


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"a\nb", "a\\nb"),
        (b"\x1b[31mred", "\\x1b[31mred"),
        (b"\xc2\x9b31m", "\\x9b31m"),
        ("gpj\u202egnp.exe".encode(), "gpj\\u202egnp.exe"),
        ("\u2066isolated\u2069".encode(), "\\u2066isolated\\u2069"),
        ("two\u2028lines".encode(), "two\\u2028lines"),
        (b"caf\xe9", "caf\\xe9"),
        (b"\xed\xa0\x80", "\\xed\\xa0\\x80"),
    ],
)
def test_what_does_harm_is_escaped(raw: bytes, shown: str) -> None:
    assert display(raw) == shown
    assert path_of(exact(b"/" + raw)) == b"/" + raw


@pytest.mark.parametrize("raw", [b"/a/caf\xe9 %41.md", b"/\xff\xfe", b"/a#b?c\xe9", b"/a\nb\\c"])
def test_every_path_has_a_form_for_programs(raw: bytes) -> None:
    text = exact(raw)
    text.encode("utf-8")  # JSON has no lone surrogates
    assert path_of(text) == raw
    assert path_of(os.fsdecode(raw)) == raw


def test_file_uris_of_others_are_taken_back() -> None:
    assert path_of("file:///a%20b") == path_of("file://localhost/a%20b") == b"/a b"
    with pytest.raises(UnicodeEncodeError):
        path_of("/\ud800")
