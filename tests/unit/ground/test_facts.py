"""Facts on their way into muserd: only what cannot be stored is changed."""

import json

import msgspec
import pytest

from muserd.ground.facts import EARLIEST_MS, LATEST_MS, UNDATED_MS, Facts, from_plain, plain

FACTS = Facts(
    title="Zürich",
    excerpt="An excerpt.",
    tags=("a", "ü"),
    time_ms=-1,
    time_source="exif",
    time_precision="day",
    time_doubtful=True,
    utc_offset_min=-210,
    width=60_000,
    height=1,
    length=7,
    language="de",
    rating=-1,
    place=(-33.5, 151.25),
    pages=12,
    seconds=90.5,
    frames=8,
    aliases=("Ä", "b"),
    links=(("embed", "a/Ü.png"), ("link", "other")),
    encoding="windows-1251",
    incomplete=True,
    reader=3,
    notice="it was taken as plain text",
    colours=(0, 11),
    dhash="0f" * 16,
    concepts=((999, 65_535), (0, 1)),
    sections=(("Soup", "2020-01-02"), ("Trip", "")),
)


def test_facts_survive_the_way() -> None:
    """Through the JSON header of a frame, every field."""
    assert from_plain(json.loads(json.dumps(plain(FACTS)))) == FACTS
    assert from_plain({}) == Facts()
    named = set(Facts.__struct_fields__)
    assert named == set(plain(FACTS)), "a field that differs from its default is on the wire"


def test_what_is_as_usual_takes_no_room() -> None:
    assert plain(Facts()) == {}


@pytest.mark.parametrize(
    ("name", "given", "kept"),
    [
        ("time_ms", 10**30, LATEST_MS),
        ("time_ms", -(10**30), EARLIEST_MS),
        ("utc_offset_min", 100_000, 1440),
        ("width", 2**40, 2**31 - 1),
        ("title", "caf\ud83d", "caf?"),
        ("tags", ["ok", "\udcff"], ("ok", "?")),
    ],
)
def test_odd_values_cost_only_themselves(name: str, given: object, kept: object) -> None:
    facts = from_plain({**plain(FACTS), name: given})
    assert getattr(facts, name) == kept
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(facts), type=Facts) == facts
    rest = {n for n in Facts.__struct_fields__ if getattr(facts, n) != getattr(FACTS, n)}
    assert rest == {name}


def test_other_things_are_no_facts() -> None:
    with pytest.raises(msgspec.ValidationError, match="time_source"):
        from_plain({"time_source": "a guess"})


@pytest.mark.parametrize(
    ("facts", "when", "civil_ms"),
    [
        (Facts(time_ms=1_683_356_889_000), "2023-05-06 07:08:09", 1_683_356_889_000),
        (Facts(time_ms=0, utc_offset_min=-210), "1969-12-31 20:30:00-03:30", -12_600_000),
        (Facts(time_ms=1_709_596_800_000, time_precision="day"), "2024-03-05", 1_709_596_800_000),
        (Facts(time_ms=1_709_251_200_000, time_precision="month"), "2024-03", 1_709_251_200_000),
        (Facts(time_ms=1_704_067_200_000, time_precision="year"), "2024", 1_704_067_200_000),
        (Facts(time_ms=LATEST_MS, utc_offset_min=60), "9999-12-31 23:59:59+01:00", LATEST_MS),
    ],
)
def test_times_are_those_of_the_clock_where_it_was(facts: Facts, when: str, civil_ms: int) -> None:
    assert (facts.when, facts.civil_ms) == (when, civil_ms)
    assert facts.order_ms == civil_ms
    doubtful = msgspec.structs.replace(facts, time_doubtful=True)
    assert doubtful.order_ms == UNDATED_MS  # after everything: never the root of the lineage
