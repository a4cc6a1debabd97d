"""Tags as people write them, made uniform."""

_MOST_TAGS = 64
_LONGEST = 64  # characters


def clean_tags(value: object) -> tuple[str, ...]:
    """Tags from a list, or from a text with commas; each once, in order, without `#`."""
    if isinstance(value, str):
        value = value.split(",") if "," in value else value.split()
    if not isinstance(value, (list, tuple)):
        return ()
    tags: dict[str, None] = {}
    for one in value[: 4 * _MOST_TAGS]:
        if isinstance(one, (str, int, float)) and not isinstance(one, bool):
            tag = " ".join(str(one).strip().lstrip("#").split())[:_LONGEST]
            if tag:
                tags[tag] = None
    return tuple(tags)[:_MOST_TAGS]
