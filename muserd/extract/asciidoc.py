"""AsciiDoc, as Asciidoctor defines it, to clean text. No include is followed, no macro run."""

import re

from muserd.extract import budget
from muserd.extract.blocks import Block, BlockKind, Document
from muserd.extract.head import head_of

_HEADING = re.compile(r"(={1,6}|#{1,6})[ \t]+(\S.*?)(?:[ \t]+\1)?[ \t]*$")
_ATTRIBUTE = re.compile(r":([\w-]{1,40})!?:(?:[ \t]+(.*))?$")
_FENCE = re.compile(r"(-{4,}|\.{4,}|`{3,}|={4,}|\*{4,}|_{4,}|\+{4,}|/{4,}|--)[ \t]*\S{0,20}$")
_CODE, _HIDDEN = ("-", ".", "`"), ("/", "+")
_TABLE = re.compile(r"[|,:!]={3,}[ \t]*$")
_BLOCK_LINE = re.compile(r"\[[^\]\n]{0,300}\]$|\.\S[^\n]*$")  # `[source,python]`, `.Title`
_DIRECTIVE = re.compile(r"(?:include|ifdef|ifndef|ifeval|endif|toc|image|video|audio)::")
_ITEM = re.compile(r"[ \t]*(?:[*.-]{1,5}|\d{1,4}\.|<\.|<\d{1,3}>)[ \t]+(?:\[[ x*]\][ \t]+)?")
_AUTHOR = re.compile(r"[\w. '-]{2,80}(?:[ \t]+<[^>\s]{3,80}>)?$|v?\d[\d.]*,.*$")
_INLINE = (
    (re.compile(r"(?:link|mailto|xref):[^\s\[\]]{1,500}\[([^\]\n]{0,300})\]"), r"\1"),
    (re.compile(r"https?://[^\s\[\]]{1,500}\[([^\]\n]{1,300})\]"), r"\1"),
    (re.compile(r"<<[^,>\n]{1,200},[ \t]*([^>\n]{1,300})>>"), r"\1"),
    (re.compile(r"<<([^>\n]{1,200})>>"), r"\1"),
    (re.compile(r"(?:image|icon):[^\s\[\]]{1,500}\[([^\],\n]{0,300})[^\]\n]{0,300}\]"), r"\1"),
    (
        re.compile(r"(?:kbd|btn|menu|footnote|indexterm2?|pass|stem):\w{0,40}\[([^\]\n]{0,300})\]"),
        r"\1",
    ),
    (re.compile(r"\(\(\(?([^()\n]{1,200})\)?\)\)"), r"\1"),
    (re.compile(r"\[\[[^\]\n]{1,200}\]\]|\[#[^\]\n]{1,200}\]"), ""),
    (re.compile(r"(?<![\w*_`#])(\*\*|__|``|##|[*_`#])(?=\S)([^\n]{1,300}?)(?<=\S)\1(?!\w)"), r"\2"),
    (re.compile(r"\[\.[\w.-]{1,40}\]"), ""),
    (re.compile(r"[ \t]\+$", re.MULTILINE), ""),
)


def read_asciidoc(text: str) -> Document:
    """Headings, paragraphs and code; title, date, tags and language of the document's head."""
    reader = _Reader()
    for line in text.split("\n"):
        budget.check()
        reader.take(line.rstrip())
    reader.flush()
    return Document(reader.blocks, head_of(reader.values))


class _Reader:
    """Where the reader stands: in the head, in a paragraph, or between two lines of a block."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.values: dict[str, str] = {}
        self._lines: list[str] = []
        self._fence = ""  # the line that ends the block of code or comment
        self._head = False  # right below the title

    def flush(self, kind: BlockKind = "prose") -> None:
        lines = "\n".join(self._lines)
        self._lines.clear()
        lines = lines.strip("\n") if kind == "code" else _plain(lines).strip()
        if lines.strip():
            self.blocks.append(Block(kind, lines))

    def take(self, line: str) -> None:
        if self._fence:
            self._take_inside(line)
        elif fence := _FENCE.fullmatch(line):
            self.flush()
            mark = fence.group(1)
            if mark[0] in _CODE + _HIDDEN and mark != "--":
                self._fence = mark
        elif line.startswith("//") or _DIRECTIVE.match(line):
            return
        elif not line:
            self._head = False
            self.flush()
        elif found := _ATTRIBUTE.fullmatch(line):
            self.values[found.group(1).lower()] = found.group(2) or ""
        elif found := _HEADING.fullmatch(line):
            self._take_heading(found.group(1), found.group(2))
        elif self._head and _AUTHOR.fullmatch(line):
            self._take_revision(line)
        elif _BLOCK_LINE.fullmatch(line) or _TABLE.fullmatch(line) or line in {"+", "'''", "<<<"}:
            self.flush()
        else:
            self._take_text(line)

    def _take_inside(self, line: str) -> None:
        if line != self._fence:
            self._lines.append(line)
            return
        if self._fence[0] in _HIDDEN:
            self._lines.clear()
        self.flush("code")
        self._fence = ""

    def _take_heading(self, level: str, title: str) -> None:
        self.flush()
        self._lines.append(title)
        self.flush("heading")
        self._head = len(level) == 1 and len(self.blocks) == 1

    def _take_revision(self, line: str) -> None:
        found = re.search(r"\d{4}-\d{2}-\d{2}", line)
        if found:
            self.values.setdefault("date", found.group())

    def _take_text(self, line: str) -> None:
        item = _ITEM.match(line)
        if item is not None:
            self.flush()
            line = line[item.end() :]
        elif line.startswith("|"):
            self.flush()
            line = " ".join(cell.strip() for cell in line.split("|") if cell.strip())
        self._lines.append(line)


def _plain(text: str) -> str:
    for pattern, by in _INLINE:
        text = pattern.sub(by, text)
    return text
