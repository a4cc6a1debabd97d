"""When thumbnails are put on pages, and what becomes of pages that could not be made."""

import pytest

from muserd.engine.publishing.thumbnail_pages import (
    _IMPORT_STEP,
    _RETRY_S,
    PackedPages,
    PagesPacked,
    ThumbnailPacker,
)
from muserd.ground.errors import WorkerError
from muserd.ground.records import NO_ITEM
from muserd.publish.thumbs import STEP, ThumbPages
from tests.unit.engine.bench import WAIT_S, Bench
from tests.unit.engine.maps.samples import fit


class Packing:
    """A packer over a map of pictures whose number is made up."""

    def __init__(self, bench: Bench) -> None:
        parts = bench.parts
        self.bench, self.model, self.site = bench, parts.models["image"], parts.site
        self.packer = ThumbnailPacker(
            parts.site, parts.store, self.model, parts.workers["image"], bench.clock,
            parts.mailbox.post,
        )  # fmt: skip
        self.thumbs = ThumbPages()
        self.model.fit = fit(1)

    def pack(self, *, importing: bool = False) -> bool:
        """Whether pages are being made after this."""
        self.packer.pack(self.thumbs, importing=importing)
        return self.packer._running

    def done(self) -> PagesPacked:
        while True:
            for message in self.bench.parts.mailbox.take(WAIT_S):
                if isinstance(message, PagesPacked):
                    return message


@pytest.fixture
def packing(bench: Bench) -> Packing:
    bench.ingest("a.png", "b.png")
    one = Packing(bench)
    one.model.slots.reach(STEP - 1)
    return one


def test_pages_are_made_when_there_is_enough_for_them(packing: Packing) -> None:
    packing.packer.pack(None, importing=False)  # notes have none
    assert not packing.packer._running
    assert packing.pack()
    done = packing.done()
    assert isinstance(done.outcome, PackedPages)
    packing.packer.adopt(done)
    assert packing.thumbs.packed == STEP
    for slot, name in enumerate(("a.png", "b.png")):
        assert packing.thumbs.shows(slot, packing.bench.item(name).id)
    assert done.outcome.owners[2] == NO_ITEM
    assert not packing.pack()  # all are on pages


def test_a_page_holds_the_thumbnails_of_its_level(packing: Packing) -> None:
    item = packing.bench.item("a.png")
    assert packing.pack()
    outcome = packing.done().outcome
    assert isinstance(outcome, PackedPages)
    with packing.bench.parts.store.read() as reader:
        thumb = reader.thumbs(item.id)[128]
    page = (packing.site.folder / outcome.made[128, 0]).read_bytes()
    assert page.startswith(b"page:" + thumb + b",")


def test_too_few_thumbnails_stay_loose(bench: Bench) -> None:
    packing = Packing(bench)
    packing.model.slots.reach(STEP - 2)
    assert not packing.pack()


def test_nothing_is_packed_before_the_first_fit(packing: Packing) -> None:
    packing.model.fit = None
    assert not packing.pack()


def test_while_files_stream_in_only_full_pages_are_made(packing: Packing) -> None:
    packing.model.slots.reach(_IMPORT_STEP - 2)
    assert not packing.pack(importing=True)
    packing.model.slots.reach(_IMPORT_STEP - 1)
    assert packing.pack(importing=True)


def test_what_is_on_pages_does_not_count_as_new(packing: Packing) -> None:
    packing.model.slots.reach(_IMPORT_STEP + STEP - 2)
    packing.thumbs.packed = STEP
    assert not packing.pack(importing=True)


def test_pages_are_made_once_at_a_time(packing: Packing) -> None:
    assert packing.pack()
    packing.packer.pack(packing.thumbs, importing=False)
    packing.packer.adopt(packing.done())
    assert packing.bench.parts.mailbox.take(0.05) == []


def test_what_could_not_be_made_is_tried_again_later(
    packing: Packing, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> bytes:
        raise WorkerError("busy")

    monkeypatch.setattr(packing.packer._worker, "pack", refuse)
    assert packing.pack()
    packing.packer.adopt(packing.done())
    assert packing.thumbs.packed == 0
    monkeypatch.undo()
    packing.bench.clock.advance(_RETRY_S - 0.1)
    assert not packing.pack()
    packing.bench.clock.advance(0.1)
    assert packing.pack()
