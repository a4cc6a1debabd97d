"""Which root a path belongs to, and when a root is scanned."""

from muserd.engine.sync.roots import ScanDone
from muserd.ground.config import Root
from muserd.ground.errors import UsageError
from tests.unit.engine.bench import Bench


def test_a_path_belongs_to_the_deepest_root_that_holds_it(bench: Bench) -> None:
    inner = bench.root / "inner"
    inner.mkdir()
    roots = bench.parts.roots
    outer = roots.add(bench.config)
    deep = roots.add(Root(str(inner)))
    assert roots.of(bytes(bench.root / "a.txt")) is outer
    assert roots.of(bytes(inner / "a.txt")) is deep
    assert roots.of(b"/elsewhere/a.txt") is None
    assert roots.present == {outer.raw, deep.raw}
    roots.remove(deep.raw)
    assert roots.of(bytes(inner / "a.txt")) is outer
    assert outer.wanted  # it has to find what the inner one had


def test_a_root_is_scanned_when_it_is_added_and_then_now_and_then(bench: Bench) -> None:
    root = bench.parts.roots.add(bench.config)
    assert bench.parts.roots.busy
    bench.rest()
    first = root.last_scan_at_ms
    assert first is not None
    assert not bench.parts.roots.busy
    bench.wait(3_600.0)
    bench.rest()
    assert root.last_scan_at_ms is not None
    assert root.last_scan_at_ms > first


def test_force_outlives_another_reason_to_scan(bench: Bench) -> None:
    """`rescan --force`, and then an event, before the scan begins."""
    roots = bench.parts.roots
    root = roots.add(bench.config)
    roots.want_scan(root.raw, "asked", force=True)
    roots.want_scan(None, "sync")
    assert (root.force, root.wanted) == (True, "sync")


def test_a_scan_that_failed_is_tried_again_with_what_it_was_asked_for(bench: Bench) -> None:
    roots = bench.parts.roots
    root = roots.add(bench.config)
    root.wanted = ""
    assert roots.scan_ended(ScanDone(root, UsageError("no sight", ""), force=True)) is None
    assert "no sight" in root.problem
    assert root.force
    assert root.next_scan_s > bench.clock.monotonic_s()


def test_the_scan_of_a_root_that_was_removed_says_nothing(bench: Bench) -> None:
    roots = bench.parts.roots
    root = roots.add(bench.config)
    bench.wait()
    assert root.scanning
    roots.remove(root.raw)
    for message in bench.parts.mailbox.take(60):
        if isinstance(message, ScanDone):
            assert roots.scan_ended(message) is None


def test_only_the_roots_around_another_are_watched_anew_when_it_comes(bench: Bench) -> None:
    """What lies in the inner root is theirs no longer; the others have nothing to do with it."""
    (bench.root / "inner").mkdir()
    beside = bench.root.parent / "beside"
    beside.mkdir()
    roots = bench.parts.roots
    outer, other = roots.add(bench.config), roots.add(Root(str(beside)))
    bench.rest()
    inner = roots.add(Root(str(bench.root / "inner")))
    assert (outer.wanted, other.wanted, inner.wanted) == ("another root lies inside", "", "start")
    assert outer.ignore.skips_folder(inner.raw)


def test_a_scan_is_not_begun_twice(bench: Bench) -> None:
    """Neither because it is wanted nor because it is its time; it begins when the other ends."""
    roots = bench.parts.roots
    root = roots.add(bench.config)
    bench.wait()
    assert root.scanning
    roots.want_scan(root.raw, "asked")
    bench.wait()
    assert root.wanted == "asked"
    bench.rest()
    assert (root.scanning, root.wanted) == (False, "")


def test_a_scan_begins_at_its_time_though_nobody_wants_it(bench: Bench) -> None:
    roots = bench.parts.roots
    root = roots.add(bench.config)
    bench.rest()
    roots.scan_at(root, bench.clock.monotonic_s() + 10.0)
    bench.wait(9.9)
    assert not root.scanning
    bench.wait(0.1)
    assert root.scanning


def test_what_a_scan_says_is_dropped_when_the_engine_stops(bench: Bench) -> None:
    roots = bench.parts.roots
    root = roots.add(bench.config)
    bench.wait()
    message = next(one for one in bench.parts.mailbox.take(60) if isinstance(one, ScanDone))
    assert roots.scan_ended(message) is not None
    assert root.last_scan_at_ms is not None
    roots.stop()
    assert roots.scan_ended(message) is None
