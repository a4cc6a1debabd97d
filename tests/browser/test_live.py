"""Live events: arrivals, removals, refits, a daemon that goes away, several tabs."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from site_maker import make_site
from site_server import SiteServer

pytestmark = pytest.mark.browser
Make = Callable[..., Any]


@pytest.fixture
def site(serve: Make, page_folder: Path, tmp_path: Path) -> SiteServer:
    """A live site of 200 pictures."""
    make_site(tmp_path, images=200, texts=30, seed=4, page=page_folder, distinct=32, live=True)
    return serve(tmp_path)


def arrival(view: Any, slot: int, **more: Any) -> dict[str, Any]:
    """An item beside item 3."""
    x, y = view.eval("[muser.atlas.current.columns.x[3], muser.atlas.current.columns.y[3]]")
    return {
        "slot": slot, "id": 1000 + slot, "x": x + 0.05, "y": y, "rx": x + 0.05, "ry": y,
        "region": [0, -1, -1], "time": 29_000_000, "rank": 4, "flags": 3, "aspect": 128,
        "confidence": 200, "parent": 3, "cosine": 220, "weak": 0, "title": f"Arrival {slot}",
        "name": "a.jpg", "excerpt": "", "tags": [], "thumb": None, "neighbours": [[3, 0.9]],
    } | more  # fmt: skip


def event(view: Any, revision: int, **more: Any) -> dict[str, Any]:
    """An `items` event of the picture space."""
    empty = {"added": [], "removed": [], "changed": []}
    return {"revision": revision, "space": "image", "slots": 201, "count": 201} | empty | more


def listening(view: Any, site: SiteServer) -> None:
    view.wait("muser.store.link === 'live'")
    assert len(site.channels) == 1


@pytest.mark.parametrize("motion", ["?webgl=0", "?test&webgl=0"])
def test_arrivals_and_removals(viewer: Make, site: SiteServer, motion: str) -> None:
    """A new item is on the map, found and opened; a removed one is gone."""
    view = viewer().go(site.url + motion)
    listening(view, site)
    site.send("items", event(view, 2, added=[arrival(view, 200)]))
    view.wait("muser.atlas.current.columns.present(200)")
    assert "201 pictures" in view.page.locator(".status").inner_text()
    view.wait(
        "muser.scene.gatherer.out.slots.subarray(0, muser.scene.gatherer.out.count).includes(200)"
    )
    assert view.eval("muser.visits.image.unseen.has(1200)")
    view.eval("muser.navigation.openItem(200)")
    view.wait("document.querySelector('.item-title').textContent === 'Arrival 200'")
    site.send("items", event(view, 3, removed=[200], count=200))
    view.page.wait_for_selector(".facts dt.warn")
    view.page.keyboard.press("Escape")
    assert view.eval("muser.atlas.current.columns.present(200)") is False
    site.send("items", event(view, 3, added=[arrival(view, 200)]))  # an old revision: ignored
    site.send("status", {"state": "idle", "failures": 2, "spaces": {}})
    view.page.wait_for_selector(".status:has-text('2 failed')")
    assert view.eval("muser.atlas.current.columns.present(200)") is False


def test_many_arrivals_are_counted(viewer: Make, site: SiteServer) -> None:
    """Twenty drop in; how many came is a button that leads to them."""
    view = viewer().go(site.url + "?webgl=0")
    listening(view, site)
    added = [arrival(view, 200 + i) for i in range(163)]
    site.send("items", event(view, 2, added=added, slots=363, count=363))
    camera = view.eval("({...muser.scene.camera})")
    assert view.eval("muser.follow.on") is False
    view.page.get_by_role("button", name="+163 new").click()
    view.wait(f"muser.scene.camera.scale > {camera['scale']}")


@pytest.mark.parametrize("motion", ["?webgl=0", "?test&webgl=0"])
def test_a_refit_keeps_camera_and_selection(
    viewer: Make, site: SiteServer, page_folder: Path, motion: str
) -> None:
    """After a refit the items move; the place one looks at and the selected item stay."""
    view = viewer().go(site.url + motion)
    listening(view, site)
    view.eval("(muser.scene.zoom(3, 300, 300), muser.atlas.select(7))")
    camera = view.eval("({...muser.scene.camera})")
    old = view.eval("muser.atlas.current.columns.x[7]")
    make_site(site.folder, images=200, texts=30, seed=9, distinct=32, live=True, revision=5)
    site.send("refit", {"revision": 5, "space": "image", "number": 2, "reason": "fit"})
    view.wait(
        f"Math.abs(muser.atlas.current.columns.x[7] - {old}) > 1e-4 && muser.scene.plane.grid"
    )
    assert view.eval("({...muser.scene.camera})") == pytest.approx(camera)
    assert view.eval("muser.scene.selected") == 7
    view.wait("!muser.scene.morphing")
    assert view.pixels()[0] > 3


def test_a_refit_keeps_the_whole_map_in_view(
    viewer: Make, site: SiteServer, page_folder: Path
) -> None:
    """Who looks at all of it goes on to, however the new map lies."""
    view = viewer().go(site.url + "?test&webgl=0")
    listening(view, site)
    before = view.eval("muser.scene.fit().scale")
    make_site(site.folder, images=900, texts=30, seed=9, distinct=32, live=True, revision=5)
    manifest = json.loads((site.folder / "manifest.json").read_text())
    x0, y0, x1, y1 = manifest["spaces"]["image"]["frame"]
    manifest["spaces"]["image"]["frame"] = [x0, y0, 2 * x1 - x0, 2 * y1 - y0]  # land has grown
    (site.folder / "manifest.json").write_text(json.dumps(manifest))
    site.send("refit", {"revision": 5, "space": "image", "number": 2, "reason": "fit"})
    view.wait(f"muser.scene.fit().scale < {0.6 * before}")
    view.wait("Math.abs(muser.scene.camera.scale / muser.scene.fit().scale - 1) < 1e-3")


def test_says_live_paused_and_recovers(viewer: Make, site: SiteServer) -> None:
    """When the daemon goes away the page says so; when it is back it catches up by itself."""
    view = viewer().go(site.url + "?test&webgl=0")
    listening(view, site)
    site.down = True
    site.hang_up()
    view.page.wait_for_selector(".status:has-text('live paused')")
    site.down = False
    view.wait("muser.store.link === 'live'")
    assert any("after=1" in path for path in site.asked if path.startswith("/events"))
    make_site(site.folder, images=220, texts=30, seed=4, distinct=32, live=True, revision=9)
    site.send("refit", {"revision": 9, "space": "image", "number": 1, "reason": "gap"})
    view.wait("muser.atlas.current.entry.count === 220")


def test_a_daemon_that_hangs_is_not_called_live(viewer: Make, site: SiteServer) -> None:
    """A process that is stopped keeps its connections; the page misses its beats, and says so."""
    view = viewer().go(site.url + "?test&webgl=0")
    listening(view, site)
    site.hangs.set()
    started = view.eval("performance.now()")
    view.page.wait_for_selector(".status:has-text('live paused')", timeout=20_000)
    assert view.eval("performance.now()") - started > 5_000  # one beat may be late
    site.hangs.clear()
    view.wait("muser.store.link === 'live'", timeout_s=30)


def test_a_part_that_cannot_be_read_is_asked_for_again(
    viewer: Make, page_folder: Path, tmp_path: Path, serve: Make
) -> None:
    """The page says that a part is missing, and shows it when it can be read."""
    make_site(tmp_path, images=200, texts=30, seed=4, page=page_folder, distinct=32, live=True)
    site = serve(tmp_path)
    (chunk,) = (tmp_path / "columns").glob("image-*")
    away = chunk.rename(tmp_path / "elsewhere")
    view = viewer().go(site.url + "?test&webgl=0")
    view.page.wait_for_selector(".status:has-text('1 part missing, trying again')")
    away.rename(chunk)
    view.wait("muser.atlas.current.columns.present(3)")
    view.wait("!document.querySelector('.status').textContent.includes('missing')")
    assert view.page.locator(".message").is_hidden()


def test_one_stream_for_two_tabs(viewer: Make, site: SiteServer, browser: Any) -> None:
    """The second tab hears through the first, and takes over when that one closes."""
    context = browser.new_context(viewport={"width": 700, "height": 500})
    first = viewer(context=context).go(site.url + "?test&webgl=0")
    listening(first, site)
    second = viewer(context=context).go(site.url + "?test&webgl=0")
    second.wait("muser.store.link === 'live'")
    assert len(site.channels) == 1
    site.send("items", event(first, 2, added=[arrival(first, 200)]))
    for view in (first, second):
        view.wait("muser.atlas.current.columns.present(200)")
    first.page.close()
    second.wait("muser.store.link === 'live'")
    for _ in range(100):
        if [path for path in site.asked if path.startswith("/events?after=2")]:
            break
        second.page.wait_for_timeout(100)
    site.send("items", event(second, 3, removed=[200], count=200))
    second.wait("!muser.atlas.current.columns.present(200)")
    context.close()


def test_search_by_meaning_and_previews(viewer: Make, site: SiteServer) -> None:
    """While live the find box also shows what the daemon finds alike in meaning."""
    site.answers["/api/search"] = lambda _: {"schema": 1, "hits": [{"id": 18, "cosine": 0.31}]}
    view = viewer().go(site.url + "?test&webgl=0")
    listening(view, site)
    view.eval("muser.finding.show('qqqxyzzy')")
    view.page.wait_for_selector(".results .cell[title*='means it']")
    assert view.eval("muser.finding.hits.image[0].slot") == 17
    assert view.eval("[...muser.scene.bright]") == [17]


def test_new_since_the_last_visit(viewer: Make, site: SiteServer, browser: Any) -> None:
    """What came while one was away glows, is counted per region, and is known once opened."""
    context = browser.new_context(viewport={"width": 900, "height": 640})
    view = viewer(context=context).go(site.url + "?test&webgl=0")
    view.page.wait_for_timeout(700)
    make_site(site.folder, images=230, texts=30, seed=4, distinct=32, live=True, revision=3)
    view.page.close()
    again = viewer(context=context).go(site.url + "?test&webgl=0")
    again.wait("muser.visits.image.unseen.size === 30")
    assert again.page.locator(".region-name .new").count() >= 1
    again.eval("muser.navigation.openItem(229)")
    again.wait("muser.visits.image.unseen.size === 29")
    context.close()


@pytest.mark.parametrize("motion", ["?webgl=0", "?test&webgl=0"])
def test_the_open_phylogeny_grows(viewer: Make, site: SiteServer, motion: str) -> None:
    """A child appears beside its parent and one that is deleted goes, while the camera stays."""
    view = viewer().go(site.url + motion)
    listening(view, site)
    view.page.keyboard.press("p")
    view.wait("muser.atlas.view === 'tree' && !muser.scene.morphing && !muser.scene.flying")
    view.eval("muser.scene.zoom(2, 300, 300)")
    camera = view.eval("({...muser.scene.camera})")
    site.send("items", event(view, 2, added=[arrival(view, 200)]))
    view.wait("muser.atlas.tree.count === 201")
    view.wait("Number.isFinite(muser.scene.plane.x[200]) && muser.scene.plane.kind === 'tree'")
    if "test" not in motion:  # on its way from its parent
        gap = view.eval(
            "(p => Math.hypot(p.x[200] - p.x[3], p.y[200] - p.y[3]))(muser.scene.currentPlaces())"
        )
        assert gap > 0
    view.wait("[...muser.atlas.tree.child].includes(200)")
    site.send("items", event(view, 3, removed=[200, 150], count=199))
    view.wait("muser.atlas.tree.count === 199 && !muser.scene.morphing")
    assert view.eval("Number.isNaN(muser.scene.plane.x[150])")
    assert view.eval("({...muser.scene.camera})") == pytest.approx(camera)
    assert view.eval("muser.atlas.view") == "tree"


def test_a_refit_behind_the_open_phylogeny(
    viewer: Make, site: SiteServer, page_folder: Path
) -> None:
    """The tree follows a refit, its camera stays, and the map behind it has the new land."""
    view = viewer().go(site.url + "?test&webgl=0")
    listening(view, site)
    view.page.keyboard.press("p")
    view.wait("muser.atlas.view === 'tree'")
    camera = view.eval("({...muser.scene.camera})")
    make_site(site.folder, images=260, texts=30, seed=11, distinct=32, live=True, revision=5)
    site.send("refit", {"revision": 5, "space": "image", "number": 2, "reason": "growth"})
    view.wait("muser.atlas.tree.count === 260")
    assert view.eval("({...muser.scene.camera})") == pytest.approx(camera)
    view.page.keyboard.press("p")
    view.wait("muser.atlas.view === 'map'")
    view.wait("muser.scene.gatherer.out.count === 260")
    assert view.pixels()[0] > 3


def test_timeline_list_and_find_follow(viewer: Make, site: SiteServer) -> None:
    """What arrives is in the list, on the timeline and found by its title, without a reload."""
    view = viewer().go(site.url + "?test&webgl=0")
    listening(view, site)
    page = view.page
    page.keyboard.press("t")
    page.keyboard.press("l")
    page.wait_for_selector(".list-item b:not(:empty)")
    assert "200 items" in page.locator(".list .meta").first.inner_text()
    page.keyboard.press("/")
    page.keyboard.type("zanzibar")
    page.wait_for_selector("#find-state:has-text('Nothing here')")
    before = view.eval("muser.time.panel.span[1]")
    late = arrival(view, 200, title="Zanzibar, seen from the sea", time=31_000_000, rank=0)
    site.send("items", event(view, 2, added=[late]))
    view.wait("muser.finding.hits.image.some(h => h.slot === 200)")
    view.wait("document.querySelector('.list .meta').textContent.includes('201 items')")
    view.wait(f"muser.time.panel.span[1] > {before}")
    view.eval("muser.finding.fit()")
    renamed = late | {"title": "Pemba, seen from the sea"}
    site.send("items", event(view, 3, changed=[renamed]))
    view.page.wait_for_selector(".list-item b:has-text('Pemba')")
    view.wait("!muser.finding.hits.image.some(h => h.slot === 200)")


def test_files_that_were_replaced_meanwhile(viewer: Make, site: SiteServer) -> None:
    """A page that was open for long reads the manifest again when a file has gone."""
    view = viewer().go(site.url + "?test&webgl=0")
    listening(view, site)
    old = list((site.folder / "details").iterdir())
    make_site(site.folder, images=240, texts=30, seed=4, distinct=32, live=True, revision=7)
    for path in old:
        path.unlink()
    view.eval("muser.navigation.openItem(3)")
    view.wait("document.querySelector('.item-title').textContent.length > 3")
    assert view.page.locator(".item-title").inner_text() != "Untitled"
    view.complaints.clear()  # the browser itself reports the missing file


def test_a_daemon_that_dies_between_an_event_and_its_files(viewer: Make, site: SiteServer) -> None:
    """The map at hand stays, calmly; the news come in when the site is back."""
    view = viewer().go(site.url + "?test&webgl=0")
    listening(view, site)
    make_site(site.folder, images=230, texts=30, seed=4, distinct=32, live=True, revision=9)
    site.down = True
    site.send("refit", {"revision": 9, "space": "image", "number": 1, "reason": "growth"})
    site.hang_up()
    view.page.wait_for_selector(".status:has-text('live paused')")
    assert view.page.locator(".message").is_hidden()
    site.down = False
    view.wait("muser.atlas.current.entry.count === 230")


def test_events_that_make_no_sense(viewer: Make, site: SiteServer) -> None:
    """Garbage in the stream, and removals of what is not there, cost nothing."""
    view = viewer().go(site.url + "?test&webgl=0")
    listening(view, site)
    for channel in site.channels:
        channel.put(b"event: items\ndata: {not json\n\n")
    site.send("items", event(view, 2, removed=[99_999], count=200, slots=200))
    site.send("items", event(view, 3, added=[arrival(view, 200)]))
    view.wait("muser.atlas.current.columns.present(200)")
