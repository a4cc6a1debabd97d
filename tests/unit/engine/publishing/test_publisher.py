"""What changed is written to the site, told to open pages, and remembered in the store."""

from unittest import mock

import msgspec
import pytest

from muserd.ground.errors import SiteError
from muserd.ground.events import Event
from tests.unit.engine.bench import Bench


def count(bench: Bench) -> int:
    """The notes that the published manifest counts."""
    manifest = bench.parts.site.manifest()
    assert manifest is not None
    return manifest.spaces["text"].count


def stored_revision(bench: Bench) -> int:
    with bench.parts.store.read() as reader:
        return reader.revision()


def test_a_change_reaches_the_site_the_pages_and_the_store(bench: Bench) -> None:
    publisher, told = bench.parts.publisher, list[Event]()
    bench.parts.subscribers.add(told.append)
    bench.ingest("a.txt")
    assert publisher.pending
    bench.publish()
    assert count(bench) == 1
    news = [msgspec.json.decode(event.data) for event in told if event.space == "text"]
    assert [one["reason"] for one in news] == ["restart", "small"]  # the first map
    assert stored_revision(bench) == publisher.revision == max(event.revision for event in told)


def test_nothing_is_published_when_nothing_changed(bench: Bench) -> None:
    bench.ingest("a.txt")
    bench.publish()
    before = bench.parts.publisher.revision
    bench.parts.publisher.flush()
    assert bench.parts.publisher.revision == before


def test_a_frozen_space_stays_as_it_was_until_its_next_fit(bench: Bench) -> None:
    publisher = bench.parts.publisher
    bench.ingest("a.txt")
    bench.publish()
    publisher.freeze("text")
    slot = bench.item("a.txt").slot
    bench.parts.models["text"].slots.present[slot] = False
    bench.parts.models["text"].show(slot)
    publisher.note("text", [slot])
    publisher.note_whole("text", "repair")
    publisher.flush_all()
    assert count(bench) == 1
    publisher.note_whole("text", "refit")
    publisher.flush_all()
    assert count(bench) == 0


def test_what_a_disk_refused_is_published_later(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher, site = bench.parts.publisher, bench.parts.site
    bench.ingest("a.txt")
    bench.publish()
    before = publisher.revision

    def refuse(manifest: object) -> None:
        raise SiteError("no room", "")

    monkeypatch.setattr(site, "publish", refuse)
    publisher.note_whole("text", "repair")
    publisher.flush_all()
    assert (publisher.revision, publisher.pending) == (before, True)
    monkeypatch.undo()
    publisher.importing_turned(importing=False)
    publisher.flush()
    assert publisher.revision == before  # not at once: the disk is full still
    bench.wait(10.0)
    assert publisher.revision == before + 1
    assert stored_revision(bench) == before + 1
    assert not publisher.pending


def test_what_comes_last_is_told_at_once(bench: Bench) -> None:
    """While files stream in pages change once a second; the last of them waits for nothing."""
    publisher = bench.parts.publisher
    bench.ingest("a.txt")
    bench.publish()
    publisher.importing_turned(importing=True)
    publisher.note_whole("text", "repair")
    publisher.flush()
    before = publisher.revision
    publisher.note_whole("text", "repair")
    publisher.flush()
    assert (publisher.revision, publisher.pending) == (before, True)
    publisher.importing_turned(importing=False)
    publisher.flush()
    assert publisher.revision == before + 1


def test_so_many_items_are_told_one_by_one_and_more_are_read_anew(bench: Bench) -> None:
    bench.ingest("a.txt", "b.txt", "c.txt")
    bench.publish()
    publisher = bench.parts.publisher
    slots = [bench.item(f"{name}.txt").slot for name in "abc"]
    with (
        mock.patch("muserd.engine.publishing.publisher._MOST_LISTED", 3),
        bench.parts.store.read() as reader,
    ):
        told = publisher._items_news(reader, "text", 9, slots[:1], slots[1:2], slots[2:])
        assert (len(told.added), told.removed, len(told.changed)) == (1, (slots[1],), 1)
        assert not told.reload
        more = publisher._items_news(reader, "text", 9, slots[:2], slots[1:2], slots[2:])
    assert more.reload
    assert (more.slots, more.count) == (3, 3)


def test_layers_that_may_lag_behind_follow_after_a_while(bench: Bench) -> None:
    """Not at once with the columns: a page shows the item, and its neighbours a little later."""
    bench.ingest("a.txt")
    bench.publish()
    publisher, slot = bench.parts.publisher, bench.item("a.txt").slot
    with mock.patch("muserd.engine.publishing.publisher._QUIET_S", 5.0):
        publisher.note("text", [slot])
        publisher.flush()
        assert publisher.pending  # the slow layers
        bench.clock.advance(4.9)
        before = publisher.revision
        publisher.flush()
        assert publisher.revision == before
        bench.clock.advance(0.1)
        publisher.flush()
    assert publisher.revision == before + 1
    assert not publisher.pending
