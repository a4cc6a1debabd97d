"""Every message is read on the other side as what was sent; what is none is refused."""

import io
import json
from pathlib import Path

import msgspec
import numpy as np
import pytest

from muserd.extract.limits import Limits
from muserd.ground.errors import FileError
from muserd.ground.facts import Facts
from muserd.ground.records import ContentHash, EncoderInfo, FileStat
from muserd.ground.wire import FrameError, read_raw_frame, write_frame
from muserd.workers.encode.outcomes import Encoded, FileFailed, FileTask, Known, Outcome, Reread
from muserd.workers.encode.protocol import (
    Answer,
    Batch,
    Begin,
    Delegate,
    Delegated,
    EncodedOutcome,
    Example,
    FailedOutcome,
    FileRow,
    Files,
    FromChild,
    Jpeg,
    KnownOutcome,
    Load,
    Looks,
    Message,
    Opening,
    Pack,
    Preview,
    Query,
    Read,
    Ready,
    Refusal,
    Refused,
    RereadOutcome,
    Stage,
    Texts,
    ToChild,
    from_child,
    to_child,
)
from muserd.workers.encode.readings import Draft, failed_message, known_message, outcome_of

ODD = b"/r/odd \xff\n\xf0\x9f\x90\x88.jpg"  # a name that is no text
TASK = FileTask(ODD, "image", attempt=3)
STAT = FileStat(1, 2**62, -5, 4, 5)
INFO = EncoderInfo("toy@1", "Toy", 4, "cpu", "a note")
HASH = ContentHash(bytes(range(32)))


def sent(message: Message) -> tuple[bytes, list[bytes]]:
    """What arrives on the other side of the pipe: the header and the buffers."""
    pipe = io.BytesIO()
    write_frame(pipe, *message)
    pipe.seek(0)
    frame = read_raw_frame(pipe)
    assert frame is not None
    return frame


def outcome(message: Message, info: EncoderInfo | None = INFO) -> Outcome:
    """What muserd makes of an outcome that the child sends."""
    header, buffers = sent(message)
    said = from_child(header)
    assert isinstance(said, EncodedOutcome | RereadOutcome | KnownOutcome | FailedOutcome)
    return outcome_of(said, buffers, TASK, info)


@pytest.mark.parametrize(
    "message",
    [
        Opening(
            space="image",
            spec="auto",
            keep="",
            device="cpu",
            cache=Path("/c/\udcff"),
            limits=Limits(pages_max=7),
            threads=2,
            runtime="torch",
            keep_note="a note",
        ),
        Files([FileRow(1, ODD, "image", True, False), FileRow(2, b"/n", "note", False, True)]),
        Load(),
        Delegated("fetch", {"message": "half", "share": 0.5}),
        Query(n=1, words="grüne Wiese"),
        Texts(n=2, texts=["a", ""], queries=True),
        Example(n=3, name=ODD),
        Preview(n=4, path=ODD, size_px=256, part=1),
        Pack(n=5, cell_px=64, columns=2, rows=1, blurred=False, filled=[True, False]),
        Looks(n=6),
        Jpeg(n=7),
    ],
)
def test_what_muserd_says_reaches_the_child(message: ToChild) -> None:
    assert to_child(sent((message, ()))[0]) == message


@pytest.mark.parametrize(
    "message",
    [
        Stage("loading", "half of it", 0.5),
        Ready(INFO),
        Refused("no such encoder", "choose another", True),
        Delegate(work="record", paths=["/w"]),
        Begin(1),
        Read(2),
        Batch([3, 4]),
        Answer(5),
        Refusal(6, "corrupt", "bad", "mend it"),
    ],
)
def test_what_the_child_says_reaches_muserd(message: FromChild) -> None:
    header, buffers = sent((message, (b"data",)))
    assert (from_child(header), buffers) == (message, [b"data"])


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"type": "gossip"},
        {"type": "begin"},
        {"type": "begin", "n": "one"},
        {"type": "batch", "n": [1, None]},
        {"type": "ready", "encoder": {"id": "a"}},
        {"type": "outcome:known", "n": 1, "stat": {"size": 1}},
        {"type": "stage", "stage": "dancing", "message": "", "share": None},
        {"type": "files", "files": []},  # that is muserd's to say
    ],
)
def test_what_is_no_message_is_refused(header: dict[str, object]) -> None:
    with pytest.raises(FrameError, match="is no message here"):
        from_child(json.dumps(header).encode())


def test_what_only_a_child_says_is_refused_by_the_child() -> None:
    with pytest.raises(FrameError):
        to_child(b'{"type": "begin", "n": 1}')


@pytest.mark.parametrize("header", [b"", b"[]", b"\xff", b'{"type": "begin", "n": 1'])
def test_what_is_no_json_is_refused(header: bytes) -> None:
    with pytest.raises(FrameError):
        from_child(header)


def draft(**facts: object) -> Draft:
    return Draft(
        n=9,
        task=TASK,
        stat=STAT,
        content=HASH,
        name="a.jpg",
        facts=Facts(**facts),  # type: ignore[arg-type]
        text="some words",
        thumbs=((64, b"small"), (128, b"large")),
    )


def test_an_outcome_is_what_was_drafted() -> None:
    """With the vector, and what the encoder recognised."""
    vector = np.array([0, 0.6, 0.8, 0], np.float32)
    one = draft(title="Sea", tags=("a", "b"), place=(47.5, 8.25), time_ms=-3)
    found = outcome(one.message(vector, ((7, 100),)))
    assert isinstance(found, Encoded)
    assert found.vector.tolist() == vector.tolist()
    assert found.facts == msgspec.structs.replace(one.facts, concepts=((7, 100),))
    assert (found.task, found.stat, found.content) == (TASK, STAT, HASH)
    assert (found.name, found.text, found.encoder) == ("a.jpg", "some words", INFO)
    assert found.thumbs == {64: b"small", 128: b"large"}


def test_a_content_read_again_has_no_vector() -> None:
    found = outcome(draft(title="Sea").reread_message(), None)
    assert isinstance(found, Reread)
    assert (found.content, found.facts.title, found.text) == (HASH, "Sea", "some words")
    assert found.thumbs == {64: b"small", 128: b"large"}


def test_known_and_failed_outcomes() -> None:
    known = outcome(known_message(9, STAT, HASH), None)
    assert known == Known(TASK, STAT, HASH)
    error = FileError("corrupt", "two\nlines", "mend it", retry=True)
    for stat in (STAT, None):
        failed = outcome(failed_message(9, error, stat), None)
        assert failed == FileFailed(TASK, "corrupt", "two lines", "mend it", True, stat)


@pytest.mark.parametrize("vector", [[0, 0, 0], [np.nan] * 4, [1, 1, 1, 1], [0, 0, 0, 0]])
def test_a_vector_that_is_none_is_a_failure_of_its_file(vector: list[float]) -> None:
    failed = outcome(draft().message(np.array(vector, np.float32), ()))
    assert isinstance(failed, FileFailed)
    assert (failed.cause, failed.stat) == ("bad-vector", STAT)


def test_what_a_file_says_cannot_end_the_message() -> None:
    """Half a surrogate pair is no text, and a number may have no end: both are made storable."""
    one = draft(title="half \ud83d a cat", width=10**30)
    found = outcome(one.message(np.array([1, 0, 0, 0], np.float32), ()))
    assert isinstance(found, Encoded)
    assert found.facts.title == "half ? a cat"
    assert found.facts.width < 2**63


def test_facts_that_are_none_cost_their_file_only() -> None:
    """The frame is sound: whoever hears it goes on, and the outcome raises."""
    message, buffers = draft().message(np.array([1, 0, 0, 0], np.float32), ())
    odd = msgspec.structs.replace(message, facts={"title": 7, "tags": "none"})
    with pytest.raises(msgspec.ValidationError):
        outcome((odd, buffers))
    with pytest.raises(IndexError):
        outcome((message, ()))
