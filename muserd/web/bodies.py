"""What the page sends: JSON, of known fields only."""

from typing import Annotated, TypeVar

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request

from muserd.engine.hands.selection import What
from muserd.ground.records import Space

B = TypeVar("B", bound=msgspec.Struct)

Id = Annotated[int, msgspec.Meta(ge=0, le=2**32 - 1)]
Ids = Annotated[tuple[Id, ...], msgspec.Meta(max_length=200_000)]


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of the bodies: a field that is not known is an error."""


class Chosen(Asked, frozen=True, kw_only=True):
    """Base of the bodies that say what to export. Nothing given: everything."""

    items: Ids | None = None
    collection: str | None = None
    region: Id | None = None
    query: str | None = None
    space: Space | None = None

    def what(self) -> What:
        """The selection. Raises UsageError."""
        return What(
            collection=self.collection,
            region=self.region,
            query=self.query,
            items=self.items,
            space=self.space,
        )


async def read_body(request: Request, kind: type[B]) -> B:
    """A request's body. Raises HTTPException 400."""
    try:
        return msgspec.json.decode(await request.body(), type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise HTTPException(400, f"the request body is invalid: {error}") from None
