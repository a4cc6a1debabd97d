"""Lists that are read from the store alone: items, failures, fits. Any thread."""

from collections.abc import Iterator

from muserd.engine.answers import FailureInfo, Item
from muserd.engine.status import FitSummary
from muserd.ground.names import exact
from muserd.ground.records import (
    SPACE_OF,
    SPACES,
    FileState,
    FitNumber,
    ItemId,
    ItemRecord,
    PlaceRecord,
    Space,
)
from muserd.store.environment import Store
from muserd.store.reader import Reader


def items(store: Store, space: Space | None) -> Iterator[Item]:
    """Every item that has a file, by id; of one space, or of both. One read transaction."""
    with store.read() as reader:
        fits = {one: reader.current_fit(one) for one in SPACES}
        for record in reader.items():
            one = SPACE_OF[record.kind]
            if record.gone_at_ms is None and space in {None, one}:
                fit = fits[one]
                place = _place(reader, record, fit.number) if fit else None
                yield _item(reader, record, place)


def item(store: Store, wanted: ItemId) -> Item | None:
    """One item; None when it is unknown or has no file any more."""
    with store.read() as reader:
        record = reader.item(wanted)
        if record is None or record.gone_at_ms is not None:
            return None
        fit = reader.current_fit(SPACE_OF[record.kind])
        return _item(reader, record, _place(reader, record, fit.number) if fit else None)


def failures(store: Store) -> tuple[FailureInfo, ...]:
    """Every file that could not be read."""
    with store.read() as reader:
        return tuple(map(FailureInfo.of, reader.failures()))


def fits(store: Store, space: Space | None) -> tuple[FitSummary, ...]:
    """The fits that are kept, oldest first; of one space, or of both."""
    with store.read() as reader:
        return tuple(
            FitSummary.of(fit)
            for one in (SPACES if space is None else (space,))
            for fit in reader.fits(one)
        )


def _place(reader: Reader, record: ItemRecord, fit: FitNumber) -> PlaceRecord | None:
    """The place of an item in the current fit; what other fits left behind does not count."""
    place = reader.place(SPACE_OF[record.kind], record.slot)
    return place if place is not None and place.fit == fit else None


def _item(reader: Reader, record: ItemRecord, place: PlaceRecord | None) -> Item:
    paths = reader.paths(record.id)
    files = map(reader.file, paths)
    present = any(file is not None and file.state is FileState.PRESENT for file in files)
    shown = tuple(map(exact, paths))
    return Item.of(record, place, shown, offline=place is not None and not present)
