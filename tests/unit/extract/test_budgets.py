"""No content takes longer than its size explains: readers on repeated pieces of their grammars."""

import contextlib
import gc
import threading
import time
from collections.abc import Iterator

import pytest

from muserd.extract import budget, frontmatter
from muserd.extract.content import Content
from muserd.extract.limits import Limits
from muserd.extract.note import read_note
from muserd.ground.errors import FileError
from muserd.ground.formats import FORMATS
from muserd.ground.records import ContentHash, FileStat

# Pieces of each grammar. Each is repeated alone, and behind a beginning that makes a page of it.
PIECES = {
    ".html": (
        *(
            "<a",
            "<!--",
            "<?",
            "<![CDATA[",
            "<![a[",
            "</",
            "</a",
            '<img alt="',
            "<img alt='",
            "<p a=",
        ),
        *("<div>", "<b><p>", "<table>", "<script>", "<style>", "<title>", "<svg>", "</object>"),
        *("&", "&#", "&#x", "&amp", "<", ">", "<pre>", "<svg></object>", "<body>", "<a b=c d='"),
    ),
    ".tex": (
        *("\\begin{equation}", "\\begin{verbatim}", "\\section ", "\\section\n", "\\section{", "{"),
        *(
            "\\cite[",
            "\\cite ",
            "\\title{",
            "\\%",
            "\\'{",
            "\\begin{document}",
            "%",
            "\\\\",
            "$",
            "~",
        ),
        *("\\begin{a}", "\\item[", "\\section[", "}", "``", "\\begin{comment}\\end{comment}"),
    ),
    ".org": (
        *(
            "* a :",
            "* ",
            "*",
            "[[",
            "[[a][",
            "[fn:",
            "*a ",
            "/a",
            "#+a: ",
            "#+begin_src\n",
            ":a:\n",
        ),
        *("| a ", "- ", "=a", "~a~", "<2020-01-01", "SCHEDULED: ", "* a \t"),
    ),
    ".md": (
        *(
            "<!--",
            "[",
            "![a",
            "[[",
            "%%",
            "**a",
            "`a``",
            ">",
            "- ",
            "1. ",
            "<",
            "<a ",
            "|",
            "[a](",
            "_",
        ),
        *(
            "[a]: b\n",
            "_a__",
            "{#a",
            "\\",
            "~~a",
            "$$",
            "==a",
            "#",
            "#[[",
            "```\n",
            "- [ ] ",
            "![](",
            "&",
        ),
        *("[^a]: b\n", "<b>", ":::", "    a\n", "***a", "a*", "[a]", "\t", "http://a ", "!\\["),
    ),
    ".rst": (
        *(
            "`a",
            ":a:`",
            "*a",
            "|a",
            ".. ",
            "==\n",
            ":a:`b <",
            "a_ ",
            ".. a::\n",
            "::\n",
            "``",
            ":a: b\n",
        ),
        *("a\n=\n", "  a\n", ".. |a| b::\n", "`a <b>`_ "),
    ),
    ".txt": (
        "\n",
        "#",
        "#a",
        "@a ",
        "a.",
        "2020-",
        "QUJD",
        " ",
        "\t",
        "a ",
        "-",
        "http://",
        "\x0c",
        "é",
    ),
    ".adoc": (
        "= ",
        "== a\n",
        "[",
        "{a",
        "<<a",
        "|===\n",
        "----\n",
        "* ",
        "http://a[",
        ":a:\n",
        "//",
    ),
    ".eml": ("--b\n\n", "=?utf-8?q?a?= ", "a: b\n", "> ", "<b@c>, ", "(", '"'),
}
STARTS = {
    ".html": "<html><body>",
    ".tex": "\\section",
    ".org": "* a",
    ".eml": "From: a\nContent-Type: multipart/mixed; boundary=b\n\n",
}
SMALL, LARGE = 40_000, 80_000
LEAST_S = 0.08  # what is done sooner is not worth a comparison


def cases() -> Iterator[tuple[str, str, str]]:
    for suffix, pieces in PIECES.items():
        for piece in pieces:
            yield suffix, "", piece
            if suffix in STARTS:
                yield suffix, STARTS[suffix], piece


def seconds(suffix: str, data: bytes) -> float:
    """The processor time of reading it; records count as read."""
    stat = FileStat(len(data), 10**18, 10**18, 1, 1)
    content = Content(f"a{suffix}".encode(), data, ContentHash(bytes(32)), stat)
    gc.disable()  # its passes come by count, so a run with one more of them looks steeper
    try:
        before = time.thread_time()
        with contextlib.suppress(FileError):
            read_note(content, Limits())
        return time.thread_time() - before
    finally:
        gc.enable()


@pytest.mark.timeout(600)
@pytest.mark.parametrize("suffix", PIECES)
def test_twice_as_much_takes_no_more_than_thrice_as_long(suffix: str) -> None:
    """Or is over within its budget, and then plain text: none is quadratic, none gets stuck."""
    for of, start, piece in cases():
        if of != suffix:
            continue
        small, large = ((start + piece * (size // len(piece))).encode() for size in (SMALL, LARGE))
        longer = seconds(suffix, large)
        if longer <= LEAST_S:
            continue
        # a busy machine only ever adds: the least of some runs is what it takes
        longer = min(longer, *(seconds(suffix, large) for _ in range(4)))
        allowed = budget.allowance_s(len(large))
        assert longer < 2 * allowed, (piece, longer)
        if LEAST_S < longer < allowed:
            shorter = min(seconds(suffix, small) for _ in range(3))
            assert longer < 3 * max(shorter, LEAST_S / 3), (start, piece, shorter, longer)


def nested(opening: str, closing: str, depth: int) -> str:
    return opening * depth + "a" + closing * depth


HEADS = {
    "aliases": "---\ntitle: t\na: &a [x]\n"
    + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{'*' + chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)
    )
    + "---\ntext",
    "merge keys": "---\ntitle: t\na: &a {x: 1}\n"
    + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)}\n  <<: [{', '.join(['*' + chr(97 + n)] * 10)}]\n"
        for n in range(9)
    )
    + "---\ntext",
    "brackets": "---\ntitle: t\na: " + "[" * 30_000 + "\n---\ntext",
    "closed brackets": "---\ntitle: t\na: " + nested("[", "]", 5_000) + "\n---\ntext",
    "braces": "---\ntitle: t\na: " + nested("{a: ", "}", 5_000) + "\n---\ntext",
    "dashes": "---\ntitle: t\na:\n  " + "- " * 15_000 + "b\n---\ntext",
    "question marks": "---\ntitle: t\n" + "? " * 15_000 + "b\n---\ntext",
    "indents": "---\ntitle: t\n" + "".join(" " * n + "a:\n" for n in range(300)) + "---\ntext",
    "dotted keys": "+++\ntitle = 't'\n" + "a." * 15_000 + "a = 1\n+++\ntext",
    "dotted tables": "+++\ntitle = 't'\n[" + "a." * 15_000 + "a]\nb = 1\n+++\ntext",
    "arrays": "+++\ntitle = 't'\na = " + nested("[", "]", 5_000) + "\n+++\ntext",
    "objects": ";;;\n" + '{"title": "t", "a": ' + nested("[", "]", 9_000) + "}\n;;;\ntext",
}


@pytest.mark.parametrize("what", HEADS)
def test_a_head_that_multiplies_or_goes_deep_is_taken_line_by_line(what: str) -> None:
    """No aliases, no depth: a few hundred bytes cost seconds, or the process, elsewhere."""
    before = time.thread_time()
    head, _ = frontmatter.split_front_matter(HEADS[what])
    assert time.thread_time() - before < 1.0
    assert head.title in {"t", ""}
    if what in {"aliases", "merge keys", "indents"}:
        assert head.title == "t"


def test_what_takes_too_long_is_plain_text_with_a_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    """It gets its place; a caller who cannot wait is told, and may come again."""
    monkeypatch.setattr(budget, "_BASE_S", 0.05)
    monkeypatch.setattr(budget, "_PER_BYTE_S", 0.0)
    data = b"# A title\n\nwords " + b"[" * 30_000
    stat = FileStat(len(data), 10**18, 10**18, 1, 1)
    content = Content(b"a.md", data, ContentHash(bytes(32)), stat)
    note = read_note(content, Limits())
    assert "plain text" in note.facts.notice
    assert note.text.startswith("# A title")
    with pytest.raises(budget.OverBudgetError):
        read_note(content, Limits(), patience_s=0.02)
    good = Content(b"a.md", b"# A title\n\nwords", ContentHash(bytes(32)), stat)
    assert read_note(good, Limits()).facts.notice == ""


def test_a_budget_is_its_threads_own() -> None:
    """Time that others work, or that is slept, does not count."""
    over: list[bool] = []

    def spin() -> None:
        with budget.budget(0.02):
            try:
                while True:
                    budget.check()
            except budget.OverBudgetError:
                over.append(True)

    with budget.budget(0.5):
        thread = threading.Thread(target=spin)
        thread.start()
        thread.join()
        time.sleep(0.6)
        budget.check()
    budget.check()
    assert over == [True]


def test_formats_that_are_made_of_text_have_pieces() -> None:
    """A new one is tried here, too."""
    known = {suffix for row in FORMATS for suffix in row.suffixes}
    assert {suffix.encode() for suffix in PIECES} <= known
