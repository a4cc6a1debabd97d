"""The full-text cache: tiers, filters, tombstones, damage. A real SQLite file."""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from muserd.find.documents import Document
from muserd.find.fulltext import FullText
from muserd.find.query import parse
from muserd.ground.records import ItemId, Space

DAY_MS = 86_400_000


@pytest.fixture
def index(tmp_path: Path) -> Iterator[FullText]:
    made = FullText(tmp_path / "find" / "words.sqlite3")
    yield made
    made.close()


def document(number: int, title: str = "", text: str = "", **more: object) -> Document:
    values: dict[str, object] = {
        "item": ItemId(number),
        "space": "text",
        "stamp": number,
        "title": title,
        "name": f"{number}.md",
        "folder": "",
        "tags": "",
        "text": text,
        "time_ms": number * DAY_MS,
        "added_ms": 0,
        "copies": 1,
        "labels": (),
    }
    return Document(**{**values, **more})  # type: ignore[arg-type]


def found(index: FullText, text: str, space: Space | None = None) -> list[tuple[int, int]]:
    return [(hit.item, hit.tier) for hit in index.search(parse(text), space, 50)]


def test_all_words_before_beginnings_before_some_before_parts(index: FullText) -> None:
    index.update(
        [
            document(1, "Red apple"),
            document(2, "Reddish apples"),
            document(3, "Green apple"),
            document(4, "Bored grapples"),
        ]
    )
    assert found(index, "red apple") == [(1, 0), (2, 2), (3, 3), (4, 4)]


def test_titles_weigh_more_than_text(index: FullText) -> None:
    index.update([document(1, "Other", "walrus here"), document(2, "Walrus", "nothing")])
    assert [item for item, _ in found(index, "walrus")] == [2, 1]


def test_words_that_stand_together_before_words_far_apart(index: FullText) -> None:
    index.update(
        [
            document(1, "", "stone " + "and then " * 40 + "bridge"),
            document(2, "", "a long text: " + "more " * 200 + "a stone bridge"),
        ]
    )
    assert found(index, "stone bridge") == [(2, 0), (1, 1)]
    assert found(index, '"stone bridge" long') == [(2, 1)]


def test_phrases_diacritics_and_plurals(index: FullText) -> None:
    index.update([document(1, "", "the lazy dog sleeps"), document(2, "", "dog so lazy. Ärger!")])
    assert found(index, '"lazy dog"') == [(1, 0)]
    assert found(index, "arger") == [(2, 0)]
    assert {item for item, _ in found(index, "dogs")} == {1, 2}


@pytest.mark.parametrize("word", ["日", "日記", "天気がい"])
def test_languages_without_spaces_are_found_from_one_character_on(
    index: FullText, word: str
) -> None:
    index.update([document(1, "日記", "今日は天気がいい"), document(2, "other", "text")])
    assert found(index, word)[0] == (1, 0)


def test_parts_of_words(index: FullText) -> None:
    index.update([document(1, "", "object.__getattribute__(self, name)")])
    assert found(index, "tribu") == [(1, 4)]
    assert found(index, "tr") == []


@pytest.mark.parametrize(
    "text",
    ['"', "NEAR(a b)", "title:x", "a AND", "* ^", "a OR NOT", "');DROP TABLE docs;--", "{a b}: c"],
)
def test_no_syntax_of_the_engine_gets_through(index: FullText, text: str) -> None:
    index.update([document(1, "something")])
    found(index, text)
    index.matching([text])
    assert len(index.stamps()) == 1


def test_parts_of_several_words(index: FullText) -> None:
    index.update([document(1, "", "seafaring albatrosses"), document(2, "", "the albatross")])
    assert found(index, "afari batros") == [(1, 4)]
    assert found(index, "afari zzz") == []


def test_of_a_word_that_stands_everywhere_titles_are_ranked_and_the_newest(
    index: FullText, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("muserd.find.fulltext._MOST_RANKED", 10)
    index.update(
        [document(1, "Everywhere"), *(document(n, "", "everywhere") for n in range(2, 50))]
    )
    hits = [item for item, _ in found(index, "everywhere")]
    assert hits[0] == 1
    assert sorted(hits[1:]) == list(range(40, 50))


def test_one_letter_is_no_beginning(index: FullText) -> None:
    index.update([document(1, "c major"), document(2, "cat")])
    assert found(index, "c") == [(1, 0)]
    assert found(index, "ca") == [(2, 2)]


def test_the_file_is_hardly_larger_than_what_it_indexes(index: FullText) -> None:
    from pydoc_data.topics import topics

    texts = sorted(topics.items()) * 3
    rows = [document(n, title, text) for n, (title, text) in enumerate(texts)]
    for start in range(0, len(rows), 64):
        index.update(rows[start : start + 64])
    files = [Path(f"{index.path}{suffix}") for suffix in ("", "-wal")]
    index.close()
    size = sum(file.stat().st_size for file in files if file.exists())
    assert size <= 1.5 * sum(len(text.encode()) for _, text in texts)


def test_spaces_are_kept_apart(index: FullText) -> None:
    index.update([document(1, "cat"), document(2, "cat", space="image")])
    assert found(index, "cat", "image") == [(2, 0)]
    assert {item for item, _ in found(index, "cat")} == {1, 2}


def test_a_document_replaces_the_one_before_and_may_go(index: FullText) -> None:
    index.update([document(1, "old title")])
    index.update([document(1, "new title", stamp=9)])
    assert found(index, "old") == []
    assert found(index, "new") == [(1, 0)]
    assert index.stamps() == {1: 9}
    index.update([], gone=[ItemId(1)])
    assert found(index, "new") == []
    assert index.stamps() == {}
    index.update([document(1, "third title", labels=(("tag", "a"), ("tag", "a")))])
    assert found(index, "new") == []
    assert found(index, "third") == [(1, 0)]
    assert index.values("tag", "", 9) == [("a", 1)]
    index.update([], gone=[ItemId(1), ItemId(2)])
    assert index.values("tag", "", 9) == []


def test_a_worn_file_says_so_and_begins_anew(index: FullText) -> None:
    for turn in range(30):
        index.update([document(n, f"turn {turn}") for n in range(50)])
    assert index.worn
    index.reset()
    assert not index.worn
    assert index.stamps() == {}
    index.update([document(1, "again")])
    assert found(index, "again") == [(1, 0)]


def test_filters(index: FullText) -> None:
    labels = (
        ("folder", "holidays/2021"), ("folder", "2021"), ("tag", "area/sub"), ("type", "png"),
        ("camera", "canon eos 5d"), ("colour", "red"), ("lang", "de"),
    )  # fmt: skip
    index.update([document(1, labels=labels, copies=2, added_ms=50 * DAY_MS), document(2)])

    def allowed(text: str) -> set[int] | None:
        chosen = index.allowed(parse(text).filters, 52 * DAY_MS)
        return None if chosen is None else set(chosen)

    assert allowed("") is None
    assert allowed("region:Alps") is None  # not of this file
    for text in (
        "folder:holidays", "folder:holidays/2021", "folder:2021", "tag:area", "tag:Area/Sub",
        "type:png", "camera:canon", "colour:red", "lang:de", "is:duplicate", "is:new",
        "-folder:nowhere folder:2021",
    ):  # fmt: skip
        assert allowed(text) == {1}, text
    assert allowed("-tag:area") == {2}
    assert allowed("added:1970-02..") == {1}
    assert allowed("added:1970-01-01") == {2}
    assert allowed("folder:hol") == set()
    assert allowed("before:1970-01-03") == {1}
    assert allowed("after:1970-01-03") == {2}
    assert allowed("year:1970") == {1, 2}
    assert allowed("year:1970 -before:1970-01-03") == {2}


def test_values_complete(index: FullText) -> None:
    index.update(
        [
            document(1, labels=(("tag", "alpha"), ("tag", "beta"))),
            document(2, labels=(("tag", "alpine"), ("tag", "alpha"))),
        ]
    )
    assert index.values("tag", "AL", 9) == [("alpha", 2), ("alpine", 1)]
    assert index.values("folder", "", 9) == []


def test_items_are_grouped_by_a_label(index: FullText) -> None:
    index.update(
        [
            document(1, labels=(("camera", "a"), ("tag", "x"))),
            document(2, labels=(("camera", "b"),)),
            document(3, labels=(("camera", "b"),)),
        ]
    )
    assert index.groups("camera", "text", 9) == [("b", [2, 3]), ("a", [1])]
    assert index.groups("camera", "text", 1) == [("b", [2, 3])]
    assert index.groups("camera", "image", 9) == []
    assert index.groups("lang", "text", 9) == []


def test_only_the_owner_reads_it(index: FullText) -> None:
    assert stat.S_IMODE(index.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(index.path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("garbage", [b"", b"not a database at all" * 100])
def test_a_damaged_file_is_made_anew(tmp_path: Path, garbage: bytes) -> None:
    path = tmp_path / "words.sqlite3"
    path.write_bytes(garbage)
    index = FullText(path)
    index.update([document(1, "fine")])
    assert found(index, "fine") == [(1, 0)]
    index.close()


def test_a_file_of_another_layout_is_made_anew(tmp_path: Path) -> None:
    index = FullText(tmp_path / "w")
    index.update([document(1, "old")])
    index._writer.execute("UPDATE meta SET value = '0' WHERE name = 'layout'")
    index.close()
    again = FullText(tmp_path / "w")
    assert again.stamps() == {}
    again.close()
