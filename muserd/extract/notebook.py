"""Jupyter notebooks, nbformat 3 and 4: prose cells and code; results are left out."""

import json
from typing import Any

from muserd.extract import budget
from muserd.extract.blocks import Block, Document
from muserd.extract.content import Content
from muserd.extract.head import Head, head_of
from muserd.extract.limits import Limits
from muserd.extract.markdown import read_markdown
from muserd.ground.errors import FileError
from muserd.ground.paths import display


def read_ipynb(content: Content, limits: Limits) -> Document:  # noqa: ARG001 - see `Format.yields`
    """The cells of a notebook in order. Nothing is run, and nothing of what was run is read.

    Raises:
        FileError: `corrupt`.
    """
    try:
        notebook: Any = json.loads(content.data)
        cells = notebook.get("cells") or [
            cell for sheet in notebook.get("worksheets", ()) for cell in sheet.get("cells", ())
        ]
        metadata = notebook.get("metadata") or {}
    except (ValueError, AttributeError, RecursionError) as error:
        raise FileError(
            "corrupt", f"{display(content.path)} is no notebook: {error}", "copy it anew"
        ) from error
    blocks: list[Block] = []
    budget.keep(blocks)
    for cell in cells:
        if not isinstance(cell, dict):
            continue
        source = cell.get("source", cell.get("input", ""))
        lines = source if isinstance(source, list) else [source]
        text = "".join(line for line in lines if isinstance(line, str))
        match cell.get("cell_type"):
            case "markdown" | "heading" | "raw":
                blocks.extend(read_markdown(text).blocks)
            case "code" if text.strip():
                blocks.append(Block("code", text.strip("\n")))
    head = head_of(metadata) if isinstance(metadata, dict) else Head()
    return Document(blocks, Head(title=head.title, moment=head.moment, tags=head.tags))
