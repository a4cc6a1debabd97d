"""Tags as people write them, made uniform."""

import re

MOST_TAGS = 64
_LONGEST = 64  # characters


def clean_tags(value: object) -> tuple[str, ...]:
    """Tags from a list, or from a text with commas; each once, in order, without `#`.

    A text without a comma is split at spaces, as Hexo, Zettlr and Org write it.
    """
    if isinstance(value, str):
        value = _split(value)
    if not isinstance(value, (list, tuple)):
        return ()
    tags: dict[str, None] = {}
    for one in value[: 4 * MOST_TAGS]:
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
    for separator in (",", ";", "，", "、", "\n"):
        if separator in text:
            return text.split(separator)
    if "[[" in text:
        return re.findall(r"\[\[[^\]]+\]\]", text)
    return text.split()
