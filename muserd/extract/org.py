"""Org mode to clean text."""

import re

from muserd.extract import budget
from muserd.extract.blocks import Block, BlockKind, Document
from muserd.extract.head import head_of

_HEADING = re.compile(r"\*+[ \t]+(?:(\w+)[ \t]+)?(.*)$")
_STATES = frozenset(
    [
        "TODO",
        "DONE",
        "NEXT",
        "WAITING",
        "WAIT",
        "HOLD",
        "CANCELED",
        "CANCELLED",
        "STARTED",
        "SOMEDAY",
        "PROJ",
        "IDEA",
        "KILL",
    ]
)
_PRIORITY = re.compile(r"^\[#[A-Z0-9]\][ \t]*")
_COOKIE = re.compile(r"[ \t]*\[(?:\d{0,4}/\d{0,4}|\d{0,3}%)\]")
_BOX = re.compile(r"^([ \t]*(?:[-+*]|\d{1,9}[.)])[ \t]+)\[[ X-]\][ \t]+")
_RULE = re.compile(r"[ \t]*(?:\|[-+]+\|?|-{5,})[ \t]*$")
_HEADING_TAGS = re.compile(r"(?<![ \t])[ \t]+:([\w@#%:]{1,200}):[ \t]*$")
_KEYWORD = re.compile(r"[ \t]*#\+(\w+):[ \t]*(.*)$")
_BEGIN = re.compile(r"[ \t]*#\+begin_(\w+)", re.IGNORECASE)
_END = re.compile(r"[ \t]*#\+end_(\w+)", re.IGNORECASE)
_DRAWER = re.compile(r"[ \t]*:(\w[\w-]*):[ \t]*$")
_PROPERTY = re.compile(r":([\w-]+):[ \t]+(\S.*)$")
_PLANNING = re.compile(r"[ \t]*(?:SCHEDULED|DEADLINE|CLOSED|CLOCK):")
_HIDDEN = {"comment", "export"}
_CODE = {"src", "example"}
_INLINE = (
    (re.compile(r"\[\[[^\[\]]{0,500}\]\[([^\[\]]{0,300})\]\]"), r"\1"),
    (re.compile(r"\[\[(?:\w{1,10}:)?([^\[\]]{0,500})\]\]"), r"\1"),
    (re.compile(r"\[fn:[^\]]{0,60}\]"), ""),
    (re.compile(r"[<\[]\d{4}-\d{2}-\d{2}[^\]>\n]{0,60}[>\]]"), ""),
    (re.compile(r"\{\{\{[^{}\n]{0,300}\}\}\}"), ""),
    (re.compile(r"<<<?[^<>\n]{0,200}>>>?"), ""),
    (re.compile(r"@@\w+:[^@\n]{0,500}@@"), ""),
    (re.compile(r"(?<![\w*])([*/_+=~])(?=\S)([^\n]{1,300}?)(?<=\S)\1(?!\w)"), r"\2"),
)


def read_org(text: str) -> Document:
    """Headings, paragraphs and code; title, date and tags of its keywords."""
    reader = _Reader()
    for line in text.split("\n"):
        budget.check()
        reader.take(line)
    reader.flush("code" if reader.inside in _CODE else "prose")
    values = reader.values
    if "filetags" in values:
        values["filetags"] = values["filetags"].replace(":", " ")
    blocks = [block for block in reader.blocks if block.text]
    return Document(blocks, head_of(values), tuple(reader.tags))


class _Reader:
    """Where the reader stands: in a paragraph, in a `#+begin_…` block, or in a drawer."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.values: dict[str, str] = {}
        self.tags: dict[str, None] = {}
        self.inside = ""
        self._states = _STATES
        self._drawer = False
        self._paragraph: list[str] = []

    def flush(self, kind: BlockKind = "prose") -> None:
        lines = "\n".join(self._paragraph)
        lines = lines if kind == "code" else _plain(lines)
        if lines.strip():
            self.blocks.append(Block(kind, lines.strip("\n")))
        self._paragraph.clear()

    def take(self, line: str) -> None:
        if self.inside:
            self._take_inside(line)
        elif self._drawer:
            self._take_property(line.strip())
        elif (begin := _BEGIN.match(line)) is not None:
            self.flush()
            self.inside = begin.group(1).lower()
        elif (heading := _HEADING.match(line)) is not None:
            self.flush()
            self._take_heading(heading.group(1) or "", heading.group(2))
        elif (keyword := _KEYWORD.match(line)) is not None:
            self._take_keyword(keyword.group(1).lower(), keyword.group(2).strip())
        elif _RULE.match(line):
            self.flush()
        elif _DRAWER.match(line) and line.strip().upper() != ":END:":
            self.flush()
            self._drawer = True
        elif not line.strip():
            self.flush()
        elif not _PLANNING.match(line) and not line.lstrip().startswith("# "):
            self._paragraph.append(_cells(_BOX.sub(r"\1", line).strip()))

    def _take_property(self, line: str) -> None:
        self._drawer = line.upper() != ":END:"
        found = _PROPERTY.match(line)
        if found is not None and not self.blocks:
            self.values.setdefault(found.group(1).lower(), found.group(2).strip())

    def _take_heading(self, state: str, title: str) -> None:
        title = title if state in self._states else f"{state} {title}".lstrip()
        title = _PRIORITY.sub("", title)
        if (tags := _HEADING_TAGS.search(f" {title}")) is not None:
            self.tags.update(dict.fromkeys(filter(None, tags.group(1).split(":"))))
            title = _HEADING_TAGS.sub("", f" {title}").strip()
        self.blocks.append(Block("heading", _plain(_COOKIE.sub("", title)).strip()))

    def _take_keyword(self, key: str, value: str) -> None:
        if key in {"todo", "seq_todo", "typ_todo"}:
            words = (word.partition("(")[0] for word in value.split())
            self._states = self._states | {word for word in words if word.isalnum()}
        elif key in {"filetags", "roam_tags", "tags"} and key in self.values:
            self.values[key] += f" {value}"
        else:
            self.values.setdefault(key, value)

    def _take_inside(self, line: str) -> None:
        end = _END.match(line)
        if end is None or end.group(1).lower() != self.inside:
            self._paragraph.append(line)
            return
        if self.inside in _HIDDEN:
            self._paragraph.clear()
        self.flush("code" if self.inside in _CODE else "prose")
        self.inside = ""


def _cells(line: str) -> str:
    """A row of a table without its bars."""
    if not (line.startswith("|") and line.endswith("|") and len(line) > 1):
        return line
    return " ".join(cell.strip() for cell in line.split("|") if cell.strip())


def _plain(text: str) -> str:
    for pattern, replacement in _INLINE:
        text = pattern.sub(replacement, text)
    return text
