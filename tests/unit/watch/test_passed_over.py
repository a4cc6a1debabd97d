"""What is left out is counted, and what lies beside a picture is told."""

import os
from pathlib import Path

import pytest

from muserd.ground.config import Root
from muserd.watch.ignore import Ignore
from muserd.watch.scan import ScanResult, scan


def walk(root: Path) -> ScanResult:
    config = Root(str(root))
    return scan(config, Ignore(config, (), ()), lambda: False)


def names(result: ScanResult) -> set[str]:
    return {os.path.basename(path).decode() for path in result.files}


def test_unknown_kinds_are_counted(tmp_path: Path) -> None:
    for name in ("a.xyz", "b.XYZ", "Makefile", "c.png", ".hidden.xyz"):
        (tmp_path / name).touch()
    result = walk(tmp_path)
    assert names(result) == {"c.png"}
    assert {one.what: one.count for one in result.passed_over} == {".xyz": 2, "no suffix": 1}
    assert all(one.reason and one.remedy and one.example for one in result.passed_over)


@pytest.mark.parametrize(
    "folder",
    [
        *("#recycle", "@Recycle", "@eaDir", "__MACOSX", "#snapshot", "$RECYCLE.BIN"),
        *("$Recycle.Bin", "RECYCLER", "FOUND.000", "LOST.DIR", "Network Trash Folder", "@tmp"),
        *("A.imovielibrary", "B.fcpbundle"),
        *("Fotos.photoslibrary", "Catalogue Previews.lrdata", "Old.aplibrary"),
    ],
)
def test_bins_and_caches_are_left_out_and_told(folder: str, tmp_path: Path) -> None:
    (tmp_path / folder / "deep").mkdir(parents=True)
    (tmp_path / folder / "deep" / "a.jpg").touch()
    (tmp_path / "b.jpg").touch()
    result = walk(tmp_path)
    assert names(result) == {"b.jpg"}
    assert [one.what for one in result.passed_over] == [f"{folder}/"]
    config = Root(str(tmp_path))
    assert Ignore(config, (), ()).skips_file(os.fsencode(tmp_path / folder / "deep" / "a.jpg"))


@pytest.mark.parametrize("obeyed", [False, True])
def test_gitignore_counts_where_a_root_says_so(obeyed: bool, tmp_path: Path) -> None:
    """Of its folder and of all below; Muser's own file beside it is read after it."""
    for name in ("build/a.md", "docs/b.draft.md", "docs/c.md", "docs/d.draft.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / ".gitignore").write_text("build/\r\n*.draft.md\r\n")
    (tmp_path / "docs" / ".muserignore").write_text("!d.draft.md\n")
    config = Root(str(tmp_path), gitignore=obeyed)
    ignore = Ignore(config, (), ())
    result = scan(config, ignore, lambda: False)
    all_of_them = {"a.md", "b.draft.md", "c.md", "d.draft.md"}
    assert names(result) == ({"c.md", "d.draft.md"} if obeyed else all_of_them)
    for path in ("build/a.md", "docs/b.draft.md", "docs/d.draft.md"):
        left = obeyed and path != "docs/d.draft.md"
        assert ignore.skips_file(os.fsencode(tmp_path / path)) is left
    reasons = [one.reason for one in result.passed_over if one.what == "build/"]
    assert reasons == (["left out by .muserignore or .gitignore"] if obeyed else [])


def test_a_pattern_of_ones_own_takes_them_back(tmp_path: Path) -> None:
    (tmp_path / "#recycle").mkdir()
    (tmp_path / "#recycle" / "a.jpg").touch()
    config = Root(str(tmp_path), exclude=("!#recycle/",))
    assert names(scan(config, Ignore(config, (), ()), lambda: False)) == {"a.jpg"}


def test_nomedia_and_ignore_files(tmp_path: Path) -> None:
    """Android's mark, and patterns that lie in the folder itself, in scans and for events."""
    for folder in ("stickers/inner", "sub/private"):
        (tmp_path / folder).mkdir(parents=True)
    for name in (
        "stickers/inner/a.jpg",
        "sub/private/b.jpg",
        "sub/c.draft.md",
        "sub/d.md",
        "e.jpg",
    ):
        (tmp_path / name).touch()
    (tmp_path / "stickers" / ".nomedia").touch()
    (tmp_path / "sub" / ".muserignore").write_text("# mine\nprivate/\n*.draft.md\n")
    result = walk(tmp_path)
    assert names(result) == {"d.md", "e.jpg"}
    whats = {one.what: one.reason for one in result.passed_over}
    assert ".nomedia" in whats["stickers/"]
    assert ".muserignore" in whats["private/"]
    config = Root(str(tmp_path))
    ignore = Ignore(config, (), ())
    for name in ("stickers/inner/a.jpg", "sub/private/b.jpg", "sub/c.draft.md"):
        assert ignore.skips_file(os.fsencode(tmp_path / name)), name
    assert not ignore.skips_file(os.fsencode(tmp_path / "sub/d.md"))


@pytest.mark.parametrize(
    ("picture", "sidecar"),
    [
        ("a.jpg", "a.json"),
        ("a.jpg", "a.jpg.json"),
        ("IMG_3397.JPG", "IMG_3397.JPG.supplemental-metadata.json"),
        ("IMG_3397.JPG", "IMG_3397.JPG.supplemental-me.json"),
        ("IMG_3397(1).JPG", "IMG_3397.JPG(1).json"),
        ("IMG_3397(1).JPG", "IMG_3397.JPG.supplemental-metadata(1).json"),
        ("IMG_3397-edited.JPG", "IMG_3397.JPG.json"),
        ("a.jpg", "a.xmp"),
        ("a.jpg", "a.jpg.XMP"),
        ("x" * 60 + ".jpg", "x" * 46 + ".json"),
    ],
)
def test_sidecars_are_told_with_their_pictures(picture: str, sidecar: str, tmp_path: Path) -> None:
    (tmp_path / picture).touch()
    (tmp_path / sidecar).touch()
    (tmp_path / "other.json").touch()
    result = walk(tmp_path)
    assert names(result) == {picture}
    changed_ns = (tmp_path / sidecar).stat().st_ctime_ns
    assert result.beside == {os.fsencode(tmp_path / picture): changed_ns}
    assert [one.example for one in result.passed_over] == [os.fsencode(tmp_path / "other.json")]
