"""XML that strangers wrote: no entities, no external references, not too deep, not too many."""

import io
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree as Safe
from defusedxml.common import DefusedXmlException

from muserd.extract import budget
from muserd.ground.errors import FileError

_DEEPEST = 200
_MOST_ELEMENTS = 2_000_000


def parse_xml(
    data: bytes, name: str, *, doctype: bool = False, drop: frozenset[str] = frozenset()
) -> Element:
    """The root of a document.

    Args:
        data: the document; its XML declaration says how it is encoded.
        name: of the file, for messages.
        doctype: whether a document type is allowed. Entities never are: a few lines of them
            expand to gigabytes; and nothing outside the document is ever fetched.

        drop: names of elements whose text is forgotten as soon as it was read.

    Raises:
        FileError: `corrupt`, or `bomb`.
    """
    depth = count = 0
    root: Element | None = None
    try:
        events = Safe.iterparse(
            io.BytesIO(data), ("start", "end"), forbid_dtd=not doctype, forbid_external=True
        )
        for event, element in events:
            root = element if root is None else root
            depth += 1 if event == "start" else -1
            count += event == "start"
            budget.check()
            if drop and event == "end" and local(element) in drop:
                element.text = None
            if depth > _DEEPEST or count > _MOST_ELEMENTS:
                raise FileError(
                    "bomb",
                    f"{name} has more than {_MOST_ELEMENTS} parts, or is deeper than {_DEEPEST}",
                    "open it in the program that made it, and save it anew",
                )
    except DefusedXmlException as error:
        raise FileError(
            "bomb", f"{name} defines entities or a document type of its own", "save it without them"
        ) from error
    except (ParseError, ValueError, LookupError, UnicodeError) as error:
        raise FileError(
            "corrupt", f"{name} is damaged: {error}", "copy it anew or restore a backup"
        ) from error
    if root is None:
        raise FileError("corrupt", f"{name} holds no XML", "copy it anew or restore a backup")
    return root


def local(element: Element) -> str:
    """The name of an element without its namespace; empty for a comment."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: Element, name: str) -> str:
    """An attribute, whatever its namespace; empty where there is none."""
    for key, value in element.attrib.items():
        if key.rpartition("}")[2] == name:
            return value
    return ""


def below(element: Element, name: str) -> Iterator[Element]:
    """The elements of a name anywhere below, in reading order."""
    return (one for one in element.iter() if local(one) == name)


def text_of(element: Element) -> str:
    """All the text in an element, on one line."""
    return " ".join("".join(element.itertext()).split())
