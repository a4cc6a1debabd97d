"""The status as Prometheus text: each number under its name."""

from msgspec import structs
from prometheus_client.parser import text_string_to_metric_families

from muserd.engine.metrics import render
from muserd.engine.status import FitSummary, RootStatus, Status
from muserd.engine.status_builder import Page
from tests.unit.engine.bench import Bench
from tests.unit.engine.maps.samples import fit


def told(status: Status) -> dict[tuple[str, str], float]:
    """Each number by the name of its metric and the values of its labels."""
    return {
        (sample.name, "".join(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(render(status).decode())
        for sample in family.samples
    }


def test_the_daemon_in_numbers(bench: Bench) -> None:
    status = bench.parts.reporter._builder.build(Page(problem="off"), loaded=True)
    numbers = told(structs.replace(status, failures=3, revision=7))
    assert numbers["muser_problems", ""] == 1
    assert (numbers["muser_failed_files", ""], numbers["muser_revision_total", ""]) == (3, 7)
    assert numbers["muser_info", f"degraded{status.version}"] == 1


def test_a_map_without_a_fit_has_no_quality(bench: Bench) -> None:
    """Neither has one that was not measured."""
    status = bench.parts.reporter._builder.build(Page(), loaded=True)
    assert ("muser_fit_number", "text") not in told(status)
    for summary, quality in ((FitSummary.of(fit(4)), None), (_measured(), 0.9)):
        text = structs.replace(status.spaces.text, fit=summary, items=5)
        numbers = told(structs.replace(status, spaces=structs.replace(status.spaces, text=text)))
        assert (numbers["muser_fit_number", "text"], numbers["muser_items", "text"]) == (4, 5)
        assert numbers.get(("muser_fit_trustworthiness", "text")) == quality
        assert ("muser_fit_number", "image") not in numbers


def _measured() -> FitSummary:
    return structs.replace(FitSummary.of(fit(4)), trustworthiness=0.9)


def test_a_root_is_up_while_it_is_watched_or_polled(bench: Bench) -> None:
    bench.parts.root_changes.add(bench.config)
    bench.rest()
    (root,) = bench.parts.reporter._builder.build(Page(), loaded=True).roots
    states = ("watching", "polling", "offline", "denied")
    assert [_up(bench, structs.replace(root, state=state)) for state in states] == [1, 1, 0, 0]


def _up(bench: Bench, root: RootStatus) -> float:
    status = bench.parts.reporter._builder.build(Page(), loaded=True)
    numbers = told(structs.replace(status, roots=(root,)))
    assert numbers["muser_root_files", root.path] == root.files
    return numbers["muser_root_up", root.path]
