"""What changed reaches the site, and then every open page."""

import logging
from collections.abc import Iterable, Mapping

from muserd import __version__
from muserd.engine.maps.model import SpaceModel
from muserd.engine.publishing.space_files import SpaceFiles
from muserd.engine.publishing.thumbnail_pages import PagesPacked, ThumbnailPacker
from muserd.engine.subscribers import Subscribers
from muserd.engine.timers import NEVER, Timers
from muserd.ground.boot import boot_id
from muserd.ground.clock import Clock
from muserd.ground.errors import MuserError, SiteError, StoreFullError
from muserd.ground.events import Event, ItemsNews, RefitNews
from muserd.ground.logs import fields
from muserd.ground.records import SPACES, Slot, Space
from muserd.publish.manifest import Manifest
from muserd.publish.site import Site
from muserd.store.environment import Store
from muserd.store.reader import Reader

log = logging.getLogger(__name__)

# Layers that nobody looks at within seconds (neighbours, terrain, lineage, counts of regions) are
# written after a quiet moment, or at the latest after a while: an arrival then costs two files.
_QUIET_S = 1.5
_LATEST_S = 15.0
_IMPORT_INTERVAL_S = 1.0  # while files stream in, the page changes once a second
_SWEEP_S = 61.0  # a file that no manifest names is left for a minute
_RETRY_S = 10.0  # after the disk refused a publish
_MOST_LISTED = 200  # arrivals in one event; more are a reload
_NEW_FITS = frozenset({"refit", "small", "rollback"})


class Publisher:
    """Collects changes and publishes them. Runs on the loop's thread."""

    def __init__(
        self,
        site: Site,
        store: Store,
        models: Mapping[Space, SpaceModel],
        packer: ThumbnailPacker,
        subscribers: Subscribers,
        timers: Timers,
        clock: Clock,
        title: str,
    ) -> None:
        self._site = site
        self._store = store
        self._files = {space: SpaceFiles(model, site) for space, model in models.items()}
        self._packer = packer
        self._clock = clock
        self._title = title
        self._subscribers = subscribers
        self._flushes = timers.new(self._flush)
        self._sweeps = timers.new(self._sweep)
        self._importing = False
        self._dirty: dict[Space, set[Slot]] = {space: set() for space in SPACES}
        self._lagging: dict[Space, set[Slot]] = {space: set() for space in SPACES}
        self._whole: dict[Space, str] = {}  # with the reason
        self._frozen: set[Space] = set()
        self._next_s = 0.0  # not before, since the disk refused
        self._paced_s = 0.0  # not before, since files stream in
        self._changed_s = 0.0
        self._slow_due_s = NEVER
        self._unwritten: list[Event] = []  # told to pages, and not in the store's journal yet
        self._forgotten = False  # the store does not know what the site says
        self.revision = 0
        self.published_at_ms: int | None = None

    def start(self) -> None:
        """Go on from the site as it is, or publish it anew when it is not what the store says.

        Its files are not synced one by one: after the machine went down each is looked at.
        """
        with self._store.read() as reader:
            self.revision = reader.revision()
            current = not reader.meta("unpublished")
            booted = reader.meta("boot")
        if not booted or booted != boot_id():
            self._site.drop_damaged()
        manifest = self._site.manifest()
        believed = (
            manifest is not None
            and current
            and manifest.revision == self.revision
            and manifest.generator == _GENERATOR
            and manifest.title == self._title
        )
        if manifest is not None:
            self.revision = max(self.revision, manifest.revision)
            self.published_at_ms = manifest.published_at
        for space in SPACES:
            if manifest is None or not believed or not self._resumes(space, manifest):
                self._whole[space] = "restart"
        self._flushes.arm_by(self._clock.monotonic_s())

    def _resumes(self, space: Space, manifest: Manifest) -> bool:
        """Go on from what is published of a space; False when that is not what it should be."""
        try:
            with self._store.read() as reader:
                self._files[space].resume(manifest.spaces[space], reader)
        except (KeyError, ValueError, SiteError) as error:
            log.warning("the site is published anew", extra=fields(space=space, error=repr(error)))
            return False
        return True

    def freeze(self, space: Space) -> None:
        """Leave a space as it was published until its next fit."""
        self._whole.pop(space, None)
        self._dirty[space], self._lagging[space] = set(), set()
        self._frozen.add(space)
        manifest = None if self._files[space].entry else self._site.manifest()
        if manifest is not None:
            with self._store.read() as reader:
                self._files[space].resume(manifest.spaces[space], reader)

    def note(self, space: Space, changed: Iterable[Slot]) -> None:
        """Some slots are not what was published."""
        if space in self._frozen:
            return
        self._dirty[space].update(changed)
        self._lagging[space] |= self._dirty[space]
        self._changed_s = self._clock.monotonic_s()
        if self._slow_due_s == NEVER:
            self._slow_due_s = self._changed_s + _LATEST_S
        self._flushes.arm(self._next_due_s())

    def note_whole(self, space: Space, reason: str) -> None:
        """The whole map is another one."""
        if reason in _NEW_FITS:
            self._frozen.discard(space)
        if space not in self._frozen:
            self._whole[space] = reason
        self._flushes.arm(self._next_due_s())

    def importing_turned(self, *, importing: bool) -> None:
        """Files began to come in, or all that came is stored: pages are made sooner now."""
        self._importing = importing
        if not importing:
            self._paced_s = 0.0
            self._flushes.arm_by(self._clock.monotonic_s())

    def pages_packed(self, done: PagesPacked) -> None:
        """Thumbnails moved from loose files to pages, or will later."""
        self._packer.adopt(done)
        if isinstance(done.outcome, MuserError):
            self._flushes.arm_by(self._packer.retry_s)
        else:
            self.note("image", ())

    @property
    def pending(self) -> bool:
        """Whether something is not on the site yet."""
        return bool(self._whole) or any(self._dirty.values()) or self._slow_due_s != NEVER

    def _next_due_s(self) -> float:
        """When something is to be published, on the monotonic clock."""
        if self._whole or any(self._dirty.values()) or self._forgotten:
            return self._open_s
        return max(self._open_s, self._slow_at_s())

    @property
    def _open_s(self) -> float:
        """Before it nothing is published."""
        return max(self._next_s, self._paced_s)

    def _flush(self) -> None:
        """Publish what is due, then have thumbnails packed; see when something is due again."""
        try:
            self.flush()
            self._packer.pack(self._files["image"].thumbs, importing=self._importing)
        finally:
            self._flushes.arm_by(self._next_due_s())

    def flush_all(self) -> None:
        """Publish all that is not on the site yet, at once. Raises as `flush`."""
        self._next_s = self._paced_s = 0.0
        self._slow_due_s = self._clock.monotonic_s()
        self.flush()

    def _sweep(self) -> None:
        """The site's files that no manifest names go, though nothing is published."""
        if self._site.sweep():
            self._sweeps.arm(self._clock.monotonic_s() + _SWEEP_S)

    def flush(self) -> None:
        """Publish if it is time to.

        Raises:
            StoreFullError: what was published could not be recorded; it is tried again.
        """
        now = self._clock.monotonic_s()
        slow = now >= self._slow_at_s() or bool(self._whole)
        if now < self._open_s:
            return
        try:
            if slow or self._whole or any(self._dirty.values()):
                self._publish(slow=slow)
            elif self._forgotten:
                self._remember()
            else:
                return
        except SiteError as error:
            self._next_s = now + _RETRY_S
            log.error("the site could not be written", extra=fields(error=error))  # noqa: TRY400
            return
        except StoreFullError:
            self._next_s = now + _RETRY_S
            raise
        self._sweeps.arm_by(self._clock.monotonic_s() + _SWEEP_S)
        self._next_s = 0.0
        if self._importing:
            self._paced_s = self._clock.monotonic_s() + _IMPORT_INTERVAL_S

    def _slow_at_s(self) -> float:
        if self._slow_due_s == NEVER:
            return NEVER
        return min(self._slow_due_s, self._changed_s + _QUIET_S)

    def _publish(self, *, slow: bool) -> None:
        started_s = self._clock.monotonic_s()
        events: list[Event] = []
        with self._store.read() as reader:
            for space, files in self._files.items():
                if space in self._frozen and files.entry:
                    continue
                dirty, whole = self._dirty[space], space in self._whole
                added, removed, changed = files.difference(dirty)
                lagging = self._lagging[space] if slow else set()
                if dirty or lagging or whole or not files.entry or slow:
                    files.write(reader, dirty | lagging, whole=whole, slow=slow)
                if whole:
                    number = files.fit_number
                    reason = self._whole[space]
                    revision = self.revision + len(events) + 1
                    news = RefitNews(revision=revision, space=space, number=number, reason=reason)
                    events.append(Event.of(revision, "refit", news, space))
                elif added or removed or changed:
                    revision = self.revision + len(events) + 1
                    lists = (added, removed, changed)
                    items = self._items_news(reader, space, revision, *lists)
                    events.append(Event.of(revision, "items", items, space))
        revision = self.revision + max(len(events), 1)
        self._site.publish(self._manifest(revision))
        self._settle(revision, events, slow=slow)
        log.debug(
            "published",
            extra=fields(
                revision=revision,
                events=len(events),
                ms=round((self._clock.monotonic_s() - started_s) * 1000),
            ),
        )

    def _items_news(
        self,
        reader: Reader,
        space: Space,
        revision: int,
        added: list[Slot],
        removed: list[Slot],
        changed: list[Slot],
    ) -> ItemsNews:
        files = self._files[space]
        slots, count = files.counts
        if len(added) + len(removed) + len(changed) > _MOST_LISTED:
            return ItemsNews(revision=revision, space=space, slots=slots, count=count, reload=True)
        return ItemsNews(
            revision=revision,
            space=space,
            slots=slots,
            count=count,
            added=tuple(files.told(reader, added)),
            removed=tuple(removed),
            changed=tuple(files.told(reader, changed)),
        )

    def _settle(self, revision: int, events: list[Event], *, slow: bool) -> None:
        self.revision = revision
        self.published_at_ms = self._clock.now_ms()
        for space, files in self._files.items():
            self._dirty[space] = set()
            if slow:
                self._lagging[space] = set()
            if space not in self._frozen:
                files.settle()
        self._whole = {}
        if slow:
            self._slow_due_s = NEVER
        self._unwritten += events
        for event in events:
            self._subscribers.tell(event)
        self._remember()

    def _remember(self) -> None:
        """Store what the site says now. Where there is no room, pages see it all the same.

        Raises:
            StoreFullError: it is tried again with the next publish; after a restart before that,
                the site is published anew.
        """
        self._forgotten = True
        with self._store.write() as writer:
            for space, files in self._files.items():
                if space not in self._frozen:
                    files.keep_owners(writer)
            for event in self._unwritten:
                writer.put_event(event)
            writer.put_meta("revision", self.revision)
            writer.put_meta("unpublished", self._slow_due_s != NEVER)
            writer.put_meta("boot", boot_id())
        for space, files in self._files.items():
            if space not in self._frozen:
                files.owners_kept()
        self._forgotten, self._unwritten = False, []

    def _manifest(self, revision: int) -> Manifest:
        entries = {space: files.entry for space, files in self._files.items()}
        return Manifest(
            revision=revision,
            published_at=self._clock.now_ms(),
            title=self._title,
            generator=_GENERATOR,
            live=True,
            spaces={space: entry for space, entry in entries.items() if entry is not None},
        )


_GENERATOR = f"muserd {__version__}"
