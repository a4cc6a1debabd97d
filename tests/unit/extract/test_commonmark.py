"""Our way through markdown-it's rules gives what markdown-it's own gives."""

import random
from collections.abc import Iterable
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from muserd.extract.commonmark import CommonMark

HERE = Path(__file__).parents[3]
PIECES = (
    *("a", " ", "b ", "é", "\n", "\n\n", "  \n", "    ", "\t", "\\", "`", "``", "```\n", "~~~\n"),
    *("*", "**", "_", "__", "~", "~~", "[", "]", "(", ")", "![", "!", "](u)", "[z]: /u\n\n"),
    *("<", "<b>", "</b>", "<!-- ", "-->", "<http://a.b>", "&", "&amp;", "&#35;", "# ", "#", "- "),
    *("+ ", "* ", "1. ", "2) ", "> ", "|", "\n|-|-|\n", "---\n", "===\n", "***\n", "<div>\n", "$"),
    *("http://x.y/z_a_b?c=d", ":", "::", "%%", "^", "{.a}", "\0", "\u3000", "\n\n\n", "[x]: <"),
)


def plain() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"maxNesting": 40}).enable(["table", "strikethrough"])
    parser.core.ruler.disable("text_join")
    parser.inline.ruler2.disable("fragments_join")
    return parser


def shape(tokens: Iterable[Token]) -> list[object]:
    """What a reader takes from tokens; neighbouring texts are one, as it joins them anyway."""
    found: list[object] = []
    for token in tokens:
        if token.type == "text" and found and isinstance(found[-1], str):
            found[-1] += token.content
        elif token.type == "text":
            found.append(token.content)
        else:
            children = None if token.children is None else shape(token.children)
            found.append((token.type, token.tag, token.content, token.nesting, children))
    return [one for one in found if one != ""]


def same(text: str) -> bool:
    return shape(plain().parse(text)) == shape(CommonMark().parse(text))


@pytest.mark.parametrize("page", sorted(HERE.glob("docs/*.md")), ids=lambda page: page.name)
def test_a_page_of_ours_is_read_alike(page: Path) -> None:
    assert same(page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("seed", range(8))
def test_any_mixture_of_marks_is_read_alike(seed: int) -> None:
    chance = random.Random(seed)
    ours, theirs = CommonMark(), plain()
    for _ in range(250):
        text = "".join(chance.choice(PIECES) for _ in range(chance.randint(1, 50)))
        assert shape(ours.parse(text)) == shape(theirs.parse(text)), repr(text)


@pytest.mark.parametrize(
    "text",
    ["[" * 60 + "a" + "]" * 60, "> " * 50 + "a", "- " * 50 + "a", "![" * 50, "*" * 90, "<" * 90],
)
def test_what_is_deep_is_read_alike(text: str) -> None:
    assert same(text)
