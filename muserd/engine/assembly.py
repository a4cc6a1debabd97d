"""How the parts of the engine hang together."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from msgspec import structs

from muserd.engine.encoder_switch import EncoderSwitch
from muserd.engine.find.service import FindService
from muserd.engine.inbox import Inbox
from muserd.engine.ingest.apply import Applier
from muserd.engine.ingest.gate import Gate
from muserd.engine.ingest.pipeline import Pipeline
from muserd.engine.ingest.retries import Retries
from muserd.engine.ingest.transactions import Transactions
from muserd.engine.loop import Loop
from muserd.engine.maps.model import SpaceModel
from muserd.engine.maps.query import Query
from muserd.engine.maps.refit import job as fit_job
from muserd.engine.maps.refit.refits import Refits
from muserd.engine.publishing.publisher import Publisher
from muserd.engine.publishing.thumbnail_pages import ThumbnailPacker
from muserd.engine.purge import Purge
from muserd.engine.status_builder import StatusBuilder
from muserd.engine.sync.delete_guard import DeleteGuard
from muserd.engine.sync.reconcile import Reconciler
from muserd.engine.sync.root_changes import RootChanges
from muserd.engine.sync.roots import Roots, WatchedRoot
from muserd.extract import DECODER_VERSION
from muserd.extract.formats import decoder_version
from muserd.extract.limits import Limits
from muserd.ground.clock import Clock
from muserd.ground.config import Config, Root
from muserd.ground.errors import ConfigError
from muserd.ground.events import Event
from muserd.ground.paths import Places, is_inside
from muserd.ground.records import SPACES, ContentHash, Kind, Space
from muserd.publish.site import Site
from muserd.store.environment import Store
from muserd.watch.ignore import Ignore
from muserd.watch.scan import ScanResult
from muserd.workers.encode.host import EncodeSettings, EncodeWorker
from muserd.workers.encode.outcomes import Outcome
from muserd.workers.layout.host import LayoutWorker

PAGE = Path(__file__).resolve().parents[1] / "_page"  # the built viewer

_MB = 2**20


@dataclass(slots=True)
class Parts:
    """The parts, and the two ends that are tied when somebody listens."""

    config: Config
    clock: Clock
    inbox: Inbox
    store: Store
    site: Site
    models: dict[Space, SpaceModel]
    workers: dict[Space, EncodeWorker]
    roots: Roots
    publisher: Publisher
    refits: Refits
    pauses: Gate
    guard: DeleteGuard
    pipeline: Pipeline
    retries: Retries
    reconciler: Reconciler
    root_changes: RootChanges
    purge: Purge
    migration: EncoderSwitch
    indexer: Loop
    status: StatusBuilder
    queries: Query
    find: FindService
    tell: Callable[[Event], None]


def build(config: Config, where: Places, clock: Clock, on_fatal: Callable[[], None]) -> Parts:
    """Make every part; nothing runs yet.

    Raises:
        ConfigError, StoreError, SchemaError, SiteError: the state directory cannot be used.
    """
    config = structs.replace(
        config, roots=tuple(checked_root(root, where) for root in config.roots)
    )
    for root in config.roots:
        Ignore(root, config.files.exclude, own_folders(where))  # a bad pattern is told at once
    store = Store(where.store, map_size_bytes=config.resources.map_size_gb * 2**30)
    site = Site(where.site, clock)
    site.install_page(PAGE)
    fit_job.clean(where.work)
    inbox = Inbox()
    models = {space: SpaceModel(space, where.vectors) for space in SPACES}
    intake = Applier(clock, decoder_version(DECODER_VERSION))

    # These four know of one another by way of the inbox only.
    def on_outcome(_space: Space, outcome: Outcome) -> None:
        inbox.post(lambda: pipeline.heard(outcome))

    def on_state(_space: Space) -> None:
        inbox.post(lambda: None)  # a round looks at the states and tells the pages

    def on_scan(root: WatchedRoot, result: ScanResult, force: bool) -> None:
        reconciler.scanned(root, result, force)

    def on_packed() -> None:
        publisher.note_packed()

    def tell(event: Event) -> None:
        parts.tell(event)

    def raw_roots() -> list[bytes]:
        return [root.raw for root in roots]

    workers = {
        space: _encode_worker(space, config, where, store, on_outcome, on_state, clock, raw_roots)
        for space in SPACES
    }
    layout_worker = _layout_worker(config, where, clock)
    roots = Roots(config, clock, inbox.post, on_scan, own_folders(where))
    packer = ThumbnailPacker(
        site, store, models["image"], workers["image"], clock, inbox.post, on_packed
    )
    publisher = Publisher(site, store, models, packer, clock, config.title, tell)
    refits = Refits(config, store, models, publisher, layout_worker, where.work, clock, inbox.post)
    pauses = Gate(config, store, clock, lambda why: roots.want_scan(None, why))
    find = FindService(
        store,
        models,
        workers,
        raw_roots,
        where.words,
        inbox.post,
        clock,
        _limits(config),
    )
    transactions = Transactions(store, models, publisher, refits, find)
    pipeline = Pipeline(models, workers, intake, transactions, pauses, clock)
    retries = Retries(store, roots, pipeline, intake, clock)
    guard = DeleteGuard(config.watch, clock)
    reconciler = Reconciler(store, roots, guard, pipeline, intake, transactions, clock)
    root_changes = RootChanges(store, roots, guard, pipeline, intake, transactions)
    migration = EncoderSwitch(store, models, workers, pipeline, publisher, refits)
    purge = Purge(store, models, refits, clock, config.resources.keep_deleted_days)
    indexer = Loop(
        config,
        clock,
        inbox,
        store,
        models,
        workers,
        roots,
        pipeline,
        retries,
        reconciler,
        root_changes,
        purge,
        publisher,
        refits,
        pauses,
        migration,
        find,
        on_fatal,
    )
    status = StatusBuilder(
        store, models, workers, roots, guard, pipeline, publisher, refits, pauses, clock
    )
    parts = Parts(
        config=config,
        clock=clock,
        inbox=inbox,
        store=store,
        site=site,
        models=models,
        workers=workers,
        roots=roots,
        publisher=publisher,
        refits=refits,
        pauses=pauses,
        guard=guard,
        pipeline=pipeline,
        retries=retries,
        reconciler=reconciler,
        root_changes=root_changes,
        purge=purge,
        migration=migration,
        indexer=indexer,
        status=status,
        queries=Query(store, models, workers, lambda: roots.present),
        find=find,
        tell=lambda _event: None,
    )
    return parts


def checked_root(root: Root, where: Places) -> Root:
    """A root with its path written in full.

    Raises:
        ConfigError: it lies inside Muser's own folders.
    """
    path = os.path.realpath(os.path.expanduser(root.path))
    for own in own_folders(where):
        if is_inside(os.fsencode(path), own):
            raise ConfigError(
                f"{path} lies inside Muser's own folder {os.fsdecode(own)}",
                "choose a folder of your own; Muser never watches what it writes",
            )
    return structs.replace(root, path=path)


def own_folders(where: Places) -> tuple[bytes, ...]:
    """Folders that are never watched: Muser's own."""
    return tuple(
        os.fsencode(os.path.realpath(folder))
        for folder in (where.state, where.cache, where.runtime)
    )


def _layout_worker(config: Config, where: Places, clock: Clock) -> LayoutWorker:
    resources = config.resources
    return LayoutWorker(
        where.cache,
        resources.layout_memory_mb * _MB,
        resources.threads,
        resources.nice,
        resources.worker_idle_s,
        clock,
    )


def _limits(config: Config) -> Limits:
    files = config.files
    return Limits(
        image_max_bytes=files.image_max_mb * _MB,
        note_max_bytes=files.note_max_mb * _MB,
        document_max_bytes=files.document_max_mb * _MB,
        video_max_bytes=files.video_max_mb * _MB,
        image_max_pixels=files.image_max_megapixels * 1_000_000,
    )


def _encode_worker(
    space: Space,
    config: Config,
    where: Places,
    store: Store,
    on_outcome: Callable[[Space, Outcome], None],
    on_state: Callable[[Space], None],
    clock: Clock,
    roots: Callable[[], list[bytes]],
) -> EncodeWorker:
    with store.read() as reader:
        kept = reader.encoder(space)

    def known(kind: Kind) -> list[ContentHash]:
        with store.read() as reader:
            return list(reader.contents(kind))

    resources = config.resources
    settings = EncodeSettings(
        space=space,
        spec=config.encoders.image if space == "image" else config.encoders.text,
        keep=kept.id if kept else "",
        device=config.encoders.device,
        runtime=config.encoders.runtime,
        cache=where.cache,
        memory_bytes=resources.worker_memory_mb * _MB,
        threads=resources.threads,
        nice=resources.nice,
        idle_s=resources.worker_idle_s,
        file_deadline_s=resources.file_deadline_s,
        limits=_limits(config),
        roots=roots,
    )
    return EncodeWorker(
        settings, known=known, on_outcome=on_outcome, on_state=on_state, clock=clock
    )
