"""The whole way of a file on the real components: inotify, workers, LMDB, FAISS, UMAP, the site."""

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e import samples
from tests.e2e.daemon import Daemon, running
from tests.e2e.page import Page
from tests.odd_addresses import odd_addresses

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

PICTURES, NOTES = 24, 25


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """A daemon with both maps drawn. Tests add files of their own names."""
    base = tmp_path_factory.mktemp("world")
    samples.pictures(base / "pictures", PICTURES)
    samples.notes(base / "notes", NOTES)
    with running(base) as daemon:
        daemon.sync()
        yield daemon


def places(daemon: Daemon) -> dict[str, tuple[float, float]]:
    return {name: (item["x"], item["y"]) for name, item in daemon.items().items()}


def test_both_maps_are_drawn(world: Daemon) -> None:
    status = world.json("status")
    assert status["schema"] == 1
    for space, count in (("image", PICTURES), ("text", NOTES)):
        one = status["spaces"][space]
        assert one["items"] >= count
        assert one["fit"]["number"] >= 1
        assert one["fit"]["trustworthiness"] > 0.5
        assert one["encoder"]["label"]
    items = world.items()
    assert items["n0003.md"]["title"] == "Astronomy diary 3"
    assert items["p0000.jpg"]["width"] == 320
    assert all(item["x"] is not None for item in items.values())


PROMISED = {
    "status": "schema state pid version uptime_s rss_bytes url revision published_at queue failures"
    " spaces roots store",
    "queue": "pending oldest_s",
    "store": "map_used_bytes map_size_bytes disk_free_bytes",
    "root": "path state files directories watches last_scan_at overflows",
    "space": "items settled provisional regions outliers encoder fit",
    "encoder": "id label device",
    "fit": "number at items seconds trustworthiness",
    "item": "schema id kind paths title time x y rx ry region provisional width height tags",
    "region": "schema id parent level name count colour x y",
}


def test_scripts_find_what_they_rely_on(world: Daemon) -> None:
    """The objects of `status`, `items` and `regions`: a key that was named once stays."""
    status = world.json("status")
    spaces = list(status["spaces"].values())
    found: dict[str, list[dict[str, Any]]] = {
        "status": [status],
        "queue": [status["queue"]],
        "store": [status["store"]],
        "root": status["roots"],
        "space": spaces,
        "encoder": [space["encoder"] for space in spaces],
        "fit": [space["fit"] for space in spaces],
        "item": world.json("items"),
        "region": world.json("regions"),
    }
    for what, keys in PROMISED.items():
        assert found[what], what
        assert all(set(keys.split()) <= set(one) for one in found[what]), what


def test_a_new_file_is_placed_and_moves_nobody(world: Daemon) -> None:
    before = places(world)
    samples.picture(world.pictures / "sub" / "new.png", 1_001)
    samples.note(world.notes / "new.md", 1_002)
    world.sync()
    after = places(world)
    assert {"new.png", "new.md"} <= set(after)
    assert {name: after[name] for name in before} == before
    assert world.items()["new.png"]["provisional"]


def test_a_renamed_file_keeps_its_place_and_id(world: Daemon) -> None:
    path = samples.picture(world.pictures / "before.png", 1_003)
    world.sync()
    before = world.items()["before.png"]
    path.rename(world.pictures / "after.png")
    world.sync()
    items = world.items()
    assert "before.png" not in items
    assert {key: items["after.png"][key] for key in ("id", "x", "y")} == {
        key: before[key] for key in ("id", "x", "y")
    }


def test_a_moved_folder_keeps_its_items(world: Daemon) -> None:
    samples.notes(world.notes / "old", 3, first=1_100)
    world.sync()
    before = {name: item["id"] for name, item in world.items().items()}
    shutil.move(world.notes / "old", world.notes / "moved")
    world.sync()
    after = world.items()
    assert {name: item["id"] for name, item in after.items()} == before
    assert "/moved/" in after["n1100.md"]["paths"][0]


def test_a_copy_is_the_same_item(world: Daemon) -> None:
    path = samples.picture(world.pictures / "one.png", 1_004)
    world.sync()
    count = len(world.items())
    shutil.copy(path, world.pictures / "two.png")
    world.sync()
    items = world.items()
    assert len(items) == count
    assert len(items["one.png"]["paths"]) == 2


def test_a_deleted_file_goes_and_comes_back_where_it_was(world: Daemon) -> None:
    path = samples.picture(world.pictures / "lost.png", 1_005)
    world.sync()
    before = world.items()["lost.png"]
    content = path.read_bytes()
    path.unlink()
    world.sync()
    assert "lost.png" not in world.items()
    path.write_bytes(content)
    world.sync()
    again = world.items()["lost.png"]
    assert (again["id"], again["x"], again["y"]) == (before["id"], before["x"], before["y"])


def test_an_edit_becomes_another_item(world: Daemon) -> None:
    path = world.notes / "diary.md"
    samples.write_atomically(path, "# Monday\n\nThe telescope and Saturn's rings.\n")
    world.sync()
    before = world.items()["diary.md"]
    samples.write_atomically(path, "# Tuesday\n\nSourdough starter, flour and a hot oven.\n")
    world.sync()
    after = world.items()["diary.md"]
    assert after["title"] == "Tuesday"
    assert after["id"] != before["id"]


def test_a_forced_rescan_reads_the_tags_beside_a_picture_again(world: Daemon) -> None:
    path = samples.picture(world.pictures / "tagged.png", 1_010)
    world.sync()
    before = world.items()["tagged.png"]
    path.with_suffix(".json").write_text('{"tags": ["harbour", "evening"]}')
    assert world.ctl("rescan", "--force").returncode == 0
    world.sync()
    after = world.items()["tagged.png"]
    assert after["tags"] == ["harbour", "evening"]
    assert (after["id"], after["x"], after["y"]) == (before["id"], before["x"], before["y"])


def test_bad_files_are_recorded_and_good_ones_taken_up(world: Daemon) -> None:
    bad = world.pictures / "broken.jpg"
    bad.write_bytes(samples.picture(world.base / "whole.jpg", 1_006).read_bytes()[:900])
    (world.notes / "binary.txt").write_bytes(bytes(range(256)) * 8)
    (world.pictures / "empty.png").touch()
    world.sync()
    failed = world.json("failed")["failures"]
    causes = {Path(one["path"]).name: one for one in failed}
    assert {"broken.jpg", "binary.txt", "empty.png"} <= set(causes)
    assert all(one["message"] and one["hint"] for one in causes.values())
    shutil.copy(world.base / "whole.jpg", bad)
    world.sync()
    assert "broken.jpg" in world.items()
    assert "broken.jpg" not in {Path(one["path"]).name for one in world.json("failed")["failures"]}


def test_open_pages_are_told(world: Daemon) -> None:
    page = Page(world)
    with page.events() as events:
        samples.picture(world.pictures / "told.png", 1_007)
        event = events.wait(
            "items", lambda data: any(a["name"] == "told.png" for a in data["added"])
        )
        added = next(one for one in event["added"] if one["name"] == "told.png")
        assert page.get(added["thumb"]).status == 200
        preview = page.get(f"preview?id={added['id']}&size=512")
        assert preview.status == 200
        assert preview.body[:4] == b"RIFF"
        original = page.get(f"original?id={added['id']}")
        assert original.body == (world.pictures / "told.png").read_bytes()


def test_words_find_notes(world: Daemon) -> None:
    page = Page(world)
    found = page.json("api/search?q=telescope+and+planets&space=text&limit=3")
    assert found["hits"][0]["title"].startswith("Astronomy")
    similar = page.json(f"api/similar?id={found['hits'][0]['id']}&limit=3")
    assert len(similar["hits"]) == 3


def test_the_site_is_whole_and_the_page_is_closed_to_strangers(world: Daemon) -> None:
    page = Page(world)
    manifest = page.json("manifest.json")
    assert manifest["spaces"]["image"]["count"] == world.json("status")["spaces"]["image"]["items"]
    for name in page.addresses(manifest):
        assert page.get(name).status == 200, name
    assert page.get("manifest.json", cookie=False).status in {401, 403}
    assert page.get("manifest.json", host="evil.example").status in {400, 403, 421}
    assert world.json("verify")["ok"]


def test_no_odd_request_is_a_server_error(world: Daemon) -> None:
    """The real engine, with an encoder behind it: 503 may be, while it starts; 500 never."""
    page = Page(world)
    statuses = {address: page.get(address[1:]).status for address in odd_addresses(400, seed=3)}
    assert [one for one, status in statuses.items() if status >= 500 and status != 503] == []
    assert 200 in statuses.values()
    assert "Traceback" not in world.log()


def test_the_log_has_no_words_of_a_note(world: Daemon) -> None:
    """Names, numbers, causes: a log may be shown to somebody who helps."""
    words = {word for path in world.notes.rglob("*.md") for word in path.read_text().split()}
    telling = {word for word in words if len(word) > 7 and word.isalpha()}
    assert telling
    assert {word for word in telling if word in world.log()} == set()


def test_a_refit_settles_everybody(world: Daemon) -> None:
    samples.pictures(world.pictures / "more", 8, first=2_000)
    world.sync()
    done = world.ctl("refit", "--space", "image", "--wait", timeout_s=240)
    assert done.returncode == 0, done.stderr
    world.sync()
    items = [one for one in world.items().values() if one["kind"] == "image"]
    assert not any(one["provisional"] for one in items)
    fit = world.json("status")["spaces"]["image"]["fit"]
    assert fit["items"] == len(items)


def test_regions_can_be_renamed_for_good(world: Daemon) -> None:
    regions = [one for one in world.json("regions") if one["space"] == "text"]
    if not regions:
        pytest.skip("so few notes have no regions")
    one = regions[0]
    assert (
        world.ctl("regions", "rename", str(one["id"]), "My land", "--space", "text").returncode == 0
    )
    named = {r["id"]: r["name"] for r in world.json("regions") if r["space"] == "text"}
    assert named[one["id"]] == "My land"


def test_kill_and_restart_lose_nothing(world: Daemon) -> None:
    samples.note(world.notes / "before-the-kill.md", 3_000)
    world.sync()
    before = world.items()
    world.kill()
    samples.note(world.notes / "while-it-was-dead.md", 3_001)
    world.start()
    world.sync()
    after = world.items()
    assert set(after) == set(before) | {"while-it-was-dead.md"}
    assert {n: (after[n]["id"], after[n]["x"], after[n]["y"]) for n in before} == {
        n: (before[n]["id"], before[n]["x"], before[n]["y"]) for n in before
    }
    assert world.json("verify")["ok"]


def test_a_root_that_goes_away_forgets_nothing(world: Daemon) -> None:
    before = world.items()
    away = world.base / "away"
    world.notes.rename(away)
    world.sync()
    gone = world.items()
    assert set(gone) == set(before)
    assert gone["n0000.md"]["offline"]
    roots = {root["path"]: root["state"] for root in world.json("roots", "list")["roots"]}
    assert roots[str(world.notes)] == "offline"
    away.rename(world.notes)
    world.sync()
    back = world.items()
    assert not back["n0000.md"]["offline"]
    assert {name: one["id"] for name, one in back.items()} == {
        name: one["id"] for name, one in before.items()
    }


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_end_it_in_order(tmp_path: Path, number: int) -> None:
    daemon = Daemon(tmp_path).start()
    samples.pictures(daemon.pictures, 6)
    assert daemon.stop(number, timeout_s=10) == 0
    assert "stopped" in daemon.log()


def test_few_items_have_a_map_too(tmp_path: Path) -> None:
    with running(tmp_path) as daemon:
        daemon.sync()
        assert daemon.items() == {}
        shown: dict[int, Any] = {}
        for count in (1, 2, 14):
            samples.notes(daemon.notes, count)
            daemon.sync()
            shown[count] = daemon.items()
            assert len(shown[count]) == count
            assert all(one["x"] is not None for one in shown[count].values())
        assert len({(one["x"], one["y"]) for one in shown[14].values()}) == 14
        samples.notes(daemon.notes, 16)
        daemon.sync()
        assert daemon.json("status")["spaces"]["text"]["fit"]["method"] != "small"
