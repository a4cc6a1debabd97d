"""What a note points at, as each format writes it; never slow, whatever the text."""

import time

import pytest

from muserd.extract.links import MOST_LINKS, link_of, links_in


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("markdown", "[[A]] ![[b.png|9]] [c](d%20e.md 'T') ![f](<g h.jpg>)",
         [("link", "A"), ("embed", "b.png"), ("link", "d e.md"), ("embed", "g h.jpg")]),
        ("markdown", "[![shot](a.png)](b.md)", [("link", "b.md"), ("embed", "a.png")]),
        ("markdown", "`[[A]]` ``x ` [[B]]`` [[C]] ` [[D]]", [("link", "C"), ("link", "D")]),
        ("markdown", "~~~\n[[A]]\n~~~\n[[B]]", [("link", "B")]),
        ("markdown", "````\n```\n[[A]]\n````\n[[B]]", [("link", "B")]),
        ("markdown", '<img alt="x" src="p/q.png"> <a href=r.md>',
         [("embed", "p/q.png"), ("link", "r.md")]),
        ("markdown", "[x](a_(b).md)", [("link", "a_(b).md")]),
        ("markdown", "see IMG_1.jpg and ![](IMG_1.jpg)", [("embed", "IMG_1.jpg")]),
        ("markdown", "a@b.jpg https://x.org/c.png d.jpeg", [("name", "d.jpeg")]),
        ("text", "the files a.png, b.mp4", [("name", "a.png"), ("name", "b.mp4")]),
        ("org", "[[file:a.org][A]] [[./b.png]] [[id:123][C]] [[https://x.org][D]] [[e.org::*H]]",
         [("link", "a.org"), ("embed", "./b.png"), ("link", "e.org")]),
        ("rst", ".. image:: a.png\n\n`B <b.rst>`_ :doc:`c/d` :doc:`E <f>`",
         [("embed", "a.png"), ("link", "b.rst"), ("link", "c/d"), ("link", "f")]),
        ("asciidoc", "image::a.png[] link:b.adoc[B] xref:c.adoc#d[C] <<e.adoc#f,E>>",
         [("embed", "a.png"), ("link", "b.adoc"), ("link", "c.adoc"), ("link", "e.adoc")]),
        ("latex", r"\includegraphics[width=1in]{a/b.pdf} \input{chapter}",
         [("embed", "a/b.pdf"), ("link", "chapter")]),
        ("html", '<a href="a.html#x">A</a><img src=b.gif><!-- <a href="c.html"> -->',
         [("link", "a.html"), ("embed", "b.gif")]),
    ],
)  # fmt: skip
def test_every_format_has_its_own_way(name: str, text: str, wanted: list[tuple[str, str]]) -> None:
    assert [(link.kind, link.target) for link in links_in(name, text)] == wanted


def test_a_target_counts_once_and_there_is_an_end_of_them() -> None:
    assert len(links_in("markdown", "[[A]] " * 10)) == 1
    assert len(links_in("markdown", " ".join(f"[[{n}]]" for n in range(2_000)))) == MOST_LINKS


HOSTILE = {
    "ticks": "`" * 300_000 + "[[a]]",
    "nested ticks": "".join("`" * n + " " for n in range(700)) + "[[a]]\n\n",
    "fences": "```\n[[a\n" * 50_000,
    "brackets": "[" * 200_000 + "](x" * 20_000,
    "wiki": "[[" * 150_000,
    "pictures": "![a](" * 60_000,
    "tags": "<a href=" * 60_000,
    "names": "a-b_c." * 60_000 + ".jpg",
    "comment": "<!--" * 80_000 + "[",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("name", ["markdown", "org", "rst", "asciidoc", "latex", "html"])
def test_no_text_takes_long(name: str, text: str) -> None:
    started = time.process_time()
    links_in(name, text)
    assert time.process_time() - started < 2.0


@pytest.mark.parametrize(
    ("head", "aliases"),
    [
        ("aliases: [A, B b]", ("A", "B b")),
        ("alias: One", ("One",)),
        ("Aliases:\n  - X\n  - 7\n  - X", ("X", "7")),
        ("title: T", ()),
    ],
)
def test_other_names_of_a_note(read_text, head: str, aliases: tuple[str, ...]) -> None:
    assert read_text(f"---\n{head}\n---\nText.").facts.aliases == aliases


@pytest.mark.parametrize(
    ("written", "target"),
    [
        ("a.md", "a.md"),
        (" a.md#part ", "a.md"),
        ("a.md?raw=1", "a.md"),
        ("a%20b.md", "a b.md"),
        ("a%00b.md", None),  # no path has a NUL
        ("a" * 500, "a" * 500),
        ("a" * 501, None),
        ("#part", None),
        ("https://example.com/a.md", None),
    ],
)
def test_a_target_is_a_path(written: str, target: str | None) -> None:
    """Of at most 500 characters; neither an address of the web nor a place in the note."""
    found = link_of("link", written)
    assert (found and found.target) == target


def test_a_target_of_a_wiki_may_have_other_characters() -> None:
    found = link_of("embed", "Why? 100%|shown", wiki=True)
    assert found is not None
    assert (found.kind, found.target) == ("embed", "Why? 100%")


def test_what_is_shown_is_more_than_what_is_linked() -> None:
    """In whichever order; a name in the text that a target ends with is a part of it."""
    for text in ("[a](x.png) ![b](x.png)", "![b](x.png) [a](x.png)"):
        assert [(one.kind, one.target) for one in links_in("markdown", text)] == [
            ("embed", "x.png")
        ]
    assert [(one.kind, one.target) for one in links_in("markdown", "[a](y/x.png) and x.png")] == [
        ("link", "y/x.png")
    ]
    assert [(one.kind, one.target) for one in links_in("text", "see x.png")] == [("name", "x.png")]
    assert [one.kind for one in links_in("markdown", "![b](x.png) ![c](x.png)")] == ["embed"]
