"""What a picture, or a file beside it, says of itself: title, words, tags, place, times."""

from dataclasses import dataclass

from muserd.extract.moments import Moment

MOST_TAGS = 64


@dataclass(frozen=True, slots=True)
class Metadata:
    """What one source says; empty or None where it is silent.

    Attributes:
        description: the caption, on one line.
        tags: each once; levels of a hierarchy are separated by `/`.
        rating: 1 to 5 stars, −1 for a rejected picture.
        place: latitude and longitude in degrees (WGS 84).
        moments: when it was made, the likeliest first.
        changed: when it was changed last: the last resort.
    """

    title: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    rating: int | None = None
    place: tuple[float, float] | None = None
    moments: tuple[Moment, ...] = ()
    changed: Moment | None = None


def merged(*sources: Metadata) -> Metadata:
    """One record of several; for each field the first source that knows it, tags of all."""
    tags = dict.fromkeys(tag for source in sources for tag in source.tags)
    return Metadata(
        title=next((source.title for source in sources if source.title), ""),
        description=next((source.description for source in sources if source.description), ""),
        tags=tuple(tags)[:MOST_TAGS],
        rating=next((source.rating for source in sources if source.rating is not None), None),
        place=next((source.place for source in sources if source.place is not None), None),
        moments=tuple(moment for source in sources for moment in source.moments),
        changed=next((source.changed for source in sources if source.changed is not None), None),
    )


def one_line(text: object, longest: int = 300) -> str:
    """A text on one line; empty for anything that is no text."""
    return " ".join(text.replace("\0", " ").split())[:longest] if isinstance(text, str) else ""


def on_earth(latitude: float, longitude: float) -> tuple[float, float] | None:
    """A place; None for what lies nowhere, or at 0° 0°, which stands for no place."""
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None
    if abs(latitude) < 1e-6 and abs(longitude) < 1e-6:
        return None
    return round(latitude, 6), round(longitude, 6)
