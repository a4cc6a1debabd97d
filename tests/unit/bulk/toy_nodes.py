"""What Ray's nodes run in tests: the workers of an import, with the toy encoder.

Whoever imports this takes it: the nodes do, when Ray sends them one of these by name.
"""

import functools

import pytest

from muserd.bulk import ray_engine, reading
from muserd.bulk.ray_engine import ShardActor, found_encoder
from muserd.ground.config import Config, Encoders
from muserd.ground.records import Space
from muserd.workers.encode.host import EncodeWorker
from tests import children

TOY = Config(encoders=Encoders(image="toy", text="toy"))

reading.EncodeWorker = functools.partial(EncodeWorker, child="encode_puppet")  # type: ignore[misc,assignment]
children.on_the_path(pytest.MonkeyPatch())


class ToyActor(ShardActor):
    """A `ShardActor` of a process that has imported this module."""


def toy_encoder(space: Space, work: bytes) -> bytes:
    """`found_encoder`, the same way."""
    return found_encoder(space, work)


def take_toys() -> None:
    """Have this process send these to the nodes."""
    ray_engine.ShardActor = ToyActor  # type: ignore[misc]
    ray_engine.found_encoder = toy_encoder
