"""What one transaction changed: applied to files and items, followed by maps and site."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from muserd.engine.ingest.apply import Applier, Changes
from muserd.engine.maps.model import SpaceModel
from muserd.engine.maps.refit.refits import Refits
from muserd.engine.maps.transaction import map_transaction
from muserd.engine.maps.update import Arrival, MapUpdate
from muserd.engine.publishing.publisher import Publisher
from muserd.ground.records import SPACE_OF, SPACES, Slot, Space
from muserd.store.environment import Store
from muserd.store.writer import Writer
from muserd.workers.encode.files import DEADLY


class Follower(Protocol):
    """What is told, after a commit, which slots of a space changed: search and collections."""

    def note(self, space: Space, slots: Iterable[Slot]) -> None:
        """The items in these slots came, went, or are called otherwise."""
        ...


class Transactions:
    """The only way into the store for files and items. For the loop's thread.

    Attributes:
        applier: what the bodies of transactions use.
    """

    def __init__(
        self,
        store: Store,
        models: Mapping[Space, SpaceModel],
        applier: Applier,
        publisher: Publisher,
        refits: Refits,
        followers: Sequence[Follower],
    ) -> None:
        self._store = store
        self._models = models
        self.applier = applier
        self._publisher = publisher
        self._refits = refits
        self._followers = followers

    def run(self, body: Callable[[Writer, Changes], None], *, grows: bool = False) -> Changes:
        """Run `body` in a transaction and make maps and site follow.

        Args:
            body: what changes files and items, and notes what it changed.
            grows: it adds files, and leaves the reserve of the store to those that delete.

        Raises:
            StoreError: nothing was changed; the models are what the store says.
        """
        changes = Changes()
        updates: dict[Space, MapUpdate] = {}
        with map_transaction(self._store, self._models.values(), grows=grows) as writer:
            body(writer, changes)
            self._update_maps(writer, changes, updates)
            if updates:
                writer.put_meta("unpublished", True)
        for space, update in updates.items():
            self._publisher.note(space, update.changed)
            for follower in self._followers:
                follower.note(space, update.changed)
        if updates:
            self._refits.note_change()
        for arrival in changes.arrivals:
            self._refits.note_arrivals(SPACE_OF[arrival.item.kind])
        return changes

    def deadly(self, paths: Iterable[bytes]) -> set[bytes]:
        """Those of the files over which a worker died when they were last read."""
        with self._store.read() as reader:
            failures = [failure for path in paths if (failure := reader.failure(path)) is not None]
        return {failure.path for failure in failures if failure.cause in DEADLY}

    def _update_maps(
        self, writer: Writer, changes: Changes, updates: dict[Space, MapUpdate]
    ) -> None:
        arrivals: defaultdict[Space, list[Arrival]] = defaultdict(list)
        touched: defaultdict[Space, list[Slot]] = defaultdict(list)
        for arrival in changes.arrivals:
            arrivals[SPACE_OF[arrival.item.kind]].append(arrival)
        for space, slot in changes.touched:
            touched[space].append(slot)
        for space in SPACES:
            if space in arrivals or space in touched:
                update = updates[space] = MapUpdate(self._models[space], writer)
                if arrivals[space]:
                    update.insert(arrivals[space])
                for slot in sorted(touched[space]):
                    update.refresh(slot)
