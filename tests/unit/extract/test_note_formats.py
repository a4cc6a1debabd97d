"""Notes of every format become clean text."""

from collections.abc import Callable

import pytest

from muserd.extract.note import Note

NOON_MS = 1_591_005_600_000  # 2020-06-01 12:00 in Berlin
WALL_NOON_MS = 1_591_012_800_000  # 12:00 on a clock of which nobody says where it hung

Read = Callable[..., Note]

pytestmark = pytest.mark.usefixtures("in_berlin")


# Markdown


def test_markdown_loses_its_markup(read_text: Read) -> None:
    note = read_text(
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
    assert note.facts.title == "The great Title"
    assert note.text.split("\n\n") == [
        "The great Title",
        "First link and code, bold, gone, a picture.\nSecond line with html & an entity.",
        "quoted",
        "one",
        "two",
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
    assert note.facts.length == len(note.text)


def test_setext_headings(read_text: Read) -> None:
    assert read_text("Big Title\n=========\n\ntext").facts.title == "Big Title"


def test_a_heading_in_code_is_none(read_text: Read) -> None:
    assert read_text("```sh\n# not a title\n```\n\ntext").facts.title == "my note 1"


# other formats


def test_plain_text(read_text: Read) -> None:
    note = read_text("# no heading here\n\nFirst.\nStill first.\n\n\n\nSecond.\f Third.", "a.txt")
    assert note.facts.title == "a"
    assert note.text == "# no heading here\n\nFirst.\nStill first.\n\nSecond.\n\nThird."


def test_restructured_text(read_text: Read) -> None:
    note = read_text(
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
    assert note.facts.title == "The Title"
    assert note.facts.tags == ("one", "two")
    assert note.facts.time_ms == WALL_NOON_MS
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


def test_org(read_text: Read) -> None:
    note = read_text(
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
    assert note.facts.title == "Org Title"
    assert note.facts.tags == ("one", "two", "home")
    assert note.facts.time_ms == WALL_NOON_MS
    assert note.text == (
        "First bold heading\n\nText with bold, italic, code, a link and 2*3*4.\n\n"
        "* not a heading\n\nQuoted.\n\nSecond\n\n- item"
    )


def test_org_without_a_title(read_text: Read) -> None:
    assert read_text("intro\n* Heading\ntext", "a.org").facts.title == "Heading"


def test_latex(read_text: Read) -> None:
    note = read_text(
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
    assert note.facts.title == "The Great Title"
    assert note.facts.time_ms == 1_590_969_600_000
    assert note.text.startswith("Café & naïve")
    for kept in ("Words — with bold nested and", "50% off.", "“Quoted” text", "one\ntwo"):
        assert kept in note.text, kept
    for dropped in ("hidden", "picture", "sec:a", "foo", "Nobody", "\\", "{", "after the end"):
        assert dropped not in note.text, dropped


def test_latex_without_a_preamble(read_text: Read) -> None:
    note = read_text(r"\section{Only} text \today", "a.tex")
    assert (note.facts.title, note.text) == ("Only", "Only\n\ntext")


def test_html(read_text: Read) -> None:
    note = read_text(
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
    assert note.facts.title == "The <Title>"
    assert note.facts.tags == ("one", "two")
    assert note.facts.language == "fr"
    assert (note.facts.time_ms, note.facts.utc_offset_min) == (NOON_MS, 120)
    assert note.text.split("\n\n") == [
        *("Menu", "Head", "ing"),
        *("Some bold text & more.", "Unclosed", "one", "two", "  kept\nas is", "a cat"),
    ]


def test_html_without_a_title(read_text: Read) -> None:
    assert read_text("<h2>Heading</h2><p>text", "a.html").facts.title == "Heading"
    assert read_text("<p>text", "a.html").facts.title == "a"
