"""The encode worker: from files to vectors, thumbnails, texts and times.

Reader threads read, hash and decode; the lanes encode what they have drafted; this module hands
out what comes from muserd. The model is opened when the first content needs it: known contents,
previews and thumbnail pages do without.
"""

import hashlib
import os
import sys
import threading
import traceback
from collections.abc import Callable
from functools import partial

from muserd.encode import hub, pinning
from muserd.ground.wire import FrameError
from muserd.workers.encode.child.batches import Batches
from muserd.workers.encode.child.delegate import Delegate
from muserd.workers.encode.child.door import Door
from muserd.workers.encode.child.jobs import Jobs
from muserd.workers.encode.child.model import is_compiled
from muserd.workers.encode.child.note_model import NoteModel
from muserd.workers.encode.child.picture_model import PictureModel
from muserd.workers.encode.child.reading import Reader
from muserd.workers.encode.child.upgrade import run_conversions_by
from muserd.workers.encode.protocol import (
    Asked,
    Delegated,
    Example,
    Files,
    Load,
    Opening,
    Query,
    Stage,
    Texts,
    to_child,
)
from muserd.workers.process.link import EXIT_MEMORY, Link, run

MOST_READERS = 4  # beyond it, memory grows and the encoder waits for nothing
MOST_LANES = 8  # each holds the intermediate results of a batch


def main(link: Link) -> None:
    """Serve muserd until it closes the pipe."""
    first = link.receive_as(to_child)
    opening = first.header
    if not isinstance(opening, Opening):
        raise FrameError("the first message opens the encoder")
    known = _hashes(first.buffers[0])
    door = Door(opening)
    delegate = Delegate(link)
    if door.shut_in:
        run_conversions_by(delegate.convert)
        pinning.record_by(delegate.record)
        if door.closed:
            hub.fetch_by(delegate.fetch)
    if opening.space == "image" and not is_compiled(opening):
        from muserd.extract import decode

        decode.prepare()  # before threads: torchvision imports Pillow's plugins too
    jobs = Jobs()
    open_model = PictureModel if opening.space == "image" else NoteModel
    cores = opening.threads or os.cpu_count() or 1
    lanes = Batches(opening, known, link, jobs, door.closing(open_model), cores)
    reader = Reader(opening, known, link, jobs, lanes.add)

    for _ in range(min(cores, MOST_READERS)):
        start("reader", partial(_read, door, reader))
    for lane in range(min(cores, MOST_LANES)):
        start("lane", partial(lanes.work, lane))
    link.send(Stage("starting", "", None))
    if not door.closed:
        lanes.load()  # weights may have to be fetched; the readers wait for that
    _hand_out(link, jobs, lanes, delegate)


def _hand_out(link: Link, jobs: Jobs, lanes: Batches, delegate: Delegate) -> None:
    """Give what muserd sends to whom it is for. The link ends the process with the pipe."""
    while True:
        frame = link.receive_as(to_child)
        match frame.header:
            case Files(files):
                jobs.add([(row.n, row.task) for row in files])
            case Load():
                lanes.load()
            case Delegated(work, said):
                delegate.heard(work, said)
            case Query() | Texts() | Example() as question:
                lanes.ask(Asked(question, frame.buffers))
            case Opening():
                raise FrameError("the encoder is open")
            case question:
                jobs.ask(Asked(question, frame.buffers))


def _hashes(joined: bytes) -> set[bytes]:
    size = hashlib.sha256().digest_size
    return {joined[start : start + size] for start in range(0, len(joined), size)}


def _read(door: Door, reader: Reader) -> None:
    door.wait()
    reader.work()


def start(name: str, work: Callable[[], None]) -> None:
    """A thread whose failure ends the process: muserd finds out which file it was."""

    def guarded() -> None:
        try:
            work()
        except MemoryError:
            os._exit(EXIT_MEMORY)
        except BaseException:  # noqa: BLE001 - explained on stderr, then everything ends
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(1)

    threading.Thread(target=guarded, name=name, daemon=True).start()


if __name__ == "__main__":
    run(main)
