"""Runs every benchmark and prints one JSON object: `python -m bench [NAME …]`."""

import json
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all, one after another; 1 if any failed to run."""
    folders = (path.parent for path in HERE.glob("[a-z]*/__main__.py"))
    every = sorted(path.stem for path in (*HERE.glob("[a-z]*.py"), *folders))
    unknown = set(names) - set(every)
    if unknown:
        print(
            f"bench: no {', '.join(sorted(unknown))}; there are {', '.join(every)}", file=sys.stderr
        )
        return 2
    results: dict[str, object] = {}
    failed = False
    for name in names or every:
        started = time.monotonic()
        print(f"bench: {name} …", file=sys.stderr, flush=True)
        done = subprocess.run(
            [sys.executable, "-m", f"bench.{name}"], capture_output=True, text=True, check=False
        )
        if done.returncode == 0:
            results[name] = json.loads(done.stdout)
        else:
            failed = True
            results[name] = {"error": done.stderr[-2000:]}
        print(f"bench: {name} took {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    print(json.dumps(results, indent=2))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
