"""The terms on which shards are adopted: folders that are watched and there, and one encoder."""

from collections.abc import Mapping
from functools import partial

from muserd.engine.adopt.selection import Rebase, Target
from muserd.engine.gate import Gate
from muserd.engine.ingest.pipeline import Pipeline
from muserd.engine.maps.model import SpaceModel
from muserd.engine.store_calls import StoreCalls
from muserd.engine.sync.roots import Roots
from muserd.ground.errors import ShardError, UsageError, WorkerError
from muserd.ground.paths import display, is_inside
from muserd.ground.records import Space
from muserd.shards.manifest import MadeBy, Manifest
from muserd.workers.encode.host import EncodeWorker

_OPEN_S = 600.0  # an encoder that has to be loaded, or converted first
_THERE = frozenset({"watching", "polling"})


class Terms:
    """`begin` and `end` are for the loop's thread, the rest for that of the adoption."""

    def __init__(
        self,
        roots: Roots,
        models: Mapping[Space, SpaceModel],
        workers: Mapping[Space, EncodeWorker],
        pipeline: Pipeline,
        gate: Gate,
        calls: StoreCalls,
    ) -> None:
        self._roots = roots
        self._models = models
        self._workers = workers
        self._pipeline = pipeline
        self._gate = gate
        self._calls = calls

    def begin(
        self, manifest: Manifest, rebases: Mapping[bytes, bytes]
    ) -> tuple[list[Target], list[Rebase]]:
        """Let no files be read from now on, if the shards can be taken at all.

        Returns:
            The watched folders, and what the folders of the import are called here, in its order.

        Raises:
            ShardError: an encoder is another one than the map's, or a folder is not watched, or
                away.
            UsageError: a folder to be renamed is none of the import's.
        """
        bases = _bases(manifest, rebases)
        for base in bases:
            self._check_folder(base.now)
        for space, made_by in manifest.encoders.items():
            if any(entry.space == space for entry in manifest.shards):
                self._check_encoder(space, made_by)
        self._gate.adopt(rests=True)
        targets = [Target(one.raw, frozenset(one.config.kinds), one.ignore) for one in self._roots]
        return targets, bases

    def end(self) -> None:
        """Files may be read again; a scan of all folders confirms what was taken."""
        self._gate.adopt(rests=False)

    def open_encoders(self, manifest: Manifest) -> None:
        """Of maps that have none yet: see that the configured encoder is that of the shards.

        Raises:
            ShardError: it is another one, or cannot be opened.
        """
        for space, made_by in manifest.encoders.items():
            shards = any(entry.space == space for entry in manifest.shards)
            if shards and self._models[space].encoder is None:
                self._calls.run(partial(self._keep, space, made_by.id))
                try:
                    self._workers[space].query("a", _OPEN_S)
                except WorkerError as error:
                    self._calls.run(partial(self._keep, space, ""))
                    raise ShardError(
                        f"the shards were made with {made_by.id}, and that cannot be opened here: "
                        f"{error.message}",
                        f"choose it in the configuration (encoders.{space}), and restart the "
                        "daemon; or import again with the configured one",
                    ) from error

    def _keep(self, space: Space, encoder: str) -> None:
        self._workers[space].restart(encoder)
        self._pipeline.restart(space)

    def _check_folder(self, path: bytes) -> None:
        holding = [one for one in self._roots if is_inside(path, one.raw)]
        root = max(holding, key=lambda one: len(one.raw), default=None)
        name = display(path)
        if root is None:
            raise ShardError(
                f"the shards hold files of {name}, which is in no watched folder",
                f"watch it first: muserctl roots add {name}; "
                "or say what it is called here: --root FROM=TO",
            )
        if root.state not in _THERE:
            raise ShardError(
                f"{display(root.raw)} is {root.state}: {root.reason}",
                "see that it is mounted, then adopt again",
            )

    def _check_encoder(self, space: Space, made_by: MadeBy) -> None:
        encoder = self._models[space].encoder
        if encoder is not None and (encoder.id, encoder.dim) != (made_by.id, made_by.dim):
            raise ShardError(
                f"the shards were made with {made_by.id}, the {space} map with {encoder.id}; "
                "vectors of two encoders are never mixed",
                f"choose that encoder in the configuration (encoders.{space}), restart, "
                f"`muserctl encoder switch {space}`, and adopt again; or import again",
            )


def _bases(manifest: Manifest, rebases: Mapping[bytes, bytes]) -> list[Rebase]:
    left = dict(rebases)
    bases = []
    for path in manifest.root_paths:
        now = left.pop(path, None)
        bases.append(Rebase(path, path if now is None else now, now is not None))
    for path in left:
        known = ", ".join(map(display, manifest.root_paths))
        raise UsageError(f"{display(path)} is no folder of the import", f"it is of {known}")
    return bases
