"""The map as pictures, beside kept ones (tests/browser/snapshots).

Only the map's own canvas is compared, a quarter as wide: no text, so that fonts do not matter, and
little that another version of a rasteriser would draw elsewhere. After a change that is meant:

    MUSER_SNAPSHOTS=renew python -m pytest tests/browser/test_snapshots.py

and look at what changed before it is committed.
"""

import base64
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageChops
from site_maker import make_site

pytestmark = pytest.mark.browser
Make = Callable[..., Any]

KEPT = Path(__file__).resolve().parent / "snapshots"
SHRINK = 4
MEAN_LIMIT = 2.0  # of 255, over all pixels and channels
FAR = 24  # of 255: a pixel that is clearly another colour
FAR_LIMIT = 0.01  # share of such pixels
SPREAD_LIMIT = 0.12  # change of the standard deviation of luminance

CLOSE = (
    "(r => muser.scene.look({x: r.x, y: r.y, scale: 64 / muser.scene.plane.cell}))"
    "(muser.atlas.current.regions.find(r => r.level === 0))"
)
VIEWS = {
    "map-dark-webgl": ("?test&webgl=1#/image?theme=dark", "0"),
    "map-light-webgl": ("?test&webgl=1#/image?theme=light", "0"),
    "map-dark-canvas": ("?test&webgl=0#/image?theme=dark", "0"),
    "notes-light-canvas": ("?test&webgl=0#/text?theme=light", "0"),
    "thumbnails-dark-webgl": ("?test&webgl=1#/image?theme=dark", CLOSE),
    "phylogeny-dark-webgl": ("?test&webgl=1#/image?theme=dark&view=tree", "0"),
}
# Draws and reads in one task: a WebGL canvas keeps nothing longer.
READ = """(() => {
  muser.stage.painter.draw(muser.scene.frame(performance.now()));
  return muser.stage.canvas.toDataURL('image/png').split(',')[1];
})()"""


@pytest.fixture(scope="module")
def pictured(page_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of its own, so that other tests may change theirs."""
    folder = tmp_path_factory.mktemp("pictured")
    make_site(folder, images=500, texts=200, seed=8, page=page_folder, distinct=500)
    return folder


def canvas_of(view: Any) -> Image.Image:
    """The map's canvas, shrunk."""
    with Image.open(io.BytesIO(base64.b64decode(view.eval(READ)))) as image:
        return image.convert("RGB").reduce(SHRINK)


def spread(image: Image.Image) -> float:
    """Standard deviation of luminance: near nothing when an image is blank."""
    return float(np.asarray(image.convert("L"), np.float32).std())


def differences(found: Image.Image, kept: Image.Image) -> list[str]:
    """What is not alike, in words."""
    if found.size != kept.size:
        return [f"size {found.size} instead of {kept.size}"]
    gap = np.abs(np.asarray(found, np.int16) - np.asarray(kept, np.int16))
    mean, far = float(gap.mean()), float((gap.max(axis=2) > FAR).mean())
    change = abs(spread(found) / spread(kept) - 1)
    faults = []
    if mean > MEAN_LIMIT:
        faults.append(f"mean difference {mean:.2f} of 255, at most {MEAN_LIMIT}")
    if far > FAR_LIMIT:
        faults.append(f"{far:.2%} of the pixels clearly differ, at most {FAR_LIMIT:.0%}")
    if change > SPREAD_LIMIT:
        faults.append(f"contrast changed by {change:.0%}, at most {SPREAD_LIMIT:.0%}")
    return faults


def beside(found: Image.Image, kept: Image.Image, path: Path) -> Path:
    """Kept, found and their difference in one picture."""
    width, height = found.size
    sheet = Image.new("RGB", (width * 3, height))
    kept = kept.resize(found.size)
    gap = ImageChops.difference(found, kept).point(
        [min(255, 6 * value) for value in range(256)] * 3
    )
    for number, image in enumerate((kept, found, gap)):
        sheet.paste(image, (number * width, 0))
    sheet.save(path)
    return path


@pytest.mark.parametrize("name", VIEWS)
def test_looks_as_it_did(
    viewer: Make, serve: Make, pictured: Path, tmp_path: Path, name: str
) -> None:
    """Each view is like its kept picture."""
    address, script = VIEWS[name]
    view = viewer().go(serve(pictured).url + address)
    assert view.eval("muser.stage.painter.kind") == ("webgl2" if "webgl" in name else "canvas2d")
    view.eval(f"({script}, 0)")
    found = canvas_of(view.rest())
    assert spread(found) > 4, "the canvas is blank"
    path = KEPT / f"{name}.png"
    if os.environ.get("MUSER_SNAPSHOTS") == "renew":
        path.parent.mkdir(exist_ok=True)
        found.save(path, optimize=True)
    with Image.open(path) as opened:
        kept = opened.convert("RGB")
    faults = differences(found, kept)
    if faults:
        sheet = beside(found, kept, tmp_path / f"{name}.png")
        pytest.fail(f"{name}: {'; '.join(faults)}. Kept, found, difference: {sheet}")


def test_a_blank_or_shifted_picture_would_be_noticed() -> None:
    """The comparison itself: noise passes; blank, shifted and recoloured pictures do not."""
    rng = np.random.default_rng(1)
    with Image.open(KEPT / "map-dark-webgl.png") as opened:
        kept = opened.convert("RGB")
    values = np.asarray(kept, np.int16)
    noisy = np.clip(values + rng.integers(-3, 4, values.shape), 0, 255).astype(np.uint8)
    assert differences(Image.fromarray(noisy), kept) == []
    assert differences(Image.new("RGB", kept.size, (2, 4, 6)), kept)
    assert differences(ImageChops.offset(kept, 4, 0), kept)
    assert differences(
        Image.fromarray(np.ascontiguousarray(values[..., ::-1]).astype(np.uint8)), kept
    )
