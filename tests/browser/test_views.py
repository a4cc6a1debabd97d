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
# How many of the lines that are drawn are dashed, from now on: `muser.stage.painter.dashes`.
COUNT_DASHES = """(() => {
  const { painter } = muser.stage, draw = painter.setLines;
  painter.setLines = function (which, data, count) {
    if (which === 'moving') {
      painter.dashes = 0;
      for (let k = 0; k < count; k++) if (data[k * 10 + 9] > 0) painter.dashes++;
    }
    return draw.call(this, which, data, count);
  };
  muser.scene.refresh();
})()"""


def overlaps(view: Any) -> int:
    """Pairs of members of the opened region whose boxes overlap."""
    return view.eval(
        """(() => {
          const m = muser.regions.view.members; let n = 0;
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
    view.wait("muser.regions.view.members.length > 10")
    assert page.locator(".region-head h2").inner_text() == title
    assert view.eval("muser.scene.frame(performance.now()).dim") == 0, "only the land is below it"
    assert overlaps(view) == 0
    assert view.eval("muser.regions.view.ties.length") > 10
    page.wait_for_selector(f".member {kind}")
    first = view.eval("muser.regions.view.members.map(({x, y}) => [x, y])")
    page.locator(".member").nth(3).focus()
    page.wait_for_selector(".member.dimmed")
    view.wait("location.hash.includes(`region=${muser.address.route.region}`)")
    page.keyboard.press("Escape")
    assert page.locator(".region-view").is_hidden()
    view.eval(f"muser.regions.open(muser.atlas.current.regions.find(r => r.name === '{title}'))")
    view.wait("muser.regions.view.members.length > 10")
    assert view.eval("muser.regions.view.members.map(({x, y}) => [x, y])") == first


def test_regions_of_one_item_and_of_thousands(
    viewer: Make, serve: Make, page_folder: Path, tmp_path: Path
) -> None:
    """Three items fill the view calmly; of thousands the most central show, with the rest counted."""
    make_site(tmp_path, images=6000, texts=3, seed=2, page=page_folder, distinct=16)
    view = viewer().go(serve(tmp_path).url + FAST)
    view.eval(
        "muser.regions.open([...muser.atlas.current.regions].sort((a, b) => b.count - a.count)[0])"
    )
    view.wait("muser.regions.view.members.length > 20", timeout_s=40)
    assert overlaps(view) == 0
    total = view.eval("muser.regions.view.region.count")
    shown = view.eval("muser.regions.view.members.length")
    assert f"+{total - shown:,} more" in view.page.locator(".region-more").inner_text()
    view.page.keyboard.press("Escape")
    view.page.keyboard.press("m")
    view.wait("muser.atlas.space === 'text' && muser.atlas.current.regions.length > 0")
    view.eval("muser.regions.open(muser.atlas.current.regions[0])")
    view.wait("muser.regions.view.members.length === 3")


def test_a_region_on_a_phone(viewer: Make, serve: Make, shared_site: Path) -> None:
    """As many members as can be read; small cards show large titles, larger ones their excerpts."""
    phone = {"viewport": {"width": 375, "height": 812}, "has_touch": True}
    view = viewer(**phone).go(serve(shared_site).url + FAST + "#/text")
    view.eval(
        "muser.regions.open([...muser.atlas.current.regions].sort((a, b) => b.count - a.count)[0])"
    )
    view.wait("muser.regions.view.members.length > 0")
    assert 8 <= view.eval("muser.regions.view.members.length") <= 20
    assert overlaps(view) == 0
    excerpt = view.page.locator(".member.text p").first
    assert excerpt.is_hidden()
    box = view.page.locator(".region-field").bounding_box()
    view.page.mouse.move(box["x"] + 180, box["y"] + 400)
    view.page.mouse.wheel(0, -400)
    view.wait("!document.querySelector('.region-plane').classList.contains('small')")
    view.wait("getComputedStyle(document.querySelector('.member.text p')).display !== 'none'")


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
        "text": f"Note {query['id'][0]}\n\n<b>bold</b> & plain",
        "format": "markdown",
        "head": [["mood", "good"]],
        "links": {},
    }
    view = viewer().go(server.url + FAST + "#/text")
    view.eval("muser.navigation.openItem(4)")
    text = view.page.locator(".note-text")
    view.wait("document.querySelector('.note-text p')?.textContent.startsWith('Note ')")
    assert "<b>bold</b> & plain" in text.text_content()
    assert text.locator("b").count() == 0
    assert text.locator("p").count() == 2, "a note in Markdown is set in paragraphs"


def test_links_of_what_is_read_are_dashed_on_the_map(
    viewer: Make, serve: Make, shared_site: Path
) -> None:
    """Those to and from notes of this map; they go with the reader."""
    import json

    server = serve(shared_site)
    manifest = json.loads((shared_site / "manifest.json").read_text()) | {"live": True}
    server.answers["/manifest.json"] = lambda _: manifest
    server.answers["/api/note"] = lambda _: {
        "text": "x", "format": "markdown", "head": [], "links": {},
    }  # fmt: skip
    edge = {"id": 1, "space": "text", "title": "t", "name": "t", "reason": ""}
    server.answers["/api/links"] = lambda _: {
        "edges": [
            edge | {"slot": 9, "kind": "link", "outward": True},
            edge | {"slot": 9, "kind": "embed", "outward": False},
            edge | {"slot": 11, "kind": "day", "outward": True},
            edge | {"slot": 12, "kind": "embed", "outward": True, "space": "image"},
        ],
        "parts": [],
    }
    view = viewer().go(server.url + FAST + "#/text")
    view.eval(COUNT_DASHES)
    view.eval("muser.navigation.openItem(4)")
    view.wait("document.querySelectorAll('.links button').length === 4")
    view.wait("muser.stage.painter.dashes === 1")
    view.page.keyboard.press("Escape")
    view.wait("muser.stage.painter.dashes === 0")


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
    view.eval("muser.tree.lineage(muser.scene.selected)")
    view.wait("muser.atlas.view === 'tree' && muser.scene.bright.size > 1")
    path = view.eval("muser.atlas.phylogeny.path(muser.scene.selected)")
    parents = view.eval("muser.atlas.current.lineage().then(l => [...l.parent])")
    assert parents[path[-1]] == -1
    page.keyboard.press("Escape")
    assert view.eval("muser.tree.held") is False
    page.keyboard.press("Escape")
    view.wait("muser.atlas.view === 'map'")


def test_notes_become_cards(viewer: Make, serve: Make, shared_site: Path) -> None:
    """From afar a note is a dot; nearer its title stands beside it; close by it is a card."""
    view = viewer().go(serve(shared_site).url + FAST + "#/text")
    close = "(r => muser.scene.look({{x: r.x, y: r.y, scale: {} / muser.scene.plane.cell}}))(muser.atlas.current.regions[0])"
    assert view.page.locator(".note-card.shown:not(.small)").count() == 0
    view.eval(close.format(70))
    view.page.wait_for_selector(".note-card.shown.small b:not(:empty)")
    view.eval(close.format(260))
    view.page.wait_for_selector(".note-card.shown:not(.small) p:not(:empty)")
    boxes = view.eval(
        "[...document.querySelectorAll('.note-card')].map(n => n.getBoundingClientRect()).map(({left, right, top, bottom}) => [left, right, top, bottom])"
    )
    for k, (left, right, top, bottom) in enumerate(boxes):
        for other in boxes[k + 1 :]:
            apart = (
                right <= other[0] + 1
                or other[1] <= left + 1
                or bottom <= other[2] + 1
                or other[3] <= top + 1
            )
            assert apart


def test_names_never_overlap_on_the_screen(viewer: Make, serve: Make, shared_site: Path) -> None:
    """At every zoom of both maps the names in sight keep clear of each other."""
    view = viewer().go(serve(shared_site).url + FAST)
    for space in ("image", "text"):
        view.eval(f"muser.atlas.space === '{space}' || muser.navigation.showSpace('{space}')")
        view.wait(
            f"muser.atlas.space === '{space}' && document.querySelectorAll('.region-name.shown').length > 3"
        )
        for step in range(12):
            view.eval(
                f"muser.scene.look({{...muser.scene.camera, scale: muser.scene.fit().scale * {1.35**step}}})"
            )
            view.wait("muser.scene.resting")
            view.page.wait_for_timeout(260)  # names fade
            clash = view.eval(
                """(() => {
                  const boxes = [...document.querySelectorAll('.region-name.shown')].map(n => [n.textContent, n.getBoundingClientRect()]);
                  for (const [a, p] of boxes) for (const [b, q] of boxes)
                    if (a < b && p.left < q.right - 1 && q.left < p.right - 1 && p.top < q.bottom - 1 && q.top < p.bottom - 1) return [a, b];
                  return null;
                })()"""
            )
            assert clash is None, (space, step)


def test_the_timeline_filters(viewer: Make, serve: Make, shared_site: Path) -> None:
    """A brush, by mouse and by keyboard, dims what lies outside; the link remembers it."""
    view = viewer().go(serve(shared_site).url + FAST)
    page = view.page
    page.keyboard.press("t")
    page.get_by_role("button", name="Window").click()
    box = page.locator(".timeline-field").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 20, steps=4)
    page.mouse.up()
    inside = view.eval("muser.list.inSight().length")
    assert 0.15 * 600 < inside < 0.45 * 600
    view.wait("location.hash.includes('from=')")
    page.get_by_role("slider", name="Filter to").focus()
    page.keyboard.press("PageUp")
    assert view.eval("muser.list.inSight().length") > inside
    link = view.eval(
        "(muser.address.soon(true), new Promise(r => setTimeout(() => r(location.href), 60)))"
    )
    again = viewer().go(link)
    assert again.eval("muser.scene.filter.to - muser.scene.filter.from") > 0
    page.keyboard.press("p")
    view.wait("muser.atlas.view === 'tree'")
    assert 0 < view.eval("muser.list.inSight().length") < 600  # the tree is filtered too
    page.get_by_role("button", name="All time").click()
    assert view.eval("muser.scene.filter") is None
    view.wait("muser.list.inSight().length === 600")


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
    """Regions and titles; a typing error is forgiven; Enter opens; nothing is said to be nothing."""
    view = viewer().go(serve(shared_site).url + FAST)
    page = view.page
    page.keyboard.press("/")
    page.keyboard.type("harbuor")
    page.wait_for_selector(".results .cell")
    page.keyboard.press("ArrowDown")
    assert "cell" in view.eval("document.activeElement.className")
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog.item[open]")
    page.keyboard.press("Escape")
    assert "cell" in view.eval("document.activeElement.className"), "back to where one was"
    page.keyboard.press("Control+k")
    page.keyboard.type("harbour")
    page.wait_for_selector(".found-regions .chip")
    page.keyboard.press("Control+k")
    page.keyboard.type("qqqxyzzy")
    page.wait_for_selector("#find-state:has-text('Nothing here')")
    page.keyboard.press("Escape")
    assert page.locator(".results").is_hidden()


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
    assert page.locator(".results").is_visible()


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


def test_a_region_as_a_gallery(viewer: Make, serve: Make, shared_site: Path) -> None:
    """W shows all members as a gallery, by keyboard; the choice is kept; X selects there."""
    view = viewer().go(serve(shared_site).url + "?test&webgl=0")
    page = view.page
    largest = "muser.atlas.current.regions.reduce((a, b) => (b.count > a.count ? b : a))"
    view.eval(f"muser.regions.open({largest})")
    page.wait_for_selector(".region-view .member")
    many = view.eval(f"{largest}.count")
    page.keyboard.press("w")
    page.wait_for_selector(".region-gallery .cell:focus")
    assert page.locator(".region-gallery .cell").count() == min(many, 400)
    page.keyboard.press("x")
    assert view.eval("muser.selection.size") == 1
    assert page.locator(".region-gallery .cell[aria-selected=true]").count() == 1
    page.keyboard.press("Escape")
    view.eval(f"muser.regions.open({largest})")
    page.wait_for_selector(".region-gallery .cell")
    page.keyboard.press("w")
    page.wait_for_selector(".region-view .member:visible")
    assert page.locator(".region-gallery").is_hidden()
