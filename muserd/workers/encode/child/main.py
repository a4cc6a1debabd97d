"""The encode worker: from files to vectors, thumbnails, texts and times.

Reader threads read, hash and decode; the lanes encode what they have drafted; this module hands
out what comes from muserd. The model is opened when the first content needs it: known contents,
previews and thumbnail pages do without.
"""

import os
import sys
import threading
import traceback
from collections.abc import Callable
from functools import partial

from muserd.encode import hub, pinning
from muserd.workers.encode.child.batches import Batches
from muserd.workers.encode.child.delegate import Delegate
from muserd.workers.encode.child.door import Door
from muserd.workers.encode.child.jobs import Jobs
from muserd.workers.encode.child.model import is_compiled
from muserd.workers.encode.child.note_model import NoteModel
from muserd.workers.encode.child.picture_model import PictureModel
from muserd.workers.encode.child.reading import Reader
from muserd.workers.encode.child.upgrade import run_conversions_by
from muserd.workers.encode.protocol import Opening, files_of
from muserd.workers.process.link import EXIT_MEMORY, Link, run

MOST_READERS = 4  # beyond it, memory grows and the encoder waits for nothing
MOST_LANES = 8  # each holds the intermediate results of a batch


def main(link: Link) -> None:
    """Serve muserd until it closes the pipe."""
    first = link.receive()
    if first is None:
        return
    opening, known = Opening.of(first)
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
    link.send({"type": "stage", "stage": "starting", "message": "", "share": None})
    if not door.closed:
        lanes.load()  # weights may have to be fetched; the readers wait for that
    _hand_out(link, jobs, lanes, delegate)


def _hand_out(link: Link, jobs: Jobs, lanes: Batches, delegate: Delegate) -> None:
    """Give what muserd sends to whom it is for, until it closes the pipe."""
    while (frame := link.receive()) is not None:
        match frame.header["type"]:
            case "files":
                jobs.add(files_of(frame.header))
            case "load":
                lanes.load()
            case "query" | "texts" | "example":
                lanes.ask(frame)
            case "delegated":
                delegate.heard(frame.header["work"], frame.header["said"])
            case "preview" | "pack" | "looks" | "jpeg":
                jobs.ask(frame)


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
