"""From one encoder to another: everything is encoded anew while the old map is shown.

Vectors of two encoders never meet. So the space begins anew in store and memory; items, slots,
thumbnails and texts stay; the site of the space is left alone until a first fit of the new
vectors is there. A restart in between goes on where it was.
"""

import logging
from collections.abc import Mapping

from muserd.engine.ingest.pipeline import Pipeline
from muserd.engine.maps.model import SpaceModel
from muserd.engine.maps.refit.adoption import MIGRATING
from muserd.engine.maps.refit.refits import Refits
from muserd.engine.maps.transaction import map_transaction
from muserd.engine.maps.update import MapUpdate
from muserd.engine.operations import Seen
from muserd.engine.publishing.publisher import Publisher
from muserd.ground.logs import fields
from muserd.ground.records import KIND_OF, SPACES, FileState, Slot, Space
from muserd.store.environment import Store
from muserd.workers.encode.host import EncodeWorker

log = logging.getLogger(__name__)

_ONE_ENCODER = "one-encoder/"  # and the space: meta, whose vectors alone are in the space
_OF_THE_ENCODER = ("vectors", "places", "neighbours", "lineage", "fits", "maps")


class EncoderSwitch:
    """Runs on the loop's thread."""

    def __init__(
        self,
        store: Store,
        models: Mapping[Space, SpaceModel],
        workers: Mapping[Space, EncodeWorker],
        pipeline: Pipeline,
        publisher: Publisher,
        refits: Refits,
    ) -> None:
        self._store = store
        self._models = models
        self._workers = workers
        self._pipeline = pipeline
        self._publisher = publisher
        self._refits = refits

    def begin(self, space: Space) -> int:
        """Drop the vectors of a space and have its files read again; how many there are.

        What the former encoder has in work is dropped with them: files that it reads or has read,
        and a fit of its vectors.
        """
        model = self._models[space]
        with map_transaction(self._store, [model]) as writer:
            writer.clear_space(space, _OF_THE_ENCODER)
            writer.put_meta(f"encoder/{space}", None)
            writer.put_meta(MIGRATING + space, True)
        self._refits.abandon(space)
        self._workers[space].restart("")
        self._pipeline.restart(space)
        with self._store.read() as reader:
            model.load(reader)
        files = self.resume(space)
        log.warning("everything is encoded anew", extra=fields(space=space, files=files))
        return files

    def resume_all(self) -> None:
        """Go on with what the last run left."""
        with self._store.read() as reader:
            under_way = [space for space in SPACES if reader.meta(MIGRATING + space)]
        for space in SPACES:
            if space in under_way:
                self.resume(space)
            else:
                self._mend(space)

    def _mend(self, space: Space) -> None:
        """Have read again what lacks a vector of the space's encoder.

        Earlier releases could store vectors of two encoders in one space; the model leaves out
        those of another length than its encoder's.
        """
        model = self._models[space]
        strange = self._strange(model)
        if strange:
            log.warning(
                "vectors of another encoder are made anew",
                extra=fields(space=space, vectors=len(strange)),
            )
            with map_transaction(self._store, [model]) as writer:
                update = MapUpdate(model, writer)
                update.drop_vectors(strange)
                writer.put_meta("unpublished", True)
            self._publisher.note(space, update.changed)
        if len(model) > int(model.held.sum()):
            self._queue_unread(space)

    def _strange(self, model: SpaceModel) -> list[Slot]:
        """The vectors of another encoder; looked for once, since none can come any more."""
        looked_for = f"{_ONE_ENCODER}{model.space}"
        encoder = model.encoder.id if model.encoder else ""
        with self._store.read() as reader:
            if reader.meta(looked_for) == encoder:
                return []
            strange = model.strange_vectors(reader)
        if not strange:
            with self._store.write() as writer:
                writer.put_meta(looked_for, encoder)
        return strange

    def resume(self, space: Space) -> int:
        """Queue the files whose items have no vector; the old map stays until the first fit."""
        self._publisher.freeze(space)
        self._refits.migrating.add(space)
        return self._queue_unread(space)

    def _queue_unread(self, space: Space) -> int:
        """Queue the files whose items have no vector; how many there are."""
        count = 0
        with self._store.read() as reader:
            for file in reader.files():
                if file.kind != KIND_OF[space] or file.state is not FileState.PRESENT:
                    continue
                record = reader.item(file.item) if file.item is not None else None
                if record is not None and reader.vector(space, record.slot) is None:
                    seen = Seen(file.path, file.kind, file.stat)
                    self._pipeline.add(file.root, [seen], force=True)
                    count += 1
        return count
