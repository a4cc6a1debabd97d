"""The table of formats, and the page of the documentation that shows it."""

import re
from pathlib import Path

import pytest

from muserd.extract.formats import decoder_version, reader_of
from muserd.ground import formats
from muserd.ground.formats import FORMATS, Format, format_of, sniff, unreadable
from muserd.ground.kinds import kind_of

ROOT = Path(__file__).parents[3]
ROWS = {row.name: row for row in FORMATS}


def documented() -> dict[str, list[str]]:
    """The cells of each row of the conformance table by the format's name."""
    text = (ROOT / "docs/formats-read.md").read_text("utf-8")
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("| `")
    ]
    return {row[0].strip("`"): row for row in cells}


def test_names_and_suffixes_are_given_once() -> None:
    assert len(ROWS) == len(FORMATS)
    suffixes = [suffix for row in FORMATS for suffix in row.suffixes]
    assert len(suffixes) == len(set(suffixes))
    assert all(re.fullmatch(rb"\.[a-z0-9]+", suffix) for suffix in suffixes)


@pytest.mark.parametrize("row", FORMATS, ids=ROWS)
def test_every_reader_is_there(row: Format) -> None:
    assert callable(reader_of(row))
    assert row.available, "the dev extra brings what every format needs"
    for suffix in row.suffixes:
        assert format_of(b"/a/b" + suffix.upper()) is row
        assert kind_of(b"x" + suffix) == row.kind


def test_the_documentation_has_every_format_with_its_suffixes_and_tests() -> None:
    table = documented()
    assert set(table) == set(ROWS)
    for name, row in ROWS.items():
        _, suffixes, kind, read, left_out, library, tests = table[name]
        known_by = [one.decode() for one in (*row.suffixes, *row.names)]
        assert suffixes.lower().split() == known_by, name
        assert kind == {"image": "pictures", "note": "notes"}[row.kind]
        assert read, name
        assert left_out, name
        assert row.package.split("_")[0] in library.lower().replace("pyav", "av"), name
        sources = [(ROOT / path.strip("`")).read_text("utf-8") for path in tests.split(", ")]
        known = any(one in source for one in known_by for source in sources)
        assert known or any(name.upper() in source for source in sources), (name, tests)


def test_the_documentation_names_the_libraries_that_readers_import() -> None:
    """In the module of the reader, or in one of `muserd.extract` that it imports."""
    for name, (*_, library, _tests) in documented().items():
        words = set(re.findall(r"[a-z_][\w.]+", library.lower())) - {"for", "what", "does", "not"}
        imported = _imports(ROWS[name].reader.partition(":")[0])
        for word in words & {
            "pillow_heif",
            "rawpy",
            "resvg_py",
            "tifffile",
            "chardet",
            "csv",
            "zipfile",
            "defusedxml",
            "pypdfium2",
            "striprtf",
            "json",
            "email",
        }:
            assert word in imported, (name, word)  # fmt: skip


def _imports(module: str, seen: set[str] | None = None) -> set[str]:
    """What a module of `muserd.extract` imports, directly or by others of its package."""
    seen = set() if seen is None else seen
    path = ROOT / "muserd" / "extract" / f"{module}.py"
    if module in seen or not path.exists():
        return set()
    seen.add(module)
    source = path.read_text("utf-8")
    found = set(re.findall(r"^\s*(?:import|from) ([\w]+)", source, re.MULTILINE))
    for inner in re.findall(r"from muserd\.extract\.(\w+) import", source):
        found |= _imports(inner, seen)
    return found


def test_a_format_without_its_package_says_what_to_install() -> None:
    row = Format("x", "thing", "image", {}, "decode:open_picture", "picture", package="no_such")
    assert not row.available
    error = unreadable(row, "a.x")
    assert error.cause == "unsupported"
    assert "no_such" in error.message
    assert "pip install 'no_such'" in error.hint
    assert ROWS["jpeg"].remedy == ""


@pytest.mark.parametrize(("name", "extra"), [("jxl", "muser[jxl]"), ("video", "muser[video]")])
def test_what_an_extra_brings_is_named_by_the_extra(
    monkeypatch: pytest.MonkeyPatch, name: str, extra: str
) -> None:
    """Their packages are there in tests: what is missing is pretended."""
    assert ROWS[name].available
    monkeypatch.setattr(formats, "_installed", lambda _: False)
    assert f"pip install '{extra}'" in unreadable(ROWS[name], f"a.{name}").hint


@pytest.mark.parametrize(
    ("data", "path", "name"),
    [
        (b"\xff\xd8\xff\xe0", b"a.png", "jpeg"),
        (b"%PDF-1.7", b"a.docx", "pdf"),
        (b"II*\0", b"a.tif", "tiff"),
        (b"II*\0", b"a.nef", "raw"),
        (b"\xff\x0a", b"a.png", "png"),
        (b"GIF89a", b"a.md", "markdown"),
        (b"GIF89a\0\0", b"a.md", "gif"),
        (b"nothing", b"a.tga", "tga"),
        (b"\0\0\0\x20ftypheic", b"a.jpg", "heif"),
        (b"\0\0\0\x20ftypmp42", b"a.mov", "video"),
    ],
)
def test_bytes_decide_where_they_are_clear(data: bytes, path: bytes, name: str) -> None:
    row = sniff(data, path)
    assert row is not None
    assert row.name == name
    assert sniff(b"", b"a.exe") is None


def test_a_package_that_comes_makes_failures_worth_another_try() -> None:
    assert decoder_version("7").startswith("7+")
    assert "rawpy" in decoder_version("7")
