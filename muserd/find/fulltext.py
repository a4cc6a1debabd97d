"""The full-text cache: every word of every item in an SQLite file (FTS5). Never the truth.

`words` indexes the documents by whole words, without their texts; `terms` is the vocabulary, and
`parts` finds in it the words that contain some letters. An index without texts cannot forget a
row, so a document that is indexed again gets a row of its own: `docs` says which one is present,
`dead` how many are not. The file is made anew when those prevail.

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

import msgspec

from muserd.find.documents import Document
from muserd.find.expressions import any_of, conditions, expressions, phrase, runs_of
from muserd.find.query import Filter, Query
from muserd.find.texts import folded, spaced, tokens
from muserd.ground.logs import fields
from muserd.ground.records import ItemId, Space

log = logging.getLogger(__name__)

LAYOUT = "3"  # of the tables: a file of another one is made anew
PARTS = 4  # the tier of parts of words
_ITEM_BITS = 32  # the low bits of a row of `words`; above them the document's edition
_TABLES = """
CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE docs(
  item INTEGER PRIMARY KEY, edition INTEGER NOT NULL, stamp INTEGER NOT NULL, space TEXT NOT NULL,
  time_ms INTEGER NOT NULL, added_ms INTEGER NOT NULL, copies INTEGER NOT NULL, labels BLOB NOT NULL
);
CREATE TABLE dead(item INTEGER PRIMARY KEY, editions INTEGER NOT NULL);
CREATE TABLE label_names(
  id INTEGER PRIMARY KEY, key TEXT NOT NULL, value TEXT NOT NULL, UNIQUE(key, value)
);
CREATE TABLE labels(label INTEGER NOT NULL, item INTEGER NOT NULL, PRIMARY KEY(label, item))
  WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5(title, name, folder, tags, text,
  content='', tokenize="unicode61 remove_diacritics 0");
CREATE TABLE terms(id INTEGER PRIMARY KEY, term TEXT NOT NULL UNIQUE);
CREATE VIRTUAL TABLE parts USING fts5(term,
  content='terms', content_rowid='id', detail=none, columnsize=0, tokenize='trigram');
"""
_WEIGHTS = "10.0, 6.0, 3.0, 6.0, 1.0"  # of the columns of `words`
_JOIN = (
    "FROM words CROSS JOIN docs ON docs.item = words.rowid & 4294967295"
    " AND docs.edition = words.rowid >> 32 WHERE words MATCH :expression"
)
_NAMING = "{title name tags}"  # columns in which a word says most
_MOST_RANKED = 1_000  # documents for one expression: a word of every note ranks nothing
_MANY = 20_000  # items: of so many, two letters begin too much to be looked at
_MOST_DEAD = 0.3  # of the rows
_WAL_BYTES = 2**20
_TERM_LENGTHS = range(4, 65)  # characters: a shorter one has no parts, a longer one is no word
_MOST_TERMS = 200  # words of the vocabulary that hold a part


@dataclass(frozen=True, slots=True)
class TextHit:
    """An item that the words of a query reach.

    Attributes:
        tier: 0: all words stand near together; 1: all words stand in it; 2: words begin so;
            3: some of the words; 4: parts of words.
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
            connection.execute(f"PRAGMA journal_size_limit = {_WAL_BYTES}")
            connection.execute(f"PRAGMA wal_autocheckpoint = {_WAL_BYTES // 4096}")
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
        """Make the tables; whatever an earlier layout left is dropped."""
        kinds = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE ?"
        for kind in ("CREATE VIRTUAL%", "CREATE TABLE%"):  # a virtual one takes its own along
            for (name,) in connection.execute(kinds, (kind,)).fetchall():
                connection.execute(f'DROP TABLE IF EXISTS "{name}"')
        connection.executescript(_TABLES)
        connection.execute("INSERT INTO meta VALUES('layout', ?)", (LAYOUT,))
        connection.execute("VACUUM")

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
            kept = getattr(self._local, "connection", None)
            if kept is not None:
                kept.close()
            self._writer.close()

    # writing

    def update(self, documents: Iterable[Document], gone: Iterable[ItemId] = ()) -> None:
        """Index documents, and forget items, in one transaction."""
        with self._lock, _transaction(self._writer):
            known = self._writer.execute("SELECT ifnull(max(id), 0) FROM terms").fetchone()[0]
            for item in gone:
                self._forget(item)
            for document in documents:
                self._forget(document.item)
                self._insert(document)
            self._writer.execute(
                "INSERT INTO parts(rowid, term) SELECT id, term FROM terms WHERE id > ?", (known,)
            )

    def _forget(self, item: ItemId) -> None:
        found = self._writer.execute(
            "SELECT edition, labels FROM docs WHERE item = ?", (item,)
        ).fetchone()
        if found is None:
            return
        edition, labels = found
        self._writer.execute("INSERT OR REPLACE INTO dead VALUES(?, ?)", (item, edition + 1))
        self._writer.execute("DELETE FROM docs WHERE item = ?", (item,))
        self._writer.executemany(
            "DELETE FROM labels WHERE label = ? AND item = ?",
            [(label, item) for label in msgspec.msgpack.decode(labels)],
        )

    def _insert(self, document: Document) -> None:
        execute, item = self._writer.execute, document.item
        dead = execute("SELECT editions FROM dead WHERE item = ?", (item,)).fetchone()
        edition = dead[0] if dead else 0
        labels = [self._label(key, value) for key, value in dict.fromkeys(document.labels)]
        execute(
            "INSERT INTO docs VALUES(?,?,?,?,?,?,?,?)",
            (
                item, edition, document.stamp, document.space, document.time_ms,
                document.added_ms, document.copies, msgspec.msgpack.encode(labels),
            ),
        )  # fmt: skip
        self._writer.executemany("INSERT INTO labels VALUES(?, ?)", [(one, item) for one in labels])
        said = (document.title, document.name, document.folder, document.tags, document.text)
        flat = [spaced(folded(part)) for part in said]
        execute(
            "INSERT INTO words(rowid, title, name, folder, tags, text) VALUES(?,?,?,?,?,?)",
            (edition << _ITEM_BITS | item, *flat),
        )
        terms = dict.fromkeys(token for part in flat for token in tokens(part))
        self._writer.executemany(
            "INSERT OR IGNORE INTO terms(term) VALUES(?)",
            [(term,) for term in terms if len(term) in _TERM_LENGTHS],
        )

    def _label(self, key: str, value: str) -> int:
        """The number of a label, given when it is new."""
        which = (key, value)
        find = "SELECT id FROM label_names WHERE key = ? AND value = ?"
        found = self._writer.execute(find, which).fetchone()
        if found is None:
            self._writer.execute("INSERT INTO label_names(key, value) VALUES(?, ?)", which)
            found = self._writer.execute(find, which).fetchone()
        return int(found[0])

    @property
    def worn(self) -> bool:
        """Whether so many rows belong to nobody that `reset` would pay."""
        with self._reading() as connection:
            dead = connection.execute("SELECT ifnull(sum(editions), 0) FROM dead").fetchone()[0]
            live = connection.execute("SELECT count(*) FROM docs").fetchone()[0]
        return bool(dead + live > 1_000 and dead > _MOST_DEAD * (dead + live))

    def stamps(self) -> dict[ItemId, int]:
        """What each item's document was made from, by item."""
        with self._reading() as connection:
            return {
                ItemId(item): stamp
                for item, stamp in connection.execute("SELECT item, stamp FROM docs")
            }

    # asking

    def search(self, query: Query, space: Space | None, limit: int) -> list[TextHit]:
        """The items that words and phrases of a query reach: better tiers first, then by BM25.

        Of a word that stands in more than 1,000 documents those are ranked that have it in title,
        name or tags, and the newest of the others.
        """
        hits: dict[ItemId, TextHit] = {}
        with self._reading() as connection:
            (last,) = connection.execute("SELECT ifnull(max(item), 0) FROM docs").fetchone()
            starts_at = (2, 2) if last < _MANY else (3, 6)
            for tier, expression in enumerate(expressions(query, starts_at)):
                if expression and len(hits) < limit:
                    for item, score in self._ranked(connection, expression, space, limit):
                        hits.setdefault(item, TextHit(item, tier, score))
            if len(hits) < limit and (parts := self._with_parts(connection, query)):
                for item, score in self._ranked(connection, parts, space, limit):
                    hits.setdefault(item, TextHit(item, PARTS, score))
        return sorted(hits.values(), key=lambda hit: (hit.tier, -hit.score, hit.item))[:limit]

    def matching(self, terms: Sequence[str]) -> set[ItemId]:
        """The items in which any of some words or phrases occurs."""
        expression = " OR ".join(one for term in terms if (one := phrase(term)))
        if not expression:
            return set()
        with self._reading() as connection:
            found = connection.execute(f"SELECT docs.item {_JOIN}", {"expression": expression})
            return {ItemId(item) for (item,) in found}

    def allowed(self, filters: Sequence[Filter], now_ms: int) -> set[ItemId] | None:
        """The items that satisfy all filters that this file knows; None without such filters."""
        given, values = conditions(filters, now_ms)
        if not given:
            return None
        where = " AND ".join(given)
        with self._reading() as connection:
            found = connection.execute(f"SELECT item FROM docs WHERE {where}", values)  # noqa: S608 - built of constants
            return {ItemId(item) for (item,) in found}

    def values(self, key: str, prefix: str, limit: int) -> list[tuple[str, int]]:
        """Values of a label that begin so, with the number of items, most items first."""
        low = folded(prefix)
        with self._reading() as connection:
            found = connection.execute(
                "SELECT value, (SELECT count(*) FROM labels WHERE label = id) AS n FROM label_names"
                " WHERE key = ? AND value >= ? AND value < ? AND n ORDER BY n DESC, value LIMIT ?",
                (key, low, low + "\U0010ffff", limit),
            )
            return [(str(value), int(count)) for value, count in found]

    def groups(self, key: str, space: Space, most: int) -> list[tuple[str, list[ItemId]]]:
        """The values of a label with the items that have them, most items first, at most `most`."""
        with self._reading() as connection:
            found = connection.execute(
                "SELECT value, labels.item FROM label_names JOIN labels ON label = id"
                " JOIN docs ON docs.item = labels.item"
                " WHERE key = ? AND docs.space = ? ORDER BY labels.item",
                (key, space),
            )
            groups: dict[str, list[ItemId]] = {}
            for value, item in found:
                groups.setdefault(str(value), []).append(ItemId(item))
        return sorted(groups.items(), key=lambda one: (-len(one[1]), one[0]))[:most]

    @staticmethod
    def _ranked(
        connection: sqlite3.Connection, expression: str, space: Space | None, limit: int
    ) -> list[tuple[ItemId, float]]:
        """The best of an expression, by BM25."""
        only = "" if space is None else "AND docs.space = :space"
        inner = (
            f"SELECT docs.item AS item, -bm25(words, {_WEIGHTS}) AS score {_JOIN} {only}"
            " ORDER BY words.rowid DESC LIMIT :most"
        )
        ask = (
            f"SELECT item, score, count(*) OVER () FROM ({inner})"  # noqa: S608 - constants
            " ORDER BY score DESC, item LIMIT :limit"
        )
        values = {"space": space, "limit": limit, "most": _MOST_RANKED}
        found = connection.execute(ask, {**values, "expression": expression}).fetchall()
        scores = {ItemId(item): float(score) for item, score, _ in found}
        if found and found[0][2] == _MOST_RANKED:
            naming = f"{_NAMING} : ({expression})"
            for item, score, _ in connection.execute(ask, {**values, "expression": naming}):
                scores[item] = max(scores.get(item, 0.0), float(score))
        return sorted(scores.items(), key=lambda one: (-one[1], one[0]))[:limit]

    @staticmethod
    def _with_parts(connection: sqlite3.Connection, query: Query) -> str:
        """An expression of words that hold the letters of every term; empty when there are none.

        The parts of a term are looked for one by one: that they stand side by side is for the
        caller to verify.
        """
        groups = []
        for part in dict.fromkeys(token for term in query.terms for token in tokens(term)):
            runs = runs_of(part)
            if not runs:
                groups.append(phrase(part))
                continue
            found = connection.execute(
                "SELECT term FROM terms WHERE id IN (SELECT rowid FROM parts WHERE parts MATCH ?)"
                " AND instr(term, ?) ORDER BY length(term), term LIMIT ?",
                (runs, part, _MOST_TERMS),
            ).fetchall()
            if not found:
                return ""
            groups.append(any_of(phrase(term) for (term,) in found))
        return " AND ".join(groups)

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
