"""Draws one poster: a job as MessagePack on standard input, the file on standard output.

A process of its own, since the libraries are large and a sheet of A0 takes much memory.
"""

import sys
from pathlib import Path

import msgspec

from muserd.poster.compose import is_lying, poster
from muserd.poster.job import Job
from muserd.poster.lettering import Lettering
from muserd.poster.papers import paper_of


def drawn(job: Job) -> bytes:
    """The poster as a file."""
    paper = paper_of(job.paper, lying=is_lying(job.subject.frame))
    drawing = poster(job.subject, paper, Lettering(Path(job.fonts)), dark=job.dark)
    match job.form:
        case "svg":
            from muserd.poster.svg import svg

            return svg(drawing)
        case "pdf":
            from muserd.poster.pdf import pdf

            return pdf(drawing)
        case "png":
            from muserd.poster.svg import png

            return png(drawing, paper.pixels)


if __name__ == "__main__":
    sys.stdout.buffer.write(drawn(msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Job)))
