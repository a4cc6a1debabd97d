"""Heads and tails without rulers: what other programs write above and below a note's text.

MultiMarkdown and Pelican (`Title: …`), Hexo (closed by a ruler), pandoc (`% title`), Logseq and
Dataview (`key:: value`), Notion (properties below the first heading), Joplin's raw export (a block
at the end).
"""

import re
from typing import Any

from muserd.extract.frontmatter import split_front_matter
from muserd.extract.head import Head, bare_key, head_of, merged_heads

_FIELD = re.compile(r"([^\W\d_][\w -]{0,40}?)[ \t]?:(?![:/\\])[ \t]*(.*)$")
_CONTINUED = re.compile(r"[ \t]+\S|[ \t]*- ")
_MOST_LINES = 60
# Keys that say a block of `Key: value` lines is a head; `author` alone may be a play's.
_TELLING = frozenset(
    (
        *(
            "title",
            "date",
            "tags",
            "created",
            "modified",
            "keywords",
            "slug",
            "category",
            "subject",
        ),
        *("datecreated", "createdat", "createdtime", "lastedited", "updated", "lasteditedtime"),
    )
)
_PROPERTY = re.compile(r"(?:[-*] )?([^\W\d_][\w./ -]{0,40})::[ \t]*(.*)$")
# What Logseq keeps about a block, anywhere in the text.
_BLOCK_PROPERTY = re.compile(
    r"^[ \t]*(?:id|collapsed|heading|background-color|ls-type|hl-[\w-]+|logseq\.[\w.-]+|"
    r"created-at|updated-at|card-[\w-]+|query-[\w-]+)::.*(?:\n|\Z)",
    re.MULTILINE,
)
_LOGBOOK = re.compile(r"^[ \t]*:LOGBOOK:.*?:END:[ \t]*(?:\n|\Z)", re.MULTILINE | re.DOTALL)
_JOPLIN = re.compile(r"(?:\A|\n)\n?(id: [0-9a-f]{32}\n(?:[a-z_]+: ?[^\n]*\n){3,}?type_: \d+\s*)\Z")
_NOTION_TITLE = re.compile(r"\s*# [^\n]+\n+")
_COMMENTED = re.compile(r"\s*<!--(.{0,4000}?)-->[ \t]*\n?", re.DOTALL)
# A paragraph between two rulers, of which the lower one would make a heading of it.
_RULED = re.compile(r"(\s*---[ \t]*\n(?:[^\n]+\n){1,40}?)(---[ \t]*(?:\n|\Z))")
_OPENED = re.compile(r"---[ \t]*\n(?=[^\W\d_][\w -]{0,40}:)")
_PANDOC = re.compile(r"% ?([^\n]*(?:\n[ \t]+[^\n]+)*)(?:\n%([^\n]*))?(?:\n%([^\n]*))?(?:\n|\Z)")


def split_head(text: str, *, markdown: bool = True) -> tuple[Head, str]:
    """The head of a note, in whatever notation, and the text without it.

    Args:
        text: the whole note.
        markdown: whether the notations of Markdown's programs count as well as rulers.
    """
    head, body = split_front_matter(text)
    if not markdown:
        return head, body
    if not head.values:
        head, body = _split_comment(body)
    tail, body = _split_joplin(body)
    if body == text or not head.values:
        for split in (_split_pandoc, _split_properties, _split_fields, _split_notion):
            found, rest = split(body)
            if found.values:
                head, body = merged_heads(head, found), rest
                break
    if tail.values:
        head = merged_heads(head, tail)
    if "::" in body:
        body = _BLOCK_PROPERTY.sub("", body)
    if ":LOGBOOK:" in body:
        body = _LOGBOOK.sub("", body)
    if (ruled := _RULED.match(body)) is not None:
        body = f"{ruled.group(1)}\n{body[ruled.start(2) :]}"
    return head, body


def _split_comment(text: str) -> tuple[Head, str]:
    """A head in a comment of HTML, as wikis keep it, or one below such a comment."""
    found = _COMMENTED.match(text)
    if found is None:
        return Head(), text
    inner = found.group(1).strip().strip("-").strip()
    head, _ = _split_fields(inner + "\n")
    if head.values:
        return head, text[found.end() :]
    head, body = split_front_matter(text[found.end() :])
    return (head, body) if head.values else (Head(), text)


def _split_fields(text: str) -> tuple[Head, str]:
    """`Key: value` lines at the very top, up to an empty line or a ruler.

    Above them a ruler may stand that nothing closes.
    """
    opened = _OPENED.match(text)
    text_below = text[opened.end() :] if opened is not None else text
    lines = text_below.split("\n", _MOST_LINES)
    values, end = _fields(lines)
    if not values or not _TELLING & {bare_key(key) for key in values}:
        return Head(), text
    if opened is not None and len(values) < 2:
        return Head(), text  # a ruler above a sentence with a colon
    if end < len(lines) and lines[end].strip() and not re.fullmatch(r"-{3,}\s*", lines[end]):
        return Head(), text
    return head_of(values), "\n".join(lines[end + 1 :])


def _fields(lines: list[str]) -> tuple[dict[str, Any], int]:
    """The fields of lines from the first on, and the number of lines that they take."""
    values: dict[str, Any] = {}
    key = ""
    for number, line in enumerate(lines):
        found = _FIELD.match(line)
        if found is not None:
            key = found.group(1).strip()
            values[key] = found.group(2).strip()
        elif key and _CONTINUED.match(line):
            values[key] = _continued(values[key], line.strip())
        else:
            return values, number
    return values, len(lines)


def _continued(value: Any, line: str) -> Any:
    if line.startswith("- ") and (isinstance(value, list) or not value):
        return [*(value or ()), line[2:].strip()]
    return f"{value} {line}" if isinstance(value, str) else [*value, line]


def _split_notion(text: str) -> tuple[Head, str]:
    """Properties between the first heading and the text, as Notion exports them."""
    found = _NOTION_TITLE.match(text)
    if found is None:
        return Head(), text
    lines = text[found.end() :].split("\n", _MOST_LINES)
    values, end = _fields(lines)
    keys = {bare_key(key) for key in values}
    blank = end >= len(lines) or not lines[end].strip()
    if not blank or not (_TELLING - {"title", "subject"}) & keys:
        return Head(), text
    head = head_of(values)
    if head.moment is None and head.changed is None and not head.tags:
        return Head(), text
    return head, found.group() + "\n".join(lines[end:])


def _split_pandoc(text: str) -> tuple[Head, str]:
    """`% title`, `% authors`, `% date`."""
    found = _PANDOC.match(text)
    if found is None or found.group(2) is None:
        return Head(), text
    title, authors, date = (" ".join((part or "").split()) for part in found.groups())
    values = {"title": title, "author": authors, "date": date}
    return head_of({key: value for key, value in values.items() if value}), text[found.end() :]


def _split_properties(text: str) -> tuple[Head, str]:
    """Logseq's page properties: `key:: value` lines of the first block."""
    lines = text.split("\n", _MOST_LINES)
    values: dict[str, Any] = {}
    end = 0
    for end, line in enumerate(lines):  # noqa: B007 - where it stopped is used below
        found = _PROPERTY.match(line.strip())
        if found is None:
            break
        values[found.group(1).strip()] = found.group(2).strip()
    else:
        end = len(lines)
    return (head_of(values), "\n".join(lines[end:])) if values else (Head(), text)


def _split_joplin(text: str) -> tuple[Head, str]:
    """The block that Joplin's raw export appends: ids, times, and the type of the record."""
    at = text.rfind("\nid: ", max(0, len(text) - 8_000))
    at = 0 if at < 0 and text.startswith("id: ") else at
    found = _JOPLIN.match(text, max(0, at - 1)) if at >= 0 else None
    found = found or (_JOPLIN.match(text, at) if at >= 0 else None)
    if found is None:
        return Head(), text
    values = dict(line.split(":", 1) for line in found.group(1).strip().split("\n"))
    values = {key: value.strip() for key, value in values.items()}
    said = {key: values.get(key, "") for key in ("user_created_time", "created_time")}
    note = text[: found.start()]
    title, _, below = note.partition("\n")
    if title.strip() and not below.split("\n", 1)[0].strip():
        said["title"] = title.strip().lstrip("# ")  # the record's first line is the title
    return head_of({key: value for key, value in said.items() if value}), note
