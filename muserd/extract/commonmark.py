"""markdown-it's parser, which asks only the rules that can begin where it is.

markdown-it asks each of its rules at every line, and at every character that some dialect may give
a meaning. The rules are the same here and in the same order; what begins none of them costs
nothing. At every step it is seen whether the note's time is over (`budget`): nested brackets cost
their depth at each character.
"""

import re
from collections.abc import Mapping, Sequence

from markdown_it import MarkdownIt
from markdown_it.parser_block import ParserBlock, RuleFuncBlockType
from markdown_it.parser_inline import ParserInline, RuleFuncInlineType
from markdown_it.ruler import Ruler
from markdown_it.rules_block import (
    StateBlock,
    blockquote,
    code,
    fence,
    heading,
    hr,
    html_block,
    lheading,
    list_block,
    paragraph,
    reference,
    table,
)
from markdown_it.rules_inline import (
    StateInline,
    autolink,
    backtick,
    emphasis,
    entity,
    escape,
    html_inline,
    image,
    link,
    newline,
    strikethrough,
)
from markdown_it.token import Token
from markdown_it.utils import EnvType

from muserd.extract import budget

_DEEPEST = 40  # blocks and marks within one another
_INLINES: Mapping[str, Sequence[RuleFuncInlineType]] = {
    "\n": (newline,),
    "\\": (escape,),
    "`": (backtick,),
    "~": (strikethrough.tokenize,),
    "*": (emphasis.tokenize,),
    "_": (emphasis.tokenize,),
    "[": (link,),
    "!": (image,),
    "<": (autolink, html_inline),
    "&": (entity,),
}
_MARK = re.compile(r"[\n\\`~*_\[<&]|!(?=\[)")
_MARK_OR_END = re.compile(
    r"[\n\\`~*_\[\]<&]|!(?=\[)"
)  # a label is looked through up to its bracket
_BLOCKS: Mapping[str, Sequence[RuleFuncBlockType]] = {
    "`": (fence,),
    "~": (fence,),
    ">": (blockquote,),
    "*": (hr, list_block),
    "-": (hr, list_block),
    "_": (hr,),
    "+": (list_block,),
    "[": (reference,),
    "<": (html_block,),
    "#": (heading,),
    **dict.fromkeys("0123456789", (list_block,)),
}
# What may begin below the lines of another block without an empty line between, by that block.
_ENDS: Mapping[str, Sequence[RuleFuncBlockType]] = {
    "list": (fence, blockquote, hr),
    "blockquote": (fence, blockquote, hr, list_block, html_block, heading),
    "paragraph": (table, fence, blockquote, hr, list_block, html_block, heading),
    "reference": (table, fence, blockquote, hr, list_block, html_block, heading),
}


class CommonMark(MarkdownIt):
    """CommonMark with tables and what is struck out. Addresses stay as they are written."""

    def __init__(self) -> None:
        super().__init__("commonmark", {"maxNesting": _DEEPEST})
        self.block, self.inline = _Blocks(), _Inlines()
        # Pieces of text are joined by whoever reads the tokens.
        self.core.ruler.disable("text_join")
        self.inline.ruler2.disable("fragments_join")

    def normalizeLink(self, url: str) -> str:  # noqa: N802 - markdown-it calls it so
        """As it is: nobody follows it from here."""
        return url


class _Rules(Ruler[RuleFuncBlockType]):
    """One rule a chain, which asks the others."""

    def getRules(self, chainName: str = "") -> list[RuleFuncBlockType]:  # noqa: N802
        return _CHAINS[chainName]


class _Blocks(ParserBlock):
    def __init__(self) -> None:
        super().__init__()
        self.ruler = _Rules()
        self.ruler.push("code", code)  # its being there means that indented lines are code


def _first(state: StateBlock, line: int) -> str:
    at = state.bMarks[line] + state.tShift[line]
    return state.src[at : at + 1]


def _begin(state: StateBlock, line: int, end: int, silent: bool) -> bool:
    """The block that begins at a line."""
    budget.check()
    if _is_ruled(state, line, end) and table(state, line, end, silent):
        return True
    if state.is_code_block(line):
        return code(state, line, end, silent)
    for rule in _BLOCKS.get(_first(state, line), ()):
        if rule(state, line, end, silent):
            return True
    more = line + 1 < end and not state.isEmpty(line + 1)
    return (more and lheading(state, line, end, silent)) or paragraph(state, line, end, silent)


def _is_ruled(state: StateBlock, line: int, end: int) -> bool:
    """Whether the ruler of a table may stand below a line."""
    return line + 2 <= end and _first(state, line + 1) in {"|", "-", ":"}


def _ending(chain: str) -> RuleFuncBlockType:
    """Whether a block begins at a line that ends the block above, of one kind."""
    allowed = _ENDS[chain]
    rules = {
        first: tuple(rule for rule in begun if rule in allowed) for first, begun in _BLOCKS.items()
    }
    tables = table in allowed

    def ends(state: StateBlock, line: int, end: int, silent: bool) -> bool:
        budget.check()
        if tables and _is_ruled(state, line, end) and table(state, line, end, silent):
            return True
        return any(rule(state, line, end, silent) for rule in rules.get(_first(state, line), ()))

    return ends


_CHAINS: Mapping[str, list[RuleFuncBlockType]] = {
    "": [_begin],
    **{chain: [_ending(chain)] for chain in _ENDS},
}


class _Inlines(ParserInline):
    def parse(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> list[Token]:
        if _MARK.search(src) is None:
            if src:
                tokens.append(Token("text", "", 0, content=src))
            return tokens
        return super().parse(src, md, env, tokens)

    def tokenize(self, state: StateInline) -> None:
        src, end = state.src, state.posMax
        while state.pos < end:
            at = _next(_MARK, src, state.pos, end)
            if at > state.pos:
                state.append_pending(src[state.pos : at])
                state.pos = at
                if at == end:
                    break
            budget.check()
            for rule in _INLINES[src[at]] if state.level < _DEEPEST else ():
                if rule(state, False):
                    break
            else:
                state.append_pending(src[at])
                state.pos = at + 1
        if state.pending:
            state.pushPending()

    def skipToken(self, state: StateInline) -> None:  # noqa: N802
        start = state.pos
        if start in state.cache:
            state.pos = state.cache[start]
            return
        at = _next(_MARK_OR_END, state.src, start, state.posMax)
        if state.level >= _DEEPEST:
            state.pos = state.posMax
        elif at > start:
            state.pos = at
        else:
            self._skip_mark(state)
        state.cache[start] = state.pos

    def _skip_mark(self, state: StateInline) -> None:
        budget.check()
        start = state.pos
        for rule in _INLINES.get(state.src[start], ()):
            state.level += 1
            found = rule(state, True)
            state.level -= 1
            if found:
                return
        state.pos = start + 1


def _next(marks: re.Pattern[str], text: str, start: int, end: int) -> int:
    found = marks.search(text, start, end)
    return found.start() if found is not None else end
