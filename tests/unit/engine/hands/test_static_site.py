"""A map to give away: what is withheld is in none of its files."""

import base64
import json
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from muserd.engine.hands.exporter import Manner
from muserd.engine.hands.selection import What
from muserd.ground.facts import Facts
from muserd.publish import scripts
from tests.e2e import samples
from tests.property.world import World, fakes

SECRETS = {
    "paths": (b"quagga-house", b"okapi"),
    "titles": (b"Numbat", b"bilby", b"quokka", b"okapi"),
    "text": (b"bilby",),
    "tags": (b"quokka",),
    "places": (b"47.123", b"8.54"),
    "dates": (b"1987", b"exif"),
}
DAY_MS = 86_400_000


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Twenty pictures and twenty notes, each with a secret of every kind."""

    def telling(**said: Any) -> Facts:
        number = int(said["title"].split()[-1])
        return Facts(
            **{
                **said,
                "title": f"Numbat {number} in 1987",
                "excerpt": f"the bilby of 1987-03-05 sat here {number}",
                "tags": ("quokka",),
                "place": (47.123, 8.54),
                "time_ms": -number * DAY_MS,
                "time_source": "exif",
                "links": () if said["width"] else pointing(number),
            }
        )

    with fakes(), mock.patch("tests.property.fakes.Facts", telling):
        it = World(tmp_path_factory.mktemp("quagga-house"))
        for number in range(20):
            (it.root / f"okapi-{number}.md").write_text(f"note {number}")
            samples.picture(it.root / f"okapi-{number}.png", number)
        it.start()
        it.sync()
        yield it
        it.stop()


def pointing(number: int) -> tuple[tuple[str, str], ...]:
    """A note shows the picture beside it, and links to the next note."""
    return ("embed", f"okapi-{number}.png"), ("link", f"okapi-{number + 1}")


def export(it: World, folder: Path, what: What | None = None, **how: Any) -> dict[str, Any]:
    assert it.engine is not None
    job = it.engine.export(what or What(), "site", str(folder), Manner(**how))
    return it.answer(job)


def said_in(folder: Path) -> bytes:
    """All that the folder says: names and bytes of its files, and what is packed inside them."""
    said = []
    for path in sorted(folder.rglob("*")):
        if path.relative_to(folder).parts[0] in {"assets", "index.html", "icon.svg"}:
            continue  # the viewer, the same for everybody
        said.append(str(path.relative_to(folder)).encode())
        if path.is_file():
            data = scripts.data_of(path.read_bytes())
            said.append(data)
            said += [
                zlib.decompress(base64.b64decode(one))
                for one in re.findall(rb'"data":"([^"]*)"', data)
            ]
    return b"\n".join(said)


def manifest(folder: Path) -> dict[str, Any]:
    return read(folder, "manifest.json")


def rows(folder: Path, space: str, part: str) -> list[Any]:
    names = manifest(folder)["spaces"][space][part]
    return [read(folder, name) for name in names]


def read(folder: Path, name: str) -> Any:
    return json.loads(scripts.data_of((folder / f"{name}.js").read_bytes()))


@pytest.mark.parametrize("withheld", sorted(SECRETS))
def test_what_is_withheld_is_in_no_file(world: World, tmp_path: Path, withheld: str) -> None:
    done = export(world, tmp_path / "all", without=())
    assert done["items"] == 40
    present = [secret for secret in SECRETS[withheld] if secret in said_in(tmp_path / "all")]
    assert present == list(SECRETS[withheld]), "else the test could not fail"
    export(world, tmp_path / "some", without=(withheld,))
    said = said_in(tmp_path / "some")
    assert [secret for secret in SECRETS[withheld] if secret in said] == []


def test_the_usual_site_says_no_paths(world: World, tmp_path: Path) -> None:
    export(world, tmp_path / "site")
    said = said_in(tmp_path / "site")
    assert b"quagga-house" not in said
    assert b"Numbat 3 in 1987" in said
    assert manifest(tmp_path / "site")["live"] is False
    assert (tmp_path / "site/manifest.json.js").stat().st_mode & 0o777 == 0o644


def test_without_dates_neither_order_nor_lineage_tells_them(world: World, tmp_path: Path) -> None:
    export(world, tmp_path / "site", without=("dates",))
    (chunk,) = rows(tmp_path / "site", "text", "columns")
    assert manifest(tmp_path / "site")["spaces"]["text"]["lineage"] is None
    assert manifest(tmp_path / "site")["published_at"] == 0
    titles = [one["title"] for one in rows(tmp_path / "site", "text", "details")[0]["items"]]
    assert sorted(titles) != titles
    times = zlib.decompress(base64.b64decode(chunk["columns"]["time"]["data"]))
    assert times == bytes(20 * 4)


def test_thumbnails_are_left_out_or_blurred(world: World, tmp_path: Path) -> None:
    export(world, tmp_path / "none", without=("thumbnails",))
    assert manifest(tmp_path / "none")["spaces"]["image"]["thumbs"]["index"] is None
    assert list((tmp_path / "none/thumbs").iterdir()) == []
    export(world, tmp_path / "blurred", blurred=True)
    pages = [
        scripts.data_of(path.read_bytes())
        for path in (tmp_path / "blurred/thumbs").glob("*.webp.js")
    ]
    assert pages
    assert set(pages) == {b"blurred"}


def edges(folder: Path) -> list[tuple[str, int, str, int, str, bool]]:
    spaces = manifest(folder)["spaces"]
    return [
        (space, one["of"], one["space"], one["slot"], one["kind"], one["outward"])
        for space in spaces
        if "links" in spaces[space]
        for one in read(folder, spaces[space]["links"])["links"]
    ]


def test_links_and_bridges_are_there_both_ways(world: World, tmp_path: Path) -> None:
    export(world, tmp_path / "site", without=())
    found = edges(tmp_path / "site")
    kinds = [(space, at, kind, outward) for space, _, at, _, kind, outward in found]
    for one in (("text", "image", "embed", True), ("image", "text", "embed", False)):
        assert kinds.count(one) == 20
    assert kinds.count(("text", "text", "link", True)) == 19
    assert kinds.count(("text", "text", "link", False)) == 19
    for space, of, at, slot, kind, outward in found:
        assert kind == "day" or (at, slot, space, of, kind, not outward) in found
    titles = {
        space: [one["title"] for chunk in rows(tmp_path / "site", space, "details")
                for one in chunk["items"]] for space in ("image", "text")
    }  # fmt: skip
    for space in ("image", "text"):
        for one in read(tmp_path / "site", manifest(tmp_path / "site")["spaces"][space]["links"])[
            "links"
        ]:
            assert one["title"] == titles[one["space"]][one["slot"]]


@pytest.mark.parametrize(
    ("without", "kinds"),
    [
        ((), {"embed", "link"}),  # what is shown is not of the same day as well
        (("paths",), {"embed", "link"}),
        (("dates",), {"embed", "link"}),
        (("text",), {"day"}),
        (("titles", "paths"), set()),
        (("text", "paths"), set()),
        (("text", "dates"), set()),
        (("thumbnails", "tags", "places"), {"embed", "link"}),
    ],
)
def test_links_are_withheld_with_what_they_are_made_of(
    world: World, tmp_path: Path, without: tuple[str, ...], kinds: set[str]
) -> None:
    export(world, tmp_path / "site", without=without)
    assert {kind for *_, kind, _ in edges(tmp_path / "site")} == kinds


def test_some_items_only(world: World, tmp_path: Path) -> None:
    assert world.engine is not None
    items = world.engine.hands.selector.items(What(space="text"))[:5]
    files = tuple(map(str, items))
    done = export(world, tmp_path / "five", What(files=files))
    assert done["items"] == 5
    spaces = manifest(tmp_path / "five")["spaces"]
    assert (spaces["text"]["count"], spaces["image"]["count"]) == (5, 0)
    (near,) = rows(tmp_path / "five", "text", "neighbours")
    slots = zlib.decompress(base64.b64decode(near["slots"]["data"]))
    assert len(slots) == 5 * 15 * 4
    said = said_in(tmp_path / "five")
    assert sum(f"Numbat {n}".encode() in said for n in range(10, 20)) <= 5


def test_what_exists_is_left_alone(world: World, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "thesis.tex").write_text("years of work")
    assert "not empty" in export(world, folder)["error"]["message"]
    assert "other files" in export(world, folder, force=True)["error"]["message"]
    assert [path.name for path in folder.iterdir()] == ["thesis.tex"]
    assert [path.name for path in tmp_path.iterdir()] == ["mine"], "nothing half-written"
    assert "watched folder" in export(world, world.root / "site")["error"]["message"]


def test_a_second_export_forgets_what_the_first_one_said(world: World, tmp_path: Path) -> None:
    folder = tmp_path / "site"
    export(world, folder, without=())
    assert b"quagga-house" in said_in(folder)
    assert export(world, folder, without=("titles", "paths"), force=True)["items"] == 40
    said = said_in(folder)
    assert b"quagga-house" not in said
    assert b"Numbat" not in said


def test_nothing_to_show_leaves_nothing(world: World, tmp_path: Path) -> None:
    answer = export(world, tmp_path / "empty", What(files=("99999",)))
    assert "no item 99999" in answer["error"]["message"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", ["svg", "pdf", "png"])
def test_posters(world: World, tmp_path: Path, suffix: str) -> None:
    assert world.engine is not None
    target = tmp_path / f"map.{suffix}"
    how = Manner(paper="A4", dark=True, title="Notes")
    done = world.answer(world.engine.export(What(space="text"), "poster", str(target), how))
    assert (done["items"], target.exists()) == (20, True)
    again = world.answer(world.engine.export(What(), "poster", str(target), how))
    assert "exists" in again["error"]["message"]


@pytest.mark.parametrize(
    ("name", "paper", "words"),
    [
        ("map.gif", "A4", "cannot be map.gif"),
        ("map", "A4", "cannot be map"),
        ("map.svg", "B5", "no size"),
    ],
)
def test_posters_that_cannot_be(
    world: World, tmp_path: Path, name: str, paper: str, words: str
) -> None:
    assert world.engine is not None
    job = world.engine.export(What(), "poster", str(tmp_path / name), Manner(paper=paper))
    assert words in world.answer(job)["error"]["message"]
    assert list(tmp_path.iterdir()) == []
