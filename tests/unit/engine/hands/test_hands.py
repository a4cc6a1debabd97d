"""Collections, mirrors, duplicates and exports of a real engine with fake encoders."""

import contextlib
import errno
import json
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from muserd.engine.hands import mirrors
from muserd.engine.hands.close_pairs import ClosePairs
from muserd.engine.hands.collections import Collections
from muserd.engine.hands.exporter import Manner
from muserd.engine.hands.mirror_keeper import MirrorKeeper
from muserd.engine.hands.selection import What
from muserd.ground.errors import ConfigError, UsageError
from muserd.ground.gathered import CollectionId, Mirror
from muserd.ground.records import ItemId
from tests.e2e import samples
from tests.property.world import World, fakes


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with fakes():
        it = World(tmp_path)
        (it.root / "sub").mkdir()
        for name in ("one", "two", "three"):
            (it.root / f"{name}.md").write_text(f"the walrus {name}")
        (it.root / "sub/one.md").write_text("another one")
        it.start()
        it.sync()
        yield it
        it.stop()


def change(it: World, what: Callable[[Collections], dict[str, Any]]) -> dict[str, Any]:
    assert it.engine is not None
    return it.answer(it.engine.change_collections(what))


def ids(it: World, **what: Any) -> list[ItemId]:
    assert it.engine is not None
    return it.engine.hands.selector.items(What(**what))


def counts(it: World) -> dict[str, tuple[int, int]]:
    assert it.engine is not None
    infos = it.engine.hands.collections.infos()
    return {info.name: (info.count, info.new) for info in infos}


def test_a_collection_is_filled_shown_and_forgotten(world: World) -> None:
    some = ids(world, query="walrus")
    assert len(some) == 3
    done = change(world, lambda c: c.add("My  Beasts", some))
    assert (done["added"], done["count"], done["name"]) == (3, 3, "My Beasts")
    assert change(world, lambda c: c.add("my beasts", some))["added"] == 0, "one by one name"
    assert set(ids(world, collection="MY BEASTS")) == set(some)
    change(world, lambda c: c.take("my beasts", some[:1]))
    assert counts(world) == {"My Beasts": (2, 0)}
    change(world, lambda c: c.change("my beasts", name="Beasts", colour="#ff0000"))
    change(world, lambda c: c.remove("Beasts"))
    assert counts(world) == {}
    assert (world.root / "one.md").exists()


def test_members_outlive_files_that_go_and_come_back(world: World) -> None:
    change(world, lambda c: c.add("kept", ids(world, query="walrus")))
    path = world.root / "two.md"
    data = path.read_bytes()
    path.unlink()
    world.sync()
    assert counts(world)["kept"][0] == 2
    (world.root / "back.md").write_bytes(data)
    world.sync()
    assert counts(world)["kept"][0] == 3
    world.stop()
    world.start()
    world.sync()
    assert counts(world)["kept"][0] == 3


@pytest.mark.parametrize("name", ["", "   ", "x" * 201])
def test_names_that_are_none(world: World, name: str) -> None:
    assert "error" in change(world, lambda c: c.add(name, []))


@pytest.mark.parametrize("name", ["a/b", "..", "😀", "x" * 200])
def test_names_are_texts_and_no_paths(world: World, name: str) -> None:
    change(world, lambda c: c.add(name, []))
    assert name in counts(world)


def test_a_living_search_goes_on_collecting(world: World) -> None:
    some = ids(world, query="walrus")
    change(world, lambda c: c.add("living", some, kind="search", query="walrus"))
    (world.root / "four.md").write_text("a fourth walrus")
    (world.root / "other.md").write_text("nothing of the kind")
    world.sync()
    world.wait_for(lambda: counts(world)["living"] == (4, 1))
    change(world, lambda c: c.seen("living"))
    assert counts(world)["living"] == (4, 0)


def test_a_border_goes_on_collecting_and_follows_a_refit(world: World) -> None:
    assert world.engine is not None
    for number in range(20):
        (world.root / f"more {number}.md").write_text(f"text number {number}")
    world.sync()
    everything = [(-1e6, -1e6), (1e6, -1e6), (1e6, 1e6), (-1e6, 1e6)]
    change(
        world, lambda c: c.add("here", ids(world), kind="border", space="text", border=everything)
    )
    (world.root / "new.md").write_text("arrived later")
    world.sync()
    world.wait_for(lambda: counts(world)["here"] == (25, 1))
    world.answer(world.engine.refit("text"))
    fit = world.engine.fits("text")[-1].number

    def drawn() -> bool:
        assert world.engine is not None
        world.engine.hands.collections.infos()
        with world.parts.store.read() as reader:
            border = reader.collections()[0].border
        return border is not None and border.fit == fit and abs(border.points[0][0]) < 1e6

    world.wait_for(drawn)


@pytest.mark.parametrize("points", [[(0, 0), (1, 1)], [(0, 0), (1, 1), (2, 2)], [(0, 0)] * 10_001])
def test_borders_that_enclose_nothing(world: World, points: list[tuple[float, float]]) -> None:
    done = change(world, lambda c: c.add("b", [], kind="border", space="text", border=points))
    assert "border" in done["error"]["message"]


def keeper(it: World) -> MirrorKeeper:
    return it.parts.hands.collections._keeper


def test_a_mirror_that_is_cleared_while_it_is_followed_stays_cleared(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The collections were listed before `unmirror`, and would be linked after it."""
    target = tmp_path / "mirror"
    change(world, lambda c: c.add("m", ids(world)))
    change(world, lambda c: c.mirror("m", str(target), copies=False))
    (target / "mine.txt").write_text("my own")  # so that the folder stays
    update = MirrorKeeper.update

    def cleared_before(one: MirrorKeeper, number: CollectionId) -> int:
        if "m" in mirrored(world):
            change(world, lambda c: c.unmirror("m"))
        return update(one, number)

    monkeypatch.setattr(MirrorKeeper, "update", cleared_before)
    keeper(world).update_all()
    assert mirrored(world) == {}
    assert [path.name for path in target.iterdir()] == ["mine.txt"]


def mirrored(it: World) -> dict[str, str]:
    assert it.engine is not None
    return {one.name: one.mirror for one in it.engine.hands.collections.infos() if one.mirror}


def test_the_store_is_free_while_a_mirror_is_written(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder on a disk that sleeps holds up neither other changes nor the loop."""
    assert world.engine is not None
    asleep, awake, update = threading.Event(), threading.Event(), mirrors.update

    def slow(*given: Any) -> int:
        asleep.set()
        assert awake.wait(30)
        return update(*given)

    monkeypatch.setattr(mirrors, "update", slow)
    change(world, lambda c: c.add("m", ids(world)))
    target = tmp_path / "mirror"
    job = world.engine.change_collections(lambda c: c.mirror("m", str(target), copies=False))
    assert asleep.wait(30)
    assert change(world, lambda c: c.add("other", ids(world)))["added"] == 4
    (world.root / "later.md").write_text("something else")
    world.sync()
    assert len(ids(world)) == 5
    assert not job.done
    awake.set()
    assert world.answer(job)["files"] == 4


def test_a_mirror_that_cannot_be_written_is_none(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer says why, and what was made there already is removed."""

    def full(target: str, place: str, mode: str) -> None:
        if os.listdir(os.path.dirname(place)):
            raise OSError(28, "No space left on device")
        return make(target, place, mode)

    make = mirrors._make
    monkeypatch.setattr(mirrors, "_make", full)
    change(world, lambda c: c.add("m", ids(world)))
    target = tmp_path / "mirror"
    done = change(world, lambda c: c.mirror("m", str(target), copies=False))
    assert "No space left" in done["error"]["message"]
    assert mirrored(world) == {}
    assert not target.exists()


@pytest.mark.parametrize("what", ["mirror", "unmirror", "remove"])
def test_what_the_end_of_the_daemon_cut_short_is_done_at_the_next_start(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """The store was changed, the folder not yet."""
    target = tmp_path / "mirror"
    change(world, lambda c: c.add("m", ids(world)))

    def ends(*_: Any) -> int:
        raise RuntimeError("the daemon ends here")

    with monkeypatch.context() as patch:
        patch.setattr(MirrorKeeper, "update_all", lambda _: None)  # nor does the thread
        if what == "mirror":
            patch.setattr(MirrorKeeper, "update", ends)
            change(world, lambda c: c.mirror("m", str(target), copies=False))
            assert list(target.iterdir()) == []
        else:
            change(world, lambda c: c.mirror("m", str(target), copies=False))
            patch.setattr(MirrorKeeper, "clear_dropped", ends)
            change(world, lambda c: getattr(c, what)("m"))
            assert (target / "two.md").is_symlink()
        world.stop()
    world.start()
    if what == "mirror":
        world.wait_for((target / "two.md").is_symlink)
    else:
        world.wait_for(lambda: not target.exists())


def test_a_mirror_follows_and_touches_nothing_of_anybodys(world: World, tmp_path: Path) -> None:
    target = tmp_path / "mirror"
    change(world, lambda c: c.add("m", ids(world), kind="search", query="walrus"))
    done = change(world, lambda c: c.mirror("m", str(target), copies=False))
    assert done["files"] == 4
    assert sorted(p.name for p in target.iterdir() if p.name[0] != ".") == [
        "one (2).md", "one.md", "three.md", "two.md",
    ]  # fmt: skip
    assert (target / "two.md").is_symlink()
    (target / "mine.txt").write_text("my own")
    (target / "two.md").unlink()
    (target / "two.md").write_text("my own file in its place")
    (world.root / "four.md").write_text("a fourth walrus")
    (world.root / "two.md").unlink()
    world.sync()
    world.wait_for((target / "four.md").is_symlink)
    world.wait_for(lambda: (target / "two.md").read_text() == "my own file in its place")
    change(world, lambda c: c.unmirror("m"))
    assert {path.name for path in target.iterdir()} == {"mine.txt", "two.md"}


def test_mirrors_of_copies_and_of_places_that_are_refused(world: World, tmp_path: Path) -> None:
    change(world, lambda c: c.add("m", ids(world)))
    inside = [world.root, world.root / "x", world.where.state, tmp_path, world.root / "one.md"]
    for folder in inside:
        assert "error" in change(world, lambda c, f=folder: c.mirror("m", str(f), copies=False))
    target = tmp_path / "copies"
    change(world, lambda c: c.mirror("m", str(target), copies=True))
    assert not (target / "two.md").is_symlink()
    assert (target / "two.md").read_text() == "the walrus two"
    change(world, lambda c: c.remove("m"))
    assert not target.exists()


def test_selections(world: World) -> None:
    one = str(world.root / "one.md")
    assert len(ids(world)) == 4
    assert len(ids(world, files=(one, one))) == 2
    assert ids(world, files=(str(ids(world)[0]),)) == ids(world)[:1]
    assert ids(world, space="image") == []
    for wrong in ({"files": ("/nowhere",)}, {"collection": "none"}, {"region": 99}):
        with pytest.raises(UsageError):
            ids(world, **wrong)
    with pytest.raises(UsageError, match="more than one"):
        What(query="a", region=1)


def test_exports_as_text(world: World) -> None:
    assert world.engine is not None
    exporter = world.engine.hands.exporter
    paths = exporter.text(What(query="walrus"), "paths").split(b"\n")
    assert bytes(world.root / "one.md") in paths
    assert exporter.text(What(query="walrus"), "paths0").count(b"\0") == 3
    rows = [json.loads(line) for line in exporter.text(What(), "ndjson").splitlines()]
    assert {row["title"] for row in rows} == {"one", "two", "three"}
    assert all(row["x"] is not None for row in rows)
    table = exporter.text(What(), "csv").decode("utf-8-sig").splitlines()
    assert table[0].startswith("id,kind,title,path")
    assert len(table) == 5
    canvas = json.loads(exporter.text(What(), "canvas"))
    kinds = [node["type"] for node in canvas["nodes"]]
    assert (kinds.count("group"), kinds.count("file")) == (1, 4)
    assert {"sub/one.md"} <= {node.get("file") for node in canvas["nodes"]}


def test_exports_into_files(world: World, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    assert world.engine is not None
    out = tmp_path / "out"
    out.mkdir()

    def export(form: Any, name: str, *, force: bool = False) -> dict[str, Any]:
        assert world.engine is not None
        job = world.engine.export(What(), form, str(out / name), Manner(force=force))
        return world.answer(job)

    done = export("parquet", "muser.parquet")
    assert "uvx embedding-atlas muser.parquet" in done["command"]
    table = pq.read_table(out / "muser.parquet").to_pylist()
    assert len(table) == 4
    assert all(0 <= i < 4 for row in table for i in row["neighbors"]["ids"])
    distances = table[0]["neighbors"]["distances"]
    assert distances == sorted(distances)
    assert export("zip", "all.zip")["items"] == 4
    assert export("copy", "files")["items"] == 4
    assert {path.name for path in (out / "files").iterdir()} >= {"one.md", "one (2).md"}
    assert export("links", "links")["items"] == 4
    assert os.readlink(out / "links/two.md") == str(world.root / "two.md")
    assert "exists" in export("csv", "all.zip")["error"]["message"]
    assert "not empty" in export("copy", "files")["error"]["message"]
    assert export("csv", "all.zip", force=True)["items"] == 4
    job = world.engine.export(What(), "csv", str(world.root / "x.csv"), Manner(force=True))
    assert "watched folder" in world.answer(job)["error"]["message"]
    assert not any(path.name.endswith("partial") for path in out.rglob("*"))
    assert not any(path.name.startswith(".") for path in out.rglob("*"))
    (out / "second-regions.parquet").write_text("mine")
    assert (
        "second-regions.parquet exists" in export("parquet", "second.parquet")["error"]["message"]
    )
    assert (out / "second-regions.parquet").read_text() == "mine"


def test_close_pairs_follow_what_comes_and_goes(tmp_path: Path) -> None:
    """The kept pairs are those that a search through everything finds."""
    all_of_them = {"image": -1.0, "text": -1.0}
    with fakes(), mock.patch("muserd.engine.hands.close_pairs.ALIKE_COSINE", all_of_them):
        it = World(tmp_path)
        for number in range(40):
            samples.picture(it.root / f"{number}.png", number)
        it.start()
        it.sync()
        assert it.engine is not None
        model = it.parts.models["image"]
        kept = ClosePairs(it.parts.store, model, "alike")
        noted = it.engine.hands.duplicates._close["alike"]

        def pairs(of: ClosePairs) -> set[tuple[int, int]]:
            ones, others, _ = of.pairs()
            found = {
                (min(a, b), max(a, b)) for a, b in zip(ones.tolist(), others.tolist(), strict=True)
            }
            assert len(found) == len(ones), "each pair once"
            return found

        before = pairs(noted)
        assert len(before) > 400
        assert before == pairs(kept)
        for number in range(40, 44):
            samples.picture(it.root / f"{number}.png", number)
        (it.root / "3.png").unlink()
        it.sync()
        after = pairs(ClosePairs(it.parts.store, model, "alike"))
        assert pairs(noted) == after != before
        assert pairs(kept) == before, "nobody told it"
        it.stop()


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ("csv", "x.csv"), ("zip", "x.zip"), ("parquet", "x.parquet"), ("copy", "x"),
        ("site", "x"), ("clusters.json", "x"),
    ],
)  # fmt: skip
def test_a_full_disk_is_told_and_nothing_is_left(
    world: World, tmp_path: Path, form: Any, name: str
) -> None:
    """A real full disk, where a small one can be mounted."""
    assert world.engine is not None
    disk = tmp_path / "disk"
    disk.mkdir()
    if not small_disk(disk):
        pytest.skip("no small disk can be mounted here")
    try:
        (disk / "ballast").write_bytes(b"x" * 64 * 1024)
        job = world.engine.export(What(), form, str(disk / name), Manner())
        message = world.answer(job)["error"]["message"]
        assert "No space left" in message
        assert "unforeseen" not in message
        assert [path.name for path in disk.iterdir()] == ["ballast"]
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def small_disk(folder: Path) -> bool:
    """Mount a disk of 64 kB."""
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)],
        capture_output=True,
        check=False,
    )
    return done.returncode == 0


def test_a_mirror_on_a_full_disk_leaves_nothing(world: World, tmp_path: Path) -> None:
    assert world.engine is not None
    for number in range(3):
        (world.root / f"long{number}.md").write_text(f"walrus {number} " + "z" * 30_000)
    world.sync()
    change(world, lambda c: c.add("All", ids(world)))
    disk = tmp_path / "disk"
    disk.mkdir()
    if not small_disk(disk):
        pytest.skip("no small disk can be mounted here")
    try:
        with pytest.raises(ConfigError, match="No space left"):
            world.engine.hands.collections.mirror("All", str(disk / "m"), copies=True)
        assert list(disk.iterdir()) == []
        (info,) = world.engine.hands.collections.infos()
        assert info.mirror == ""
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_mirror_that_was_cut_off_is_gone_on_with(world: World, tmp_path: Path) -> None:
    """Files are named before they are made: what a crash left is known as Muser's."""
    mirror = Mirror(folder=str(tmp_path / "m"), mode="symlink")
    (tmp_path / "m").mkdir()
    files = [bytes(world.root / f"{name}.md") for name in ("one", "two", "three")]
    real, left = os.symlink, [2]

    def symlink(target: str, place: str) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        real(target, place)

    with (
        mock.patch("muserd.engine.hands.mirrors.os.symlink", symlink),
        pytest.raises(KeyboardInterrupt),
    ):
        mirrors.update(mirror, files)
    (tmp_path / "m/mine.txt").write_text("mine")
    mirrors.clear(mirror.folder)
    assert [path.name for path in (tmp_path / "m").iterdir()] == ["mine.txt"]


def test_what_a_crash_left_out_of_a_mirror_is_made_by_the_next_update(
    world: World, tmp_path: Path
) -> None:
    """What was named and not made is made; what was made is known; half a copy is gone."""
    folder = tmp_path / "m"
    folder.mkdir()
    files = [bytes(world.root / f"{name}.md") for name in ("one", "two", "three")]
    with (
        mock.patch.object(mirrors, "_make", side_effect=KeyboardInterrupt),
        pytest.raises(KeyboardInterrupt),
    ):
        mirrors.update(Mirror(folder=str(folder), mode="copy"), files)
    (folder / ".one.md.muser-partial-abcd1234").write_text("ha")
    (folder / "two.md").write_text("mine")
    assert mirrors.update(Mirror(folder=str(folder), mode="copy"), files) == 3
    names = {path.name for path in folder.iterdir()}
    assert names == {".muser-mirror.json", "one.md", "two.md", "two (2).md", "three.md"}
    assert (folder / "two.md").read_text() == "mine"
    mirrors.clear(str(folder))
    assert [path.name for path in folder.iterdir()] == ["two.md"]


@contextlib.contextmanager
def exfat() -> Iterator[None]:
    """A disk without links, on which case does not tell names apart and some are refused."""
    real = mirrors.copy

    def copy(source: str, target: Path) -> None:
        if any(sign in target.name for sign in ':?*"<>|'):
            raise OSError(errno.EINVAL, "Invalid argument")
        there = {path.name.casefold() for path in target.parent.iterdir()}
        assert target.name.casefold() not in there, "it would be overwritten"
        real(source, target)

    refused = PermissionError(errno.EPERM, "Operation not permitted")
    with (
        mock.patch("muserd.engine.hands.mirrors.os.symlink", side_effect=refused),
        mock.patch("muserd.engine.hands.mirrors.os.link", side_effect=refused),
        mock.patch.object(mirrors, "copy", copy),
    ):
        yield


def test_a_mirror_on_a_disk_without_links_holds_copies_and_says_so(
    world: World, tmp_path: Path
) -> None:
    for name in ("ONE.md", "what: a day?.md"):
        (world.root / name).write_text(f"walrus {name}")
    world.sync()
    change(world, lambda c: c.add("m", ids(world)))
    target = tmp_path / "stick"
    with exfat():
        done = change(world, lambda c: c.mirror("m", str(target), copies=False))
    assert done["files"] == done["copied"] == len(ids(world))
    names = [path.name for path in target.iterdir() if path.name[0] != "."]
    assert len({name.casefold() for name in names}) == len(names) == done["files"]
    assert (target / "what_ a day_.md").read_text() == "walrus what: a day?.md"
    assert mirrors.update(Mirror(folder=str(target), mode="copy"), []) == 0
    assert [path.name for path in target.iterdir()] == [".muser-mirror.json"]


def test_no_folder_is_made_for_a_collection_that_is_not_there(world: World, tmp_path: Path) -> None:
    assert world.engine is not None
    with pytest.raises(UsageError, match="no collection"):
        world.engine.hands.collections.mirror("Nope", str(tmp_path / "m"), copies=False)
    assert list(tmp_path.glob("m")) == []


def test_ids_that_are_none_are_told_and_only_members_are_taken(world: World) -> None:
    for one in ("99999", "9" * 30):
        with pytest.raises(UsageError, match="there is no item 9"):
            ids(world, files=(one,))
    some = ids(world)
    assert ids(world, items=(int(some[0]), 99_999)) == some[:1], "the page may be behind"
    change(world, lambda c: c.add("Two", some[:2]))
    assert change(world, lambda c: c.take("Two", some))["taken"] == 2
