"""What a request asks for, checked: numbers in range, known spaces, words of sensible length."""

from typing import get_args

from starlette.exceptions import HTTPException
from starlette.requests import Request

from muserd.ground.records import ItemId, Space

_MAX_ID = 2**32 - 1
_MAX_WORDS = 500  # characters; encoders read about 60 words


def number(request: Request, key: str, least: int, most: int, default: int | None = None) -> int:
    """A whole number of the query string.

    Raises:
        HTTPException: 400, when it is missing without a default, no number, or out of range.
    """
    text = request.query_params.get(key)
    if text is None and default is not None:
        return default
    if text is None or not (text.isascii() and text.isdigit() and len(text) <= 19):
        raise HTTPException(400, f"`{key}` must be a whole number")
    value = int(text)
    if not least <= value <= most:
        raise HTTPException(400, f"`{key}` must lie between {least} and {most}")
    return value


def item(request: Request) -> ItemId:
    """The item that is meant. Raises HTTPException: 400."""
    return ItemId(number(request, "id", 0, _MAX_ID))


def space(request: Request) -> Space:
    """The space that is meant. Raises HTTPException: 400."""
    given = request.query_params.get("space", "")
    for one in get_args(Space):
        if given == one:
            return one  # type: ignore[no-any-return]
    raise HTTPException(400, "`space` must be image or text")


def words(request: Request) -> str:
    """The words of a search. Raises HTTPException: 400."""
    given = " ".join(request.query_params.get("q", "").split())
    if not given or len(given) > _MAX_WORDS:
        raise HTTPException(400, f"`q` must have 1 to {_MAX_WORDS} characters")
    return given
