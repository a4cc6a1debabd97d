"""LaTeX to clean text: what is printed, as far as it can be told without running TeX."""

import re
import unicodedata
from collections.abc import Callable

from muserd.extract import budget
from muserd.extract.blocks import Block, Document
from muserd.extract.head import head_of

_COMMENT = re.compile(r"(?<!\\)%.*$", re.MULTILINE)
_BODY = re.compile(r"\\begin\{document\}(.*?)(?:\\end\{document\}|\Z)", re.DOTALL)
# Blanks are bounded, and so is what stands in brackets: a pattern must not look far for nothing.
_BRACED = r"\s{0,40}(?:\[[^\]]{0,300}\]\s{0,40})?\{((?:[^{}]|\{[^{}]{0,2000}\}){0,2000})\}"
_HEAD = {key: re.compile(rf"\\{key}{_BRACED}") for key in ("title", "date", "keywords")}
_HEADING = re.compile(rf"\\(?:part|chapter|section|subsection|subsubsection|paragraph)\*?{_BRACED}")
_BEGIN = re.compile(r"\\begin\{([A-Za-z]{1,20})(\*?)\}")
_HIDDEN = frozenset(
    (
        *("equation", "align", "gather", "multline", "eqnarray", "displaymath", "math", "comment"),
        *("tikzpicture", "tabular", "tabularx", "longtable", "filecontents", "thebibliography"),
    )
)
_CODE = frozenset(("verbatim", "lstlisting", "minted"))
_DROPPED = re.compile(
    r"\\(?:cite\w{0,8}|ref|eqref|pageref|label|index|input|include|includegraphics|usepackage|"
    r"bibliography\w{0,5}|vspace|hspace|documentclass|newcommand|renewcommand|def|thispagestyle|"
    r"pagestyle|setlength|hypersetup|author|title|date|thanks|begin|end)(?![A-Za-z])\*?"
    r"(?:\s*\[[^\]]{0,300}\])*(?:\s*\{[^{}]{0,2000}\})*"
)
_ACCENT = re.compile(r"\\([`'^\"~=.])\s*(?:\{\\?([A-Za-z])\}|\\?([A-Za-z]))")
_MARKS = {
    "`": "\u0300",
    "'": "\u0301",
    "^": "\u0302",
    "~": "\u0303",
    "=": "\u0304",
    ".": "\u0307",
    '"': "\u0308",
}
_LETTERS = {"ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "o": "ø", "O": "Ø", "aa": "å"}
_LETTERS |= {"l": "ł", "L": "Ł", "S": "§", "ldots": "…", "dots": "…", "LaTeX": "LaTeX"}
_LETTERS |= {"TeX": "TeX", "par": "\n\n", "newline": "\n", "item": "\n", "textbackslash": " "}
_COMMAND = re.compile(r"\\([A-Za-z@]+)\*?[ \t]*(?:\[[^\]\n]{0,200}\])?")
_SIGNS = (("---", "—"), ("--", "–"), ("``", "“"), ("''", "”"), ("~", " "), ("\\\\", "\n"))


def read_latex(text: str) -> Document:
    """Headings, paragraphs and code of the document; title and date of its preamble."""
    text = _COMMENT.sub("", text)
    values = {
        key: _plain(found.group(1)) for key, at in _HEAD.items() if (found := at.search(text))
    }
    body = _BODY.search(text)
    text = body.group(1) if body is not None else text
    code: list[str] = []

    def keep(inner: str) -> str:
        code.append(inner.strip("\n"))
        return f"\n\n\0{len(code) - 1}\0\n\n"

    text = _replaced(text.replace("\0", ""), _CODE, keep)
    text = _replaced(text, _HIDDEN, lambda _: "")
    text = _HEADING.sub(lambda found: f"\n\n\1{found.group(1)}\n\n", text)
    blocks: list[Block] = []
    for part in re.split(r"\n\s*\n", text):
        stripped = part.strip()
        if stripped.startswith("\0"):
            blocks.append(Block("code", code[int(stripped.strip("\0"))]))
        elif stripped.startswith("\1"):
            blocks.append(Block("heading", " ".join(_plain(stripped[1:]).split())))
        else:
            blocks.append(Block("prose", _plain(stripped)))
    if values.get("date") == "":
        del values["date"]
    return Document([block for block in blocks if block.text.strip()], head_of(values))


def _replaced(text: str, names: frozenset[str], put: Callable[[str], str]) -> str:
    """The text with `put` of its content in place of each environment; one pass, none is nested."""
    parts: list[str] = []
    at = 0
    unended: set[str] = set()
    for found in _BEGIN.finditer(text):
        budget.check()
        end_tag = f"\\end{{{found.group(1)}{found.group(2)}}}"
        if found.start() < at or found.group(1) not in names or end_tag in unended:
            continue
        end = text.find(end_tag, found.end())
        if end < 0:
            unended.add(end_tag)  # nor does any that begins later
            continue
        parts += [text[at : found.start()], put(text[found.end() : end])]
        at = end + len(end_tag)
    return "".join([*parts, text[at:]])


def _plain(text: str) -> str:
    text = _ACCENT.sub(_accented, text)
    text = _DROPPED.sub(" ", text)
    text = text.replace("\\\\", "\n")
    text = _COMMAND.sub(lambda found: _LETTERS.get(found.group(1), ""), text)
    text = re.sub(r"\\([%&$#_{} ,;:!])", r"\1", text).replace("$", "")
    for sign, printed in _SIGNS:
        text = text.replace(sign, printed)
    text = text.replace("{", "").replace("}", "").replace("\\", "")
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def _accented(found: re.Match[str]) -> str:
    letter = found.group(2) or found.group(3)
    return unicodedata.normalize("NFC", letter + _MARKS[found.group(1)])
