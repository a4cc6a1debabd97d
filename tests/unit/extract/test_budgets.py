"""No content takes longer than its size explains: readers on repeated pieces of their grammars."""

import contextlib
import gc
import threading
import time

import pytest

from muserd.extract import budget, frontmatter
from muserd.extract.content import Content
from muserd.extract.limits import Limits
from muserd.extract.note import read_note
from muserd.extract.picture import read_picture
from muserd.ground.errors import FileError
from muserd.ground.formats import FORMATS
from muserd.ground.records import ContentHash, FileStat
from tests.unit.extract import grammars

FIRST, MOST = 5_000, 320_000  # bytes of repeated pieces
LEAST_S = 0.02  # what is done sooner is not worth a comparison: it is tried with more
CASES = list(grammars.cases())


def seconds(case: grammars.Case, size: int) -> float:
    """The processor time of reading so much of it; records count as read."""
    data = case.make(size)
    stat = FileStat(len(data), 10**18, 10**18, 1, 1)
    name = f"a{case.suffix}" if case.suffix.startswith(".") else case.suffix
    content = Content(name.encode(), data, ContentHash(bytes(32)), stat)
    row = next(row for row in FORMATS if row.name == case.format)
    gc.disable()  # its passes come by count, so a run with one more of them looks steeper
    try:
        before = time.thread_time()
        with contextlib.suppress(FileError):
            if row.kind == "note":
                read_note(content, Limits())
            else:
                read_picture(content, Limits(), 224)
        return time.thread_time() - before
    finally:
        gc.enable()


@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", [row.name for row in FORMATS])
def test_twice_as_much_takes_no_more_than_thrice_as_long(name: str) -> None:
    """Or is over within its budget, and then plain text: none is quadratic, none gets stuck."""
    for case in CASES:
        if case.format != name:
            continue
        size, shorter, longer = FIRST, 0.0, seconds(case, FIRST)
        while longer <= LEAST_S and size < MOST:
            size, shorter, longer = 2 * size, longer, seconds(case, 2 * size)
        tries = 0
        while longer > LEAST_S and longer >= 3 * max(shorter, LEAST_S / 3) and tries < 4:
            # a busy machine only ever adds: the least of some runs is what it takes
            longer = min(longer, seconds(case, size))
            again = seconds(case, size // 2)
            shorter = min(shorter, again) if tries else again
            tries += 1
        allowed = budget.allowance_s(size)
        assert longer < 2 * allowed, (case.piece, size, longer)
        if LEAST_S < longer < allowed:
            assert longer < 3 * max(shorter, LEAST_S / 3), (case.piece, size, shorter, longer)


def test_every_format_is_tried() -> None:
    """A new one is tried here, too."""
    assert {case.format for case in CASES} == {row.name for row in FORMATS}


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
