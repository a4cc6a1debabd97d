"""An exported site: it opens from a disk by a double click, and from any server."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from site_maker import make_site
from site_server import SiteServer

from muserd.publish import scripts

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def exported(page_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site as `muserctl export --format site` leaves it; its folder has a name of many kinds."""
    folder = tmp_path_factory.mktemp("out") / "50 % of été, #1"
    make_site(folder, images=600, texts=300, seed=3, distinct=128)
    scripts.wrap(folder)
    scripts.install_page(page_folder, folder)
    return folder


def test_it_opens_by_a_double_click(viewer: Callable[..., Any], exported: Path) -> None:
    """Land, pictures, titles and the other map are there; nothing but files beside it is asked."""
    v = viewer()
    asked: list[str] = []
    v.page.on("request", lambda request: asked.append(request.url))
    v.go(exported.joinpath("index.html").as_uri()).rest()
    assert v.eval("muser.store.manifest.live") is False
    assert v.eval("muser.atlas.current.columns.slots") == 600
    assert v.eval("muser.atlas.current.land !== null")
    assert v.pixels()[1] > 200
    v.page.keyboard.press("/")
    v.page.keyboard.type("a")
    v.wait("document.querySelector('.results')?.innerText.length > 40")
    v.page.keyboard.press("Escape")
    v.page.goto(exported.joinpath("index.html").as_uri() + "#/text")
    v.page.reload()
    v.ready().rest()
    assert v.eval("muser.atlas.current.columns.slots") == 300
    assert {url.split(":", 1)[0] for url in asked} <= {"file", "blob", "data"}


def test_a_server_serves_it_as_well(
    viewer: Callable[..., Any], exported: Path, serve: Callable[[Path], SiteServer]
) -> None:
    """Without a policy that forbids it: a static server gives none."""
    site = serve(exported)
    site.policy = ""
    v = viewer().go(site.url).rest()
    assert v.eval("muser.atlas.current.columns.slots") == 600
    assert not [path for path in site.asked if path.startswith("/events")]


def test_what_is_missing_is_said(
    viewer: Callable[..., Any], exported: Path, tmp_path: Path
) -> None:
    """A page whose manifest is gone does not wait for it forever."""
    folder = tmp_path / "part"
    shutil.copytree(exported, folder)
    (folder / "manifest.json.js").unlink()
    v = viewer()
    v.page.goto(folder.joinpath("index.html").as_uri())
    v.wait("document.body.innerText.includes('manifest.json')")
