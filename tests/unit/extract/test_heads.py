"""Heads of notes in all notations; what only looks like one is text; a bad line costs itself."""

from collections.abc import Callable

import pytest

from muserd.extract.heads import split_head
from muserd.extract.note import Note

pytestmark = pytest.mark.usefixtures("in_berlin")

Read = Callable[..., Note]


@pytest.mark.parametrize(
    "text",
    [
        (
            '---\n\nDear diary, we went up the mountain.\nLunch: pizza. It was "good": really.\n\n'
            "---\n\nNext day it rained."
        ),
        "---\nDear diary: today it rained, and we stayed.\n---\nNext day.",
        "---\nThe cast: Anna: Bob\nMore prose here, without a colon.\n---\nAct one.",
        "---\n- milk\n- bread\n---\nBuy it.",
        "---\nJust a line between rulers\n---\nAnd text.",
        "---\ntitle: never closed\n\nText goes on.",
        "Lunch: pizza\nDinner: soup\n\nText.",
        "Note: this is prose.\n\nText.",
        "Title: is a strange word\nto begin a paragraph with.\n\nText.",
        "% no title block of pandoc's\n\nText.",
        "http://example.org: a place\n\nText.",
    ],
)
def test_what_only_looks_like_a_head_is_text(text: str, read_text: Read) -> None:
    note = read_text(text)
    for word in text.replace("-", " ").replace("%", "").replace("*", "").split():
        assert word in note.text


@pytest.mark.parametrize(
    ("text", "title", "day", "tags"),
    [
        # YAML that is none
        ("---\ntitle: Assignment 1: Some Title\ntags:\n  - maths\n  - school\n---\n", 1, "", 2),
        ("---\ntitle: T\nbroken line\ndate: 2024-03-05\ntags: [a, b]\n---\n", "T", 5, 2),
        ('---\ntitle: "unclosed\ndate: 2024-03-05\ntags: [a, b\n---\n', "unclosed", 5, 2),
        ("---\ntitle: @home\ntags:\n\t- a\n\t- b\n---\n", "@home", "", 2),
        ("---\ntitle: {{title}}\ntags: #a #b\n---\n", "{{title}}", "", 2),
        ("---\ntitle: [draft] My title\ndate: [[2024-03-05]]\n---\n", "[draft] My title", 5, 0),
        # strings stay strings
        ("---\ntitle: 1.10\ntags: [007, no]\n---\n", "1.10", "", 2),
        ("---\ntitle: 2024-03-05\ndate: 2024-03-05\n---\n", "2024-03-05", 5, 0),
        ("---\ntitle: no\n---\n", "no", "", 0),
        ("---\ntitle: 12:30:45\n---\n", "12:30:45", "", 0),
        # keys
        ("---\ntitle: T\ndate created: 2024-03-05\n---\n", "T", 5, 0),
        ("---\ntitle: T\ncreatedAt: 1709632800000\n---\n", "T", 5, 0),
        ("---\ntitle: T\nmodified: 2024-03-05 10:00 AM\n---\n", "T", 5, 0),
        ("---\ntitle: T\nmodified: 2025-01-01\ncreated: 2024-03-05\n---\n", "T", 5, 0),
        ("---\ntitle: T\n...\n", "T", "", 0),
        # Zola, Hugo, gray-matter, Eleventy
        (
            '+++\ntitle = "T"\ndate = 2024-03-05\n[taxonomies]\ntags = ["a", "b"]\n+++\n',
            *("T", 5, 2),
        ),
        ("+++\ntitle = 'T\ndate = 2024-03-05\ntags = ['a', 'b']\n+++\n", "T", 5, 2),
        ('{ "title": "T", "date": "2024-03-05", "tags": ["a", "b"] }\n\n', "T", 5, 2),
        ('---json\n{"title": "T", "date": "2024-03-05", "tags": ["a", "b"]}\n---\n', "T", 5, 2),
        (';;;\n"title": "T", "date": "2024-03-05", "tags": ["a", "b"]\n;;;\n', "T", 5, 2),
        # Pelican, MultiMarkdown, Hexo, glued
        ("title: T\nDate: 2024-03-05\nTags: a, b\n\n", "T", 5, 2),
        ("Title:   T\nDate:    March 5, 2024\nKeywords: a,\n    b\n\n", "T", 5, 2),
        ("title: T\ndate: 2024-03-05 10:00:00\ntags:\n- a\n- b\n---\n", "T", 5, 2),
        ("title:Glued\ndate:2024-03-05\n\n", "Glued", 5, 0),
        ("Subject: T\nDate: Tue, 5 Mar 2024 10:00:00 +0100\n\n", "T", 5, 0),
        # pandoc, Logseq
        ("% T\n% Me; You\n% 5 March 2024\n\n", "T", 5, 0),
        ("title:: T\ndate:: [[2024-03-05]]\ntags:: a, b\n\n", "T", 5, 2),
        ("- title:: T\n- tags:: [[a]], [[b]]\n\n", "T", "", 2),
        # Notion, Joplin
        ("# T\n\nCreated: March 5, 2024 10:00 AM\nTags: a, b\n\n", "T", 5, 2),
    ],
)
def test_heads(text: str, title: object, day: object, tags: int, read_text: Read) -> None:
    """Title, day and tags are found, and nothing of the head is left in the text."""
    note = read_text(f"{text}The body of the note.", "x.md")
    assert note.facts.title == ("Assignment 1: Some Title" if title == 1 else title)
    assert note.facts.when[:10] == ("2024-03-05" if day == 5 else "2017-07-14")
    assert len(note.facts.tags) == tags
    assert note.facts.excerpt == "The body of the note."


def test_the_trailer_of_joplin(read_text: Read) -> None:
    ids = "0123456789abcdef" * 2
    note = read_text(
        f"My title\n\nThe body.\n\nid: {ids}\nparent_id: {ids}\n"
        "created_time: 2024-03-05T10:00:00.000Z\nupdated_time: 2024-03-06T10:00:00.000Z\n"
        "is_conflict: 0\nauthor: \nsource_url: \nmarkup_language: 1\ntype_: 1"
    )
    assert note.facts.when == "2024-03-05 10:00:00+00:00"
    assert (note.facts.title, note.facts.excerpt) == ("My title", "The body.")
    assert "parent_id" not in note.text


def test_names_tell_days_and_titles(read_text: Read) -> None:
    for name, title, when in (
        ("2024-03-05.md", "2024-03-05", "2024-03-05"),
        ("2024_03_05.md", "2024-03-05", "2024-03-05"),
        ("2024-03-05-my-post.md", "2024-03-05 my post", "2024-03-05"),
        ("2024-03.md", "2024-03", "2024-03"),
        ("My page 0123456789abcdef0123456789abcdef.md", "My page", "2017-07-14 04:40:00+02:00"),
    ):
        facts = read_text("Text.", name).facts
        assert (facts.title, facts.when) == (title, when)
    facts = read_text("---\ndate: 2020-01-02\n---\nText.", "2024-03-05.md").facts
    assert (facts.when, facts.time_source) == ("2020-01-02", "front-matter")
    facts = read_text("---\nmodified: 2025-01-02\n---\nText.", "2024-03-05.md").facts
    assert (facts.when, facts.time_source) == ("2024-03-05", "name")


def test_a_note_of_the_future_has_the_time_of_its_file(read_text: Read) -> None:
    facts = read_text("---\ndate: 2199-01-01\n---\nText.").facts
    assert (facts.time_source, facts.when[:4]) == ("mtime", "2017")
    facts = read_text("---\ndate: 1970-01-01\n---\nText.").facts
    assert (facts.time_doubtful, facts.when) == (True, "1970-01-01")


@pytest.mark.parametrize(
    ("below", "is_head"),
    [
        ("Created: 5 March 2024\n\nText", True),
        ("Tags: a, b\n\nText", True),
        ("Updated: 5 March 2024\nX: y\n\nText", True),
        ("Created: by hand\n\nText", False),  # neither a date nor a tag
        ("Title: x\n\nText", False),
        ("Created: 5 March 2024\nText", False),  # nothing parts it from the text
        ("Created: 5 March 2024", True),
    ],
)
def test_properties_below_the_first_heading(below: str, is_head: bool) -> None:
    """Notion's: some date or tag among them, and an empty line below."""
    note = f"# Heading\n\n{below}"
    head, body = split_head(note)
    assert bool(head.values) == is_head
    assert body.startswith("# Heading")
    assert (below.partition("\n")[0] in body) == (not is_head)


@pytest.mark.parametrize(
    ("text", "values", "body"),
    [
        ("Title: A\nDate: 2024-03-05\n\nText", ["Title", "Date"], "Text"),
        ("Title: A\n---\nText", ["Title"], "Text"),
        ("Title: A\nText", [], "Title: A\nText"),
        ("Author: A\n\nText", [], "Author: A\n\nText"),
        ("Tags:\n- a\n- b\n\nText", ["Tags"], "Text"),
        ("Title: A\n  long one\n\nText", ["Title"], "Text"),
        ("---\nTitle: A\nDate: 2024-03-05\n\nText", ["Title", "Date"], "Text"),
        ("---\nTitle: A\n\nText", [], "---\nTitle: A\n\nText"),
        ("% T\n% A; B\n% 2024-03-05\nText", ["title", "author", "date"], "Text"),
        ("% a comment\nText", [], "% a comment\nText"),
        ("title:: A\ntags:: b\n\nText", ["title", "tags"], "\nText"),
        ("title:: A", ["title"], ""),
        ("<!-- Title: A -->\nText", ["Title"], "Text"),
        ("<!-- a remark -->\nText", [], "<!-- a remark -->\nText"),
    ],
)
def test_fields_above_the_text(text: str, values: list[str], body: str) -> None:
    """Up to an empty line or a ruler; a key that tells a head from a play is among them."""
    head, rest = split_head(text)
    assert list(head.values) == values
    assert rest == body
