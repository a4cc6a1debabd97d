"""Numbers of EXIF at the ends of their ranges."""

from typing import Any

import pytest
from PIL import Image

from muserd.extract.exif import exif_metadata, orientation

ORIENTATION, RATING, GPS = 0x0112, 0x4746, 0x8825


def exif(**tags: Any) -> Image.Exif:
    """Tags by names, of the first directory."""
    made = Image.Exif()
    for name, value in tags.items():
        made[{"orientation": ORIENTATION, "rating": RATING}[name]] = value
    return made


@pytest.mark.parametrize("value", range(1, 9))
def test_an_orientation_is_one_of_eight(value: int) -> None:
    assert orientation(exif(orientation=value)) == value


@pytest.mark.parametrize("value", [-1, 0, 9, 65_535, "6", None, 2.0, (6,)])
def test_anything_else_is_upright(value: Any) -> None:
    """And so is a picture without the tag."""
    assert orientation(exif(orientation=value)) == 1
    assert orientation(Image.Exif()) == 1


@pytest.mark.parametrize(
    ("value", "stars"),
    [(0, None), (1, 1), (2, 2), (5, 5), (6, None), (-1, None), (99, None), ("3", None)],
)
def test_a_rating_is_one_to_five_stars(value: Any, stars: int | None) -> None:
    assert exif_metadata(exif(rating=value)).rating == stars


@pytest.mark.parametrize(
    ("latitude", "place"),
    [
        ((48.5,), (48.5, 9.0)),
        ((48.0, 30.0), (48.5, 9.0)),
        ((48.0, 29.0, 60.0), (48.5, 9.0)),
        ((), None),
        ((48.0, 30.0, 0.0, 0.0), None),
        (48.5, None),
    ],
)
def test_a_place_has_degrees_minutes_and_seconds(
    latitude: Any, place: tuple[float, float] | None
) -> None:
    """Sixty to one each; one to three of them, or there is no place."""
    made = Image.Exif()
    made.get_ifd(GPS).update({1: "N", 2: latitude, 3: "E", 4: (9.0, 0.0, 0.0)})
    found = exif_metadata(made).place
    assert found == (None if place is None else pytest.approx(place))


TAKEN, CHANGED, CHANGED_OFFSET = 0x9003, 0x0132, 0x9010


@pytest.mark.parametrize(("changed", "offset"), [("10:00:00", 120), ("10:00:01", None)])
def test_the_offset_of_the_last_change_is_that_of_the_same_moment(
    changed: str, offset: int | None
) -> None:
    """Some write it alone; of another moment it says nothing."""
    made = Image.Exif()
    made[CHANGED] = f"2024:06:01 {changed}"
    made.get_ifd(0x8769).update({TAKEN: "2024:06:01 10:00:00", CHANGED_OFFSET: "+02:00"})
    (taken,) = exif_metadata(made).moments
    assert taken.utc_offset_min == offset


@pytest.mark.parametrize(
    ("day", "clock", "found"),
    [
        ("2024:06:01", (8.0, 0.0, 0.0), 1),
        (None, (8.0, 0.0, 0.0), 0),
        ("2024:06:01", None, 0),
        ("2024:06:01", (8.0, 0.0), 0),
        ("2024:06:01", (8.0, 0.0, 0.0, 0.0), 0),
        ("2024:06:01", "800", 0),
    ],
)
def test_the_satellites_time_needs_a_day_and_three_numbers(
    day: str | None, clock: Any, found: int
) -> None:
    made = Image.Exif()
    tags = {7: clock, 29: day}
    made.get_ifd(GPS).update({tag: value for tag, value in tags.items() if value is not None})
    assert [moment.source for moment in exif_metadata(made).moments] == ["gps"] * found


@pytest.mark.parametrize(
    ("clock", "offset"),
    [
        ((8, 0, 0), 120),  # ten o'clock by the camera
        ((8, 3, 0), 120),
        ((7, 57, 0), 120),
        ((8, 3, 1), None),
        ((7, 56, 59), None),
        ((4, 15, 0), 345),
        ((0, 0, 0), 600),
        ((20, 0, 0), -600),
        ((22, 0, 0), -720),
        ((22, 15, 0), None),  # no zone is so far behind
    ],
)
def test_the_offset_is_how_far_the_camera_is_ahead_of_the_satellites(
    clock: tuple[int, int, int], offset: int | None
) -> None:
    """To a quarter of an hour, if the clocks agree within three minutes and a zone is there."""
    made = Image.Exif()
    made.get_ifd(0x8769).update({TAKEN: "2024:06:01 10:00:00"})
    made.get_ifd(GPS).update({7: tuple(map(float, clock)), 29: "2024:06:01"})
    taken = exif_metadata(made).moments[0]
    assert taken.utc_offset_min == offset


@pytest.mark.parametrize(("day", "hour", "offset"), [(31, 20, 840), (31, 19, None)])
def test_no_zone_is_more_than_fourteen_hours_ahead(day: int, hour: int, offset: int | None) -> None:
    made = Image.Exif()
    made.get_ifd(0x8769).update({TAKEN: "2024:06:01 10:00:00"})
    made.get_ifd(GPS).update({7: (float(hour), 0.0, 0.0), 29: f"2024:05:{day}"})
    assert exif_metadata(made).moments[0].utc_offset_min == offset


@pytest.mark.parametrize(
    ("south", "west", "place"),
    [("N", "E", (48.5, 9.0)), ("S", "E", (-48.5, 9.0)), ("N", "W", (48.5, -9.0))],
)
def test_south_and_west_are_below_zero(south: str, west: str, place: tuple[float, float]) -> None:
    made = Image.Exif()
    made.get_ifd(GPS).update({1: south, 2: (48.5,), 3: west, 4: (9.0,)})
    assert exif_metadata(made).place == pytest.approx(place)
