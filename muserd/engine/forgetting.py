"""What people want forgotten: text, thumbnails, vectors, files of the site, pages of the store.

An item that is to be forgotten counts as gone since 1970, so that whatever interrupts this, the
next purge takes it up. What is still there in a watched folder is not forgotten: it would be read
again.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import replace

from muserd.engine.ingest.transactions import Follower
from muserd.engine.publishing.publisher import Publisher
from muserd.engine.purge import Purge
from muserd.ground.errors import BusyError, UsageError
from muserd.ground.logs import fields
from muserd.ground.paths import display, is_inside
from muserd.ground.records import SPACE_OF, FileState, ItemId, ItemRecord
from muserd.publish.site import Site
from muserd.store.environment import Store
from muserd.store.writer import Writer

log = logging.getLogger(__name__)

LONG_AGO_MS = 1  # Unix milliseconds: older than any number of days that items are kept


class Forgetting:
    """For the loop's thread.

    Args:
        followers: are told of slots whose items were changed, before they are purged.
        words_anew: has the index of words made anew, which cannot forget.
    """

    def __init__(
        self,
        store: Store,
        site: Site,
        publisher: Publisher,
        purge: Purge,
        followers: Iterable[Follower],
        words_anew: Callable[[], None],
    ) -> None:
        self._store = store
        self._site = site
        self._publisher = publisher
        self._purge = purge
        self._followers = tuple(followers)
        self._words_anew = words_anew

    def items_of_root(self, root: bytes) -> list[ItemId]:
        """The items that have a file in a root."""
        with self._store.read() as reader:
            return [file.item for file in reader.files(root) if file.item is not None]

    def gone(self, items: Iterable[ItemId]) -> int:
        """Forget those of these items that have no file any more; how many."""
        wanted = set(items)
        return self._forget(lambda _, item: item.id in wanted)

    def deleted(self) -> int:
        """Forget every item whose last file went; how many."""
        return self._forget(lambda _writer, _item: True)

    def paths(self, paths: Iterable[bytes]) -> tuple[int, int]:
        """Forget what was at these paths, or below them.

        A file that is away (its volume, or the permission) is let go first. What has no file any
        more is meant if it ever was there. Of what was deleted by an older release no path is
        known: its name is compared.

        Returns:
            How many items, and of how many of them the name was compared.

        Raises:
            UsageError: something is still there, in a folder that is watched.
        """
        wanted = list(paths)
        names = {display(path.rstrip(b"/").rsplit(b"/", 1)[-1]) for path in wanted}
        with self._store.read() as reader:
            files = [
                file for file in reader.files() if any(is_inside(file.path, one) for one in wanted)
            ]
        present = [file.path for file in files if file.state is FileState.PRESENT]
        if present:
            raise UsageError(
                f"{display(present[0])} still exists in a watched folder",
                "first delete it, move it elsewhere, or exclude it in the configuration",
            )
        left = {file.item for file in files if file.item is not None}

        def let_go(writer: Writer) -> None:
            for file in files:
                writer.delete_file(file.path)
                writer.delete_failure(file.path)
            for item in writer.items():
                for path in list(writer.lost_paths(item.id)):
                    elsewhere = next(writer.each_path(item.id), None) is not None
                    if elsewhere and any(is_inside(path, one) for one in wanted):
                        writer.forget_lost_path(item.id, path)

        by_name = 0

        def meant(writer: Writer, item: ItemRecord) -> bool:
            nonlocal by_name
            lost = list(writer.lost_paths(item.id))
            if lost or item.id in left:
                inside = any(is_inside(path, one) for path in lost for one in wanted)
                return inside or item.id in left
            by_name += item.name in names
            return item.name in names

        return self._forget(meant, let_go), by_name

    def _forget(
        self,
        wanted: Callable[[Writer, ItemRecord], bool],
        first: Callable[[Writer], None] | None = None,
    ) -> int:
        with self._store.write() as writer:
            if first is not None:
                first(writer)
            items = [
                item
                for item in writer.items()
                if next(writer.each_path(item.id), None) is None and wanted(writer, item)
            ]
            for item in items:
                writer.put_item(replace(item, gone_at_ms=LONG_AGO_MS))
        for item in items:
            for follower in self._followers:
                follower.note(SPACE_OF[item.kind], [item.slot])
        if items and not self._purge.run():
            self._purge.soon()
        self._publisher.flush_all()
        self._site.sweep_now()
        if items:
            self._words_anew()
        log.info("forgotten", extra=fields(items=len(items)))
        return len(items)

    def compact(self) -> tuple[int, int]:
        """Write the store anew without the pages that were freed: what was deleted lay in them.

        Returns:
            The bytes in use before and after.

        Raises:
            BusyError: a fit is being made, or somebody reads for long.
            StoreError: there is no room for the copy.
        """
        if not self._purge.run():
            raise BusyError(
                "a map is being computed; deleted items are removed afterwards",
                "call `muserctl forget --deleted` again in a few minutes",
            )
        before = self._store.used_bytes()
        self._store.compact()
        return before, self._store.used_bytes()
