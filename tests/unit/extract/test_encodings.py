"""Bytes become text."""

import random
from collections.abc import Callable

import pytest

from muserd.extract.content import Content
from muserd.extract.encodings import decode_text
from muserd.ground.errors import FileError

MakeContent = Callable[..., Content]

GERMAN = "Über den Wolken muß die Freiheit wohl grenzenlos sein; schöne Grüße aus Köln."
FRENCH = "Où est la bibliothèque ? À côté du café, près de l'église, où il y a des élèves."
RUSSIAN = "Съешь ещё этих мягких французских булок, да выпей чаю. Это простой пример текста."


@pytest.mark.parametrize("text", [GERMAN, FRENCH, RUSSIAN, "汉字和标点。🦉", "plain"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-be-bom", "utf-32-be-bom"]
)
def test_unicode_with_and_without_a_mark(
    text: str, encoding: str, make_content: MakeContent
) -> None:
    if encoding.endswith("-bom"):
        data = ("\ufeff" + text).encode(encoding.removesuffix("-bom"))
    else:
        data = text.encode(encoding)
    assert decode_text(make_content(data)).text == text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark(encoding: str, make_content: MakeContent) -> None:
    assert decode_text(make_content(GERMAN.encode(encoding))).text == GERMAN


@pytest.mark.parametrize(
    ("text", "encoding"),
    [(GERMAN, "cp1252"), (FRENCH, "cp1252"), (RUSSIAN, "cp1251"), (RUSSIAN, "koi8_r")],
)
def test_old_encodings_are_guessed(text: str, encoding: str, make_content: MakeContent) -> None:
    assert decode_text(make_content(text.encode(encoding) * 4)).text == text * 4


def test_html_may_declare_its_own(make_content: MakeContent) -> None:
    page = '<html><head><meta charset="koi8-r"></head><body>Привет, мир</body></html>'
    assert "Привет" in decode_text(make_content(page.encode("koi8-r"))).text
    lying = b'<meta charset="no-such-thing"><p>caf\xe9 au lait, tr\xe8s bien, d\xe9j\xe0 vu</p>'
    assert "caf" in decode_text(make_content(lying)).text
    binary = b'<meta charset="hex"><p>caf\xe9</p>'
    assert "caf" in decode_text(make_content(binary)).text


def test_a_text_cut_inside_its_last_character(make_content: MakeContent) -> None:
    """A half-written file is still UTF-8, not Latin-1."""
    for missing in (1, 2, 3):
        data = "Grüße 🦉".encode()[:-missing]
        assert decode_text(make_content(data)).text == "Grüße "


def test_line_ends_are_made_the_same(make_content: MakeContent) -> None:
    assert decode_text(make_content(b"a\r\nb\rc\n")).text == "a\nb\nc\n"


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0\0\0\1\0",
        bytes(range(256)) * 16,
        b"\0" * 1_000,
        b"GIF89a\1\2\3\4\5\6\7" * 20,
        b"\x7fELF\2\1\1" + b"\0" * 60,
    ],
)
def test_what_is_no_text(data: bytes, make_content: MakeContent) -> None:
    with pytest.raises(FileError) as caught:
        decode_text(make_content(data))
    assert caught.value.cause == "not-text"
    assert caught.value.hint


@pytest.mark.parametrize(
    ("text", "encoding", "name"),
    [
        ("今天天气很好，我们去公园散步。", "hz", "hz"),
        ("公園に散歩に行って", "iso2022_jp", "iso-2022-jp"),
        ("오늘 날씨가 좋아서", "iso2022_kr", "iso2022-kr"),
    ],
)
def test_shifts_between_sets_of_characters_are_seen(
    text: str, encoding: str, name: str, make_content: MakeContent
) -> None:
    """To UTF-8 all of it is ASCII."""
    found = decode_text(make_content(f"a {text} b".encode(encoding)))
    assert (found.text, found.encoding) == (f"a {text} b", name)


def test_home_directories_are_no_shifts(make_content: MakeContent) -> None:
    for data in (b"see ~{user} and ~}", b"\x1b[1mbold\x1b[0m"):
        assert decode_text(make_content(data)).encoding == "utf-8"


def test_a_few_bytes_of_another_encoding_are_read_as_windows_1252(
    make_content: MakeContent,
) -> None:
    """In a text that is UTF-8 for the most part: four characters to each such byte."""
    data = "Grüße aus Köln, schöne Häuser über Flüssen".encode() + b" caf\xe9 au lait"
    found = decode_text(make_content(data))
    assert (found.text, found.encoding) == (
        "Grüße aus Köln, schöne Häuser über Flüssen café au lait",
        "utf-8",
    )
    many = "Grüße".encode() + b" caf\xe9 au lait"
    assert decode_text(make_content(many)).encoding != "utf-8"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("lines", [1, 3, 40])
@pytest.mark.parametrize(
    "line",
    [
        "今日は天気が良かったので公園に行きました。とても楽しかったです。",
        "今天天气很好，我们去公园散步了，看到了很多鸟。",
        "오늘은날씨가좋아서공원에갔습니다",
    ],
)
def test_wide_texts_of_the_east_without_a_mark(
    line: str, lines: int, encoding: str, make_content: MakeContent
) -> None:
    """Nothing but the ends of their lines has a zero."""
    text = f"{line}\n" * lines
    found = decode_text(make_content(text.encode(encoding)))
    assert (found.text, found.encoding) == (text, encoding)


def test_bytes_at_random_are_no_wide_text(make_content: MakeContent) -> None:
    chance = random.Random(1)
    for size in (64, 500, 5_000):
        data = bytes(chance.randrange(256) for _ in range(size)) + b"\0"
        with pytest.raises(FileError):
            decode_text(make_content(data))
