"""From the bytes of a note to all that its item needs."""

import os
from dataclasses import dataclass, field, replace

import msgspec

from muserd.extract import budget
from muserd.extract.blocks import Block, Document
from muserd.extract.content import Content
from muserd.extract.encodings import decode_text
from muserd.extract.excerpt import UNSEEN, cut_line, excerpt_of, visible
from muserd.extract.exports import pieces
from muserd.extract.formats import reader_of, recognise
from muserd.extract.head import Head, bare_key, merged_heads
from muserd.extract.heads import split_head
from muserd.extract.keep import keep_head
from muserd.extract.language import guess_language
from muserd.extract.limits import Limits
from muserd.extract.links import links_in
from muserd.extract.moments import Moment, best_moment, file_moment
from muserd.extract.name_dates import moment_in_name
from muserd.extract.tags import clean_tags
from muserd.ground.clock import SystemClock
from muserd.ground.errors import FileError
from muserd.ground.facts import SECTION_GAP, Facts
from muserd.ground.formats import Format
from muserd.ground.kinds import title_from_name
from muserd.ground.paths import display

MOST_CHARACTERS = 1_000_000  # a thick book; no encoder looks at more

_ALIASES = frozenset({"alias", "aliases", "roamaliases"})
_MOST_ALIASES = 32
# Formats in which the heads of Markdown's programs are found.
_HEADED = frozenset({"markdown", "mdx", "text"})


@dataclass(frozen=True, slots=True)
class Note:
    """What a note is to Muser.

    Attributes:
        text: without front matter and markup; blocks are separated by empty lines.
        facts: title of the front matter, else the first heading, else made from the file name;
            excerpt: the beginning of the prose on one line, as `excerpt_of` cuts it;
            language: declared or guessed.
        thumbs: of its first page, WebP by longest side; empty where it has no pages to look at.
    """

    text: str
    facts: Facts
    thumbs: dict[int, bytes] = field(default_factory=dict)


def read_note(
    content: Content,
    limits: Limits,
    now_ms: int | None = None,
    *,
    patience_s: float | None = None,
) -> Note:
    """Read a note of any format that Muser takes. Safe in any thread.

    Args:
        content: of the file.
        limits: beyond which it is refused.
        now_ms: Unix milliseconds, for times that cannot have been yet; None for the clock's.
        patience_s: how long it may take, in seconds of processor time. None for as long as its
            size explains; what takes longer then is read as plain text.

    Raises:
        OverBudgetError: it takes longer than `patience_s`.
        FileError: `not-text`, `empty`, `too-large`, `corrupt`, `memory`; `slow`: no word of it
            can be read in time.
    """
    row = recognise(content, "note")
    if len(content.data) > limits.max_bytes(row):
        raise FileError(
            "too-large",
            f"{display(content.path)} has {len(content.data) / 1e6:.1f} MB",
            f"raise {row.limit_key}",
        )
    now_ms = SystemClock().now_ms() if now_ms is None else now_ms
    whole = patience_s is None
    seconds = patience_s or budget.allowance_s(len(content.data))
    try:
        with budget.budget(seconds, grows=whole) as mine:
            return _read(content, row, limits, now_ms)
    except budget.OverBudgetError:
        if not whole:
            raise
        if row.yields == "document":
            return _in_part(content, row, limits, now_ms, mine.kept)
        return _as_plain_text(content, row, limits, now_ms)
    except MemoryError as error:
        raise FileError(
            "memory", f"{display(content.path)} needs too much memory", "split the note"
        ) from error
    except (ArithmeticError, AssertionError, LookupError, RecursionError, ValueError) as error:
        raise FileError(
            "corrupt",
            f"{display(content.path)} cannot be understood: {error}",
            "check it in an editor",
        ) from error


def _read(content: Content, row: Format, limits: Limits, now_ms: int) -> Note:
    if row.yields == "document":
        return _note(content, reader_of(row)(content, limits), now_ms)
    found = decode_text(content)
    encoding = "" if found.encoding in {"utf-8", "ascii"} else found.encoding
    said, body = split_head(found.text[:MOST_CHARACTERS], markdown=row.name in _HEADED)
    document = reader_of(row)(body)
    head, links = merged_heads(said, document.head), links_in(row.name, body)
    if row.name == "html":
        head = merged_heads(keep_head(content.path, body), head)
    return _note(content, replace(document, head=head, links=links, encoding=encoding), now_ms)


def _note(content: Content, document: Document, now_ms: int) -> Note:
    head = document.head
    title = head.title or document.heading
    clean = _clean(document)
    if not clean and not title:
        raise FileError("empty", f"{display(content.path)} holds no words", "nothing to do")
    clean = clean or title
    moment = _moment(content, head, now_ms)
    facts = Facts(
        title=visible(title) or title_from_name(display(os.path.basename(own_name(content.path)))),
        excerpt=excerpt_of(document.blocks, title) or cut_line(visible(clean[:2_000])),
        tags=clean_tags((*head.tags, *document.tags)),
        time_ms=moment.time_ms,
        time_source=moment.source,
        time_precision=moment.precision,
        time_doubtful=moment.doubtful,
        utc_offset_min=moment.utc_offset_min,
        language=head.language or guess_language(clean),
        encoding=document.encoding,
        length=len(clean),
        pages=document.pages,
        aliases=_aliases(head),
        links=tuple((link.kind, link.target) for link in document.links),
        sections=tuple((visible(one)[:120], when) for _, one, when in document.sections),
        notice=document.notice,
    )
    return Note(clean, facts, _thumbs(document))


def _clean(document: Document) -> str:
    """The text without what nobody sees; sections are two empty lines apart."""
    if document.sections:
        return SECTION_GAP.join(UNSEEN.sub("", one).strip() for one in pieces(document))
    return UNSEEN.sub("", "\n\n".join(block.text for block in document.blocks)).strip()


def own_name(path: bytes) -> bytes:
    """What a note is called: in a TextBundle, as Bear exports notes, its folder has the name."""
    folder, name = os.path.split(path)
    bundled = folder.lower().endswith(b".textbundle") and name.lower().startswith(b"text.")
    return folder if bundled else path


def _aliases(head: Head) -> tuple[str, ...]:
    """The other names that front matter gives, as Obsidian, Hugo and Org-roam write them."""
    given = [value for key, value in head.values.items() if bare_key(key) in _ALIASES]
    names = [name for value in given for name in (value if isinstance(value, list) else [value])]
    return tuple(
        dict.fromkeys(visible(name)[:200] for name in names if isinstance(name, str) and name)
    )[:_MOST_ALIASES]


def _as_plain_text(content: Content, row: Format, limits: Limits, now_ms: int) -> Note:
    """A note whose markup takes too long: its characters, with a notice."""
    plain = replace(row, reader="plain:read_plain", name="text")
    return _noticed(_read(content, plain, limits, now_ms), row, "it was taken as plain text")


def _in_part(
    content: Content, row: Format, limits: Limits, now_ms: int, blocks: list[Block]
) -> Note:
    """A document that takes too long: what its reader had by then, else its bare words."""
    what = "only its beginning was taken"
    if not any(block.text.strip() for block in blocks):
        from muserd.extract.bare_words import bare_words  # most notes do without it

        blocks, what = bare_words(content, limits, MOST_CHARACTERS), "it was taken as plain text"
    if not blocks:
        raise FileError(
            "slow",
            f"{display(content.path)} takes too long to be read",
            "open it in its program, and save it anew",
        )
    return _noticed(_note(content, Document(blocks), now_ms), row, what)


def _noticed(note: Note, row: Format, what: str) -> Note:
    notice = f"its {row.label} took too long to read: {what}"
    return replace(note, facts=msgspec.structs.replace(note.facts, notice=notice))


def _thumbs(document: Document) -> dict[int, bytes]:
    """Of the first page, where it is there to be looked at."""
    if document.cover is None:
        return {}
    from muserd.extract.thumbs import make_thumbs

    return make_thumbs(document.cover)


def _moment(content: Content, head: Head, now_ms: int) -> Moment:
    """What the head says, the day in the name, when the head was changed, or when the file was."""
    stat = content.stat
    said = best_moment(
        (head.moment, moment_in_name(own_name(content.path), note=True), head.changed), now_ms
    )
    return said or file_moment(stat.mtime_ns, stat.ctime_ns, now_ms)
