"""Runs the Python tests and the viewer's tests, and ends with one line that counts them all.

python tests/run.py [--soak]
"""

import json
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from hatch_build import npm_with_packages

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Both suites, whatever the first says; the exit status is 1 if either failed."""
    soak = "--soak" in sys.argv[1:]
    counts = [python_tests(soak=soak)]
    if not soak:
        counts.append(viewer_tests())
    passed, failed, skipped = (sum(count[i] for count in counts) for i in range(3))
    print(f"\n{passed} passed, {failed} failed, {skipped} skipped", flush=True)
    return 1 if failed or not passed else 0


def python_tests(*, soak: bool) -> tuple[int, int, int]:
    """Pytest on two processes; passed, failed, skipped."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-n", "2", f"--junit-xml={report}"]
        if soak:  # kills are one series, on one state directory
            command += ["-m", "soak", "--timeout=86400", "--dist=loadgroup"]
        else:
            command += ["-m", "not soak"]
        status = subprocess.run(command, cwd=ROOT, check=False).returncode
        if not report.is_file():
            return 0, 1, 0
        suite = ET.parse(report).getroot().find("testsuite")
    assert suite is not None
    total, skipped = int(suite.get("tests", 0)), int(suite.get("skipped", 0))
    failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
    return total - failed - skipped, max(failed, 1 if status else 0), skipped


def viewer_tests() -> tuple[int, int, int]:
    """Types and Vitest of the viewer; passed, failed, skipped."""
    viewer = ROOT / "viewer"
    npm, environment = npm_with_packages(viewer)
    checked = subprocess.run(
        [npm, "run", "--silent", "check"], cwd=viewer, env=environment, check=False
    )
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [npm, "run", "--silent", "test", "--", "--reporter=default", "--reporter=json"]
        command.append(f"--outputFile={report}")
        status = subprocess.run(command, cwd=viewer, env=environment, check=False).returncode
        if not report.is_file():
            return 0, 1, 0
        counts = json.loads(report.read_text())
    failed = int(counts["numFailedTests"]) + int(bool(checked.returncode))
    if status and not failed:
        failed = 1
    return int(counts["numPassedTests"]), failed, int(counts["numPendingTests"])


if __name__ == "__main__":
    sys.exit(main())
