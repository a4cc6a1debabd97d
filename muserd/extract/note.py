"""From the bytes of a note to all that its item needs."""

import os
from collections.abc import Callable
from dataclasses import dataclass

from muserd.extract.blocks import Block, Document, paragraphs, without_encoded
from muserd.extract.content import Content
from muserd.extract.encodings import decode_text
from muserd.extract.excerpt import UNSEEN, cut_line, excerpt_of, visible
from muserd.extract.hashtags import hashtags, only_tags
from muserd.extract.head import Head, merged_heads
from muserd.extract.heads import split_head
from muserd.extract.html import read_html
from muserd.extract.language import guess_language
from muserd.extract.latex import read_latex
from muserd.extract.limits import Limits
from muserd.extract.markdown import read_markdown
from muserd.extract.moments import Moment, best_moment, file_moment
from muserd.extract.name_dates import moment_in_name
from muserd.extract.org import read_org
from muserd.extract.restructured import read_rst
from muserd.extract.tags import clean_tags
from muserd.ground.clock import SystemClock
from muserd.ground.errors import FileError
from muserd.ground.facts import Facts
from muserd.ground.kinds import suffix_of, title_from_name
from muserd.ground.paths import display

MOST_CHARACTERS = 1_000_000  # a thick book; no encoder looks at more

_Reader = Callable[[str], Document]
_READERS: dict[bytes, _Reader] = {
    b".md": read_markdown,
    b".markdown": read_markdown,
    b".rst": read_rst,
    b".org": read_org,
    b".tex": read_latex,
    b".html": read_html,
    b".htm": read_html,
}
# Formats in which the heads of Markdown's programs are found.
_HEADED = frozenset({b".md", b".markdown", b".txt"})


@dataclass(frozen=True, slots=True)
class Note:
    """What a note is to Muser.

    Attributes:
        text: without front matter and markup; blocks are separated by empty lines.
        facts: title of the front matter, else the first heading, else made from the file name;
            excerpt: the beginning of the prose on one line, as `excerpt_of` cuts it;
            language: declared or guessed.
    """

    text: str
    facts: Facts


def read_note(content: Content, limits: Limits, now_ms: int | None = None) -> Note:
    """Read a note of any format that Muser takes. Safe in any thread.

    Args:
        content: of the file.
        limits: beyond which it is refused.
        now_ms: Unix milliseconds, for times that cannot have been yet; None for the clock's.

    Raises:
        FileError: `not-text`, `empty`, `too-large`, `corrupt`, `memory`.
    """
    if len(content.data) > limits.note_max_bytes:
        raise FileError(
            "too-large",
            f"{display(content.path)} has {len(content.data) / 1e6:.1f} MB",
            "raise files.note_max_mb",
        )
    try:
        return _read(content, SystemClock().now_ms() if now_ms is None else now_ms)
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


def _read(content: Content, now_ms: int) -> Note:
    suffix = suffix_of(content.path)
    found = decode_text(content)
    text = found.text[:MOST_CHARACTERS]
    head, body = split_head(text, markdown=suffix in _HEADED)
    document = _READERS.get(suffix, read_plain)(body)
    head = merged_heads(head, document.head)
    title = head.title or document.heading
    clean = UNSEEN.sub("", "\n\n".join(block.text for block in document.blocks)).strip()
    if not clean and not title:
        raise FileError("empty", f"{display(content.path)} holds no words", "nothing to do")
    clean = clean or title
    moment = _moment(content, head, now_ms)
    facts = Facts(
        title=visible(title) or title_from_name(display(os.path.basename(content.path))),
        excerpt=excerpt_of(document.blocks, title) or cut_line(visible(clean[:2_000])),
        tags=clean_tags((*head.tags, *document.tags)),
        time_ms=moment.time_ms,
        time_source=moment.source,
        time_precision=moment.precision,
        time_doubtful=moment.doubtful,
        utc_offset_min=moment.utc_offset_min,
        language=head.language or guess_language(clean),
        encoding="" if found.encoding in {"utf-8", "ascii"} else found.encoding,
        length=len(clean),
    )
    return Note(clean, facts)


def read_plain(text: str) -> Document:
    """Paragraphs of a text without markup, and the tags in them."""
    blocks = paragraphs(without_encoded(text))
    blocks = [Block("caption", block.text) if only_tags(block.text) else block for block in blocks]
    return Document(blocks, tags=hashtags(block.text for block in blocks))


def _moment(content: Content, head: Head, now_ms: int) -> Moment:
    """What the head says, the day in the name, when the head was changed, or when the file was."""
    stat = content.stat
    said = best_moment((head.moment, moment_in_name(content.path, note=True), head.changed), now_ms)
    return said or file_moment(stat.mtime_ns, stat.ctime_ns, now_ms)
