"""The build hook: when the page is built, and what it needs for that."""

from pathlib import Path

import pytest

import hatch_build


@pytest.fixture
def hook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> hatch_build.ViewerBuildHook:
    """The hook over a checkout with sources, no page, and a system without Node."""
    (tmp_path / "viewer" / "src").mkdir(parents=True)
    (tmp_path / "viewer" / "package.json").write_text("{}")
    (tmp_path / "viewer" / "src" / "main.js").write_text("1")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("MUSER_SKIP_VIEWER", raising=False)
    monkeypatch.setattr(hatch_build, "build", lambda _, page: page.mkdir(parents=True))
    return hatch_build.ViewerBuildHook(str(tmp_path), {}, None, None, str(tmp_path), "wheel")


def page(hook: hatch_build.ViewerBuildHook) -> Path:
    return Path(hook.root) / "muserd" / "_page"


def test_a_checkout_needs_node_and_builds(hook):
    """From PyPI, since the system has none; afterwards nothing is needed."""
    assert hook.dependencies() == [hatch_build.NODE]
    hook.initialize("standard", {})
    assert page(hook).is_dir()
    assert hook.dependencies() == []


def test_a_page_from_the_same_sources_is_taken_as_it_is(hook, monkeypatch):
    """As in an sdist: neither Node nor a network; tests of the viewer are not its sources."""
    hook.initialize("standard", {})
    monkeypatch.setattr(hatch_build, "build", lambda *_: pytest.fail("it was built again"))
    (Path(hook.root) / "viewer" / "test").mkdir()
    (Path(hook.root) / "viewer" / "test" / "x.test.js").write_text("2")
    hook.initialize("standard", {})
    (Path(hook.root) / "viewer" / "src" / "main.js").write_text("2")
    assert hook.dependencies() == [hatch_build.NODE]


def test_the_systems_node_serves(hook, tmp_path):
    """If it is new enough, and has npm beside it."""
    for name, said in (("node", "v20.1.0"), ("npm", "10")):
        (tmp_path / name).write_text(f"#!/bin/sh\necho {said}\n")
        (tmp_path / name).chmod(0o700)
    assert hook.dependencies() == []
    (tmp_path / "node").write_text("#!/bin/sh\necho v18.19.0\n")
    assert hook.dependencies() == [hatch_build.NODE]


def test_nobody_has_to_build(hook, monkeypatch):
    """MUSER_SKIP_VIEWER=1 leaves whatever is there."""
    monkeypatch.setenv("MUSER_SKIP_VIEWER", "1")
    assert hook.dependencies() == []
    hook.initialize("standard", {})
    assert not page(hook).exists()


def test_a_package_without_sources_must_have_a_page(hook):
    """Nothing to build from, nothing to ship: it stops."""
    (Path(hook.root) / "viewer" / "package.json").unlink()
    with pytest.raises(SystemExit, match="there is no built page"):
        hook.initialize("standard", {})
    page(hook).mkdir(parents=True)
    (page(hook) / "index.html").write_text("")
    hook.initialize("standard", {})


def test_lint_uses_the_node_that_builds(tmp_path, monkeypatch):
    """`make lint` checks the viewer with the system's Node; its exit status is npm's."""
    sources = tmp_path / "viewer"
    (sources / "node_modules").mkdir(parents=True)
    (sources / "package-lock.json").write_text("{}")
    (sources / "node_modules" / ".package-lock.json").write_text("{}")
    for name, script in (("node", "echo v22.0.0"), ("npm", 'echo "$@" > asked; exit 3')):
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert hatch_build.lint(sources) == 3
    assert (sources / "asked").read_text() == "run --silent lint\n"


def test_make_lint_checks_the_viewer_too():
    """One command for both languages."""
    makefile = Path(hatch_build.__file__).with_name("Makefile").read_text("utf-8")
    assert "hatch_build.py lint" in makefile
