"""LaTeX to clean text: what is printed, as far as it can be told without running TeX."""

import re
import unicodedata

from muserd.extract.blocks import Block, Document
from muserd.extract.head import head_of

_COMMENT = re.compile(r"(?<!\\)%.*$", re.MULTILINE)
_BODY = re.compile(r"\\begin\{document\}(.*?)(?:\\end\{document\}|\Z)", re.DOTALL)
_BRACED = r"\s*(?:\[[^\]]{0,300}\])?\s*\{((?:[^{}]|\{[^{}]*\}){0,2000})\}"
_HEAD = {key: re.compile(rf"\\{key}{_BRACED}") for key in ("title", "date", "keywords")}
_HEADING = re.compile(rf"\\(?:part|chapter|section|subsection|subsubsection|paragraph)\*?{_BRACED}")
_HIDDEN = re.compile(
    r"\\begin\{(equation|align|gather|multline|eqnarray|displaymath|math|tikzpicture|tabular|"
    r"tabularx|longtable|filecontents|comment|thebibliography)(\*?)\}.*?\\end\{\1\2\}",
    re.DOTALL,
)
_CODE = re.compile(r"\\begin\{(verbatim|lstlisting|minted)\}(.*?)\\end\{\1\}", re.DOTALL)
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

    def keep(found: re.Match[str]) -> str:
        code.append(found.group(2).strip("\n"))
        return f"\n\n\0{len(code) - 1}\0\n\n"

    text = _CODE.sub(keep, text.replace("\0", ""))
    text = _HIDDEN.sub("", text)
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
