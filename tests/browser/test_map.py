"""The map itself, in a real Chromium."""

# ruff: noqa: E501 (scripts and tables read better unbroken)

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser
Make = Callable[..., Any]
# How many pictures stand in sight, under a name, and under the height of a contour.
STANDING = """(() => {
  const { thumbs } = muser.scene;
  const heights = [...document.querySelectorAll('.height-value:not([hidden])')].map((node) => {
    const { x, y, width, height } = node.getBoundingClientRect();
    return [x + width / 2, y + height / 2];
  });
  return {
    spots: thumbs.boxes.length,
    under: thumbs.boxes.filter((box) => thumbs.covers(box.x, box.y, box.halfWidth - 1, box.halfHeight - 1)).length,
    written: heights.filter(([a, b]) => thumbs.boxes.some((box) => Math.abs(a - box.x) < box.halfWidth && Math.abs(b - box.y) < box.halfHeight)).length,
  };
})()"""


def test_draws_with_a_living_webgl_context(viewer: Make, serve: Make, shared_site: Path) -> None:
    """Land, dots and names are there, by WebGL2, within twelve draw calls."""
    view = viewer().go(serve(shared_site).url + "?test&webgl=1")
    assert view.eval("muser.stage.painter.kind") == "webgl2"
    assert view.eval("muser.stage.painter.lost") is False
    assert 0 < view.eval("muser.stage.painter.drawCalls") <= 12
    assert view.page.locator(".region-name.shown").count() >= 5
    deviation, colours = view.pixels()
    assert deviation > 8
    assert colours > 40


def test_paints_without_webgl(viewer: Make, serve: Make, shared_site: Path) -> None:
    """Canvas2D takes over, with land, dots and thumbnails."""
    view = viewer().go(serve(shared_site).url + "?test&webgl=0")
    assert view.eval("muser.stage.painter.kind") == "canvas2d"
    assert view.pixels()[1] > 40
    view.eval("muser.scene.zoom(9, 450, 344)")
    view.wait("muser.scene.thumbs.shown > 3")
    assert view.pixels()[0] > 10


def test_a_lost_context_is_replaced(viewer: Make, serve: Make, shared_site: Path) -> None:
    """After the driver takes the context away the map is drawn again."""
    view = viewer().go(serve(shared_site).url + "?test&webgl=1")
    view.eval("muser.scene.zoom(8, 450, 344)")
    view.wait("muser.scene.thumbs.shown > 3")
    view.eval("(window.old = muser.stage.painter, muser.stage.painter.dispose())")
    view.wait("muser.stage.painter !== window.old")
    view.wait("muser.scene.thumbs.shown > 3")
    assert view.pixels()[0] > 10


@pytest.mark.parametrize("webgl", [1, 0])
def test_thumbnails_come_with_zoom_and_do_not_overlap(
    viewer: Make, serve: Make, shared_site: Path, webgl: int
) -> None:
    """Far out there are the landmarks; close by every item has one, at its relaxed place."""
    view = viewer().go(f"{serve(shared_site).url}?test&webgl={webgl}")
    view.wait("muser.scene.plane.arranged && muser.scene.thumbs.shown > 12")
    far = view.eval("muser.scene.thumbs.shown")
    view.eval(
        "muser.scene.look({...muser.scene.camera, x: muser.atlas.current.regions[0].x,"
        " y: muser.atlas.current.regions[0].y, scale: 90 / muser.scene.plane.cell})"
    )
    view.wait(
        "muser.scene.thumbs.visible > 8 && muser.scene.thumbs.shown === muser.scene.thumbs.visible"
    )
    assert far <= 48
    assert view.eval("muser.scene.relax") == 1
    gaps = view.eval(
        """(() => {
          const { boxes } = muser.scene.thumbs;
          let least = Infinity;
          for (const a of boxes) for (const b of boxes) {
            if (a === b) continue;
            least = Math.min(least, Math.max(
              Math.abs(a.x - b.x) - a.halfWidth - b.halfWidth, Math.abs(a.y - b.y) - a.halfHeight - b.halfHeight));
          }
          return least;
        })()"""
    )
    assert gaps > -1
    assert view.eval("muser.stage.painter.textureBytes") < 208 * 2**20


def test_no_name_lies_on_a_picture(viewer: Make, serve: Make, shared_site: Path) -> None:
    """Where pictures stand between dots, names lie beside them, and heights beside both."""
    view = viewer().go(serve(shared_site).url + "?test&webgl=0")
    view.wait("muser.scene.plane.arranged")
    seen = 0
    for zoom in (1, 1.6, 2.4, 3.4):
        view.eval(
            f"(fit => muser.scene.look({{...fit, scale: fit.scale * {zoom}}}))(muser.scene.fit())"
        )
        view.wait("muser.scene.resting && muser.atlas.pictures.waiting === 0")
        found = view.eval(STANDING)
        seen += found["spots"]
        # A name that has waited for long shows over the picture in its way.
        assert found["under"] <= 0.1 * found["spots"]
        assert found["written"] == 0
    assert seen > 60


def test_one_is_never_lost(viewer: Make, serve: Make, shared_site: Path) -> None:
    """In the open sea a line names the nearest land, and Enter goes there."""
    view = viewer().go(serve(shared_site).url + "?test&webgl=0")
    view.wait("muser.scene.plane.arranged")
    view.eval(
        "(([x0, , , y1], fit) => muser.scene.look({x: x0, y: y1, scale: fit.scale * 30}))"
        "(muser.scene.plane.bounds, muser.scene.fit())"
    )
    view.page.wait_for_selector(".open-sea:has-text('nearest')")
    # It goes when land is in view, also while the map glows and never rests.
    view.eval("muser.glow = setInterval(() => muser.scene.refresh(), 8)")
    view.page.keyboard.press("Enter")
    view.wait("muser.scene.thumbs.boxes.length > 2")
    view.page.wait_for_selector(".open-sea", state="detached")
    view.eval("clearInterval(muser.glow)")
    # Zooming in ends where the nearest picture fills most of the view.
    view.eval("(() => { for (let k = 0; k < 60; k++) muser.scene.zoom(1.3, 450, 320); })()")
    view.rest()
    assert view.eval("muser.scene.camera.scale <= muser.scene.scales.max * 1.001")
    assert view.eval("muser.scene.thumbs.boxes.length > 0")


def test_g_shows_fewer_and_more_pictures(viewer: Make, serve: Make, shared_site: Path) -> None:
    """Quiet, map, mosaic: the choice is kept."""
    view = viewer().go(serve(shared_site).url + "?test&webgl=0")
    view.wait("muser.scene.plane.arranged && muser.scene.thumbs.shown > 12")
    page = view.page
    page.keyboard.press("g")
    view.eval("muser.scene.look({...muser.scene.camera, scale: 34 / muser.scene.plane.cell})")
    view.wait("muser.scene.mode === 'mosaic' && muser.atlas.pictures.waiting === 0")
    view.wait("muser.scene.thumbs.shown > 60")
    mosaic = view.eval("muser.scene.thumbs.shown")
    page.keyboard.press("g")
    view.wait("muser.scene.mode === 'quiet' && muser.scene.thumbs.shown === 0")
    page.reload()
    view.ready()
    assert view.eval("muser.scene.wish") == "quiet"
    page.keyboard.press("g")
    view.eval("muser.scene.look({...muser.scene.camera, scale: 34 / muser.scene.plane.cell})")
    view.wait("muser.scene.plane.arranged && muser.scene.thumbs.shown > 12")
    assert view.eval("muser.scene.thumbs.shown") < mosaic


def test_both_spaces_and_both_themes(viewer: Make, serve: Make, shared_site: Path) -> None:
    """The switch and M change the space; D changes the theme; the choice outlives a reload."""
    view = viewer().go(serve(shared_site).url + "?test&webgl=0")
    page = view.page
    page.get_by_role("switch").click()
    view.wait("muser.atlas.space === 'text' && muser.atlas.current.columns.slots === 300")
    assert page.get_by_role("switch").get_attribute("aria-checked") == "true"
    page.wait_for_selector(".status:has-text('300 notes')")
    page.keyboard.press("m")
    view.wait("muser.atlas.space === 'image'")
    assert view.eval("document.documentElement.dataset.theme") == "dark"
    page.keyboard.press("d")
    assert view.eval("document.documentElement.dataset.theme") == "light"
    page.reload()
    view.ready()
    assert view.eval("document.documentElement.dataset.theme") == "light"


def test_follows_the_system_theme(viewer: Make, serve: Make, shared_site: Path) -> None:
    """Without a choice of one's own, light when the system is."""
    view = viewer(color_scheme="light").go(serve(shared_site).url + "?test&webgl=0")
    assert view.eval("document.documentElement.dataset.theme") == "light"
    view.page.emulate_media(color_scheme="dark")
    view.wait("document.documentElement.dataset.theme === 'dark'")


def test_mouse_pans_zooms_and_boxes(viewer: Make, serve: Make, shared_site: Path) -> None:
    """Drag, wheel about the cursor, double click, shift-drag."""
    view = viewer().go(serve(shared_site).url + "?test&webgl=0")
    mouse, camera = view.page.mouse, "(({x, y, scale}) => [x, y, scale])(muser.scene.camera)"
    start = view.eval(camera)
    mouse.move(420, 560)
    mouse.down()
    mouse.move(520, 520, steps=4)
    mouse.up()
    moved = view.eval(camera)
    assert moved[0] == pytest.approx(start[0] - 100 / start[2], rel=0.05)
    assert moved[1] == pytest.approx(start[1] - 40 / start[2], rel=0.05)
    under = "[(200 - muser.scene.size.width / 2) / muser.scene.camera.scale + muser.scene.camera.x]"
    mouse.move(200, 300)
    before = view.eval(under)
    mouse.wheel(0, -300)
    view.wait(f"muser.scene.camera.scale > {moved[2] * 1.3}")
    # The point under the pointer stays, but for a little way towards the nearest item.
    assert abs(view.eval(under)[0] - before[0]) * moved[2] < 0.12 * 200
    now = view.eval("muser.scene.camera.scale")
    mouse.dblclick(300, 560)
    view.wait(f"muser.scene.camera.scale > {now * 1.5}")
    view.page.keyboard.press("0")
    view.wait(f"Math.abs(muser.scene.camera.scale - {start[2]}) < 1e-6")


def test_hover_brings_out_neighbours(viewer: Make, serve: Make, shared_site: Path) -> None:
    """A card beside the pointer, the neighbours bright, the rest dimmed."""
    view = viewer().go(serve(shared_site).url + "?test&webgl=0")
    _, x, y = view.free_item()
    view.page.mouse.move(x, y)
    view.page.wait_for_selector(".hover-card:not([hidden])")
    view.wait("muser.scene.bright.size > 5")
    assert view.page.locator(".hover-card b").inner_text()
    view.page.mouse.move(5, 620)
    view.wait("muser.scene.bright.size === 0")
    assert view.page.locator(".hover-card").is_hidden()


def test_a_hover_card_does_not_stay_behind(viewer: Make, serve: Make, shared_site: Path) -> None:
    """The map moves under a pointer that rests: what it was over is elsewhere."""
    view = viewer().go(serve(shared_site).url + "?test&webgl=0")
    _, x, y = view.free_item()
    view.page.mouse.move(x, y)
    view.page.wait_for_selector(".hover-card:not([hidden])")
    view.page.mouse.down()
    view.page.mouse.move(x + 60, y + 40, steps=4)
    view.wait("muser.scene.bright.size === 0")
    assert view.page.locator(".hover-card").is_hidden()
    view.page.mouse.up()
    view.rest()
    _, x, y = view.free_item()
    view.page.mouse.move(x, y)
    view.page.wait_for_selector(".hover-card:not([hidden])")
    view.page.mouse.wheel(0, -300)
    view.wait("muser.scene.bright.size === 0")
    assert view.page.locator(".hover-card").is_hidden()


def test_touch_on_a_small_screen(viewer: Make, serve: Make, shared_site: Path) -> None:
    """At 375 px nothing overflows, a tap opens an item and a pinch zooms."""
    view = viewer(viewport={"width": 375, "height": 700}, has_touch=True, is_mobile=True)
    view.go(serve(shared_site).url + "?test&webgl=0")
    page = view.page
    assert view.eval("document.documentElement.scrollWidth") <= 375
    for button in page.locator(".bar button:visible, .phone-bar button").all():
        box = button.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 375
        assert min(box["width"], box["height"]) >= 44
    for target in page.locator(".phone-bar button").all():
        assert min(target.bounding_box()["height"], target.bounding_box()["width"]) >= 48
    scale = view.eval("muser.scene.camera.scale")
    client = page.context.new_cdp_session(page)
    for kind, gap in (("touchStart", 40), ("touchMove", 70), ("touchMove", 120), ("touchEnd", 0)):
        points = [{"x": 187 - gap, "y": 300, "id": 1}, {"x": 187 + gap, "y": 300, "id": 2}]
        client.send(
            "Input.dispatchTouchEvent", {"type": kind, "touchPoints": points if gap else []}
        )
    view.wait(f"muser.scene.camera.scale > {scale * 1.8}")
    page.keyboard.press("0")
    page.wait_for_timeout(400)  # names settle
    _, x, y = view.free_item()
    page.touchscreen.tap(x, y)
    page.wait_for_selector(".peek b:not(:empty)")
    page.locator(".peek").tap()
    page.wait_for_selector("dialog.item[open]")


def test_same_picture_twice(viewer: Make, serve: Make, shared_site: Path) -> None:
    """Nothing on the map depends on chance or on the clock."""
    import io

    import numpy as np
    from PIL import Image

    server = serve(shared_site)
    shots = []
    for _ in range(2):
        view = viewer().go(server.url + "?test&webgl=0#/image/2/0.5/0.5")
        view.wait("muser.scene.plane.arranged && muser.scene.thumbs.shown > 0")
        view.rest().page.wait_for_timeout(300)
        with Image.open(io.BytesIO(view.page.screenshot())) as image:
            shots.append(np.asarray(image.convert("L")).astype(int))
    assert (np.abs(shots[0] - shots[1]) > 24).mean() < 0.01
