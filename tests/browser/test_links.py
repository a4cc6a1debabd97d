"""Addresses: every part of one is followed, and holds after a refit moved everything."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from site_maker import make_site

pytestmark = pytest.mark.browser
Make = Callable[..., Any]
FAST = "?test&webgl=0"


def test_every_part_of_an_address(viewer: Make, serve: Make, shared_site: Path) -> None:
    """Space, theme, dates, words and view, each and together."""
    url = serve(shared_site).url + FAST
    view = viewer().go(url + "#/text?theme=light&q=harbour&from=2018-01-01&to=2020-12-31")
    assert view.eval("muser.atlas.space") == "text"
    assert view.eval("document.documentElement.dataset.theme") == "light"
    assert view.eval("muser.finding.panel.q") == "harbour"
    view.wait("muser.finding.hits.text.length > 0")
    days = view.eval(
        "[muser.scene.filter.from, muser.scene.filter.to]"
        ".map(m => new Date(m * 6e4).toISOString().slice(0, 10))"
    )
    assert days == ["2018-01-01", "2020-12-31"]
    tree = viewer().go(url + "#/image?view=tree")
    assert tree.eval("muser.atlas.view") == "tree"
    tree.wait("location.hash.includes('view=tree')")


def test_links_to_an_item_a_place_and_a_region(
    viewer: Make, serve: Make, shared_site: Path
) -> None:
    """A link to an item, a region and a place shows them again; Back takes one step back."""
    server = serve(shared_site)
    view = viewer().go(server.url + FAST + "#/text?item=12")
    view.wait("muser.item.open && muser.atlas.current.columns.id[muser.item.slot] === 12")
    other = viewer().go(server.url + FAST + "#/image/3/0.4/0.6")
    assert other.eval(
        "Math.log2(muser.scene.camera.scale / muser.scene.fit().scale)"
    ) == pytest.approx(3, abs=0.01)
    other.eval("muser.navigation.openItem(3)")
    other.wait("location.hash.includes('item=')")
    other.page.go_back()
    other.wait("!muser.item.open")
    third = viewer().go(server.url + FAST + "#/image?region=2")
    third.wait("muser.regions.view.open && muser.regions.view.region.id === 2")
    gone = viewer().go(server.url + FAST + "#/image?item=999999")
    assert "no longer here" in gone.page.locator("#said").text_content()


def test_nonsense_is_no_address(viewer: Make, serve: Make, shared_site: Path) -> None:
    """What cannot be understood is left out; what is too much is brought into reach."""
    url = serve(shared_site).url + FAST
    for nonsense in (
        "#/video/x/y/z?region=-1&item=abc&from=yesterday&theme=pink&view=globe",
        "#/image/99/-50/1e9",
        "#/image/-99/0.5/0.5?q=%00%ff<script>",
        "#////?????",
        "#/image?item=4294967295&region=4294967295",
        "#/image?from=9999-99-99&to=0001-01-01",
    ):
        view = viewer().go(url + nonsense)
        camera = view.eval("({...muser.scene.camera})")
        assert all(isinstance(value, int | float) for value in camera.values()), nonsense
        view.page.keyboard.press("0")
        view.wait("muser.list.inSight().length > 100")
        view.page.close()


def test_links_survive_a_refit(
    viewer: Make, serve: Make, page_folder: Path, tmp_path: Path
) -> None:
    """A link kept from before shows the same item and the same region where they lie now."""
    make_site(tmp_path, images=300, texts=40, seed=5, page=page_folder, distinct=16)
    url = serve(tmp_path).url + FAST
    view = viewer().go(url)
    view.eval("muser.navigation.openItem(41)")
    view.wait("location.hash.includes('item=')")
    item = view.page.url
    view.eval("muser.item.close()")
    view.eval("muser.regions.open(muser.atlas.current.regions.find(r => r.level === 0))")
    view.wait("location.hash.includes('region=') && muser.regions.view.open")
    region, known = view.page.url, view.eval("muser.regions.view.region.id")
    place = "[muser.atlas.current.columns.x[41], muser.atlas.current.columns.y[41]]"
    before = view.eval(place)
    view.page.close()
    make_site(tmp_path, images=360, texts=40, seed=6, distinct=16, revision=2)
    later = viewer().go(item)
    later.wait("muser.item.open")
    assert later.eval("muser.atlas.current.columns.id[muser.item.slot]") == 42
    assert later.eval(place) != pytest.approx(before, abs=1e-3)
    again = viewer().go(region)
    again.wait("muser.regions.view.open && muser.regions.view.members.length > 0")
    assert again.eval("muser.regions.view.region.id") == known


def test_back_and_forward_walk_through_what_was_opened(
    viewer: Make, serve: Make, shared_site: Path
) -> None:
    """Region, item in it, back, back, forward: the browser's own buttons."""
    view = viewer().go(serve(shared_site).url + FAST)
    view.eval("muser.regions.open(muser.atlas.current.regions[0])")
    view.wait("muser.regions.view.open && location.hash.includes('region=')")
    view.eval("muser.navigation.openItem(muser.regions.view.members[0].slot)")
    view.wait("muser.item.open && location.hash.includes('item=')")
    view.page.go_back()
    view.wait("!muser.item.open && muser.regions.view.open")
    view.page.go_back()
    view.wait("!muser.regions.view.open")
    view.page.go_forward()
    view.wait("muser.regions.view.open")
