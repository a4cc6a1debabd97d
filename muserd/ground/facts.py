"""What a content says of itself: the one definition that reader, wire, store and site share.

A new field is added here, with a default, and set by the reader that knows it; the frames between
the processes and the store carry it along. Fields with a default that are not set take no room,
and a store of before reads as if the field had its default.
"""

from typing import Any, Literal

import msgspec

TimeSource = Literal["exif", "front-matter", "mtime"]

# Years 1 to 9999 as Unix milliseconds: what calendars, and the page, can show.
EARLIEST_MS, LATEST_MS = -62_135_596_800_000, 253_402_300_799_999
_COUNTS = (-(2**31), 2**31 - 1)  # of any other number
_RANGES = {"time_ms": (EARLIEST_MS, LATEST_MS), "utc_offset_min": (-24 * 60, 24 * 60)}


class Facts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a content says of itself, whatever its files are called.

    Attributes:
        title: for people; never empty where the file has a name.
        excerpt: the beginning of a note; empty for pictures.
        tags: in the order in which they were found.
        time_ms: Unix milliseconds of the time it is about; may be negative (before 1970).
        time_source: where the time comes from.
        utc_offset_min: offset of the local time from UTC; None when not known.
        width, height: pixels after orientation; 0 for notes.
        length: characters of clean text; 0 for pictures.
        language: ISO 639-1; empty when not known.
        concepts: (ImageNet class, probability in 1/65535), likeliest first; built-in encoder.
    """

    title: str = ""
    excerpt: str = ""
    tags: tuple[str, ...] = ()
    time_ms: int = 0
    time_source: TimeSource = "mtime"
    utc_offset_min: int | None = None
    width: int = 0
    height: int = 0
    length: int = 0
    language: str = ""
    concepts: tuple[tuple[int, int], ...] = ()


def plain(facts: Facts) -> dict[str, Any]:
    """Facts as plain values, for the JSON header of a frame."""
    return dict(msgspec.to_builtins(facts))


def from_plain(values: dict[str, Any]) -> Facts:
    """The other side of `plain`: the door through which facts enter muserd.

    Values that cannot be stored are made storable: numbers are clamped, lone surrogates replaced.
    So one odd file never costs more than its own odd value.

    Raises:
        msgspec.ValidationError: they are no facts.
    """
    return msgspec.convert({name: _storable(name, v) for name, v in values.items()}, Facts)


def clamped(number: int, least: int, most: int) -> int:
    """The nearest number from `least` to `most`."""
    return max(least, min(number, most))


def _storable(name: str, value: Any) -> Any:
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_storable(name, one) for one in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return clamped(value, *_RANGES.get(name, _COUNTS))
    return value
