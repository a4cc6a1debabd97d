"""What the process that draws posters is told: MessagePack on its standard input."""

from typing import Literal, get_args

import msgspec

from muserd.poster.compose import Subject

Form = Literal["svg", "pdf", "png"]
FORMS: tuple[Form, ...] = get_args(Form)


class Job(msgspec.Struct, frozen=True):
    """One poster.

    Attributes:
        subject: what is drawn.
        form: of the file.
        paper: see `papers.paper_of`.
        dark: the night's colours.
        fonts: the folder of the page's fonts.
    """

    subject: Subject
    form: Form
    paper: str
    dark: bool
    fonts: str
