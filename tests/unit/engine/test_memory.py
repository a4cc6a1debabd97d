"""Pages of the store that were looked at are given back once the work is over."""

import pytest

from muserd.engine import memory as memories
from tests.unit.engine.bench import Bench


def test_what_work_took_is_given_back_soon_and_seldom(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    released: list[float] = []
    store, clock, memory = bench.parts.store, bench.clock, bench.parts.memory
    monkeypatch.setattr(store, "release_pages", lambda: released.append(clock.monotonic_s()))

    def rounds(seconds: float, *, importing: bool) -> None:
        for _ in range(round(seconds * 10)):
            clock.advance(0.1)
            memory.after_round(importing=importing)
            bench.parts.loop._timers.run(clock.monotonic_s())

    rounds(20.0, importing=True)
    assert released == []
    rounds(1.0, importing=False)
    assert len(released) == 1
    for _ in range(60):  # something small each tenth of a second
        rounds(0.1, importing=True)
        rounds(0.1, importing=False)
    assert 3 <= len(released) <= 6
    rounds(60.0, importing=False)
    assert len(released) <= 7  # nothing is done while there is nothing to do


def test_what_others_read_is_given_back_too(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A search or the index of words reads much of the store while the loop has nothing to do."""
    mapped, released = 40 * 2**20, list[float]()
    store, clock, memory = bench.parts.store, bench.clock, bench.parts.memory

    def release() -> None:
        nonlocal mapped
        mapped = 50 * 2**20
        released.append(clock.monotonic_s())

    monkeypatch.setattr(store, "release_pages", release)
    monkeypatch.setattr(memories, "mapped_bytes", lambda: mapped)

    def rounds(count: int) -> None:
        for _ in range(count):
            clock.advance(20.0)
            memory.after_round(importing=False)
            bench.parts.loop._timers.run(clock.monotonic_s())

    rounds(2)
    released.clear()
    rounds(5)
    assert released == []
    mapped = 300 * 2**20
    rounds(5)
    assert len(released) == 1
