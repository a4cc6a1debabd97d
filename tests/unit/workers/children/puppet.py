"""A child that does what it is told: the tests' stand-in for a worker."""

import ctypes
import os
import resource
import sys
import time

from muserd.workers.process.link import Link, run


def main(link: Link) -> None:
    while True:
        frame = link.receive()
        assert frame is not None
        match frame.header["do"]:
            case "echo":
                link.send(frame.header, tuple(frame.buffers))
            case "print":
                print("chatter on stdout")
                os.write(1, b"more chatter on fd 1\n")
                link.send({"printed": True})
            case "describe":
                link.send(
                    {
                        "cwd": os.getcwd(),
                        "nice": os.nice(0),
                        "threads": os.environ["OMP_NUM_THREADS"],
                        "numba": os.environ["NUMBA_CACHE_DIR"],
                        "core": resource.getrlimit(resource.RLIMIT_CORE)[0],
                        "session": os.getsid(0) == os.getpid(),
                    }
                )
            case "leave":
                return
            case "raise":
                raise ValueError("the puppet raises")
            case "segfault":
                ctypes.string_at(0)
            case "hang":
                time.sleep(600)
            case "allocate":
                held = bytearray(frame.header["bytes"])
                link.send({"allocated": len(held)})
            case "map":
                # Memory that RLIMIT_DATA does not count: shared, and every page touched.
                import mmap

                held = mmap.mmap(-1, frame.header["bytes"])
                for at in range(0, len(held), 4096):
                    held[at] = 1
                time.sleep(600)
            case "garble":
                link._outgoing.write(b"this is no frame, and long enough to be read as a prefix")
                link._outgoing.flush()
                time.sleep(600)
            case unknown:
                sys.exit(f"no such trick: {unknown}")


if __name__ == "__main__":
    run(main)
