"""Kinds, media types and titles by name."""

import pytest

from muserd.ground.kinds import MEDIA_TYPES, kind_of, title_from_name


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (b"/a/b.jpg", "image"),
        (b"/a/b.JPEG", "image"),
        (b"/a/b.HeIc", "image"),
        (b"/a/b.apng", "image"),
        (b"/a/\xff\xfe.md", "note"),
        (b"/a/b.tar.rst", "note"),
        (b"/a/new\nline.txt", "note"),
        (b"/a/.md", None),
        (b"/a.md/b", None),
        (b"/a/b.svg", "image"),
        (b"/a/b.NEF", "image"),
        (b"/a/b.MOV", "image"),
        (b"/a/b.pdf", "note"),
        (b"/a/b.exe", None),
        (b"/a/b.png.part", None),
        (b"/a/b", None),
        (b"", None),
    ],
)
def test_the_suffix_tells_the_kind(path: bytes, kind: str | None) -> None:
    assert kind_of(path) == kind


def test_nothing_is_served_as_active_content() -> None:
    """An original must never run in the page's origin."""
    for suffix, media_type in MEDIA_TYPES.items():
        assert kind_of(b"x" + suffix) is not None
        harmless = {"text/plain", "application/pdf", "application/octet-stream"}
        assert media_type in harmless or media_type.startswith(("image/", "video/"))
        assert "svg" not in media_type


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("summer_holiday-2019.jpg", "summer holiday 2019"),
        ("plain.md", "plain"),
        ("two.dots.txt", "two.dots"),
        (".md", ".md"),
        ("___.md", "___"),
        ("   .md", "untitled"),
        ("", "untitled"),
        ("noext", "noext"),
    ],
)
def test_a_title_is_never_empty(name: str, title: str) -> None:
    assert title_from_name(name) == title
