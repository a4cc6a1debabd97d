"""The encode worker's readers: threads that read, hash and decode while the model computes."""

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from msgspec.structs import replace

from muserd.encode.catalogue import shorter_px
from muserd.extract.budget import OverBudgetError
from muserd.extract.content import Content, peek_content, read_content, scan_content
from muserd.extract.limits import Limits
from muserd.ground.errors import EncoderError, FileError, MuserError
from muserd.ground.facts import Facts
from muserd.ground.failpoints import failpoint
from muserd.ground.formats import format_of, reader_version, unreadable
from muserd.ground.paths import display
from muserd.ground.records import ContentHash, FileStat
from muserd.workers.encode.child.jobs import Jobs
from muserd.workers.encode.outcomes import FileTask
from muserd.workers.encode.protocol import (
    Answer,
    Asked,
    Begin,
    Jpeg,
    Looks,
    Opening,
    Pack,
    Preview,
    Read,
    Refusal,
)
from muserd.workers.encode.readings import Draft, failed_message, known_message
from muserd.workers.process.link import Link

if TYPE_CHECKING:
    from PIL import Image

# Of processor time, for a note at first: nearly all need less. What needs more waits for the rest.
_FIRST_S = 0.04

# What the encoder makes a vector of: a picture, the frames of a video, a text.
Input: TypeAlias = "Image.Image | tuple[Image.Image, ...] | str"


class Reader:
    """One reader's work; several threads run `work` at once.

    Args:
        opening: space and limits.
        known: hashes of contents that need no decoding; grows as contents are encoded.
        link: to muserd.
        jobs: what to do.
        deliver: takes what is ready to be encoded.
    """

    def __init__(
        self,
        opening: Opening,
        known: set[bytes],
        link: Link,
        jobs: Jobs,
        deliver: Callable[[Draft, Input], None],
    ) -> None:
        self._limits = opening.limits
        self._shorter_px = shorter_px(opening.spec)
        self._known = known
        self._link = link
        self._jobs = jobs
        self._deliver = deliver

    def work(self) -> None:
        """Do jobs for ever."""
        while True:
            job, patiently = self._jobs.take()
            if isinstance(job, Asked):
                self._answer(job)
            elif not self._read(*job, patiently=patiently):
                self._jobs.put_back(*job)

    def _read(self, n: int, task: FileTask, *, patiently: bool) -> bool:
        """Read a file; False when it is slow, and comes after the others."""
        self._link.send(Begin(n))
        failpoint("encode.read")
        drafted = slow = False
        content: Content | None = None
        try:
            image = task.kind == "image"
            limits = self._limits
            content = _content(task.path, limits)
            if content.sha256 in self._known and not (task.force or task.reread):
                self._link.send(*known_message(n, content.stat, content.sha256))
                return True
            drafted = True
            if image:
                draft, what = self._picture(n, task, content)
            else:
                draft, what = self._note(n, task, content, None if patiently else _FIRST_S)
            if task.reread:
                drafted = False
                self._link.send(*draft.reread_message())
                return True
            self._link.send(Read(n))
            self._deliver(draft, what)
        except OverBudgetError:
            slow = True
            self._link.send(Read(n))  # nobody works on it for now
        except FileError as error:
            drafted = False
            self._link.send(*failed_message(n, error, content.stat if content else None))
        except MemoryError:
            raise  # the whole process is in want: see `child.main`
        except Exception as error:  # noqa: BLE001 - a file's supervisor: costs this file, no other
            drafted = False
            broken = FileError(
                "crash",
                f"{display(task.path)} cannot be read: {type(error).__name__}: {error}",
                "this is a fault of Muser's: please report it with the file",
            )
            self._link.send(*failed_message(n, broken, content.stat if content else None))
        finally:
            if not slow:
                self._jobs.finished(n, drafted=drafted)
        return not slow

    def _picture(self, n: int, task: FileTask, content: Content) -> tuple[Draft, Input]:
        # Pillow, which a search does without
        from muserd.extract.film import read_film
        from muserd.extract.looks import looks_of
        from muserd.extract.picture import read_picture

        read = read_film if _is_film(task.path) else read_picture
        picture = read(content, self._limits, self._shorter_px)
        looks = looks_of(picture.image)
        facts = replace(picture.facts, colours=looks.colours, dhash=looks.dhash)
        draft = _draft(n, task, content, facts)
        draft.thumbs = tuple(picture.thumbs.items())
        return draft, picture.frames or picture.image

    def _note(
        self, n: int, task: FileTask, content: Content, patience_s: float | None
    ) -> tuple[Draft, Input]:
        from muserd.extract.note import read_note

        note = read_note(content, self._limits, patience_s=patience_s)
        draft = _draft(n, task, content, note.facts)
        draft.text = note.text
        draft.thumbs = tuple(note.thumbs.items())
        return draft, _titled(note.facts.title, note.text)

    def _answer(self, request: Asked) -> None:
        n = request.question.n
        self._link.send(Begin(n))
        try:
            data = self._made(request)
        except MuserError as error:
            self._link.send(refusal(n, error))
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - a request's supervisor, as above
            what = type(request.question).__name__.lower()
            text = f"{what} failed: {type(error).__name__}: {error}"
            self._link.send(refusal(n, EncoderError(text)))
        else:
            self._link.send(Answer(n), data)

    def _made(self, request: Asked) -> tuple[bytes, ...]:
        from muserd.extract.pages import pack_page
        from muserd.extract.preview import make_preview

        match request.question:
            case Jpeg():
                from muserd.extract.looks import jpeg_of_thumb

                return tuple(map(jpeg_of_thumb, request.buffers))
            case Looks():
                from muserd.extract.looks import looks_of_thumb

                return (b"".join(looks_of_thumb(thumb).packed() for thumb in request.buffers),)
            case Pack() as page:
                given = iter(request.buffers)
                thumbs = [next(given) if filled else None for filled in page.filled]
                sizes = page.cell_px, page.columns, page.rows
                return (pack_page(thumbs, *sizes, blurred=page.blurred),)
            case Preview(path=path) as wanted:
                row = format_of(path)
                most = self._limits.image_max_bytes if row is None else self._limits.max_bytes(row)
                content = (peek_content if _is_film(path) else read_content)(path, most)
                return (make_preview(content, wanted.size_px, self._limits, wanted.part),)
            case other:
                raise EncoderError(f"{type(other).__name__} is not for a reader")


def refusal(n: int, error: MuserError) -> Refusal:
    """The end of a question that failed."""
    cause = error.cause if isinstance(error, FileError) else ""
    return Refusal(n, cause, error.message, error.hint)


def read_example(name: bytes, data: bytes, opening: Opening) -> Input:
    """What is encoded of a content that came over the pipe. Raises FileError."""
    stat = FileStat(len(data), 0, 0, 0, 0)
    content = Content(name, data, ContentHash(hashlib.sha256(data).digest()), stat)
    if opening.space == "image":
        from muserd.extract.picture import read_picture

        return read_picture(content, opening.limits, shorter_px(opening.spec)).image
    from muserd.extract.note import read_note

    note = read_note(content, opening.limits)
    return _titled(note.facts.title, note.text) if note.text else note.facts.title


def _draft(n: int, task: FileTask, content: Content, facts: Facts) -> Draft:
    """What pictures and notes have in common."""
    name = display(task.path.rsplit(b"/", 1)[-1])
    facts = replace(facts, reader=reader_version(task.path))
    return Draft(n, task, content.stat, content.sha256, name, facts)


def _is_film(path: bytes) -> bool:
    row = format_of(path)
    return row is not None and row.yields == "film"


def _content(path: bytes, limits: Limits) -> Content:
    """A file as its format is read: a video is hashed, and never held.

    Raises:
        FileError: `unsupported` for what nothing here reads, before a byte of it was read.
    """
    row = format_of(path)
    if row is not None and not row.available:
        raise unreadable(row, display(path))
    read = scan_content if _is_film(path) else read_content
    return read(path, limits.max_bytes(row) if row is not None else limits.note_max_bytes)


def _titled(title: str, text: str) -> str:
    """What is encoded: a title often says what a short text does not, but it is said once."""
    return text if text.startswith(title) else f"{title}\n\n{text}"
