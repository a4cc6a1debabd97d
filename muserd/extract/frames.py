"""Which page or frame of a file is the picture: the first that is one, and shows something."""

from PIL import Image

_NEW_SUBFILE_TYPE = 254  # of TIFF 6.0: bit 0 a reduced version of another page, bit 2 a mask
_REDUCED_OR_MASK = 0b101
_MOST_PAGES, _MOST_FRAMES = 32, 60
_MOST_PIXELS = 60_000_000  # that are decoded to find a frame


def choose_page(image: Image.Image) -> None:
    """Turn a TIFF to its first page that is a picture of its own, not a thumbnail or a mask."""
    pages = min(getattr(image, "n_frames", 1), _MOST_PAGES)
    if image.format != "TIFF" or pages < 2 or not _reduced(image):
        return
    for page in range(1, pages):
        image.seek(page)
        if not _reduced(image):
            return
    image.seek(0)


def choose_frame(image: Image.Image) -> None:
    """Turn an animation to its first frame that is neither empty nor of one colour."""
    frames = min(getattr(image, "n_frames", 1), _MOST_FRAMES)
    if frames < 2 or image.format not in {"WEBP", "PNG", "GIF", "AVIF"}:
        return
    frames = min(frames, max(2, _MOST_PIXELS // max(1, image.width * image.height)))
    for frame in range(frames):
        if frame:
            image.seek(frame)
        if not _is_blank(image):
            return
    image.seek(0)


def _reduced(image: Image.Image) -> bool:
    kind = getattr(image, "tag_v2", {}).get(_NEW_SUBFILE_TYPE, 0)
    return isinstance(kind, int) and bool(kind & _REDUCED_OR_MASK)


def _is_blank(image: Image.Image) -> bool:
    """Whether a frame is transparent everywhere, or has one colour only."""
    image.load()
    shown = image.convert("RGBA") if image.has_transparency_data else image.convert("RGB")
    if shown.mode == "RGBA" and shown.getchannel("A").getextrema() == (0, 0):
        return True
    return all(low == high for low, high in map(_extrema, shown.split()))


def _extrema(channel: Image.Image) -> tuple[float, float]:
    low, high = channel.getextrema()
    return float(low), float(high)  # type: ignore[arg-type]
