"""Siblings of what was reported: other programs, other scripts, other languages."""

import pytest

from muserd.extract.dates import parse_moment
from muserd.extract.exports import when
from muserd.extract.language import guess_language
from muserd.extract.name_dates import moment_in_name
from muserd.extract.tags import clean_tags


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Captura de pantalla 2024-01-16 a la(s) 9.15.29\u202fp. m..png", "2024-01-16 21:15:29"),
        ("2024-01-16_21-15-29_UTC_1.jpg", "2024-01-16 21:15:29+00:00"),
        ("2024-01-16T211529Z.jpg", "2024-01-16 21:15:29+00:00"),
        ("2024-01-16 21-15-29 Zoo.jpg", "2024-01-16 21:15:29"),
        ("GMT20240116-201529_Recording.mp4", "2024-01-16 20:15:29+00:00"),
        ("RPReplay_Final1705439729.mov", "2024-01-16 22:15:29+01:00"),
        ("line_1705439729123.jpg", "2024-01-16 22:15:29+01:00"),
        ("Pic1705439729123.jpg", "2024-01-16 22:15:29+01:00"),
        ("retouch_1705439729123 (1).jpg", "2024-01-16 22:15:29+01:00"),
        ("1705439729123.jpg", ""),  # it may count anything
        ("Hike, 6.5.2019.jpg", "2019-05-06"),
        ("Wanderung 16. 5. 2019.jpg", "2019-05-16"),
        ("令和6年3月5日の写真.jpg", "2024-03-05"),
        ("昭和64年1月7日.jpg", "1989-01-07"),
        ("+49 171 20220103.jpg", ""),
        ("4006381333931.jpg", ""),  # of a barcode
        ("received_1234567890123456.jpeg", ""),
        ("app v1.2.2019.png", ""),
        ("06-05-2019.jpg", ""),  # two days
    ],
)
@pytest.mark.usefixtures("in_berlin")
def test_dates_in_more_names(name: str, expected: str) -> None:
    assert when(moment_in_name(name.encode())) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("令和6年3月5日", "2024-03-05"),
        ("令和元年5月1日", "2019-05-01"),
        ("平成31年4月30日", "2019-04-30"),
        ("昭和39年10月10日", "1964-10-10"),
        ("民國113年3月5日", "2024-03-05"),
        ("2024年3月5日", "2024-03-05"),
    ],
)
def test_years_of_eras(written: str, expected: str) -> None:
    assert when(parse_moment(written)) == expected


@pytest.mark.parametrize(
    "key",
    [
        *("Erstellt am", "fecha de creación", "date de création", "data di creazione", "Criado em"),
        *("data utworzenia", "vytvořeno", "oluşturma tarihi", "luontipäivä", "дата создания"),
        *("创建日期", "建立日期", "作成日", "생성일", "تاريخ", "תאריך", "DTSTART", "date_added"),
    ],
)
def test_heads_in_the_language_of_whoever_wrote_them(read_text, key: str) -> None:
    note = read_text(f"---\n{key}: 2024-03-05\ntags: [a]\n---\nText")
    assert (note.facts.when, note.facts.time_source) == ("2024-03-05", "front-matter")


def test_a_wiki_link_to_a_day_with_a_comma(read_text) -> None:
    assert read_text("---\ndate: [[Mar 5th, 2024]]\n---\nText").facts.when == "2024-03-05"


@pytest.mark.parametrize(
    ("head", "tags"),
    [
        ("tags:\n  - name: a\n  - name: b c", ("a", "b c")),
        ("tags:\n  - title: a", ("a",)),
        ("tags: [[a]], [[b c]]", ("a", "b c")),
        ("tags: a，b、c", ("a", "b", "c")),
        ("tags: a | b", ("a", "b")),
    ],
)
def test_tags_in_more_shapes(read_text, head: str, tags: tuple[str, ...]) -> None:
    assert read_text(f"---\ntitle: T\n{head}\n---\nText").facts.tags == tags


def test_what_is_no_tag_is_none() -> None:
    assert clean_tags([{"colour": "red"}, None, True, {"name": ""}, [1]]) == ()


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("#हिन्दी पाठ", "हिन्दी"),
        ("#বাংলা লেখা", "বাংলা"),
        ("#தமிழ் உரை", "தமிழ்"),
        ("#မြန်မာ စာ", "မြန်မာ"),
        ("#น้ำตก สวย", "น้ำตก"),
        ("#T\u0308ag x", "T\u0308ag"),
        ("#עִבְרִית", "עִבְרִית"),
    ],
)
def test_tags_whose_vowels_are_marks_of_their_own(read_text, text: str, tag: str) -> None:
    assert read_text(f"Text here.\n\n{text}\n").facts.tags == (tag,)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("امروز هوا خوب بود و ما به پارک رفتیم؟ چه روز گرمی", "fa"),
        ("آج موسم بہت اچھا تھا اور ہم پارک میں گئے، بڑے ٹھنڈے", "ur"),
        ("كان الطقس جميلا اليوم وذهبنا إلى الحديقة", "ar"),
        ("இன்று வானிலை நன்றாக இருந்தது", "ta"),
        ("დღეს კარგი ამინდი იყო", "ka"),
        ("Այսօր եղանակը լավ էր", "hy"),
        ("ዛሬ አየሩ ጥሩ ነበር", "am"),
        ("Сьогодні гарна погода, і її ми любимо", "uk"),
        ("Der Weg ist weit und die Berge sind höher als das, was wir von hier aus sehen", "de"),
    ],
)
def test_languages_by_their_letters(text: str, language: str) -> None:
    assert guess_language(text) == language


@pytest.mark.parametrize(
    ("text", "title", "excerpt"),
    [
        (
            '<p align="center"><img src="x.png" alt="logo"></p>\n\n<h1>Name</h1>\n\nWhat it does.',
            "Name",
            "What it does.",
        ),
        ("<h1>One</h1>\n<p>Two <b>words</b>.</p>\n", "One", "Two words."),
        ('<a href="x"><img alt="badge" src="y"></a>\n\nText.', "my note 1", "Text."),
        ("<!-- hidden -->\n\nText ((abcDEF123)) here ((somethin)).", "my note 1",
         "Text here ((somethin))."),
    ],
)  # fmt: skip
def test_html_and_references_in_markdown(read_text, text: str, title: str, excerpt: str) -> None:
    note = read_text(text)
    assert (note.facts.title, note.facts.excerpt) == (title, excerpt)
