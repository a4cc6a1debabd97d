"""Collections, colours and their key, duplicates, exports: by mouse, keyboard and touch."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from site_maker import make_site
from site_server import SiteServer

pytestmark = pytest.mark.browser
Make = Callable[..., Any]
FAST = "?test&webgl=0"
AXE = Path(__file__).resolve().parents[2] / "viewer/node_modules/axe-core/axe.min.js"


class Keeper:
    """The daemon's part: a few collections, kept in memory."""

    def __init__(self, site: SiteServer) -> None:
        self.site = site
        self.collections: dict[str, dict[str, Any]] = {}
        self.members: dict[str, list[int]] = {}
        site.answers |= {
            "/api/session": lambda _: {"page_key": "key"},
            "/api/collections": lambda _: {"collections": list(self.collections.values())},
            "/api/collections/items": lambda query: {"items": self.members[query["name"][0]]},
            "/do/collections/add": lambda _: self.add(**self.body()),
            "/do/collections/change": lambda _: self.change(**self.body()),
            "/do/collections/remove": lambda _: self.collections.pop(self.body()["name"]) and {},
            "/do/export": lambda _: self.body(),
        }

    def body(self) -> Any:
        """What was posted last; every POST brings the page's key along."""
        headers, body = self.site.posted[-1]
        assert headers["X-Muser-Page"] == "key"
        return json.loads(body)

    def add(self, name: str, items: list[int] = [], **living: Any) -> Any:  # noqa: B006
        """Make a collection, or add to it."""
        one = self.collections.setdefault(
            name,
            {"id": len(self.collections) + 1, "name": name, "kind": "fixed", "space": None,
             "colour": "", "note": "", "query": "", "mirror": "", "new": 0, "made_at": 0,
             "seen_at": 0, "border": []},
        )  # fmt: skip
        if living:
            kind = "border" if "border" in living else "search"
            one.update(living, kind=kind)
        self.members[name] = [*self.members.get(name, []), *items]
        one["count"] = len(self.members[name])
        return {"name": name, "added": len(items), "count": one["count"]}

    def change(self, name: str, rename: str = "", seen: bool = False, **change: Any) -> Any:
        """Another name, colour or note."""
        one = self.collections.pop(name)
        self.members[rename or name] = self.members.pop(name)
        one.update(change, name=rename or name)
        if seen:
            one["new"] = 0
        self.collections[rename or name] = one
        return {}


@pytest.fixture
def live(serve: Make, page_folder: Path, tmp_path: Path) -> Keeper:
    """A site that is live, and what its daemon keeps."""
    make_site(tmp_path, images=240, texts=40, seed=6, page=page_folder, distinct=32, live=True)
    return Keeper(serve(tmp_path))


def opened(viewer: Make, live: Keeper, **options: Any) -> Any:
    view = viewer(**options).go(live.site.url + FAST)
    view.wait("muser.store.link === 'live'")
    return view


def test_what_is_drawn_around_becomes_a_collection(viewer: Make, live: Keeper) -> None:
    """A lasso, its name, a border that lasts; shown on the map, renamed, coloured, forgotten."""
    view = opened(viewer, live)
    page = view.page
    page.keyboard.press("c")
    page.get_by_role("button", name="Draw a lasso").click()
    mouse = page.mouse
    mouse.move(60, 250)
    mouse.down()
    for point in ((470, 250), (470, 600), (60, 600)):
        mouse.move(*point, steps=6)
    mouse.up()
    page.keyboard.press("Escape")
    picked = view.eval("muser.selection.size")
    assert picked > 10
    page.get_by_label("Name of the collection").fill("Best of")
    page.get_by_label("What later arrives inside the line joins").check()
    page.keyboard.press("Enter")
    page.wait_for_selector(".collection-name:has-text('Best of')")
    posted = live.body() if "items" in live.body() else json.loads(live.site.posted[-1][1])
    assert (len(posted["items"]), posted["space"]) == (picked, "image")
    assert 8 < len(posted["border"]) <= 2000
    assert view.eval("muser.atlas.marks.layer.of.filter((n) => n === 1).length") == picked
    assert view.eval("document.querySelector('.borders path').getAttribute('d').length") > 40
    page.get_by_role("button", name="Hide “Best of” on the map").click()
    view.wait("muser.atlas.marks.layer === null")
    assert page.locator(".borders path").count() == 0
    page.locator(".collection-name").click()
    page.get_by_label("Name", exact=True).fill("Better")
    page.keyboard.press("Tab")
    page.wait_for_selector(".collection-name:has-text('Better')")
    page.get_by_label("Colour 3 of 8").click()
    view.wait("muser.keeping.collections.list[0].colour.length === 7")
    assert view.eval("document.activeElement.getAttribute('aria-label')") == "Colour 3 of 8"
    page.get_by_role("button", name="Look at them", exact=True).click()
    page.wait_for_selector(".gallery-panel h2:has-text('Better')")
    assert page.locator(".gallery-panel .cell").count() == picked
    assert page.locator(".collections").is_hidden()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Delete …").click()
    page.get_by_role("button", name="Keep it").click()
    assert "Better" in live.collections
    page.get_by_role("button", name="Delete …").click()
    page.get_by_role("button", name="Forget it").click()
    view.wait("muser.keeping.collections.list.length === 0")
    assert live.collections == {}


def test_who_joined_is_told(viewer: Make, live: Keeper) -> None:
    """Newcomers are counted with the day since when, until they are looked at."""
    view = opened(viewer, live)
    live.add("Found", [1, 2, 3], query="x", space="image")
    now = view.eval("Date.now()")
    live.collections["Found"] |= {"new": 3, "seen_at": now - 2 * 86_400_000}
    view.page.keyboard.press("c")
    view.page.wait_for_selector(".collections .fresh")
    day = view.eval(f"new Date({now} - 2 * 864e5).toLocaleDateString('en', {{weekday: 'long'}})")
    assert view.page.locator(".collections .fresh").inner_text() == f"3 new since {day}"
    view.page.locator(".collections .fresh").click()
    view.page.wait_for_selector(".gallery-panel .cell")
    view.wait("muser.keeping.collections.list[0].new === 0")


def test_what_cannot_be_done_is_said(
    viewer: Make, live: Keeper, serve: Make, shared_site: Path
) -> None:
    """A refusal of the daemon, and no daemon at all."""
    view = opened(viewer, live)
    view.page.keyboard.press("Control+a")
    view.page.keyboard.press("c")
    view.page.get_by_role("button", name="Gather", exact=True).click()
    assert "needs a name" in view.page.locator(".collections-note").inner_text()
    del live.site.answers["/do/collections/add"]
    view.page.get_by_label("Name of the collection").fill("x")
    view.page.keyboard.press("Enter")
    view.page.wait_for_selector(".collections-note:has-text('404')")
    alone = viewer().go(serve(shared_site).url + FAST)
    alone.page.keyboard.press("c")
    alone.page.wait_for_selector(".collections-note:has-text('not running')")
    alone.page.keyboard.press("Escape")
    alone.page.keyboard.press("k")
    assert alone.page.locator("option[value=camera]").is_disabled()
    alone.page.get_by_label("Colour by", exact=True).select_option("folder")
    alone.page.wait_for_selector(".legend-row")


def test_the_key_of_the_colours_filters(viewer: Make, serve: Make, shared_site: Path) -> None:
    """A row shows its items alone; a lasso takes no others; Esc brings the regions back."""
    view = viewer().go(serve(shared_site).url + FAST)
    page = view.page
    page.keyboard.press("k")
    page.wait_for_selector(".legend-row")
    assert view.eval("muser.scene.gatherer.paint") is None
    page.get_by_label("Colour by", exact=True).select_option("year")
    view.wait("muser.scene.gatherer.paint !== null")
    rows = page.locator(".legend-row")
    counts = [int(text.replace(",", "")) for text in rows.locator(".meta").all_inner_texts()]
    assert sum(counts) == 600
    rows.first.focus()
    page.keyboard.press("Enter")
    assert rows.first.get_attribute("aria-pressed") == "true"
    page.keyboard.press("Control+a")
    assert 0 < view.eval("muser.selection.size") <= counts[0]
    view.eval("muser.selection.clear()")
    rows.nth(1).click()
    assert view.eval("muser.keeping.colours.only.size") == 2
    page.get_by_role("button", name="Show all").click()
    assert view.eval("muser.scene.gatherer.paint.off.size") == 0
    rows.first.click()
    page.keyboard.press("m")
    view.wait("muser.atlas.space === 'text'")
    view.wait("muser.keeping.colours.only.size === 0")
    page.keyboard.press("Escape")
    view.wait("muser.scene.gatherer.paint === null")
    assert page.locator(".legend-panel").is_hidden()


def test_the_key_of_the_colours_covers_no_land(viewer: Make, live: Keeper) -> None:
    """The map makes room for it, whole if it was, and takes the room back."""
    view = opened(viewer, live)
    page = view.page
    page.keyboard.press("0")
    view.rest()
    wide = page.locator(".stage").bounding_box()["width"]
    page.keyboard.press("k")
    page.wait_for_selector(".legend-row")
    view.wait(f"muser.scene.size.width < {wide} - 200")
    view.rest()
    panel = page.locator(".legend-panel").bounding_box()
    stage = page.locator(".stage").bounding_box()
    assert stage["x"] >= panel["x"] + panel["width"]
    left = view.eval(
        """(() => {
          const [x0, y0] = muser.scene.plane.frame;
          const { camera, size } = muser.scene;
          return (x0 - camera.x) * camera.scale + size.width / 2;
        })()"""
    )
    assert left >= 0, "the whole map is still in view"
    _, x, y = view.eval(
        """(() => {
          const slot = muser.list.inSight()[0];
          return [slot, ...muser.scene.screenOf(slot)];
        })()"""
    )
    assert view.eval(f"muser.scene.pick({x}, {y})") >= 0
    page.keyboard.press("Escape")
    view.wait(f"muser.scene.size.width === {wide}")


def test_exports_are_downloads(viewer: Make, live: Keeper) -> None:
    """What is selected, as a text; what a page cannot write, as a command."""
    view = opened(viewer, live)
    page = view.page
    page.keyboard.press("Control+a")
    picked = view.eval("muser.selection.size")
    page.get_by_role("button", name="Export them").click()
    page.get_by_role("radio", name="Table").check()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    assert download.value.suggested_filename == "selection.csv"
    wanted = json.loads(Path(download.value.path()).read_text())
    assert (wanted["format"], len(wanted["items"])) == ("csv", picked)
    live.add("It's", [1])
    view.eval("muser.keeping.collections.refresh()")
    view.wait("muser.keeping.collections.list.length === 1")
    view.eval("muser.keeping.exports.show('collection It\\'s')")
    page.get_by_text("Into a folder of your choice").click()
    command = page.locator(".export-command code").inner_text()
    assert command == "muserctl export --collection 'It'\\''s' --format copy --to FOLDER"
    page.keyboard.press("Escape")
    assert not view.eval("muser.keeping.exports.node.open")


def test_what_takes_its_time_is_made_fetched_and_stopped(viewer: Make, live: Keeper) -> None:
    """A poster with its options; progress; a stop that leaves nothing; a failure in words."""
    begun: list[dict[str, Any]] = []
    state = {"number": 4, "state": "working", "name": "x.pdf", "bytes": 0, "total": 0, "items": 0,
             "command": "", "error": "posters need a package"}  # fmt: skip
    dropped: list[int] = []
    live.site.answers |= {
        "/do/export/begin": lambda _: begun.append(live.body()) or state,
        "/do/export/drop": lambda _: dropped.append(live.body()["number"]) or {},
        "/api/export": lambda _: state,
        "/api/export/file": lambda _: {"made": True},
    }
    view = opened(viewer, live)
    page = view.page
    view.eval("muser.keeping.exports.show('all')")
    page.get_by_role("radio", name="Poster").check()
    sheet = page.locator(".export")
    sheet.get_by_role("textbox", name="Title").fill("Ours")
    sheet.get_by_role("combobox", name="Size").select_option("A1")
    page.get_by_role("button", name="Download").click()
    page.get_by_role("button", name="Stop").wait_for()
    state["bytes"] = 1_500_000
    page.get_by_text("1.5 MB so far").wait_for()
    asked = begun[0]
    assert (asked["format"], asked["title"], asked["paper"], asked["sheet"]) == (
        "poster", "Ours", "A1", "pdf",
    )  # fmt: skip
    assert asked["dark"] is True  # as the page is
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Download").wait_for()
    assert dropped == [4]
    page.get_by_role("radio", name="Website").check()
    assert page.get_by_role("checkbox", name="places", exact=True).is_checked()
    page.get_by_role("checkbox", name="dates", exact=True).check()
    state["state"] = "done"
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    assert download.value.suggested_filename == "x.pdf"
    assert begun[1]["without"] == ["paths", "places", "dates"]
    assert not view.eval("muser.keeping.exports.node.open")
    state["state"] = "failed"
    view.eval("muser.keeping.exports.show('all')")
    page.get_by_role("button", name="Download").click()
    page.get_by_text("posters need a package").wait_for()


def test_a_collection_is_kept_as_a_folder(viewer: Make, live: Keeper) -> None:
    """Muser says where; the page asks for no path."""
    asked: list[dict[str, Any]] = []

    def mirror(_: Any) -> Any:
        asked.append(live.body())
        one = live.collections[asked[-1]["name"]]
        one["mirror"] = "/state/collections/Beasts" if asked[-1]["kept"] else ""
        return {"folder": one["mirror"]}

    live.site.answers["/do/collections/mirror"] = mirror
    live.add("Beasts", [1])
    view = opened(viewer, live)
    page = view.page
    page.keyboard.press("c")
    page.locator(".collection-name", has_text="Beasts").click()
    page.get_by_role("button", name="Keep as a folder").click()
    page.get_by_text("/state/collections/Beasts").wait_for()
    page.get_by_role("button", name="No folder any more").click()
    page.get_by_role("button", name="Keep as a folder").wait_for()
    assert asked == [{"name": "Beasts", "kept": True}, {"name": "Beasts", "kept": False}]


def test_duplicates_by_keyboard(viewer: Make, live: Keeper) -> None:
    """The best is proposed; K keeps it and selects the others, N and L are remembered."""
    decided: list[Any] = []

    def twin(number: int, best: bool) -> dict[str, Any]:
        return {"id": number, "kind": "image", "title": f"t{number}", "paths": [f"/x/{number}.png"],
                "best": best, "why": "more pixels" if best else ""}  # fmt: skip

    groups = [
        {"kind": "same-shot", "score": 1, "items": [twin(5, True), twin(6, False), twin(7, False)]},
        {"kind": "alike", "score": 0.97, "items": [twin(8, True), twin(9, False)]},
        {"kind": "alike", "score": 0.97, "items": [twin(10, True), twin(999_999, False)]},
    ]  # fmt: skip
    live.site.answers["/api/duplicates"] = lambda _: {"groups": groups}
    live.site.answers["/do/duplicates/decide"] = lambda _: decided.append(live.body()) or {}
    view = opened(viewer, live)
    page = view.page
    page.keyboard.press("u")
    page.wait_for_selector(".twin")
    assert "proposed: more pixels" in page.locator(".duplicates-state").inner_text()
    page.locator(".twin").first.focus()
    page.keyboard.press("ArrowRight")
    assert page.locator(".twin[aria-checked=true] b").inner_text() == "t6"
    page.keyboard.press("k")
    assert sorted(view.eval("[...muser.selection.of('image')]")) == [5, 7]
    assert page.locator(".duplicates .meta").first.inner_text() == "1 of 2"
    page.keyboard.press("n")
    page.wait_for_selector(".twin:has-text('t10')")
    assert "not on the map" in page.locator(".twin").nth(1).inner_text()
    page.keyboard.press("l")
    page.wait_for_selector(".duplicates-state:has-text('there twice')")
    assert decided == [
        {"items": [8, 9], "verdict": "not-duplicates"},
        {"items": [10, 999_999], "verdict": "later"},
    ]
    assert "2 selected" in page.locator(".duplicates-done").inner_text()


def test_on_a_phone(viewer: Make, live: Keeper) -> None:
    """The key and the collections by touch: nothing is cut off, or smaller than 44 px."""
    live.add("Ones", [1, 2])
    phone = {"viewport": {"width": 360, "height": 640}, "has_touch": True, "is_mobile": True}
    view = opened(viewer, live, **phone)
    page = view.page
    page.locator(".target[data-target=more]").tap()
    page.get_by_role("button", name="Colours and their key").tap()
    page.wait_for_selector(".legend-row")
    box = page.locator(".legend-panel").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
    assert box["y"] + box["height"] <= 640 - 56
    assert min(one["height"] for one in map(_box, page.locator(".legend-row").all())) >= 44
    page.locator(".legend-panel .tool").tap()
    page.locator(".target[data-target=more]").tap()
    page.get_by_role("button", name="Collections").tap()
    page.wait_for_selector(".collection-name")
    for button in page.locator(".collections button:visible").all():
        assert _box(button)["height"] >= 43.5, button.inner_text()
    assert view.eval("document.documentElement.scrollWidth") == 360


def _box(node: Any) -> Any:
    return node.bounding_box()


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_axe_finds_nothing_here(viewer: Make, live: Keeper, theme: str) -> None:
    """axe-core is content with all of these panels, in both themes."""
    if not AXE.is_file():
        pytest.skip("the viewer's packages are not installed")
    live.add("Ones", [1, 2])
    live.collections["Ones"] |= {"new": 1, "seen_at": 1}
    item = {"kind": "image", "title": "t", "paths": ["/x/a.png"], "why": ""}
    twins = [item | {"id": 5, "best": True}, item | {"id": 6, "best": False}]
    groups = [{"kind": "alike", "score": 0.97, "items": twins}]
    live.site.answers["/api/duplicates"] = lambda _: {"groups": groups}
    view = opened(viewer, live, color_scheme=theme)
    view.eval(AXE.read_text())
    steps = (
        "(muser.picking.takeView(muser.list.inSight()), muser.keeping.collections.show())",
        "document.querySelector('.collection-name').click()",
        "(muser.keeping.collections.close(), muser.keeping.toggleColours())",
        "muser.keeping.colours.choose('year')",
        "(muser.keeping.toggleColours(), muser.keeping.toggleDuplicates())",
        "(muser.keeping.closeDuplicates(), muser.finding.show('ye'))",
        "muser.finding.panel.input.dispatchEvent(new Event('input'))",
        "(muser.finding.change(''), muser.keeping.exports.show())",
    )
    for step in steps:
        view.eval(f"({step}, 0)")
        view.page.wait_for_timeout(900)
        found = view.eval(
            "axe.run(document, {resultTypes: ['violations']})"
            ".then(r => r.violations.map(v => [v.id, v.nodes.map(n => n.html.slice(0, 160))]))"
        )
        assert found == [], step
