"""What the loop does first: the models are loaded, and all goes on where the last run ended."""

from collections.abc import Iterable
from typing import Protocol

from muserd.engine.encoder_switch import EncoderSwitch
from muserd.engine.maps.model import SpaceModel, online_items
from muserd.engine.publishing.publisher import Publisher
from muserd.engine.sync.root_changes import RootChanges
from muserd.ground.config import Root
from muserd.store.environment import Store


class Service(Protocol):
    """What has a thread of its own, which needs the models."""

    def start(self) -> None:
        """Begin."""
        ...


class Startup:
    """Runs once, on the loop's thread."""

    def __init__(
        self,
        store: Store,
        models: Iterable[SpaceModel],
        publisher: Publisher,
        switch: EncoderSwitch,
        root_changes: RootChanges,
        services: Iterable[Service],
        roots: tuple[Root, ...],
    ) -> None:
        self._store = store
        self._models = tuple(models)
        self._publisher = publisher
        self._switch = switch
        self._root_changes = root_changes
        self._services = tuple(services)
        self._roots = roots

    def run(self) -> None:
        """Load, resume, watch.

        Raises:
            StoreError, SiteError: the state directory cannot be used.
        """
        with self._store.read() as reader:
            online = online_items(reader)
            for model in self._models:
                model.load(reader, online)
        self._publisher.start()
        self._switch.resume_all()
        self._store.release_pages()
        for service in self._services:
            service.start()
        self._root_changes.begin(self._roots)
