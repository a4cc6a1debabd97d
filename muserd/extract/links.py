"""What a note points at: links, wiki links and embedded files, as they are written.

Only what may lie beside the note counts: addresses of the web do not. Nothing is opened here; what
a target means is decided where all paths are known (`engine.links`).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Literal
from urllib.parse import unquote

LinkKind = Literal["link", "embed", "name"]

MOST_LINKS = 500
_LONGEST = 500  # characters of a target
# Possessive: a long run of marks is one mark, and never tried in parts.
_FENCED = re.compile(
    r"^([ \t>]*+)(`{3,}+|~{3,}+)[^\n]*+\n.*?(?:^\1\2|\Z)", re.MULTILINE | re.DOTALL
)
_TICKS = re.compile(r"`++")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_WIKI = re.compile(r"(!?)\[\[([^\[\]\n]{1,500}+)\]\]")
_TARGET = (
    r"\(\s{0,3}(?:<([^<>\n]{1,500})>|([^\s()]{1,500}(?:\([^\s()]{0,100}\)[^\s()]{0,200})?))"
    r"(?:\s+[\"'(][^\n]{0,300}?[\"')])?\s{0,3}\)"
)
_IMAGE = re.compile(r"!\[(?:\\.|[^\[\]\n\\]){0,500}+\]" + _TARGET)
_INLINE = re.compile(
    r"(?<!!)\[(?:\\.|[^\[\]\n\\]|!?\[[^\[\]\n]{0,200}+\](?:\([^()\n]{0,500}+\))?+){0,500}+\]"
    + _TARGET
)
_DEFINED = re.compile(r"^ {0,3}\[[^\]\n]{1,200}\]:[ \t]+<?([^\s<>]{1,500})>?", re.MULTILINE)
_TAGS = re.compile(
    r"<(a|img|video|audio|source|embed)\b[^<>]{0,1000}?\b(?:href|src)\s*=\s*"
    r"(?:\"([^\"<>]{1,500})\"|'([^'<>]{1,500})'|([^\s\"'<>]{1,500}))",
    re.IGNORECASE,
)
_ORG = re.compile(r"\[\[(?:file:)?([^\[\]\n]{1,500})\](?:\[[^\[\]\n]{0,300}\])?\]")
_RST = re.compile(
    r"^\.\.[ \t]+(image|figure|include)::[ \t]+(\S{1,500})|`[^`<>\n]{0,300}<([^`<>\s]{1,500})>`__?"
    r"|:doc:`(?:[^`<>\n]{0,300}<)?([^`<>\n]{1,500})>?`",
    re.MULTILINE,
)
_ADOC = re.compile(
    r"(image|video|audio)::?([^\s\[\]:][^\s\[\]]{0,499})\[|(?:link|xref):([^\s\[\]]{1,500})\["
    r"|<<([^,>\n#]{1,500}\.adoc)[#,>]"
)
_LATEX = re.compile(
    r"\\(includegraphics)(?:\[[^\]\n]{0,300}\])?\{([^{}\n]{1,500})\}|\\(?:input|include)\{([^{}\n]{1,500})\}"
)
_FILE_NAME = re.compile(
    r"(?<![\w/\\.%@:=&?-])[\w][\w.-]{0,99}\.(?:jpe?g|png|gif|webp|heic|avif|tiff?|svg|mp4|mov)\b(?![\w/])",
    re.IGNORECASE,
)
_SOME_FILE = re.compile(r"\.(?:jpe?g|png|gif|webp|heic|avif|tiff?|svg|mp4|mov)", re.IGNORECASE)
_ELSEWHERE = re.compile(r"(?:[a-z][a-z0-9+.-]{1,20}:(?!/*[a-z]:[/\\])|//|#)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Link:
    """A target as it was written, without title, size and place inside of the target.

    Attributes:
        kind: whether the target is linked, shown in the note, or only named in its text.
        target: a relative path, or the name of a note; never an address of the web.
    """

    kind: LinkKind
    target: str


def links_in(format_name: str, text: str) -> tuple[Link, ...]:
    """What a text of a format points at, each target once, in the order of the text."""
    read = _READERS.get(format_name)
    found: dict[str, Link] = {}
    for link in chain(read(text) if read is not None else (), _named(text)):
        if link.kind == "name" and any(target.endswith(link.target) for target in found):
            continue  # it is a part of a target
        known = found.setdefault(link.target, link)
        if known.kind == "link" and link.kind == "embed":
            found[link.target] = link  # what is shown is more than linked
        if len(found) >= MOST_LINKS:
            break
    return tuple(found.values())


def link_of(kind: LinkKind, written: str, *, wiki: bool = False) -> Link | None:
    """The link to a target; None for an address of the web and for a place in the note itself."""
    target = written.strip()
    if wiki:
        target = target.split("|", 1)[0]
    elif _ELSEWHERE.match(target):
        return None
    target = re.split(r"[#?^]" if not wiki else r"#", target, maxsplit=1)[0].strip()
    if not wiki:
        target = unquote(target)
    if not target or "\0" in target or len(target) > _LONGEST:
        return None
    return Link(kind, target)


def _named(text: str) -> Iterator[Link]:
    """Files of pictures whose names stand in the prose."""
    if _SOME_FILE.search(text):
        for match in _FILE_NAME.finditer(text):
            yield Link("name", match.group())


def _markdown(text: str) -> Iterator[Link]:
    if "[" not in text and "<" not in text:
        return
    text = _COMMENT.sub("", text) if "<!--" in text else text
    if "`" in text or "~~~" in text:
        text = _without_spans(_FENCED.sub("", text))
    found: list[tuple[int, LinkKind, str, bool]] = []
    if "[[" in text:
        found += [(at.start(), _shown(at), at.group(2), True) for at in _WIKI.finditer(text)]
    if "](" in text:
        found += [(at.start(), "embed", _either(at), False) for at in _IMAGE.finditer(text)]
        found += [(at.start(), "link", _either(at), False) for at in _INLINE.finditer(text)]
    if "]:" in text:
        found += [(at.start(), "link", at.group(1), False) for at in _DEFINED.finditer(text)]
    if "<" in text:
        found += [(at.start(), *_tag(at), False) for at in _TAGS.finditer(text)]
    for _, kind, target, wiki in sorted(found, key=lambda one: one[0]):
        link = link_of(kind, target, wiki=wiki)
        if link is not None:
            yield link


def _shown(match: re.Match[str]) -> LinkKind:
    return "embed" if match.group(1) else "link"


def _either(match: re.Match[str]) -> str:
    return match.group(1) or match.group(2)


def _without_spans(text: str) -> str:
    """A text without its code spans: from a run of backticks to the next one of its length."""
    runs = [(found.start(), found.end()) for found in _TICKS.finditer(text)]
    following: dict[int, int] = {}  # length → number of the next run of that length
    partner = [0] * len(runs)
    for number in range(len(runs) - 1, -1, -1):
        length = runs[number][1] - runs[number][0]
        partner[number] = following.get(length, 0)
        following[length] = number
    kept: list[str] = []
    at = number = 0
    while number < len(runs):
        end = partner[number]
        if end and text.find("\n\n", runs[number][1], runs[end][0]) < 0:
            kept.append(text[at : runs[number][0]])
            at, number = runs[end][1], end
        number += 1
    return "".join(kept) + text[at:]


def _html(text: str) -> Iterator[Link]:
    for match in _TAGS.finditer(_COMMENT.sub("", text)):
        kind, target = _tag(match)
        link = link_of(kind, target)
        if link is not None:
            yield link


def _tag(match: re.Match[str]) -> tuple[LinkKind, str]:
    kind: LinkKind = "link" if match.group(1).lower() == "a" else "embed"
    return kind, match.group(2) or match.group(3) or match.group(4)


def _org(text: str) -> Iterator[Link]:
    for match in _ORG.finditer(text):
        target = match.group(1)
        picture = re.search(r"\.(?:png|jpe?g|gif|webp|svg|avif|heic)$", target, re.IGNORECASE)
        bare = match.group().count("[") == 2  # without a description it is shown
        link = link_of("embed" if picture and bare else "link", target.split("::")[0])
        if link is not None:
            yield link


def _two_kinds(pattern: re.Pattern[str]) -> Callable[[str], Iterator[Link]]:
    """A reader whose first group is there for what is embedded; the target is the next one."""

    def read(text: str) -> Iterator[Link]:
        for match in pattern.finditer(text):
            target = next(group for group in match.groups()[1:] if group)
            link = link_of("embed" if match.group(1) else "link", target)
            if link is not None:
                yield link

    return read


_READERS: dict[str, Callable[[str], Iterator[Link]]] = {
    "markdown": _markdown,
    "text": _markdown,
    "html": _html,
    "org": _org,
    "rst": _two_kinds(_RST),
    "asciidoc": _two_kinds(_ADOC),
    "latex": _two_kinds(_LATEX),
}
