"""Tags as people write them, made uniform."""

import re

MOST_TAGS = 64
_LONGEST = 64  # characters
_NAMES = ("name", "title", "label", "tag", "slug", "value")  # of a tag that is a table


def clean_tags(value: object) -> tuple[str, ...]:
    """Tags from a list, or from a text with commas; each once, in order, without `#`.

    A text without a comma is split at spaces, as Hexo, Zettlr and Org write it. A list may hold
    tables that name them.
    """
    if isinstance(value, str):
        value = _split(value)
    if not isinstance(value, (list, tuple)):
        return ()
    tags: dict[str, None] = {}
    for given in value[: 4 * MOST_TAGS]:
        one = (
            next((given[key] for key in _NAMES if key in given), "")
            if isinstance(given, dict)
            else given
        )
        if isinstance(one, (str, int, float)) and not isinstance(one, bool):
            for part in str(one).split(";"):  # some programs write all into one
                tag = clean_tag(part)
                if tag:
                    tags[tag] = None
    return tuple(tags)[:MOST_TAGS]


def clean_tag(text: str) -> str:
    """One tag without `#`, brackets and quotes around it."""
    text = " ".join(text.split()).strip("\"'“”")
    if text.startswith("[[") and text.endswith("]]"):
        text = text[2:-2].split("|")[-1]
    return text.strip().lstrip("#").rstrip("#").strip().strip("/")[:_LONGEST]


def _split(text: str) -> list[str]:
    if "[[" in text:
        return re.findall(r"\[\[[^\]]+\]\]", text)
    if any(separator in text for separator in ",;，、；\n|"):
        return re.split(r"[,;，、；\n|]", text)
    return text.split()
