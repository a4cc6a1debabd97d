"""MDX: Markdown with JavaScript and JSX. The code is dropped, the words inside of tags are kept."""

import re

from muserd.extract import budget
from muserd.extract.blocks import Document
from muserd.extract.markdown import read_markdown

_FENCED = re.compile(
    r"(^[ \t]*+(`{3,}+|~{3,}+)[^\n]*+\n.*?(?:^[ \t]*\2[ \t]*$|\Z))", re.MULTILINE | re.DOTALL
)
# ESM: from the keyword to the next empty line, as MDX itself reads it.
_MODULE = re.compile(r"^(?:import|export)\b(?:[^\n]++|\n(?![ \t]*+\n))*+", re.MULTILINE)
_COMMENT = re.compile(r"\{\s*+/\*")
_COMMENT_END = re.compile(r"\*/\s*+\}")
_TAG = re.compile(
    r"</?(?:[A-Z][\w.]*+|)"
    r"(?:\s[^<>{}]{0,2000}(?:\{[^{}]{0,2000}+\}[^<>{}]{0,500}){0,50})?/?>"
)
_EXPRESSION = re.compile(r"\{[^{}\n]{0,1000}\}")


def read_mdx(text: str) -> Document:
    """Headings, paragraphs and code, as of Markdown. No code is run."""
    parts = _FENCED.split(text)  # what is between, the fenced code, its fence, …
    kept = [part if at % 3 else _without_code(part) for at, part in enumerate(parts) if at % 3 != 2]
    return read_markdown("".join(kept))


def _without_code(text: str) -> str:
    text = _without_comments(text)
    for pattern in (_MODULE, _TAG, _EXPRESSION):
        budget.check()
        text = pattern.sub("", text)
    return text


def _without_comments(text: str) -> str:
    """The text without `{/* … */}`. One that is not ended so is left; none is looked at twice."""
    kept: list[str] = []
    at = start = 0
    while (opening := _COMMENT.search(text, start)) is not None:
        end = text.find("*/", opening.end())
        if end < 0:
            break
        closing = _COMMENT_END.match(text, end)
        start = end + 2
        if closing is not None:
            kept.append(text[at : opening.start()])
            at = start = closing.end()
    return "".join(kept) + text[at:]
