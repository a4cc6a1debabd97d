"""What may be asked of an encode worker, besides files: each waits for its one answer."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from muserd.workers.encode.protocol import (
    Example,
    Jpeg,
    Looks,
    Pack,
    Preview,
    Query,
    Question,
    Texts,
)
from muserd.workers.encode.records import QueryAnswer
from muserd.workers.encode.requests import Request
from muserd.workers.process.link import Buffer


class Questions:
    """Thread-safe. Every method waits, and comes before the files that are queued.

    Args:
        post: hands a request to the thread that owns the child.
    """

    def __init__(self, post: Callable[[Request], None]) -> None:
        self._post = post

    def query(self, words: str, timeout_s: float) -> QueryAnswer:
        """What to compare the items with.

        Raises:
            WorkerError: there is no encoder, or it does not answer in time.
        """
        answer = self._ask(Query(words=words), timeout_s)
        vector, concepts = (np.frombuffer(data, "<f4") for data in answer[:2])
        return QueryAnswer(
            vector if vector.size else None,
            concepts if concepts.size else None,
            tuple(b"".join(answer[2:])),
        )

    def texts(
        self, texts: Sequence[str], timeout_s: float, *, queries: bool = False
    ) -> NDArray[np.float32]:
        """float32[n, d] of some texts, by the encoder that words are searched with.

        Args:
            texts: short ones: captions, or queries.
            timeout_s: see there.
            queries: some encoders tell questions from what is asked for.

        Raises:
            WorkerError: there is no encoder of words, or it does not answer in time.
        """
        answer = self._ask(Texts(texts=list(texts), queries=queries), timeout_s)
        return np.frombuffer(answer[0], "<f4").reshape(len(texts), -1)

    def example(self, data: bytes, name: bytes, timeout_s: float) -> NDArray[np.float32]:
        """float32[d] of a picture or a note that is no file of a root.

        Args:
            data: its bytes; never stored.
            name: of a file, for its suffix.
            timeout_s: see there.

        Raises:
            FileError: it cannot be decoded.
            WorkerError: there is no encoder, or it does not answer in time.
        """
        return np.frombuffer(self._ask(Example(name=name), timeout_s, data)[0], "<f4")

    def looks(self, thumbs: Sequence[bytes], timeout_s: float) -> bytes:
        """20 bytes for each thumbnail: see `extract.looks.Looks.unpacked`.

        Raises:
            WorkerError: the worker does not answer in time.
        """
        return self._ask(Looks(), timeout_s, *thumbs)[0]

    def preview(self, path: bytes, size_px: int, part: int, timeout_s: float) -> bytes:
        """A WebP of a picture, or of a page or frame, at most `size_px` a side.

        Raises:
            FileError: the file cannot be read.
            WorkerError: the worker does not answer in time.
        """
        return self._ask(Preview(path=path, size_px=size_px, part=part), timeout_s)[0]

    def pack(
        self,
        thumbs: Sequence[bytes | None],
        cell_px: int,
        columns: int,
        rows: int,
        timeout_s: float,
        *,
        blurred: bool = False,
    ) -> bytes:
        """A WebP page of thumbnails, row by row; None leaves a cell transparent.

        `blurred`: nobody can make out what they show.

        Raises:
            WorkerError: the worker does not answer in time.
        """
        page = Pack(
            cell_px=cell_px,
            columns=columns,
            rows=rows,
            blurred=blurred,
            filled=[thumb is not None for thumb in thumbs],
        )
        return self._ask(page, timeout_s, *(one for one in thumbs if one is not None))[0]

    def jpegs(self, thumbs: Sequence[bytes], timeout_s: float) -> list[bytes]:
        """Thumbnails as JPEG on white, for programs that know no WebP.

        Raises:
            WorkerError: the worker does not answer in time.
        """
        return self._ask(Jpeg(), timeout_s, *thumbs)

    def _ask(self, question: Question, timeout_s: float, *buffers: Buffer) -> list[bytes]:
        request = Request(question, buffers)
        self._post(request)
        return request.wait(timeout_s)
