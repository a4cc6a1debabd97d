"""Names of the files that lie beside a picture and speak of it.

Known by readers, which look for them, and by scans and watchers, which tell from a sidecar that
its picture is to be read again.
"""

import os
import re
from collections.abc import Iterable

SUFFIXES = (b".xmp", b".json")
_TAKEOUT = b".supplemental-metadata"
_LONGEST_STEM = 46  # characters that Takeout leaves of a sidecar's name, `.json` not counted
_NUMBERED = re.compile(rb"^(.*)(\(\d{1,4}\))$", re.DOTALL)
# What Google's editor appends to the copy that it made, in the languages of its users.
_EDITED = (
    *("-edited", "-bearbeitet", "-modifié", "-modifie", "-editado", "-editada", "-modificato"),
    *(
        "-bewerkt",
        "-redigerad",
        "-redigeret",
        "-muokattu",
        "-edytowane",
        "-upraveno",
        "-düzenlendi",
    ),
    *(
        "-измененный",
        "-編集済み",
        "-已编辑",
        "-已編輯",
        "-편집됨",
        "-effects",
        "-collage",
        "-animation",
    ),
)
_EDITED_BYTES = tuple(suffix.encode() for suffix in _EDITED)


def is_sidecar(name: bytes) -> bool:
    """Whether a file of this name may speak of another file."""
    return name[-5:].lower().endswith(SUFFIXES)


def sidecar_names(name: bytes) -> list[bytes]:
    """The names of a picture's sidecars, without their folder, the most telling first.

    For `a.jpg`: `a.jpg.xmp` and `a.xmp` (of darktable and Adobe), `a.json`, `a.jpg.json` and
    `a.jpg.supplemental-metadata.json`, cut off wherever Google Takeout cuts names off, with its
    numbers of equal names: `a.jpg(1).json` is beside `a(1).jpg`. All in lower case: compare names
    in lower case, too.
    """
    name = name.lower()
    stem, suffix = os.path.splitext(name)
    names = [name + b".xmp", stem + b".xmp", stem + b".json"]
    for original, number in _originals(stem, suffix):
        names.append(original + number + b".json")
        names.extend(
            original + _TAKEOUT[:end] + number + b".json" for end in range(len(_TAKEOUT), 1, -1)
        )
        cut = original.decode("utf-8", "replace")[:_LONGEST_STEM].encode()
        if cut != original:
            names.append(cut + number + b".json")
    return list(dict.fromkeys(names))


def _originals(stem: bytes, suffix: bytes) -> Iterable[tuple[bytes, bytes]]:
    """Names at Google's, and the number that was appended to tell equal ones apart."""
    numbered = _NUMBERED.match(stem)
    bare, number = (numbered.group(1), numbered.group(2)) if numbered else (stem, b"")
    yield stem + suffix, b""
    if number:
        yield bare + suffix, number
    for edited in _EDITED_BYTES:
        if bare.endswith(edited):
            yield bare[: -len(edited)] + suffix, number


def pictures_beside(name: bytes, others: Iterable[bytes]) -> list[bytes]:
    """Those of `others` that the sidecar `name` speaks of."""
    name = name.lower()
    return [other for other in others if name in sidecar_names(other)]
