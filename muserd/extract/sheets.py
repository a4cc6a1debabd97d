"""Spreadsheets: the words in their cells, row after row. Excel (ECMA-376), OpenDocument, CSV, TSV.

Formulas are not computed: what the program that saved the sheet computed stands beside them. A
sheet of numbers alone gives its numbers. What lies beyond the limits below is left out.
"""

import csv
import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from xml.etree.ElementTree import Element

from muserd.extract import budget
from muserd.extract.archive import Archive
from muserd.extract.blocks import Block, Document
from muserd.extract.content import Content
from muserd.extract.encodings import decode_text
from muserd.extract.head import Head
from muserd.extract.limits import Limits
from muserd.extract.office import core_properties, odf_head
from muserd.extract.xml import attribute, below, local, parse_xml
from muserd.ground.errors import FileError
from muserd.ground.paths import display

_MOST_SHEETS, _MOST_ROWS, _MOST_CELLS = 64, 5_000, 200  # cells of a row
_MOST_CHARACTERS = 500_000
_LONGEST_CELL = 2_000
_CSV_BYTES = 2 * 2**20  # of a file: rows go on as they begin
_SNIFFED, _SNIFFED_LINES = 16 * 1024, 50  # characters and lines that tell the separator
_QUOTED = re.compile(r'"[^"]*+"')
_SEPARATORS = ",;\t|"

Row = list[str]


def read_xlsx(content: Content, limits: Limits) -> Document:
    """The sheets of a workbook in their order; title, date and keywords of its properties.

    Raises:
        FileError: see `Archive` and `parse_xml`.
    """
    archive, name = Archive(content, limits), display(content.path)
    book = parse_xml(archive.need("xl/workbook.xml"), name)
    strings = archive.read("xl/sharedStrings.xml")
    shared = [_text(one) for one in below(parse_xml(strings, name), "si")] if strings else []
    targets = _targets(archive, name)
    sheets: list[tuple[str, Iterable[Row]]] = []
    for sheet in islice(below(book, "sheet"), _MOST_SHEETS):
        data = archive.read(targets.get(attribute(sheet, "id"), ""))
        if data is not None and attribute(sheet, "state") != "veryHidden":
            rows = below(parse_xml(data, name), "row")
            sheets.append((attribute(sheet, "name"), (_excel_row(row, shared) for row in rows)))
    return _document(sheets, core_properties(archive, name))


def read_ods(content: Content, limits: Limits) -> Document:
    """The sheets of a LibreOffice workbook; title, date and keywords of its properties.

    Raises:
        FileError: see `Archive` and `parse_xml`.
    """
    archive, name = Archive(content, limits), display(content.path)
    head, body = odf_head(archive, name)
    sheets = [
        (attribute(table, "name"), (_open_row(row) for row in below(table, "table-row")))
        for table in islice(below(body, "table"), _MOST_SHEETS)
    ]
    return _document(sheets, head)


def read_csv(content: Content, limits: Limits) -> Document:  # noqa: ARG001 - see `Format.yields`
    """Rows of values, whatever separates them and however they are encoded.

    Raises:
        FileError: `not-text`.
    """
    beginning = Content(content.path, content.data[:_CSV_BYTES], content.sha256, content.stat)
    found = decode_text(beginning)
    try:
        document = _document([("", csv_rows(found.text, content.path))], Head())
    except csv.Error as error:
        raise FileError(
            "corrupt", f"{display(content.path)} is no table: {error}", "check it in an editor"
        ) from error
    encoding = "" if found.encoding in {"utf-8", "ascii"} else found.encoding
    return Document(document.blocks, document.head, encoding=encoding)


def csv_rows(text: str, path: bytes) -> Iterator[Row]:
    """The rows of a table of values, whatever separates them. Raises csv.Error.

    Args:
        text: of the file.
        path: its suffix tells what usually separates values.
    """
    lines = (line + "\n" for line in text.split("\n"))
    separator = _separator(text, "\t" if path.lower().endswith(b".tsv") else ",")
    return csv.reader(lines, delimiter=separator)


def _separator(text: str, usual: str) -> str:
    """What stands equally often in most lines of the beginning, outside of quotes."""
    lines = _QUOTED.sub("", text[:_SNIFFED]).split("\n")[:_SNIFFED_LINES]
    lines = [line for line in lines if line.strip()]

    def agreement(separator: str) -> tuple[int, int, bool]:
        counts = Counter(line.count(separator) for line in lines)
        del counts[0]
        often, many = max(((many, often) for often, many in counts.items()), default=(0, 0))
        return often, many, separator == usual

    return max(_SEPARATORS, key=agreement)


def _document(sheets: Sequence[tuple[str, Iterable[Row]]], head: Head) -> Document:
    tables = [(title, list(islice(rows, _MOST_ROWS))) for title, rows in sheets]
    blocks = list(_blocks(tables, numbers=False)) or list(_blocks(tables, numbers=True))
    return Document(blocks, head, pages=len(tables) if len(tables) > 1 else 0)


def _blocks(tables: list[tuple[str, list[Row]]], *, numbers: bool) -> Iterator[Block]:
    """The rows that have words in them, or those with numbers, under the names of their sheets."""
    length = 0
    for title, rows in tables:
        lines = [line for row in rows if (line := _line(row, numbers=numbers))]
        if title and lines and len(tables) > 1:
            yield Block("caption", title)
        for line in lines:
            length += len(line)
            if length > _MOST_CHARACTERS:
                return
            yield Block("prose", line)


def _line(row: Row, *, numbers: bool) -> str:
    budget.check()
    cells = [" ".join(cell.split())[:_LONGEST_CELL] for cell in row[:_MOST_CELLS]]
    words = any(any(map(str.isalpha, cell)) for cell in cells)
    return ", ".join(filter(None, cells)) if words or numbers else ""


def _targets(archive: Archive, name: str) -> dict[str, str]:
    """Parts of the workbook by the identifiers that it has for them."""
    data = archive.read("xl/_rels/workbook.xml.rels")
    found = below(parse_xml(data, name), "Relationship") if data is not None else ()
    return {
        attribute(one, "Id"): posixpath.normpath(posixpath.join("xl", attribute(one, "Target")))
        if not attribute(one, "Target").startswith("/")
        else attribute(one, "Target").lstrip("/")
        for one in found
    }


def _excel_row(row: Element, shared: list[str]) -> Row:
    cells: Row = []
    for cell in below(row, "c"):
        value = next((one.text or "" for one in cell if local(one) == "v"), "")
        match cell.get("t"):
            case "s":
                at = int(value) if value.isdecimal() else len(shared)
                cells.append(shared[at] if at < len(shared) else "")
            case "inlineStr":
                cells.append(_text(cell))
            case "e":
                continue  # an error: `#REF!`
            case _:
                cells.append(value)
    return cells


def _text(element: Element) -> str:
    """The text of a cell; how it is pronounced, which Japanese sheets note, is left out."""
    if local(element) == "rPh":
        return ""
    own = (element.text or "") if local(element) == "t" else ""
    return own + "".join(map(_text, element))


def _open_row(row: Element) -> Row:
    """The cells of a row of OpenDocument; one that is repeated is said once."""
    return [
        " ".join("".join(one.itertext()) for one in below(cell, "p"))
        for cell in row
        if local(cell) == "table-cell"
    ]
