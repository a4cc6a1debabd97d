"""The head of a note: YAML between `---` lines, or TOML between `+++` lines."""

import re
import tomllib
from dataclasses import dataclass, field
from typing import Any

import yaml

from muserd.extract.moments import Moment, parse_moment
from muserd.extract.tags import clean_tags

_YAML = re.compile(r"---[ \t]*\n(.*?)(?:^|\n)(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_TOML = re.compile(r"\+\+\+[ \t]*\n(.*?)(?:^|\n)\+\+\+[ \t]*(?:\n|\Z)", re.DOTALL)
_LINE = re.compile(r"^([A-Za-z][\w .-]{0,40}):[ \t]*(.*)$", re.MULTILINE)
_MAX_CHARACTERS = 64 * 1024
_DATES = ("date", "created", "created_at", "creation_date", "published", "publishdate", "pubdate")
_TAGS = ("tags", "tag", "keywords", "categories", "filetags")
_LANGUAGES = ("lang", "language")
# `yaml` reads dates and numbers by itself; libyaml is ten times faster where it was built in
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Head:
    """What a note says of itself; empty or None where it is silent."""

    title: str = ""
    moment: Moment | None = None
    tags: tuple[str, ...] = ()
    language: str = ""
    values: dict[str, Any] = field(default_factory=dict)


def split_front_matter(text: str) -> tuple[Head, str]:
    """The head and the rest of the text. Text that only looks like front matter is kept."""
    start = text.lstrip("\n\ufeff")
    for pattern, read in ((_YAML, _read_yaml), (_TOML, _read_toml)):
        found = pattern.match(start[: _MAX_CHARACTERS + 16])
        if found is not None:
            values = read(found.group(1))
            if values is not None:
                return head_of(values), start[found.end() :]
    return Head(), text


def head_of(values: dict[str, Any]) -> Head:
    """The head that these keys make, whatever case and notation they are in."""
    keys = {str(key).strip().lower().replace("-", "_"): value for key, value in values.items()}
    return Head(
        title=_one_line(keys.get("title")),
        moment=next(filter(None, (parse_moment(keys.get(key)) for key in _DATES)), None),
        tags=next(filter(None, (clean_tags(keys.get(key)) for key in _TAGS)), ()),
        language=next(filter(None, (_language(keys.get(key)) for key in _LANGUAGES)), ""),
        values=keys,
    )


def _read_yaml(block: str) -> dict[str, Any] | None:
    try:
        values = yaml.load(block, Loader=_Loader)  # noqa: S506 - both loaders are the safe one
    except (yaml.YAMLError, ValueError, RecursionError, TypeError, AttributeError, LookupError):
        return _read_lines(block)  # `title: one: two` is no YAML, and yet people write it
    if values is None and not block.strip():
        return {}
    return values if isinstance(values, dict) else None


def _read_lines(block: str) -> dict[str, Any] | None:
    lines = {key: value.strip(" \t\"'") for key, value in _LINE.findall(block)}
    if "tags" in lines:
        lines["tags"] = lines["tags"].strip("[]")
    return lines or None


def _read_toml(block: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(block)
    except (tomllib.TOMLDecodeError, RecursionError):
        return None


def _one_line(value: object) -> str:
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        return " ".join(str(value).split())[:300]
    return ""


def _language(value: object) -> str:
    found = re.match(r"[A-Za-z]{2,3}(?=$|[-_])", value) if isinstance(value, str) else None
    return found.group().lower() if found else ""
