"""The search of a real engine with fake encoders: what is on the disk is found, and only that."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from muserd.engine.find.answers import Found
from muserd.engine.find.finder import Ask
from tests.property.world import World, fakes


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with fakes():
        it = World(tmp_path)
        (it.root / "walrus.md").write_text("a sea mammal with tusks")
        (it.root / "other.md").write_text("nothing to see, but a walrus passes by")
        (it.root / "third.md").write_text("entirely different")
        it.start()
        it.sync()
        yield it
        it.stop()


def words(it: World, text: str, **more: object) -> Found:
    assert it.engine is not None
    return it.engine.find.find(Ask(text, meaning=False, **more))  # type: ignore[arg-type]


def titles(it: World, text: str) -> list[str]:
    return [hit.title for hit in words(it, text).hits if hit.certain]


def test_titles_before_texts_with_a_snippet(world: World) -> None:
    found = words(world, "walrus")
    assert [hit.title for hit in found.hits] == ["walrus", "other"]
    assert [hit.why for hit in found.hits] == [("title",), ("text",)]
    snippet = found.hits[1].snippet
    assert snippet is not None
    assert [snippet.text[a:b] for a, b in snippet.marks] == ["walrus"]
    assert found.counts == {"image": 0, "text": 2}
    assert found.doors["meaning"].state == "not-asked"


def test_it_follows_the_disk(world: World) -> None:
    (world.root / "third.md").rename(world.root / "penguin.md")
    (world.root / "other.md").unlink()
    (world.root / "new.md").write_text("a walrus again")
    world.sync()
    assert titles(world, "penguin") == ["penguin"]
    assert titles(world, "third") == []
    assert titles(world, "walrus") == ["walrus", "new"]


def test_exclusions_and_filters(world: World) -> None:
    assert titles(world, "walrus -tusks") == ["other"]
    assert titles(world, "walrus type:md") == ["walrus", "other"]
    assert titles(world, "walrus type:image") == []
    assert titles(world, f"folder:{world.root.name} tusks") == ["walrus"]
    assert sorted(titles(world, "type:note")) == ["other", "third", "walrus"]
    assert sorted(titles(world, "is:new")) == ["other", "third", "walrus"]
    assert titles(world, "before:1999") == []


def test_examples(world: World) -> None:
    """An item is like itself least: it is not among its own hits."""
    assert world.engine is not None
    items, others = world.engine.find.examples.items([bytes(world.root / "walrus.md"), b"/nowhere"])
    assert others == [b"/nowhere"]
    found = world.engine.find.find(Ask("", like=tuple(items)))
    assert {hit.title for hit in found.hits} == {"other", "third"}
    assert all(hit.certain for hit in found.hits)


def test_the_cache_outlives_a_restart_and_is_mended_when_it_is_damaged(world: World) -> None:
    world.stop()
    world.start()
    world.sync()
    assert titles(world, "walrus") == ["walrus", "other"]
    world.stop()
    world.where.words.write_bytes(b"garbage" * 1000)
    (world.root / "late.md").write_text("a late walrus")
    world.start()
    world.sync()
    world.wait_for(lambda: len(titles(world, "walrus")) == 3)


def test_a_cache_that_breaks_while_it_is_used_is_made_anew(world: World) -> None:
    for suffix in ("", "-wal"):
        path = Path(f"{world.where.words}{suffix}")
        path.write_bytes(b"\0" * max(path.stat().st_size, 4096))
    world.wait_for(lambda: titles(world, "walrus") == ["walrus", "other"])


def test_a_store_of_before_is_indexed_at_the_start(world: World) -> None:
    world.stop(save=False)
    for path in world.where.words.parent.iterdir():
        path.unlink()
    world.start()
    world.wait_for(lambda: titles(world, "walrus") == ["walrus", "other"])


@pytest.mark.parametrize("text", ['"', "a" * 20_000, "OR AND NOT", "🦭", "مرحبا", "'; --", "x:y"])
def test_odd_queries_are_answered(world: World, text: str) -> None:
    assert world.engine is not None
    for meaning in (False, True):
        world.engine.find.find(Ask(text, meaning=meaning))


def test_filters_complete(world: World) -> None:
    assert world.engine is not None
    assert world.engine.find.complete("type", "", 5) == [("md", 3), ("note", 3)]
    assert world.engine.find.complete("region", "", 5) == []


def test_earlier_pictures_get_their_colours_from_their_thumbnails(world: World) -> None:
    (world.root / "old.png").write_bytes(b"a picture of before")
    world.sync()
    world.wait_for(lambda: titles(world, "colour:red") == ["old"])
    with world.parts.store.read() as reader:
        (record,) = [record for record in reader.items() if record.kind == "image"]
    assert len(record.facts.dhash) == 32
