"""JSON bodies between the daemon and its clients: frozen structs, encoded here and nowhere else.

msgspec is imported by the daemon only; `muserctl` reads the JSON with the standard library, so
that it starts fast and understands a daemon of another version.
"""

from typing import Generic, TypeVar

import msgspec

from muserd.ground.records import SPACES, Space

SCHEMA = 1  # of every body; it grows when a key changes its meaning or goes

T = TypeVar("T")

_encoder = msgspec.json.Encoder()


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """Base of structs that are a part of a body."""


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """Base of everything that is sent as one JSON object. The first key is the schema number."""

    schema: int = SCHEMA


class BySpace(msgspec.Struct, Generic[T], frozen=True):
    """One value for each space; in JSON an object with the two names as keys."""

    image: T
    text: T

    def __getitem__(self, space: Space) -> T:
        """The value of a space."""
        return self.image if space == "image" else self.text

    def items(self) -> tuple[tuple[Space, T], ...]:
        """Each space with its value, in the order of `SPACES`."""
        return tuple((space, self[space]) for space in SPACES)


class ErrorDetail(Record, frozen=True, kw_only=True):
    """Why a request failed.

    Attributes:
        code: short, stable, for programs.
        message: what happened, with the value.
        hint: what to do; may be empty.
    """

    code: str
    message: str
    hint: str


class ErrorBody(Body, frozen=True, kw_only=True):
    """The body of every answer that is an error."""

    error: ErrorDetail

    @classmethod
    def of(cls, code: str, message: str, hint: str) -> "ErrorBody":
        """The body of one error."""
        return cls(error=ErrorDetail(code=code, message=message, hint=hint))


def encode(body: msgspec.Struct) -> bytes:
    """Compact JSON in UTF-8."""
    return _encoder.encode(body)
