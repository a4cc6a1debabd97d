"""Org mode to clean text."""

import re

from muserd.extract.blocks import Block, BlockKind, Document
from muserd.extract.frontmatter import head_of

_HEADING = re.compile(
    r"\*+[ \t]+(?:(?:TODO|DONE|NEXT|WAITING|CANCELL?ED)[ \t]+)?(?:\[#[A-Z]\][ \t]*)?(.*)$"
)
_HEADING_TAGS = re.compile(r"[ \t]+:([\w@#%:]{1,200}):[ \t]*$")
_KEYWORD = re.compile(r"[ \t]*#\+(\w+):[ \t]*(.*)$")
_BEGIN = re.compile(r"[ \t]*#\+begin_(\w+)", re.IGNORECASE)
_END = re.compile(r"[ \t]*#\+end_(\w+)", re.IGNORECASE)
_DRAWER = re.compile(r"[ \t]*:(\w[\w-]*):[ \t]*$")
_PLANNING = re.compile(r"[ \t]*(?:SCHEDULED|DEADLINE|CLOSED|CLOCK):")
_HIDDEN = {"comment", "export"}
_CODE = {"src", "example"}
_INLINE = (
    (re.compile(r"\[\[[^\[\]]{0,500}\]\[([^\[\]]{0,300})\]\]"), r"\1"),
    (re.compile(r"\[\[(?:\w{1,10}:)?([^\[\]]{0,500})\]\]"), r"\1"),
    (re.compile(r"\[fn:[^\]]{0,60}\]"), ""),
    (re.compile(r"(?<![\w*])([*/_+=~])(?=\S)([^\n]{1,300}?)(?<=\S)\1(?!\w)"), r"\2"),
)


def read_org(text: str) -> Document:
    """Headings, paragraphs and code; title, date and tags of its keywords."""
    reader = _Reader()
    for line in text.split("\n"):
        reader.take(line)
    reader.flush("code" if reader.inside in _CODE else "prose")
    values = reader.values
    if "filetags" in values:
        values["filetags"] = values["filetags"].replace(":", " ")
    return Document([block for block in reader.blocks if block.text], head_of(values))


class _Reader:
    """Where the reader stands: in a paragraph, in a `#+begin_…` block, or in a drawer."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.values: dict[str, str] = {}
        self.inside = ""
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
            self._drawer = line.strip().upper() != ":END:"
        elif (begin := _BEGIN.match(line)) is not None:
            self.flush()
            self.inside = begin.group(1).lower()
        elif (heading := _HEADING.match(line)) is not None:
            self.flush()
            title = _HEADING_TAGS.sub("", heading.group(1))
            self.blocks.append(Block("heading", _plain(title).strip()))
        elif (keyword := _KEYWORD.match(line)) is not None:
            self.values.setdefault(keyword.group(1).lower(), keyword.group(2).strip())
        elif _DRAWER.match(line) and line.strip().upper() != ":END:":
            self.flush()
            self._drawer = True
        elif not line.strip():
            self.flush()
        elif not _PLANNING.match(line) and not line.lstrip().startswith("# "):
            self._paragraph.append(line.strip())

    def _take_inside(self, line: str) -> None:
        end = _END.match(line)
        if end is None or end.group(1).lower() != self.inside:
            self._paragraph.append(line)
            return
        if self.inside in _HIDDEN:
            self._paragraph.clear()
        self.flush("code" if self.inside in _CODE else "prose")
        self.inside = ""


def _plain(text: str) -> str:
    for pattern, replacement in _INLINE:
        text = pattern.sub(replacement, text)
    return text
