"""Google Keep's export: beside each note's page lies the same as JSON, with exact times."""

import json
import os
import re
from typing import Any

from muserd.extract.content import read_content
from muserd.extract.dates import parse_moment
from muserd.extract.head import Head
from muserd.extract.moments import Moment
from muserd.extract.tags import clean_tags
from muserd.ground.errors import FileError

_PAGE = re.compile(r'<div class="note\b[^>]{0,100}>\s*<div class="heading">')
_MOST_BYTES = 2**20


def keep_head(path: bytes, text: str) -> Head:
    """When a note of Google Keep's was written and changed, and its labels; empty for other pages.

    Args:
        path: of the page.
        text: the page.
    """
    if _PAGE.search(text[:20_000]) is None:
        return Head()
    try:
        data = read_content(os.path.splitext(path)[0] + b".json", _MOST_BYTES).data
        said: Any = json.loads(data)
    except (FileError, ValueError, RecursionError):
        return Head()
    if not isinstance(said, dict):
        return Head()
    edited = _moment(said.get("userEditedTimestampUsec"))
    labels = said.get("labels")
    labels = labels if isinstance(labels, list) else []
    return Head(
        moment=_moment(said.get("createdTimestampUsec")) or edited,
        changed=edited,
        tags=clean_tags([one.get("name") for one in labels if isinstance(one, dict)]),
    )


def _moment(microseconds: object) -> Moment | None:
    if not isinstance(microseconds, int) or isinstance(microseconds, bool):
        return None
    return parse_moment(microseconds // 1000)
