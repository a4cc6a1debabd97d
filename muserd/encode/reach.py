"""What an encoder needs of the machine: folders to read weights from, and perhaps a network."""

import os
from pathlib import Path

from muserd.encode import hub
from muserd.encode.catalogue import (
    AUTO_CLIP,
    AUTO_CLIP_REPOSITORY,
    E5_FILES,
    E5_PACKAGE,
    E5_REPOSITORY,
    MULTILINGUAL,
    parse_clip,
)
from muserd.ground.errors import MuserError
from muserd.ground.records import Space


def readable(spec: str, cache: Path) -> list[Path]:
    """Folders and files that opening the encoder of `spec` may read."""
    _, _, value = spec.partition(":")
    given = os.path.expanduser(value.partition("/")[2] if spec.startswith("clip:") else value)
    own = [Path(given)] if os.path.isabs(given) else []
    return [*hub.caches(cache), *own]


def needs_network(space: Space, spec: str, keep: str, cache: Path) -> bool:
    """Whether opening the encoder may have to fetch weights. In doubt, it may."""
    if spec == "builtin" or (space == "text" and spec == "auto"):
        return False
    if spec == "auto":
        other = bool(keep) and not keep.startswith(AUTO_CLIP.id_prefix)
        return not other and not hub.cached(AUTO_CLIP_REPOSITORY, hub.CLIP_FILES, cache)
    if spec.startswith("clip:"):
        try:
            return not os.path.exists(os.path.expanduser(parse_clip(spec).pretrained))
        except MuserError:
            return True
    if spec == MULTILINGUAL:
        whole = (
            all((folder / file).is_file() for file in E5_FILES)
            for folder in hub.snapshots(E5_REPOSITORY, cache)
        )
        return not E5_PACKAGE.installed and not any(whole)
    name = os.path.expanduser(spec.partition(":")[2])
    return not os.path.isdir(name) and not any(hub.snapshots(name, cache))
