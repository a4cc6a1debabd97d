"""What this process, which is shut in, has muserd do for it: see `workers.encode.delegation`."""

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from muserd.encode.progress import Progress
from muserd.encode.wanted import Wanted
from muserd.ground.errors import EncoderError
from muserd.workers.encode.delegation import WORKS, Said, Work
from muserd.workers.encode.protocol import Delegate as Asking
from muserd.workers.process.link import Link


class Delegate:
    """Asks and waits; of each kind of work one at a time. Thread-safe."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._alone = {work: threading.Lock() for work in WORKS}
        self._said: dict[str, SimpleQueue[Said]] = {work: SimpleQueue() for work in WORKS}

    def convert(self, wanted: Wanted) -> Said:
        """Have a model converted; what the conversion said. Takes minutes."""
        asked = {"space": wanted.space, "spec": wanted.spec, "keep": wanted.keep}
        (said,) = self._ask("convert", **asked)
        return said

    def fetch(self, repository: str, progress: Progress) -> None:
        """Have weights brought to this machine. Raises EncoderError."""
        for said in self._ask("fetch", repository=repository):
            if "message" in said:
                progress("fetching", said["message"], said.get("share"))
            _raise_error_of(said)

    def record(self, paths: Sequence[Path]) -> None:
        """Have weights compared with what they were at first. Raises EncoderError."""
        for said in self._ask("record", paths=[str(path) for path in paths]):
            _raise_error_of(said)

    def heard(self, work: str, said: Said) -> None:
        """Muserd's answer, or news of how far it is."""
        self._said[work].put(said)

    def _ask(self, work: Work, **asked: Any) -> Iterator[Said]:
        with self._alone[work]:
            self._link.send(Asking(work=work, **asked))
            while True:
                said = self._said[work].get()
                yield said
                if "message" not in said:
                    return


def _raise_error_of(said: Said) -> None:
    if isinstance(error := said.get("error"), dict):
        raise EncoderError(str(error.get("message", "")), str(error.get("hint", "")))
