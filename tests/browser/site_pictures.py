"""Pictures of a synthetic site, drawn or taken from a folder, on pages of thumbnails."""

import io
from pathlib import Path
from typing import Any

import numpy as np
from site_files import Writer
from site_land import Land

LEVELS = ((64, 2048), (128, 1024), (256, 1024))


def picture(rng: np.random.Generator, ratio: float, colour: str, px: int = 256) -> Any:
    """A small landscape in the colours of its region."""
    from PIL import Image, ImageDraw, ImageFilter

    w, h = (px, max(1, round(px / ratio))) if ratio >= 1 else (max(1, round(px * ratio)), px)
    base = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)], float)
    sky = np.clip(base * rng.uniform(0.5, 1.0) + rng.uniform(-30, 40, 3), 0, 255)
    low = np.clip(sky * rng.uniform(0.6, 1.1) + 50, 0, 255)
    ramp = np.linspace(0, 1, h)[:, None, None]
    image = Image.fromarray(
        np.broadcast_to(sky * (1 - ramp) + low * ramp, (h, w, 3)).astype(np.uint8)
    )
    draw = ImageDraw.Draw(image)
    r = w * rng.uniform(0.05, 0.14)
    x, y = w * rng.uniform(0.15, 0.85), h * rng.uniform(0.12, 0.4)
    draw.ellipse(
        [x - r, y - r, x + r, y + r], fill=tuple(int(v) for v in np.clip(low + 60, 0, 255))
    )
    for layer in range(4):
        steps = np.cumsum(rng.normal(0, h * 0.035, 14)) + h * (0.45 + 0.14 * layer)
        points = [(w * k / 13, float(v)) for k, v in enumerate(steps)]
        fill = tuple(
            int(v) for v in np.clip(base * (0.62 - 0.14 * layer) + rng.uniform(-12, 12, 3), 0, 255)
        )
        draw.polygon([*points, (w, h), (0, h)], fill=fill)
    return image.filter(ImageFilter.GaussianBlur(0.6))


def thumbs_of(
    land: Land, writer: Writer, rng: np.random.Generator, photos: list[Path], distinct: int
) -> dict[str, Any]:
    """Pages of every level; with more items than `distinct`, pages repeat."""
    from PIL import Image

    colour = {r["id"]: r["colour"] for r in land.regions}
    pictures = []
    for slot in range(min(len(land.xy), distinct)):
        if photos:
            with Image.open(photos[slot % len(photos)]) as opened:
                image = opened.convert("RGB")
            image.thumbnail((256, 256))
            land.aspect[slot] = np.clip(
                round(64 * np.log2(image.width / image.height)) + 128, 1, 255
            )
        else:
            ratio = 2 ** ((int(land.aspect[slot]) - 128) / 64)
            image = picture(rng, ratio, colour.get(int(land.labels[slot, 0]), "#8a939b"))
        pictures.append(image)
    levels = []
    for px, page_px in LEVELS:
        side = page_px // px
        cells = side * side
        made: dict[int, str] = {}
        pages = []
        whole = max(1, -(-len(pictures) // cells))
        for number in range(-(-len(land.xy) // cells)):
            source = number % whole
            if source not in made:
                page = Image.new("RGBA", (page_px, page_px))
                for k, image in enumerate(pictures[source * cells : (source + 1) * cells]):
                    small = image.copy()
                    small.thumbnail((px, px))
                    at = (
                        k % side * px + (px - small.width) // 2,
                        k // side * px + (px - small.height) // 2,
                    )
                    page.paste(small, at)
                data = io.BytesIO()
                page.save(data, "WEBP", quality=72, method=2)
                made[source] = writer.put(
                    f"thumbs/{land.space}-{px}-{source}", "webp", data.getvalue()
                )
            pages.append(made[source])
        levels.append({"px": px, "page_px": page_px, "packed": len(land.xy), "pages": pages})
    index = writer.json(f"thumbs/{land.space}-index", {"space": land.space, "levels": levels})
    return {"index": index, "loose": {}}
