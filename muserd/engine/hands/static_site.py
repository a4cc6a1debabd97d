"""A map to give away: a site of its own, made of some items, that says what it is asked to.

The items get new ids, and slots without gaps, so that nothing tells what is not among them. Where
dates are withheld their order tells none either, and there is no lineage: it begins with the first.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np
from msgspec import UNSET, structs
from numpy.typing import NDArray

from muserd import __version__
from muserd.engine.hands.static_links import links_among
from muserd.engine.maps.model import SpaceModel
from muserd.engine.publishing.live_items import described
from muserd.ground.batches import batched
from muserd.ground.clock import Clock
from muserd.ground.errors import UsageError
from muserd.ground.events import ItemDetail
from muserd.ground.records import SPACES, THUMB_LEVELS_PX, ItemId, RegionId, Space
from muserd.hands.redaction import Redaction
from muserd.hands.staging import staged_folder
from muserd.lineage.forest import Lineage
from muserd.publish import bodies, scripts
from muserd.publish.columns import (
    CHUNK_SIZE,
    DETAIL_CHUNK_SIZE,
    DOUBTFUL,
    NO_CLOCK,
    PRESENT,
    Columns,
)
from muserd.publish.manifest import (
    EncoderEntry,
    FitEntry,
    Manifest,
    SpaceEntry,
    ThumbIndex,
    ThumbLevel,
    Thumbs,
)
from muserd.publish.site import Site
from muserd.publish.thumbs import PAGE_PX
from muserd.store.environment import Store
from muserd.store.reader import Reader
from muserd.terrain.density import frame, survey

Pack = Callable[..., bytes]  # thumbs, cell_px, columns, rows
_AT_ONCE = 4  # pages


class StaticSite:
    """Writes sites. Thread-safe: it reads the store and the maps.

    Args:
        page: the built viewer.
        pack: makes a page of thumbnails.
        blurred: the same, of pictures that nobody can make out.
    """

    def __init__(
        self,
        store: Store,
        models: Mapping[Space, SpaceModel],
        page: Path,
        pack: Pack,
        blurred: Pack,
        clock: Clock,
    ) -> None:
        self._store = store
        self._models = models
        self._page = page
        self._pack = pack
        self._blurred = blurred
        self._clock = clock

    def write(self, folder: Path, items: Iterable[ItemId], say: Redaction, title: str) -> int:
        """Write the site of some items into a folder; how many are on it.

        It appears when it is complete. Of a site that is there already nothing is left: it may say
        more. The page opens from a disk as well as from a server: see `publish.scripts`.

        Raises:
            UsageError: the folder holds something else, or none of the items is on a map.
            SiteError: the disk refuses.
        """
        if folder.is_dir() and any(folder.iterdir()) and not scripts.is_site(folder):
            raise UsageError(f"{folder} holds other files", "give an empty folder")
        with staged_folder(folder, scripts.replace) as made:
            return self._fill(made, items, say, title)

    def _fill(self, folder: Path, items: Iterable[ItemId], say: Redaction, title: str) -> int:
        site = Site(folder, self._clock)
        wanted = set(items)
        with self._store.read() as reader:
            taken = {space: self._taken(space, wanted, say) for space in SPACES}
            links = links_among(reader, {at: one.items for at, one in taken.items()}, say)
            spaces = {
                at: self._space(site, reader, one, links.get(at, ()), say)
                for at, one in taken.items()
            }
        count = sum(entry.count for entry in spaces.values())
        if not count:
            raise UsageError("none of these items is on a map", "choose others, or wait for a fit")
        site.publish(
            Manifest(
                revision=1,
                published_at=0 if say.hides("dates") else self._clock.now_ms(),
                title=title,
                generator=f"muserd {__version__}",
                live=False,
                spaces=spaces,
            )
        )
        scripts.wrap(folder)
        scripts.install_page(self._page, folder)
        for path in (folder, *folder.rglob("*")):  # it is made for anybody
            path.chmod(0o755 if path.is_dir() else 0o644)
        return count

    def _taken(self, space: Space, wanted: set[ItemId], say: Redaction) -> "_Taken":
        model = self._models[space]
        with model.lock:
            return _Taken(model, _chosen(model, wanted, say), say)

    def _space(
        self,
        site: Site,
        reader: Reader,
        taken: "_Taken",
        links: Sequence[bodies.LinkEntry],
        say: Redaction,
    ) -> SpaceEntry:
        space, model = taken.space, self._models[taken.space]
        count = len(taken.items)
        entry = SpaceEntry(
            encoder=EncoderEntry(id="", label=_label(model), dim=0, note=""),
            count=count,
            slots=count,
            fit=_fit(model, count, say) if count else None,
            bounds=taken.bounds,
            frame=frame(taken.columns.places),
            cell=model.cell,
            thumbs=Thumbs.none() if space == "image" else UNSET,
        )
        if links:
            said = bodies.Links(space=space, links=tuple(links))
            entry = structs.replace(entry, links=site.put(f"links/{space}", said))
        return self._written(site, reader, entry, taken, say) if count else entry

    def _written(
        self, site: Site, reader: Reader, entry: SpaceEntry, taken: "_Taken", say: Redaction
    ) -> SpaceEntry:
        """The entry with the files that were written."""
        space, columns = taken.space, taken.columns
        chunks = range(math.ceil(len(taken.items) / CHUNK_SIZE))
        near, regions = partial(bodies.Neighbours.of, space), map(say.region, taken.regions)
        land, tree = survey(columns.places), taken.lineage
        names = structs.replace(
            entry,
            columns=tuple(
                site.put(f"columns/{space}-{n}", columns.chunk(space, n, taken.bounds))
                for n in chunks
            ),
            neighbours=tuple(
                site.put(f"neighbours/{space}-{n}", near(n, taken.neighbours, taken.cosines))
                for n in chunks
            ),
            details=tuple(
                site.put(
                    f"details/{space}-{n}",
                    bodies.Details.of(space, n, [_detail(reader, item, say) for item in some]),
                )
                for n, some in enumerate(batched(taken.items, DETAIL_CHUNK_SIZE))
            ),
            regions=site.put(
                f"regions/{space}", bodies.Regions(space=space, regions=tuple(regions))
            ),
            terrain=site.put(f"terrain/{space}", bodies.Land.of(space, land))
            if land is not None
            else None,
            lineage=site.put(f"lineage/{space}", bodies.Tree.of(space, tree))
            if tree is not None
            else None,
        )
        if space == "text" or say.hides("thumbnails"):
            return names
        index = self._thumbs(site, reader, taken.items, say)
        return structs.replace(names, thumbs=Thumbs(index=index, loose={}))

    def _thumbs(self, site: Site, reader: Reader, items: Sequence[ItemId], say: Redaction) -> str:
        """The address of the list of pages."""
        pack = self._blurred if say.blurred else self._pack
        levels = []
        with ThreadPoolExecutor(_AT_ONCE) as pool:  # the worker packs several pages at a time
            for px in THUMB_LEVELS_PX:
                side = PAGE_PX[px] // px
                cells = (
                    [reader.thumbs(item).get(px) for item in some]
                    for some in batched(items, side * side)
                )
                made = partial(pack, cell_px=px, columns=side, rows=side)
                pages: list[str] = []
                while some_pages := list(islice(cells, _AT_ONCE)):  # few in memory
                    for page in pool.map(made, some_pages):
                        name = f"thumbs/image-{px}-{len(pages)}"
                        pages.append(site.put_bytes(name, "webp", page))
                levels.append(
                    ThumbLevel(px=px, page_px=PAGE_PX[px], packed=len(items), pages=tuple(pages))
                )
        return site.put("thumbs/image-index", ThumbIndex(space="image", levels=tuple(levels)))


class _Taken:
    """What is taken of a space's model: arrays over the new slots.

    Attributes:
        items: of each new slot.
        columns, neighbours, cosines, lineage: see `SpaceModel`; a lineage of None is not told.
        regions: what is said of those that hold one of the items.
        bounds: of the coordinates.
    """

    def __init__(self, model: SpaceModel, slots: NDArray[np.intp], say: Redaction) -> None:
        """What is taken of some slots; the caller holds the model's lock."""
        self.space = model.space
        self.columns = model.columns.picked(slots)
        self.items = [ItemId(int(one)) for one in self.columns.id]
        self.bounds = _bounds(self.columns)
        new_of = np.full(len(model) + 1, -1, np.int32)  # the last for −1
        new_of[slots] = np.arange(len(slots), dtype=np.int32)
        self.neighbours = new_of[model.knn.neighbours[slots]]
        self.cosines = model.knn.cosines[slots].copy()
        self.cosines[self.neighbours < 0] = 0
        _close_up(self.neighbours, self.cosines)
        dated = not say.hides("dates")
        self.lineage = _lineage(model.lineage, slots, new_of) if dated and len(slots) else None
        self.regions = _regions(model, self.columns, new_of)
        self.columns.id[:] = np.arange(1, len(slots) + 1)
        if not dated:
            self.columns.minutes[:] = 0
            self.columns.flags[:] = PRESENT | NO_CLOCK | DOUBTFUL


def _chosen(model: SpaceModel, wanted: set[ItemId], say: Redaction) -> NDArray[np.intp]:
    """The slots on the map that hold wanted items, in an order that tells no more than it may."""
    ids = model.columns.id[: len(model.shown)].astype(np.int64)
    shown = np.isin(ids, np.fromiter(map(int, wanted), np.int64, len(wanted)))
    slots = np.flatnonzero(model.shown & shown)
    if say.hides("dates"):
        places = model.columns.places[slots]
        slots = slots[np.lexsort((places[:, 1], places[:, 0]))]
    return slots


def _bounds(columns: Columns) -> tuple[float, float, float, float]:
    if not len(columns):
        return -1.0, -1.0, 1.0, 1.0
    both = np.concatenate([columns.places, columns.relaxed])
    (x0, y0), (x1, y1) = both.min(axis=0), both.max(axis=0)
    return float(x0), float(y0), float(x1), float(y1)


def _close_up(neighbours: NDArray[np.int32], cosines: NDArray[np.float32]) -> None:
    """Move the neighbours that are left to the front of each row, in place."""
    order = np.argsort(neighbours < 0, axis=1, kind="stable")
    neighbours[:] = np.take_along_axis(neighbours, order, axis=1)
    cosines[:] = np.take_along_axis(cosines, order, axis=1)


def _lineage(tree: Lineage, slots: NDArray[np.intp], new_of: NDArray[np.int32]) -> Lineage:
    """The tree over some slots: each on its nearest ancestor among them, else on the first."""
    count = len(slots)
    parent = np.full(count, -1, np.int32)
    cosine, weak = np.zeros(count, np.float32), np.zeros(count, np.bool_)
    above: dict[int, int] = {}  # a slot that is left out → its nearest ancestor among them, or −1
    for new, slot in enumerate(slots.tolist()):
        passed = []
        at = int(tree.parent[slot]) if slot < len(tree.parent) else -1
        while at >= 0 and new_of[at] < 0 and at not in above:
            passed.append(at)
            at = int(tree.parent[at])
        found = above.get(at, at)
        above.update(dict.fromkeys(passed, found))
        parent[new] = new_of[found]
        direct = found >= 0 and not passed and int(tree.parent[slot]) == found
        cosine[new] = tree.cosine[slot] if direct else 0.0
        weak[new] = tree.weak[slot] if direct else found >= 0
    roots = np.flatnonzero(parent < 0)
    parent[roots[1:]], weak[roots[1:]] = roots[0], True
    return Lineage(parent, cosine, weak)


def _regions(
    model: SpaceModel, columns: Columns, new_of: NDArray[np.int32]
) -> list[bodies.RegionEntry]:
    """What is said of the regions that hold some of the items, and of those above them."""
    numbers, found = np.unique(columns.regions, return_counts=True)
    counts = {RegionId(int(n)): int(c) for n, c in zip(numbers, found, strict=True) if n >= 0}
    living = [one for one in model.living() if one.id in counts]
    ids = model.columns.id.tolist()
    slots = {ItemId(ids[slot]): int(new) for slot, new in enumerate(new_of[:-1]) if new >= 0}
    said: list[bodies.RegionEntry] = []
    for one in bodies.Regions.of(model.space, living, counts, slots).regions:
        if one.medoid < 0:
            members = np.flatnonzero((columns.regions == one.id).any(axis=1))
            said.append(structs.replace(one, medoid=int(members[0])))
        else:
            said.append(one)
    return said


def _label(model: SpaceModel) -> str:
    """What the encoder is called, without where it lies."""
    label = model.encoder.label if model.encoder is not None else ""
    return label.rsplit("/", 1)[-1]


def _fit(model: SpaceModel, count: int, say: Redaction) -> FitEntry:
    fit = model.fit
    at_ms = 0 if fit is None or say.hides("dates") else fit.at_ms
    method = fit.method if fit is not None else "small"
    return FitEntry(number=1, at=at_ms, method=method, items=count)


def _detail(reader: Reader, item: ItemId, say: Redaction) -> ItemDetail | None:
    record = reader.item(item)
    return None if record is None else say.detail(described(reader, record))
