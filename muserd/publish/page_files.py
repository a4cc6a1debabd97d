"""The built viewer, copied into a site."""

import shutil
from pathlib import Path

from muserd.ground import atomic

_OFFLINE = "offline"  # the page of exported sites


def install(page: Path, folder: Path, old_before_ms: float) -> None:
    """Copy what changed, and delete assets that the viewer has no more.

    Args:
        page: the folder of the built viewer.
        folder: of the site.
        old_before_ms: assets that were changed after it stay: a page may be loading them.

    Raises:
        OSError: the disk refuses it.
    """
    for source in sorted(page.rglob("*")):
        relative = source.relative_to(page)
        if source.is_dir() or relative.parts[0].startswith(".") or relative.parts[0] == _OFFLINE:
            continue
        target = folder / relative
        data = source.read_bytes()
        if not target.is_file() or target.read_bytes() != data:
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            atomic.write(target, data, durable=False)
    assets = folder / "assets"
    for path in assets.glob("*") if assets.is_dir() else ():
        old = path.stat().st_mtime * 1000 < old_before_ms
        if old and not (page / "assets" / path.name).exists():
            path.unlink(missing_ok=True) if path.is_file() else shutil.rmtree(path)
