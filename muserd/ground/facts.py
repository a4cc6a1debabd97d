"""What a content says of itself: the one definition that reader, wire, store and site share.

A new field is added here, with a default, and set by the reader that knows it; the frames between
the processes and the store carry it along. Fields with a default that are not set take no room,
and a store of before reads as if the field had its default.
"""

import datetime as dt
from typing import Any, Literal

import msgspec

from muserd.ground.texts import one_line

TimeSource = Literal[
    "exif",
    "front-matter",
    "mtime",
    "gps",
    "xmp",
    "iptc",
    "png",
    "takeout",
    "sidecar",
    "name",
    "document",
    "container",
]
TimePrecision = Literal["time", "day", "month", "year"]
_LENGTHS = {"time": 19, "day": 10, "month": 7, "year": 4}  # of `2023-05-06 07:08:09`

# Years 1 to 9999 as Unix milliseconds: what calendars, and the page, can show.
EARLIEST_MS, LATEST_MS = -62_135_596_800_000, 253_402_300_799_999
UNDATED_MS = LATEST_MS
"""Stands for a time that is not to be believed wherever items are put in order by time."""
SECTION_GAP = "\n\n\n"
"""Between the sections of a clean text, and nowhere in them."""
_COUNTS = (-(2**31), 2**31 - 1)  # of any other number
_LONGEST = {"title": 300, "excerpt": 2_000, "language": 16, "encoding": 32, "dhash": 64}
_LONG = 2_000  # characters of any other text
_RANGES = {"time_ms": (EARLIEST_MS, LATEST_MS), "utc_offset_min": (-24 * 60, 24 * 60)}


class Facts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a content says of itself, whatever its files are called.

    Attributes:
        title: for people; never empty where the file has a name.
        excerpt: the beginning of a note; the caption of a picture.
        tags: in the order in which they were found.
        time_ms: Unix milliseconds of the time it is about; may be negative (before 1970). Where the
            offset is not known, the wall clock's time read as if it were UTC.
        time_source: where the time comes from.
        time_precision: the smallest unit that is known; `time_ms` is the start of that.
        time_doubtful: whether it looks like the time of a clock that was never set.
        utc_offset_min: offset of the local time from UTC; None when not known.
        width, height: pixels after orientation; 0 for notes.
        length: characters of clean text; 0 for pictures.
        language: ISO 639-1; empty when not known.
        encoding: the character set of a note's file, as HTTP names it; empty for UTF-8.
        incomplete: whether the end of the file is missing, and the rest is shown all the same.
        reader: version of the reader that found all this: see `ground.formats`; 0 for one of before
            there were versions.
        notice: what could not be done as usual when it was read; empty for nothing.
        rating: 1 to 5 stars, −1 for a rejected picture, 0 for none.
        place: latitude and longitude in degrees (WGS 84); None when not known.
        pages: of a document, slides of a presentation; 0 where there are none.
        seconds: length of a video; 0 for everything else.
        frames: of a video, how many stand for it; 0 for everything else.
        links: (`link`, `embed` or `name`, target) as a note writes them: see `extract.links`.
        aliases: other names by which notes link to this one.
        colours: indices into `swatches.NAMES`, the most striking first; of pictures.
        dhash: difference hash of a picture, 32 hexadecimal digits: see `extract.looks`.
        sections: (title, time for people) of each note in a file that holds several; in the text
            they are `SECTION_GAP` apart.
        concepts: (ImageNet class, probability in 1/65535), likeliest first; built-in encoder.
    """

    title: str = ""
    excerpt: str = ""
    tags: tuple[str, ...] = ()
    time_ms: int = 0
    time_source: TimeSource = "mtime"
    time_precision: TimePrecision = "time"
    time_doubtful: bool = False
    utc_offset_min: int | None = None
    width: int = 0
    height: int = 0
    length: int = 0
    language: str = ""
    encoding: str = ""
    incomplete: bool = False
    reader: int = 0
    notice: str = ""
    rating: int = 0
    place: tuple[float, float] | None = None
    pages: int = 0
    seconds: float = 0.0
    frames: int = 0
    links: tuple[tuple[str, str], ...] = ()
    aliases: tuple[str, ...] = ()
    colours: tuple[int, ...] = ()
    dhash: str = ""
    concepts: tuple[tuple[int, int], ...] = ()
    sections: tuple[tuple[str, str], ...] = ()

    @property
    def order_ms(self) -> int:
        """What items are put in order by: `civil_ms`, or UNDATED_MS where that is doubtful."""
        return UNDATED_MS if self.time_doubtful else self.civil_ms

    @property
    def civil_ms(self) -> int:
        """What calendar and clock showed at `time_ms`, read as if it were UTC.

        This is what every view shows and orders by, in whatever time zone it is looked at.
        """
        return clamped(self.time_ms + 60_000 * (self.utc_offset_min or 0), EARLIEST_MS, LATEST_MS)

    @property
    def when(self) -> str:
        """The time for people, as far as it is known: `2024`, `2024-03`, `2024-03-05`,
        `2023-05-06 07:08:09`, `2016-01-28 12:21:20+01:00`.
        """
        at = dt.datetime(1970, 1, 1) + dt.timedelta(milliseconds=self.civil_ms)  # noqa: DTZ001
        text = at.isoformat(" ", "seconds")[: _LENGTHS[self.time_precision]]
        if self.utc_offset_min is None or self.time_precision != "time":
            return text
        hours, minutes = divmod(abs(self.utc_offset_min), 60)
        return f"{text}{'-' if self.utc_offset_min < 0 else '+'}{hours:02}:{minutes:02}"


def plain(facts: Facts) -> dict[str, Any]:
    """Facts as plain values, for the JSON header of a frame."""
    return dict(msgspec.to_builtins(facts))


def from_plain(values: dict[str, Any]) -> Facts:
    """The other side of `plain`: the door through which facts enter muserd.

    Values that cannot be stored are made storable: numbers are clamped, texts are cleaned of what
    steers (see `ground.texts`). So one odd file never costs more than its own odd value, and no
    title turns the line around that it stands in.

    Raises:
        msgspec.ValidationError: they are no facts.
    """
    return msgspec.convert({name: _storable(name, v) for name, v in values.items()}, Facts)


def clamped(number: int, least: int, most: int) -> int:
    """The nearest number from `least` to `most`."""
    return max(least, min(number, most))


def _storable(name: str, value: Any) -> Any:
    if isinstance(value, str):
        return one_line(value.encode("utf-8", "replace").decode(), _LONGEST.get(name, _LONG))
    if isinstance(value, list):
        return [_storable(name, one) for one in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return clamped(value, *_RANGES.get(name, _COUNTS))
    return value
