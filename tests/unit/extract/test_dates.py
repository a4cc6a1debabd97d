"""Dates as people and programs write them; which are doubtful, and which are none."""

import datetime as dt

import pytest

from muserd.extract.dates import parse_moment
from muserd.extract.moments import best_moment, file_moment, is_factory_date, is_future
from muserd.extract.name_dates import moment_in_name
from muserd.extract.wall_clock import offset_minutes

pytestmark = pytest.mark.usefixtures("in_berlin")

NOW_MS = 1_795_000_000_000  # 2026-11-18


def told(moment: object) -> str:
    """A moment as a text: date and time as far as known, then the offset."""
    if moment is None:
        return "none"
    length = {"time": 19, "day": 10, "month": 7, "year": 4}[moment.precision]  # type: ignore[attr-defined]
    text = f"{moment.civil:%Y-%m-%d %H:%M:%S}"[:length]  # type: ignore[attr-defined]
    offset = moment.utc_offset_min  # type: ignore[attr-defined]
    return text if offset is None else f"{text} {offset:+d}"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2024-03-05", "2024-03-05"),
        ("2024-3-5", "2024-03-05"),
        ("2024/03/05", "2024-03-05"),
        ("2024.3.5", "2024-03-05"),
        ("20240305", "2024-03-05"),
        ("2024", "2024"),
        ("2024-03", "2024-03"),
        ("[[2024-03-05]]", "2024-03-05"),
        ('"[[2024-03-05]]"', "2024-03-05"),
        ("2024-03-05 to 2024-03-09", "2024-03-05"),
        ("2024-03-05/2024-03-09", "2024-03-05"),
        ("2024-03-05 – 2024-03-09", "2024-03-05"),
        ("1709632800", "2024-03-05 11:00:00 +60"),
        ("1709632800000", "2024-03-05 11:00:00 +60"),
        (1709632800, "2024-03-05 11:00:00 +60"),
        (1709632800.0, "2024-03-05 11:00:00 +60"),
        ("2024-03-05 10:00 AM", "2024-03-05 10:00:00"),
        ("2024-03-05 12:30 am", "2024-03-05 00:30:00"),
        ("2024-03-05 10:00 p.m.", "2024-03-05 22:00:00"),
        ("2024-03-05 3pm", "2024-03-05 15:00:00"),
        ("2024-03-05T10:00:00Z", "2024-03-05 10:00:00 +0"),
        ("2024-03-05T10:00:00.123+02:00", "2024-03-05 10:00:00 +120"),
        ("2024-03-05 10:00:00 -0700 PDT", "2024-03-05 10:00:00 -420"),
        ("2024-03-05T10:00:00+01:00[Europe/Paris]", "2024-03-05 10:00:00 +60"),
        ("20240305T100000Z", "2024-03-05 10:00:00 +0"),
        ("<2024-03-05 Tue>", "2024-03-05"),
        ("[2024-03-05 Di 10:00]", "2024-03-05 10:00:00"),
        ("<2024-03-05 Tue 10:00-11:00>", "2024-03-05 10:00:00"),
        ("Tue, 05 Mar 2024 10:00:00 +0100", "2024-03-05 10:00:00 +60"),
        ("Tue Mar  5 10:00:00 2024", "2024-03-05 10:00:00"),
        ("Tue Mar  5 10:00:00 UTC 2024", "2024-03-05 10:00:00 +0"),
        ("2024:03:05 10:00:00", "2024-03-05 10:00:00"),
        ("$Date: 2024/03/05 10:00:00 $", "2024-03-05 10:00:00"),
        ("Tuesday, March 5, 2024", "2024-03-05"),
        ("March 5th, 2024", "2024-03-05"),
        ("March 5, 2024 at 3:04 PM", "2024-03-05 15:04:00"),
        ("5th of March 2024", "2024-03-05"),
        ("5-Mar-2024", "2024-03-05"),
        ("5. März 2024, 10:00 Uhr", "2024-03-05 10:00:00"),
        ("1er mars 2024", "2024-03-01"),
        ("mardi 5 mars 2024", "2024-03-05"),
        ("martes, 5 de marzo de 2024", "2024-03-05"),
        ("5 março 2024", "2024-03-05"),
        ("5 марта 2024 г.", "2024-03-05"),
        ("5 marca 2024", "2024-03-05"),
        ("5. maaliskuuta 2024", "2024-03-05"),
        ("2024年3月5日", "2024-03-05"),
        ("2024年3月", "2024-03"),
        ("2024년 3월 5일", "2024-03-05"),
        ("２０２４年３月５日", "2024-03-05"),
        ("٢٠٢٤-٠٣-٠٥", "2024-03-05"),
        ("March 2024", "2024-03"),
        ("05.03.2024", "2024-03-05"),
        ("31/12/2024", "2024-12-31"),
        ("12/31/2024", "2024-12-31"),
        ("2024-W10", "2024-03-04"),
        ("2024-W10-7", "2024-03-10"),
        ("2024-W53", "none"),
        ("2024-001", "2024-01-01"),
        ("2024-366", "2024-12-31"),
        ("2023-365", "2023-12-31"),
        ("2023-366", "none"),
        ("2024-000", "none"),
        ("13/12/2024", "2024-12-13"),
        ("12/13/2024", "2024-12-13"),
        ("12/12/2024", "2024-12-12"),
        ("12/11/2024", "none"),
        ("ngày 5 tháng 3 năm 2024", "2024-03-05"),
        ("2024-03-05T25:00", "2024-03-05"),
        (dt.date(2024, 3, 5), "2024-03-05"),
        (dt.datetime(2024, 3, 5, 10, tzinfo=dt.UTC), "2024-03-05 10:00:00 +0"),
        # two days, no day, no date at all
        ("03/05/2024", "none"),
        ("5 listopada 2024", "none"),
        ("2024-02-30", "none"),
        ("2024-13-05", "none"),
        ("someday", "none"),
        ("12:30", "none"),
        ("1.10", "none"),
        ("12345678", "none"),
        ("Chapter 2024", "none"),
        (True, "none"),
        (None, "none"),
        ({"a": 1}, "none"),
        ("9" * 500, "none"),
    ],
)
def test_dates_in_all_their_shapes(written: object, expected: str) -> None:
    assert told(parse_moment(written)) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("IMG-20220103-WA0007.jpg", "2022-01-03"),
        ("Screenshot_20190201-212530_Fennec.jpg", "2019-02-01 21:25:30"),
        ("Screenshot_2019-02-01-21-25-30-123_com.app.jpg", "2019-02-01 21:25:30"),
        ("PXL_20240203_101112345.jpg", "2024-02-03 10:11:12 +0"),
        ("20190102_101112000_iOS.jpg", "2019-01-02 10:11:12 +0"),
        ("signal-2018-08-21-100217.jpg", "2018-08-21 10:02:17"),
        ("signal-2021-01-02-10-11-12-123.jpg", "2021-01-02 10:11:12"),
        ("photo_2019-01-02_10-11-12.jpg", "2019-01-02 10:11:12"),
        ("photo_1@02-01-2019_10-11-12.jpg", "2019-01-02 10:11:12"),
        ("20190201_212530(0).jpg", "2019-02-01 21:25:30"),
        ("Screenshot 2024-01-16 at 9.15.29\u202fPM.png", "2024-01-16 21:15:29"),
        ("Screenshot 2024-01-16 211529.png", "2024-01-16 21:15:29"),
        ("Screenshot from 2019-01-02 10-11-12.png", "2019-01-02 10:11:12"),
        ("Bildschirmfoto 2019-01-02 um 10.11.12.png", "2019-01-02 10:11:12"),
        ("Capture d’écran 2019-01-02 à 10.11.12.png", "2019-01-02 10:11:12"),
        ("スクリーンショット 2024-03-05 10.11.12.png", "2024-03-05 10:11:12"),
        ("Screen_Recording_20190201-212530_X.mp4", "2019-02-01 21:25:30"),
        ("DJI_20240203101112_0001_D.JPG", "2024-02-03 10:11:12"),
        ("dji_fly_20240203_101112_12_1706955072000_photo.jpg", "2024-02-03 10:11:12"),
        ("2019-01-02 10.11.12-1.jpg", "2019-01-02 10:11:12"),
        ("WhatsApp Image 2019-01-02 at 10.11.12 PM.jpeg", "2019-01-02 22:11:12"),
        ("IMG20220103123456.jpg", "2022-01-03 12:34:56"),
        ("00000IMG_00000_BURST20190201212530_COVER.jpg", "2019-02-01 21:25:30"),
        ("WP_20140101_12_30_15_Pro.jpg", "2014-01-01 12:30:15"),
        ("FB_IMG_1546300800000.jpg", "2019-01-01 01:00:00 +60"),
        ("Photo 02.01.2019, 10 11 12.jpg", "2019-01-02 10:11:12"),
        ("2024-03-05.md", "2024-03-05"),
        ("2024_03_05.md", "2024-03-05"),
        ("20240305.md", "2024-03-05"),
        ("202403051030 Title.md", "2024-03-05 10:30:00"),
        ("20240305103000-org_roam.org", "2024-03-05 10:30:00"),
        ("2024-03-05-my-post.md", "2024-03-05"),
        ("2024-03.md", "2024-03"),
        # counters, telephone numbers, hashes, sizes, versions
        ("IMG_1234.jpg", "none"),
        ("DSC20190001.jpg", "none"),
        ("12345678.jpg", "none"),
        ("IMG_20201399.jpg", "none"),
        ("+4912019010123.jpg", "none"),
        ("a3f20190101b.png", "none"),
        ("1920x1080.png", "none"),
        ("v2.2019.01.02.png", "none"),
        ("received_123456789012345.jpeg", "none"),
        ("1546300800123.jpg", "none"),
        ("12-05-2019.jpg", "none"),
        ("2019-13-05.jpg", "none"),
        ("550e8400-2019-01-02-a716.png", "none"),
        ("IMG_20190229_101112.jpg", "none"),
        ("report-2024-03.md", "none"),
        ("2024-03-05-1234567.jpg", "2024-03-05"),
    ],
)
def test_dates_in_names(name: str, expected: str) -> None:
    note = name.endswith((".md", ".org"))
    assert told(moment_in_name(b"/a/2001-01-01/" + name.encode(), note=note)) == expected


@pytest.mark.parametrize(
    ("written", "doubtful"),
    [
        ("1970-01-01 00:00:00", True),
        ("1970-01-01", True),
        ("1970", True),
        ("1980-01-01 00:00:00", True),
        ("1980-01-01 00:03:12", True),
        ("1904-01-01 00:00", True),
        ("2000-01-01 00:00", True),
        ("2012-01-01 00:00:00", True),
        ("2012-01-01 00:00:31", False),
        ("2000-01-01", False),  # a day that somebody wrote down
        ("2000-01-02 00:00", False),
        ("1981-05-05 10:00", False),
        ("2000", False),
    ],
)
def test_clocks_that_were_never_set(written: str, doubtful: bool) -> None:
    moment = parse_moment(written)
    assert moment is not None
    assert is_factory_date(moment) is doubtful


def test_what_lies_after_tomorrow_is_no_date() -> None:
    """Tomorrow may have begun somewhere; the day after has not."""
    for written, future in (
        ("2026-11-18", False),
        ("2026-11-19", False),
        ("2026-11-20", True),
        ("2099-01-01", True),
    ):
        moment = parse_moment(written)
        assert moment is not None
        assert is_future(moment, NOW_MS) is future
        assert (best_moment((moment,), NOW_MS) is None) is future


def test_the_first_time_that_can_be_believed() -> None:
    factory, later = parse_moment("1980-01-01 00:00"), parse_moment("2020-02-02")
    assert best_moment((None, factory, later), NOW_MS) == later
    alone = best_moment((factory, parse_moment("2099-01-01")), NOW_MS)
    assert alone is not None
    assert alone.doubtful
    assert best_moment((), NOW_MS) is None


@pytest.mark.parametrize("year", [1600, 2100, 2300, 9000])
def test_times_of_files_that_cannot_be(year: int) -> None:
    """`touch -d 2300-01-01`: the change of its metadata counts, and it is doubtful."""
    mtime_ns = int(dt.datetime(year, 1, 1, tzinfo=dt.UTC).timestamp()) * 10**9
    moment = file_moment(mtime_ns, NOW_MS * 10**6, NOW_MS)
    assert moment.doubtful
    assert moment.time_ms == NOW_MS or year == 1600
    assert not is_future(moment, NOW_MS)


HOUR_NS = 3_600_000_000_000


@pytest.mark.parametrize(
    ("mtime_h", "ctime_h", "hours", "doubtful"),
    [
        (-1, 0, -1, False),
        (24, -5, 24, False),  # tomorrow, somewhere on Earth
        (24 * 3, -5, -5, True),  # later: the last change of its metadata
        (24 * 3, 24 * 4, 0, True),  # never in the future
    ],
)
def test_the_time_of_a_file_is_never_in_the_future(
    mtime_h: int, ctime_h: int, hours: int, doubtful: bool
) -> None:
    now_ns = NOW_MS * 1_000_000
    found = file_moment(now_ns + mtime_h * HOUR_NS, now_ns + ctime_h * HOUR_NS, NOW_MS)
    assert (found.time_ms, found.doubtful) == (NOW_MS + hours * 3_600_000, doubtful)


@pytest.mark.parametrize(
    ("when", "doubtful"),
    [
        (dt.datetime(1900, 6, 1, tzinfo=dt.UTC), False),
        (dt.datetime(1899, 6, 1, tzinfo=dt.UTC), True),
        (dt.datetime(1970, 1, 1, 12, tzinfo=dt.UTC), True),
        (dt.datetime(1979, 12, 31, 12, tzinfo=dt.UTC), True),
        (dt.datetime(1985, 10, 26, 8, 15, tzinfo=dt.UTC), True),  # of npm
        (dt.datetime(1985, 10, 26, 8, 16, tzinfo=dt.UTC), False),
        (dt.datetime(2012, 12, 31, 23, tzinfo=dt.UTC), True),  # midnight of New Year in Berlin
        (dt.datetime(2012, 12, 31, 22, tzinfo=dt.UTC), False),
    ],
)
def test_a_clock_that_was_never_set_is_doubted(when: dt.datetime, doubtful: bool) -> None:
    ns = (when - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1) * 1_000
    assert file_moment(ns, NOW_MS * 1_000_000, NOW_MS).doubtful == doubtful


def test_of_candidates_the_first_that_can_be_believed_counts() -> None:
    """A doubtful one only where there is no other; one of the day after tomorrow never."""
    good, old = parse_moment("2024-03-05"), parse_moment("1980-01-01")
    tomorrow, later = parse_moment("2026-11-19"), parse_moment("2026-11-20")
    assert best_moment([None, old, later, good], NOW_MS) == good
    found = best_moment([old, later], NOW_MS)
    assert found is not None
    assert found.doubtful
    assert found.time_ms == old.time_ms  # type: ignore[union-attr]
    assert best_moment([later], NOW_MS) is None
    assert best_moment([tomorrow], NOW_MS) == tomorrow


@pytest.mark.parametrize(
    ("written", "minutes"),
    [
        ("Z", 0),
        ("z", 0),
        ("+2", 120),
        ("+02:00", 120),
        ("-0330", -210),
        ("+14", 840),
        ("+14:00", 840),
        ("+15", None),
        ("+05:59", 359),
        ("+05:60", None),
        ("2", None),
        ("+", None),
        ("CET", None),
    ],
)
def test_offsets(written: str, minutes: int | None) -> None:
    assert offset_minutes(written) == minutes
