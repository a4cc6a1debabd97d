"""Bad and odd sites: a calm message or a sound drawing, never a blank page or executed text."""

# ruff: noqa: E501 (scripts and tables read better unbroken)

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from site_maker import make_site

pytestmark = pytest.mark.browser
Make = Callable[..., Any]
FAST = "?test&webgl=0"


def message(view: Any, url: str) -> str:
    """What the page says in the middle."""
    view.page.goto(url)
    view.wait(
        "!document.querySelector('.message').hidden && document.querySelector('.message h2').textContent !== 'Muser'"
    )
    return view.page.locator(".message").inner_text()


def test_the_first_run_names_the_folders(
    viewer: Make, serve: Make, page_folder: Path, tmp_path: Path
) -> None:
    """With a daemon the invitation says what is watched."""
    make_site(tmp_path, images=0, texts=0, page=page_folder, live=True)
    site = serve(tmp_path)
    folders = [{"name": "Holidays", "state": "watching"}, {"name": "notes", "state": "watching"}]
    site.answers["/api/roots"] = lambda _: {"roots": folders}
    assert "Muser watches Holidays and notes." in message(viewer(), site.url + FAST)


def test_no_items(viewer: Make, serve: Make, page_folder: Path, tmp_path: Path) -> None:
    """An empty site invites; so does an empty space beside a full one."""
    make_site(tmp_path, images=0, texts=20, page=page_folder)
    view = viewer()
    assert "No pictures yet" in message(view, serve(tmp_path).url + FAST)
    view.page.keyboard.press("p")
    view.page.keyboard.press("m")
    view.wait("document.querySelector('.message').hidden")
    view.page.wait_for_selector(".status:has-text('20 notes')")


@pytest.mark.parametrize("count", [1, 2, 14])
def test_a_few_items(
    viewer: Make, serve: Make, page_folder: Path, tmp_path: Path, count: int
) -> None:
    """One item is a map too."""
    make_site(tmp_path, images=count, texts=1, page=page_folder, distinct=2)
    view = viewer().go(serve(tmp_path).url + FAST)
    assert view.eval("muser.atlas.current.columns.slots") == count
    assert view.eval("Number.isFinite(muser.scene.camera.scale)")
    view.eval("muser.navigation.openItem(0)")
    view.page.wait_for_selector("dialog.item[open]")
    view.page.keyboard.press("Escape")
    for key in "plt0+-]m":
        view.page.keyboard.press(key)
    view.wait("muser.atlas.space === 'text'")


def test_messages_for_broken_manifests(
    viewer: Make, serve: Make, page_folder: Path, tmp_path: Path
) -> None:
    """Missing, damaged, newer: each in its own words."""
    manifest = make_site(tmp_path, images=10, texts=0, page=page_folder, distinct=2)
    server, view, path = serve(tmp_path), viewer(), tmp_path / "manifest.json"
    path.write_text(json.dumps(manifest | {"format": 2}))
    assert "newer than this page" in message(view, server.url + FAST)
    path.write_text('{"format": 1, "spaces"')
    assert "cannot be read" in message(view, server.url + FAST)
    path.write_text(json.dumps(manifest | {"spaces": {"image": {"bounds": "all"}}}))
    assert "cannot be read" in message(view, server.url + FAST)
    path.unlink()
    assert "no map here yet" in message(view, server.url + FAST)


@pytest.mark.parametrize(
    "part", ["terrain", "regions", "lineage", "neighbours", "details", "thumbs"]
)
@pytest.mark.parametrize("harm", ["missing", "damaged"])
def test_harmed_files_cost_only_their_part(
    viewer: Make, serve: Make, page_folder: Path, tmp_path: Path, part: str, harm: str
) -> None:
    """Without a file the rest is still drawn."""
    make_site(tmp_path, images=120, texts=0, page=page_folder, distinct=16)
    for path in (tmp_path / part).iterdir():
        if harm == "missing":
            path.unlink()
        else:
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    view = viewer().go(serve(tmp_path).url + FAST)
    assert view.eval("muser.atlas.current.columns.slots") == 120
    assert view.page.locator(".message").is_hidden()
    view.eval("muser.navigation.openItem(3)")
    view.page.wait_for_selector("dialog.item[open]")
    view.page.keyboard.press("Escape")
    view.page.keyboard.press("p")
    view.page.keyboard.press("l")
    view.page.wait_for_selector(".list-item")
    view.complaints = [
        text for text in view.complaints if "JSON" not in text and "damaged" not in text
    ]


def test_without_columns_it_says_so(
    viewer: Make, serve: Make, page_folder: Path, tmp_path: Path
) -> None:
    """A map whose items cannot be read is incomplete, and says so."""
    make_site(tmp_path, images=60, texts=0, page=page_folder, distinct=2)
    for path in (tmp_path / "columns").iterdir():
        path.unlink()
    assert "incomplete" in message(viewer(), serve(tmp_path).url + FAST)


def test_hostile_titles_are_only_text(
    viewer: Make, serve: Make, page_folder: Path, tmp_path: Path
) -> None:
    """Markup, right to left, CJK, emoji, newlines, 300 characters: shown, never run."""
    make_site(tmp_path, images=40, texts=40, page=page_folder, distinct=8, odd=True)
    regions = next((tmp_path / "regions").glob("text-*"))
    raw = json.loads(regions.read_text())
    raw["regions"][0]["name"] = "<img src=x onerror=alert(1)>\n" + "ø" * 200
    regions.write_text(json.dumps(raw))
    view = viewer().go(serve(tmp_path).url + FAST + "#/text")
    page = view.page
    page.on("dialog", lambda _: pytest.fail("text was executed"))
    page.keyboard.press("l")
    page.wait_for_selector(".list-item b:not(:empty)")
    for slot in range(6):
        view.eval(f"muser.navigation.openItem({slot})")
        view.wait("document.querySelector('.item-title').textContent.length > 0")
        assert view.eval("document.documentElement.scrollWidth <= innerWidth")
        assert view.eval("(n => n.scrollWidth <= n.clientWidth)(document.querySelector('.dock'))")
        page.keyboard.press("Escape")
    view.eval("muser.regions.open(muser.atlas.current.regions[0])")
    view.wait("muser.regions.view.members.length > 0")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("onerror")
    page.wait_for_selector(".results .cell")
    assert page.title() == "Muser"
    assert page.locator("img[src='x']").count() == 0


# Elements that show text of their own, and do not keep its direction to themselves.
OPEN = """() => [...document.querySelectorAll('body *')].filter((node) => {
  const own = [...node.childNodes].some((one) => one.nodeType === 3 && one.data.trim());
  const inside = 'mark, em, strong, code, sub, sup, script, style, svg *';
  if (!own || node.matches(inside)) return false;
  return !['plaintext', 'isolate', 'isolate-override'].includes(getComputedStyle(node).unicodeBidi);
}).map((node) => node.outerHTML.slice(0, 120))"""


def test_no_text_turns_what_stands_around_it(
    viewer: Make, serve: Make, page_folder: Path, tmp_path: Path
) -> None:
    """Titles, tags, names and paths from right to left, in every panel: each stands for itself."""
    make_site(tmp_path, images=40, texts=40, page=page_folder, distinct=8, odd=True)
    view = viewer().go(serve(tmp_path).url + FAST + "#/text")
    page = view.page
    for slot in range(3):
        view.eval(f"muser.navigation.openItem({slot})")
        view.wait("document.querySelector('.item-title').textContent.length > 0")
        assert page.evaluate(OPEN) == []
        page.keyboard.press("Escape")
    view.eval("muser.regions.open(muser.atlas.current.regions[0])")
    view.wait("muser.regions.view.members.length > 0")
    assert page.evaluate(OPEN) == []
    page.keyboard.press("Escape")
    page.keyboard.press("l")
    page.wait_for_selector(".list-item b:not(:empty)")
    assert page.evaluate(OPEN) == []
    page.keyboard.press("/")
    page.keyboard.type("a")
    page.wait_for_selector(".results .cell")
    assert page.evaluate(OPEN) == []
    # a title from right to left and a date beside it: the date stays where it is
    page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<p id=t><b>\u05d0\u05d1</b> 12, 13</p>')"
    )
    assert page.evaluate(OPEN) == []


def test_a_thousand_items_on_one_spot_and_odd_times(
    viewer: Make, serve: Make, page_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Coinciding places and times before 1970 or in the future are drawn, not feared."""
    import numpy as np
    import site_maker

    real = site_maker.make_land

    def crowded(space: str, n: int, seed: int) -> Any:
        land = real(space, n, seed)
        if not n:
            return land
        land.xy[:] = land.xy[:1]
        land.relaxed[:] = land.xy[:1]
        land.time[:3] = (-40_000_000, 0, 2_000_000_000)
        land.rank = np.full(n, 15, np.uint8)
        return land

    monkeypatch.setattr(site_maker, "make_land", crowded)
    make_site(tmp_path, images=1000, texts=0, page=page_folder, distinct=4)
    view = viewer().go(serve(tmp_path).url + FAST)
    view.eval("muser.scene.zoom(20, 450, 320)")
    for key in "tpl":
        view.page.keyboard.press(key)
    view.wait("muser.atlas.view === 'tree'")
    assert view.eval("[...muser.atlas.tree.x].every(Number.isFinite)")
    assert view.pixels()[0] > 0


def test_loading_is_said(viewer: Make, serve: Make, shared_site: Path) -> None:
    """Until the manifest is there the page says what it waits for."""
    server, gate = serve(shared_site), threading.Event()
    manifest = json.loads((shared_site / "manifest.json").read_text())
    server.answers["/manifest.json"] = lambda _: (gate.wait(20), manifest)[1]
    view = viewer()
    view.page.goto(server.url + FAST)
    view.page.wait_for_selector(".message:has-text('Reading the map')")
    gate.set()
    view.ready()
    assert view.page.locator(".message").is_hidden()


def test_a_site_that_does_not_answer(viewer: Make, serve: Make, shared_site: Path) -> None:
    """It is said calmly, and the page goes on by itself when the site is back."""
    server, view = serve(shared_site), viewer()
    view.page.route("**/manifest.json", lambda route: route.abort())
    view.page.goto(server.url + "?webgl=0")
    view.page.wait_for_selector(".message:has-text('does not answer')")
    assert view.page.locator(".message button").is_visible()
    view.page.unroute("**/manifest.json")
    view.ready()
    assert view.page.locator(".message").is_hidden()


def test_a_stalled_file_does_not_hold_back_the_rest(
    viewer: Make, serve: Make, page_folder: Path, tmp_path: Path
) -> None:
    """While a chunk of items hangs the land, the names and the other items are there."""
    make_site(tmp_path, images=9000, texts=0, page=page_folder, distinct=2, details=False)
    server, view, gate = serve(tmp_path), viewer(), threading.Event()
    chunk = next((tmp_path / "columns").glob("image-1-*"))
    server.answers[f"/columns/{chunk.name}"] = lambda _: (
        gate.wait(30),
        json.loads(chunk.read_text()),
    )[1]
    view.page.goto(server.url + FAST)
    view.wait("muser.scene.gatherer.out.count > 4000")
    assert view.page.locator(".region-name.shown").count() > 3
    assert view.pixels()[0] > 3
    gate.set()
    view.ready()
    view.wait("muser.atlas.current.columns.present(5000)")
    view.wait("muser.scene.gatherer.out.count > 7000")


def test_a_damaged_chunk_costs_its_items_only(
    viewer: Make, serve: Make, page_folder: Path, tmp_path: Path
) -> None:
    """Items of the other chunks are drawn, listed and opened."""
    make_site(tmp_path, images=9000, texts=0, page=page_folder, distinct=2, details=False)
    path = next((tmp_path / "columns").glob("image-1-*"))
    path.write_text(path.read_text()[:-400])
    view = viewer().go(serve(tmp_path).url + FAST)
    assert view.page.locator(".message").is_hidden()
    view.wait("muser.scene.gatherer.out.count > 3000")
    present = view.eval("[10, 5000, 8500].map(s => muser.atlas.current.columns.present(s))")
    assert present == [True, False, True]
    view.eval("muser.navigation.openItem(8500)")
    view.page.wait_for_selector("dialog.item[open]")


def test_a_region_of_one_item(viewer: Make, serve: Make, page_folder: Path, tmp_path: Path) -> None:
    """It opens with its one member, and closes."""
    make_site(tmp_path, images=1, texts=1, page=page_folder, distinct=1)
    view = viewer().go(serve(tmp_path).url + FAST)
    for space in ("image", "text"):
        view.eval("muser.regions.open(muser.atlas.current.regions[0])")
        view.wait("muser.regions.view.members.length === 1")
        view.page.wait_for_selector(".member")
        view.page.keyboard.press("Escape")
        assert view.page.locator(".region-view").is_hidden()
        if space == "image":
            view.page.keyboard.press("m")
            view.wait("muser.atlas.space === 'text' && muser.atlas.current.regions.length > 0")


def test_works_from_any_static_server(shared_site: Path, viewer: Make) -> None:
    """`python -m http.server` is enough: the page says nothing of a daemon."""
    import subprocess
    import sys

    command = [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1"]
    with subprocess.Popen(
        command, cwd=shared_site, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        try:
            assert server.stdout is not None
            port = server.stdout.readline().split(" port ")[1].split()[0]
            view = viewer().go(f"http://127.0.0.1:{port}/{FAST}")
            assert view.eval("muser.store.link") == "static"
            assert "live" not in view.page.locator(".status").inner_text()
        finally:
            server.terminate()
