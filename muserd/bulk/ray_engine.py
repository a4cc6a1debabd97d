"""The import by a Ray cluster: each actor of a Ray Data pipeline is a worker.

Only the numbers of shards, and what became of them, go through Ray: files are read from the folders
and shards are written to theirs by the actors themselves. An actor, or a node, that dies costs the
shards that it had under way; Ray gives their numbers to others.
"""

import os
import secrets
import socket
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from muserd.bulk.discovery import encoder_of
from muserd.bulk.maker import ShardMaker
from muserd.bulk.plan import Plan, load
from muserd.bulk.request import Made, Request, Work
from muserd.ground.errors import EncoderError, MuserError, ShardError
from muserd.ground.records import Space
from muserd.shards.manifest import MadeBy

_STORE_BYTES = 128 * 2**20  # of Ray's objects: numbers of shards, and what became of them
_CONNECT_S = 10.0
_NO_CLUSTER = (
    "see that `ray status` shows it, and that both have the same versions of Ray and Python"
)


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What comes back from an actor: a shard, an encoder, or why there is none."""

    made: Made | None = None
    encoder: MadeBy | None = None
    message: str = ""
    hint: str = ""
    node: str = ""


def _failed(error: MuserError) -> bytes:
    """An error as it travels: Ray would pickle an exception."""
    node = os.uname().nodename
    return msgspec.json.encode(Outcome(message=error.message, hint=error.hint, node=node))


class ShardActor:
    """A worker of the pipeline. Ray makes it, again if need be, and calls it with batches.

    Args:
        work: a `Work`, as JSON.
    """

    def __init__(self, work: bytes) -> None:
        self._work = msgspec.json.decode(work, type=Work)
        self._maker: ShardMaker | None = None

    def __call__(self, batch: dict[str, Any]) -> dict[str, list[bytes]]:
        """Numbers of shards in, an `Outcome` as JSON for each."""
        return {"outcome": [self._make(int(number)) for number in batch["number"]]}

    def _make(self, number: int) -> bytes:
        try:
            if self._maker is None:
                self._maker = ShardMaker(self._work)
            made = self._maker.make(number)
        except MuserError as error:
            return _failed(error)
        return msgspec.json.encode(Outcome(made=made))


def found_encoder(space: Space, work: bytes) -> bytes:
    """On a node: the encoder that it opens for a space, an `Outcome` as JSON."""
    told = msgspec.json.decode(work, type=Work)
    try:
        encoder = encoder_of(space, load(told.folder), told)
    except (MuserError, OSError) as error:
        known = error if isinstance(error, MuserError) else ShardError(str(error))
        return _failed(known)
    return msgspec.json.encode(Outcome(encoder=encoder))


class RayEngine:
    """See `engines.Engine`. Ray is started, or joined, when it is needed first."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._ray: Any = None

    def encoder_of(self, space: Space, plan: Plan, work: Work) -> MadeBy:
        """See `Engine`. Of a cluster, one of the nodes says it: it has what they compute with."""
        if not self._request.address:
            return encoder_of(space, plan, work)
        ray = self._started()
        found = ray.remote(found_encoder).options(**self._resources(work))
        outcome = _told(ray.get(found.remote(space, msgspec.json.encode(work))))
        if outcome.encoder is None:
            raise EncoderError(f"no node says which encoder of the {space} map it opens")
        return outcome.encoder

    def made(self, work: Work, numbers: Sequence[int]) -> Iterator[Made]:
        """See `Engine`."""
        ray = self._started()
        count = min(self._workers(ray, work), len(numbers))
        rows = [{"number": number} for number in numbers]
        pipeline = ray.data.from_items(rows, override_num_blocks=len(rows)).map_batches(
            ShardActor,
            fn_constructor_args=(msgspec.json.encode(work),),
            batch_size=1,
            compute=ray.data.ActorPoolStrategy(
                min_size=1, initial_size=count, max_size=max(count, self._request.workers)
            ),
            **self._resources(work),
        )
        try:
            for row in pipeline.iter_rows():
                outcome = _told(row["outcome"])
                if outcome.made is not None:
                    yield outcome.made
        except ray.exceptions.RayError as error:
            first = str(error).strip().splitlines()[:1]
            raise ShardError(
                f"Ray ended the import: {type(error).__name__}: {' '.join(first)}",
                "see `ray status`; then run the same command again: what is done stays",
            ) from error

    def close(self) -> None:
        """See `Engine`. A cluster that was joined goes on; its actors of this import end."""
        if self._ray is not None:
            self._ray.shutdown()
            self._ray = None

    def _resources(self, work: Work) -> dict[str, float]:
        gpus = self._request.gpus
        return {"num_cpus": work.cores, **({"num_gpus": gpus} if gpus else {})}

    def _workers(self, ray: Any, work: Work) -> int:
        """How many actors fit into the cluster now, or how many were asked for."""
        if self._request.workers:
            return self._request.workers
        there = ray.cluster_resources()
        fitting = [there.get("CPU", 1.0) / work.cores]
        if self._request.gpus:
            fitting.append(there.get("GPU", 0.0) / self._request.gpus)
        return max(int(min(fitting)), 1)

    def _started(self) -> Any:
        if self._ray is None:
            ray = _library(alone=not self._request.address)
            try:
                if self._request.address:
                    _look(self._request.address)
                    ray.init(self._request.address, logging_level="error", log_to_driver=False)
                else:
                    _start_here(ray, self._request)
            except (OSError, RuntimeError, ValueError) as error:
                first = str(error).strip().splitlines()[:1]
                where = self._request.address or "this machine"
                raise ShardError(f"no Ray at {where}: {' '.join(first)}", _NO_CLUSTER) from error
            ray.data.DataContext.get_current().enable_progress_bars = False
            self._ray = ray
        return self._ray


def _library(*, alone: bool) -> Any:
    """Ray with Ray Data, which reports nothing to anybody.

    Args:
        alone: it will be started here, for this import: whoever speaks to its ports needs a token
            that only this process and those that it starts know. Ray reads that when imported.

    Raises:
        ShardError: it is not installed.
    """
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    if alone:
        os.environ |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    try:
        import ray
        import ray.data
        import ray.exceptions
    except ImportError as error:
        raise ShardError(f"Ray cannot be imported: {error}", 'pip install "muser[ray]"') from error
    return ray


def _look(address: str) -> None:
    """Raise OSError where nobody answers: Ray itself would try for two minutes."""
    host, sign, port = address.rpartition(":")
    if sign and port.isdecimal():
        with socket.create_connection((host, int(port)), timeout=_CONNECT_S):
            pass


def _start_here(ray: Any, request: Request) -> None:
    """Start a cluster of this machine alone."""
    ray.init(
        num_cpus=request.workers or os.cpu_count(),
        include_dashboard=False,
        object_store_memory=_STORE_BYTES,
        logging_level="error",
        log_to_driver=False,
    )


def _told(said: bytes) -> Outcome:
    """What an actor says.

    Raises:
        ShardError: what went wrong there.
    """
    outcome = msgspec.json.decode(said, type=Outcome)
    if outcome.message:
        raise ShardError(f"on {outcome.node}: {outcome.message}", outcome.hint)
    return outcome
