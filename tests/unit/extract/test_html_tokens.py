"""The tokens of HTML, as browsers find them."""

import pytest

from muserd.extract.html_tokens import Token, tokens


def start(name: str, **attributes: str) -> Token:
    return Token("start", name, attributes)


def text(shown: str) -> Token:
    return Token("text", shown)


def end(name: str) -> Token:
    return Token("end", name)


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("", []),
        ("a &amp; b", [text("a & b")]),
        ("<b>x</b>", [start("b"), text("x"), end("b")]),
        ("<B Class=X>", [start("b", **{"class": "X"})]),
        ("<a href=\"x y\" title='&lt;' id=z on>", [
            start("a", href="x y", title="<", id="z", on=""),
        ]),
        ("<a href=1 href=2>", [start("a", href="1")]),
        ("<br/>x", [start("br"), text("x")]),
        ("<br / a=1 >x", [start("br", a="1"), text("x")]),
        ("<a b = c>x", [start("a", b="c"), text("x")]),
        ("1 < 2", [text("1 "), text("<"), text(" 2")]),
        ("x<", [text("x"), text("<")]),
        ("</b x='>'>y", [end("b"), text("'>y")]),
        ("</>x", [text("x")]),
        ("<!doctype html>x", [text("x")]),
        ("<?xml version='1.0'?>x", [text("x")]),
        ("<!-- <b> -->x", [text("x")]),
        ("<!-->x", [text("x")]),
        ("<!--->x", [text("x")]),
        ("<!--a->b-->x", [text("x")]),
        ("<!-- never closed <b>", []),
        ("<b never closed", [start("b", never="", closed="")]),
        ("<script>1 < 2 &amp;</script>x", [
            start("script"), text("1 < 2 &amp;"), end("script"), text("x"),
        ]),
        ("<title>a &amp; <b></TITLE >x", [
            start("title"), text("a & <b>"), end("title"), text("x"),
        ]),
        ("<style>never closed </styles>", [start("style"), text("never closed </styles>")]),
        ("<é>", [text("<"), text("é>")]),
    ],
)  # fmt: skip
def test_tags_texts_and_what_is_passed_over(page: str, expected: list[Token]) -> None:
    assert list(tokens(page)) == expected


def test_there_is_an_end_of_names_and_attributes() -> None:
    """A name is cut; attributes beyond two hundred are passed over."""
    many = " ".join(f"a{number}=1" for number in range(300))
    (first, rest) = tokens(f"<{'x' * 100} {many}>y")
    assert len(first.text) == 64
    assert len(first.attributes) == 200
    assert rest == text("y")
