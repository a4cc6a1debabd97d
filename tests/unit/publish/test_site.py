"""The site is complete at every instant; thumbnails move from loose files to pages."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from muserd.ground.clock import ManualClock
from muserd.ground.errors import SiteError
from muserd.publish.manifest import Manifest, SpaceEntry, Thumbs
from muserd.publish.site import Site, chunks_of, with_chunk
from muserd.publish.thumbs import MOST_STALE, STEP, Page, ThumbPages

KEPT_MS = 60_000
BOX = (0.0, 0.0, 1.0, 1.0)


def manifest(**files: Any) -> Manifest:
    entry = SpaceEntry(
        encoder=None, count=0, slots=0, fit=None, bounds=BOX, frame=BOX, cell=1.0, **files
    )
    return Manifest(
        revision=1,
        published_at=0,
        title="",
        generator="",
        live=True,
        spaces={"image": entry},
    )


def site(folder: Path, clock: ManualClock | None = None) -> Site:
    return Site(folder, clock or ManualClock())


def test_names_carry_the_content(tmp_path: Path) -> None:
    one = site(tmp_path)
    name = one.put("columns/image-0", {"a": 1})
    assert name == one.put("columns/image-0", {"a": 1})
    assert name != one.put("columns/image-0", {"a": 2})
    assert json.loads((tmp_path / name).read_bytes()) == {"a": 1}
    assert (tmp_path / name).stat().st_mode & 0o777 == 0o600


def test_the_same_content_is_not_written_twice(tmp_path: Path) -> None:
    one = site(tmp_path)
    one.put("columns/image-0", {"a": 1})
    before = one.bytes_written
    one.put("columns/image-0", {"a": 1})
    assert one.bytes_written == before


def test_a_manifest_that_names_a_missing_file_is_not_believed(tmp_path: Path) -> None:
    one = site(tmp_path)
    name = one.put("columns/image-0", {})
    one.publish(manifest(columns=(name,)))
    assert one.manifest() is not None
    (tmp_path / name).unlink()
    assert one.manifest() is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"format": 99}',
        "null",
        '{"format": 1, "spaces": []}',
        '{"format": 1, "spaces": {"image": 3}}',
        '{"format": 1, "spaces": {"image": {"columns": [5]}}}',
        "[" * 100_000,
    ],
)
def test_a_damaged_manifest_is_not_believed(tmp_path: Path, text: str) -> None:
    one = site(tmp_path)
    (tmp_path / "manifest.json").write_text(text)
    assert one.manifest() is None


def test_old_files_go_only_when_unnamed_and_old(tmp_path: Path) -> None:
    clock = ManualClock(now_ms=int(os.stat(tmp_path).st_mtime * 1000))
    one = site(tmp_path, clock)
    kept, gone = one.put("columns/image-0", {"v": 1}), one.put("columns/image-0", {"v": 2})
    one.publish(manifest(columns=(kept,)))
    assert (tmp_path / gone).exists()  # a page may still be reading it
    clock.advance(KEPT_MS / 1000 + 120)
    one.publish(manifest(columns=(kept,)))
    assert (tmp_path / kept).exists()
    assert not (tmp_path / gone).exists()


def test_the_page_is_copied_beside_the_manifest(tmp_path: Path) -> None:
    page = tmp_path / "page"
    (page / "assets").mkdir(parents=True)
    (page / "index.html").write_text("<!doctype html>")
    (page / "assets" / "app.js").write_text("1")
    (page / ".built-from").write_text("stamp")
    one = site(tmp_path / "site")
    one.install_page(page)
    assert (tmp_path / "site" / "index.html").read_text() == "<!doctype html>"
    assert (tmp_path / "site" / "assets" / "app.js").exists()
    assert not (tmp_path / "site" / ".built-from").exists()


def test_a_folder_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SiteError, match="cannot be written"):
        site(tmp_path / "file")


def test_chunk_lists_grow_by_one() -> None:
    assert chunks_of([0, 5, 4096, 4095], 4096) == [0, 1]
    assert with_chunk(["a", "b"], 1, "c") == ["a", "c"]
    assert with_chunk(["a"], 1, "b") == ["a", "b"]


def test_every_address_of_a_manifest_is_found(tmp_path: Path) -> None:
    one = site(tmp_path)
    level = {"px": 64, "page_px": 2048, "packed": 1, "pages": ["p"]}
    index = one.put("thumbs/image-index", {"space": "image", "levels": [level]})
    named = manifest(
        columns=("c",),
        details=("d",),
        neighbours=("n",),
        regions="r",
        lineage="g",
        thumbs=Thumbs(index=index, loose={"3": "l"}),
    )
    found = set(one.named(named))
    assert found == {"c", "d", "n", "r", "g", index, "p", "l"}


def test_pages_cover_all_but_the_newest_slots() -> None:
    thumbs = ThumbPages()
    packed, pages = thumbs.wanted(STEP - 1)
    assert (packed, pages) == (0, [])
    packed, pages = thumbs.wanted(1_100)
    assert packed == 1_100 - 1_100 % STEP
    for level in (64, 128, 256):
        covered = sorted((p.first, p.count) for p in pages if p.level == level)
        assert covered[0][0] == 0
        assert sum(count for _, count in covered) == packed
        assert all(p.count <= p.side**2 for p in pages)


def names(pages: list[Page]) -> dict[tuple[int, int], str]:
    return {(p.level, p.number): f"{p.level}-{p.number}" for p in pages}


def test_pages_survive_the_manifest_and_grow() -> None:
    thumbs = ThumbPages()
    packed, pages = thumbs.wanted(70)
    owners = {slot: 1_000 + slot for slot in range(packed)}
    thumbs.adopt(packed, names(pages), owners)
    assert [thumbs.shows(slot, 1_000 + slot) for slot in (0, 63, 64)] == [True, True, False]
    assert not thumbs.shows(5, 7)
    assert thumbs.unsettled == owners
    thumbs.loose, thumbs.unsettled = {65: "loose"}, {}
    again = ThumbPages.of_site(thumbs.index("image"), thumbs.loose_names(), owners)
    assert again == thumbs
    assert (again.owners == thumbs.owners).all()
    assert again.wanted(70) == (64, [])
    _, more = again.wanted(128)
    assert {(p.level, p.number) for p in more if p.level == 64} == {(64, 0)}  # made again, fuller
    assert {(p.level, p.number) for p in more if p.level == 128} == {(128, 1)}


def test_pages_with_former_items_are_made_again_when_there_are_many() -> None:
    thumbs = ThumbPages()
    packed, pages = thumbs.wanted(2_048)
    thumbs.adopt(packed, names(pages), {slot: slot for slot in range(packed)})
    thumbs.loose = dict.fromkeys(range(MOST_STALE - 1), "loose")
    assert thumbs.wanted(2_048 + STEP - 1) == (2_048, [])
    thumbs.loose[1_100] = "loose"
    packed, pages = thumbs.wanted(2_048 + STEP - 1)
    assert packed == 2_048
    assert {p.number for p in pages if p.level == 64} == {0, 1}
    assert {p.number for p in pages if p.level == 128} == {0, 1, 2, 3, 17}
    assert {p.number for p in pages if p.level == 256} == {*range(16), 68}
    assert all(p.count == p.side**2 for p in pages)
    thumbs.adopt(packed, names(pages), {1_100: 9_000})
    assert thumbs.shows(1_100, 9_000)
    assert thumbs.shows(1_101, 1_101)


def test_files_that_nobody_names_go_by_a_timer(tmp_path: Path) -> None:
    """Nothing is published any more: what was dropped last goes all the same, a minute later."""
    clock = ManualClock()
    one = site(tmp_path, clock)
    kept, dropped = one.put("details/text-0", ["kept"]), one.put("details/text-1", ["dropped"])
    one.publish(manifest(details=(kept,)))
    for name in (kept, dropped):
        os.utime(tmp_path / name, (clock.now_ms() / 1000, clock.now_ms() / 1000))
    clock.advance(61)
    os.utime(tmp_path / dropped, (clock.now_ms() / 1000, clock.now_ms() / 1000))
    assert one.sweep()  # something is left to be deleted
    assert (tmp_path / dropped).exists()
    clock.advance(61)
    assert not one.sweep()
    assert not (tmp_path / dropped).exists()
    assert (tmp_path / kept).exists()
    new = one.put("details/text-2", ["new"])
    one.sweep_now()  # people want it gone
    assert not (tmp_path / new).exists()
    assert (tmp_path / kept).exists()
