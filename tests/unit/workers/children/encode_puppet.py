"""The real encode worker with a model of no weight and files that play tricks by their content.

A file whose text begins with `reading: TRICK` plays it while it is read, `encoding: TRICK` in its
batch.
"""

import ctypes
import hashlib
import os
import sys
import time
from pathlib import Path

import numpy as np

from muserd.encode.progress import Progress
from muserd.extract import note
from muserd.ground.errors import EncoderError
from muserd.ground.records import EncoderInfo
from muserd.workers.encode.child import main as encode_child
from muserd.workers.encode.child import note_model
from muserd.workers.encode.protocol import Opening
from muserd.workers.process.link import Link, run

DIM = 8
LINKS: list[Link] = []
LAUNCHES = os.environ.get("PUPPET_LAUNCHES", os.devnull)  # a line for every start and load


def play(trick: str) -> None:
    match trick:
        case "segfault":
            ctypes.string_at(0)
        case "exit":
            os._exit(3)
        case "hang":
            time.sleep(600)
        case "hold":  # as a library's loop that never lets another thread of Python's run
            ctypes.PyDLL(None).sleep(600)
        case "hold a while":
            ctypes.PyDLL(None).sleep(3)
        case "allocate":
            bytearray(8 << 30)
        case "map":
            import mmap

            held = mmap.mmap(-1, 600 << 20)
            for at in range(0, len(held), 4096):
                held[at] = 1
            time.sleep(600)
        case "babble":  # what is no message
            LINKS[0].send({"type": "gossip"})
            time.sleep(600)
        case "raise":
            raise ValueError("a fault of the reader's")
        case "slow":
            time.sleep(0.1)


def note_down(line: str) -> None:
    with open(LAUNCHES, "a") as file:
        file.write(line + "\n")


class Toy:
    """Vectors made of the text's hash."""

    batch_size = 4

    def __init__(self, opening: Opening, progress: Progress, languages: object = ()) -> None:
        note_down("load")
        progress("loading", "a toy", None)
        match opening.spec:
            case "refuse":
                raise EncoderError("no such encoder", "choose another")
            case "refuse-once" if Path(LAUNCHES).read_text().count("load") == 1:
                raise EncoderError("the hub is away", "wait")
            case "die":
                os._exit(5)
            case "fetch":
                progress("fetching", "a toy: 50 %", 0.5)
                time.sleep(2)
        self.info = EncoderInfo("toy@1", "Toy", DIM, "cpu", "a note about the toy")

    def weigh(self, what: object) -> int:
        return 1

    def prepare(self, what: object) -> str:
        return str(what)

    def vectors(self, batch: list[str]) -> tuple[np.ndarray, list[tuple[()]]]:
        vectors = np.stack([self._vector(text) for text in batch])
        return vectors, [()] * len(batch)

    def query(self, words: str) -> tuple[bytes, bytes]:
        play(words.removeprefix("query: "))
        return self._vector(words).astype("<f4").tobytes(), b""

    lanes = 8

    def load(self) -> None:
        """Nothing to do."""

    def improve(self, encoded: int, changed: object) -> None:
        """Nothing is better."""

    def use_cores(self, count: int) -> None:
        assert count >= 1

    def _vector(self, text: str) -> np.ndarray:
        trick = text.partition("encoding: ")[2].partition("\n")[0].strip()
        play(trick)
        if trick == "nan":
            return np.full(DIM, np.nan, np.float32)
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
        vector = np.random.default_rng(seed).normal(size=DIM)
        return (vector / np.linalg.norm(vector)).astype(np.float32)


def reading_with_tricks(read):
    def tricky(content, limits, **more):
        if content.data.startswith(b"reading: "):
            play(content.data.removeprefix(b"reading: ").decode().strip())
        return read(content, limits, **more)

    return tricky


def main(link: Link) -> None:
    LINKS.append(link)
    encode_child.main(link)


if __name__ == "__main__":
    note_down("start")
    if os.environ.get("PUPPET_DIES"):
        sys.exit("this puppet cannot start")
    note.read_note = reading_with_tricks(note.read_note)
    encode_child.NoteModel = Toy  # type: ignore[misc]
    encode_child.PictureModel = Toy  # type: ignore[misc]
    assert note_model.NoteModel is not Toy
    run(main)
