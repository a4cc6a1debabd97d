"""The full-text cache: every word of every item in an SQLite file (FTS5). Never the truth.

Two contentless tables index the documents: `words` by whole words, `parts` by runs of three
characters. A contentless table cannot forget, so `docs` says which row is an item's present one;
rows without an item are passed over, and the file is made anew when they prevail.

https://sqlite.org/fts5.html
"""

import contextlib
import logging
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from muserd.find.documents import Document
from muserd.find.query import Filter, Query
from muserd.find.texts import folded, spaced, tokens, variants
from muserd.ground.logs import fields
from muserd.ground.records import ItemId, Space

log = logging.getLogger(__name__)

LAYOUT = "2"  # of the tables: a file of another one is made anew
_TABLES = """
CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE docs(
  row INTEGER PRIMARY KEY, item INTEGER UNIQUE, stamp INTEGER NOT NULL, space TEXT NOT NULL,
  time_ms INTEGER NOT NULL, added_ms INTEGER NOT NULL, copies INTEGER NOT NULL
);
CREATE TABLE labels(key TEXT NOT NULL, value TEXT NOT NULL, item INTEGER NOT NULL,
  PRIMARY KEY(key, value, item)) WITHOUT ROWID;
CREATE INDEX labels_of ON labels(item);
CREATE VIRTUAL TABLE words USING fts5(title, name, folder, tags, text,
  content='', prefix='2 3', tokenize="unicode61 remove_diacritics 0");
CREATE VIRTUAL TABLE parts USING fts5(name, text, content='', detail=none, tokenize='trigram');
"""
_WEIGHTS = "10.0, 6.0, 3.0, 6.0, 1.0"  # of the columns of `words`
_MOST_DEAD = 0.5  # of the rows
_SHORTEST_PART = 3  # characters: a trigram
_MOST_RUNS = 64  # runs of three characters in one expression


@dataclass(frozen=True, slots=True)
class TextHit:
    """An item that the words of a query reach.

    Attributes:
        tier: 0: all words stand in it; 1: words begin so; 2: some of the words; 3: parts of words.
        score: BM25, higher is better; comparable within a tier.
    """

    item: ItemId
    tier: int
    score: float


class FullText:
    """One file. Writes come from one thread; `search` may be called from any.

    Every method raises sqlite3.Error when the file cannot be used; `reset` makes it anew.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()  # guards the connection that writes
        self._local = threading.local()
        self._generation = 0
        self._writer = self._open()

    def _open(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            return self._connected()
        except sqlite3.DatabaseError as error:
            log.warning("the full-text cache is made anew", extra=fields(why=error))
            self._remove()
            return self._connected()

    def _connected(self) -> sqlite3.Connection:
        os.close(os.open(self.path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
        connection = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = OFF")  # a cache: what is torn is made anew
            connection.execute("PRAGMA cache_size = -4096")
            if self._layout(connection) != LAYOUT:
                self._make(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    @staticmethod
    def _layout(connection: sqlite3.Connection) -> str:
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone() is None:
            return ""
        found = connection.execute("SELECT value FROM meta WHERE name = 'layout'").fetchone()
        return str(found[0]) if found else ""

    @staticmethod
    def _make(connection: sqlite3.Connection) -> None:
        names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name IN (?,?,?,?,?)"
        old = connection.execute(names, ("meta", "docs", "labels", "words", "parts")).fetchall()
        for (name,) in old:
            connection.execute(f"DROP TABLE {name}")
        connection.executescript(_TABLES)
        connection.execute("INSERT INTO meta VALUES('layout', ?)", (LAYOUT,))

    def _remove(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(f"{self.path}{suffix}")

    def reset(self) -> None:
        """Begin anew with an empty file."""
        with self._lock:
            self._writer.close()
            self._generation += 1  # readers open the new file
            self._remove()
            self._writer = self._connected()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._writer.close()

    # writing

    def update(self, documents: Iterable[Document], gone: Iterable[ItemId] = ()) -> None:
        """Index documents, and forget items, in one transaction."""
        with self._lock, _transaction(self._writer):
            for item in gone:
                self._forget(item)
            for document in documents:
                self._forget(document.item)
                self._insert(document)

    def _forget(self, item: ItemId) -> None:
        self._writer.execute("DELETE FROM docs WHERE item = ?", (item,))
        self._writer.execute("DELETE FROM labels WHERE item = ?", (item,))

    def _insert(self, document: Document) -> None:
        rows = self._writer.execute("SELECT value FROM meta WHERE name = 'next'").fetchone()
        row = int(rows[0]) if rows else 1
        self._writer.execute("INSERT OR REPLACE INTO meta VALUES('next', ?)", (str(row + 1),))
        self._writer.execute(
            "INSERT INTO docs VALUES(?,?,?,?,?,?,?)",
            (
                row, document.item, document.stamp, document.space,
                document.time_ms, document.added_ms, document.copies,
            ),
        )  # fmt: skip
        self._writer.executemany(
            "INSERT OR IGNORE INTO labels VALUES(?,?,?)",
            [(key, value, document.item) for key, value in document.labels],
        )
        plain = [
            folded(part) for part in (document.title, document.name, document.folder, document.tags)
        ]
        text = folded(document.text)
        self._writer.execute(
            "INSERT INTO words(rowid, title, name, folder, tags, text) VALUES(?,?,?,?,?,?)",
            (row, *map(spaced, (*plain, text))),
        )
        self._writer.execute(
            "INSERT INTO parts(rowid, name, text) VALUES(?,?,?)", (row, "\n".join(plain), text)
        )

    @property
    def worn(self) -> bool:
        """Whether most rows belong to nobody, so that `reset` would pay."""
        with self._reading() as connection:
            rows = connection.execute("SELECT value FROM meta WHERE name = 'next'").fetchone()
            live = connection.execute("SELECT count(*) FROM docs").fetchone()[0]
        made = int(rows[0]) - 1 if rows else 0
        return made > 1000 and live < made * (1 - _MOST_DEAD)

    def stamps(self) -> dict[ItemId, int]:
        """What each item's document was made from, by item."""
        with self._reading() as connection:
            return {
                ItemId(item): stamp
                for item, stamp in connection.execute("SELECT item, stamp FROM docs")
            }

    # asking

    def search(self, query: Query, space: Space | None, limit: int) -> list[TextHit]:
        """The items that words and phrases of a query reach: better tiers first, then by BM25."""
        hits: dict[ItemId, TextHit] = {}
        with self._reading() as connection:
            for tier, expression in enumerate(_expressions(query)):
                if expression and len(hits) < limit:
                    for item, score in self._ranked(connection, expression, space, limit):
                        hits.setdefault(item, TextHit(item, tier, score))
            if len(hits) < limit and (parts := _trigrams(query)):
                for item in self._with_parts(connection, parts, space, limit):
                    hits.setdefault(item, TextHit(item, 3, 0.0))
        return sorted(hits.values(), key=lambda hit: (hit.tier, -hit.score, hit.item))[:limit]

    def matching(self, terms: Sequence[str]) -> set[ItemId]:
        """The items in which any of some words or phrases occurs."""
        expression = " OR ".join(phrase for term in terms if (phrase := _phrase(term)))
        if not expression:
            return set()
        with self._reading() as connection:
            return {item for item, _ in self._ranked(connection, expression, None, -1)}

    def allowed(self, filters: Sequence[Filter], now_ms: int) -> set[ItemId] | None:
        """The items that satisfy all filters that this file knows; None without such filters."""
        conditions, values = _conditions(filters, now_ms)
        if not conditions:
            return None
        where = " AND ".join(conditions)
        with self._reading() as connection:
            found = connection.execute(f"SELECT item FROM docs WHERE {where}", values)  # noqa: S608 - built of constants
            return {ItemId(item) for (item,) in found}

    def values(self, key: str, prefix: str, limit: int) -> list[tuple[str, int]]:
        """Values of a label that begin so, with the number of items, most items first."""
        low = folded(prefix)
        with self._reading() as connection:
            found = connection.execute(
                "SELECT value, count(*) AS n FROM labels WHERE key = ? AND value >= ? AND value < ?"
                " GROUP BY value ORDER BY n DESC, value LIMIT ?",
                (key, low, low + "\U0010ffff", limit),
            )
            return [(str(value), int(count)) for value, count in found]

    @staticmethod
    def _ranked(
        connection: sqlite3.Connection, expression: str, space: Space | None, limit: int
    ) -> Iterator[tuple[ItemId, float]]:
        only = "" if space is None else "AND docs.space = :space "
        found = connection.execute(
            f"SELECT docs.item, -bm25(words, {_WEIGHTS}) AS score FROM words "  # noqa: S608 - constants
            f"JOIN docs ON docs.row = words.rowid WHERE words MATCH :expression {only}"
            "ORDER BY score DESC, docs.item LIMIT :limit",
            {"expression": expression, "space": space, "limit": limit},
        )
        return ((ItemId(item), float(score)) for item, score in found)

    @staticmethod
    def _with_parts(
        connection: sqlite3.Connection, expression: str, space: Space | None, limit: int
    ) -> list[ItemId]:
        only = "" if space is None else "AND docs.space = :space "
        found = connection.execute(
            "SELECT docs.item FROM parts JOIN docs ON docs.row = parts.rowid "  # noqa: S608 - constants
            f"WHERE parts MATCH :expression {only}LIMIT :limit",
            {"expression": expression, "space": space, "limit": limit},
        )
        return [ItemId(item) for (item,) in found]

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """A connection of this thread's own."""
        kept = getattr(self._local, "connection", None)
        if kept is None or self._local.generation != self._generation:
            if kept is not None:
                kept.close()
            address = f"{self.path.absolute().as_uri()}?mode=ro"
            kept = sqlite3.connect(address, uri=True, isolation_level=None)
            kept.execute("PRAGMA cache_size = -4096")
            self._local.connection, self._local.generation = kept, self._generation
        yield kept


@contextlib.contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _expressions(query: Query) -> tuple[str, str, str]:
    """FTS5 expressions of the tiers 0 to 2; empty where a tier says nothing new.

    Every word travels in quotes: whatever is typed, none of it is syntax.
    """
    phrases = [phrase for term in query.phrases if (phrase := _phrase(term))]
    words = [word for word in query.words if tokens(word)]
    exact = [_any(_phrase(one) for one in variants(folded(word))) for word in words]
    starts = [_any((_phrase(word) + "*", exact[i])) for i, word in enumerate(words)]
    every = [*phrases, *exact]
    if not every:
        return "", "", ""
    some = " OR ".join(every) if len(every) > 1 else ""
    return " AND ".join(every), " AND ".join([*phrases, *starts]) if words else "", some


def _phrase(term: str) -> str:
    """A term as an FTS5 string: its tokens one after the other; empty without any."""
    found = tokens(term)
    return '"' + " ".join(found) + '"' if found else ""


def _any(expressions: Iterable[str]) -> str:
    kept = [one for one in expressions if one]
    return kept[0] if len(kept) == 1 else "(" + " OR ".join(kept) + ")"


def _trigrams(query: Query) -> str:
    """An expression of all runs of three characters of all terms; empty for shorter ones.

    `detail=none` has no phrases: the caller verifies that a part really occurs.
    """
    runs: list[str] = []
    for term in query.terms:
        flat = folded(term).replace('"', "")
        if len(flat) < _SHORTEST_PART:
            return ""
        runs += [flat[i : i + _SHORTEST_PART] for i in range(len(flat) - _SHORTEST_PART + 1)]
    return " AND ".join(f'"{run}"' for run in list(dict.fromkeys(runs))[:_MOST_RUNS])


_NEW_MS = 7 * 86_400_000  # is:new


def _conditions(filters: Sequence[Filter], now_ms: int) -> tuple[list[str], list[object]]:
    conditions: list[str] = []
    values: list[object] = []
    for one in filters:
        if one.span_ms is not None:
            text, given = _time(one.key, one.span_ms)
        elif one.key == "is" and one.value.lower() == "new":
            text, given = "added_ms >= ?", [now_ms - _NEW_MS]
        elif one.key == "is" and one.value.lower() == "duplicate":
            text, given = "copies > 1", []
        elif one.key in {"folder", "tag", "type", "lang", "camera", "colour"}:
            text, given = _labelled(one.key, folded(one.value))
        else:
            continue  # regions and states of the map: their owner knows
        conditions.append(f"NOT ({text})" if one.negated else text)
        values += given
    return conditions, values


def _time(key: str, span_ms: tuple[int, int]) -> tuple[str, list[object]]:
    first, last = span_ms
    if key == "before":
        return "time_ms < ?", [first]
    if key == "after":
        return "time_ms >= ?", [first]
    column = "added_ms" if key == "added" else "time_ms"
    return f"{column} >= ? AND {column} < ?", [first, last]


def _labelled(key: str, value: str) -> tuple[str, list[object]]:
    inside = "item IN (SELECT item FROM labels WHERE key = ? AND "
    if key in {"folder", "tag"}:  # and what lies below
        return inside + "(value = ? OR (value >= ? AND value < ?)))", [
            key, value, value + "/", value + "0",
        ]  # fmt: skip
    if key == "camera":
        return inside + "instr(value, ?) > 0)", [key, value]
    return inside + "value = ?)", [key, value]
