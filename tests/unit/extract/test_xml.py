"""XML that strangers wrote."""

import pytest

from muserd.extract import xml
from muserd.extract.xml import attribute, below, local, parse_xml, text_of
from muserd.ground.errors import FileError


def cause(data: bytes, *, doctype: bool = False) -> str:
    try:
        parse_xml(data, "a.xml", doctype=doctype)
    except FileError as error:
        return error.cause
    return ""


def test_it_may_be_two_hundred_deep() -> None:
    assert cause(b"<a>" * 200 + b"</a>" * 200) == ""
    assert cause(b"<a>" * 201 + b"</a>" * 201) == "bomb"


def test_there_is_an_end_of_its_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml, "_MOST_ELEMENTS", 10)
    assert cause(b"<r>" + b"<a/>" * 9 + b"</r>") == ""
    assert cause(b"<r>" + b"<a/>" * 10 + b"</r>") == "bomb"


@pytest.mark.parametrize(
    ("data", "doctype", "expected"),
    [
        (b"<a/>", False, ""),
        (b"<!DOCTYPE a><a/>", False, "bomb"),
        (b"<!DOCTYPE a><a/>", True, ""),
        (b"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", True, "bomb"),
        (b"<a>", False, "corrupt"),
        (b"", False, "corrupt"),
        (b"<a>\xff</a>", False, "corrupt"),
        (b"<?xml version='1.0' encoding='no-such'?><a/>", False, "corrupt"),
    ],
)
def test_entities_and_damage_are_refused(data: bytes, doctype: bool, expected: str) -> None:
    assert cause(data, doctype=doctype) == expected


def test_names_go_without_their_namespaces() -> None:
    root = parse_xml(b"<a xmlns:n='u'><n:b n:id='1' x='2'>t<c>u</c></n:b>v</a>", "a.xml")
    (b,) = below(root, "b")
    assert (local(root), local(b), attribute(b, "id"), attribute(b, "x")) == ("a", "b", "1", "2")
    assert attribute(b, "y") == ""
    assert text_of(root).split() == ["tuv"]
    assert list(below(root, "a")) == [root]


def test_text_that_is_dropped_is_not_there() -> None:
    root = parse_xml(b"<a><data>x</data><b>y</b></a>", "a.xml", drop=frozenset({"data"}))
    assert text_of(root).strip() == "y"
