"""Notes: front matter, title, excerpt, language, limits."""

import contextlib
from collections.abc import Callable

import pytest

from muserd.extract.excerpt import EXCERPT_CHARACTERS
from muserd.extract.language import guess_language
from muserd.extract.note import Note
from muserd.ground.errors import FileError

MTIME_MS = 1_500_000_000_000
NOON_MS = 1_591_005_600_000  # 2020-06-01 12:00 in Berlin
WALL_NOON_MS = 1_591_012_800_000  # 12:00 on a clock of which nobody says where it hung
DAY_MS = 1_590_969_600_000  # that day

Read = Callable[..., Note]

pytestmark = pytest.mark.usefixtures("in_berlin")


# front matter


def test_yaml_front_matter(read_text: Read) -> None:
    note = read_text(
        '---\ntitle: "A: b"\ndate: 2020-06-01T12:00:00\ntags: [one, "#two", one]\nlang: de-AT\n'
        "other: {deep: [1, 2]}\n---\n\n# Heading\n\nBody text."
    )
    assert note.facts.title == "A: b"
    assert (note.facts.time_ms, note.facts.time_source, note.facts.utc_offset_min) == (
        WALL_NOON_MS,
        "front-matter",
        None,
    )
    assert note.facts.tags == ("one", "two")
    assert note.facts.language == "de"
    assert note.text == "Heading\n\nBody text."


def test_toml_front_matter(read_text: Read) -> None:
    note = read_text(
        '+++\ntitle = "T"\ndate = 2020-06-01T10:00:00Z\ntags = ["a", "b"]\n+++\nBody text.'
    )
    assert (note.facts.title, note.facts.tags, note.text) == ("T", ("a", "b"), "Body text.")
    assert (note.facts.time_ms, note.facts.utc_offset_min) == (NOON_MS, 0)


@pytest.mark.parametrize(
    ("date", "time_ms", "offset"),
    [
        ("2020-06-01", DAY_MS, None),
        ("2020-06-01 12:00", WALL_NOON_MS, None),
        ("2020-06-01T12:00:00+02:00", NOON_MS, 120),
        ("'2020-06-01T10:00:00Z'", NOON_MS, 0),
        ("Mon, 01 Jun 2020 12:00:00 +0200", NOON_MS, 120),
        ("June 1, 2020", DAY_MS, None),
        ("01.06.2020", DAY_MS, None),
        ("2020/06/01", DAY_MS, None),
        ("20200601", DAY_MS, None),
        ("someday", MTIME_MS, 120),
        ("9999-12-31", MTIME_MS, 120),
        ("[2020, 6]", MTIME_MS, 120),
        ("0001-01-01", MTIME_MS, 120),
    ],
)
def test_dates_as_people_write_them(
    date: str, time_ms: int, offset: int | None, read_text: Read
) -> None:
    note = read_text(f"---\ndate: {date}\n---\nText.")
    assert (note.facts.time_ms, note.facts.utc_offset_min) == (time_ms, offset)
    assert note.facts.time_source == ("mtime" if time_ms == MTIME_MS else "front-matter")


@pytest.mark.parametrize("key", ["created", "Date", "published", "creation-date"])
def test_keys_of_dates(key: str, read_text: Read) -> None:
    assert read_text(f"---\n{key}: 2020-06-01T12:00:00\n---\nText.").facts.time_ms == WALL_NOON_MS


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ("a, b c", ("a", "b c")),
        ("a b", ("a", "b")),
        ("\n  - a\n  - 7\n  - [x]\n  - null\n", ("a", "7")),
        ("", ()),
        ("{a: 1}", ()),
    ],
)
def test_tags_as_people_write_them(tags: str, expected: tuple[str, ...], read_text: Read) -> None:
    assert read_text(f"---\ntags: {tags}\n---\nText.").facts.tags == expected


def test_broken_yaml_is_still_no_text(read_text: Read) -> None:
    """`title: one: two` is no YAML, and yet people write it."""
    note = read_text("---\ntitle: one: two\ntags: [a, b]\n\tx\n---\nBody.")
    assert (note.facts.title, note.text, note.facts.tags) == ("one: two", "Body.", ("a", "b"))


def test_rules_are_not_front_matter(read_text: Read) -> None:
    """Two horizontal rules with prose between them."""
    note = read_text("---\n\nJust prose here.\n\n---\n\nMore.")
    assert "Just prose here." in note.text
    assert "More." in note.text


def test_empty_front_matter(read_text: Read) -> None:
    assert read_text("---\n---\nBody.").text == "Body."


def test_an_alias_bomb_does_no_harm(read_text: Read) -> None:
    """A billion laughs."""
    lines = ["a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 9)]
    note = read_text("---\n" + "\n".join(lines) + "\ntags: *a8\ntitle: *a8\n---\nBody.")
    assert note.text == "Body."
    assert note.facts.tags == ()
    assert note.facts.title == "my note 1"


def test_front_matter_of_any_format(read_text: Read) -> None:
    for name in ("a.txt", "a.rst", "a.org", "a.tex", "a.html", "a.markdown"):
        note = read_text("---\ntitle: T\ndate: 2020-06-01T12:00:00\n---\nBody text.", name)
        assert (note.facts.title, note.text.strip(), note.facts.time_ms) == (
            "T",
            "Body text.",
            WALL_NOON_MS,
        )


# title, excerpt, language


def test_titles_are_one_line(read_text: Read) -> None:
    assert read_text("---\ntitle: '  a\n\n  b  '\n---\ntext").facts.title == "a b"
    assert len(read_text(f"# {'word ' * 1_000}").facts.title) <= 300
    assert read_text("text", "__x--y.md").facts.title == "x y"
    assert read_text("---\ntitle: 2020\n---\ntext").facts.title == "2020"
    assert read_text("---\ntitle: [a]\n---\ntext").facts.title == "my note 1"


def test_an_excerpt_is_clean_prose(read_text: Read) -> None:
    """No heading, no code, no front matter; whole sentences, else whole words."""
    note = read_text(
        "---\ntags: [x]\n---\n# Title\n\n```\ncode\n```\n\n"
        "One sentence.\nAnother *one*.\n\n## Sub\n\nThird."
    )
    assert note.facts.excerpt == "One sentence. Another one. Third."
    long = read_text("Sentence number one is here. " * 40).facts.excerpt
    assert len(long) <= EXCERPT_CHARACTERS
    assert long.endswith("here.")
    words = read_text("word " * 400).facts.excerpt
    assert len(words) <= EXCERPT_CHARACTERS
    assert words.endswith("word…")
    assert len(read_text("x" * 5_000).facts.excerpt) <= EXCERPT_CHARACTERS
    assert read_text("# Only a title").facts.excerpt == "Only a title"
    assert read_text("```\nonly code\n```").facts.excerpt == "only code"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The quick brown fox jumps over the lazy dog and it was not amused by that.", "en"),
        ("Der schnelle Fuchs springt über den faulen Hund und das ist nicht gut für ihn.", "de"),
        ("Le renard brun saute par-dessus le chien et ce n'est pas une bonne idée pour lui.", "fr"),
        ("El zorro salta sobre el perro y no es una buena idea para los que están con él.", "es"),
        ("Съешь ещё этих мягких французских булок, да выпей чаю.", "ru"),
        ("Їжак і ґава з'їли цей їстівний ґудзик.", "uk"),
        ("我喜欢在早上喝咖啡，然后去公园散步。", "zh"),
        ("私は朝にコーヒーを飲むのが好きです。", "ja"),
        ("나는 아침에 커피를 마시는 것을 좋아한다.", "ko"),
        ("x = 1; y = 2; z = x + y", ""),
        ("12345 67890", ""),
    ],
)
def test_languages(text: str, language: str, read_text: Read) -> None:
    assert read_text(text).facts.language == language


# limits and nothing


def test_limits(read_text: Read) -> None:
    with pytest.raises(FileError) as caught:
        read_text("x" * 101, note_max_bytes=100)
    assert caught.value.cause == "too-large"
    assert "note_max_mb" in caught.value.hint


@pytest.mark.parametrize("text", [" \n\t\n", "---\ntags: [a]\n---\n", "<!-- hidden -->", "[a]: b"])
def test_a_note_without_words(text: str, read_text: Read) -> None:
    with pytest.raises(FileError) as caught:
        read_text(text)
    assert caught.value.cause == "empty"


def test_a_note_that_is_only_a_title(read_text: Read) -> None:
    note = read_text("---\ntitle: Just this\n---\n")
    assert (note.facts.title, note.text) == ("Just this", "Just this")


def test_a_book_is_cut(read_text: Read) -> None:
    note = read_text("Some words in a row.\n\n" * 100_000, "a.txt")
    assert note.facts.length <= 1_000_000


def test_invisible_characters_vanish(read_text: Read) -> None:
    note = read_text("a\u200bb\x07c \ufeffd", "a.txt")
    assert note.text == "abc d"


@pytest.mark.parametrize("suffix", ["md", "rst", "org", "tex", "html", "txt"])
@pytest.mark.parametrize(
    "text",
    [
        "[" * 5_000,
        "*a_" * 3_000,
        "`" * 5_000,
        "> " * 3_000 + "x",
        "- " * 3_000 + "x",
        "<div>" * 5_000,
        "<" * 20_000,
        "{" * 10_000,
        "\\begin{a}" * 2_000,
        "![[" * 5_000,
        "|" * 10_000,
        "x" * 200_000,
        "_" * 20_000 + "x",
        ":a:`" * 3_000,
        "|a\n|-\n" * 1_000,
        "&#0;&#xD800;&#99999999;x",
        "***" * 5_000,
    ],
    ids=range(17),
)
def test_machine_made_text_takes_no_time(text: str, suffix: str, read_text: Read) -> None:
    """What makes naive parsers quadratic; the suite's time limit is the assertion."""
    with contextlib.suppress(FileError):
        read_text(text, f"a.{suffix}")


def test_a_diary_in_english_is_not_czech() -> None:
    """`I` and `a` are words of English, too, and stand in every line of a diary."""
    text = "Today I went out. I saw a boat. I came home late and I slept. " * 3
    assert guess_language(text) == "en"
