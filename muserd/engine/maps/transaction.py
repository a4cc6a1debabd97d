"""Store and models change together: when a transaction fails, the models are loaded anew."""

import contextlib
from collections.abc import Iterable, Iterator

from muserd.engine.maps.model import SpaceModel
from muserd.store.environment import Store
from muserd.store.writer import Writer


@contextlib.contextmanager
def map_transaction(
    store: Store, models: Iterable[SpaceModel], *, grows: bool = False
) -> Iterator[Writer]:
    """One store transaction whose block may change `models` as well.

    When the block or its commit fails, nothing was stored, and the models are what the store
    says, whatever the block had done to them. `grows`: the block adds to the store.

    Raises:
        StoreFullError: the map or the disk is full.
        StoreError: LMDB failed otherwise.
    """
    try:
        with store.write(grows=grows) as writer:
            yield writer
    except BaseException:
        with store.read() as reader:
            for model in models:
                model.load(reader)
        raise
