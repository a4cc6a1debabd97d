"""What lies beside a picture and speaks of it: XMP files, and JSON of Google Takeout and others."""

import json
import os
import re
import threading
import time
from collections import OrderedDict
from typing import Any

from muserd.extract.content import read_content
from muserd.extract.dates import parse_moment
from muserd.extract.metadata import Metadata, merged, on_earth, one_line
from muserd.extract.moments import Moment, from_source, instant
from muserd.extract.opening import open_path
from muserd.extract.tags import clean_tags
from muserd.extract.xmp import xmp_metadata
from muserd.ground.errors import FileError
from muserd.ground.sidecars import is_sidecar, sidecar_names

_MAX_BYTES = 2**20
_RACY_NS = 2_000_000_000  # a folder's mtime may be too coarse to tell of what came just now
_FOLDERS_KEPT = 16
_DATES = (
    *("DateTimeOriginal", "date", "taken", "date_taken", "taken_at", "created", "datetime"),
    *("CreateDate", "DateTimeDigitized", "DateCreated", "creation_timestamp", "timestamp"),
)


def read_sidecars(path: bytes) -> Metadata:
    """What the files beside a picture say; see `ground.sidecars` for their names.

    A sidecar that cannot be read or understood counts as none: the picture is what matters.
    """
    folder, name = os.path.split(path)
    present = _folders.sidecars(folder)
    if not present:
        return Metadata()
    found: list[Metadata] = []
    told = False  # by a JSON file: the most telling one counts
    for beside in (present[one] for one in sidecar_names(name) if one in present):
        try:
            data = read_content(os.path.join(folder, beside), _MAX_BYTES).data
        except FileError:
            continue
        if beside.lower().endswith(b".xmp"):
            found.append(xmp_metadata(data))
        elif not told and (said := _json(data)) is not None:
            found.append(said)
            told = True
    return merged(*found)


class _Folders:
    """Which sidecars lie in folders, remembered while a folder's mtime stays. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[bytes, tuple[int, dict[bytes, bytes]]] = OrderedDict()

    def sidecars(self, folder: bytes) -> dict[bytes, bytes]:
        """Names in lower case → names; empty for a folder that cannot be listed."""
        try:
            handle = open_path(folder, folder=True)
        except OSError:
            return {}
        try:
            changed_ns = os.fstat(handle).st_mtime_ns
            with self._lock:
                known = self._known.get(folder)
            if known is not None and known[0] == changed_ns:
                return known[1]
            listed = map(os.fsencode, os.listdir(handle))
            names = {name.lower(): name for name in listed if is_sidecar(name)}
        except OSError:
            return {}
        finally:
            os.close(handle)
        if time.time_ns() - changed_ns > _RACY_NS:
            with self._lock:
                self._known[folder] = changed_ns, names
                while len(self._known) > _FOLDERS_KEPT:
                    self._known.popitem(last=False)
        return names


_folders = _Folders()


def _json(data: bytes) -> Metadata | None:
    try:
        said = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if isinstance(said, list) and len(said) == 1:
        said = said[0]  # ExifTool writes a list of the files that it was asked about
    if not isinstance(said, dict):
        return None
    said = {str(key).rpartition(":")[2]: value for key, value in said.items()} | said
    if "photoTakenTime" in said or "creationTime" in said:
        return _takeout(said)
    return Metadata(
        title=one_line(_first(said, ("title", "Title", "ObjectName", "Headline"))),
        description=one_line(
            _first(said, ("description", "Description", "caption", "Caption-Abstract")), 2_000
        ),
        tags=clean_tags(_first(said, ("tags", "keywords", "Keywords", "Subject"))),
        rating=_rating(_first(said, ("rating", "Rating"))),
        moments=tuple(filter(None, (_dated(said.get(key)) for key in _DATES))),
    )


def _first(said: dict[str, Any], keys: tuple[str, ...]) -> Any:
    return next((said[key] for key in keys if said.get(key)), None)


def _rating(value: object) -> int | None:
    return value if isinstance(value, int) and (value == -1 or 1 <= value <= 5) else None


def _dated(value: object) -> Moment | None:
    return from_source(parse_moment(value), "sidecar")


def _takeout(said: dict[str, Any]) -> Metadata:
    """Google Takeout's: its title is the file's name at Google's, its times are UTC."""
    moment = _timestamp(said.get("photoTakenTime"))
    people = said.get("people")
    named = people if isinstance(people, list) else []
    names = [one.get("name") for one in named if isinstance(one, dict)]
    return Metadata(
        description=one_line(said.get("description"), 2_000),
        tags=clean_tags([name for name in names if isinstance(name, str)]),
        place=_place(said.get("geoData")) or _place(said.get("geoDataExif")),
        moments=() if moment is None else (moment,),
    )


def _timestamp(value: object) -> Moment | None:
    text = value.get("timestamp") if isinstance(value, dict) else None
    if not isinstance(text, (str, int)) or re.fullmatch(r"-?\d{1,12}", str(text)) is None:
        return None
    return instant(1000 * int(text), "takeout")


def _place(value: object) -> tuple[float, float] | None:
    if not isinstance(value, dict):
        return None
    latitude, longitude = value.get("latitude"), value.get("longitude")
    if not isinstance(latitude, (int, float)) or not isinstance(longitude, (int, float)):
        return None
    return on_earth(latitude, longitude)
