"""What paints the map: WebGL2, its loss, its absence, and what is never blank."""

# ruff: noqa: E501 (scripts read better unbroken)

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_snapshots import canvas_of

pytestmark = pytest.mark.browser
Make = Callable[..., Any]


def no_webgl(view: Any) -> None:
    """A browser that gives no WebGL2 context at all."""
    view.page.add_init_script(
        """const real = HTMLCanvasElement.prototype.getContext;
        HTMLCanvasElement.prototype.getContext = function (kind, ...rest) { return kind === 'webgl2' ? null : real.call(this, kind, ...rest); };"""
    )


def test_a_browser_without_webgl(viewer: Make, serve: Make, shared_site: Path) -> None:
    """Canvas2D takes over without being asked, and everything opens."""
    view = viewer()
    no_webgl(view)
    view.go(serve(shared_site).url + "?test&webgl=1")
    assert view.eval("muser.stage.painter.kind") == "canvas2d"
    assert view.pixels()[1] > 40
    for key in "ptl":
        view.page.keyboard.press(key)
    view.wait("muser.atlas.view === 'tree' && muser.atlas.tree.count === 600")


def test_emulated_webgl_is_not_chosen(viewer: Make, serve: Make, shared_site: Path) -> None:
    """A rasteriser in software is slower than Canvas2D: the page takes that, unless asked."""
    view = viewer().go(serve(shared_site).url + "?test")
    renderer = view.eval(
        """(() => { const gl = document.createElement('canvas').getContext('webgl2');
        return gl ? gl.getParameter(gl.getExtension('WEBGL_debug_renderer_info').UNMASKED_RENDERER_WEBGL) : ''; })()"""
    )
    if renderer and "SwiftShader" not in renderer:
        pytest.skip(f"this browser has {renderer}")
    assert view.eval("muser.stage.painter.kind") == "canvas2d"


def test_a_context_that_is_lost_for_good(viewer: Make, serve: Make, shared_site: Path) -> None:
    """Two losses are mended with a new context; after the third, Canvas2D paints what WebGL did."""
    view = viewer().go(serve(shared_site).url + "?test&webgl=1")
    before = np.asarray(canvas_of(view.rest()).convert("L"), np.float32)
    for kind in ("webgl2", "webgl2", "canvas2d"):
        view.eval("(window.old = muser.stage.painter, old.dispose())")
        view.wait("muser.stage.painter !== window.old")
        assert view.eval("muser.stage.painter.kind") == kind
        after = np.asarray(canvas_of(view.rest()).convert("L"), np.float32)
        assert after.std() > 4
        assert np.abs(after - before).mean() < 3


def test_a_context_lost_in_the_phylogeny(viewer: Make, serve: Make, shared_site: Path) -> None:
    """Its edges are told again too."""
    view = viewer().go(serve(shared_site).url + "?test&webgl=1#/image?view=tree")
    before = np.asarray(canvas_of(view.rest()).convert("L"), np.float32)
    view.eval("(window.old = muser.stage.painter, old.dispose())")
    view.wait("muser.stage.painter !== window.old")
    after = np.asarray(canvas_of(view.rest()).convert("L"), np.float32)
    assert np.abs(after - before).mean() < 1


def test_the_two_maps_have_land_of_their_own(viewer: Make, serve: Make, shared_site: Path) -> None:
    """Pictures and notes are told apart by the colour of their land, in both themes."""
    url = serve(shared_site).url
    for theme in ("dark", "light"):
        hues = []
        for space in ("image", "text"):
            view = viewer().go(f"{url}?test&webgl=0#/{space}?theme={theme}")
            view.eval(
                "(muser.scene.gatherer.out.count = 0, muser.scene.painter.setLooks(muser.scene.gatherer.out))"
            )
            pixels = np.asarray(canvas_of(view), np.float32).reshape(-1, 3)
            ground = pixels[0]
            land = pixels[np.abs(pixels - ground).max(axis=1) > 6].mean(axis=0)
            hues.append(land - land.mean())
            view.page.close()
        assert np.abs(hues[0] - hues[1]).max() > 4, theme


def test_items_look_like_what_they_are(viewer: Make, serve: Make, shared_site: Path) -> None:
    """Settled is filled, provisional hollow, an outlier a hollow diamond; the filtered are pale."""
    view = viewer().go(serve(shared_site).url + "?test&webgl=0#/text")
    alone = """(state) => {
      const { scene } = muser, { out } = scene.gatherer, [w, h] = [scene.size.width, scene.size.height];
      out.count = 1;
      out.looks.set([255, 80, 80, 0, state, 0, 0, 0]);
      for (const k of [0, 2, 4]) { out.places[k] = scene.camera.x; out.places[k + 1] = scene.camera.y; }
      const frame = scene.frame(0);
      Object.assign(frame, { dotRadius: 5, landAlpha: 0, dim: 1, morph: 1 });
      for (const px of [64, 128, 256, 1024]) scene.painter.setThumbs(px, new Float32Array(0), 0);
      scene.painter.setMarks(new Float32Array(0), 0);
      scene.painter.showDots(out);
      scene.painter.draw(frame);
      const c = document.createElement('canvas').getContext('2d');
      c.drawImage(scene.painter.canvas, w / 2 - 8, h / 2 - 8, 16, 16, 0, 0, 16, 16);
      const red = (x, y) => c.getImageData(x, y, 1, 1).data[0];
      return { middle: red(8, 8), rim: Math.max(red(12, 8), red(13, 8)), corner: Math.max(red(11, 11), red(12, 12)) };
    }"""
    bits = {"settled": 0, "outlier": 1, "provisional": 2, "filtered": 32}
    seen = {name: view.page.evaluate(alone, state) for name, state in bits.items()}
    assert seen["settled"]["middle"] > 180
    assert seen["provisional"]["middle"] < 40 < 120 < seen["provisional"]["rim"]
    assert seen["outlier"]["middle"] < 40 < 70 < seen["outlier"]["rim"]
    assert seen["outlier"]["corner"] < seen["provisional"]["corner"]
    assert seen["filtered"]["middle"] < 60


def test_texture_memory_is_bounded(
    viewer: Make, serve: Make, page_folder: Path, tmp_path: Path
) -> None:
    """However much one looks at, from every level to live previews, it stays under 208 MiB."""
    import json

    from site_maker import make_site

    manifest = make_site(tmp_path, images=3000, texts=0, seed=2, page=page_folder, distinct=64)
    (tmp_path / "manifest.json").write_text(json.dumps(manifest | {"live": True}))
    server = serve(tmp_path)
    page = next((tmp_path / "thumbs").glob("image-256-*.webp")).read_bytes()
    server.answers["/preview"] = lambda _: page
    view = viewer().go(server.url + "?test&webgl=1")
    view.wait("muser.store.link === 'live'")
    for px in (40, 100, 200, 700):
        view.eval(
            f"(r => muser.scene.look({{x: r.x, y: r.y, scale: {px} / muser.scene.plane.cell}}))(muser.atlas.current.regions[0])"
        )
        view.rest(timeout_s=60)
        assert view.eval("muser.scene.thumbs.shown") > 0
        assert 0 < view.eval("muser.stage.painter.drawCalls") <= 12
    for _ in range(100):
        if any(path.startswith("/preview") for path in server.asked):
            break
        view.page.wait_for_timeout(50)
    else:
        pytest.fail("no preview was asked for")
    view.rest(timeout_s=60)
    assert view.eval("muser.stage.painter.drawCalls") <= 12
    assert 90 < view.eval("muser.stage.painter.textureBytes") / 2**20 <= 208
