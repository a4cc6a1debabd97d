"""Documents that take longer than their size explains: some of their words are better than none."""

import json

import pytest

from muserd.extract import budget
from muserd.extract.limits import Limits
from muserd.extract.note import read_note
from muserd.ground.errors import FileError
from tests.unit.extract import samples
from tests.unit.extract.conftest import content_of
from tests.unit.extract.test_sheets import xlsx

LINES = [f"Line {n} &amp; the sea" for n in range(12)]
CELLS = [{"cell_type": "markdown", "source": [f"Line {n} & the sea"]} for n in range(12)]
DOCUMENTS = {
    "a.docx": samples.docx(*(("", line) for line in LINES)),
    "a.pptx": samples.pptx(*((f"Slide {n}", line) for n, line in enumerate(LINES))),
    "a.odt": samples.odt(*(("p", line) for line in LINES)),
    "a.epub": samples.epub(*(f"<h1>One</h1><p>{line}</p>" for line in LINES)),
    "a.xlsx": xlsx({"Sheet1": [[line] for line in LINES]}),
    "a.csv": "\n".join(f"{n},{line}" for n, line in enumerate(LINES)).encode(),
    "a.ipynb": json.dumps({"nbformat": 4, "cells": CELLS, "metadata": {}}).encode(),
    "a.enex": (
        "<en-export>"
        + "".join(
            f"<note><title>T</title><content>&lt;div&gt;{line}&lt;/div&gt;</content></note>"
            for line in LINES
        )
        + "</en-export>"
    ).encode(),
    "a.eml": ("Subject: a\nMIME-Version: 1.0\n\n" + "\n\n".join(LINES)).encode(),
    "a.pdf": samples.pdf([line.replace("&amp;", "and") for line in LINES]),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_whenever_time_is_over_some_words_are_there(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read by then, or else the bare words, with a notice."""
    monkeypatch.setattr(budget, "_BASE_S", 0.0)
    monkeypatch.setattr(budget, "_PER_BYTE_S", 0.0)
    content = content_of(DOCUMENTS[name], name.encode())
    notices = set()
    for calls in (*range(1, 60), *range(60, 400, 7)):
        monkeypatch.setattr(budget, "_EVERY", calls)  # the first look at the clock
        note = read_note(content, Limits())
        assert "the sea" in note.text, calls
        assert "<" not in note.text, calls
        notices.add(note.facts.notice.partition(": ")[2])
    assert notices - {""} <= {"it was taken as plain text", "only its beginning was taken"}
    assert notices != {""}


def test_a_part_of_a_document_is_its_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    """In order, and without a title that was not reached."""
    monkeypatch.setattr(budget, "_BASE_S", 0.0)
    monkeypatch.setattr(budget, "_PER_BYTE_S", 0.0)
    monkeypatch.setattr(budget, "_EVERY", 130)  # its XML takes 124 looks, each paragraph one
    note = read_note(content_of(DOCUMENTS["a.docx"], b"My text.docx"), Limits())
    whole = "\n\n".join(f"Line {n} & the sea" for n in range(12))
    assert whole.startswith(note.text)
    assert len(note.text) < len(whole)
    assert note.facts.title == "My text"
    assert "only its beginning" in note.facts.notice


def test_without_a_word_it_is_a_record(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty container has nothing to be taken."""
    monkeypatch.setattr(budget, "_BASE_S", 0.0)
    monkeypatch.setattr(budget, "_PER_BYTE_S", 0.0)
    monkeypatch.setattr(budget, "_EVERY", 1)
    with pytest.raises(FileError) as caught:
        read_note(content_of(samples.docx(("", " ")), b"a.docx"), Limits())
    assert caught.value.cause == "slow"


def test_what_is_unpacked_explains_time() -> None:
    """A small file that unpacks to much may take what much takes; a first try is no longer."""
    with budget.budget(0.0, grows=True) as long, budget.budget(0.0) as short:
        budget.unpacked(10**9)
        assert budget._mine() is short
        with pytest.raises(budget.OverBudgetError):
            for _ in range(budget._EVERY):
                short.check()
        long.unpacked(10**9)
        for _ in range(budget._EVERY):
            long.check()
