"""Which file belongs to which: by the names in a folder, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muserd.engine.sync.plan import Forget, Part, Read, Seen, Tree, plan_paths, plan_scan
from muserd.ground.records import FileRecord, FileStat, FileState, ItemId, Kind
from muserd.watch.parts import LIVE_MAX_BYTES, leaders_of, parts_among, prefixes_of

KIND: Kind = "image"


def seen(name: str, size: int = 1_000) -> Seen:
    return Seen(b"/r/" + name.encode(), KIND, FileStat(size, 1, 1, len(name), 1))


def tree(*names: str) -> dict[bytes, Seen]:
    return {one.path: one for one in map(seen, names)}


def parts(*names: str) -> set[str]:
    return {path[3:].decode() for path in parts_among(tree(*names))}


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (["IMG_1.JPG", "IMG_1.CR2"], {"IMG_1.CR2"}),
        (["IMG_1.jpg", "IMG_1.cr3"], {"IMG_1.cr3"}),
        (["DSC1.HIF", "DSC1.ARW"], {"DSC1.ARW"}),
        (["IMG_1.CR2"], set()),
        (["IMG_1.JPG", "IMG_10.CR2", "x/IMG_1.CR2"], set()),
        (["a.png", "a.nef"], set()),
        (["IMG_1.HEIC", "IMG_1.MOV"], {"IMG_1.MOV"}),
        (["IMG_1.HEIC", "IMG_1_HEVC.MOV"], {"IMG_1_HEVC.MOV"}),
        (["IMG_1(1).HEIC", "IMG_1(1).MP4"], {"IMG_1(1).MP4"}),
        (["IMG_1.HEIC", "IMG_1.JPG"], set()),
        (
            ["a_BURST000.jpg", "a_BURST001.jpg", "a_BURST002.jpg"],
            {"a_BURST001.jpg", "a_BURST002.jpg"},
        ),
        (["a.jpg", "a_BURST001.jpg", "a_BURST1.png"], {"a_BURST001.jpg"}),
        (["a_BURST000.jpg", "a_BURST001_COVER.jpg"], {"a_BURST000.jpg"}),
        (["P.BURST-01.COVER.jpg", "P.BURST-02.jpg"], {"P.BURST-02.jpg"}),
        (
            [
                "00000IMG_00000_BURST20190601123456789.jpg",
                "00003IMG_00003_BURST20190601123456789_COVER.jpg",
            ],
            {"00000IMG_00000_BURST20190601123456789.jpg"},
        ),
    ],
)
def test_names_tell_the_parts(names: list[str], wanted: set[str]) -> None:
    assert parts(*names) == wanted


def test_a_long_film_is_no_part_of_its_poster() -> None:
    files = {one.path: one for one in (seen("a.jpg"), seen("a.mp4", LIVE_MAX_BYTES + 1))}
    assert parts_among(files) == set()


NAMES = st.sampled_from(
    [f"{stem}{suffix}" for stem in ("a", "a_BURST001", "a_BURST002", "a_BURST002_COVER", "a_HEVC")
     for suffix in (".jpg", ".JPG", ".heic", ".cr2", ".mov")]
)  # fmt: skip


@given(st.sets(NAMES, max_size=8))
def test_a_leader_is_found_from_its_parts_and_they_from_it(names: set[str]) -> None:
    """`prefixes_of` misses no part: else its leader's end would not be noticed."""
    files = tree(*names)
    for path, one in files.items():
        for leader in leaders_of(path, one.stat.size):
            if leader in files:
                assert any(path.startswith(prefix) for prefix in prefixes_of(leader))


@given(st.sets(NAMES, max_size=8))
def test_something_of_every_group_is_shown(names: set[str]) -> None:
    files = tree(*names)
    assert len(parts_among(files)) < len(files) or not files


def record(one: Seen, state: FileState) -> FileRecord:
    item = ItemId(1) if state is FileState.PRESENT else None
    return FileRecord(one.path, b"/r", KIND, one.stat, state, item, 10**12)


def test_a_plan_for_parts() -> None:
    """A part that is new, one that was an item, one that is known, one whose leader went."""
    files = tree("1.jpg", "1.cr2")
    raw, picture = files[b"/r/1.cr2"], files[b"/r/1.jpg"]
    together = Tree(files, parts=parts_among(files))
    alone = Tree(tree("1.cr2"))
    item, part = record(raw, FileState.PRESENT), record(raw, FileState.PART)
    leader = record(picture, FileState.PRESENT)
    assert set(plan_scan([], together)) == {Part(None, raw), Read(picture)}
    assert plan_scan([item, leader], together) == [Part(item, raw)]
    assert plan_scan([part, leader], together) == []
    assert plan_scan([part, leader], alone) == [Read(raw), Forget(leader)]
    assert plan_paths({raw.path: part}, Tree({})) == [Forget(part)]
