"""Notes that are containers: PDF, office documents, e-books, notebooks, letters, boards."""

import datetime as dt
import json
import time
from xml.etree import ElementTree as ET

import pytest

from muserd.extract.latex import _replaced
from muserd.extract.limits import Limits
from muserd.extract.mdx import _without_comments
from muserd.extract.note import Note
from muserd.extract.office import _open_pieces, _pieces
from muserd.extract.org import _cells
from muserd.extract.sheets import _excel_row, _separator
from muserd.ground.errors import FileError
from tests.unit.extract import samples

PROSE = "Once upon a time there was a mountain that nobody had climbed before the war."


def test_a_pdf_gives_text_title_time_and_tags(read_text) -> None:
    """The title is that of its metadata, unless a program made it up."""
    data = samples.pdf(
        [f"Of Mountains\n{PROSE}", "Second page"],
        Title="Peaks",
        Keywords="alps, snow",
        CreationDate="D:20200102030405+01'00'",
    )
    note: Note = read_text(data, "a.pdf")
    assert note.facts.title == "Peaks"
    assert note.facts.tags == ("alps", "snow")
    assert note.facts.time_ms == 1_577_930_645_000
    assert PROSE in note.text
    assert "Second page" in note.text
    assert note.facts.pages == 2
    assert set(note.thumbs) == {64, 128, 256}


@pytest.mark.parametrize("title", ["", "Microsoft Word - draft7.doc", "untitled", "thesis.dvi"])
def test_a_pdf_without_a_title_is_called_by_its_largest_letters(read_text, title: str) -> None:
    note = read_text(samples.pdf([f"Of High Mountains\n{PROSE}\n{PROSE}"], Title=title), "x.pdf")
    assert note.facts.title == "Of High Mountains"


def test_words_that_are_split_at_a_line_end_are_whole_again(read_text) -> None:
    note = read_text(
        samples.pdf(["Title here\nthe moun-\ntain was high, and the\nsnow was deep"]), "x.pdf"
    )
    assert "the mountain was high, and the snow was deep" in note.text


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (samples.pdf(["secret"], extra=samples.LOCKED), "encrypted"),
        (samples.pdf([""]), "empty"),
        (samples.pdf([PROSE])[:400], "truncated"),
        (b"%PDF-1.4 nonsense %%EOF", "corrupt"),
    ],
)
def test_a_pdf_that_cannot_be_read_is_a_record(read_text, data: bytes, cause: str) -> None:
    with pytest.raises(FileError) as caught:
        read_text(data, "a.pdf")
    assert caught.value.cause == cause
    assert caught.value.hint


def test_three_hundred_pages_take_less_than_a_second(read_text) -> None:
    page = "\n".join(f"{PROSE} Line {number}." for number in range(40))
    data = samples.pdf([page] * 300)
    started = time.process_time()
    note = read_text(data, "book.pdf")
    assert time.process_time() - started < 1.0
    assert note.facts.pages == 300


def test_pages_beyond_the_limit_are_left_out(read_text) -> None:
    note = read_text(samples.pdf([f"Page {n} of the book" for n in range(9)]), "b.pdf", pages_max=3)
    assert "Page 2" in note.text
    assert "Page 3" not in note.text


def test_a_word_document(read_text) -> None:
    data = samples.docx(
        ("Heading1", "The Climb"), ("", PROSE), ("", "More &amp; more."), title="A Report"
    )
    note = read_text(data, "a.docx")
    assert note.facts.title == "A Report"
    assert note.facts.tags == ("alpha", "beta")
    assert note.facts.time_ms == 1_551_675_967_000
    assert note.text == f"The Climb\n\n{PROSE}\n\nMore & more."
    assert note.facts.excerpt.startswith(PROSE)


def test_what_was_deleted_in_a_word_document_is_not_there(read_text) -> None:
    data = samples.docx(
        ("", "kept</w:t></w:r><w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:r><w:t> too")
    )
    assert read_text(data, "a.docx").text == "kept too"


def test_macros_are_not_opened(read_text) -> None:
    data = samples.docx(("", PROSE), **{"word/vbaProject.bin": "Shell(rm)"})
    assert read_text(data, "a.docm").text == PROSE


def test_a_presentation(read_text) -> None:
    note = read_text(samples.pptx(("First", "alpha"), ("Second", "beta")), "a.pptx")
    assert note.text == "First\n\nalpha\n\nSecond\n\nbeta"
    assert note.facts.title == "First"
    assert note.facts.pages == 2


def test_a_libreoffice_text(read_text) -> None:
    data = samples.odt(
        ("h", "Head"),
        ("p", 'one<text:tab/>two<text:s text:c="2"/>three <text:span>four</text:span> five'),
    )
    note = read_text(data, "a.odt")
    assert note.text == "Head\n\none\ttwo  three four five"
    assert note.facts.title == "An ODT"
    assert note.facts.tags == ("one", "two")


def test_a_book(read_text) -> None:
    note = read_text(samples.epub("<h1>Eins</h1><p>Das Meer</p>", "<p>Die Schiffe</p>"), "a.epub")
    assert note.text == "Eins\n\nDas Meer\n\nDie Schiffe"
    assert note.facts.title == "A Book"
    assert note.facts.tags == ("Sea", "Ships")
    assert note.facts.language == "de"


def test_a_notebook(read_text) -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# Waves\n", "They *move*."]},
        {
            "cell_type": "code",
            "source": "import numpy",
            "outputs": [{"data": {"image/png": "QUJD" * 100}}],
        },
    ]
    note = read_text(
        json.dumps({"nbformat": 4, "cells": cells, "metadata": {}}).encode(), "a.ipynb"
    )
    assert note.facts.title == "Waves"
    assert note.text == "Waves\n\nThey move.\n\nimport numpy"
    assert note.facts.excerpt == "They move."


LETTERS = {
    "plain": 'Content-Type: text/plain; charset="iso-8859-2"\n'
    "Content-Transfer-Encoding: quoted-printable\n\n"
    "=A3=F3d=BC jest du=BFa.\n> quoted\n-- \nMe\n",
    "html": 'Content-Type: multipart/alternative; boundary="b"\n\n--b\n'
    "Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
    "<script>x()</script><p>\u0141ód\u017a jest du\u017ca.</p>\n--b--\n",
}


@pytest.mark.parametrize("body", LETTERS.values(), ids=LETTERS)
def test_a_letter(read_text, body: str) -> None:
    head = "Subject: =?utf-8?q?=C5=81=C3=B3d=C5=BA?=\nDate: Mon, 6 May 2019 07:08:09 +0200\n"
    note = read_text((head + "MIME-Version: 1.0\n" + body).encode(), "a.eml")
    assert note.facts.title == "\u0141ód\u017a"
    assert note.text == "\u0141ód\u017a jest du\u017ca."
    assert note.facts.time_ms == 1_557_119_289_000


def test_an_export_of_evernote(read_text) -> None:
    data = """<?xml version="1.0"?><!DOCTYPE en-export SYSTEM "http://xml.evernote.com/pub/e.dtd">
    <en-export><note><title>Soup</title><created>20200102T030405Z</created><tag>cook</tag>
    <content><![CDATA[<en-note><div>Boil <b>water</b>.</div></en-note>]]></content>
    <resource><data encoding="base64">QUJDREVG</data></resource></note></en-export>"""
    note = read_text(data.encode(), "a.enex")
    assert note.facts.title == "Soup"
    assert note.text == "Soup\n\nBoil water."
    assert note.facts.tags == ("cook",)
    assert note.facts.time_ms == 1_577_934_245_000


def test_a_board(read_text) -> None:
    nodes = [
        {"type": "text", "text": "second **card**", "x": 0, "y": 50},
        {"type": "group", "label": "Plans", "x": 0, "y": 0},
        {"type": "file", "file": "img/Cat photo.png", "x": 0, "y": 90},
        {"type": "text", "text": "see [[Other]]", "x": 5, "y": 90},
    ]
    note = read_text(json.dumps({"nodes": nodes, "edges": []}).encode(), "a.canvas")
    assert note.facts.title == "Plans"
    assert note.text == "Plans\n\nsecond card\n\nCat photo\n\nsee Other"
    assert note.facts.links == (("embed", "img/Cat photo.png"), ("link", "Other"))


def test_an_outline(read_text) -> None:
    data = b"""<opml><head><title>Trip</title></head><body><outline text="Pack">
    <outline text="socks" _note="warm ones"/></outline></body></opml>"""
    note = read_text(data, "a.opml")
    assert (note.facts.title, note.text) == ("Trip", "Pack\n\nsocks\n\nwarm ones")


def test_rich_text(read_text) -> None:
    head = rb"{\rtf1\ansi{\info{\title Bees}{\creatim\yr2020\mo1\dy2\hr3\min4}}"
    data = head + rb"\b Honey\b0  is gold\'e9.\par Next.}"
    note = read_text(data, "a.rtf")
    assert note.facts.title == "Bees"
    assert note.text == "Honey is goldé.\n\nNext."


def test_mdx_loses_its_code_and_keeps_its_words(read_text) -> None:
    text = """import Chart from './chart'
export const a = {
  b: 1 }

# Snow

<Note kind="tip" of={{a: 1}}>It **melts** at {temperature}.</Note>

```js
import kept from 'here'
```
"""
    note = read_text(text.encode(), "a.mdx")
    assert note.text == "Snow\n\nIt melts at .\n\nimport kept from 'here'"


def test_asciidoc(read_text) -> None:
    text = """= The Guide
Jane Doe <jane@example.org>
v1.0, 2020-01-02
:keywords: rope, knot

== Knots

A *bowline* holds; see link:https://x.org[the site] and <<tie,tying>>.

// a comment
* one
* two

[source,python]
----
= not a heading
----

include::other.adoc[]
|===
|cell one |cell two
|===
"""
    note = read_text(text.encode(), "a.adoc")
    assert note.facts.title == "The Guide"
    assert note.facts.tags == ("rope", "knot")
    assert note.text == (
        "The Guide\n\nKnots\n\nA bowline holds; see the site and tying.\n\none\n\ntwo\n\n"
        "= not a heading\n\ncell one cell two"
    )


BOMB = samples.zipped({"word/document.xml": b" " * (70 * 2**20)})
LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "lol">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]>"
)


@pytest.mark.parametrize(
    ("name", "data", "causes"),
    [
        ("a.docx", BOMB, {"bomb"}),
        ("a.docx", samples.zipped({"word/document.xml": LAUGHS + "<w>&j;</w>"}), {"bomb"}),
        ("a.docx", samples.zipped({"other": "x"}), {"corrupt"}),
        ("a.docx", samples.docx(("", "x"))[:200], {"truncated"}),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), {"encrypted"}),
        ("a.docx", samples.docx(), {"empty"}),
        ("a.pptx", samples.zipped({}), {"corrupt"}),
        ("a.odt", samples.odt(("p", "x"), encrypted=True), {"encrypted"}),
        (
            "a.epub",
            samples.epub("x", **{"META-INF/encryption.xml": "<EncryptionMethod/>"}),
            {"encrypted"},
        ),
        ("a.epub", samples.zipped({"META-INF/container.xml": "<x>" * 300}), {"bomb", "corrupt"}),
        ("a.enex", (LAUGHS + "<en-export>&j;</en-export>").encode(), {"bomb"}),
        ("a.enex", b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><x>&f;</x>', {"bomb"}),
        ("a.opml", b"<opml", {"corrupt"}),
        ("a.ipynb", b"[1, 2]", {"corrupt"}),
        ("a.ipynb", b"[" * 100_000, {"corrupt"}),
        ("a.canvas", b"{}", {"empty"}),
        ("a.eml", bytes(100), {"corrupt", "empty"}),
        ("a.rtf", b"plain", {"corrupt"}),
        ("a.md", samples.pdf([PROSE]), set()),
        ("a.md", samples.saved(samples.quadrants(), "PNG"), {"wrong-suffix"}),
    ],
)
def test_bad_input_is_a_record_with_a_remedy(
    read_text, name: str, data: bytes, causes: set[str]
) -> None:
    """An empty set of causes: the bytes are of another kind of note, and are read as that."""
    if not causes:
        assert read_text(data, name).text
        return
    with pytest.raises(FileError) as caught:
        read_text(data, name)
    assert caught.value.cause in causes
    assert caught.value.hint


def test_what_a_container_unpacks_to_is_limited_in_sum(read_text) -> None:
    data = samples.epub(*["<p>" + "x" * 600_000 + "</p>"] * 5)
    with pytest.raises(FileError) as caught:
        read_text(data, "a.epub", unpacked_max_bytes=1_000_000)
    assert caught.value.cause == "bomb"
    assert read_text(data, "a.epub", unpacked_max_bytes=Limits().unpacked_max_bytes).text


@pytest.mark.parametrize(
    ("methods", "cause"),
    [
        ("", None),
        ("<EncryptionMethod a='http://www.idpf.org/2008/embedding'/>", None),
        ("<EncryptionMethod a='http://ns.adobe.com/pdf/enc#RC'/>" * 3, None),
        ("<EncryptionMethod a='http://www.w3.org/2001/04/xmlenc#aes256-cbc'/>", "encrypted"),
        (
            "<EncryptionMethod a='http://www.idpf.org/2008/embedding'/><EncryptionMethod/>",
            "encrypted",
        ),
    ],
)
def test_disguised_fonts_are_no_lock(read_text, methods: str, cause: str | None) -> None:
    """A book is locked where more than its fonts is encrypted."""
    data = samples.epub("honey", **{"META-INF/encryption.xml": f"<x>{methods}</x>"})
    if cause is None:
        assert "honey" in read_text(data, "a.epub").text
        return
    with pytest.raises(FileError) as caught:
        read_text(data, "a.epub")
    assert caught.value.cause == cause


@pytest.mark.parametrize(
    ("head", "date", "text"),
    [
        ("= T\nJane Doe\nv1.0, 2020-01-02", "2020-01-02", "T"),
        ("== T\nJane Doe\nv1.0, 2020-01-02", None, "T\n\nJane Doe\nv1.0, 2020-01-02"),
        ("x\n\n= T\nJane Doe", None, "x\n\nT\n\nJane Doe"),
        ("= T\n\nJane Doe", None, "T\n\nJane Doe"),
    ],
)
def test_author_and_revision_stand_right_below_the_title(
    read_text, head: str, date: str | None, text: str
) -> None:
    """Anywhere else they are prose."""
    note = read_text(head.encode(), "a.adoc")
    assert note.text == text
    assert (note.facts.time_source == "front-matter") == (date is not None)


def test_a_letter_may_have_no_head(read_text) -> None:
    """An empty line at its top; a head that never ends is no letter's."""
    body = b"words " * 20_000
    assert read_text(b"\n\n" + body, "a.eml").text.startswith("words")
    with pytest.raises(FileError):
        read_text(b"X: " + b"y: z\n" * 60_000, "a.eml")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a {/* gone */} b", "a  b"),
        ("a {/* never ended b", "a {/* never ended b"),
        ("a {/* x */ y} {/* gone */} b", "a {/* x */ y}  b"),
        ("{/* one */}{/* two */}c", "c"),
        ("a {/*} gone */} b", "a  b"),
    ],
)
def test_comments_of_mdx_go(text: str, words: str) -> None:
    """Those that are ended as they are begun."""
    assert _without_comments(text) == words


@pytest.mark.parametrize(
    ("notebook", "text"),
    [
        ({"cells": [{"cell_type": "markdown", "source": ["a ", "*b*"]}]}, "a b"),
        ({"worksheets": [{"cells": [{"cell_type": "code", "input": "x = 1"}]}]}, "x = 1"),
        (
            {
                "cells": [
                    {"cell_type": "code", "source": " "},
                    7,
                    {"cell_type": "raw", "source": "r"},
                ]
            },
            "r",
        ),
        ({"cells": [{"cell_type": "code", "source": ["a\n", 7], "outputs": ["gone"]}]}, "a"),
    ],
)
def test_cells_of_a_notebook(read_text, notebook: dict, text: str) -> None:
    """Prose and code of either version; results are left out."""
    titled = notebook | {"metadata": {"title": "T", "date": "2020-01-02", "tags": ["x"]}}
    facts = read_text(json.dumps(titled).encode(), "a.ipynb").facts
    assert (facts.title, facts.tags, facts.time_source) == ("T", ("x",), "front-matter")
    assert read_text(json.dumps(titled).encode(), "a.ipynb").text == text
    if text != "T":
        for metadata in ([1], None):
            odd = json.dumps(notebook | {"metadata": metadata}).encode()
            assert read_text(odd, "a.ipynb").text == text


def test_pieces_of_a_word_paragraph() -> None:
    """Breaks and tabs are characters; what was deleted, and a box's paragraphs, are not in it."""
    paragraph = ET.fromstring(
        "<p><r><t>a</t><tab/><t>b</t><br/><t>c</t><noBreakHyphen/><t>d</t></r>"
        "<del><r><t>gone</t></r></del><ins><r><t>e</t></r></ins>"
        "<r><box><p><r><t>own</t></r></p></box></r><r><instrText>PAGE</instrText></r></p>"
    )
    assert "".join(_pieces(paragraph)) == "a\tb\nc-de"


def test_pieces_of_an_open_document() -> None:
    """Text stands between elements; a number of spaces is one element."""
    paragraph = ET.fromstring(
        "<p>a<s c='3'/>b<s/>c<s c='x'/>d<s c='900'/><span>e<line-break/>f</span>g"
        "<note>gone</note>h<tab/></p>"
    )
    assert "".join(_open_pieces(paragraph)) == f"a   b c d{' ' * 100}e\nfgh\t"


@pytest.mark.parametrize(
    ("line", "cells"),
    [("| a | b |", "a b"), ("|", "|"), ("||", ""), ("|a", "|a"), ("a|", "a|"), ("a | b", "a | b")],
)
def test_rows_of_an_org_table(line: str, cells: str) -> None:
    """Between two bars."""
    assert _cells(line) == cells


def test_headings_of_org(read_text) -> None:
    """Without states, priorities, cookies and tags; states that the file names count too."""
    text = """#+title: T
#+filetags: :one:two:
#+todo: PLAN(p) | SHIPPED
* TODO [#A] First [1/2] :tag:
:PROPERTIES:
:CREATED: [2020-01-02]
:END:
- [X] done
SCHEDULED: <2020-01-01>
# a comment
* PLAN Second
* Third
#+begin_src python
# code
#+end_src
#+begin_comment
gone
#+end_comment
a *bold* [[x][link]] word[fn:1]
"""
    note = read_text(text.encode(), "a.org")
    assert note.text.split("\n\n") == [
        "First", "- done", "Second", "Third", "# code", "a bold link word",
    ]  # fmt: skip
    assert note.facts.tags == ("one", "two", "tag")
    assert note.facts.title == "T"


@pytest.mark.parametrize(
    ("created", "date"),
    [
        (r"\yr2020\mo1\dy2\hr3\min4", "2020-01-02 03:04"),
        (r"\yr2020\mo1\dy2", "2020-01-02 00:00"),
    ],
)
def test_the_date_of_rich_text(read_text, created: str, date: str) -> None:
    """The time of day may be missing."""
    data = rb"{\rtf1\ansi{\info{\creatim" + created.encode() + b"}} words}"
    facts = read_text(data, "a.rtf").facts
    assert facts.time_source == "front-matter"
    moment = dt.datetime(1970, 1, 1) + dt.timedelta(milliseconds=facts.time_ms)  # noqa: DTZ001
    assert f"{moment:%Y-%m-%d %H:%M}" == date


@pytest.mark.parametrize(
    ("cells", "row"),
    [
        ("<c t='s'><v>0</v></c><c t='s'><v>1</v></c>", ["zero", "one"]),
        ("<c t='s'><v>2</v></c><c t='s'><v>x</v></c><c t='s'/>", ["", "", ""]),
        ("<c><v>1.5</v></c><c t='str'><v>text</v></c><c/>", ["1.5", "text", ""]),
        ("<c t='inlineStr'><is><t>in</t><rPh><t>spoken</t></rPh></is></c>", ["in"]),
        ("<c t='e'><v>#REF!</v></c>", []),
    ],
)
def test_cells_of_a_sheet(cells: str, row: list[str]) -> None:
    """Words stand in a table of their own; errors are left out."""
    assert _excel_row(ET.fromstring(f"<row>{cells}</row>"), ["zero", "one"]) == row


@pytest.mark.parametrize(
    ("text", "separator"),
    [
        ("a;b\nc;d\n", ";"),
        ("a,b;c\nd;e\nf;g\n", ";"),
        ('"a,b,c";d\n"e,f,g";h\n', ";"),
        ("a\tb\n\nc\td", "\t"),
        ("one\ntwo", ","),
        ("a,b|c\nd,e|f", ","),
        ("a|b\nc|d", "|"),
    ],
)
def test_what_separates_the_values_of_a_table(text: str, separator: str) -> None:
    """What stands equally often in most lines, outside of quotes; else what is usual."""
    assert _separator(text, ",") == separator


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a\\begin{x}1\\end{x}b", "a[1]b"),
        ("\\begin{x}1\\end{x}\\begin{x}2\\end{x}", "[1][2]"),
        ("\\begin{y}1\\end{y}", "\\begin{y}1\\end{y}"),
        ("\\begin{x}\\begin{x}1\\end{x}2", "[\\begin{x}1]2"),
        ("\\begin{x}1", "\\begin{x}1"),
        ("\\begin{x*}1\\end{x*}2", "[1]2"),
    ],
)
def test_environments_of_latex_are_replaced_one_after_the_other(text: str, left: str) -> None:
    """Those of some names; none is nested, and one that does not end stays."""
    assert _replaced(text, frozenset({"x"}), lambda inner: f"[{inner}]") == left


def test_the_largest_letters_may_stand_anywhere_on_the_first_page(read_text) -> None:
    """Below other words, too; a line of small ones ends it."""
    lines = ["a small line above", "The Great Title", PROSE]
    for first in (0, 1):
        data = samples.pdf(["\n".join(lines[first:])], title_at=1 - first)
        assert read_text(data, "a.pdf").facts.title == "The Great Title"
    too_short = samples.pdf(["abc\n" + PROSE])
    assert read_text(too_short, "letter.pdf").facts.title == "letter"
