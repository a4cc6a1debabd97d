"""What runs the workers of an import."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from muserd.bulk.plan import Plan
from muserd.bulk.request import Made, Request, Work
from muserd.ground.records import Space
from muserd.shards.manifest import MadeBy


class Engine(Protocol):
    """Local processes, or Ray."""

    def encoder_of(self, space: Space, plan: Plan, work: Work) -> MadeBy:
        """The encoder that the workers open: see `discovery`.

        Raises:
            MuserError: none can be opened.
        """
        ...

    def made(self, work: Work, numbers: Sequence[int]) -> Iterator[Made]:
        """Make shards; yields each when it is there, in any order.

        Raises:
            MuserError: what the first worker that failed says.
        """
        ...

    def close(self) -> None:
        """End the workers; shards under way are lost, no others."""
        ...


def engine_of(request: Request) -> Engine:
    """The engine that was asked for; nothing is started yet."""
    if request.engine == "ray":
        from muserd.bulk.ray_engine import RayEngine

        return RayEngine(request)
    from muserd.bulk.local import LocalEngine

    # Accelerators are not counted here; one worker keeps one busy.
    return LocalEngine(request.workers or (1 if request.gpus else 0))
