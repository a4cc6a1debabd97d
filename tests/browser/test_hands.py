"""Results, selection, time and the reader: what one does on the map and beside it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from site_maker import make_site
from site_server import SiteServer

pytestmark = pytest.mark.browser
Make = Callable[..., Any]
FAST = "?test&webgl=0"


def selected(view: Any) -> int:
    return view.eval("muser.selection.size")


def drag(view: Any, *points: tuple[int, int]) -> None:
    """A drag of the mouse through some places."""
    mouse = view.page.mouse
    mouse.move(*points[0])
    mouse.down()
    for point in points[1:]:
        mouse.move(*point, steps=5)
    mouse.up()


def test_results_beside_the_map(viewer: Make, serve: Make, shared_site: Path) -> None:
    """Hits are a gallery and stand out on the map; filters are chips; the address holds it all."""
    view = viewer(viewport={"width": 1280, "height": 800}).go(serve(shared_site).url + FAST)
    page = view.page
    page.keyboard.press("/")
    page.keyboard.type("harbour year:2015..2024")
    page.wait_for_selector(".results .cell")
    assert page.locator(".results").bounding_box()["width"] <= 440
    assert view.eval("muser.scene.size.width") <= 1280 - 430
    assert view.eval("muser.scene.bright.size") == view.eval("muser.finding.hits.image.length")
    assert page.locator(".chip.filter").inner_text() == "year: 2015..2024"
    many = view.eval("muser.finding.hits.image.length")
    page.locator(".chip.filter").click()
    view.wait(f"muser.finding.hits.image.length > {many}")
    view.wait("location.hash.includes('q=harbour')")
    page.get_by_label("Headings").select_option("year")
    assert page.locator(".results .gallery h3").count() > 1
    page.get_by_role("button", name="Notes").click()
    view.wait("muser.atlas.space === 'text' && muser.finding.panel.q === 'harbour'")
    page.wait_for_selector(".results .text .cell mark")
    page.keyboard.press("Escape")
    view.wait("muser.scene.bright.size === 0")
    assert view.eval("muser.scene.size.width") == 1280


def test_doors_that_answer_late_change_nothing_that_shows(
    viewer: Make, serve: Make, page_folder: Path, tmp_path: Path
) -> None:
    """Words' hits come first and stay where they are; nothing is said to be nothing too early."""
    import threading

    make_site(tmp_path, images=200, texts=30, seed=4, page=page_folder, distinct=32, live=True)
    site: SiteServer = serve(tmp_path)
    answered = threading.Event()

    def find(query: dict[str, list[str]]) -> dict[str, Any]:
        answered.wait(20)
        if query["q"] == ["zzyzx"]:
            return {"hits": [], "near": [{"id": 5, "space": "image", "why": ["looks like it"]}]}
        hit = {"id": 9, "space": "image", "score": 0.9, "certain": False, "why": ["means it"]}
        return {"hits": [hit], "counts": {"image": 1, "text": 0}}

    site.answers["/api/find"] = find
    site.answers["/api/search"] = lambda _: {"hits": []}
    view = viewer().go(site.url + FAST)
    view.wait("muser.store.link === 'live'")
    view.eval("muser.finding.show('harbour')")
    view.wait("muser.finding.hits.image.length > 0")
    first = view.eval("muser.finding.hits.image.map(h => h.slot)")
    view.page.wait_for_selector("#find-state:has-text('waking the model')")
    answered.set()
    view.page.wait_for_selector("#find-state:has-text('beyond doubt')")
    assert view.eval("muser.finding.hits.image.map(h => h.slot)") == [*first, 8]
    assert view.page.locator(".cell.unsure").count() == 1
    answered.clear()
    view.eval("muser.finding.change('zzyzx')")
    view.page.wait_for_selector("#find-state:has-text('by meaning')")
    assert "Nothing" not in view.page.locator("#find-state").inner_text()
    answered.set()
    view.page.wait_for_selector("#find-state:has-text('Nothing here')")
    assert view.page.locator(".cell.unsure").count() == 1
    assert view.page.locator(".ways button").count() >= 1


def test_a_selection_survives(viewer: Make, serve: Make, shared_site: Path) -> None:
    """Rectangle, lasso, modes, one by one; kept through zoom and the other map."""
    view = viewer().go(serve(shared_site).url + FAST)
    page = view.page
    page.keyboard.down("Shift")
    drag(view, (190, 120), (450, 560))
    page.keyboard.up("Shift")
    first = selected(view)
    assert first > 20
    page.wait_for_selector(".tray:not([hidden])")
    assert page.locator(".tray").bounding_box()["height"] == pytest.approx(72, abs=1)
    assert page.locator(".tray-count").inner_text() == str(first)
    assert view.eval("muser.scene.bright.size") == first
    page.keyboard.press("s")
    page.get_by_role("button", name="Add", exact=True).click()
    drag(view, (460, 120), (860, 130), (860, 560), (460, 550))
    both = selected(view)
    assert both > first
    page.get_by_role("button", name="Remove").click()
    drag(view, (460, 120), (860, 130), (860, 560), (460, 550))
    assert selected(view) == pytest.approx(first, abs=3)
    page.keyboard.press("Escape")
    assert page.locator(".selectbar").is_hidden()
    view.eval("muser.scene.zoom(3, 300, 300)")
    page.keyboard.press("m")
    view.wait("muser.atlas.space === 'text'")
    page.wait_for_selector(".tray button:has-text('pictures')")
    page.keyboard.press("m")
    view.wait("muser.atlas.space === 'image'")
    view.wait(f"muser.scene.bright.size === {selected(view)}")
    page.keyboard.press("0")
    before = selected(view)
    page.get_by_role("button", name="Everything else").click()
    assert selected(view) == 600 - before
    page.get_by_role("button", name="Select nothing").click()
    assert page.locator(".tray").is_hidden()


def test_a_lasso_takes_what_shows(viewer: Make, serve: Make, shared_site: Path) -> None:
    """Under a filter of time, or among hits, nothing else; X and Ctrl-click take one."""
    view = viewer().go(serve(shared_site).url + FAST)
    page = view.page
    view.eval("muser.scene.filterBy({from: Date.parse('2019-01-01') / 6e4, to: Infinity})")
    page.keyboard.press("Control+a")
    since = "t => t >= Date.parse('2019-01-01') / 6e4"
    visible = view.eval(f"[...muser.atlas.current.columns.time].filter({since}).length")
    assert 0 < selected(view) <= visible < 600
    view.eval("(muser.selection.clear(), muser.scene.filterBy(null))")
    _, x, y = view.free_item()
    page.keyboard.down("Control")
    page.mouse.click(x, y)
    page.keyboard.up("Control")
    assert selected(view) == 1
    page.keyboard.press("x")
    assert selected(view) == 0
    page.keyboard.press("/")
    page.keyboard.type("harbour")
    page.wait_for_selector(".results .cell")
    page.get_by_role("button", name="Select all hits").click()
    assert selected(view) == view.eval("muser.finding.hits.image.length")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+ArrowRight")
    assert page.locator(".results .cell[aria-selected='true']").count() > 1


def test_a_region_and_a_time_are_selected(viewer: Make, serve: Make, shared_site: Path) -> None:
    """All items of a region, not only those shown; all of a window of time, added to them."""
    view = viewer().go(serve(shared_site).url + FAST)
    page = view.page
    view.eval("muser.regions.open(muser.atlas.current.regions[0])")
    view.wait("muser.regions.view.members.length > 0")
    page.get_by_role("button", name="Select all its items").click()
    many = view.eval("muser.atlas.current.regions[0].count")
    assert selected(view) == many
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    page.get_by_role("button", name="Select what is in this time").click()
    assert selected(view) == 600
    page.get_by_role("button", name="Select nothing").click()
    view.wait("muser.scene.bright.size === 0")


def test_time_plays(viewer: Make, serve: Make, shared_site: Path) -> None:
    """T, then Space: the land grows, the filter moves on, and the end stops it."""
    view = viewer().go(serve(shared_site).url + "?webgl=0")
    page = view.page
    page.keyboard.press("t")
    page.keyboard.press(" ")
    view.wait("muser.time.playing && muser.scene.filter !== null")
    early = view.eval("muser.time.panel.brush[1]")
    view.wait(f"muser.time.panel.brush && muser.time.panel.brush[1] > {early}")
    page.keyboard.press(" ")
    assert view.eval("muser.time.playing") is False
    at = view.eval("muser.time.panel.brush[1]")
    page.keyboard.press(",")
    assert view.eval("muser.time.panel.brush[1]") < at
    page.get_by_role("button", name="Window").click()
    page.locator(".timeline-field").hover()
    page.wait_for_selector(".time-tip:not([hidden]) p:not(:empty)")
    page.keyboard.press("t")
    assert view.eval("muser.scene.filter") is None


def test_time_steps_without_motion(viewer: Make, serve: Make, shared_site: Path) -> None:
    """With reduced motion it goes on in steps of a second."""
    view = viewer(reduced_motion="reduce").go(serve(shared_site).url + "?webgl=0")
    view.page.keyboard.press("t")
    view.page.keyboard.press(" ")
    first = view.eval("muser.time.panel.brush[1]")
    view.page.wait_for_timeout(300)
    assert view.eval("muser.time.panel.brush[1]") == first
    view.wait(f"muser.time.panel.brush[1] > {first}")


def test_a_note_is_read_beside_its_map(viewer: Make, serve: Make, shared_site: Path) -> None:
    """The map stays alive; arrows walk; Z takes the whole page and gives it back."""
    view = viewer(viewport={"width": 1200, "height": 760})
    view.go(serve(shared_site).url + FAST + "#/text")
    page = view.page
    view.eval("muser.navigation.openItem(4)")
    page.wait_for_selector(".item-sheet .note-text")
    assert page.locator(".dock").bounding_box()["width"] <= 560
    assert page.locator("dialog.item[open]").count() == 0
    scale = view.eval("muser.scene.camera.scale")
    page.keyboard.press("+")
    view.wait(f"muser.scene.camera.scale > {scale}")
    page.keyboard.press("ArrowRight")
    view.wait("muser.item.slot !== 4")
    page.keyboard.press("z")
    page.wait_for_selector("dialog.item[open] .note-text")
    page.keyboard.press("z")
    page.wait_for_selector(".item-sheet .note-text")
    page.keyboard.press("Escape")
    view.wait("!muser.item.open")
    assert view.eval("muser.scene.size.width") == 1200


def test_examples_are_wanted_or_not(viewer: Make, serve: Make, shared_site: Path) -> None:
    """A chip an example: its sign turns, the last wanted one stays, both can go."""
    view = viewer().go(serve(shared_site).url + FAST)
    page = view.page
    ids = view.eval("[...muser.atlas.current.columns.id.slice(0, 2)]")
    view.eval("muser.navigation.like([0])")
    view.eval("muser.navigation.like([1])")
    field = page.get_by_role("searchbox").or_(page.get_by_role("combobox")).first
    assert field.input_value() == f"like:{ids[0]} like:{ids[1]}"
    page.locator(".chip.like .sign").nth(1).click()
    view.wait("document.querySelectorAll('.chip.like.not').length === 1")
    assert field.input_value() == f"like:{ids[0]} -like:{ids[1]}"
    assert page.locator(".chip.like .sign").first.is_disabled()
    page.locator(".chip.like.not .off").click()
    view.wait("document.querySelectorAll('.chip.like').length === 1")
    assert field.input_value() == f"like:{ids[0]}"


@pytest.mark.parametrize("size", [(390, 844), (360, 640), (320, 568)])
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_a_phone(
    viewer: Make, serve: Make, shared_site: Path, size: tuple[int, int], theme: str
) -> None:
    """Five targets of 48 px below; a sheet of three heights; nothing overflows."""
    width, height = size
    view = viewer(
        viewport={"width": width, "height": height},
        has_touch=True,
        is_mobile=True,
        color_scheme=theme,
    ).go(serve(shared_site).url + FAST)
    page = view.page
    targets = page.locator(".phone-bar button")
    assert targets.count() == 5
    for target in targets.all():
        box = target.bounding_box()
        assert min(box["width"], box["height"]) >= 48
        assert box["y"] + box["height"] <= height
    page.get_by_role("button", name="Find", exact=True).tap()
    page.keyboard.type("harbour")
    page.wait_for_selector(".results .cell")
    assert view.eval("document.documentElement.scrollWidth") <= width
    assert view.eval("document.documentElement.dataset.sheet") == "half"
    grip = page.get_by_role("button", name="Height of the sheet")
    grip.tap()
    assert view.eval("document.documentElement.dataset.sheet") == "full"
    grip.tap()
    assert view.eval("document.documentElement.dataset.sheet") == "peek"
    page.get_by_role("button", name="Time").tap()
    page.wait_for_selector(".timeline:not([hidden])")
    assert view.eval("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="More").tap()
    page.get_by_role("button", name="Select on the map").tap()
    page.wait_for_selector(".selectbar:not([hidden])")
    assert page.locator(".selectbar").bounding_box()["x"] >= 0


def test_a_dropped_picture_is_an_example(
    viewer: Make, serve: Make, page_folder: Path, tmp_path: Path
) -> None:
    """It is sent with the page's key, shown as a chip, and forgotten with it."""
    make_site(tmp_path, images=200, texts=30, seed=4, page=page_folder, distinct=32, live=True)
    site: SiteServer = serve(tmp_path)
    site.answers["/api/session"] = lambda _: {"page_key": "k" * 8}
    hit = {"id": 9, "space": "image", "score": 0.9, "certain": True, "why": ["looks like it"]}
    site.answers["/api/find"] = lambda _: {"hits": [hit]}
    view = viewer().go(site.url + FAST)
    view.wait("muser.store.link === 'live'")
    drop = """(name, type) => {
      const data = new DataTransfer();
      data.items.add(new File(['abc'], name, {type}));
      document.dispatchEvent(new DragEvent('drop', {dataTransfer: data, bubbles: true}));
    }"""
    view.eval(f"({drop})('x.html', 'text/html')")
    view.page.wait_for_selector(".toast:has-text('Only a picture or a text')")
    view.eval(f"({drop})('x.png', 'image/png')")
    view.wait("muser.finding.hits.image.length === 1")
    headers, body = site.posted[0]
    assert (headers["X-Muser-Page"], headers["Content-Type"], body) == (
        "k" * 8,
        "image/png",
        b"abc",
    )
    view.page.get_by_role("button", name="Without like your picture").click()
    view.wait("muser.finding.hits.image.length === 0")


def test_a_finger_means_the_picture_below_a_name(
    viewer: Make, serve: Make, shared_site: Path
) -> None:
    """An item within reach of a finger goes before the region whose name lies over it."""
    view = viewer(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    view.go(serve(shared_site).url + FAST)
    spot = view.eval(
        """(() => {
          for (const node of document.querySelectorAll('.region-name.shown')) {
            const box = node.getBoundingClientRect();
            const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
            const top = document.elementFromPoint(x, y);
            if (top?.closest('.region-name') && muser.scene.pick(x, y, 24) >= 0) return [x, y];
          }
          return null;
        })()"""
    )
    assert spot
    view.page.touchscreen.tap(*spot)
    view.page.wait_for_selector(".peek b:not(:empty)")
    assert view.eval("muser.regions.view.open") is False


def test_filters_complete_as_one_types(
    viewer: Make, serve: Make, page_folder: Path, tmp_path: Path
) -> None:
    """Names and values by keyboard; colours by a swatch; Esc closes the list and not the panel."""
    make_site(tmp_path, images=200, texts=30, seed=4, page=page_folder, distinct=32, live=True)
    site: SiteServer = serve(tmp_path)
    asked: list[dict[str, list[str]]] = []

    def find(query: dict[str, list[str]]) -> dict[str, Any]:
        asked.append(query)
        return {"hits": [{"id": 9, "space": "image", "certain": True, "why": []}]}

    values = [{"value": "alps in snow", "count": 7}, {"value": "alphabet", "count": 2}]
    site.answers["/api/find"] = find
    site.answers["/api/complete"] = lambda query: {
        "values": values if query["key"] == ["tag"] else []
    }
    view = viewer(viewport={"width": 1280, "height": 800}).go(site.url + FAST)
    view.wait("muser.store.link === 'live'")
    page = view.page
    page.keyboard.press("/")
    page.wait_for_selector(".starters .colour")
    page.keyboard.type("sea ta")
    page.wait_for_selector(".completions li:has-text('tag:')")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.wait_for_selector(".completions li:has-text('alps in snow')")
    assert view.eval("muser.finding.panel.q") == "sea tag:"
    assert page.locator(".completions .meta").first.inner_text() == "7"
    page.keyboard.press("ArrowDown")
    assert page.locator("#find").get_attribute("aria-activedescendant") == "completion-0"
    page.keyboard.press("Enter")
    view.wait("muser.finding.panel.q === 'sea tag:\"alps in snow\"'")
    page.wait_for_selector(".chip.filter:has-text('tag: alps in snow')")
    view.wait("location.hash.includes('alps')")
    assert all("sea" in query["q"][0] for query in asked)
    page.keyboard.type("ye")
    page.wait_for_selector(".completions li:has-text('year:')")
    page.keyboard.press("Escape")
    assert page.locator(".completions").is_hidden()
    assert view.eval("muser.finding.open")
    page.locator("#find").fill("")
    page.locator(".colour").nth(5).click()
    page.wait_for_selector(".chip.filter:has-text('colour: blue')")
    view.wait("muser.finding.hits.image.length === 1")  # the page alone knows no colours
