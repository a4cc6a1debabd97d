"""Front matter between rulers: YAML, TOML or JSON at the top of a note.

A ruler at the top of a page is not yet front matter. What only looks like it is kept as text; in
what is front matter, a line that cannot be understood costs that line alone.
"""

import json
import re
import tomllib
from collections.abc import Iterator
from typing import Any

import yaml

from muserd.extract.head import KNOWN_KEYS, Head, bare_key, head_of

_FENCED = re.compile(
    r"(?P<fence>---|\+\+\+|;;;)(?P<language>yaml|yml|toml|json|js)?[ \t]*\n"
    r"(?P<block>.*?)(?:^|(?<=\n))(?:(?P=fence)|(?<=\n)\.\.\.)[ \t]*(?:\n|\Z)",
    re.DOTALL,
)
_KEY = re.compile(r"([\"']?)([^\W_][^:\n\"'{}\[\]|>]{0,60}?)\1[ \t]*:(?:[ \t]+(.*)|)$")
_GLUED = re.compile(r"^([^\W\d_][\w -]{0,40}):(?=[^\s:/\\])", re.MULTILINE)  # `title:Glued`
_ANCHOR = re.compile(r"&[\w-]+[ \t]+")
_ALIAS = re.compile(r"\*[\w-]+")
_TOML_KEY = re.compile(r"([\w.-]{1,60}|\"[^\"\n]{1,60}\")[ \t]*=[ \t]*(.*)$")
_MAX_CHARACTERS = 64 * 1024
_MOST_ENTRIES = 500
_DEEPEST = 20  # of lists and tables within one another
# Parsers go down by recursion, in C: a run of brackets, or of `- - -`, would end the process.
_NESTED = re.compile(r"(?:[\[{][^\[\]{}]{0,200}){21}|(?:[-?:][ \t]+){21}")
# What may make a block deep or multiply it: lines that are indented or items, anchors, aliases.
_NOT_FLAT = re.compile(r"^[ \t?-]|[&*]", re.MULTILINE)
_DOTTED = re.compile(r"(?:[\w\"'-]++[ \t]*+\.[ \t]*+){21}")  # keys of TOML: `a.b.c`
_YAML_ERRORS = (
    yaml.YAMLError,
    ValueError,
    RecursionError,
    TypeError,
    AttributeError,
    LookupError,
)
_Base: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # libyaml is ten times faster


class _Loader(_Base):  # type: ignore[misc]
    """Every value stays the text that was written: `1.10`, `no` and `2024-03-05` are titles too."""


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:null", re.compile(r"(?:~|null|Null|NULL)$"), list("~nN")
)
_Loader.add_constructor("tag:yaml.org,2002:null", lambda _loader, _node: None)


def split_front_matter(text: str) -> tuple[Head, str]:
    """The head and the rest of the text; an empty head and the whole text if it has none."""
    start = text.lstrip("\n\ufeff")
    at_top = len(text.lstrip("\ufeff")) == len(start)
    found = _FENCED.match(start[: _MAX_CHARACTERS + 16])
    if found is not None:
        fence, block = found.group("fence"), found.group("block")
        language = found.group("language") or _LANGUAGES[fence]
        values = _READERS[language](block)
        if values is not None and _is_head(values, strict=not at_top or block.startswith("\n")):
            return head_of(values), start[found.end() :]
    elif start.startswith("{"):
        return _json_head(text, start)
    return Head(), text


def _is_head(values: dict[str, Any], *, strict: bool) -> bool:
    """Whether these are the keys of a head, not sentences with a colon in them."""
    if any(bare_key(str(key)) in KNOWN_KEYS for key in values):
        return True
    plain = all(re.fullmatch(r"[\w./-]+|[a-z][\w ./-]*", str(key)) for key in values)
    return plain and not strict


def _json_head(text: str, start: str) -> tuple[Head, str]:
    """An object at the very top, as Hugo takes it; a file that is nothing else is its text."""
    try:
        values, end = json.JSONDecoder().raw_decode(start[:_MAX_CHARACTERS])
    except (ValueError, RecursionError):
        return Head(), text
    rest = start[end:]
    if not isinstance(values, dict) or not values or not rest.strip() or rest[:1] not in "\n \t":
        return Head(), text
    if not any(bare_key(key) in KNOWN_KEYS for key in values):
        return Head(), text
    return head_of(values), rest.lstrip("\n")


def _load(block: str) -> Any:
    """What YAML says, without anchors and aliases, which multiply, and not deep.

    Raises:
        One of `_YAML_ERRORS`.
    """
    if _NESTED.search(block):
        raise ValueError("too deep")
    if _NOT_FLAT.search(block) is None and block.count("[") + block.count("{") < _DEEPEST:
        return yaml.load(block, Loader=_Loader)  # noqa: S506 - it makes texts, lists and tables
    depth = 0
    for event in yaml.parse(block, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST or getattr(event, "anchor", None) is not None:
            raise ValueError("too deep, or with anchors")
    return yaml.load(block, Loader=_Loader)  # noqa: S506 - it makes texts, lists and tables


def _read_yaml(block: str) -> dict[str, Any] | None:
    try:
        values = _load(block)
    except _YAML_ERRORS:
        return _read_entries(block)  # `title: one: two` is no YAML, and yet people write it
    if values is None or values == "":
        return {} if not _content_lines(block) else None
    if isinstance(values, str) and _GLUED.match(block):
        found = _read_entries(_GLUED.sub(r"\1: ", block))
        return found if found and KNOWN_KEYS & {bare_key(key) for key in found} else None
    if not isinstance(values, dict):
        return None
    return {str(key): value for key, value in values.items()} | _hashed_tags(block, values)


def _content_lines(block: str) -> bool:
    return any(line.strip() and not line.lstrip().startswith("#") for line in block.split("\n"))


def _hashed_tags(block: str, values: dict[str, Any]) -> dict[str, Any]:
    """`tags: #a #b` is a comment to YAML, and tags to whoever wrote it."""
    found: dict[str, Any] = {}
    for key in (key for key, value in values.items() if value is None or value == ""):
        line = re.search(rf"^{re.escape(str(key))}[ \t]*:[ \t]*(#[^\s#].*)$", block, re.MULTILINE)
        if line is not None and bare_key(str(key)) in {"tags", "tag", "keywords"}:
            found[str(key)] = line.group(1)
    return found


def _read_entries(block: str) -> dict[str, Any] | None:
    """A head that is no YAML as a whole, entry by entry; None if it rather is prose."""
    values: dict[str, Any] = {}
    strays = 0
    for count, (key, written, lines) in enumerate(_entries(block)):
        if count > _MOST_ENTRIES:
            return None
        if key:
            values[key] = _read_entry(key, written, lines)
        else:
            strays += 1
    known = any(bare_key(key) in KNOWN_KEYS for key in values)
    if not values or strays > (len(values) if known else 0):
        return None
    return values


def _entries(block: str) -> Iterator[tuple[str, str, list[str]]]:
    """Key, value of its line, and all lines of every entry; no key for a line that is none."""
    current: tuple[str, str, list[str]] | None = None
    for line in block.expandtabs(2).split("\n"):
        found = _KEY.match(line)
        if found is not None:
            if current is not None:
                yield current
            current = found.group(2).strip(), (found.group(3) or "").strip(), [line]
        elif current is not None and (not line.strip() or line[0] in " -#"):
            current[2].append(line)
        elif line.strip() and not line.startswith("#"):
            yield "", line, [line]
    if current is not None:
        yield current


def _read_entry(key: str, written: str, lines: list[str]) -> Any:
    for upto in (len(lines), 1):
        try:
            values = _load("\n".join(lines[:upto]))
        except _YAML_ERRORS:
            continue
        if isinstance(values, dict) and len(values) == 1:
            value = next(iter(values.values()))
            return written if not value and written.startswith("#") else value
    items = [line.strip()[1:].strip() for line in lines[1:] if line.strip().startswith("-")]
    if not written and items:
        return items
    if _ALIAS.fullmatch(written):
        return ""  # it stands for what is said elsewhere
    written = _ANCHOR.sub("", written, count=1) if written.startswith("&") else written
    linked = "[[" in written
    return written.strip("[]") if bare_key(key) == "tags" and not linked else _unquoted(written)


def _unquoted(text: str) -> str:
    for mark in "\"'":
        if text.startswith(mark):
            return text[1:-1] if len(text) > 1 and text.endswith(mark) else text[1:]
    return text


def _load_toml(text: str) -> dict[str, Any]:
    """What TOML says, if it is not deep. Raises TOMLDecodeError or RecursionError."""
    if _DOTTED.search(text) or _NESTED.search(text):
        raise tomllib.TOMLDecodeError("too deep")
    return tomllib.loads(text)


def _read_toml(block: str) -> dict[str, Any] | None:
    try:
        return _load_toml(block)
    except (tomllib.TOMLDecodeError, RecursionError):
        return _read_toml_lines(block)


def _read_toml_lines(block: str) -> dict[str, Any] | None:
    """Every line by itself: one that is no TOML costs itself."""
    values: dict[str, Any] = {}
    lines = block.split("\n")[:_MOST_ENTRIES]
    for line in lines:
        found = _TOML_KEY.match(line.strip())
        if found is None:
            continue
        key, written = found.group(1).strip('"'), found.group(2)
        try:
            values |= _load_toml(line.strip())
        except (tomllib.TOMLDecodeError, RecursionError):
            values[key] = written.strip("\"' ")
    return values if 2 * len(values) >= sum(1 for line in lines if line.strip()) else None


def _read_json(block: str) -> dict[str, Any] | None:
    block = block.strip()
    try:
        values = json.loads(block if block.startswith("{") else f"{{{block}}}")
    except (ValueError, RecursionError):
        return None
    return values if isinstance(values, dict) else None


_LANGUAGES = {"---": "yaml", "+++": "toml", ";;;": "json"}


def _read_script(block: str) -> dict[str, Any] | None:
    """An object of JavaScript, as Eleventy takes it: the entries that are plain values. Not run."""
    lines = (line.strip().rstrip(",") for line in block.strip().strip("{};").split("\n"))
    return _read_entries("\n".join(line for line in lines if _KEY.match(line)))


_READERS = {"yaml": _read_yaml, "yml": _read_yaml, "toml": _read_toml}
_READERS |= {"json": _read_json, "js": _read_script}
