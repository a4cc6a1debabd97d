"""How the parts of the engine hang together.

`build` makes them in stages, from the ground up; each stage is given the ones before it.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from msgspec import structs

from muserd.encode.reach import readable
from muserd.engine.adopt.adopter import Adopter
from muserd.engine.adopt.commit import Commit
from muserd.engine.adopt.terms import Terms
from muserd.engine.encoder_switch import EncoderSwitch
from muserd.engine.find.service import FindService
from muserd.engine.forgetting import Forgetting
from muserd.engine.gate import Gate
from muserd.engine.hands.exporter import Viewer
from muserd.engine.hands.service import HandsService
from muserd.engine.ingest.apply import Applier
from muserd.engine.ingest.pipeline import FileOutcome, Pipeline
from muserd.engine.ingest.transactions import Transactions
from muserd.engine.loop import Loop, LoopParts, Message
from muserd.engine.mailbox import Mailbox, Wake
from muserd.engine.maps.model import SpaceModel
from muserd.engine.maps.query import Query
from muserd.engine.maps.refit import job as fit_job
from muserd.engine.maps.refit.adoption import Adoption
from muserd.engine.maps.refit.refits import Refits
from muserd.engine.maps.refit.runner import FitRunner
from muserd.engine.memory import Memory
from muserd.engine.publishing.publisher import Publisher
from muserd.engine.publishing.thumbnail_pages import ThumbnailPacker
from muserd.engine.purge import Purge
from muserd.engine.reporter import Reporter
from muserd.engine.startup import Startup
from muserd.engine.status_builder import Sources, StatusBuilder
from muserd.engine.store_calls import StoreCalls
from muserd.engine.subscribers import Subscribers
from muserd.engine.sync.delete_guard import DeleteGuard
from muserd.engine.sync.reconcile import Reconciler
from muserd.engine.sync.rereads import Rereads
from muserd.engine.sync.retries import Retries
from muserd.engine.sync.root_changes import RootChanges
from muserd.engine.sync.roots import RescanWanted, Roots
from muserd.engine.syncs import Syncs
from muserd.engine.timers import Timers
from muserd.engine.worker_settings import MB, encode_settings, limits
from muserd.extract import DECODER_VERSION
from muserd.extract.formats import decoder_version
from muserd.ground import pins
from muserd.ground.clock import Clock
from muserd.ground.config import Config, Root
from muserd.ground.errors import ConfigError
from muserd.ground.paths import Places, is_inside, own_folders
from muserd.ground.records import SPACES, ContentHash, Kind, Space
from muserd.publish.site import Site
from muserd.store.environment import Store
from muserd.watch.ignore import Ignore
from muserd.watch.settle import Settler
from muserd.workers.encode.host import EncodeWorker
from muserd.workers.layout.host import LayoutWorker

PAGE = Path(__file__).resolve().parents[1] / "_page"  # the built viewer


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
    adopter: Adopter


@dataclass(frozen=True, slots=True)
class _Ground:
    """What every other part stands on."""

    config: Config
    where: Places
    clock: Clock
    mailbox: Mailbox[Message]
    timers: Timers
    subscribers: Subscribers
    store: Store
    site: Site
    models: dict[Space, SpaceModel]


@dataclass(frozen=True, slots=True)
class _Helpers:
    """What has threads or processes of its own, and what says whether it may work."""

    roots: Roots
    workers: dict[Space, EncodeWorker]
    gate: Gate
    find: FindService
    hands: HandsService


@dataclass(frozen=True, slots=True)
class _Maps:
    """Maps and the site."""

    publisher: Publisher
    refits: Refits


@dataclass(frozen=True, slots=True)
class _Files:
    """A file's way from the tree into the store."""

    transactions: Transactions
    pipeline: Pipeline
    retries: Retries
    rereads: Rereads
    settler: Settler
    guard: DeleteGuard
    reconciler: Reconciler
    root_changes: RootChanges


@dataclass(frozen=True, slots=True)
class _Upkeep:
    """What is done with store and maps as a whole, and what is said of it."""

    switch: EncoderSwitch
    purge: Purge
    forgetting: Forgetting
    memory: Memory
    syncs: Syncs
    reporter: Reporter
    adopter: Adopter


def build(config: Config, where: Places, clock: Clock, on_fatal: Callable[[], None]) -> Parts:
    """Make every part; nothing runs yet.

    Raises:
        ConfigError, StoreError, SchemaError, SiteError: the state directory cannot be used.
    """
    ground = _ground(config, where, clock)
    helpers = _helpers(ground)
    maps = _maps(ground, helpers)
    files = _files(ground, helpers, maps)
    upkeep = _upkeep(ground, helpers, maps, files)
    loop = _loop(ground, helpers, maps, files, upkeep, on_fatal)
    return Parts(
        config=ground.config,
        clock=clock,
        mailbox=ground.mailbox,
        store=ground.store,
        site=ground.site,
        models=ground.models,
        workers=helpers.workers,
        roots=helpers.roots,
        guard=files.guard,
        settler=files.settler,
        pipeline=files.pipeline,
        retries=files.retries,
        reconciler=files.reconciler,
        root_changes=files.root_changes,
        publisher=maps.publisher,
        refits=maps.refits,
        gate=helpers.gate,
        purge=upkeep.purge,
        forgetting=upkeep.forgetting,
        switch=upkeep.switch,
        syncs=upkeep.syncs,
        memory=upkeep.memory,
        loop=loop,
        reporter=upkeep.reporter,
        subscribers=ground.subscribers,
        queries=Query(ground.store, ground.models, helpers.workers, helpers.roots),
        find=helpers.find,
        hands=helpers.hands,
        adopter=upkeep.adopter,
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
                "choose another folder; Muser never watches what it writes itself",
            )
    return structs.replace(root, path=path)


def _ground(config: Config, where: Places, clock: Clock) -> _Ground:
    config = structs.replace(
        config, roots=tuple(checked_root(root, where) for root in config.roots)
    )
    for root in config.roots:
        Ignore(root, config.files.exclude, own_folders(where))  # a bad pattern is told at once
    store = Store(where.store, map_size_bytes=config.resources.map_size_gb * 2**30)
    site = Site(where.site, clock)
    site.install_page(PAGE)
    fit_job.clean(where.work)
    models = {space: SpaceModel(space, where.vectors) for space in SPACES}
    return _Ground(config, where, clock, Mailbox(), Timers(), Subscribers(), store, site, models)


def _helpers(ground: _Ground) -> _Helpers:
    config, where, clock, post = ground.config, ground.where, ground.clock, ground.mailbox.post
    store, models = ground.store, ground.models
    calls = StoreCalls(store, ground.mailbox.call)
    own = own_folders(where)
    roots = Roots(config, clock, ground.timers, post, own)
    pins.take_over(ground.where.cache)  # before a worker could put any there
    workers = {space: _encode_worker(space, ground, roots) for space in SPACES}
    gate = Gate(
        config, store, ground.timers, clock, lambda reason: post(RescanWanted(None, reason))
    )
    find = FindService(
        store, models, workers, lambda: roots.present, where.words, calls, clock, limits(config)
    )
    forbidden = lambda: [*roots.present, *own]  # noqa: E731 - what it is called says it
    viewer = Viewer(PAGE, config.title)
    hands = HandsService(store, models, workers, find, forbidden, calls, clock, viewer)
    return _Helpers(roots, workers, gate, find, hands)


def _maps(ground: _Ground, helpers: _Helpers) -> _Maps:
    config, store, models = ground.config, ground.store, ground.models
    timers, clock, post = ground.timers, ground.clock, ground.mailbox.post
    packer = ThumbnailPacker(
        ground.site, store, models["image"], helpers.workers["image"], clock, post
    )
    publisher = Publisher(
        ground.site, store, models, packer, ground.subscribers, timers, clock, config.title
    )
    layout = _layout_worker(config, ground.where, clock)
    adoption = Adoption(store, models, publisher)
    runner = FitRunner(layout, store, ground.where.work, post)
    refits = Refits(config, models, adoption, runner, helpers.gate, timers, clock)
    return _Maps(publisher, refits)


def _files(ground: _Ground, helpers: _Helpers, maps: _Maps) -> _Files:
    store, timers, clock, watch = ground.store, ground.timers, ground.clock, ground.config.watch
    roots = helpers.roots
    applier = Applier(clock, decoder_version(DECODER_VERSION))
    transactions = Transactions(
        store, ground.models, applier, maps.publisher, maps.refits, (helpers.find, helpers.hands)
    )
    pipeline = Pipeline(ground.models, helpers.workers, transactions, helpers.gate, clock)
    retries = Retries(store, roots, pipeline, applier, timers, clock)
    rereads = Rereads(store, roots, pipeline, helpers.gate, timers, clock)
    settler = Settler(watch.settle_ms, watch.delete_delay_ms, roots.is_folder)
    guard = DeleteGuard(watch, clock)
    reconciler = Reconciler(store, roots, guard, pipeline, transactions, settler, timers, clock)
    root_changes = RootChanges(store, roots, guard, pipeline, transactions, timers, clock)
    return _Files(
        transactions, pipeline, retries, rereads, settler, guard, reconciler, root_changes
    )


def _upkeep(ground: _Ground, helpers: _Helpers, maps: _Maps, files: _Files) -> _Upkeep:
    store, models, clock = ground.store, ground.models, ground.clock
    roots, workers, gate, find = helpers.roots, helpers.workers, helpers.gate, helpers.find
    publisher, refits, pipeline = maps.publisher, maps.refits, files.pipeline
    keep_days = ground.config.resources.keep_deleted_days
    purge = Purge(store, models, refits, ground.timers, clock, keep_days)
    adopter = _adopter(ground, helpers, files)
    progress = lambda: adopter.progress  # noqa: E731 - what it is called says it
    sources = Sources(
        store, models, workers, roots, files.guard, pipeline, publisher, refits, gate, progress
    )
    return _Upkeep(
        switch=EncoderSwitch(store, models, workers, pipeline, publisher, refits),
        purge=purge,
        forgetting=Forgetting(
            store, ground.site, publisher, purge, (publisher, find), find.begin_anew
        ),
        memory=Memory(store, files.reconciler, pipeline, publisher, refits, ground.timers, clock),
        syncs=Syncs(roots, files.reconciler, pipeline, gate, workers, refits, publisher),
        reporter=Reporter(StatusBuilder(sources, clock), ground.subscribers, clock),
        adopter=adopter,
    )


def _adopter(ground: _Ground, helpers: _Helpers, files: _Files) -> Adopter:
    calls = StoreCalls(ground.store, ground.mailbox.call)
    models, roots, pipeline = ground.models, helpers.roots, files.pipeline
    terms = Terms(roots, models, helpers.workers, pipeline, helpers.gate, calls)
    commit = Commit(files.transactions, models, roots, pipeline)
    return Adopter(ground.store, terms, commit, calls, ground.where.cache, ground.clock)


def _loop(
    ground: _Ground,
    helpers: _Helpers,
    maps: _Maps,
    files: _Files,
    upkeep: _Upkeep,
    on_fatal: Callable[[], None],
) -> Loop:
    startup = Startup(
        ground.store,
        ground.models.values(),
        maps.publisher,
        upkeep.switch,
        files.root_changes,
        (helpers.find, helpers.hands),
        ground.config.roots,
    )
    parts = LoopParts(
        startup=startup,
        roots=helpers.roots,
        reconciler=files.reconciler,
        pipeline=files.pipeline,
        refits=maps.refits,
        publisher=maps.publisher,
        retries=files.retries,
        gate=helpers.gate,
        memory=upkeep.memory,
        syncs=upkeep.syncs,
        reporter=upkeep.reporter,
    )
    return Loop(ground.mailbox, ground.timers, ground.clock, parts, on_fatal)


def _layout_worker(config: Config, where: Places, clock: Clock) -> LayoutWorker:
    resources = config.resources
    return LayoutWorker(
        where.cache,
        resources.layout_memory_mb * MB,
        resources.threads,
        resources.nice,
        resources.worker_idle_s,
        clock,
        work=where.work,
        readable=[
            path
            for spec in (config.encoders.image, config.encoders.text)
            for path in readable(spec, where.cache)
        ],
    )


def _encode_worker(space: Space, ground: _Ground, roots: Roots) -> EncodeWorker:
    store, mailbox = ground.store, ground.mailbox
    with store.read() as reader:
        kept = reader.encoder(space)

    def known(kind: Kind) -> list[ContentHash]:
        with store.read() as reader:
            return list(reader.contents(kind))

    return EncodeWorker(
        encode_settings(space, ground.config, ground.where, kept, lambda: roots.present),
        known=known,
        on_outcome=lambda _, outcome: mailbox.post(FileOutcome(outcome)),
        on_interrupted=mailbox.post,
        on_state=lambda _: mailbox.post(Wake()),  # the status tells of it
        clock=ground.clock,
    )
