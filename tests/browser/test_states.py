"""Bad and odd sites: a calm message or a sound drawing, never a blank page or executed text."""

# ruff: noqa: E501 (scripts and tables read better unbroken)

import json
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
    view.eval("muser.openItem(0)")
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
    view.eval("muser.openItem(3)")
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
        view.eval(f"muser.openItem({slot})")
        view.wait("document.querySelector('.item-title').textContent.length > 0")
        box = page.locator("dialog.item").bounding_box()
        assert view.eval("document.documentElement.scrollWidth") <= box["width"]
        page.keyboard.press("Escape")
    view.eval("muser.openRegion(muser.atlas.current.regions[0])")
    view.wait("muser.views.region.members.length > 0")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("onerror")
    page.wait_for_selector(".find-hits li")
    assert page.title() == "Muser"
    assert page.locator("img[src='x']").count() == 0


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
            assert view.eval("muser.model.link") == "static"
            assert "live" not in view.page.locator(".status").inner_text()
        finally:
            server.terminate()
