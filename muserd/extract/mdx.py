"""MDX: Markdown with JavaScript and JSX. The code is dropped, the words inside of tags are kept."""

import re

from muserd.extract.blocks import Document
from muserd.extract.markdown import read_markdown

_FENCED = re.compile(
    r"(^[ \t]*+(`{3,}+|~{3,}+)[^\n]*+\n.*?(?:^[ \t]*\2[ \t]*$|\Z))", re.MULTILINE | re.DOTALL
)
# ESM: from the keyword to the next empty line, as MDX itself reads it.
_MODULE = re.compile(r"^(?:import|export)\b(?:[^\n]|\n(?![ \t]*\n))*", re.MULTILINE)
_COMMENT = re.compile(r"\{\s*/\*.{0,10000}?\*/\s*\}", re.DOTALL)
_TAG = re.compile(
    r"</?(?:[A-Z][\w.]*|)(?:\s[^<>{}]{0,2000}(?:\{[^{}]{0,2000}\}[^<>{}]{0,500}){0,50})?/?>"
)
_EXPRESSION = re.compile(r"\{[^{}\n]{0,1000}\}")


def read_mdx(text: str) -> Document:
    """Headings, paragraphs and code, as of Markdown. No code is run."""
    parts = _FENCED.split(text)  # what is between, the fenced code, its fence, …
    kept = [part if at % 3 else _without_code(part) for at, part in enumerate(parts) if at % 3 != 2]
    return read_markdown("".join(kept))


def _without_code(text: str) -> str:
    for pattern in (_COMMENT, _MODULE, _TAG, _EXPRESSION):
        text = pattern.sub("", text)
    return text
