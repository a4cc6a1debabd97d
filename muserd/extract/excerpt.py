"""The beginning of a note on one line, for lists and cards."""

import re

from muserd.extract.blocks import Block

EXCERPT_CHARACTERS = 280
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\u200b\u2060\ufeff]")
# Sentences end with a space in most scripts, without one where there are no spaces at all.
_SENTENCE_END = re.compile(
    r"[.!?…؟۔।॥։።።᙮][\"'”’»)\]]*(?=\s|$)|[。！？｡︒][”’」』）]*",
)
_LEAST_SENTENCE = 0.6  # of the length: a shorter one is continued
_LEAST_WORDS = 0.8
_SOURCE_CHARACTERS = 4 * EXCERPT_CHARACTERS


def excerpt_of(blocks: list[Block], title: str) -> str:
    """The beginning of the prose, ended at a sentence, at a word or at least at a character."""
    for kinds in ({"prose"}, {"caption"}, {"code"}):
        words: list[str] = []
        size = 0
        for block in blocks:
            text = block.text.strip()
            if block.kind in kinds and text and text != title:
                words.append(text[:_SOURCE_CHARACTERS])
                size += len(text)
                if size > _SOURCE_CHARACTERS:
                    break
        line = visible(" ".join(words))
        if line:
            return cut_line(line)
    return ""


def visible(text: str) -> str:
    """A text on one line, without characters that nobody sees."""
    return " ".join(UNSEEN.sub(" ", text).split())


def cut_line(line: str, longest: int = EXCERPT_CHARACTERS) -> str:
    """At most so many characters of a line; an ellipsis says where a sentence was cut."""
    if len(line) <= longest:
        return line
    ends = [found.end() for found in _SENTENCE_END.finditer(line, 0, longest)]
    if ends and ends[-1] > _LEAST_SENTENCE * longest:
        return line[: ends[-1]].rstrip()
    space = line.rfind(" ", 0, longest)
    if space > _LEAST_WORDS * longest:
        return line[:space].rstrip(" ,;:–—-") + "…"
    return line[: _grapheme_end(line, longest - 1)].rstrip(" ,;:–—-，、；：") + "…"


def _grapheme_end(line: str, longest: int) -> int:
    """The last end of what a reader takes for one character (UAX #29), at most `longest`."""
    import regex  # only where a text without spaces is cut

    end = 0
    for found in regex.finditer(r"\X", line[: longest + 64]):
        if found.end() > longest:
            break
        end = found.end()
    return end or longest
