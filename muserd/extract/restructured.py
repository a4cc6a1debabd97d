"""reStructuredText to clean text, by the shapes of its lines; nothing is included or executed."""

import re

from muserd.extract import budget
from muserd.extract.blocks import Block, Document
from muserd.extract.head import head_of

_RULE = re.compile(r"([=\-`:.'\"~^_*+#<>!$%&(),/;?@\[\\\]{|}])\1{2,}\s*$")
_FIELD = re.compile(r":([A-Za-z][\w ]{0,40}):[ \t]*(.*)$")
_DIRECTIVE = re.compile(r"\.\.[ \t]+(?:\|[^|]+\|[ \t]+)?([\w:.+-]+)::[ \t]*(.*)$")
_CODE = {"code", "code-block", "sourcecode", "highlight", "parsed-literal", "math"}
_SHOWN = {"note", "warning", "tip", "hint", "important", "caution", "danger", "error", "topic"}
_SHOWN |= {"attention", "admonition", "seealso", "sidebar", "epigraph", "pull-quote", "rubric"}
_SHOWN |= {"versionadded", "versionchanged", "deprecated", "container", "compound", "glossary"}
_SHOWN |= {"function", "class", "method", "attribute", "module", "data", "exception", "describe"}
_INLINE = (
    (re.compile(r":[\w:+-]{1,40}:`([^`<]{0,300}?)\s*<[^`>]{0,300}>`"), r"\1"),
    (re.compile(r":[\w:+-]{1,40}:`[~!]?([^`]{0,300})`"), r"\1"),
    (re.compile(r"``([^`]{0,1000}?)``"), r"\1"),
    (re.compile(r"`([^`<]{0,300}?)\s*<[^`>]{0,500}>`_{1,2}"), r"\1"),
    (re.compile(r"`([^`]{0,300})`_{0,2}"), r"\1"),
    (re.compile(r"\[(?:#?[\w-]{0,40}|\*)\]_"), ""),
    (re.compile(r"\*\*([^*\n]{1,300})\*\*"), r"\1"),
    (re.compile(r"\*([^*\n]{1,300})\*"), r"\1"),
    (re.compile(r"\|([\w -]{1,60})\|_{0,2}"), r"\1"),
    (re.compile(r"\b(\w{2,60})__?(?!\w)"), r"\1"),
)
_TABLE_RULE = re.compile(r"[ \t]*(?:[+=][-=+ \t]{2,}[+=]?|={2,}(?: +={2,})+)[ \t]*$")


def read_rst(text: str) -> Document:
    """Headings, paragraphs and code; title, date and tags of a field list at the top."""
    lines = text.expandtabs(8).split("\n")
    blocks: list[Block] = []
    values: dict[str, str] = {}
    at = 0
    while at < len(lines):
        budget.check()
        line = lines[at]
        if not line.strip() or _TABLE_RULE.match(line):
            at += 1
        elif _RULE.match(line) and at + 2 < len(lines) and _RULE.match(lines[at + 2]):
            blocks.append(Block("heading", _plain(lines[at + 1].strip())))  # over and under
            at += 3
        elif not line[0].isspace() and _underlined(lines, at):
            blocks.append(Block("heading", _plain(line.strip())))
            at += 2
        elif line.startswith(".."):
            at = _explicit(lines, at, blocks)
        elif (found := _FIELD.match(line)) is not None and not _has_prose(blocks):
            values.setdefault(found.group(1), found.group(2))
            at += 1
        elif _RULE.match(line):
            at += 1
        else:
            at = _paragraph(lines, at, blocks)
    return Document([block for block in blocks if block.text.strip()], head_of(values))


def _underlined(lines: list[str], at: int) -> bool:
    if at + 1 >= len(lines) or _RULE.match(lines[at]):
        return False
    rule = lines[at + 1].rstrip()
    return _RULE.match(rule) is not None and len(rule) >= min(len(lines[at].rstrip()), 4)


def _has_prose(blocks: list[Block]) -> bool:
    return any(block.kind != "heading" for block in blocks)


def _explicit(lines: list[str], at: int, blocks: list[Block]) -> int:
    """A directive, a target, a footnote or a comment: `..` and what is indented below it."""
    found = _DIRECTIVE.match(lines[at])
    end = _end_of_indented(lines, at + 1)
    if found is None:
        return end
    name, argument = found.group(1).rsplit(":", 1)[-1].lower(), found.group(2)
    body = [line for line in lines[at + 1 : end] if not _FIELD.match(line.strip())]
    if name in _CODE:
        blocks.append(Block("code", _dedented(body)))
    elif name in _SHOWN:
        shown = read_rst("\n".join([argument, "", _dedented(body)]))
        blocks.extend(shown.blocks)
    return end


def _paragraph(lines: list[str], at: int, blocks: list[Block]) -> int:
    start = at
    while at < len(lines) and lines[at].strip() and not (at > start and _underlined(lines, at)):
        at += 1
    own = (line.strip() for line in lines[start:at] if not _TABLE_RULE.match(line))
    text = _plain("\n".join(_cells(line) for line in own))
    literal = text.endswith("::")
    blocks.append(Block("prose", text[:-1] if literal else text))
    if literal:
        end = _end_of_indented(lines, at)
        blocks.append(Block("code", _dedented(lines[at:end])))
        return end
    return at


def _cells(line: str) -> str:
    """A row of a grid table without its bars."""
    if not (line.startswith("|") and line.endswith("|")):
        return line
    return " ".join(cell.strip() for cell in line.split("|") if cell.strip())


def _end_of_indented(lines: list[str], at: int) -> int:
    end = at
    while at < len(lines) and (not lines[at].strip() or lines[at][0].isspace()):
        if lines[at].strip():
            end = at + 1
        at += 1
    return end


def _dedented(lines: list[str]) -> str:
    margin = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return "\n".join(line[margin:] for line in lines).strip("\n")


def _plain(text: str) -> str:
    for pattern, replacement in _INLINE:
        text = pattern.sub(replacement, text)
    return text
