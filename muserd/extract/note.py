"""From the bytes of a note to all that its item needs."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass

from muserd.extract.blocks import Block, Document, paragraphs
from muserd.extract.content import Content
from muserd.extract.encodings import decode_text
from muserd.extract.frontmatter import Head, split_front_matter
from muserd.extract.html import read_html
from muserd.extract.language import guess_language
from muserd.extract.latex import read_latex
from muserd.extract.limits import Limits
from muserd.extract.markdown import read_markdown
from muserd.extract.org import read_org
from muserd.extract.restructured import read_rst
from muserd.ground.errors import FileError
from muserd.ground.facts import Facts
from muserd.ground.kinds import suffix_of, title_from_name
from muserd.ground.paths import display

MOST_CHARACTERS = 1_000_000  # a thick book; no encoder looks at more
EXCERPT_CHARACTERS = 280

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
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\u200b\u2060\ufeff]")
_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’)\]]?\s")


@dataclass(frozen=True, slots=True)
class Note:
    """What a note is to Muser.

    Attributes:
        text: without front matter and markup; blocks are separated by empty lines.
        facts: title of the front matter, else the first heading, else made from the file name;
            excerpt: the beginning of the prose on one line, at most `EXCERPT_CHARACTERS`;
            language: declared or guessed.
    """

    text: str
    facts: Facts


def read_note(content: Content, limits: Limits) -> Note:
    """Read a note of any format that Muser takes. Safe in any thread.

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
        return _read(content)
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


def _read(content: Content) -> Note:
    suffix = suffix_of(content.path)
    text = decode_text(content, html=suffix in {b".html", b".htm"})[:MOST_CHARACTERS]
    head, body = split_front_matter(text)
    reader = _READERS.get(suffix)
    document = reader(body) if reader is not None else Document(paragraphs(body))
    own = document.head
    title = head.title or own.title or document.heading
    clean = _UNSEEN.sub("", "\n\n".join(block.text for block in document.blocks)).strip()
    if not clean and not title:
        raise FileError("empty", f"{display(content.path)} holds no words", "nothing to do")
    clean = clean or title
    moment = head.moment or own.moment
    facts = Facts(
        title=_visible(title) or title_from_name(display(os.path.basename(content.path))),
        excerpt=excerpt_of(document.blocks, title) or clean[:EXCERPT_CHARACTERS],
        tags=head.tags or own.tags,
        time_ms=moment.time_ms if moment else content.stat.mtime_ns // 1_000_000,
        time_source="front-matter" if moment else "mtime",
        utc_offset_min=moment.utc_offset_min if moment else None,
        language=_language(head, own, clean),
        length=len(clean),
    )
    return Note(clean, facts)


def excerpt_of(blocks: list[Block], title: str) -> str:
    """The beginning of the prose on one line, ended at a sentence or at a word."""
    prose = " ".join(
        block.text for block in blocks if block.kind == "prose" and block.text.strip() != title
    )
    line = _visible(prose[: 4 * EXCERPT_CHARACTERS])
    if not line:
        line = _visible(" ".join(block.text for block in blocks if block.kind == "code")[:2000])
    if len(line) <= EXCERPT_CHARACTERS:
        return line
    cut = line[:EXCERPT_CHARACTERS]
    ends = [found.end() for found in _SENTENCE_END.finditer(cut)]
    if ends and ends[-1] > EXCERPT_CHARACTERS * 0.6:
        return cut[: ends[-1]].rstrip()
    return cut[: EXCERPT_CHARACTERS - 1].rsplit(" ", 1)[0].rstrip(" ,;:–—-") + "…"


def _language(head: Head, own: Head, text: str) -> str:
    return head.language or own.language or guess_language(text)


def _visible(text: str) -> str:
    return " ".join(_UNSEEN.sub(" ", text).split())
