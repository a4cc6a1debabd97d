"""What a page may ask of the index."""

from dataclasses import replace

import msgspec
import pytest

from muserd.engine.maps.query import Query, _words
from muserd.ground.errors import WorkerError
from muserd.ground.facts import SECTION_GAP
from muserd.ground.records import FileState, ItemId
from tests.unit.engine.bench import Bench

NOBODY = ItemId(999)


@pytest.fixture
def query(bench: Bench) -> Query:
    """Over two notes and a picture in a root."""
    bench.parts.root_changes.add(bench.config)
    bench.ingest("a.txt", "b.txt", "c.png")
    return bench.parts.queries


def is_gone(bench: Bench, name: str) -> ItemId:
    """Have an item that has no file any more."""
    item = bench.item(name)
    with bench.parts.store.write() as writer:
        writer.put_item(replace(item, gone_at_ms=1))
    return item.id


def is_nowhere(bench: Bench, name: str, **changes: object) -> ItemId:
    """Change the file of an item."""
    record, item = bench.file(name), bench.item(name)
    assert record is not None
    with bench.parts.store.write() as writer:
        writer.put_file(replace(record, **changes))  # type: ignore[arg-type]
    return item.id


def test_words_find_what_they_describe(bench: Bench, query: Query) -> None:
    found = query.search("words", "text", 10)
    assert (found.space, found.query) == ("text", "words")
    assert len(found.hits) <= 2


def test_the_nearest_of_an_item(bench: Bench, query: Query) -> None:
    """Of an item that is unknown or gone there are none; it itself is not among them."""
    item, other = bench.item("a.txt"), bench.item("b.txt")
    similar = query.similar(item.id, 5)
    assert similar is not None
    assert [hit.id for hit in similar.hits] == [other.id]
    assert similar.space == "text"
    assert query.similar(NOBODY, 5) is None
    is_gone(bench, "b.txt")
    assert query.similar(other.id, 5) is None
    again = query.similar(item.id, 5)
    assert again is not None
    assert again.hits == ()


def test_where_the_bytes_of_an_item_lie(bench: Bench, query: Query) -> None:
    original = query.original(bench.item("c.png").id)
    assert original is not None
    assert (original.path, original.media_type) == (bytes(bench.root / "c.png"), "image/png")
    assert original.name == "c.png"
    assert query.original(NOBODY) is None
    assert query.original(NOBODY, part=1) is None


def test_what_is_away_or_in_no_root_is_not_served(bench: Bench, query: Query) -> None:
    assert query.original(is_nowhere(bench, "a.txt", state=FileState.OFFLINE)) is None
    item = is_nowhere(bench, "b.txt", root=b"/elsewhere")
    assert query.original(item) is None
    assert query.note_text(item) is None
    assert query.note_page(item) is None


def test_a_preview_is_made_once(
    bench: Bench, query: Query, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For each size and part of a file as it is; a larger one is another."""
    asked: list[tuple[int, int]] = []

    def preview(path: bytes, size_px: int, part: int, timeout_s: float) -> bytes:
        asked.append((size_px, part))
        return b"webp"

    monkeypatch.setattr(bench.parts.workers["image"], "preview", preview, raising=False)
    item = bench.item("c.png").id
    assert [query.preview(item, 256) for _ in range(2)] == [b"webp", b"webp"]
    query.preview(item, 512)
    query.preview(item, 256, part=1)
    assert asked == [(256, 0), (512, 0), (256, 1)]
    assert query.preview(NOBODY, 256) is None


def test_a_preview_that_cannot_be_made_is_none(bench: Bench, query: Query) -> None:
    with pytest.raises(WorkerError):
        bench.parts.workers["image"].preview(b"", 1, 0, 1.0)
    assert query.preview(bench.item("c.png").id, 256) is None


def test_the_text_of_a_note(bench: Bench, query: Query) -> None:
    """A picture has none, though it is there."""
    text = query.note_text(bench.item("a.txt").id)
    assert text is not None
    assert text.text == "a.txt"
    assert query.note_text(bench.item("c.png").id) is None
    assert query.note_text(NOBODY) is None


def test_a_note_for_people_to_read(bench: Bench, query: Query) -> None:
    page = query.note_page(bench.item("a.txt").id)
    assert page is not None
    assert page.text == "a.txt"
    assert query.note_page(bench.item("c.png").id) is None
    assert query.note_page(NOBODY) is None


def test_what_an_item_points_at(bench: Bench, query: Query) -> None:
    links = query.links(bench.item("a.txt").id)
    assert links is not None
    assert (links.edges, links.parts) == ((), ())
    assert query.links(NOBODY) is None


def test_the_words_of_a_document_are_cut_into_its_notes(bench: Bench, query: Query) -> None:
    """One without notes of its own is told in one piece."""
    record = bench.item("a.txt")
    whole = _words(record, "all of it")
    assert (whole.text, whole.sections) == ("all of it", ())
    facts = msgspec.structs.replace(record.facts, sections=(("One", "2024"), ("Two", "")))
    parts = _words(replace(record, facts=facts), f"first{SECTION_GAP}second")
    assert (parts.text, parts.sections) == ("", (("One", "2024", "first"), ("Two", "", "second")))
