import hashlib
import io
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from PIL import Image

from muserd.ground.errors import FileError, WorkerError
from muserd.ground.formats import reader_version
from muserd.ground.records import EncoderInfo
from muserd.workers.encode import supervisor
from muserd.workers.encode.host import WorkerState
from muserd.workers.encode.outcomes import Encoded, FileFailed, FileTask, Known, Outcome, Reread
from tests.unit.workers.desk import PATIENCE_S, Desk


def test_every_file_comes_back_once_with_all_that_an_item_needs(
    desk: Callable[..., Desk],
) -> None:
    """More files than fit in the window: an outcome each, with stat, hash, text and vector."""
    here = desk()
    tasks = here.many(200)
    here.worker.submit(tasks)
    found = here.wait(200)
    one = found["7.txt"]
    assert isinstance(one, Encoded)
    path = here.folder / "7.txt"
    assert one.content == hashlib.sha256(path.read_bytes()).digest()
    assert one.stat.size == path.stat().st_size
    assert one.stat.mtime_ns == path.stat().st_mtime_ns
    assert (one.kind, one.name) == ("note", "7.txt")
    assert one.text == "This is the note number 7."
    assert one.vector.shape == (8,)
    assert all(isinstance(outcome, Encoded) for outcome in found.values())
    assert here.worker.rate_per_s > 0


def test_known_contents_are_not_encoded_unless_forced(
    desk: Callable[..., Desk], launches: Callable[[], list[str]]
) -> None:
    """The model is not even loaded for a file whose content has a vector; `force` encodes it."""
    here = desk()
    task = here.write("a.txt", "known text")
    here.contents = {hashlib.sha256(b"known text").digest()}
    here.worker.submit([task])
    assert isinstance(here.wait(1)["a.txt"], Known)
    assert launches() == ["start"]
    here.outcomes.clear()
    here.worker.submit([replace(task, force=True)])
    assert isinstance(here.wait(1)["a.txt"], Encoded)
    assert launches() == ["start", "load"]


def test_what_is_read_again_loads_no_model(
    desk: Callable[..., Desk], launches: Callable[[], list[str]]
) -> None:
    """All that a content says of itself, with the version of its reader, and no vector."""
    here = desk()
    text = "---\ntitle: A\ndate: 2024-03-05\ntags: [b]\n---\nSome words."
    task = here.write("a.md", text)
    here.contents = {hashlib.sha256(text.encode()).digest()}
    here.worker.submit([replace(task, reread=True)])
    found = here.wait(1)["a.md"]
    assert isinstance(found, Reread)
    assert (found.facts.title, found.facts.when, found.facts.tags) == ("A", "2024-03-05", ("b",))
    assert found.facts.reader == reader_version(b"a.md") >= 1
    assert (found.text, found.content) == ("Some words.", hashlib.sha256(text.encode()).digest())
    assert launches() == ["start"]
    here.outcomes.clear()
    here.worker.submit([replace(here.write("b.txt", "\0\1\2\3" * 99), reread=True)])
    failed = here.wait(1)["b.txt"]
    assert isinstance(failed, FileFailed)
    assert failed.task.reread


def test_a_copy_of_what_was_just_encoded_is_known(desk: Callable[..., Desk]) -> None:
    """The second file with the same content costs no decoding."""
    here = desk()
    here.worker.submit([here.write("a.txt", "the same")])
    here.wait(1)
    here.worker.submit([here.write("b.txt", "the same")])
    assert isinstance(here.wait(2)["b.txt"], Known)


def test_files_that_cannot_be_read_say_why(desk: Callable[..., Desk]) -> None:
    """A missing file, an empty one, a reader's own fault: each its cause, none a death."""
    here = desk()
    gone = FileTask(os.fsencode(here.folder / "gone.txt"), "note")
    here.worker.submit(
        [gone, here.write("empty.txt", ""), here.write("fault.txt", "reading: raise")]
    )
    found = here.wait(3)
    causes = {name: one.cause for name, one in found.items() if isinstance(one, FileFailed)}
    assert causes == {"gone.txt": "vanished", "empty.txt": "empty", "fault.txt": "crash"}
    assert here.worker.state.restarts == 0


def test_names_need_not_be_unicode(desk: Callable[..., Desk]) -> None:
    """A path of any bytes goes to the child and comes back."""
    here = desk()
    path = os.fsencode(here.folder) + b"/bad\xff\nname.txt"
    with open(path, "wb") as file:
        file.write(b"hello")
    here.worker.submit([FileTask(path, "note")])
    (outcome,) = here.wait(1).values()
    assert isinstance(outcome, Encoded)
    assert outcome.task.path == path
    assert outcome.name == "bad\\xff\\nname.txt"


def test_a_query_comes_before_waiting_files(desk: Callable[..., Desk]) -> None:
    """With many slow files waiting, a query is answered while most of them still wait."""
    here = desk()
    here.worker.submit([here.write(f"{n}.txt", f"encoding: slow\n{n}") for n in range(40)])
    answer = here.worker.query("words", PATIENCE_S)
    assert answer.concepts is None
    assert answer.vector is not None
    assert answer.vector.shape == (8,)
    assert len(here.outcomes) < 30
    here.wait(40)


def test_nobody_waits_longer_than_asked(desk: Callable[..., Desk]) -> None:
    """An answer that does not come in time is an error that says so."""
    here = desk(file_deadline_s=1.0)
    with pytest.raises(WorkerError, match=r"did not answer within 0\.5 s"):
        here.worker.query("query: hang", 0.5)


def test_previews_and_pages_need_no_model(
    desk: Callable[..., Desk], launches: Callable[[], list[str]], tmp_path: Path
) -> None:
    """Both are made without loading the encoder; a file that is no picture is a FileError."""
    here = desk(space="image")
    Image.new("RGB", (600, 300), "red").save(tmp_path / "a.jpg")
    preview = here.worker.preview(os.fsencode(tmp_path / "a.jpg"), 200, 0, PATIENCE_S)
    assert Image.open(io.BytesIO(preview)).size == (200, 100)
    jpegs = here.worker.jpegs([preview, preview], PATIENCE_S)
    assert [data[:3] for data in jpegs] == [b"\xff\xd8\xff"] * 2
    blurred = here.worker.pack([preview], 64, 1, 1, PATIENCE_S, blurred=True)
    assert blurred != here.worker.pack([preview], 64, 1, 1, PATIENCE_S)
    page = here.worker.pack([preview, None, preview], 64, 2, 2, PATIENCE_S)
    assert Image.open(io.BytesIO(page)).size == (128, 128)
    (tmp_path / "b.png").write_bytes(b"no picture")
    with pytest.raises(FileError):
        here.worker.preview(os.fsencode(tmp_path / "b.png"), 200, 0, PATIENCE_S)
    assert launches() == ["start"]


def test_an_encoder_that_is_refused_loses_no_file(desk: Callable[..., Desk]) -> None:
    """The state says why; queries fail at once; files wait rather than being blamed."""
    here = desk(spec="refuse")
    here.worker.submit(here.many(3))
    state = here.wait_for("failed")
    assert "no such encoder" in state.message
    assert "choose another" in state.message
    with pytest.raises(WorkerError, match="no such encoder"):
        here.worker.query("words", PATIENCE_S)
    assert here.outcomes == []
    assert state.pid is None


def test_a_refused_encoder_is_tried_again(
    desk: Callable[..., Desk], launches: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """When it opens at last, the files that waited are encoded, each once."""
    monkeypatch.setattr("muserd.workers.encode.retry.REFUSED_S", 0.2)
    here = desk(spec="refuse-once")
    here.worker.submit(here.many(70))
    assert all(isinstance(one, Encoded) for one in here.wait(70).values())
    stages = [state.stage for state in here.states]
    assert stages.index("failed") < len(stages) - 1 - stages[::-1].index("ready")
    assert launches().count("load") == 2
    assert here.worker.state.restarts == 0


def test_states_follow_one_another(desk: Callable[..., Desk]) -> None:
    """From starting → ready → loading → fetching → ready, then absent after the idle time."""
    here = desk(spec="fetch", idle_s=0.2)
    assert here.worker.state == WorkerState()
    here.worker.submit(here.many(1))
    here.wait(1)
    here.wait_for("absent")
    stages = [state.stage for state in here.states]
    order = list(dict.fromkeys(stages))
    assert order == ["starting", "ready", "loading", "fetching", "absent"]
    fetching = next(state for state in here.states if state.stage == "fetching")
    assert fetching.progress == 0.5
    encoder = here.worker.state.encoder
    assert encoder is not None
    assert encoder.id == "toy@1"
    assert here.worker.state.pid is None


def test_after_the_first_vector_auto_keeps_its_encoder(
    desk: Callable[..., Desk], caplog: pytest.LogCaptureFixture
) -> None:
    """A later child is told which encoder the vectors came from; the note is logged once."""
    here = desk(idle_s=0.1)
    for n in range(2):
        here.worker.submit([here.write(f"{n}.txt", f"text {n}")])
        here.wait(n + 1)
        here.wait_for("absent")
    assert here.worker._supervisor._keep == "toy@1"
    notes = [one for one in caplog.messages if "a note about the toy" in one]
    assert len(notes) == 1


def test_stop_ends_child_and_waiting_callers(desk: Callable[..., Desk]) -> None:
    """After `stop` there is no process, and who still waits gets an error."""
    here = desk()
    errors: list[BaseException] = []

    def ask() -> None:
        try:
            here.worker.query("query: hang", PATIENCE_S)
        except WorkerError as error:
            errors.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    pid = here.wait_for("ready").pid
    assert pid is not None
    here.worker.stop(10)
    asking.join(10)
    assert len(errors) == 1
    assert not psutil.pid_exists(pid)


def test_muserd_loads_no_heavy_library_for_its_worker() -> None:
    """The parent's side imports neither torch nor Pillow: they live in the child."""
    code = (
        "import sys, muserd.workers.encode.host; "
        "heavy = {'torch', 'PIL', 'scipy', 'sklearn', 'transformers', 'tokenizers'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_child_is_started_ahead_of_need(
    desk: Callable[..., Desk], launches: Callable[[], list[str]]
) -> None:
    """For a space with vectors, and with its network if that is asked for; it leaves when idle."""
    here = desk(keep="toy@1", idle_s=1.0)
    here.worker.warm(load=True)
    here.wait_for("ready")
    here.wait_for("absent")
    assert here.worker.state.restarts == 0
    assert launches() == ["start", "load"]


def test_nothing_is_started_for_a_space_without_vectors(desk: Callable[..., Desk]) -> None:
    """Which encoder it gets may hang on what comes first."""
    here = desk()
    here.worker.warm(load=True)
    time.sleep(0.2)
    assert here.worker.state.stage == "absent"


def test_an_answer_that_makes_no_sense_costs_its_file(
    desk: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing foresaw it: the file has a failure, the others their items, the worker goes on."""
    understood = supervisor.outcome_of

    def odd(said: Any, buffers: Any, task: FileTask, info: EncoderInfo | None) -> Outcome:
        if task.path.endswith(b"/3.txt"):
            raise KeyError("stat")
        return understood(said, buffers, task, info)

    monkeypatch.setattr(supervisor, "outcome_of", odd)
    here = desk()
    here.worker.submit(here.many(6))
    found = here.wait(6)
    strange = found.pop("3.txt")
    assert isinstance(strange, FileFailed)
    assert "stat" in strange.message
    assert all(isinstance(outcome, Encoded) for outcome in found.values())
