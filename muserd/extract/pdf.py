"""PDF documents (ISO 32000), by PDFium: text, title, and pages as pictures.

No script of a document is run and nothing that it names is fetched: PDFium is used without its
form module. PDFium is not thread-safe: one lock guards every call.
"""

import ctypes
import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from PIL import Image

from muserd.extract import budget
from muserd.extract.blocks import Block, Document
from muserd.extract.content import Content
from muserd.extract.decode import OpenPicture, check_size
from muserd.extract.head import head_of
from muserd.extract.limits import Limits
from muserd.ground.errors import FileError
from muserd.ground.paths import display

_LOCK = threading.Lock()
_MOST_CHARACTERS = 1_000_000  # see `note.MOST_CHARACTERS`: more is not looked at
_COVER_PX = 512  # of the longer side: twice the largest thumbnail
_LOOKED_AT = 3_000  # characters of the first page, for its largest letters
_LONGEST_TITLE = 200
_DATE = re.compile(r"D:(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:(Z)|([+-])(\d\d)'?(\d\d)?'?)?")
# What programs write where no one wrote a title.
_NO_TITLE = re.compile(
    r"(untitled|unbenannt|sans titre|microsoft \w+ - .*|.*\.(docx?|tex|dvi|pptx?|odt|indd|pdf|qxd)"
    r"|slide 1|powerpoint presentation|presentation|title|\W*)",
    re.IGNORECASE,
)
# PDFium writes U+FFFE for a hyphen at the end of a line, and takes the break away.
_HYPHEN = re.compile(r"(\w)(?:\ufffe|[\u00ad\u2010-]\n)(?=[a-zß-öø-ÿ])")
_ENCRYPTED, _SECURITY = 4, 5  # FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY


def read_pdf(content: Content, limits: Limits) -> Document:
    """The text of a PDF page by page, and its first page as a picture.

    Raises:
        FileError: `encrypted`, `corrupt`, `truncated`, `empty` (a scan), `memory`.
    """
    with _opened(content) as pdf:
        count = len(pdf)
        blocks: list[Block] = []
        length = 0
        budget.keep(blocks)
        for number in range(min(count, limits.pages_max)):
            page = _blocks(_text(pdf, number))
            blocks.extend(page)
            budget.check()
            length += sum(len(block.text) for block in page)
            if length > _MOST_CHARACTERS:
                break
        said = pdf.get_metadata_dict(skip_empty=True)
        title = said.get("Title", "").strip()
        if _NO_TITLE.fullmatch(title):
            title = _largest_letters(pdf)
        try:
            cover = _drawn(content, pdf, 0, _COVER_PX, limits) if count else None
        except FileError:
            cover = None  # the words are what counts
    if not blocks:
        raise FileError(
            "empty",
            f"{display(content.path)} is a scan, or a drawing: its {count} pages hold no text",
            "add a layer of text to it, e.g. with: ocrmypdf IN.pdf OUT.pdf",
        )
    values = {
        "title": title,
        "date": _written(said.get("CreationDate", "")) or _written(said.get("ModDate", "")),
        "keywords": said.get("Keywords", ""),
    }
    return Document(blocks, head_of(values), pages=count, cover=cover)


def open_page(content: Content, limits: Limits, side_px: int, page: int) -> OpenPicture:
    """A page as a picture, its longer side about `side_px`; the last one for a number beyond it.

    Raises:
        FileError: as `read_pdf`.
    """
    with _opened(content) as pdf:
        image = _drawn(content, pdf, min(max(page, 0), len(pdf) - 1), side_px, limits)
    return OpenPicture(image, Image.Exif(), 1, *image.size)


@contextmanager
def _opened(content: Content) -> Iterator[Any]:
    """The document, under the lock."""
    import pypdfium2

    name = display(content.path)
    with _LOCK:
        try:
            pdf = pypdfium2.PdfDocument(content.data)
        except pypdfium2.PdfiumError as error:
            raise _broken(content, error) from error
        try:
            yield pdf
        except pypdfium2.PdfiumError as error:
            raise FileError(
                "corrupt", f"{name} is damaged: {error}", "open it in a viewer and save it anew"
            ) from error
        finally:
            pdf.close()


def _broken(content: Content, error: Any) -> FileError:
    name = display(content.path)
    if getattr(error, "err_code", None) in {_ENCRYPTED, _SECURITY}:
        return FileError(
            "encrypted",
            f"{name} opens with a password only",
            "save it without one, e.g. with: qpdf --decrypt IN.pdf OUT.pdf",
        )
    if b"%%EOF" not in content.data[-2048:] and content.data.startswith(b"%PDF"):
        return FileError(
            "truncated",
            f"{name} ends too early",
            "it is tried again; if it stays so, copy it anew",
            retry=True,
        )
    return FileError("corrupt", f"{name} is damaged: {error}", "copy it anew or restore a backup")


def _text(pdf: Any, number: int) -> str:
    """The text of a page; empty for a page that cannot be read: the others can."""
    import pypdfium2

    try:
        page = pdf[number]
        try:
            text = page.get_textpage()
            try:
                found: str = text.get_text_range()
            finally:
                text.close()
        finally:
            page.close()
    except pypdfium2.PdfiumError:
        return ""
    return found.replace("\r\n", "\n").replace("\r", "\n").replace("\ufffe\n", "\ufffe")


def _blocks(text: str) -> list[Block]:
    """Paragraphs of a page: a line that ends early, with the end of a sentence, ends one."""
    lines = [line.strip() for line in _HYPHEN.sub(r"\1", text).split("\n")]
    lengths = sorted(len(line) for line in lines if line)
    usual = lengths[len(lengths) * 3 // 4] if lengths else 0
    blocks: list[Block] = []
    part: list[str] = []
    for line in lines:
        if line:
            part.append(line)
        if part and (not line or (len(line) < 0.8 * usual and line.endswith((".", "!", "?", ":")))):
            blocks.append(Block("prose", " ".join(part)))
            part = []
    if part:
        blocks.append(Block("prose", " ".join(part)))
    return blocks


def _largest_letters(pdf: Any) -> str:
    """The words in the largest letters of the first page: most likely the title."""
    import pypdfium2
    from pypdfium2 import raw

    sizes: Counter[float] = Counter()
    letters: list[tuple[float, str]] = []
    try:
        page = pdf[0]
        text = page.get_textpage()
        for at in range(min(raw.FPDFText_CountChars(text), _LOOKED_AT)):
            letter = chr(raw.FPDFText_GetUnicode(text, at) or 32)
            size = round(raw.FPDFText_GetFontSize(text, at) * _scale(text, at), 1)
            letters.append((size, letter))
            sizes[size] += letter.isalpha()
        text.close()
        page.close()
    except (pypdfium2.PdfiumError, IndexError, ValueError):
        return ""
    usual = [size for size, count in sizes.items() if count >= 5]
    if len(usual) < 2:
        return ""  # all is of one size: then nothing is a title
    largest = max(usual)
    title: list[str] = []
    for size, letter in letters:
        if size >= largest - 0.1 or (letter.isspace() and title):
            title.append(letter)
        elif len("".join(title).split()) >= 2:
            break
    found = " ".join("".join(title).split())
    return found if 4 <= len(found) <= _LONGEST_TITLE else ""


def _scale(text: Any, at: int) -> float:
    """How much the text's matrix enlarges a letter: programs set fonts of size 1 and scale them."""
    from pypdfium2 import raw

    matrix = raw.FS_MATRIX()
    if not raw.FPDFText_GetMatrix(text, at, ctypes.byref(matrix)):
        return 1.0
    return float((matrix.c**2 + matrix.d**2) ** 0.5) or 1.0


def _drawn(content: Content, pdf: Any, number: int, side_px: int, limits: Limits) -> Image.Image:
    page = pdf[number]
    try:
        width, height = page.get_size()
        if not (width > 0 and height > 0):
            raise FileError("corrupt", f"{display(content.path)}: page {number + 1} has no size")
        scale = side_px / max(width, height)
        check_size(
            content.path, (max(1, round(width * scale)), max(1, round(height * scale))), limits
        )
        bitmap = page.render(scale=scale, draw_annots=True, may_draw_forms=False)
        image: Image.Image = bitmap.to_pil().convert("RGB")
        bitmap.close()
    finally:
        page.close()
    return image


def _written(date: str) -> str:
    """A date of PDF (7.9.4) in ISO 8601; empty where there is none."""
    found = _DATE.match(date)
    if found is None:
        return ""
    year, month, day, hour, minute, second, utc, sign, east, east_min = found.groups()
    text = f"{year}-{month or '01'}-{day or '01'}"
    if hour is None:
        return text
    text += f"T{hour}:{minute or '00'}:{second or '00'}"
    if utc:
        return f"{text}+00:00"
    return f"{text}{sign}{east}:{east_min or '00'}" if sign else text
