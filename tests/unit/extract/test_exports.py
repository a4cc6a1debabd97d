"""Files that hold several notes: Evernote, mailboxes, Joplin, Bear, Day One, Standard Notes."""

import json
import os
from email.message import EmailMessage
from pathlib import Path

import pytest

from muserd.extract import exports
from muserd.extract.content import read_content
from muserd.extract.limits import Limits
from muserd.extract.note import Note, read_note
from muserd.ground.errors import FileError
from muserd.ground.facts import SECTION_GAP
from tests.unit.extract import samples

ENEX = """<?xml version="1.0"?><!DOCTYPE en-export SYSTEM "http://xml.evernote.com/pub/e.dtd">
<en-export>
<note><title>Soup</title><created>20200102T030405Z</created><tag>cook</tag>
<content><![CDATA[<en-note><div>Boil <b>water</b>.</div></en-note>]]></content></note>
<note><title>Żurek</title><updated>20190304T050607Z</updated><tag>cook</tag><tag>pl</tag>
<content><![CDATA[<en-note><div>Zakwas</div><pre>a\n\n\n\nb</pre></en-note>]]></content></note>
<note><content><![CDATA[<en-note><div>No title here</div></en-note>]]></content></note>
</en-export>""".encode()


def mbox() -> bytes:
    letters = []
    for subject, date, body in (
        ("Trip to Łódź", "Mon, 6 May 2019 07:08:09 +0200", "We went.\n\nFrom there we walked."),
        ("Re: Trip", "Tue, 7 May 2019 08:00:00 -0500", "> quoted\nIt was good."),
    ):
        letter = EmailMessage()
        letter["Subject"], letter["Date"] = subject, date
        letter.set_content(body)
        text = letter.as_string().replace("\nFrom there", "\n>From there")
        letters.append(f"From me@example.org Mon May  6 07:08:09 2019\n{text}\n")
    return "".join(letters).encode()


def jex(*, encrypted: bool = False) -> bytes:
    note, other, tag = ("0" * 31 + digit for digit in "123")
    records = {
        note: f"Peaks\n\nThe *high* ones. #alps\n\nid: {note}\n"
        "created_time: 2020-01-02T03:04:05.000Z\n"
        f"user_created_time: 2019-05-06T07:08:09.000Z\nencryption_applied: {int(encrypted)}\n"
        "markup_language: 1\ntype_: 1",
        other: f"Clip\n\n<p>Saved <b>page</b></p>\n\nid: {other}\n"
        "created_time: 2021-01-01T10:00:00Z\n"
        "markup_language: 2\ntype_: 1",
        tag: f"mountains\n\nid: {tag}\ntype_: 5",
        "f" * 32: f"\n\nid: {'f' * 32}\nnote_id: {note}\ntag_id: {tag}\ntype_: 6",
        "e" * 32: f"Notebook\n\nid: {'e' * 32}\ntype_: 2",
    }
    return samples.tarred({f"{name}.md": text.encode() for name, text in records.items()})


BEAR = samples.zipped(
    {
        "One.textbundle/text.md": "# Bees\n#nature/insects#\n\nThey hum.",
        "One.textbundle/info.json": json.dumps(
            {"version": 2, "net.shinyfrog.bear": {"creationDate": "2018-02-03T04:05:06Z"}}
        ),
        "One.textbundle/assets/a.png": "x",
        "Two.textbundle/text.markdown": "Just words",
    }
)
DAY_ONE = json.dumps(
    {
        "metadata": {"version": "1.0"},
        "entries": [
            {
                "creationDate": "2023-05-06T22:08:09Z",
                "timeZone": "Europe\\/Berlin",
                "text": "# A long walk\n![](dayone-moment://ABC)\n"
                "We saw the sea\\. It was cold\\-ish\\.",
                "tags": ["sea", "walk"],
            },
            {"creationDate": "2023-05-08T10:00:00Z", "text": "Rain\\!"},
        ],
    }
).encode()


def standard_notes(*, encrypted: bool = False) -> bytes:
    content = {"title": "Pasta", "text": "Boil it. #food", "references": []}
    return json.dumps(
        {
            "version": "004",
            "items": [
                {
                    "uuid": "u1",
                    "content_type": "Note",
                    "created_at": "2021-02-03T04:05:06.000Z",
                    "content": "004:abcdef" if encrypted else content,
                },
                {
                    "uuid": "u2",
                    "content_type": "Note",
                    "content": "004:xyz" if encrypted else {"title": "B", "text": "bees"},
                },
                {
                    "uuid": "t",
                    "content_type": "Tag",
                    "content": {"title": "italy", "references": [{"uuid": "u1"}]},
                },
            ],
        }
    ).encode()


CASES = {
    "enex": (
        "a.enex",
        ENEX,
        [
            ("Soup", "2020-01-02 03:04:05+00:00"),
            ("Żurek", "2019-03-04 05:06:07+00:00"),
            ("No title here", ""),
        ],
        ["Boil water.", "Zakwas\n\na\n\nb", ""],
        ("cook", "pl"),
    ),
    "mbox": (
        "Inbox.mbox",
        mbox(),
        [("Trip to Łódź", "2019-05-06 07:08:09+02:00"), ("Re: Trip", "2019-05-07 08:00:00-05:00")],
        ["We went.\n\nFrom there we walked.", "It was good."],
        (),
    ),
    "jex": (
        "all.jex",
        jex(),
        [("Peaks", "2019-05-06 07:08:09+00:00"), ("Clip", "2021-01-01 10:00:00+00:00")],
        ["The high ones. #alps", "Saved page"],
        ("mountains", "alps"),
    ),
    "bear": (
        "notes.bear2bk",
        BEAR,
        [("Bees", "2018-02-03 04:05:06+00:00"), ("Two", "")],
        ["#nature/insects#\n\nThey hum.", "Just words"],
        ("nature/insects",),
    ),
    "dayone": (
        "Journal.json",
        DAY_ONE,
        [("A long walk", "2023-05-07 00:08:09+02:00"), ("Rain!", "2023-05-08 10:00:00+00:00")],
        ["We saw the sea. It was cold-ish.", ""],
        ("sea", "walk"),
    ),
    "standard notes": (
        "Standard Notes Backup and Import File.txt",
        standard_notes(),
        [("Pasta", "2021-02-03 04:05:06+00:00"), ("B", "")],
        ["Boil it. #food", "bees"],
        ("italy", "food"),
    ),
}


@pytest.mark.parametrize(
    ("name", "data", "sections", "texts", "tags"), CASES.values(), ids=CASES.keys()
)
def test_every_note_has_its_title_its_time_and_its_text(
    read_text, name: str, data: bytes, sections: list, texts: list[str], tags: tuple[str, ...]
) -> None:
    note: Note = read_text(data, name)
    assert list(note.facts.sections) == sections
    pieces = note.text.split(SECTION_GAP)
    assert [
        piece.removeprefix(title).strip()
        for piece, (title, _) in zip(pieces, sections, strict=True)
    ] == texts
    assert note.facts.tags == tags
    assert note.facts.time_ms == min(read_text(data, name).facts.time_ms, note.facts.time_ms)
    assert note.facts.pages == 0


def test_one_note_alone_is_a_note(read_text) -> None:
    data = ENEX.split(b"<note><title>\xc5\xbb")[0] + b"</en-export>"
    note = read_text(data, "a.enex")
    assert (note.facts.title, note.text, note.facts.sections) == ("Soup", "Soup\n\nBoil water.", ())


def test_what_is_beyond_the_limit_is_said(read_text, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "MOST_NOTES", 2)
    note = read_text(ENEX, "a.enex")
    assert len(note.facts.sections) == 2
    assert "first 2 of its 3 notes" in note.facts.notice


@pytest.mark.parametrize(
    ("name", "data", "cause"),
    [
        ("a.mbox", b"Hello\nFrom me", "corrupt"),
        ("a.mbox", mbox()[:5], "corrupt"),
        ("a.jex", jex(encrypted=True), "encrypted"),
        ("a.jex", jex()[:300], "corrupt"),
        ("a.jex", b"\0" * 2_000, "corrupt"),
        ("a.textpack", BEAR[:200], "truncated"),
        ("a.textpack", samples.zipped({"x": "y"}), "corrupt"),
        ("journal.json", b'{"entries": 3}', "corrupt"),
        ("journal.json", b"[" * 100_000, "corrupt"),
        ("Backup.txt", standard_notes(encrypted=True), "encrypted"),
    ],
)
def test_bad_exports_are_records(read_text, name: str, data: bytes, cause: str) -> None:
    with pytest.raises(FileError) as caught:
        read_text(data, name)
    assert caught.value.cause == cause
    assert caught.value.hint


def test_a_tar_that_holds_too_much_is_a_bomb(read_text) -> None:
    with pytest.raises(FileError) as caught:
        read_text(jex(), "a.jex", unpacked_max_bytes=100)
    assert caught.value.cause == "bomb"


def test_text_that_only_mentions_a_backup_is_text(read_text) -> None:
    assert read_text(b'the key "content_type" of an item', "a.txt").facts.sections == ()


KEEP = (
    '<html><head><title>Milk</title></head><body><div class="note DEFAULT"><div class="heading">'
    '<div class="meta-icons"></div>%s</div><div class="title">Milk</div>'
    '<div class="content">Two bottles</div></div></body></html>'
)


def page(folder: Path, when: str) -> Note:
    path = folder / "Milk.html"
    path.write_text(KEEP % when, encoding="utf-8")
    return read_note(read_content(os.fsencode(path), 10**6), Limits())


@pytest.mark.parametrize("when", ["05.03.2024, 10:20:30", "2024. 3. 5. 오전 10:20:30", "?"])
def test_a_note_of_keeps_has_the_times_and_labels_of_the_json_beside_it(
    tmp_path: Path, when: str
) -> None:
    said = {
        "title": "Milk",
        "createdTimestampUsec": 1_557_119_289_123_000,
        "userEditedTimestampUsec": 1_600_000_000_000_000,
        "labels": [{"name": "Shopping"}, {"name": "home"}],
    }
    (tmp_path / "Milk.json").write_text(json.dumps(said))
    note = page(tmp_path, when)
    assert (note.facts.title, note.facts.tags) == ("Milk", ("Shopping", "home"))
    assert note.facts.time_ms == 1_557_119_289_123


@pytest.mark.parametrize(
    "beside", [b"", b"[]", b"{", b'{"createdTimestampUsec": "x", "labels": 3}']
)
def test_a_json_that_says_nothing_is_passed_over(tmp_path: Path, beside: bytes) -> None:
    (tmp_path / "Milk.json").write_bytes(beside)
    note = page(tmp_path, "Mar 5, 2024, 10:20:30 AM")
    assert note.facts.when == "2024-03-05 10:20:30"
