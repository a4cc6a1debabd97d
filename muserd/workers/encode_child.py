"""The encode worker: from files to vectors, thumbnails, texts and times.

Reader threads read, hash and decode; the model's thread encodes what they have drafted; this
module hands out what comes from muserd. The model is opened when the first content needs it: known
contents, previews and thumbnail pages do without.
"""

import os
import sys
import threading
import traceback
from collections.abc import Callable

from muserd.extract import decode
from muserd.workers.encode_model import ModelThread, NoteModel, PictureModel
from muserd.workers.encode_reading import Jobs, Reader
from muserd.workers.encode_wire import Opening, files_of
from muserd.workers.link import EXIT_MEMORY, Link, run

MOST_READERS = 4  # beyond it, memory grows and the encoder waits for nothing


def main(link: Link) -> None:
    """Serve muserd until it closes the pipe."""
    first = link.receive()
    if first is None:
        return
    opening, known = Opening.of(first)
    if opening.space == "image":
        decode.prepare()  # before threads: torchvision imports Pillow's plugins too
    jobs = Jobs()
    open_model = PictureModel if opening.space == "image" else NoteModel
    model = ModelThread(opening, known, link, jobs, open_model)
    reader = Reader(opening, known, link, jobs, model.add)
    cores = opening.threads or os.cpu_count() or 1
    for _ in range(min(cores, MOST_READERS)):
        start(reader.work)
    start(model.work)
    link.send({"type": "stage", "stage": "starting", "message": "", "share": None})
    while (frame := link.receive()) is not None:
        match frame.header["type"]:
            case "files":
                jobs.add(files_of(frame.header))
            case "load":
                model.load()
            case "query":
                model.ask(frame)
            case "preview" | "pack":
                jobs.ask(frame)


def start(work: Callable[[], None]) -> None:
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

    threading.Thread(target=guarded, name=work.__qualname__, daemon=True).start()


if __name__ == "__main__":
    run(main)
