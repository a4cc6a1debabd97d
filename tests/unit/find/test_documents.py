"""Documents: names, folders, labels, stamps; captions without camera names."""

from dataclasses import replace

import msgspec
import pytest

from muserd.find.documents import caption_of, document_of, is_camera_name, stamp_of
from muserd.ground.facts import Facts
from muserd.ground.records import ContentHash, ItemId, ItemRecord, Slot

ROOTS = (b"/home/me/Pictures",)
RECORD = ItemRecord(
    id=ItemId(7),
    slot=Slot(3),
    kind="image",
    content=ContentHash(b"\0" * 32),
    name="red-apple.png",
    facts=Facts(title="red apple", tags=("Food/Fruit",), time_ms=5),
    added_at_ms=9,
)
PATHS = [b"/home/me/Pictures/Holidays/2021/red-apple.png"]


def test_a_document_says_what_people_called_it() -> None:
    made = document_of(RECORD, PATHS, lambda: "never asked", ROOTS)
    assert (made.title, made.tags, made.text) == ("red apple", "Food/Fruit", "")
    assert "red-apple.png" in made.name
    assert made.folder.split() == ["2021", "Holidays", "Pictures"]
    assert ("folder", "holidays") in made.labels
    assert ("folder", "holidays/2021") in made.labels
    assert ("folder", "pictures/holidays/2021") in made.labels
    assert not any("home" in value for _, value in made.labels), "above the root"
    assert {("tag", "food/fruit"), ("type", "image"), ("type", "png")} <= set(made.labels)


def test_a_stamp_follows_facts_names_and_paths() -> None:
    stamp = stamp_of(RECORD, PATHS)
    assert (
        stamp
        == stamp_of(replace(RECORD), list(PATHS))
        == document_of(RECORD, PATHS, str, ROOTS).stamp
    )
    assert stamp != stamp_of(RECORD, [*PATHS, b"/home/me/Pictures/copy.png"])
    other = msgspec.structs.replace(RECORD.facts, title="pear")
    assert stamp != stamp_of(replace(RECORD, facts=other), PATHS)
    assert -(2**63) <= stamp < 2**63, "fits SQLite"


@pytest.mark.parametrize(
    "name",
    ["IMG_1234", "DSC00012", "PXL_20240203_101112345", "IMG-20220103-WA0007", "2021-03-05 10.11.12",
     "Screenshot_20190201-212530", "image (3)", "P1010203", "untitled"],
)  # fmt: skip
def test_camera_names(name: str) -> None:
    assert is_camera_name(name)


@pytest.mark.parametrize("name", ["red apple", "Imgur", "Scandinavia", "photographer", "a", "日記"])
def test_names_that_people_gave(name: str) -> None:
    assert not is_camera_name(name)


def test_captions() -> None:
    assert caption_of(RECORD, PATHS, ROOTS) == "red apple, Food Fruit"
    plain = replace(RECORD, facts=Facts(title="IMG 1234"))
    assert caption_of(plain, [b"/home/me/Pictures/Zoo/IMG_1234.jpg"], ROOTS) == "Zoo"
    assert caption_of(plain, [b"/home/me/Pictures/2021/IMG_1234.jpg"], ROOTS) == ""
