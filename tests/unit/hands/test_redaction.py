"""What a map that is given away does not say."""

import pytest
from msgspec import UNSET

from muserd.ground.errors import UsageError
from muserd.ground.events import ItemDetail
from muserd.hands.redaction import USUAL, Redaction
from muserd.publish.bodies import RegionEntry

DETAIL = ItemDetail(
    title="Lake 2021",
    name="IMG_20210305_1200.jpg",
    excerpt="In 2021-03-05 we went",
    tags=("2021", "alps"),
    size=3,
    width=1,
    height=1,
    length=0,
    time_source="exif",
    time_precision="time",
    utc_offset_min=60,
    path="/home/me/IMG_20210305_1200.jpg",
    place=(47.1, 8.2),
)


def region(name: str, terms: tuple[str, ...], years: tuple[int, int]) -> RegionEntry:
    return RegionEntry(
        id=1,
        parent=-1,
        level=0,
        name=name,
        pinned=True,
        example=False,
        terms=terms,
        colour="#000000",
        count=1,
        x=0.0,
        y=0.0,
        medoid=0,
        years=years,
    )


def test_paths_and_places_are_not_said_unless_wanted() -> None:
    said = Redaction.of(USUAL).detail(DETAIL)
    assert (said.path, said.name, said.place) == ("", "", UNSET)
    assert said.title == "Lake 2021"
    said = Redaction.of(()).detail(DETAIL)
    assert said == DETAIL


def test_titles_take_all_words_along() -> None:
    say = Redaction.of(("titles",))
    said = say.detail(DETAIL)
    assert (said.title, said.excerpt, said.tags, said.name) == ("", "", (), "")
    kept = say.region(region("Lakes", ("lake",), (1, 2)))
    assert (kept.name, kept.terms, kept.pinned, kept.years) == ("", (), False, (1, 2))


def test_dates_go_from_texts_too() -> None:
    say = Redaction.of(("dates",))
    said = say.detail(DETAIL)
    assert said.title == "Lake"
    assert said.tags == ("alps",)
    assert said.excerpt == "In we went"
    assert said.utc_offset_min is None
    assert "2021" not in repr(said)
    kept = say.region(region("Paris 1999", (), (1999, 2001)))
    assert (kept.name, kept.years) == ("Paris", None)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("2021-03-05", ""),
        ("20210305", ""),
        ("IMG_20210305_120001", "IMG"),
        ("2021-03-05T12:00:01 notes", "notes"),
        ("Windows 95", "Windows 95"),
        ("page 12021", "page 12021"),
        ("20,000 leagues", "20,000 leagues"),
        ("1900", ""),
    ],
)
def test_what_counts_as_a_date(text: str, left: str) -> None:
    assert Redaction.of(("dates",)).words(text) == left


def test_what_cannot_be_withheld() -> None:
    with pytest.raises(UsageError, match="secrets"):
        Redaction.of(("secrets",))
