"""Sites whose files are scripts."""

from pathlib import Path

import pytest

from muserd.ground.clock import SystemClock
from muserd.publish import scripts
from muserd.publish.manifest import Manifest
from muserd.publish.site import Site


def manifest(title: str) -> Manifest:
    return Manifest(revision=1, published_at=0, title=title, generator="t", live=False, spaces={})


def made(folder: Path, said: str, title: str = "A map") -> Path:
    """A site that has one file of each form."""
    site = Site(folder, SystemClock())
    site.put("details/image-0", {"title": said})
    site.put_bytes("thumbs/image-0", "webp", said.encode() + b"\x00\xff")
    site.publish(manifest(title))
    scripts.wrap(folder)
    return folder


def texts(folder: Path) -> list[bytes]:
    return [scripts.data_of(path.read_bytes()) for path in sorted(folder.rglob("*.js"))]


@pytest.mark.parametrize(
    "said", ["plain", 'a "quote" \\ and </script>', "é 🍎 \u2028 \x7f", "'`${x}"]
)
def test_a_script_says_what_the_file_said(tmp_path: Path, said: str) -> None:
    """Whatever the letters; nothing else is left."""
    folder = made(tmp_path / "site", said)
    before = made(tmp_path / "plain", said)
    assert texts(folder) == texts(before)
    assert said.encode() + b"\x00\xff" in texts(folder)
    assert all(path.suffix == ".js" for path in folder.rglob("*") if path.is_file())


def test_wrapping_twice_changes_nothing(tmp_path: Path) -> None:
    folder = made(tmp_path / "site", "x")
    before = texts(folder)
    scripts.wrap(folder)
    assert texts(folder) == before


def test_sites_are_told_from_other_folders(tmp_path: Path) -> None:
    """An application of the web may have a manifest.json, too."""
    assert scripts.is_site(made(tmp_path / "site", "x"))
    plain = tmp_path / "plain"
    Site(plain, SystemClock()).publish(manifest("t"))
    assert scripts.is_site(plain), "an earlier release made those"
    for name, data in (
        ("manifest.json", b'{"name": "My App", "icons": []}'),
        ("manifest.json", b"[]"),
        ("manifest.json.js", b"alert(1)"),
        ("manifest.json.js", b'muserFile("manifest.json", "text", "{}");'),
        ("manifest.json.js", b"muserFile(\xff);"),
    ):
        other = tmp_path / "other"
        other.mkdir(exist_ok=True)
        (other / name).write_bytes(data)
        assert not scripts.is_site(other)
        (other / name).unlink()


def test_a_site_takes_the_place_of_another(tmp_path: Path) -> None:
    """Nothing of the old one is left, and nothing of anybody else is touched."""
    old, new = made(tmp_path / "old", "secret"), made(tmp_path / "new", "public")
    (old / "CNAME").write_text("example.org")
    (old / "assets").mkdir()
    (old / "assets/map-1.js").write_text("old page")
    wanted = texts(new)
    scripts.replace(old, new)
    assert (old / "CNAME").read_text() == "example.org"
    assert not (old / "assets/map-1.js").exists()
    assert texts(old) == wanted
    assert not any(path.is_file() for path in new.rglob("*"))
