"""Tags and titles from a JSON file beside a picture, as Latent Atlas reads them."""

import json
import os
from dataclasses import dataclass

from muserd.extract.content import read_content
from muserd.extract.tags import clean_tags
from muserd.ground.errors import FileError

_MAX_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class Sidecar:
    """What the file beside the picture says; all empty where there is none."""

    title: str = ""
    tags: tuple[str, ...] = ()


def read_sidecar(path: bytes) -> Sidecar:
    """Read `holiday.json`, else `holiday.jpg.json`, for the picture `holiday.jpg`.

    A sidecar that cannot be read or understood counts as none: the picture is what matters.
    """
    for candidate in (os.path.splitext(path)[0] + b".json", path + b".json"):
        try:
            found = json.loads(read_content(candidate, _MAX_BYTES).data)
        except (FileError, ValueError, RecursionError):
            continue
        if isinstance(found, dict):
            title = found.get("title")
            return Sidecar(
                title=" ".join(title.split())[:300] if isinstance(title, str) else "",
                tags=clean_tags(found.get("tags")),
            )
    return Sidecar()
