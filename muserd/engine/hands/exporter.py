"""Takes a selection away: gathers its rows and writes them in a format."""

import errno
import os
import shlex
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal, get_args

import msgspec

from muserd.engine.hands.posters import Posters
from muserd.engine.hands.selection import Selector, What
from muserd.engine.hands.static_site import StaticSite
from muserd.engine.job_results import Exported
from muserd.engine.maps.model import SpaceModel
from muserd.ground.batches import batched
from muserd.ground.clock import Clock
from muserd.ground.errors import MuserError, UsageError, remedy, why
from muserd.ground.names import exact
from muserd.ground.paths import is_inside
from muserd.ground.records import (
    NEIGHBOURS_USED,
    SPACE_OF,
    SPACES,
    FileState,
    ItemId,
    ItemRecord,
    Slot,
    Space,
)
from muserd.hands import bundles, tables
from muserd.hands.redaction import USUAL, Redaction
from muserd.hands.rows import RegionRow, Row
from muserd.hands.staging import staged_file
from muserd.poster.job import FORMS
from muserd.publish.columns import PRESENT
from muserd.store.environment import Store
from muserd.store.reader import Reader
from muserd.workers.encode.host import EncodeWorker

Format = Literal[
    "paths", "paths0", "csv", "ndjson", "parquet", "clusters.json", "canvas",
    "zip", "copy", "links", "site", "poster",
]  # fmt: skip
FORMATS: tuple[Format, ...] = get_args(Format)
# Formats that are one text, and so may go to standard output or into a download.
TEXTS: Mapping[Format, tuple[str, str]] = {
    "paths": ("text/plain; charset=utf-8", "txt"),
    "paths0": ("application/octet-stream", "txt"),
    "csv": ("text/csv; charset=utf-8", "csv"),
    "ndjson": ("application/x-ndjson", "ndjson"),
    "canvas": ("application/json", "canvas"),
}
_THUMB_PX = 128  # what a table or a page of an atlas shows
_JPEGS = 64  # in one request
_AT_ONCE = 4  # requests
_TIMEOUT_S = 60.0
_FOLDERS = frozenset({"clusters.json", "copy", "links", "site"})  # formats that fill a folder


class Manner(msgspec.Struct, frozen=True, kw_only=True):
    """How something is exported.

    Attributes:
        force: overwrite what is there.
        without: of a site: what it does not say; see `hands.redaction`.
        blurred: of a site: thumbnails nobody can make out.
        title: of a site or a poster; empty: that of the maps.
        paper: of a poster: see `poster.papers`.
        dark: of a poster: the night's colours.
    """

    force: bool = False
    without: tuple[str, ...] = USUAL
    blurred: bool = False
    title: str = ""
    paper: str = "A3"
    dark: bool = False


_PLAIN = Manner()


@dataclass(frozen=True, slots=True)
class Viewer:
    """Of a site that is given away: the folder of the built page, and what it is called."""

    page: Path
    title: str


class Exporter:
    """Thread-safe; reads the store, and writes where it is told to, never under a root."""

    def __init__(
        self,
        store: Store,
        models: Mapping[Space, SpaceModel],
        workers: Mapping[Space, EncodeWorker],
        selector: Selector,
        forbidden: Callable[[], list[bytes]],
        viewer: Viewer,
        clock: Clock,
    ) -> None:
        self._store = store
        self._models = models
        self._workers = workers
        self._selector = selector
        self._forbidden = forbidden
        self._title = viewer.title
        blurred = partial(self._pack, blurred=True)
        self._posters = Posters(models, viewer.page / "assets", clock)
        self._site = StaticSite(store, models, viewer.page, self._pack, blurred, clock)

    def text(self, what: What, form: Format) -> bytes:
        """A selection in one of the formats of `TEXTS`. Raises UsageError."""
        rows = self._rows(self._selector.items(what), form)
        match form:
            case "paths" | "paths0":
                return tables.paths(rows, nul=form == "paths0")
            case "csv":
                return tables.as_csv(rows)
            case "ndjson":
                return tables.as_ndjson(rows)
            case "canvas":
                return bundles.as_canvas(rows, self._vault(rows))
            case _:
                raise UsageError(
                    f"{form} cannot be written as a single text", "give a file or a folder: --to"
                )

    def write(self, what: What, form: Format, target: str, how: Manner = _PLAIN) -> Exported:
        """Write a selection into a file or a folder.

        Raises:
            UsageError: the target exists, or lies under a root or in Muser's own folders.
            MuserError: a package is missing, or the disk refuses.
        """
        return self.make(what, form, Path(self._checked(target, form, force=how.force)), how)

    def make(self, what: What, form: Format, path: Path, how: Manner = _PLAIN) -> Exported:
        """The same, to where nothing is and Muser may write. Raises MuserError."""
        try:
            return self._write(what, form, path, how)
        except OSError as error:
            otherwise = "choose another place"
            if form == "links" and error.errno in {errno.EPERM, errno.ENOTSUP}:
                otherwise = "links do not work there: use --format copy"
            raise MuserError(
                f"{path} cannot be written: {why(error)}", remedy(error, otherwise)
            ) from error

    def bytes_of(self, what: What) -> int:
        """The size of a selection's files."""
        return sum(row.size for row in self._rows(self._selector.items(what), "zip"))

    def _write(self, what: What, form: Format, path: Path, how: Manner) -> Exported:
        if form == "site":
            return self._write_site(what, path, how)
        if form == "poster":
            return self._write_poster(what, path, how)
        rows = self._rows(self._selector.items(what), form)
        spaces = {row.space for row in rows}
        regions = [one for space in sorted(spaces) for one in self._regions(space)]
        files: Sequence[Path] = [path]
        command = ""
        count = len(rows)
        match form:
            case "parquet":
                files = tables.write_parquet(path, rows, regions, self._jpegs)
                command = tables.atlas_command(path, pictures="image" in spaces)
            case "clusters.json":
                files = bundles.write_latent_atlas(path, rows, regions, self._pack)
            case "zip":
                count = bundles.write_zip(path, rows)
            case "copy" | "links":
                count = bundles.write_copies(path, rows, links=form == "links")
            case _:
                _write(path, self.text(what, form))
        written = tuple(exact(os.fsencode(one)) for one in files)
        return Exported(files=written, items=count, command=command)

    def _write_site(self, what: What, folder: Path, how: Manner) -> Exported:
        say = Redaction.of(how.without, blurred=how.blurred)
        items = self._selector.items(what)
        count = self._site.write(folder, items, say, how.title or self._title)
        opener = "open" if sys.platform == "darwin" else "xdg-open"
        command = f"{opener} {shlex.quote(os.fspath(folder / 'index.html'))}"
        return Exported(files=(exact(os.fsencode(folder)),), items=count, command=command)

    def _write_poster(self, what: What, path: Path, how: Manner) -> Exported:
        form = path.suffix.lower().lstrip(".")
        if form not in FORMS:
            raise UsageError(
                f"a poster cannot be {path.name}", "name a file that ends in .svg, .pdf or .png"
            )
        data, count = self._posters.draw(
            self._selector.items(what),
            form,
            title=how.title or self._title,
            paper=how.paper,
            dark=how.dark,
        )
        _write(path, data)
        return Exported(files=(exact(os.fsencode(path)),), items=count)

    def _checked(self, target: str, form: Format, *, force: bool) -> str:
        path = os.path.realpath(os.path.expanduser(target))
        if any(is_inside(os.fsencode(path), folder) for folder in self._forbidden()):
            raise UsageError(
                f"{path} is in a watched folder or in one of Muser's own", "choose another place"
            )
        if form in _FOLDERS:
            if os.path.isdir(path) and os.listdir(path) and not force:
                raise UsageError(f"{path} is not empty", "choose another, or give --force")
            if os.path.isfile(path):
                raise UsageError(f"{path} is a file", "give a folder")
            return path
        if os.path.isdir(path):
            raise UsageError(f"{path} is a folder", "give a file name")
        written = [path]
        if form == "parquet":
            written.append(os.fspath(tables.labels_of(Path(path))))
        for one in written:
            if os.path.lexists(one) and not force:
                raise UsageError(f"{one} exists", "choose another name, or give --force")
        if not os.path.isdir(os.path.dirname(path)):
            raise UsageError(f"there is no folder {os.path.dirname(path)}", "make it first")
        return path

    # rows

    def _rows(self, items: Iterable[ItemId], form: Format) -> list[Row]:
        names = {space: self._names(space) for space in SPACES}
        pictures = form in {"parquet", "clusters.json"}
        with self._store.read() as reader:
            rows = []
            for item in items:
                record = reader.item(item)
                if record is not None and record.gone_at_ms is None:
                    space = SPACE_OF[record.kind]
                    row = self._row(reader, record, names[space])
                    if pictures:
                        thumb = reader.thumbs(item).get(_THUMB_PX, b"")
                        near = self._near(reader, record)
                        row = msgspec.structs.replace(row, thumb=thumb, neighbours=near)
                    rows.append(row)
        return rows

    def _row(self, reader: Reader, record: ItemRecord, names: Mapping[int, str]) -> Row:
        facts, slot, space = record.facts, record.slot, SPACE_OF[record.kind]
        columns = self._models[space].columns
        placed = slot < len(columns.id) and bool(columns.flags[slot] & PRESENT)
        x, y = map(float, columns.places[slot]) if placed else (None, None)
        labels = columns.regions[slot].tolist() if placed else []
        ids = tuple(int(label) for label in labels if label >= 0)
        paths = list(reader.paths(record.id))
        path, size = _present(reader, paths)
        return Row(
            id=record.id,
            kind=record.kind,
            space=space,
            title=facts.title,
            path=exact(path),
            paths=tuple(map(exact, paths)),
            tags=facts.tags,
            time=facts.when,
            time_ms=facts.time_ms,
            width=facts.width,
            height=facts.height,
            size=size,
            language=facts.language,
            x=x,
            y=y,
            region=tuple(names[one] for one in ids if one in names),
            region_ids=ids,
            colour="",
            excerpt=facts.excerpt,
        )

    def _near(self, reader: Reader, record: ItemRecord) -> tuple[tuple[int, float], ...]:
        space = SPACE_OF[record.kind]
        found = reader.neighbours(space, record.slot)
        if found is None:
            return ()
        pairs = zip(found[0][:NEIGHBOURS_USED].tolist(), found[1].tolist(), strict=False)
        near = (
            (reader.slot_item(space, Slot(slot)), cosine) for slot, cosine in pairs if slot >= 0
        )
        return tuple((int(item), float(cosine)) for item, cosine in near if item is not None)

    def _names(self, space: Space) -> dict[int, str]:
        return {int(one.id): one.name for one in self._models[space].living()}

    def _regions(self, space: Space) -> list[RegionRow]:
        model = self._models[space]
        counts = model.region_counts()
        return [
            RegionRow(
                id=one.id,
                parent=one.parent,
                level=one.level,
                name=one.name,
                colour=one.colour,
                count=counts.get(one.id, 0),
                x=one.x,
                y=one.y,
            )
            for one in model.living()
        ]

    @staticmethod
    def _vault(rows: Sequence[Row]) -> str:
        """The folder below which a canvas links files: the one that holds all notes."""
        folders = [os.path.dirname(row.path) for row in rows if row.path.startswith("/")]
        return os.path.commonpath(folders) if folders else ""

    def _jpegs(self, thumbs: Sequence[bytes]) -> list[bytes]:
        """Thumbnails as JPEG; an empty one stays empty."""
        having = [thumb for thumb in thumbs if thumb]
        ask = partial(self._workers["image"].jpegs, timeout_s=_TIMEOUT_S)
        with ThreadPoolExecutor(_AT_ONCE) as pool:  # the worker reads several at a time
            made = iter([one for some in pool.map(ask, batched(having, _JPEGS)) for one in some])
        return [next(made) if thumb else b"" for thumb in thumbs]

    def _pack(
        self,
        thumbs: Sequence[bytes | None],
        cell_px: int,
        columns: int,
        rows: int,
        *,
        blurred: bool = False,
    ) -> bytes:
        pack = self._workers["image"].pack
        return pack(thumbs, cell_px, columns, rows, _TIMEOUT_S, blurred=blurred)


def _write(path: Path, data: bytes) -> None:
    with staged_file(path) as partial:
        partial.write_bytes(data)


def _present(reader: Reader, paths: Iterable[bytes]) -> tuple[bytes, int]:
    """The first file that is there, and its size; else the first."""
    first: tuple[bytes, int] | None = None
    for path in paths:
        file = reader.file(path)
        if file is not None:
            if file.state is FileState.PRESENT:
                return path, file.stat.size
            first = first or (path, file.stat.size)
    return first or (b"", 0)
