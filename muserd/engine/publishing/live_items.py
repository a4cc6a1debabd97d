"""What a page is told of one item: its details, and in a live event its columns as well."""

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from muserd.engine.maps.model import SpaceModel
from muserd.ground.events import ItemDetail, LiveItem
from muserd.ground.records import NEIGHBOURS_USED, FileState, ItemRecord, Slot
from muserd.publish import bodies
from muserd.publish.columns import minutes
from muserd.store.reader import Reader


def live_item(reader: Reader, model: SpaceModel, slot: Slot, thumb: str | None) -> LiveItem | None:
    """An item of an `items` event; None for a slot without one.

    Args:
        reader: the store.
        model: of the item's space.
        slot: its slot.
        thumb: address of its thumbnail, if that is a file of its own.
    """
    columns, tree = model.columns, model.lineage
    item = reader.slot_item(model.space, slot)
    record = reader.item(item) if item is not None else None
    if record is None:
        return None
    detail = described(reader, record)
    hangs = slot < len(tree.parent)
    country, county, parish = columns.regions[slot].tolist()
    return LiveItem(
        slot=slot,
        id=record.id,
        x=_short(columns.places[slot, 0]),
        y=_short(columns.places[slot, 1]),
        rx=_short(columns.relaxed[slot, 0]),
        ry=_short(columns.relaxed[slot, 1]),
        region=(country, county, parish),
        time=minutes(record.facts.civil_ms),
        rank=int(columns.rank[slot]),
        flags=int(columns.flags[slot]),
        aspect=int(columns.aspect[slot]),
        confidence=int(columns.confidence[slot]),
        parent=int(tree.parent[slot]) if hangs else -1,
        cosine=_short(tree.cosine[slot]) if hangs else 0.0,
        weak=bool(tree.weak[slot]) if hangs else False,
        thumb=thumb,
        neighbours=_near(model.knn.neighbours[slot], model.knn.cosines[slot]),
        **structs.asdict(detail),
    )


def described(reader: Reader, record: ItemRecord) -> ItemDetail:
    """The details of one item, with the path that people should be shown."""
    best = None  # the first that is there, else the first
    for file in filter(None, map(reader.file, reader.paths(record.id))):
        if file.state is FileState.PRESENT:
            best = file
            break
        best = best or file
    return bodies.detail(record, best.path if best else b"", best.stat.size if best else 0)


def _near(slots: NDArray[np.int32], cosines: NDArray[np.float32]) -> tuple[tuple[int, float], ...]:
    pairs = zip(slots[:NEIGHBOURS_USED].tolist(), cosines.tolist(), strict=False)
    return tuple((slot, _short(cosine)) for slot, cosine in pairs if slot >= 0)


def _short(value: float) -> float:
    return round(float(value), 5)
