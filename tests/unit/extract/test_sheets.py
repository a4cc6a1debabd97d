"""Spreadsheets give the words in their cells; bad ones are one record with a remedy."""

import csv
import io
from collections.abc import Callable

import pytest

from muserd.extract.limits import Limits
from muserd.extract.note import Note, read_note
from muserd.ground.errors import FileError
from tests.unit.extract.conftest import content_of
from tests.unit.extract.samples import _CORE, zipped

Read = Callable[..., Note]
ROWS = [
    ["Name", "Town", "Since"],
    ["Ann Müller", "Köln", "2019"],
    ["", "Łódź", ""],
    ["1", "2", "3"],
]
_S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'


def xlsx(sheets: dict[str, list[list[str]]], **parts: str) -> bytes:
    """A workbook: texts are shared, numbers are values."""
    texts = sorted({cell for rows in sheets.values() for row in rows for cell in row})
    made: dict[str, str | bytes] = {}
    for number, rows in enumerate(sheets.values(), 1):
        cells = "".join(
            "<row>" + "".join(
                f"<c><v>{cell}</v></c>" if cell.isdecimal()
                else f'<c t="s"><f>A1</f><v>{texts.index(cell)}</v></c>'
                for cell in row if cell
            ) + "</row>"
            for row in rows
        )  # fmt: skip
        made[f"xl/worksheets/s{number}.xml"] = (
            f"<worksheet {_S}><sheetData>{cells}</sheetData></worksheet>"
        )
    names = "".join(f'<sheet name="{name}" r:id="r{n}"/>' for n, name in enumerate(sheets, 1))
    targets = "".join(
        f'<Relationship Id="r{n}" Target="worksheets/s{n}.xml"/>' for n in range(1, len(sheets) + 1)
    )
    strings = "".join(f"<si><t>{text}</t><rPh><t>kana</t></rPh></si>" for text in texts)
    return zipped(
        {
            "xl/workbook.xml": f"<workbook {_S} {_R}><sheets>{names}</sheets></workbook>",
            "xl/_rels/workbook.xml.rels": f"<Relationships>{targets}</Relationships>",
            "xl/sharedStrings.xml": f"<sst {_S}>{strings}</sst>",
            "docProps/core.xml": _CORE.format(title="My sheet"),
            **made,
            **parts,
        }
    )


def ods(rows: list[list[str]], *, locked: bool = False) -> bytes:
    space = (
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    )
    cells = "".join(
        "<table:table-row>" + "".join(
            f"<table:table-cell><text:p>{cell}</text:p></table:table-cell>" if cell
            else '<table:table-cell table:number-columns-repeated="16000"/>' for cell in row
        ) + "</table:table-row>" for row in rows
    )  # fmt: skip
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": f"<office:document-content {space}><office:body>"
            f'<table:table table:name="People">{cells}</table:table></office:body>'
            "</office:document-content>",
            "META-INF/manifest.xml": "<m><encryption-data/></m>" if locked else "<m/>",
        },
        stored=("mimetype",),
    )


def table(separator: str, encoding: str = "utf-8", end: str = "\n") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator=end).writerows(ROWS)
    return out.getvalue().encode(encoding)


TEXT = "Name, Town, Since\n\nAnn Müller, Köln, 2019\n\nŁódź"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.xlsx", xlsx({"Sheet1": ROWS})),
        ("a.xlsm", xlsx({"Sheet1": ROWS}, **{"xl/vbaProject.bin": "never read"})),
        ("a.ods", ods(ROWS)),
        ("a.csv", table(",")),
        ("a.csv", table(";", end="\r\n")),
        ("a.csv", table("\t")),
        ("a.csv", table("|")),
        ("a.csv", table(";", "utf-16")),
        ("a.csv", table(",", "utf-8-sig")),
        ("a.tsv", table("\t")),
        ("A.TSV", table("\t", "utf-8", "\r")),
        ("wrong.ods", ods(ROWS)),
        ("wrong.odt", ods(ROWS)),
    ],
)
def test_the_words_in_the_cells(name: str, data: bytes, read_text: Read) -> None:
    """A row of numbers says nothing; the text is the rows, in whatever format they are."""
    note = read_text(data, name)
    assert note.text == TEXT
    assert note.facts.title == ("My sheet" if name.startswith("a.xls") else name.rpartition(".")[0])


def test_old_encodings_of_tables(read_text: Read) -> None:
    rows = "Имя;Город\nАнна Каренина;Санкт-Петербург\nЛев Толстой;Ясная Поляна\n"
    note = read_text(rows.encode("cp1251"), "a.csv")
    assert note.text.startswith("Имя, Город\n\nАнна Каренина, Санкт-Петербург")
    assert note.facts.encoding == "windows-1251"


def test_several_sheets_have_their_names(read_text: Read) -> None:
    note = read_text(
        xlsx({"People": ROWS[:2], "Empty": [["1", "2"]], "Towns": [["Rom"]]}), "a.xlsx"
    )
    assert note.text == "People\n\nName, Town, Since\n\nAnn Müller, Köln, 2019\n\nTowns\n\nRom"
    assert (note.facts.pages, note.facts.tags) == (3, ("alpha", "beta"))
    assert note.facts.when[:10] == "2019-03-04"
    assert note.facts.excerpt.startswith("Name, Town")


def test_numbers_where_there_is_nothing_else(read_text: Read) -> None:
    assert read_text(xlsx({"A": [["1", "2"], ["3"]]}), "a.xlsx").text == "1, 2\n\n3"
    assert read_text("1,2\n3,4\n", "a.csv").text == "1, 2\n\n3, 4"


def test_what_notion_exports(read_text: Read) -> None:
    name = "Books 0123456789abcdef0123456789abcdef_all.csv"
    note = read_text("Name,Tags\nUlysses,novel\n", name)
    assert (note.facts.title, note.text) == ("Books", "Name, Tags\n\nUlysses, novel")


def test_tables_are_bounded(read_text: Read) -> None:
    note = read_text("a word,another\n" * 100_000, "a.csv")
    assert note.text.count("\n\n") == 4_999
    wide = read_text(",".join(["word"] * 10_000), "a.csv")
    assert wide.text.count("word") == 200


BOMB = '<!DOCTYPE a [<!ENTITY b "cccc">]><workbook>&b;</workbook>'


@pytest.mark.parametrize(
    ("name", "data", "causes"),
    [
        ("a.xlsx", b"", {"empty", "corrupt"}),
        ("a.xlsx", xlsx({"A": ROWS})[:300], {"truncated", "corrupt"}),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), {"encrypted"}),
        ("a.xlsx", xlsx({"A": ROWS}, **{"xl/workbook.xml": BOMB}), {"bomb"}),
        ("a.xlsx", xlsx({"A": ROWS}, **{"xl/sharedStrings.xml": "<sst>" + "x" * 2**27}), {"bomb"}),
        ("a.xlsx", zipped({"word/document.xml": "<w/>"}), {"corrupt"}),
        ("a.ods", ods(ROWS, locked=True), {"encrypted"}),
        ("a.ods", b"hello", {"corrupt"}),
        ("a.csv", bytes(range(256)) * 40, {"not-text"}),
        ("a.csv", b"\n\n,,\n", {"empty"}),
    ],
)  # fmt: skip
def test_bad_tables_are_a_record_with_a_remedy(name: str, data: bytes, causes: set[str]) -> None:
    with pytest.raises(FileError) as caught:
        read_note(content_of(data, name.encode()), Limits())
    assert caught.value.cause in causes
    assert caught.value.hint
