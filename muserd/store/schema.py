"""The store's tables and the ordered, named migrations that lead to them."""

import datetime as dt
import json
import math
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from muserd.ground.errors import SchemaError
from muserd.ground.records import SPACES, Space
from muserd.ground.texts import one_line
from muserd.store.names import folded, name_entry, names_of

# One line a table: name and what it maps.
FILES = "files"  # path key → FileRecord
ITEMS = "items"  # item id → ItemRecord
CONTENTS = "contents"  # kind and SHA-256 → item id
PATHS = "paths"  # item id and path digest → path
LOST = "lost"  # item id and path digest → a path that the item has had
NAMES = "names"  # folded name or stem of a file, or alias of an item → path, or NUL and item id
MENTIONS = "mentions"  # folded name that a note links to, and id of the note → nothing
TEXTS = "texts"  # item id → clean text of a note, zlib
CAPTIONS = "captions"  # digest of encoder and caption → float16 [dim]
COLLECTIONS = "collections"  # collection id → Collection
MEMBERS = "members"  # collection id, kind and SHA-256 → when it joined
VERDICTS = "verdicts"  # kind and two SHA-256, the lesser first → Verdict
THUMBS = "thumbs"  # item id and level → WebP
FAILURES = "failures"  # path key → Failure
JOURNAL = "journal"  # revision → event, JSON
META = "meta"  # name → JSON

REPLACED = "replaced/"  # and a space, in META: how many vectors were put in place of another one

_U32 = struct.Struct(">I")  # of keys and numbers

PER_SPACE = (
    "slots",  # slot → item id
    "free",  # slot below the highest that holds no item → nothing
    "vectors",  # slot → float32 [dim]
    "places",  # slot → PlaceRecord
    "neighbours",  # slot → 30 slots and cosines
    "lineage",  # slot → parent slot, cosine, weak
    "fits",  # fit number → FitRecord
    "maps",  # fit number → the arrays of that fit, for rollback and history
    "regions",  # region id → Region
    "pages",  # slot → id of the item whose thumbnail is in the slot's cell of the site's pages
)


def of_space(table: str, space: Space) -> str:
    """The name of a table of one space."""
    return f"{table}/{space}"


ALL_TABLES = (
    FILES,
    ITEMS,
    CONTENTS,
    PATHS,
    LOST,
    NAMES,
    MENTIONS,
    TEXTS,
    CAPTIONS,
    COLLECTIONS,
    MEMBERS,
    VERDICTS,
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


def _slots_are_given_again(transaction: Any, tables: dict[str, Any]) -> None:
    """Slots of forgotten items became free for others; so a map must say whom each row means."""
    for space in SPACES:
        slots = dict(transaction.cursor(db=tables[of_space("slots", space)]))
        count = json.loads(transaction.get(f"next-slot/{space}".encode(), db=tables[META]) or b"0")
        for slot in range(count):
            if _U32.pack(slot) not in slots:
                transaction.put(_U32.pack(slot), b"", db=tables[of_space("free", space)])
        for slot, item in slots.items():
            transaction.put(slot, item, db=tables[of_space("pages", space)])
        maps = tables[of_space("maps", space)]
        for key, data in list(transaction.cursor(db=maps)):
            transaction.put(key, _with_ids(data, slots), db=maps)


def _with_ids(data: bytes, slots: dict[bytes, bytes]) -> bytes:
    """A map with the array `ids` after the others: the item of each of its slots."""
    head = struct.Struct("<BI")
    version, length = head.unpack_from(data)
    header = json.loads(data[head.size : head.size + length])
    body = zlib.decompress(data[head.size + length :])
    start = 0
    for name, dtype, shape in header["arrays"]:
        size = math.prod(shape) * int(dtype[-1])
        if name == "slots":
            rows = struct.unpack(f"<{shape[0]}i", body[start : start + size])
        start += size
    none = _U32.pack(0xFFFFFFFF)
    ids = b"".join(slots.get(_U32.pack(slot), none)[::-1] for slot in rows)  # little-endian there
    header["arrays"].append(["ids", "<u4", [len(rows)]])
    text = json.dumps(header).encode()
    return head.pack(version, len(text)) + text + zlib.compress(body + ids, 3)


_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_LONGEST_TEXT = 10_000
_LOOKED_UP = ("links", "aliases")  # other tables have them as keys: see `_aliases_are_cleaned`
_ITEM_4 = struct.Struct("<BBI32sqqI")
_ITEM_3 = struct.Struct("<BBI32sqBhIIIqqI")
_TIME_SOURCES_3 = ("exif", "front-matter", "mtime")


def _facts_by_name(transaction: Any, tables: dict[str, Any]) -> None:
    """What an item says of itself is stored by name, so that it can say more than in a schema."""
    table = tables[ITEMS]
    for key in list(transaction.cursor(db=table).iternext(keys=True, values=False)):
        data = bytes(transaction.get(key, db=table))
        transaction.put(key, _with_facts(data), db=table)


def _with_facts(data: bytes) -> bytes:
    _, kind, slot, content, time, source, offset, *rest = _ITEM_3.unpack_from(data)
    width, height, length, added, gone, previous = rest
    title, name, excerpt, tags, language, concepts = json.loads(data[_ITEM_3.size :])
    facts = {
        "title": title,
        "excerpt": excerpt,
        "tags": tags,
        "time_ms": time,
        "time_source": _TIME_SOURCES_3[source],
        "utc_offset_min": None if offset == -(2**15) else offset,
        "width": width,
        "height": height,
        "length": length,
        "language": language,
        "concepts": concepts,
    }
    head = struct.pack("<BBI32sqqI", 2, kind, slot, content, added, gone, previous)
    return head + msgspec.msgpack.encode((name, facts))


def _wall_clocks(transaction: Any, tables: dict[str, Any]) -> None:
    """A time without an offset is the wall clock's, no longer one of this machine's zone."""
    table = tables[ITEMS]
    for key in list(transaction.cursor(db=table).iternext(keys=True, values=False)):
        data = bytes(transaction.get(key, db=table))
        name, facts = msgspec.msgpack.decode(data[_ITEM_4.size :])
        if facts.get("utc_offset_min") is None:
            _take_off_zone(facts)
            words = msgspec.msgpack.encode((name, facts))
            transaction.put(key, data[: _ITEM_4.size] + words, db=table)


def _take_off_zone(facts: dict[str, Any]) -> None:
    """What was read without an offset was taken for this machine's: turned back, to the minute.

    Midnight in a note was a day without a time. The time of a file keeps this machine's offset.
    """
    time_ms = facts.get("time_ms", 0)
    try:
        at = (_EPOCH + dt.timedelta(milliseconds=time_ms)).astimezone()
        offset = at.utcoffset() or dt.timedelta()
    except (OverflowError, OSError, ValueError):
        return
    if facts.get("time_source", "mtime") == "mtime":
        facts["utc_offset_min"] = round(offset / dt.timedelta(minutes=1))
        return
    facts["time_ms"] = time_ms + offset // dt.timedelta(milliseconds=1)
    if facts["time_source"] == "front-matter" and at.time() == dt.time():
        facts["time_precision"] = "day"


def _names_of_files(transaction: Any, tables: dict[str, Any]) -> None:
    """Files are found by their names, for links. What notes link to is known once they are read."""
    head = struct.Struct("<BBBHQqqQQIq")
    for _, data in transaction.cursor(db=tables[FILES]):
        path = data[head.size :]
        for name in names_of(path):
            transaction.put(name_entry(name, path), path, db=tables[NAMES])


def _texts_are_cleaned(transaction: Any, tables: dict[str, Any]) -> None:
    """What steers is taken out of the texts of items that were stored before that was done."""
    table = tables[ITEMS]
    for key in list(transaction.cursor(db=table).iternext(keys=True, values=False)):
        data = bytes(transaction.get(key, db=table))
        name, facts = msgspec.msgpack.decode(data[_ITEM_4.size :])
        cleaned = {
            field: value if field in _LOOKED_UP else _cleaned(value)
            for field, value in facts.items()
        }
        if (clean_name := one_line(name, _LONGEST_TEXT)) != name or cleaned != facts:
            words = msgspec.msgpack.encode((clean_name, cleaned))
            transaction.put(key, data[: _ITEM_4.size] + words, db=table)


def _aliases_are_cleaned(transaction: Any, tables: dict[str, Any]) -> None:
    """The same of aliases, by which links find their notes: as keys and as they are told."""
    items, names = tables[ITEMS], tables[NAMES]
    for key in list(transaction.cursor(db=items).iternext(keys=True, values=False)):
        data = bytes(transaction.get(key, db=items))
        name, facts = msgspec.msgpack.decode(data[_ITEM_4.size :])
        aliases = facts.get("aliases", [])
        clean = list(dict.fromkeys(_cleaned(aliases)))
        if clean == aliases:
            continue
        for alias in aliases:
            transaction.delete(folded(alias) + b"\0" + key, db=names)
        for alias in clean:
            transaction.put(folded(alias) + b"\0" + key, b"\0" + key, db=names)
        words = msgspec.msgpack.encode((name, facts | {"aliases": clean}))
        transaction.put(key, data[: _ITEM_4.size] + words, db=items)


def _cleaned(value: Any) -> Any:
    """A value with its texts on one line and harmless; in a list, without those that were marks."""
    if isinstance(value, str):
        return one_line(value, _LONGEST_TEXT)
    if isinstance(value, list):
        return [one for one in map(_cleaned, value) if one != ""]
    return value


MIGRATIONS: tuple[Migration, ...] = (
    Migration(1, "first schema", _first),
    Migration(2, "fits tell of their regions", _fits_tell_of_their_regions),
    Migration(3, "slots are given again", _slots_are_given_again),
    Migration(4, "facts by name", _facts_by_name),
    Migration(5, "wall clocks", _wall_clocks),
    Migration(6, "names of files", _names_of_files),
    Migration(7, "texts are cleaned", _texts_are_cleaned),
    Migration(8, "aliases are cleaned", _aliases_are_cleaned),
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
