"""A note for people to read: its own text, its head apart, its links resolved."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from muserd.engine.answers import NotePage
from tests.property.world import World, fakes

RUSSIAN = "Сегодня хорошая погода, мы пошли гулять.\n"
NOTE = """---
title: Assignment 1: Some Title
tags:
  - maths
  - school
---

# Assignment

1. one
2. [[other|the other]] and ![[sea.jpg]]

```sh
# comment
ls
```
"""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with fakes():
        it = World(tmp_path)
        (it.root / "notes").mkdir()
        (it.root / "notes" / "a.md").write_text(NOTE)
        (it.root / "other.md").write_text("The other note.")
        rows = 'Имя;Город\r\n"Анна\nК.";Псков\r\n'
        (it.root / "t.csv").write_bytes(rows.encode("cp1251"))
        (it.root / "alt.txt").write_bytes(RUSSIAN.encode("cp1251"))
        it.start()
        it.sync()
        yield it
        it.stop()


def page(world: World, name: str) -> NotePage:
    path = os.fsencode(world.root / name)
    with world.parts.store.read() as reader:
        file = reader.file(path)
    assert file is not None
    assert file.item is not None
    item = file.item
    found = world.parts.queries.note_page(item)
    assert found is not None
    return found


def test_the_files_own_text(world: World) -> None:
    """Nothing of it is stripped but the head, which comes apart."""
    found = page(world, "notes/a.md")
    assert found.format == "markdown"
    assert found.text == NOTE.split("---\n", 2)[2]
    assert found.head == (("title", "Assignment 1: Some Title"), ("tags", "maths, school"))
    other = page(world, "other.md")
    assert {target: link.id for target, link in found.links.items()} == {"other": other.id}
    assert {link.space for link in found.links.values()} == {"text"}


def test_old_encodings_are_text_to_readers(world: World) -> None:
    found = page(world, "alt.txt")
    assert (found.format, found.text) == ("text", RUSSIAN)


def test_a_table_is_lines_of_cells(world: World) -> None:
    """Whatever separated them, in whatever encoding; a line break within a cell is none."""
    found = page(world, "t.csv")
    assert (found.format, found.text) == ("csv", "Имя\tГород\nАнна К.\tПсков")


def test_a_file_that_went_away_leaves_its_words(world: World) -> None:
    item = page(world, "other.md").id
    (world.root / "other.md").unlink()
    found = world.parts.queries.note_page(item)
    assert found is None or found.format == "words"


def test_a_link_in_place_of_a_note_is_not_followed(world: World, tmp_path: Path) -> None:
    item = page(world, "other.md").id
    secret = tmp_path / "secret.md"
    secret.write_text("outside")
    (world.root / "other.md").unlink()
    (world.root / "other.md").symlink_to(secret)
    found = world.parts.queries.note_page(item)
    assert found is None or "outside" not in found.text
