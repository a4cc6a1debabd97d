"""The child's side of the pipe to muserd: what a worker module is made of.

A worker module ends in::

    def main(link: Link) -> None:
        while True:
            frame = link.receive()
            link.send({"type": "progress", "share": 0.5})

    if __name__ == "__main__":
        run(main)

`run` takes fd 1 away from chatty libraries, sets the limits, lowers the priority and hands `main`
a `Link`. A child never outlives its parent: it leaves at the end of stdin, and the kernel kills
it where the parent's death leaves it no time.
"""

import contextlib
import faulthandler
import logging
import os
import resource
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import BinaryIO, Generic, TypeVar

import msgspec
import psutil

from muserd.ground.wire import (
    FrameError,
    Header,
    header_of,
    read_frame,
    read_raw_frame,
    write_frame,
)
from muserd.workers.process.descriptors import RemoteOpener

Buffer = bytes | memoryview

OPENER = "MUSER_OPENER"  # the descriptor of the socket that files are asked for by
EXIT_MEMORY = 71  # a child's own word for "out of memory": EX_OSERR of sysexits.h


H = TypeVar("H")


@dataclass(frozen=True, slots=True)
class Frame(Generic[H]):
    """One message from the other side."""

    header: H
    buffers: list[bytes]


class Link:
    """The child's side of the pipe. `send` may be called from any thread."""

    def __init__(self, incoming: BinaryIO, outgoing: BinaryIO) -> None:
        self._outgoing = outgoing
        self._sending = threading.Lock()
        self._inbox: SimpleQueue[tuple[bytes, list[bytes]]] = SimpleQueue()
        threading.Thread(target=self._listen, args=(incoming,), name="link", daemon=True).start()

    def send(self, header: Header | msgspec.Struct, buffers: tuple[Buffer, ...] = ()) -> None:
        """Send a frame; ends the process when nobody reads any more."""
        try:
            with self._sending:
                write_frame(self._outgoing, header, buffers)
        except OSError:
            os._exit(0)

    def receive(self, timeout_s: float | None = None) -> Frame[Header] | None:
        """The next frame; None when none came in time. 0 only looks; None waits for ever."""
        try:
            header, buffers = self._inbox.get(timeout_s != 0, timeout_s or None)
        except Empty:
            return None
        return Frame(header_of(header), buffers)

    def receive_as(self, decode: Callable[[bytes], H]) -> Frame[H]:
        """The next frame, its header decoded; waits for ever."""
        header, buffers = self._inbox.get()
        return Frame(decode(header), buffers)

    def _listen(self, stream: BinaryIO) -> None:
        with contextlib.suppress(FrameError, ValueError):
            while (message := read_raw_frame(stream)) is not None:
                self._inbox.put(message)
        # Nobody waits for what is being computed. No clean-up: a child keeps nothing of its own.
        os._exit(0)


def remote_opener() -> RemoteOpener | None:
    """What opens files for this process; None where it opens them by itself."""
    number = os.environ.pop(OPENER, "")
    if not number:
        return None
    return RemoteOpener(socket.socket(fileno=int(number)))


def run(main: Callable[[Link], None]) -> None:
    """Become a child and do `main`. Does not return: the exit status tells how it went."""
    faulthandler.enable()
    status = 0
    try:
        main(_adopt())
    except MemoryError:
        status = EXIT_MEMORY
    except BaseException:  # noqa: BLE001 - the last line of defence: explained on stderr
        traceback.print_exc()
        status = 1
    sys.stderr.flush()
    os._exit(status)  # libraries' threads and finalisers have crashed many a finished process


def _adopt() -> Link:
    incoming, outgoing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)  # what libraries print goes to the log
    _die_with_parent()
    first = read_frame(incoming)
    if first is None:
        os._exit(0)
    header, _ = first
    _limit(header["memory_bytes"], header["nice"])
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s", stream=sys.stderr)
    return Link(incoming, outgoing)


def _die_with_parent() -> None:
    if sys.platform == "linux":
        import ctypes

        set_parent_death_signal = 1  # PR_SET_PDEATHSIG of prctl(2)
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)


def _limit(memory_bytes: int, nice: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        # RLIMIT_DATA counts private writable memory. RLIMIT_AS would count the address space
        # that allocators and accelerators reserve and never touch, many times what they use.
        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        limit = memory_bytes if most == resource.RLIM_INFINITY else min(memory_bytes, most)
        resource.setrlimit(resource.RLIMIT_DATA, (limit, most))
        psutil.Process().ionice(psutil.IOPRIO_CLASS_IDLE)
    os.nice(nice)
