"""What the dialects of Markdown add to CommonMark, made into CommonMark or taken out.

Obsidian (comments, callouts, embeds, block ids), Logseq (block references, queries), Hugo and
Jekyll (shortcodes), MkDocs, Docusaurus and pandoc (containers), Dataview (inline fields).
"""

import re
from collections.abc import Callable

from muserd.extract import budget

_FENCE = re.compile(r"^ {0,3}(?:[-*+>] +)*(`{3,}|~{3,})")
_COMMENTED = r"(?:[^%\n]|%(?!%)|\n(?!\n)){0,10000}"
_COMMENT_BLOCK = re.compile(r"^%%[ \t]*\n.*?^%%[ \t]*$", re.DOTALL | re.MULTILINE)
# Not where it follows a number or a word: `fell 5%% and rose 7%%`.
_COMMENT_INLINE = re.compile(rf"(?<!\S)%%(?=\S){_COMMENTED}%%|(?<!\S)%% {_COMMENTED} %%")
_EMBED = re.compile(r"!\[\[[^\]\n]{1,300}\]\]")
# No bracket within, and possessive: brackets that are never closed are passed over, not tried.
_WIKI = re.compile(
    r"\[\[((?:[^\[\]|#\\\n]|\\(?!\|)){0,200}+)(?:#((?:[^\[\]|\\\n]|\\(?!\|)){0,200}+))?+"
    r"(?:\\?\|([^\[\]\n]{0,200}+))?+\]\]"
)
_DATA_IMAGE = re.compile(r"!\[[^\]\n]{0,300}\]\(\s*<?data:[^)\n]*\)")
_DATA_DEFINITION = re.compile(r"^( {0,3}\[[^\]\n]{1,300}\]:)[ \t]*<?data:[^\n]*", re.MULTILINE)
_SHORTCODE = re.compile(
    r"\{\{[<%][^{}]{0,2000}[>%]\}\}|\{\{[^{}]{0,1000}\}\}|\{%[^%]{0,2000}%\}|<%[^%]{0,2000}%>"
)
_CALLOUT = re.compile(
    r"^((?:[ \t]*>)+[ \t]*)\[![\w/ -]{1,40}(?:\|[^\]\n]{0,60})?\][-+]?[ \t]*", re.MULTILINE
)
_CONTAINER = re.compile(
    r"^[ \t]*:{3,}[ \t]*(?:\{[^}\n]{0,200}\}|[\w-]+(?:[ \t]*\{[^}\n]{0,200}\})?)?"
    r"(?:\[([^\]\n]{0,200})\])?[ \t]*([^\n]{0,200})$",
    re.MULTILINE,
)
_ADMONITION = re.compile(
    r"^([ \t]*)(?:!!!|\?\?\?\+?)[ \t]+[\w -]{1,60}?(?:[ \t]+\"([^\"\n]{0,200})\")?[ \t]*$"
)
_BLOCK_ID = re.compile(r"(?:^|(?<![ \t])[ \t]+)\^[A-Za-z0-9-]{1,60}[ \t]*$", re.MULTILINE)
_TASK = re.compile(r"^([ \t>]*(?:[-*+]|\d{1,9}[.)])[ \t]+)\[[ xX/>?!*<-]\][ \t]+", re.MULTILINE)
_STATE = re.compile(
    r"^([ \t]*[-*+][ \t]+)(?:TODO|DONE|LATER|NOW|DOING|WAITING|CANCELL?ED)[ \t]+", re.MULTILINE
)
_PRIORITY = re.compile(r"^([ \t]*[-*+][ \t]+)\[#[A-C]\][ \t]+", re.MULTILINE)  # of Logseq
_PLANNED = re.compile(r"^[ \t]*(?:SCHEDULED|DEADLINE):[ \t]*<[^>\n]{1,60}>[ \t]*$", re.MULTILINE)
# Of Logseq, and of Roam, whose nine characters are hardly ever a word.
_REFERENCE = re.compile(
    r"!?\(\((?:[0-9a-f-]{30,40}|(?=[a-z]*[A-Z\d_-])(?![A-Z][a-z]{8}\))[\w-]{9})\)\)"
)
_FOOTNOTE = re.compile(r"\[\^[^\]\n]{1,60}\]:?")
_INLINE_FIELD = re.compile(r"[\[(]([\w -]{1,40})::[ \t]*([^\[\]()\n]{0,200})[\])]")
_MARKED = re.compile(r"==(?=\S)([^=\n]{1,300}?)(?<=\S)==")
_HIGHLIGHTED = re.compile(r"\^\^(?=\S)([^^\n]{1,300}?)(?<=\S)\^\^")  # of Roam and Logseq
_CONTENTS = re.compile(
    r"^[ \t]*(?:\[toc\]|\[\[_?toc_?\]\]|\\(?:newpage|pagebreak|tableofcontents))[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
_ABBREVIATION = re.compile(r"^ {0,3}\*\[[^\]\n]{1,60}\]:[^\n]*", re.MULTILINE)
_LINE_ATTRIBUTES = re.compile(r"^[ \t]*\{:?[ \t]*[#.:][^{}\n]{0,200}\}[ \t]*$", re.MULTILINE)
_MATH = re.compile(r"\$\$[^$]{1,5000}\$\$")


def to_commonmark(text: str) -> str:
    """The text with its dialect taken out; what stands in fenced code stays as it is."""
    return "".join(part if code else _plain(part) for code, part in _by_fences(text))


def _by_fences(text: str) -> list[tuple[bool, str]]:
    """Pieces of the text, in order, and whether each is fenced code with its fences."""
    if "```" not in text and "~~~" not in text:
        return [(False, text)]
    pieces: list[tuple[bool, list[str]]] = [(False, [])]
    fence = ""
    for line in text.splitlines(keepends=True):
        found = _FENCE.match(line)
        if not fence and found is not None:
            fence = found.group(1)
            pieces.append((True, [line]))
        elif fence:
            pieces[-1][1].append(line)
            if found is not None and found.group(1).startswith(fence) and not line.strip(" `~>\n"):
                fence = ""
                pieces.append((False, []))
        else:
            pieces[-1][1].append(line)
    return [(code, "".join(lines)) for code, lines in pieces if lines]


def _plain(text: str) -> str:
    for sign, pattern, replacement in _RULES:
        if sign in text:
            budget.check()
            text = pattern.sub(replacement, text)
    if "!!!" in text or "???" in text:
        text = _unindented(text)
    return text


def _wiki(found: re.Match[str]) -> str:
    name, heading, alias = found.groups()
    return alias or name or heading or ""


def _container(found: re.Match[str]) -> str:
    return f"{found.group(1) or ''}{found.group(2) or ''}"


def _unindented(text: str) -> str:
    """MkDocs' admonitions: their title, and what is indented below them."""
    lines: list[str] = []
    margin = -1
    for line in text.split("\n"):
        found = _ADMONITION.match(line)
        if found is not None:
            margin = len(found.group(1))
            lines.extend((found.group(2) or "", ""))
        elif margin >= 0 and line.strip() and len(line) - len(line.lstrip()) <= margin:
            margin = -1
            lines.append(line)
        else:
            lines.append(line[4:] if margin >= 0 and line.startswith("    ") else line)
    return "\n".join(lines)


_Replacement = str | Callable[[re.Match[str]], str]
# A sign without which the rule has nothing to do, the rule, and what comes in its place.
_RULES: tuple[tuple[str, re.Pattern[str], _Replacement], ...] = (
    ("%%", _COMMENT_BLOCK, ""),
    ("%%", _COMMENT_INLINE, ""),
    ("data:", _DATA_IMAGE, ""),
    ("data:", _DATA_DEFINITION, r"\1 #"),
    ("![[", _EMBED, ""),
    ("[toc]", _CONTENTS, ""),
    ("[TOC]", _CONTENTS, ""),
    ("_]]", _CONTENTS, ""),
    ("\\", _CONTENTS, ""),
    ("{", _SHORTCODE, ""),
    ("<%", _SHORTCODE, ""),
    ("[[", _WIKI, _wiki),
    ("[!", _CALLOUT, r"\1"),
    (":::", _CONTAINER, _container),
    ("^^", _HIGHLIGHTED, r"\1"),
    ("^", _FOOTNOTE, ""),
    ("^", _BLOCK_ID, ""),
    ("] ", _TASK, r"\1"),
    ("- ", _STATE, r"\1"),
    ("[#", _PRIORITY, r"\1"),
    (": <", _PLANNED, ""),
    ("((", _REFERENCE, ""),
    ("::", _INLINE_FIELD, r"\2"),
    ("==", _MARKED, r"\1"),
    ("*[", _ABBREVIATION, ""),
    ("{", _LINE_ATTRIBUTES, ""),
    ("$$", _MATH, ""),
)
