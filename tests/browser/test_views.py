"""Every view: regions, items, phylogeny, timeline, list, overview, find, help."""

# ruff: noqa: E501 (scripts and tables read better unbroken)

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from site_maker import make_site

pytestmark = pytest.mark.browser
Make = Callable[..., Any]
FAST = "?test&webgl=0"


def overlaps(view: Any) -> int:
    """Pairs of members of the opened region whose boxes overlap."""
    return view.eval(
        """(() => {
          const m = muser.views.region.members; let n = 0;
          for (let i = 0; i < m.length; i++) for (let j = i + 1; j < m.length; j++)
            if (Math.abs(m[i].x - m[j].x) < (m[i].width + m[j].width) / 2 - 0.5 &&
                Math.abs(m[i].y - m[j].y) < (m[i].height + m[j].height) / 2 - 0.5) n++;
          return n;
        })()"""
    )


@pytest.mark.parametrize(("space", "kind"), [("image", "canvas.drawn"), ("text", "b:not(:empty)")])
def test_a_region_opens_as_a_network(
    viewer: Make, serve: Make, shared_site: Path, space: str, kind: str
) -> None:
    """A click on a name: members that do not overlap, joined by ties; Escape closes it."""
    view = viewer().go(f"{serve(shared_site).url}{FAST}#/{space}")
    page = view.page
    name = page.locator(".region-name.shown[data-level='0']").first
    title = name.get_attribute("aria-label").split(",")[0]
    name.click()
    view.wait("muser.views.region.members.length > 10")
    assert page.locator(".region-head h2").inner_text() == title
    assert overlaps(view) == 0
    assert view.eval("muser.views.region.ties.length") > 10
    page.wait_for_selector(f".member {kind}")
    first = view.eval("muser.views.region.members.map(({x, y}) => [x, y])")
    page.locator(".member").nth(3).focus()
    page.wait_for_selector(".member.dimmed")
    view.wait("location.hash.includes(`region=${muser.route.region}`)")
    page.keyboard.press("Escape")
    assert page.locator(".region-view").is_hidden()
    view.eval(f"muser.openRegion(muser.atlas.current.regions.find(r => r.name === '{title}'))")
    view.wait("muser.views.region.members.length > 10")
    assert view.eval("muser.views.region.members.map(({x, y}) => [x, y])") == first


def test_regions_of_one_item_and_of_thousands(
    viewer: Make, serve: Make, page_folder: Path, tmp_path: Path
) -> None:
    """Three items fill the view calmly; of thousands the most central show, with the rest counted."""
    make_site(tmp_path, images=6000, texts=3, seed=2, page=page_folder, distinct=16)
    view = viewer().go(serve(tmp_path).url + FAST)
    view.eval(
        "muser.openRegion([...muser.atlas.current.regions].sort((a, b) => b.count - a.count)[0])"
    )
    view.wait("muser.views.region.members.length > 100", timeout_s=40)
    assert overlaps(view) == 0
    total = view.eval("muser.views.region.region.count")
    shown = view.eval("muser.views.region.members.length")
    assert f"+{total - shown:,} more" in view.page.locator(".region-head .meta").inner_text()
    view.page.keyboard.press("Escape")
    view.page.keyboard.press("m")
    view.wait("muser.atlas.space === 'text' && muser.atlas.current.regions.length > 0")
    view.eval("muser.openRegion(muser.atlas.current.regions[0])")
    view.wait("muser.views.region.members.length === 3")


def test_the_lightbox(viewer: Make, serve: Make, shared_site: Path) -> None:
    """A click opens the picture with its facts; arrows walk its neighbours; Escape closes."""
    view = viewer().go(serve(shared_site).url + FAST)
    page = view.page
    first, x, y = view.free_item()
    page.mouse.click(x, y)
    page.wait_for_selector("dialog.item[open] canvas.drawn")
    assert view.eval("muser.item.slot") == first
    facts = page.locator(".facts").inner_text()
    assert "/home/muser/image/" in facts
    assert "px" in facts
    view.wait("document.querySelectorAll('.near-item').length > 5")
    page.keyboard.press("ArrowRight")
    view.wait(f"muser.item.slot !== {first}")
    second = view.eval("muser.item.slot")
    neighbours = view.eval(f"muser.atlas.current.neighbours({first}).then(l => l.map(o => o.slot))")
    assert second == neighbours[0]
    page.keyboard.press("ArrowLeft")
    view.wait(f"muser.item.slot === {first}")
    page.keyboard.press("i")
    assert page.locator(".item-side").is_hidden()
    page.keyboard.press(" ")
    assert page.locator(".item-body.zoomed").count() == 1
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog.item", state="hidden")
    view.wait("!location.hash.includes('item=')")


def test_the_reader(viewer: Make, serve: Make, shared_site: Path) -> None:
    """While live a note is read in full, as text."""
    import json

    server = serve(shared_site)
    manifest = json.loads((shared_site / "manifest.json").read_text()) | {"live": True}
    server.answers["/manifest.json"] = lambda _: manifest
    server.answers["/api/note"] = lambda query: {
        "text": f"Note {query['id'][0]}\n\n<b>bold</b> & plain"
    }
    view = viewer().go(server.url + FAST + "#/text")
    view.eval("muser.openItem(4)")
    text = view.page.locator(".note-text")
    view.wait("document.querySelector('.note-text')?.textContent.startsWith('Note ')")
    assert "<b>bold</b> & plain" in text.text_content()
    assert text.locator("b").count() == 0


def test_the_phylogeny(viewer: Make, serve: Make, shared_site: Path) -> None:
    """P turns the map into the tree: root in the middle, years as rings; a click leads back."""
    view = viewer().go(serve(shared_site).url + FAST)
    page = view.page
    page.keyboard.press("p")
    view.wait("muser.atlas.view === 'tree'")
    assert view.eval("muser.atlas.tree.count") == 600
    assert page.locator(".height-value.year:not([hidden])").count() >= 3
    view.wait("location.hash.includes('view=tree')")
    outwards = view.eval(
        """(() => {
          const {x, y} = muser.atlas.tree, t = muser.atlas.current.columns.time, [a, b, c, d] = muser.scene.plane.frame;
          const r = s => Math.hypot(x[s] - (a + c) / 2, y[s] - (b + d) / 2);
          const order = [...x.keys()].sort((i, j) => t[i] - t[j]).slice(1);
          return order.every((s, k) => k === 0 || r(s) >= r(order[k - 1]) - 1e-3);
        })()"""
    )
    assert outwards
    slot, x, y = view.free_item()
    page.mouse.click(x, y)
    view.wait(f"muser.atlas.view === 'map' && muser.scene.selected === {slot}")
    view.eval("muser.views.lineage(muser.scene.selected)")
    view.wait("muser.atlas.view === 'tree' && muser.scene.bright.size > 1")
    path = view.eval("muser.atlas.phylogeny.path(muser.scene.selected)")
    parents = view.eval("muser.atlas.current.lineage().then(l => [...l.parent])")
    assert parents[path[-1]] == -1
    page.keyboard.press("Escape")
    assert view.eval("muser.heldPath") is False
    page.keyboard.press("Escape")
    view.wait("muser.atlas.view === 'map'")


def test_the_timeline_filters(viewer: Make, serve: Make, shared_site: Path) -> None:
    """A brush, by mouse and by keyboard, dims what lies outside; the link remembers it."""
    view = viewer().go(serve(shared_site).url + FAST)
    page = view.page
    page.keyboard.press("t")
    box = page.locator(".timeline-field").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 20, steps=4)
    page.mouse.up()
    inside = view.eval("muser.views.list.inSight().length")
    assert 0.15 * 600 < inside < 0.45 * 600
    view.wait("location.hash.includes('from=')")
    page.get_by_role("slider", name="Filter to").focus()
    page.keyboard.press("PageUp")
    assert view.eval("muser.views.list.inSight().length") > inside
    link = view.eval(
        "(muser.address.soon(true), new Promise(r => setTimeout(() => r(location.href), 60)))"
    )
    again = viewer().go(link)
    assert again.eval("muser.scene.filter.to - muser.scene.filter.from") > 0
    page.get_by_role("button", name="All time").click()
    assert view.eval("muser.scene.filter") is None


def test_the_list_says_what_is_in_view(viewer: Make, serve: Make, shared_site: Path) -> None:
    """L lists the items in sight; the list follows the map and opens items."""
    view = viewer().go(serve(shared_site).url + FAST)
    page = view.page
    page.keyboard.press("l")
    page.wait_for_selector(".list-item b:not(:empty)")
    assert page.locator(".list-item").count() == 200
    assert "600 items" in page.locator(".list .meta").first.inner_text()
    view.eval("muser.scene.zoom(9, 300, 300)")
    view.wait("document.querySelectorAll('.list-item').length < 200")
    page.locator(".list-item").first.click()
    page.wait_for_selector("dialog.item[open]")


def test_the_overview(viewer: Make, serve: Make, shared_site: Path) -> None:
    """The small map shows where one is, moves the view, and can be put away."""
    view = viewer().go(serve(shared_site).url + FAST)
    view.eval("muser.scene.zoom(6, 450, 300)")
    box = view.page.locator(".minimap").bounding_box()
    before = view.eval("muser.scene.camera.x")
    view.page.mouse.click(box["x"] + box["width"] * 0.7, box["y"] + box["height"] * 0.5)
    assert view.eval("muser.scene.camera.x") > before
    assert view.page.locator(".minimap-view").bounding_box()["width"] < box["width"] / 2
    view.page.keyboard.press("n")
    assert view.page.locator(".minimap").is_hidden()


def test_find_forgives_typing(viewer: Make, serve: Make, shared_site: Path) -> None:
    """Regions first, then titles; a typing error is forgiven; Enter flies there."""
    view = viewer().go(serve(shared_site).url + FAST)
    page = view.page
    page.keyboard.press("/")
    page.keyboard.type("harbuor")
    page.wait_for_selector(".find-hits li")
    view.wait("muser.views.find.hits.some(h => h.kind === 'item')")
    assert view.eval("muser.views.find.hits[0].kind") == "region"
    page.keyboard.press("ArrowDown")
    chosen = page.locator(".find-hits [aria-selected='true']")
    assert chosen.count() == 1
    scale = view.eval("muser.scene.camera.scale")
    page.keyboard.press("Enter")
    view.wait(f"muser.scene.camera.scale > {scale}")
    page.keyboard.press("Control+k")
    page.keyboard.type("qqqxyzzy")
    page.wait_for_selector(".find-note:has-text('Nothing by that name')")
    page.keyboard.press("Escape")
    assert page.locator(".find").is_hidden()


def test_help_and_the_letters_switch(viewer: Make, serve: Make, shared_site: Path) -> None:
    """`?` shows the keys; single letters can be turned off, and stay off."""
    view = viewer().go(serve(shared_site).url + FAST)
    page = view.page
    page.keyboard.press("?")
    page.wait_for_selector("dialog.sheet[open] dt")
    page.get_by_label("Single-letter keys").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("m")
    assert view.eval("muser.atlas.space") == "image"
    page.reload()
    view.ready()
    page.keyboard.press("l")
    assert page.locator(".list").is_hidden()
    page.keyboard.press("Control+k")
    assert page.locator(".find").is_visible()


def test_titles_and_stamps(viewer: Make, serve: Make, shared_site: Path) -> None:
    """The place is stamped on arrival; entering a territory shows its name, said once."""
    view = viewer().go(serve(shared_site).url + FAST)
    stamp = view.page.locator(".stamp")
    assert "600 IMAGES" in stamp.inner_text()
    assert stamp.get_attribute("aria-hidden") == "true"
    assert "600 images" in view.page.locator("#said").text_content()
    view.eval(
        "(r => muser.scene.look({x: r.x, y: r.y, scale: muser.scene.fit().scale * 3}))"
        "([...muser.atlas.current.regions].filter(r => r.level === 0).sort((a, b) => b.count - a.count)[0])"
    )
    view.wait("!muser.narrator.title.node.hidden")
    assert (
        view.eval("muser.narrator.title.name.textContent")
        in view.page.locator("#said").text_content()
    )


def test_stamps_are_typed_and_any_input_completes_them(
    viewer: Make, serve: Make, shared_site: Path
) -> None:
    """With motion allowed the stamp is written letter by letter."""
    view = viewer().go(serve(shared_site).url + "?webgl=0")
    view.eval("muser.narrator.stamp.show('Night Harbours', 'A very long second line of a stamp')")
    assert view.page.locator(".stamp.writing").count() == 1
    view.page.keyboard.press("Shift")
    assert view.page.locator(".stamp.writing").count() == 0
    assert "NIGHT HARBOURS\nA VERY LONG SECOND LINE" in view.page.locator(".stamp").text_content()


def test_by_keyboard_alone(viewer: Make, serve: Make, shared_site: Path) -> None:
    """From the address bar to a region, an item and back, without a mouse."""
    view = viewer().go(serve(shared_site).url + FAST)
    page = view.page
    for _ in range(40):
        page.keyboard.press("Tab")
        if view.eval("document.activeElement.classList.contains('region-name')"):
            break
    else:
        pytest.fail("Tab never reached a region's name")
    page.keyboard.press("Enter")
    view.wait("muser.views.region.members.length > 0")
    for _ in range(6):
        page.keyboard.press("Tab")
        if view.eval("document.activeElement.classList.contains('member')"):
            break
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog.item[open]")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    assert page.locator(".region-view").is_hidden()
    x = view.eval("muser.scene.camera.x")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("+")
    assert view.eval("muser.scene.camera.x") > x
    page.keyboard.press("0")
    page.keyboard.press("]")
    view.wait("muser.scene.camera.scale > muser.scene.fit().scale * 1.1")
    page.keyboard.press("h")
    assert page.locator(".bar").is_hidden()
    page.keyboard.press("h")
    assert page.locator(".bar").is_visible()


def test_links_survive_what_ids_survive(viewer: Make, serve: Make, shared_site: Path) -> None:
    """A link to an item, a region and a place shows them again; Back takes one step back."""
    server = serve(shared_site)
    view = viewer().go(server.url + FAST + "#/text?item=12")
    view.wait("muser.item.open && muser.atlas.current.columns.id[muser.item.slot] === 12")
    other = viewer().go(server.url + FAST + "#/image/3/0.4/0.6")
    assert other.eval(
        "Math.log2(muser.scene.camera.scale / muser.scene.fit().scale)"
    ) == pytest.approx(3, abs=0.01)
    other.eval("muser.openItem(3)")
    other.wait("location.hash.includes('item=')")
    other.page.go_back()
    other.wait("!muser.item.open")
    third = viewer().go(server.url + FAST + "#/image?region=2")
    third.wait("muser.views.region.open && muser.views.region.region.id === 2")
    gone = viewer().go(server.url + FAST + "#/image?item=999999")
    assert "no longer here" in gone.page.locator("#said").text_content()


def test_axe_finds_nothing(viewer: Make, serve: Make, shared_site: Path) -> None:
    """axe-core is content with the map, the list, the find box, a region and an item, in both themes."""
    axe = Path(__file__).resolve().parents[2] / "viewer/node_modules/axe-core/axe.min.js"
    if not axe.is_file():
        pytest.skip("the viewer's packages are not installed")
    view = viewer().go(serve(shared_site).url + FAST)
    view.eval(axe.read_text())
    steps = (
        "0",
        "muser.views.toggleList()",
        "(muser.views.toggleTimeline(), muser.setTheme('light'))",
        "muser.views.find.show('harbour')",
        "(muser.views.find.close(), muser.views.toggleList(), muser.openRegion(muser.atlas.current.regions[0]))",
        "muser.openItem(2)",
        "(muser.item.close(), muser.views.region.close(), muser.views.help.show(muser.model.manifest))",
    )
    for step in steps:
        view.eval(f"({step}, 0)")
        view.page.wait_for_timeout(900)
        found = view.eval(
            "axe.run(document, {resultTypes: ['violations']}).then(r => r.violations.map(v => [v.id, v.nodes.map(n => n.html.slice(0, 160) + n.failureSummary.slice(0, 200))]))"
        )
        assert found == [], step
