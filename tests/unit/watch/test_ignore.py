"""What is left alone."""

import pytest

from muserd.ground.config import Root
from muserd.ground.errors import ConfigError
from muserd.watch.ignore import Ignore


def ignore(
    *exclude: str, hidden: bool = False, own: tuple[bytes, ...] = (), **more: object
) -> Ignore:
    return Ignore(Root("/root", exclude=exclude, hidden=hidden, **more), (), own)  # type: ignore[arg-type]


def both_ways(rules: Ignore, path: bytes) -> bool:
    """`skips_file`, and `skips_entry` must agree for a folder that is kept."""
    folder, _, name = path.rpartition(b"/")
    full = rules.skips_file(path)
    if not rules.skips_folder(folder):
        assert rules.skips_entry(folder, name) == full
    return full


@pytest.mark.parametrize(
    "path", [b"/root/a.jpg", b"/root/b/c.md", b"/root/b/\xff.txt", b"/root/a\nb.png"]
)
def test_pictures_and_notes_are_taken(path: bytes) -> None:
    assert not both_ways(ignore(), path)
    assert not both_ways(ignore("*.log", "build/"), path)


@pytest.mark.parametrize(
    "path",
    [
        b"/root/a.xyz",
        b"/root/.hidden.jpg",
        b"/root/.git/x.md",
        b"/root/a/.b/c/x.md",
        b"/root/node_modules/p/readme.md",
        b"/root/a/@eaDir/x.jpg",
        b"/elsewhere/a.jpg",
    ],
)
def test_other_and_hidden_files_are_left_alone(path: bytes) -> None:
    assert both_ways(ignore(), path)


def test_hidden_files_are_taken_when_wanted() -> None:
    assert not both_ways(ignore(hidden=True), b"/root/.config/x.md")
    assert not ignore(hidden=True).skips_folder(b"/root/.config")


def test_kinds_of_the_root() -> None:
    """A root for pictures takes no notes."""
    rules = ignore(kinds=("image",))
    assert both_ways(rules, b"/root/a.md")
    assert not both_ways(rules, b"/root/a.jpg")


def test_patterns_are_those_of_gitignore() -> None:
    """Anchored, nested, negated, of folders: as git reads them, relative to the root."""
    rules = ignore("drafts/", "/top.md", "**/raw/*.tif", "*.bmp", "!keep.bmp", "# *.jpg")
    assert rules.skips_folder(b"/root/drafts")
    assert rules.skips_folder(b"/root/a/drafts")
    assert both_ways(rules, b"/root/a/drafts/x.md")
    assert both_ways(rules, b"/root/top.md")
    assert not both_ways(rules, b"/root/a/top.md")
    assert both_ways(rules, b"/root/a/raw/x.tif")
    assert not both_ways(rules, b"/root/a/x.tif")
    assert both_ways(rules, b"/root/a/x.bmp")
    assert not both_ways(rules, b"/root/a/keep.bmp")
    assert not both_ways(rules, b"/root/x.jpg")


def test_patterns_of_all_roots_come_first() -> None:
    rules = Ignore(Root("/root", exclude=("!a.md",)), ("*.md",), ())
    assert both_ways(rules, b"/root/b.md")
    assert not both_ways(rules, b"/root/a.md")


def test_a_user_may_want_what_is_always_left_alone() -> None:
    assert not ignore("!node_modules/").skips_folder(b"/root/node_modules")


def test_a_pattern_of_names_that_are_no_utf8() -> None:
    assert both_ways(ignore("*.jpg"), b"/root/\xff\xfe.jpg")
    assert not both_ways(ignore("*.png"), b"/root/\xff\xfe.jpg")


def test_own_folders_are_never_looked_into() -> None:
    """Muser must not index its own thumbnails, nor watch itself write."""
    rules = ignore(own=(b"/root/state/", b"/other"))
    assert rules.skips_folder(b"/root/state")
    assert rules.skips_folder(b"/root/state/site")
    assert rules.skips_file(b"/root/state/site/x.webp")
    assert not rules.skips_folder(b"/root/stately")
    assert not rules.skips_folder(b"/root")


def test_a_root_inside_an_own_folder_is_skipped_whole() -> None:
    assert Ignore(Root("/state/pictures"), (), (b"/state",)).skips_folder(b"/state/pictures")


def test_the_root_may_be_the_root_directory() -> None:
    rules = Ignore(Root("/"), (), ())
    assert not rules.skips_folder(b"/")
    assert not both_ways(rules, b"/home/a.md")
    assert not both_ways(rules, b"/a.md")


def test_a_bad_pattern_is_an_error_of_the_configuration() -> None:
    with pytest.raises(ConfigError, match="exclude"):
        ignore("!")


def test_a_root_may_be_written_with_a_slash_at_its_end() -> None:
    rules = Ignore(Root("/root/", exclude=("/top.md",)), (), ())
    assert not rules.skips_folder(b"/root/")
    assert not rules.skips_folder(b"/root")
    assert not both_ways(rules, b"/root/a/top.md")
    assert both_ways(rules, b"/root/top.md")
