"""What was seen, and what is there when it is acted upon, differ."""

import os
import threading
from pathlib import Path
from typing import Any

import pytest

from muserd.watch import scan as scanning
from tests.faults.helpers import notes
from tests.property.world import World

pytestmark = [
    pytest.mark.skipif(not Path("/proc/sys/fs/inotify").exists(), reason="no inotify"),
    pytest.mark.timeout(300),
]


def test_a_scan_that_is_older_than_an_event(one: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that came while a scan was under way, and is in the store, is not forgotten."""
    notes(one.root, 2)
    one.sync()
    walked, go_on = threading.Event(), threading.Event()
    walk = scanning.scan

    def slow(*arguments: Any) -> scanning.ScanResult:
        result = walk(*arguments)
        walked.set()
        assert go_on.wait(60)
        return result

    monkeypatch.setattr("muserd.engine.sync.roots.scan", slow)
    assert one.engine is not None
    one.engine.rescan(None, force=False)
    assert walked.wait(60)
    late = notes(one.root, 1, first=7)[0]
    one.wait_for(lambda: os.fsencode(late) in one.files())
    forgotten: list[bytes] = []
    forget = one.parts.reconciler._applier._forget
    monkeypatch.setattr(
        one.parts.reconciler._applier,
        "_forget",
        lambda writer, before, changes: (
            forgotten.append(before.path),
            forget(writer, before, changes),
        ),
    )
    monkeypatch.setattr("muserd.engine.sync.roots.scan", walk)
    go_on.set()
    one.sync()
    assert forgotten == []
    one.check()


@pytest.mark.parametrize("content", [b"one more", b""])
def test_an_outcome_that_is_older_than_a_scan(one: World, content: bytes) -> None:
    """A file is read, goes, and a scan finds nothing of it; only then its outcome is committed."""
    notes(one.root, 2)
    one.sync()
    pipeline, stop = one.parts.pipeline, threading.Event()
    held: list[Any] = []
    heard, pipeline.heard = pipeline.heard, held.append  # type: ignore[method-assign]
    late = one.root / "late.md"
    late.write_bytes(content)
    one.wait_for(lambda: bool(held))
    late.unlink()
    (root,) = one.parts.roots
    before = root.last_scan_at_ms
    assert one.engine is not None
    one.answer(one.engine.rescan(None, force=False))
    one.wait_for(lambda: root.last_scan_at_ms != before)
    one.wait_for(lambda: one.parts.settler.next_due_s() is None)
    one.parts.mailbox.call(stop.set)
    assert stop.wait(60)
    pipeline.heard = heard  # type: ignore[method-assign]
    one.parts.mailbox.call(lambda: [heard(outcome) for outcome in held])
    one.wait_for(lambda: one.parts.pipeline.count() == 0)
    one.wait_for(lambda: one.parts.settler.next_due_s() is None)
    one.wait_for(lambda: os.fsencode(late) not in one.files())
    one.sync()
    one.check()
