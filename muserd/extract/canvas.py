"""Boards and outlines: JSON Canvas 1.0 (Obsidian's `.canvas`), OPML 2.0."""

import json
from typing import Any

from muserd.extract.blocks import Block, Document
from muserd.extract.content import Content
from muserd.extract.head import head_of
from muserd.extract.limits import Limits
from muserd.extract.links import Link, links_in
from muserd.extract.markdown import read_markdown
from muserd.extract.xml import below, parse_xml, text_of
from muserd.ground.errors import FileError
from muserd.ground.paths import display


def read_canvas(content: Content, limits: Limits) -> Document:  # noqa: ARG001 - see `Format.yields`
    """The cards of a board, from the top to the bottom; its files are embedded in it.

    Raises:
        FileError: `corrupt`, `empty`.
    """
    name = display(content.path)
    try:
        board: Any = json.loads(content.data)
        nodes = [node for node in board.get("nodes", ()) if isinstance(node, dict)]
    except (ValueError, AttributeError, RecursionError, TypeError) as error:
        raise FileError("corrupt", f"{name} is no canvas: {error}", "copy it anew") from error
    blocks: list[Block] = []
    links: list[Link] = []
    for node in sorted(nodes, key=_position):
        match node:
            case {"type": "text", "text": str(text)}:
                blocks.extend(read_markdown(text).blocks)
                links.extend(links_in("markdown", text))
            case {"type": "file", "file": str(path)}:
                links.append(Link("embed", path))
                blocks.append(Block("prose", path.rsplit("/", 1)[-1].rsplit(".", 1)[0]))
            case {"type": "group", "label": str(label)}:
                blocks.append(Block("heading", label))
    return Document(blocks, links=links)


def read_opml(content: Content, limits: Limits) -> Document:  # noqa: ARG001 - see `Format.yields`
    """The lines of an outline; its first level as headings.

    Raises:
        FileError: `corrupt` or `bomb`.
    """
    root = parse_xml(content.data, display(content.path))
    blocks: list[Block] = []
    body = next(below(root, "body"), None)
    for top in body if body is not None else ():
        for at, one in enumerate(below(top, "outline")):
            text = " ".join((one.get("text") or one.get("title") or "").split())
            note = (one.get("_note") or "").strip()
            if text:
                blocks.append(Block("prose" if at else "heading", text))
            if note:
                blocks.append(Block("prose", note))
    head = next(below(root, "head"), None)
    values = {}
    if head is not None:
        values["title"] = next((text_of(one) for one in below(head, "title")), "")
        values["date"] = next((text_of(one) for one in below(head, "dateCreated")), "")
    return Document(blocks, head_of(values))


def _position(node: dict[str, Any]) -> tuple[float, float]:
    x, y = node.get("x"), node.get("y")
    return (
        float(y) if isinstance(y, (int, float)) else 0.0,
        float(x) if isinstance(x, (int, float)) else 0.0,
    )
