"""Notes of every format become clean text with title, excerpt, tags, time and language."""

import contextlib
import time
from collections.abc import Callable, Iterator

import pytest

from muserd.extract.content import Content
from muserd.extract.limits import Limits
from muserd.extract.note import EXCERPT_CHARACTERS, Note, read_note
from muserd.ground.errors import FileError

MTIME_MS = 1_500_000_000_000
NOON_MS = 1_591_005_600_000  # 2020-06-01 12:00 in Berlin

Read = Callable[..., Note]


@pytest.fixture
def read(make_content: Callable[..., Content]) -> Read:
    def reading(text: str | bytes, name: str = "my-note_1.md", **limits: int) -> Note:
        data = text.encode() if isinstance(text, str) else text
        return read_note(make_content(data, name.encode()), Limits(**limits))

    return reading


@pytest.fixture(autouse=True)
def in_berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


# Markdown


def test_markdown_loses_its_markup(read: Read) -> None:
    note = read(
        """# The *great* Title {#anchor}

First [link](http://x.example "hint") and `code`, **bold**, ~~gone~~, ![a picture](x.png).
Second line<br>with <b>html</b> &amp; an entity. <!-- hidden -->

> quoted

- one
- [ ] two

| head | er |
|------|----|
| cell | la |

```python
print("kept")
```

    indented

<div><p>a block</p><script>alert(1)</script></div>

[reference]: http://y.example
[[Wiki Page|shown]] and [[Other#part]] %%private%%
"""
    )
    assert note.title == "The great Title"
    assert note.text.split("\n\n") == [
        "The great Title",
        "First link and code, bold, gone, a picture.\nSecond line with html & an entity.",
        "quoted",
        "one",
        "[ ] two",
        "head",
        "er",
        "cell",
        "la",
        'print("kept")',
        "indented",
        "a block",
        "shown and Other",
    ]
    assert "alert" not in note.text
    assert "x.example" not in note.text
    assert "private" not in note.text
    assert note.length == len(note.text)


def test_setext_headings(read: Read) -> None:
    assert read("Big Title\n=========\n\ntext").title == "Big Title"


def test_a_heading_in_code_is_none(read: Read) -> None:
    assert read("```sh\n# not a title\n```\n\ntext").title == "my note 1"


# front matter


def test_yaml_front_matter(read: Read) -> None:
    note = read(
        '---\ntitle: "A: b"\ndate: 2020-06-01T12:00:00\ntags: [one, "#two", one]\nlang: de-AT\n'
        "other: {deep: [1, 2]}\n---\n\n# Heading\n\nBody text."
    )
    assert note.title == "A: b"
    assert (note.time_ms, note.time_source, note.utc_offset_min) == (NOON_MS, "front-matter", None)
    assert note.tags == ("one", "two")
    assert note.language == "de"
    assert note.text == "Heading\n\nBody text."


def test_toml_front_matter(read: Read) -> None:
    note = read('+++\ntitle = "T"\ndate = 2020-06-01T10:00:00Z\ntags = ["a", "b"]\n+++\nBody text.')
    assert (note.title, note.tags, note.text) == ("T", ("a", "b"), "Body text.")
    assert (note.time_ms, note.utc_offset_min) == (NOON_MS, 0)


@pytest.mark.parametrize(
    ("date", "time_ms", "offset"),
    [
        ("2020-06-01", 1_590_962_400_000, None),
        ("2020-06-01 12:00", NOON_MS, None),
        ("2020-06-01T12:00:00+02:00", NOON_MS, 120),
        ("'2020-06-01T10:00:00Z'", NOON_MS, 0),
        ("Mon, 01 Jun 2020 12:00:00 +0200", NOON_MS, 120),
        ("June 1, 2020", 1_590_962_400_000, None),
        ("01.06.2020", 1_590_962_400_000, None),
        ("2020/06/01", 1_590_962_400_000, None),
        ("20200601", MTIME_MS, None),
        ("someday", MTIME_MS, None),
        ("9999-12-31", MTIME_MS, None),
        ("[2020, 6]", MTIME_MS, None),
        ("0001-01-01", MTIME_MS, None),
    ],
)
def test_dates_as_people_write_them(
    date: str, time_ms: int, offset: int | None, read: Read
) -> None:
    note = read(f"---\ndate: {date}\n---\nText.")
    assert (note.time_ms, note.utc_offset_min) == (time_ms, offset)
    assert note.time_source == ("mtime" if time_ms == MTIME_MS else "front-matter")


@pytest.mark.parametrize("key", ["created", "Date", "published", "creation-date"])
def test_keys_of_dates(key: str, read: Read) -> None:
    assert read(f"---\n{key}: 2020-06-01T12:00:00\n---\nText.").time_ms == NOON_MS


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
def test_tags_as_people_write_them(tags: str, expected: tuple[str, ...], read: Read) -> None:
    assert read(f"---\ntags: {tags}\n---\nText.").tags == expected


def test_broken_yaml_is_still_no_text(read: Read) -> None:
    """`title: one: two` is no YAML, and yet people write it."""
    note = read("---\ntitle: one: two\ntags: [a, b]\n\tx\n---\nBody.")
    assert (note.title, note.text, note.tags) == ("one: two", "Body.", ("a", "b"))


def test_rules_are_not_front_matter(read: Read) -> None:
    """Two horizontal rules with prose between them."""
    note = read("---\n\nJust prose here.\n\n---\n\nMore.")
    assert "Just prose here." in note.text
    assert "More." in note.text


def test_empty_front_matter(read: Read) -> None:
    assert read("---\n---\nBody.").text == "Body."


def test_an_alias_bomb_does_no_harm(read: Read) -> None:
    """A billion laughs."""
    lines = ["a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 9)]
    note = read("---\n" + "\n".join(lines) + "\ntags: *a8\ntitle: *a8\n---\nBody.")
    assert note.text == "Body."
    assert note.tags == ()
    assert note.title == "my note 1"


def test_front_matter_of_any_format(read: Read) -> None:
    for name in ("a.txt", "a.rst", "a.org", "a.tex", "a.html", "a.markdown"):
        note = read("---\ntitle: T\ndate: 2020-06-01T12:00:00\n---\nBody text.", name)
        assert (note.title, note.text.strip(), note.time_ms) == ("T", "Body text.", NOON_MS)


# other formats


def test_plain_text(read: Read) -> None:
    note = read("# no heading here\n\nFirst.\nStill first.\n\n\n\nSecond.\f Third.", "a.txt")
    assert note.title == "a"
    assert note.text == "# no heading here\n\nFirst.\nStill first.\n\nSecond.\n\nThird."


def test_restructured_text(read: Read) -> None:
    note = read(
        """=========
The Title
=========
:date: 2020-06-01 12:00
:tags: one, two

Some *emphasis*, **strong**, ``literal``, `a link <http://x.example>`_, :ref:`shown <target>`,
:class:`~pkg.Name`, word_ and footnote [1]_.

.. note:: Mind this
   very well.

.. code-block:: python
   :linenos:

   print("kept")

.. image:: picture.png
   :alt: hidden

.. a comment
   over lines

.. _target:

Sub
---

Code follows::

    indented code

+------+------+
| cell | here |
+------+------+

Last.
""",
        "a.rst",
    )
    assert note.title == "The Title"
    assert note.tags == ("one", "two")
    assert note.time_ms == NOON_MS
    blocks = note.text.split("\n\n")
    assert blocks[:2] == [
        "The Title",
        "Some emphasis, strong, literal, a link, shown,\npkg.Name, word and footnote .",
    ]
    for kept in (
        "Mind this",
        "very well.",
        'print("kept")',
        "Sub",
        "Code follows:",
        "indented code",
    ):
        assert kept in blocks, kept
    for dropped in (
        "picture.png",
        "comment",
        "over lines",
        "target",
        "linenos",
        "x.example",
        "===",
    ):
        assert dropped not in note.text, dropped
    assert "cell" in note.text
    assert blocks[-1] == "Last."


def test_org(read: Read) -> None:
    note = read(
        """#+TITLE: Org Title
#+DATE: <2020-06-01 Mon 12:00>
#+FILETAGS: :one:two:
#+OPTIONS: toc:nil
* TODO [#A] First *bold* heading  :home:
SCHEDULED: <2021-01-01 Fri>
:PROPERTIES:
:ID: 123
:END:
Text with *bold*, /italic/, =code=, [[http://x.example][a link]] and 2*3*4.[fn:1]
# a comment
#+BEGIN_SRC python
* not a heading
#+END_SRC
#+begin_quote
Quoted.
#+end_quote
#+begin_comment
Hidden.
#+end_comment
** Second
- item
""",
        "a.org",
    )
    assert note.title == "Org Title"
    assert note.tags == ("one", "two")
    assert note.time_ms == NOON_MS
    assert note.text == (
        "First bold heading\n\nText with bold, italic, code, a link and 2*3*4.\n\n"
        "* not a heading\n\nQuoted.\n\nSecond\n\n- item"
    )


def test_org_without_a_title(read: Read) -> None:
    assert read("intro\n* Heading\ntext", "a.org").title == "Heading"


def test_latex(read: Read) -> None:
    note = read(
        r"""\documentclass[12pt]{article}
\usepackage[utf8]{inputenc}
\title{The \emph{Great} Title}
\author{Nobody}\date{June 1, 2020}
\newcommand{\x}[1]{#1}
\begin{document}
\maketitle
\section{Caf\'e \& na\"{\i}ve stra\ss e}\label{sec:a}
Words --- with \textbf{bold \emph{nested}} and \cite{foo,bar} 50\% off.% a comment
``Quoted'' text, $x^2$ inline.
\begin{equation}\label{e} \int_0^1 hidden \end{equation}
\begin{itemize}\item one \item two\end{itemize}
\begin{verbatim}
kept % code
\end{verbatim}
\includegraphics[width=3cm]{picture.png}
\end{document}
after the end""",
        "a.tex",
    )
    assert note.title == "The Great Title"
    assert note.time_ms == 1_590_962_400_000
    assert note.text.startswith("Café & naïve")
    for kept in ("Words — with bold nested and", "50% off.", "“Quoted” text", "one\ntwo"):
        assert kept in note.text, kept
    for dropped in ("hidden", "picture", "sec:a", "foo", "Nobody", "\\", "{", "after the end"):
        assert dropped not in note.text, dropped


def test_latex_without_a_preamble(read: Read) -> None:
    note = read(r"\section{Only} text \today", "a.tex")
    assert (note.title, note.text) == ("Only", "Only\n\ntext")


def test_html(read: Read) -> None:
    note = read(
        """<!doctype html><html lang="fr-CA"><head><meta charset="utf-8">
<title>The &lt;Title&gt;</title><meta name="keywords" content="one, two">
<meta property="article:published_time" content="2020-06-01T12:00:00+02:00">
<style>p { color: red }</style><script>if (a < b) alert("x")</script></head>
<body onload="evil()"><nav>Menu</nav><h1>Head<br>ing</h1><p>Some <b>bold</b>
text&nbsp;&amp; more.<p>Unclosed<ul><li>one<li>two</ul><pre>  kept
as is</pre><img src=x alt="a cat"><svg><text>drawn</text></svg><!-- hidden -->
<noscript>no</noscript></body></html>""",
        "a.html",
    )
    assert note.title == "The <Title>"
    assert note.tags == ("one", "two")
    assert note.language == "fr"
    assert (note.time_ms, note.utc_offset_min) == (NOON_MS, 120)
    assert note.text.split("\n\n") == [
        *("Menu", "Head", "ing"),
        *("Some bold text & more.", "Unclosed", "one", "two", "  kept\nas is", "a cat"),
    ]


def test_html_without_a_title(read: Read) -> None:
    assert read("<h2>Heading</h2><p>text", "a.html").title == "Heading"
    assert read("<p>text", "a.html").title == "a"


# title, excerpt, language


def test_titles_are_one_line(read: Read) -> None:
    assert read("---\ntitle: '  a\n\n  b  '\n---\ntext").title == "a b"
    assert len(read(f"# {'word ' * 1_000}").title) <= 300
    assert read("text", "__x--y.md").title == "x y"
    assert read("---\ntitle: 2020\n---\ntext").title == "2020"
    assert read("---\ntitle: [a]\n---\ntext").title == "my note 1"


def test_an_excerpt_is_clean_prose(read: Read) -> None:
    """No heading, no code, no front matter; whole sentences, else whole words."""
    note = read(
        "---\ntags: [x]\n---\n# Title\n\n```\ncode\n```\n\n"
        "One sentence.\nAnother *one*.\n\n## Sub\n\nThird."
    )
    assert note.excerpt == "One sentence. Another one. Third."
    long = read("Sentence number one is here. " * 40).excerpt
    assert len(long) <= EXCERPT_CHARACTERS
    assert long.endswith("here.")
    words = read("word " * 400).excerpt
    assert len(words) <= EXCERPT_CHARACTERS
    assert words.endswith("word…")
    assert len(read("x" * 5_000).excerpt) <= EXCERPT_CHARACTERS
    assert read("# Only a title").excerpt == "Only a title"
    assert read("```\nonly code\n```").excerpt == "only code"


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
def test_languages(text: str, language: str, read: Read) -> None:
    assert read(text).language == language


# limits and nothing


def test_limits(read: Read) -> None:
    with pytest.raises(FileError) as caught:
        read("x" * 101, note_max_bytes=100)
    assert caught.value.cause == "too-large"
    assert "note_max_mb" in caught.value.hint


@pytest.mark.parametrize("text", [" \n\t\n", "---\ntags: [a]\n---\n", "<!-- hidden -->", "[a]: b"])
def test_a_note_without_words(text: str, read: Read) -> None:
    with pytest.raises(FileError) as caught:
        read(text)
    assert caught.value.cause == "empty"


def test_a_note_that_is_only_a_title(read: Read) -> None:
    note = read("---\ntitle: Just this\n---\n")
    assert (note.title, note.text) == ("Just this", "Just this")


def test_a_book_is_cut(read: Read) -> None:
    note = read("Some words in a row.\n\n" * 100_000, "a.txt")
    assert note.length <= 1_000_000


def test_invisible_characters_vanish(read: Read) -> None:
    note = read("a\u200bb\x07c \ufeffd", "a.txt")
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
def test_machine_made_text_takes_no_time(text: str, suffix: str, read: Read) -> None:
    """What makes naive parsers quadratic; the suite's time limit is the assertion."""
    with contextlib.suppress(FileError):
        read(text, f"a.{suffix}")
