"""The store's tables and the ordered, named migrations that lead to them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from muserd.ground.errors import SchemaError
from muserd.ground.records import SPACES, Space

# One line a table: name and what it maps.
FILES = "files"  # path key → FileRecord
ITEMS = "items"  # item id → ItemRecord
CONTENTS = "contents"  # kind and SHA-256 → item id
PATHS = "paths"  # item id and path digest → path
TEXTS = "texts"  # item id → clean text of a note, zlib
THUMBS = "thumbs"  # item id and level → WebP
FAILURES = "failures"  # path key → Failure
JOURNAL = "journal"  # revision → event, JSON
META = "meta"  # name → JSON

PER_SPACE = (
    "slots",  # slot → item id
    "vectors",  # slot → float32 [dim]
    "places",  # slot → PlaceRecord
    "neighbours",  # slot → 30 slots and cosines
    "lineage",  # slot → parent slot, cosine, weak
    "fits",  # fit number → FitRecord
    "maps",  # fit number → the arrays of that fit, for rollback and history
    "regions",  # region id → Region
)


def of_space(table: str, space: Space) -> str:
    """The name of a table of one space."""
    return f"{table}/{space}"


ALL_TABLES = (
    FILES,
    ITEMS,
    CONTENTS,
    PATHS,
    TEXTS,
    THUMBS,
    FAILURES,
    JOURNAL,
    META,
    *(of_space(table, space) for space in SPACES for table in PER_SPACE),
)


@dataclass(frozen=True, slots=True)
class Migration:
    """One step from the schema before to `version`; runs inside the opening transaction.

    It works on bytes, not by the codecs: those speak the newest schema only. A store of every
    earlier schema is kept as a fixture in tests/schemas.
    """

    version: int
    name: str
    apply: Callable[[Any, dict[str, Any]], None]  # transaction, database handles


def _first(_transaction: Any, _tables: dict[str, Any]) -> None:
    """The first schema needs no change of data."""


def _fits_tell_of_their_regions(transaction: Any, tables: dict[str, Any]) -> None:
    """Fits got the least sizes of regions and what became of them; earlier ones do not know."""
    for table in (tables[of_space("fits", space)] for space in SPACES):
        for key, data in list(transaction.cursor(db=table)):
            values = {"sizes": [], "events": [], **json.loads(data[1:])}
            transaction.put(key, data[:1] + json.dumps(values).encode(), db=table)


MIGRATIONS: tuple[Migration, ...] = (
    Migration(1, "first schema", _first),
    Migration(2, "fits tell of their regions", _fits_tell_of_their_regions),
)
CURRENT = MIGRATIONS[-1].version


def pending(version: int) -> tuple[Migration, ...]:
    """The migrations that lead from `version` (0: an empty store) to CURRENT.

    Raises:
        SchemaError: the store is newer than this program.
    """
    if version > CURRENT:
        raise SchemaError(
            f"the store has schema {version}; this Muser knows up to {CURRENT}",
            "it was written by a newer Muser: update, or restore a backup",
        )
    return tuple(migration for migration in MIGRATIONS if migration.version > version)
