"""For everyone: keyboard alone, screen readers, reduced motion, forced colours, contrast."""

# ruff: noqa: E501 (scripts read better unbroken)

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser
Make = Callable[..., Any]
FAST = "?test&webgl=0"
AXE = Path(__file__).resolve().parents[2] / "viewer/node_modules/axe-core/axe.min.js"


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
    view.wait("muser.regions.view.members.length > 0")
    for _ in range(10):
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


def test_focus_is_seen(viewer: Make, serve: Make, shared_site: Path) -> None:
    """Whatever Tab reaches is on the screen, is named, and shows that it has the focus."""
    view = viewer().go(serve(shared_site).url + FAST)
    view.page.keyboard.press("l")
    view.page.wait_for_selector(".list-item b:not(:empty)")
    view.eval("document.activeElement.blur()")
    ringless = """(() => {
      const node = document.activeElement, box = node.getBoundingClientRect();
      const style = getComputedStyle(node);
      const ring = (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1) || style.boxShadow !== 'none';
      const named = (node.getAttribute('aria-label') || node.textContent || node.title || '').trim();
      const inside = box.right > 0 && box.bottom > 0 && box.left < innerWidth && box.top < innerHeight;
      return ring && named && inside ? '' : node.outerHTML.slice(0, 120) + JSON.stringify({ ring, named, inside });
    })()"""
    for _ in range(30):
        view.page.keyboard.press("Tab")
        if view.eval("document.activeElement !== document.body"):
            assert view.eval(ringless) == ""


def test_the_list_keeps_the_focus(viewer: Make, serve: Make, shared_site: Path) -> None:
    """New rows under a keyboard leave it at the same item, or near where that was."""
    view = viewer().go(serve(shared_site).url + FAST)
    view.page.keyboard.press("l")
    view.page.wait_for_selector(".list-item b:not(:empty)")
    view.rest()
    view.eval("(window.all = [...muser.list.inSight()], muser.list.inSight = () => all, 0)")

    def fill() -> None:
        view.eval("(window.row = document.querySelectorAll('.list-item')[5], muser.list.stale())")
        view.wait("!row.isConnected")

    fill()
    view.eval("document.querySelectorAll('.list-item')[5].focus()")
    fill()
    focused = "[...document.querySelectorAll('.list-item')].indexOf(document.activeElement)"
    assert view.eval(focused) == 5
    view.eval("(all.unshift(all.splice(20, 1)[0]), 0)")  # the item is a row further down
    fill()
    assert view.eval(focused) == 6
    view.eval("(all.splice(6, 1), 0)")  # it is gone
    fill()
    assert view.eval(focused) == 6
    view.eval("(all.splice(0), muser.list.stale())")
    view.wait("document.querySelectorAll('.list-item').length === 0")
    assert view.eval("document.activeElement === muser.list.head") is True


def test_reduced_motion(viewer: Make, serve: Make, shared_site: Path) -> None:
    """Who wants less motion gets none: stamps at once, no flights, no morphs, the same places."""
    view = viewer(reduced_motion="reduce").go(serve(shared_site).url + "?webgl=0")
    assert view.eval("muser.scene.still") is True
    assert view.page.locator(".stamp.writing").count() == 0
    view.eval("void muser.atlas.flyToRegion(muser.atlas.current.regions[0])")
    assert view.eval("muser.scene.flying") is False
    view.page.keyboard.press("p")
    view.wait("muser.atlas.view === 'tree'")
    assert view.eval("muser.scene.morphing") is False
    moving = "document.getAnimations().filter(a => a.playState === 'running' && a.effect.getComputedTiming().duration > 20).length"
    view.wait(f"{moving} === 0")


def test_what_a_screen_reader_hears(viewer: Make, serve: Make, shared_site: Path) -> None:
    """Arrivals at places are said once, in words; what is only for the eye is left out."""
    view = viewer().go(serve(shared_site).url + FAST)
    said = view.page.locator("#said")
    assert said.get_attribute("aria-live") == "polite"
    view.page.keyboard.press("p")
    view.wait("document.querySelector('#said').textContent.includes('Phylogeny of 600')")
    view.page.keyboard.press("p")
    view.page.keyboard.press("m")
    view.wait("document.querySelector('#said').textContent.includes('notes')")
    for hidden in (".map canvas", ".stamp", ".minimap", ".hover-card"):
        assert view.eval(
            f"document.querySelector('{hidden}').closest('[aria-hidden=true]') !== null"
        ), hidden
    assert "pan" in view.page.locator(".map").get_attribute("aria-label")


def test_forced_colours(viewer: Make, serve: Make, shared_site: Path) -> None:
    """With the system's own colours everything can still be read and used."""
    view = viewer(forced_colors="active").go(serve(shared_site).url + FAST)
    assert view.page.locator(".region-name.shown").count() > 3
    view.page.keyboard.press("t")
    view.page.keyboard.press("/")
    view.page.keyboard.type("harbour")
    view.page.wait_for_selector(".results .cell")


def test_names_can_be_read_over_every_tint(viewer: Make, serve: Make, shared_site: Path) -> None:
    """Ink over halo, and over each tint of each land in each theme, is at least 4.5 to 1."""
    view = viewer().go(serve(shared_site).url + FAST)
    found = view.eval("""(() => {
      const lum = (c) => c.map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
      const ratio = (a, b) => { const [x, y] = [lum(a), lum(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
      const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
      const out = [];
      for (const theme of ['dark', 'light']) {
        muser.setTheme(theme, false);
        const ink = getComputedStyle(document.querySelector('.region-name.shown')).color.match(/[0-9.]+/g).slice(0, 3).map(Number);
        for (const space of ['image', 'text']) for (const tint of muser.scene.theme.bands[space]) {
          out.push([theme, space, tint, ratio(ink, rgb(tint)), ratio(ink, rgb(muser.scene.theme.halo))]);
        }
      }
      return out;
    })()""")
    assert len(found) >= 24
    # Where a tint comes too near, the halo that every letter carries is what it stands on.
    faint = [one for one in found if max(one[3], one[4]) < 4.5]
    assert faint == []


@pytest.mark.parametrize("query", ["#/image?theme=dark", "#/text?theme=light"])
def test_axe_finds_nothing(viewer: Make, serve: Make, shared_site: Path, query: str) -> None:
    """axe-core is content with the map, the list, the find box, a region, an item and the phylogeny, in both themes and spaces."""
    if not AXE.is_file():
        pytest.skip("the viewer's packages are not installed")
    view = viewer().go(serve(shared_site).url + FAST + query)
    view.eval(AXE.read_text())
    steps = (
        "0",
        "muser.keyboard.map.list()",
        "(muser.time.show(true), muser.setTheme('light'))",
        "muser.finding.show('harbour')",
        "(muser.finding.close(), muser.keyboard.map.list(), muser.regions.open(muser.atlas.current.regions[0]))",
        "muser.navigation.openItem(2)",
        "(muser.item.close(), muser.regions.view.close(), muser.setTheme('dark'), muser.tree.toggle())",
        "(muser.tree.toggle(), muser.gallery.show('view'), muser.picking.use('lasso'))",
        "muser.picking.takeView(muser.list.inSight().slice(0, 20))",
        "muser.help.show(muser.store.manifest)",
    )
    for step in steps:
        view.eval(f"({step}, 0)")
        view.page.wait_for_timeout(900)
        found = view.eval(
            "axe.run(document, {resultTypes: ['violations']}).then(r => r.violations.map(v => [v.id, v.nodes.map(n => n.html.slice(0, 160) + n.failureSummary.slice(0, 200))]))"
        )
        assert found == [], step
