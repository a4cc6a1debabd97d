"""The invariants of docs/architecture.md, checked against what is really there."""

from collections.abc import Mapping

import numpy as np

from muserd.engine.maps.model import SpaceModel
from muserd.engine.sync.delete_guard import DeleteGuard
from muserd.engine.sync.roots import Roots
from muserd.ground.records import SPACE_OF, FileState, ItemId, Slot, Space
from muserd.publish.site import Site
from muserd.store.environment import Store
from muserd.store.reader import Reader

_MOST_LISTED = 100
_UNIT_TOLERANCE = 1e-3


def problems(
    store: Store,
    models: Mapping[Space, SpaceModel],
    site: Site,
    roots: Roots,
    guard: DeleteGuard,
) -> list[str]:
    """Everything that is not as it must be; at most a hundred are listed."""
    with store.read() as reader:
        found = [
            *_files(reader),
            *_owners(reader, roots, guard),
            *_items(reader),
            *(problem for model in models.values() for problem in _space(reader, model)),
            *_site(site),
        ]
    return found[:_MOST_LISTED]


def _files(reader: Reader) -> list[str]:
    found = []
    for file in reader.files():
        if file.item is None:
            if file.state not in {FileState.FAILED, FileState.PART}:
                found.append(f"file {file.path!r} is {file.state} without an item")
        elif reader.item(file.item) is None:
            found.append(f"file {file.path!r} names item {file.item}, which is not there")
        elif not reader.has_path(file.item, file.path):
            found.append(f"item {file.item} does not know its file {file.path!r}")
    return found


def _owners(reader: Reader, roots: Roots, guard: DeleteGuard) -> list[str]:
    """Files that no present root holds, but for those that the guard keeps for now."""
    found = []
    for file in reader.files():
        owner = roots.of(file.path)
        if owner is None and guard.held(file.root):
            continue
        if owner is None or owner.raw != file.root:
            belongs = "none" if owner is None else repr(owner.raw)
            found.append(f"file {file.path!r} is of root {file.root!r}; it lies in {belongs}")
    return found


def _items(reader: Reader) -> list[str]:
    found = []
    for item in reader.items():
        paths = reader.paths(item.id)
        if (item.gone_at_ms is None) != bool(paths):
            found.append(f"item {item.id} has {len(paths)} files and gone_at {item.gone_at_ms}")
        for path in paths:
            file = reader.file(path)
            if file is None or file.item != item.id:
                found.append(f"item {item.id} claims {path!r}, which is not its file")
        if reader.item_with(item.kind, item.content) != item.id:
            found.append(f"item {item.id} is not found by its content")
        if reader.slot_item(SPACE_OF[item.kind], item.slot) != item.id:
            found.append(f"item {item.id} is not the one in its slot {item.slot}")
    return found


def _space(reader: Reader, model: SpaceModel) -> list[str]:
    space = model.space
    slots: dict[Slot, ItemId] = dict(reader.slots(space))
    free = set(reader.free_slots(space))
    found = [f"{space} slot {slot} holds an item and is free" for slot in sorted(free & set(slots))]
    lost = set(range(len(model))) - set(slots) - free
    found += [f"{space} slot {slot} holds no item and is not free" for slot in sorted(lost)]
    for slot, item in slots.items():
        record, vector = reader.item(item), reader.vector(space, slot)
        if record is None:
            found.append(f"{space} slot {slot}: no item")
            continue
        if vector is None:
            if _is_present(reader, item):  # else the encoder was switched while it was away
                found.append(f"{space} slot {slot}: no vector")
            continue
        if not abs(float(np.linalg.norm(vector)) - 1.0) <= _UNIT_TOLERANCE:
            found.append(f"{space} slot {slot}: its vector is not of unit length")
        if model.index is None or slot >= len(model.index):
            found.append(f"{space} slot {slot}: not in the index of vectors")
        elif not model.index.holds(slot, vector):
            found.append(f"{space} slot {slot}: the index of vectors disagrees with the store")
        found += _place(reader, model, slot)
    found += [
        f"{space} lineage of slot {slot} hangs on slot {parent}, which is not there"
        for slot, (parent, _, _) in reader.lineage(space)
        if slot in slots and parent >= 0 and Slot(parent) not in slots
    ]
    return found


def _is_present(reader: Reader, item: ItemId) -> bool:
    """Whether an item has a file that can be read."""
    files = map(reader.file, reader.each_path(item))
    return any(file is not None and file.state is FileState.PRESENT for file in files)


def _place(reader: Reader, model: SpaceModel, slot: Slot) -> list[str]:
    if model.fit is None or not model.slots.placed[slot]:
        return []
    record = reader.place(model.space, slot)
    if record is None or record.fit != model.fit.number:
        return [f"{model.space} slot {slot}: placed in memory, not in the store"]
    there = np.array([record.x, record.y], np.float32)
    if not np.array_equal(model.columns.places[slot], there):
        return [f"{model.space} slot {slot}: its place differs between memory and store"]
    return []


def _site(site: Site) -> list[str]:
    manifest = site.manifest()
    if manifest is None:
        return ["the site has no manifest, or names files that are not there"]
    return [f"site file {name} is not what its name says" for name in site.damaged(manifest)]
