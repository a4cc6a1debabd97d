"""Notes as users of other tools reported them, and their like: what a person expects of each.

One table a kind: dates of heads (`DATES`, `KEYS`), day notes (`DAYS`), texts that only look like a
head (`NO_HEADS`), heads of other programs (`HEADS`), tags (`TAGS`), what an excerpt leaves out
(`EXCERPTS`), encodings (`LEGACY`), names of pictures (`NAMES`), and exported pages (`HTML`).

What else was reported, and where it is tried:

times of files beyond 2262: `tests/faults/test_odd_values.py`
doubtful and impossible times: `test_dates.py`, `viewer/test/views.test.js`
a note's own text, set: `viewer/test/note.test.js`, `tests/unit/engine/test_note_source.py`
the character set of an original: `tests/unit/web/test_originals.py`
names and paths as they are: `tests/unit/ground/test_names.py`
sidecars that come later: `tests/unit/engine/sync/test_sidecars_watched.py`
bins, libraries, ignore files, what is passed over: `tests/unit/watch/test_passed_over.py`
a page that is off: `tests/unit/ctl/test_looking.py`; one that hangs: `viewer/test/store.test.js`
a byte order mark in config.toml: `tests/unit/ground/test_config_text.py`
narrow screens: `tests/browser/test_hands.py`
"""

import base64
import random
from collections.abc import Callable

import pytest

from muserd.extract.name_dates import moment_in_name
from muserd.extract.note import Note

Read = Callable[..., Note]

pytestmark = pytest.mark.usefixtures("in_berlin")

# as written → as shown
DATES = {
    "2024-03-05": "2024-03-05",
    "1709632800": "2024-03-05 11:00:00+01:00",
    "1709632800000": "2024-03-05 11:00:00+01:00",
    "1709632800.123": "2024-03-05 11:00:00+01:00",
    "2024-03-05 10:00 AM": "2024-03-05 10:00:00",
    "2024-03-05 12:30 am": "2024-03-05 00:30:00",
    "2024-3-5": "2024-03-05",
    "2024": "2024",
    "2024-03": "2024-03",
    "March 2024": "2024-03",
    '"[[2024-03-05]]"': "2024-03-05",
    "[[2024-03-05]]": "2024-03-05",
    '"[[2024-03-05|today]]"': "2024-03-05",
    "2024-03-05 to 2024-03-09": "2024-03-05",
    "2024-03-05/2024-03-09": "2024-03-05",
    "2024–2025": "2024",
    "circa 1890": "1890",
    "~2024": "2024",
    "2024-065": "2024-03-05",
    "2024-W10-2": "2024-03-05",
    "2024-03-05T10:00:00−05:00": "2024-03-05 10:00:00-05:00",
    "05 Mar 2024 10:00:00 GMT": "2024-03-05 10:00:00+00:00",
    "2024-03-05 (Tue) 10:00": "2024-03-05 10:00:00",
    "2024年3月5日 15:04": "2024-03-05 15:04:00",
    "2024. 03. 05. 10:00": "2024-03-05 10:00:00",
    "the 5th of March, 2024": "2024-03-05",
    "ngày 5 tháng 3 năm 2024": "2024-03-05",
    "2024 m. kovo 5 d.": "2024-03-05",
    "5 марта 2024 г.": "2024-03-05",
    "5. März 2024": "2024-03-05",
    "2024-03-05 # a comment": "2024-03-05",
    "2024-03-05 下午3:04": "2024-03-05 15:04:00",
    "2024. 3. 5. 오후 3:04": "2024-03-05 15:04:00",
    "2024年3月5日 午前9:30": "2024-03-05 09:30:00",
    "Tue 2024-03-05": "2024-03-05",
    '"[[daily/2024-03-05]]"': "2024-03-05",
    '"`2024-03-05`"': "2024-03-05",
    '"*2024-03-05*"': "2024-03-05",
    "05/Mar/2024 10:00": "2024-03-05 10:00:00",
    "[[daily/2024-03-05]]": "2024-03-05",
    # no dates, or two
    "5/3/2024": "",
    "2024-02-30": "",
    "yesterday": "",
    "{{date}}": "",
}


@pytest.mark.parametrize("written", DATES)
def test_dates_of_heads(written: str, read_text: Read) -> None:
    facts = read_text(f"---\ntitle: T\ndate: {written}\n---\n\nSome words.\n").facts
    expected = DATES[written]
    assert (facts.when if facts.time_source == "front-matter" else "") == expected


KEYS = [
    *(
        "date created",
        "createdAt",
        "created_at",
        "Date Created",
        "DATE",
        "publishDate",
        "dg-created",
    ),
    *(
        "creation date",
        "modified",
        "last_modified",
        "updated_at",
        "journal-date",
        "dcterms.created",
    ),
    *("Datum", "fecha", "日期", "дата", "posted", "time"),
]


@pytest.mark.parametrize("key", KEYS)
def test_keys_of_dates(key: str, read_text: Read) -> None:
    facts = read_text(f"---\ntitle: T\n{key}: 2024-03-05\n---\n\nSome words.\n").facts
    assert (facts.when, facts.time_source) == ("2024-03-05", "front-matter")


# name → title and time; the text has neither
DAYS = {
    "2024-03-05.md": ("2024-03-05", "2024-03-05"),
    "2024_03_05.md": ("2024-03-05", "2024-03-05"),
    "20240305.md": ("20240305", "2024-03-05"),
    "2024-03-05 Tue.org": ("2024-03-05 Tue", "2024-03-05"),
    "2024-W10.md": ("2024-W10", "2024-03-04"),
    "2024-03.md": ("2024-03", "2024-03"),
    "2024.md": ("2024", "2024"),
    "March 5th, 2024.md": ("March 5th, 2024", "2024-03-05"),
    "5 März 2024.txt": ("5 März 2024", "2024-03-05"),
    "2024年3月5日.md": ("2024年3月5日", "2024-03-05"),
    "202403051011 Zettel.md": ("202403051011 Zettel", "2024-03-05 10:11:00"),
    "5 May.md": ("5 May", ""),
    "Trip to Rome.textbundle/text.markdown": ("Trip to Rome", ""),
    "2024-03-05 Walk.textbundle/text.md": ("2024-03-05 Walk", "2024-03-05"),
    "text.md": ("text", ""),
    "Room 2024.md": ("Room 2024", ""),
}


@pytest.mark.parametrize("name", DAYS)
def test_day_notes(name: str, read_text: Read) -> None:
    facts = read_text("Some words.", name).facts
    when = facts.when if facts.time_source == "name" else ""
    assert (facts.title, when) == DAYS[name]


NO_HEADS = [
    "---\n\nDear diary, we went up the mountain.\nLunch: pizza. It was good.\n\n---\n\nNext day.",
    "---\nDear diary: we went up the mountain.\nLunch: pizza.\n---\n\nNext day.",
    "---\nDear diary\n---\n\nNext day.",
    "---\r\nNote to self: Lunch, pizza, diary.\r\n---\r\n\r\nNext day.",
    "***\nDear diary: Lunch\n***\n\nNext day.",
    "Anna: Dear diary.\nBob: Lunch!\n\nNext day.",
]


@pytest.mark.parametrize("text", NO_HEADS)
def test_what_only_looks_like_a_head(text: str, read_text: Read) -> None:
    """Nothing between the rulers is lost, and none of it becomes a heading."""
    note = read_text(text)
    assert "iary" in note.text
    assert "Next day." in note.text
    assert note.facts.title == "my note 1"
    assert "iary" in note.facts.excerpt


HEADS = {
    "colon": "---\ntitle: A: B\ntags:\n  - maths\n  - school\n---\n",
    "crlf": "---\r\ntitle: A: B\r\ntags:\r\n  - maths\r\n  - school\r\n---\r\n",
    "cr": "---\rtitle: A: B\rtags: [maths, school]\r---\r",
    "tabs": "---\ntitle: A: B\ntags:\n\t- maths\n\t- school\n---\n",
    "pelican": "title: A: B\nDate: 2024-03-05\nTags: maths, school\n\n",
    "glued": "title:A: B\ntags:maths,school\n\n",
    "glued between rulers": "---\ntitle:A: B\ntags:maths school\n---\n",
    "hugo": '{ "title": "A: B", "tags": ["maths", "school"] }\n\n',
    "toml": '+++\ntitle = "A: B"\ntags = ["maths", "school"]\n+++\n',
    "script": '---js\n{\n  title: "A: B",\n  tags: ["maths", "school"],\n}\n---\n',
    "comment": "<!--\ntitle: A: B\ntags: maths, school\n-->\n",
    "below a comment": "<!-- licence -->\n---\ntitle: A: B\ntags: [maths, school]\n---\n",
    "open": "---\ntitle: A: B\ntags: maths, school\n\n",
    "anchor": "---\ntitle: &it A: B\ntags: [maths, school\n---\n",
    "quotes": '---\ntitle: "A: B\ntags: maths, school\n---\n',
    "other words": "---\ntitel: 'A: B'\nschlagwörter: maths, school\n---\n",
    "hashes": "---\ntitle: A: B\ntags: #maths #school\n---\n",
}


@pytest.mark.parametrize("name", HEADS)
def test_heads(name: str, read_text: Read) -> None:
    note = read_text(f"{HEADS[name]}The body of it.")
    assert (note.facts.title, note.facts.tags) == ("A: B", ("maths", "school"))
    assert note.text == "The body of it."


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("Null Island", "Null Island"),
        ("nullable", "nullable"),
        ("~tilde", "~tilde"),
        ("no", "no"),
        ("1.10", "1.10"),
        ("007", "007"),
        ("2024-03-05", "2024-03-05"),
        ("12:30", "12:30"),
        ("*starred* words: two", "*starred* words: two"),
        ('He said "hi": "ho"', 'He said "hi": "ho"'),
    ],
)
def test_strings_stay_strings(written: str, title: str, read_text: Read) -> None:
    assert read_text(f"---\ntitle: {written}\n---\nText.").facts.title == title


JOPLIN = (
    "id: 0123456789abcdef0123456789abcdef\nparent_id: 0123456789abcdef0123456789abcdef\n"
    "created_time: 2024-03-05T10:00:00.000Z\nupdated_time: 2024-03-06T10:00:00.000Z\n"
    "is_conflict: 0\nmarkup_language: 1\ntype_: 1"
)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_trailer_of_joplin(end: str, read_text: Read) -> None:
    note = read_text(f"My title\n\nSome text.\n\n{JOPLIN}".replace("\n", end))
    assert (note.facts.title, note.facts.excerpt) == ("My title", "Some text.")
    assert note.facts.when == "2024-03-05 10:00:00+00:00"


TAGS = {
    "We talked about #gardening and #area/sub-topic. See https://x.org/#frag, C#, #123.": (
        "gardening",
        "area/sub-topic",
    ),
    "#fff #FFF000 #eeeeee are colours, #feed is none": ("feed",),
    "`#code` \\#escaped ##two <https://x.org/#a> [#b](c) #d": ("d",),
    "#日本語、#été; #y2024 (#three)": ("日本語", "été", "y2024", "three"),
    "- TODO [#A] do #it": ("it",),
    "Bear's #two words# and #one": ("two words", "one"),
}


@pytest.mark.parametrize("text", TAGS)
def test_tags(text: str, read_text: Read) -> None:
    assert read_text(text).facts.tags == TAGS[text]


SHOT = base64.b64encode(random.Random(1).randbytes(75_000)).decode()
EXCERPTS = {
    f"![shot](data:image/png;base64,{SHOT})\n\nAfter it.": "After it.",
    f'<img src="data:image/png;base64,{SHOT}">\n\nAfter it.': "After it.",
    f"[![a][b]](x)\n\nAfter it.\n\n[b]: data:image/png;base64,{SHOT}": "After it.",
    f"[file](data:application/pdf;base64,{SHOT})\n\nAfter it.": "file After it.",
    "> [!note] Remember\n> the text": "Remember the text",
    "> [!warning]- Folded\n> text": "Folded text",
    "- [ ] buy milk\n- [x] done": "buy milk done",
    '{{< figure src="a.png" >}}\n\nText.': "Text.",
    ":::note\nInner\n:::\n\nText.": "Inner Text.",
    "Text. ^block-id": "Text.",
    "[![b](https://x.org/b.svg)](https://x.org)\n\nText.": "Text.",
    "Prices fell 5%% in May and rose 7%% in June": "Prices fell 5%% in May and rose 7%% in June",
    "Seen %%not seen%% again": "Seen again",
    "- TODO [#A] do it\n- [#B] and that": "do it and that",
    "Roam's ^^marked^^ words": "Roam's marked words",
}


@pytest.mark.parametrize("text", EXCERPTS, ids=lambda text: text[:20])
def test_excerpts(text: str, read_text: Read) -> None:
    note = read_text(text)
    assert note.facts.excerpt == EXCERPTS[text]
    assert SHOT[:100] not in note.text


@pytest.mark.parametrize(
    "text", ["日記 " + "今天天氣很好" * 60, "日記。" + "今天天氣很好，" * 60, "วันนี้อากาศดีมาก" * 30]
)
def test_excerpts_of_scripts_without_spaces(text: str, read_text: Read) -> None:
    excerpt = read_text(text).facts.excerpt
    assert 200 < len(excerpt) <= 280
    assert text.startswith(excerpt.rstrip("…"))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("t.org", "Words.\n\n| a | b |\n|---+---|\n| 1 | 2 |\n"),
        ("t.rst", "Words.\n\n==  ==\na   b\n==  ==\n1   2\n==  ==\n"),
        ("t.rst", "Words.\n\n+---+---+\n| a | b |\n+===+===+\n| 1 | 2 |\n+---+---+\n"),
        ("t.adoc", "Words.\n\n|===\n|a |b\n|1 |2\n|===\n"),
        ("t.md", "Words.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"),
    ],
)
def test_tables_without_their_rules(name: str, text: str, read_text: Read) -> None:
    assert read_text(text, name).facts.excerpt.split() == ["Words.", "a", "b", "1", "2"]


# what several sets share is not told apart by one line, and need not be
LEGACY = {
    "Сегодня хорошая погода, мы пошли гулять в парк и видели много птиц.": [
        *("cp1251", "koi8-r", "iso8859-5", "cp866", "mac-cyrillic"),
    ],
    "Привет, мир": ["cp1251", "koi8-r", "cp866"],
    "Zażółć gęślą jaźń. Dzisiaj jest ładna pogoda.": ["cp1250", "iso8859-2", "cp852"],
    "Příliš žluťoučký kůň úpěl ďábelské ódy. Dnes je hezky.": ["cp1250", "iso8859-2", "cp852"],
    "Mañana compraré jamón y piña": ["cp1252", "iso8859-15", "cp850", "mac-roman", "cp437"],
    "Déjà vu à l’été, ça m’a coûté en français où naïve.": ["cp1252", "mac-roman"],
    "Perché è così? Però è già più là.": ["cp1252", "mac-roman"],
    "Bugün hava çok güzel, parka gittik ve kuş gördük. Şişli ığdır.": ["cp1254", "cp857"],
    "Σήμερα ο καιρός είναι καλός, πήγαμε βόλτα στο πάρκο.": ["cp1253", "iso8859-7", "cp737"],
    "היום מזג האוויר יפה, הלכנו לטייל בפארק": ["cp1255", "iso8859-8", "cp862"],
    "اليوم الطقس جميل وذهبنا للتنزه في الحديقة": ["cp1256", "iso8859-6"],
    "今日はいい天気なので、公園に散歩に行って": ["cp932", "euc-jp", "iso2022_jp"],
    "今天天气很好，我们去公园散步，看到很多鸟。": ["gb18030", "hz"],
    "今天天氣很好，我們去公園散步，看到很多鳥。": ["big5"],
    "오늘 날씨가 좋아서 공원에 산책하러 가서": ["cp949", "iso2022_kr"],
    "hello world": ["utf-16-le", "utf-16-be", "utf-32-le", "utf-16", "utf-32", "utf-8-sig"],
    "日本": ["utf-16", "utf-32-be", "utf-8-sig"],
}


@pytest.mark.parametrize("lines", [1, 3])
@pytest.mark.parametrize(
    ("text", "encoding"), [(text, one) for text, many in LEGACY.items() for one in many]
)
def test_encodings(text: str, encoding: str, lines: int, read_text: Read) -> None:
    note = (
        read_text(f"{text}\n".encode(encoding) * lines, "a.txt")
        if "utf" not in encoding
        else (read_text((f"{text}\n" * lines).encode(encoding), "a.txt"))
    )
    assert note.text.split("\n")[0] == text


# name of a picture → its time
NAMES = {
    "IMG-20220103-WA0007.jpg": "2022-01-03",
    "Screenshot_20190201-212530_Fennec.jpg": "2019-02-01 21:25:30",
    "PXL_20240203_101112345.jpg": "2024-02-03 10:11:12+00:00",
    "signal-2018-08-21-100217.jpg": "2018-08-21 10:02:17",
    "C360_2022-01-03-12-34-56-789.jpg": "2022-01-03 12:34:56",
    "20220103T123456Z.jpg": "2022-01-03 12:34:56+00:00",
    "2022_0103_123456_001.JPG": "2022-01-03 12:34:56",
    "vlcsnap-2024-01-16-21h15m29s123.png": "2024-01-16 21:15:29",
    "스크린샷 2024-01-16 오후 9.15.29.png": "2024-01-16 21:15:29",
    "Snímek obrazovky 2024-01-16 v 21.15.29.png": "2024-01-16 21:15:29",
    "2022年01月03日 12時34分56秒.jpg": "2022-01-03 12:34:56",
    "Scan 3 Jan 2022.png": "2022-01-03",
    "2024-Jan-16.jpg": "2024-01-16",
    "16.1.2024.jpg": "2024-01-16",
    "photo-1453980080123-abc.jpg": "2016-01-28 12:21:20+01:00",
    "550e8400-2019-01-02-a716.png": "",
    "v2022.01.03.png": "",
    "CamScanner 01-03-2022 12.34.png": "",
    "Mayor 12 2024.png": "",
}


@pytest.mark.parametrize("name", NAMES)
def test_names_of_pictures(name: str) -> None:
    moment = moment_in_name(name.encode())
    text = ""
    if moment is not None:
        text = moment.civil.strftime(
            "%Y-%m-%d %H:%M:%S" if moment.precision == "time" else "%Y-%m-%d"
        )
        if moment.utc_offset_min is not None:
            text += f"+{moment.utc_offset_min // 60:02}:00"
    assert text == NAMES[name]


HTML = {
    "keep": (
        '<html><head><title>Milk</title></head><body><div class="note"><div class="heading">'
        '<div class="meta-icons"></div>\nMar 5, 2024, 10:00:00 AM</div>'
        '<div class="title">Milk</div>'
        '<div class="content">Buy it</div><div class="chips"><span class="chip label">'
        '<span class="label-name">home</span></span></div></div></body></html>'
    ),
    "evernote": (
        '<html><head><title>Milk</title><meta name="exporter-version" content="Evernote Mac">'
        '<meta name="created" content="2024-03-05 10:00:00 +0000"><meta name="keywords" '
        'content="home"></head><body><div>Buy it</div></body></html>'
    ),
    "notion": (
        "<html><head><title>Milk</title></head><body><header><h1>Milk</h1><table><tbody>"
        '<tr class="property-row property-row-created_time"><td><time>@March 5, 2024 3:04 PM</time>'
        '</td></tr><tr class="property-row property-row-multi_select"><td>'
        '<span class="selected-value select-value-color-red">home</span></td></tr></tbody></table>'
        "</header><p>Buy it</p></body></html>"
    ),
    "json-ld": (
        '<html><head><script type="application/ld+json">{"@graph": [{"headline": "Milk", '
        '"datePublished": "2024-03-05T10:00:00Z", "keywords": ["home"]}]}</script></head>'
        "<body><p>Buy it</p></body></html>"
    ),
    "open graph": (
        '<html><head><meta property="og:title" content="Milk"><meta property="article:tag" '
        'content="home"><meta property="article:published_time" content="2024-03-05">'
        "</head><body><p>Buy it</p></body></html>"
    ),
    "single file": (
        "<!DOCTYPE html> <html><!--\n Page saved with SingleFile \n saved date: Tue Mar 05 2024 "
        '10:00:00 GMT+0100 (CET)\n--><head><title>Milk</title><meta name=keywords content="home">'
        "</head><body>Buy it</body></html>"
    ),
}


@pytest.mark.parametrize("page", HTML)
def test_pages_that_programs_export(page: str, read_text: Read) -> None:
    note = read_text(HTML[page], "x.html")
    assert (note.facts.title, note.facts.tags) == ("Milk", ("home",))
    assert note.facts.when[:10] == "2024-03-05"
    assert note.text.endswith("Buy it")
    assert note.text == "Buy it" or page == "notion"
