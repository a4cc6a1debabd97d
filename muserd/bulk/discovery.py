"""Which encoder the shards are made with: decided once, before the first of them."""

from muserd.bulk.plan import Plan
from muserd.bulk.reading import Reader
from muserd.bulk.request import Work
from muserd.ground.errors import EncoderError
from muserd.ground.records import KIND_OF, Space
from muserd.shards.manifest import MadeBy

# As many as the worker looks at before it decides for a language: see `child.batches`.
_FIRST_FILES = 32


def encoder_of(space: Space, plan: Plan, work: Work) -> MadeBy:
    """The encoder that a worker opens for the first files of a space; these are read twice.

    Raises:
        EncoderError: none can be opened here.
    """
    number = plan.first(space)
    files = [] if number is None else plan.read(number)
    paths = [one.path for one in files if not one.part][:_FIRST_FILES]
    reader = Reader(space, work)
    try:
        reader.read(paths, KIND_OF[space])
        info = reader.encoder or reader.opened()
    finally:
        reader.close()
    if info is None:
        raise EncoderError(
            f"no encoder of the {space} map could be opened", "see: muserctl encoder list"
        )
    return MadeBy.of(info)
