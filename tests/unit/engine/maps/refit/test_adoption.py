"""Fits in the store: which one is shown, which are kept, which are deleted."""

import pytest

from muserd.engine.maps.fit_result import FitResult
from muserd.engine.maps.refit.adoption import MIGRATING, Adoption
from muserd.ground.records import Region
from tests.unit.engine.bench import Bench
from tests.unit.engine.maps.samples import fit, region, result


@pytest.fixture
def adoption(bench: Bench) -> Adoption:
    bench.ingest("a.txt")
    parts = bench.parts
    return Adoption(parts.store, parts.models, parts.publisher)


def fits(bench: Bench) -> dict[int, str]:
    """The state of each fit of the notes, by number."""
    with bench.parts.store.read() as reader:
        return {fit.number: fit.state for fit in reader.fits("text")}


def of_now(bench: Bench, *regions: Region) -> FitResult:
    """What a fit of the one note makes."""
    item = bench.item("a.txt")
    return result([item.slot], [item.id], regions)


def test_the_fit_that_was_shown_is_past(bench: Bench, adoption: Adoption) -> None:
    assert adoption.next_number("text") == 1
    for number in (1, 2):
        adoption.adopt(fit(number), of_now(bench), None, "refit")
    assert fits(bench) == {1: "past", 2: "current"}
    assert adoption.next_number("text") == 3
    assert bench.parts.models["text"].fit == fit(2)
    assert bench.parts.publisher.pending


def test_to_show_the_same_fit_again_leaves_it_current(bench: Bench, adoption: Adoption) -> None:
    for _ in range(2):
        adoption.adopt(fit(1), of_now(bench), None, "rollback")
    assert fits(bench) == {1: "current"}


def test_one_fit_is_held_at_most(bench: Bench, adoption: Adoption) -> None:
    adoption.adopt(fit(1), of_now(bench), None, "refit")
    for number in (2, 3):
        adoption.hold(fit(number, state="held"), of_now(bench))
    assert fits(bench) == {1: "current", 3: "held"}


def test_a_newer_fit_replaces_the_one_that_is_held(bench: Bench, adoption: Adoption) -> None:
    """An older one that is shown again does not: the held one is newer still."""
    adoption.adopt(fit(1), of_now(bench), None, "refit")
    adoption.hold(fit(2, state="held"), of_now(bench))
    adoption.adopt(fit(1), of_now(bench), None, "rollback")
    assert fits(bench) == {1: "current", 2: "held"}
    adoption.adopt(fit(3), of_now(bench), None, "refit")
    assert fits(bench) == {1: "past", 3: "current"}


def test_the_held_fit_can_be_shown(bench: Bench, adoption: Adoption) -> None:
    adoption.hold(fit(2, state="held"), of_now(bench))
    adoption.adopt(fit(2), of_now(bench), None, "rollback")
    assert fits(bench) == {2: "current"}


def test_a_fit_is_found_by_its_number_or_because_it_is_held(
    bench: Bench, adoption: Adoption
) -> None:
    adoption.adopt(fit(1), of_now(bench), None, "refit")
    assert adoption.find("text", None) is None
    adoption.hold(fit(2, state="held"), of_now(bench))
    held, first = adoption.find("text", None), adoption.find("text", 1)
    assert held is not None
    assert first is not None
    assert (held[0].number, first[0].number) == (2, 1)
    assert first[1].slots.tolist() == [bench.item("a.txt").slot]
    assert adoption.find("text", 9) is None


def test_a_migration_ends_with_its_first_fit(bench: Bench, adoption: Adoption) -> None:
    key = f"{MIGRATING}text"
    with bench.parts.store.write() as writer:
        writer.put_meta(key, True)
    adoption.adopt(fit(1), of_now(bench), None, "refit")
    with bench.parts.store.read() as reader:
        assert reader.meta(key) is False


def test_names_pinned_since_the_snapshot_are_kept(bench: Bench, adoption: Adoption) -> None:
    adoption.adopt(fit(1), of_now(bench, region(4)), None, "refit")
    adoption.rename("text", region(4, name="Mine", pinned=True))
    adoption.adopt(fit(2), of_now(bench, region(4)), None, "refit")
    (kept,) = bench.parts.models["text"].regions.values()
    assert (kept.name, kept.pinned) == ("Mine", True)
