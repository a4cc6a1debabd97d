"""Relations between items: links, embeds, names, days; a function of what is there now."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from muserd.engine.links import Edge, edges_of
from muserd.extract.links import links_in
from muserd.ground.facts import Facts
from muserd.ground.kinds import kind_of
from muserd.ground.records import FileRecord, FileStat, FileState, ItemId, ItemRecord, Slot
from muserd.store.environment import Store
from muserd.store.writer import Writer

ROOT = b"/vault"
ROOTS = frozenset({ROOT, b"/other"})


class Vault:
    """A store of files, as the engine would have put them there."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.count = 0

    def add(
        self, path: str, text: str = "", *, root: bytes = ROOT, day: str = "", **facts: object
    ) -> ItemId:
        """A file with its item; the text is read for links."""
        raw = path.encode() if path.startswith("/") else root + b"/" + path.encode()
        kind = kind_of(raw)
        assert kind is not None
        item = ItemId(self.count)
        self.count += 1
        links = tuple((link.kind, link.target) for link in links_in("markdown", text))
        said = Facts(title=path, links=links, **facts)  # type: ignore[arg-type]
        if day:
            at = msgspec.convert(f"{day}T10:00:00Z", __import__("datetime").datetime)
            said = msgspec.structs.replace(
                said, time_ms=int(at.timestamp() * 1000), time_source="exif"
            )
        record = ItemRecord(
            id=item,
            slot=Slot(item),
            kind=kind,
            content=hashlib.sha256(raw).digest(),  # type: ignore[arg-type]
            name=path.rsplit("/", 1)[-1],
            facts=said,
            added_at_ms=0,
        )
        stat = FileStat(1, 1, 1, item, 1)
        with self.store.write() as writer:
            writer.put_item(record)
            writer.put_file(FileRecord(raw, root, kind, stat, FileState.PRESENT, item, 0))
        return item

    def remove(self, path: str) -> None:
        with self.store.write() as writer:
            writer.delete_file(ROOT + b"/" + path.encode())

    def edges(self, item: ItemId) -> list[tuple[str, bool, ItemId]]:
        with self.store.read() as reader:
            record = reader.item(item)
            assert record is not None
            return [_brief(edge) for edge in edges_of(reader, record, ROOTS)]


def _brief(edge: Edge) -> tuple[str, bool, ItemId]:
    assert edge.reason
    return edge.kind, edge.outward, edge.item.id


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    store = Store(tmp_path / "store", map_size_bytes=2**24)
    yield Vault(store)
    store.close()


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("[[Other]]", "deep/er/Other.md"),
        ("[[other]]", "Other.md"),
        ("[[Other|shown]]", "Other.md"),
        ("[[Other#Heading]]", "Other.md"),
        ("[[Other#^block|x]]", "Other.md"),
        ("[[deep/Other]]", "deep/Other.md"),
        ("[[er/Other]]", "deep/er/Other.md"),
        ("[[Other.canvas]]", "Other.canvas"),
        ("[[Caf\u00e9]]", "Cafe\u0301.md"),
        ("[x](Other.md)", "Other.md"),
        ("[x](./notes/../Other.md#part)", "Other.md"),
        ("[x](<My Other.md>)", "My Other.md"),
        ("[x](My%20Other.md)", "My Other.md"),
        ("[x](/deep/Other.md)", "deep/Other.md"),
        ("[x]: Other.md", "Other.md"),
        ('<a href="Other.md">x</a>', "Other.md"),
        ("[x](..\\\\Other.md)", "Other.md"),
    ],
)
def test_a_link_finds_its_note(vault: Vault, written: str, path: str) -> None:
    note = vault.add("notes/Here.md", f"See:\n\n{written}\n")
    other = vault.add(path)
    assert vault.edges(note) == [("link", True, other)]
    assert vault.edges(other) == [("link", False, note)]


@pytest.mark.parametrize(
    "written",
    [
        "[x](https://example.org/Other.md)",
        "[x](mailto:Other.md)",
        "`[[Other]]`",
        "```\n[[Other]]\n```",
        "<!-- [[Other]] -->",
        "[[#Heading]]",
        "[x](#Other)",
        "[[Others]]",
        "[[else/Other]]",
        "[x](../../../Other.md)",
    ],
)
def test_what_is_no_link_to_a_note(vault: Vault, written: str) -> None:
    note = vault.add("notes/Here.md", f"See:\n\n{written}\n")
    vault.add("Other.md")
    assert vault.edges(note) == []


@pytest.mark.parametrize("written", ["![[cat.jpg]]", "![[cat.jpg|300]]", "![a](img/cat.jpg)"])
def test_a_note_that_shows_a_picture_is_a_bridge(vault: Vault, written: str) -> None:
    note, picture = vault.add("Here.md", written), vault.add("img/cat.jpg")
    assert vault.edges(note) == [("embed", True, picture)]
    assert vault.edges(picture) == [("embed", False, note)]


def test_a_note_that_names_a_picture(vault: Vault) -> None:
    note = vault.add("Here.md", "The best one is IMG_1234.jpg, by far (not www.x.org/a.jpg).")
    picture = vault.add("2024/IMG_1234.JPG")
    vault.add("a.jpg")
    assert vault.edges(note) == [("name", True, picture)]


def test_the_nearest_file_of_a_name_is_meant(vault: Vault) -> None:
    far, near = vault.add("a/b/Index.md"), vault.add("notes/x/Index.md")
    note = vault.add("notes/Here.md", "[[Index]]")
    assert vault.edges(note) == [("link", True, near)]
    assert vault.edges(far) == []


def test_links_follow_files_that_come_and_go(vault: Vault) -> None:
    """A target that is not there yet, is there, goes, and comes elsewhere."""
    note = vault.add("Here.md", "[[Later]]")
    assert vault.edges(note) == []
    first = vault.add("deep/Later.md")
    assert vault.edges(note) == [("link", True, first)]
    vault.remove("deep/Later.md")
    assert vault.edges(note) == []
    assert vault.edges(first) == []
    second = vault.add("Later.org")
    assert vault.edges(note) == [("link", True, second)]


def test_an_alias_is_a_name(vault: Vault) -> None:
    note = vault.add("Here.md", "[[JS]]")
    other = vault.add("JavaScript.md", aliases=("JS", "ES"))
    assert vault.edges(note) == [("link", True, other)]
    assert vault.edges(other) == [("link", False, note)]
    named = vault.add("js.md")
    assert vault.edges(note) == [("link", True, named)], "a file of that name comes first"


def test_one_pair_is_one_relation_in_each_direction(vault: Vault) -> None:
    one = vault.add("One.md", "[[Two]] and [[Two]] and [x](Two.md)")
    two = vault.add("Two.md", "[[One]]")
    assert vault.edges(one) == [("link", True, two), ("link", False, two)]
    assert vault.add("Self.md", "[[Self]]") == 2
    assert vault.edges(ItemId(2)) == []


def test_the_same_day_in_the_same_folder_is_a_bridge(vault: Vault) -> None:
    note = vault.add("trip/Diary.md", day="2024-03-05")
    picture = vault.add("trip/a.jpg", day="2024-03-05")
    vault.add("trip/b.jpg", day="2024-03-06")
    vault.add("trip/deep/c.jpg", day="2024-03-05")
    vault.add("trip/More.md", day="2024-03-05")
    vault.add("trip/d.jpg")  # only the file system knows its day
    assert vault.edges(note) == [("day", True, picture)]
    assert {other for _, _, other in vault.edges(picture)} == {note, 4}


def test_folders_of_others_do_not_count(vault: Vault) -> None:
    note = vault.add("Here.md", "[[Secret]] [x](../gone/Secret.md)")
    vault.add("/gone/Secret.md", root=b"/gone")
    assert vault.edges(note) == []


def test_an_item_that_is_forgotten_mentions_nothing(vault: Vault) -> None:
    note, other = vault.add("Here.md", "[[Other]]", aliases=("H",)), vault.add("Other.md")
    with vault.store.write() as writer:
        record = writer.item(note)
        assert record is not None
        writer.delete_file(b"/vault/Here.md")
        writer.delete_item(record, "text")
    assert vault.edges(other) == []
    assert _names(vault) == {b"/vault/Other.md"}


def test_what_a_note_says_anew_replaces_what_it_said(vault: Vault) -> None:
    note, other = vault.add("Here.md", "[[Other]]"), vault.add("Other.md")
    with vault.store.write() as writer:
        record = writer.item(note)
        assert record is not None
        _replace(writer, record, links=())
    assert vault.edges(other) == []


def _replace(writer: Writer, record: ItemRecord, **facts: object) -> None:
    import dataclasses

    fresh = msgspec.structs.replace(record.facts, **facts)
    writer.put_item(dataclasses.replace(record, facts=fresh))


def _names(vault: Vault) -> set[bytes]:
    with vault.store.read() as reader:
        found = [one for name in (b"here", b"h", b"other") for one in reader.named(name)]
        return {one for one in found if isinstance(one, bytes)} | {
            b"alias" for one in found if not isinstance(one, bytes)
        }
