"""How the parts of the engine hang together."""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from msgspec import structs

from muserd.engine.encoder_switch import EncoderSwitch
from muserd.engine.find.service import FindService
from muserd.engine.forgetting import Forgetting
from muserd.engine.gate import Gate
from muserd.engine.hands.service import HandsService
from muserd.engine.ingest.apply import Applier
from muserd.engine.ingest.pipeline import FileOutcome, Pipeline
from muserd.engine.ingest.transactions import Transactions
from muserd.engine.loop import Loop, LoopParts, Message
from muserd.engine.mailbox import Mailbox, Wake
from muserd.engine.maps.model import SpaceModel
from muserd.engine.maps.query import Query
from muserd.engine.maps.refit import job as fit_job
from muserd.engine.maps.refit.refits import Refits
from muserd.engine.maps.refit.runner import FitRunner
from muserd.engine.memory import Memory
from muserd.engine.publishing.publisher import Publisher
from muserd.engine.publishing.thumbnail_pages import ThumbnailPacker
from muserd.engine.purge import Purge
from muserd.engine.reporter import Reporter
from muserd.engine.startup import Startup
from muserd.engine.status_builder import Sources, StatusBuilder
from muserd.engine.subscribers import Subscribers
from muserd.engine.sync.delete_guard import DeleteGuard
from muserd.engine.sync.reconcile import Reconciler
from muserd.engine.sync.retries import Retries
from muserd.engine.sync.root_changes import RootChanges
from muserd.engine.sync.roots import RescanWanted, Roots
from muserd.engine.syncs import Syncs
from muserd.engine.timers import Timers
from muserd.extract import DECODER_VERSION
from muserd.extract.formats import decoder_version
from muserd.extract.limits import Limits
from muserd.ground.clock import Clock
from muserd.ground.config import Config, Root
from muserd.ground.errors import ConfigError
from muserd.ground.memory import machine_bytes
from muserd.ground.paths import Places, is_inside
from muserd.ground.records import SPACE_OF, SPACES, ContentHash, ItemRecord, Kind, Space
from muserd.publish.site import Site
from muserd.store.environment import Store
from muserd.watch.ignore import Ignore
from muserd.watch.settle import Settler
from muserd.workers.encode.host import EncodeSettings, EncodeWorker
from muserd.workers.layout.host import LayoutWorker

PAGE = Path(__file__).resolve().parents[1] / "_page"  # the built viewer

_MB = 2**20


@dataclass(frozen=True, slots=True)
class Parts:
    """What the engine's face, and tests, reach for."""

    config: Config
    clock: Clock
    mailbox: Mailbox[Message]
    store: Store
    site: Site
    models: dict[Space, SpaceModel]
    workers: dict[Space, EncodeWorker]
    roots: Roots
    guard: DeleteGuard
    settler: Settler
    pipeline: Pipeline
    retries: Retries
    reconciler: Reconciler
    root_changes: RootChanges
    publisher: Publisher
    refits: Refits
    gate: Gate
    purge: Purge
    forgetting: Forgetting
    switch: EncoderSwitch
    syncs: Syncs
    memory: Memory
    loop: Loop
    reporter: Reporter
    subscribers: Subscribers
    queries: Query
    find: FindService
    hands: HandsService


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

    mailbox: Mailbox[Message] = Mailbox()
    timers, subscribers = Timers(), Subscribers()
    models = {space: SpaceModel(space, where.vectors) for space in SPACES}
    roots = Roots(config, clock, timers, mailbox.post, own_folders(where))
    workers = {
        space: _encode_worker(space, config, where, store, roots, mailbox, clock)
        for space in SPACES
    }
    gate = Gate(
        config, store, timers, clock, lambda reason: mailbox.post(RescanWanted(None, reason))
    )
    find = _find_service(config, where, store, models, workers, roots, mailbox, clock)

    hands = HandsService(
        store,
        models,
        workers,
        find,
        lambda: [*roots.present, *own_folders(where)],
        mailbox.call,
        clock,
    )

    packer = ThumbnailPacker(site, store, models["image"], workers["image"], clock, mailbox.post)
    publisher = Publisher(site, store, models, packer, subscribers, timers, clock, config.title)
    runner = FitRunner(_layout_worker(config, where, clock), store, where.work, mailbox.post)
    refits = Refits(config, store, models, publisher, runner, gate, timers, clock)

    applier = Applier(clock, decoder_version(DECODER_VERSION))
    transactions = Transactions(store, models, applier, publisher, refits, (find, hands))
    pipeline = Pipeline(models, workers, transactions, gate, clock)
    retries = Retries(store, roots, pipeline, applier, timers, clock)

    settler = Settler(config.watch.settle_ms, config.watch.delete_delay_ms, roots.is_folder)
    guard = DeleteGuard(config.watch, clock)
    reconciler = Reconciler(store, roots, guard, pipeline, transactions, settler, timers, clock)
    root_changes = RootChanges(store, roots, guard, pipeline, transactions, timers, clock)

    switch = EncoderSwitch(store, models, workers, pipeline, publisher, refits)
    purge = Purge(store, models, refits, timers, clock, config.resources.keep_deleted_days)

    def items_changed(items: Iterable[ItemRecord]) -> None:
        for item in items:
            space = SPACE_OF[item.kind]
            publisher.note(space, [item.slot])
            find.note(space, [item.slot])

    forgetting = Forgetting(store, site, publisher, purge, items_changed, find.begin_anew)
    startup = Startup(
        store, models.values(), publisher, switch, root_changes, (find, hands), config.roots
    )
    memory = Memory(store, reconciler, pipeline, publisher, refits, clock)
    syncs = Syncs(roots, reconciler, pipeline, gate, workers, refits, publisher)
    sources = Sources(store, models, workers, roots, guard, pipeline, publisher, refits, gate)
    reporter = Reporter(StatusBuilder(sources, clock), subscribers, clock)
    loop = Loop(
        mailbox,
        timers,
        clock,
        LoopParts(
            startup=startup,
            roots=roots,
            reconciler=reconciler,
            pipeline=pipeline,
            refits=refits,
            publisher=publisher,
            retries=retries,
            gate=gate,
            memory=memory,
            syncs=syncs,
            reporter=reporter,
        ),
        on_fatal,
    )
    return Parts(
        config=config,
        clock=clock,
        mailbox=mailbox,
        store=store,
        site=site,
        models=models,
        workers=workers,
        roots=roots,
        guard=guard,
        settler=settler,
        pipeline=pipeline,
        retries=retries,
        reconciler=reconciler,
        root_changes=root_changes,
        publisher=publisher,
        refits=refits,
        gate=gate,
        purge=purge,
        forgetting=forgetting,
        switch=switch,
        syncs=syncs,
        memory=memory,
        loop=loop,
        reporter=reporter,
        subscribers=subscribers,
        queries=Query(store, models, workers, roots),
        find=find,
        hands=hands,
    )


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
        pixels_memory_bytes=_worker_memory_bytes(config) // 2,
    )


def _worker_memory_bytes(config: Config) -> int:
    """As configured, and no more than two fifths of what the machine, or its cgroup, has."""
    return min(config.resources.worker_memory_mb * _MB, machine_bytes() * 2 // 5)


def _find_service(
    config: Config,
    where: Places,
    store: Store,
    models: dict[Space, SpaceModel],
    workers: dict[Space, EncodeWorker],
    roots: Roots,
    mailbox: Mailbox[Message],
    clock: Clock,
) -> FindService:
    return FindService(
        store,
        models,
        workers,
        lambda: roots.present,
        where.words,
        mailbox.call,
        clock,
        _limits(config),
    )


def _encode_worker(
    space: Space,
    config: Config,
    where: Places,
    store: Store,
    roots: Roots,
    mailbox: Mailbox[Message],
    clock: Clock,
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
        keep_note=kept.note if kept else "",
        cache=where.cache,
        memory_bytes=_worker_memory_bytes(config),
        threads=resources.threads,
        nice=resources.nice,
        idle_s=resources.worker_idle_s,
        file_deadline_s=resources.file_deadline_s,
        limits=_limits(config),
        roots=lambda: sorted(roots.present),
    )
    return EncodeWorker(
        settings,
        known=known,
        on_outcome=lambda _, outcome: mailbox.post(FileOutcome(outcome)),
        on_state=lambda _: mailbox.post(Wake()),  # the status tells of it
        clock=clock,
    )
