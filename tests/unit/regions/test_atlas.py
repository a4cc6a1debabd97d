"""The atlas of a map: what a refit keeps, and what nothing breaks."""

from collections import Counter, defaultdict
from dataclasses import replace

import numpy as np
import pytest

from muserd.ground.facts import UNDATED_MS
from muserd.ground.records import NO_REGION, RegionEvent
from muserd.regions.atlas import LastMap, Members, Settings, compose
from muserd.regions.colours import to_lab
from muserd.regions.name_choice import key
from muserd.regions.peaks import Heights, neighbours


def first_map(world, words=None, space="text"):
    count = len(world.topic)
    last = LastMap(np.full((count, 3), -1, dtype=np.int32), np.zeros(count, dtype=bool))
    return compose(space, world.places, world.members, last, Settings(), words)


def next_map(world, known, atlas, labels=None, words=None, regions=None):
    """A refit: `known` rows stood on the last map, in order."""
    old = np.full((len(world.topic), 3), -1, dtype=np.int32)
    old[known] = atlas.labels if labels is None else labels
    last = LastMap(old, known, regions or atlas.regions, atlas.next_region, atlas.sizes)
    return compose("text", world.places, world.members, last, Settings(), words)


def living(atlas):
    return [region for region in atlas.regions if not region.retired]


def moved(world, places):
    return type(world)(places.astype(np.float32), world.topic, world.members)


def region_of(atlas, rows):
    """The finest region that most of the rows are in."""
    finest = max(level for level in range(3) if (atlas.labels[:, level] >= 0).any())
    inside = atlas.labels[rows, finest]
    return int(np.bincount(inside[inside >= 0]).argmax())


def assert_sound(atlas, members):
    """What holds for every atlas."""
    alive = living(atlas)
    ids = [region.id for region in atlas.regions]
    assert len(ids) == len(set(ids))
    assert all(0 < number < atlas.next_region for number in ids)
    assert {region.id for region in alive} == set(atlas.labels[atlas.labels >= 0].tolist())
    siblings = defaultdict(list)
    by_id = {region.id: region for region in alive}
    for region in alive:
        rows = np.flatnonzero(atlas.labels[:, region.level] == region.id)
        assert region.count == len(rows)
        assert region.medoid in members.ids[rows]
        assert region.first_time_ms == members.times_ms[rows].min()
        assert region.last_time_ms == members.times_ms[rows].max()
        assert region.name
        assert region.colour.startswith("#")
        siblings[region.level, region.parent].append(key(region.name))
        if region.level:
            assert (atlas.labels[rows, region.level - 1] == region.parent).all()
            assert key(by_id[region.parent].name) != key(region.name)
        else:
            assert region.parent == NO_REGION
    for names in siblings.values():
        assert len(names) == len(set(names))


def test_a_first_map_is_sound(world):
    """Eight topics, eight regions or more, all new."""
    atlas = first_map(world)
    assert_sound(atlas, world.members)
    assert len({region_of(atlas, world.topic == topic) for topic in range(8)}) == 8
    assert {event.change for event in atlas.events} == {"new"}
    assert not any(region.example for region in living(atlas))
    assert atlas.kept == 1.0
    assert atlas.cliff == ""


def test_it_is_deterministic(world):
    """The same input gives the same atlas."""
    assert first_map(world).regions == first_map(world).regions


def test_a_refit_keeps_ids_names_and_colours(world):
    """When a tenth of the items arrives: ids and colours all, names at least nine tenths."""
    early = np.arange(len(world.topic)) % 10 != 0
    before = first_map(world.part(np.flatnonzero(early)))
    random = np.random.default_rng(5)
    shaken = moved(world, world.places + 0.05 * random.normal(size=world.places.shape))
    after = next_map(shaken, early, before)
    assert_sound(after, world.members)
    was = {region.id: region for region in living(before)}
    both = [region for region in living(after) if region.id in was]
    assert after.kept >= 0.9
    assert len(both) >= 0.9 * len(was)
    assert sum(region.name == was[region.id].name for region in both) >= 0.9 * len(both)
    assert all(region.colour == was[region.id].colour for region in both)


def test_nothing_new_changes_nothing(world):
    """A refit of the same map gives the same regions, under the same names, in the same places."""
    before = first_map(world)
    after = next_map(world, np.ones(len(world.topic), dtype=bool), before)
    assert living(after) == living(before)
    assert (after.labels == before.labels).all()
    assert {event.change for event in after.events} == {"kept"}


def test_a_new_topic_is_a_new_region(worlds):
    """The old ones keep their ids, the new one has a fresh id."""
    world = worlds((40,) * 8)
    early = world.topic != 7
    before = first_map(world.part(np.flatnonzero(early)))
    after = next_map(world, early, before)
    assert region_of(after, world.topic == 7) >= before.next_region
    for topic in range(7):
        assert region_of(after, world.topic == topic) == region_of(
            before, world.topic[early] == topic
        )


def test_a_split_is_told(worlds):
    """Half of a topic moves away: the elder half keeps the id, the event names the other."""
    world = worlds((80, 40, 40, 40))
    before = first_map(world)
    places = world.places.copy()
    places[:30] += [0, 30]
    after = next_map(moved(world, places), np.ones(len(places), dtype=bool), before)
    assert_sound(after, world.members)
    stayed, left = region_of(after, np.arange(30, 80)), region_of(after, np.arange(30))
    assert stayed == region_of(before, np.arange(80))
    assert left != stayed
    told = [event for event in after.events if event.change == "split"]
    assert any(event.region == stayed and left in event.others for event in told)


def test_a_merger_is_told_and_the_lesser_retires(worlds):
    """Two topics become one place: the larger id goes on, the other sleeps."""
    world = worlds((60, 40, 40, 40, 40))
    before = first_map(world)
    places = world.places.copy()
    random = np.random.default_rng(2)
    places[:100] = places[:60].mean(axis=0) + 0.6 * random.normal(size=(100, 2))
    after = next_map(moved(world, places), np.ones(len(places), dtype=bool), before)
    assert_sound(after, world.members)
    large, small = region_of(before, np.arange(60)), region_of(before, np.arange(60, 100))
    assert region_of(after, np.arange(100)) == large
    assert next(region for region in after.regions if region.id == small).retired
    assert {"retired", "merged"} <= {event.change for event in after.events}
    assert Counter((event.change, event.region) for event in after.events)["retired", small] == 1


def test_a_region_retires_and_is_revived(worlds):
    """Its items go and come back: so do its id and the name that the user gave."""
    world = worlds((40,) * 6)
    full = np.ones(240, dtype=bool)
    first = first_map(world)
    number = region_of(first, world.topic == 2)
    first = replace(
        first,
        regions=[
            replace(region, name="My stars", pinned=True) if region.id == number else region
            for region in first.regions
        ],
    )
    gone = world.topic != 2
    rest = world.part(np.flatnonzero(gone))
    second = next_map(rest, np.ones(gone.sum(), dtype=bool), first, labels=first.labels[gone])
    asleep = next(region for region in second.regions if region.id == number)
    assert asleep.retired
    assert asleep.name == "My stars"
    assert second.events.count(RegionEvent("retired", number, name="My stars")) == 1
    third = next_map(world, full & gone, second)
    back = next(region for region in third.regions if region.id == number)
    assert not back.retired
    assert (back.name, back.pinned) == ("My stars", True)
    assert "revived" in {event.change for event in third.events}


def test_pinned_names_outlive_refits(world):
    """Also one that a sibling would like to have, and it is taken by nobody else."""
    before = first_map(world)
    alive = living(before)
    mine, other = next(
        (one, two) for one in alive for two in alive if one.id < two.id and one.parent == two.parent
    )
    regions = [
        replace(region, name=other.name, pinned=True) if region.id == mine.id else region
        for region in before.regions
    ]
    after = next_map(world, np.ones(len(world.topic), dtype=bool), before, regions=regions)
    names = {region.id: region.name for region in living(after) if region.parent == mine.parent}
    assert names[mine.id] == other.name
    assert [key(name) for name in names.values()].count(key(other.name)) == 1


def test_neighbours_on_the_map_differ_in_colour(world):
    """Regions that touch are told apart at a glance."""
    atlas = first_map(world)
    colour = {region.id: to_lab(region.colour) for region in living(atlas)}
    level = {region.id: region.level for region in living(atlas)}
    pairs = neighbours(world.places, atlas.labels)
    assert pairs
    for one, other in pairs:
        assert level[one] == level[other]
        assert np.linalg.norm(colour[one] - colour[other]) > 0.02


def test_a_cliff_is_reported(worlds):
    """Many regions that collapse into a few are worth a word."""
    world = worlds((30,) * 8)
    before = first_map(world)
    scattered = np.random.default_rng(1).normal(size=world.places.shape)
    scattered[:120] += 30
    labels = np.full_like(before.labels, -1)
    labels[:, 0] = 1 + np.arange(240) // 12
    after = next_map(
        moved(world, scattered), np.ones(240, dtype=bool), before, labels=labels, regions=[]
    )
    assert "level" in after.cliff


def test_a_label_stays_unless_the_peak_is_clearly_higher():
    """A second heap of the same height does not draw it away; one of twice the height does."""
    random = np.random.default_rng(0)
    heap, there = 0.5 * random.normal(size=(200, 2)), np.array([8, 0])
    places = np.concatenate([heap, heap + there]).astype(np.float32)
    rows = np.arange(400)
    stood = tuple(places[Heights(places).peak(rows[:200], None)].tolist())
    assert Heights(places).peak(rows, stood) < 200
    taller = np.concatenate([places, heap + there, heap + there]).astype(np.float32)
    assert Heights(taller).peak(np.arange(800), stood) >= 200


EDGES = {
    "nothing": (0, None),
    "one": (1, None),
    "two": (2, None),
    "five": (5, None),
    "six": (6, None),
    "all in one place": (120, np.zeros_like),
    "on a line": (120, lambda places: places * [1, 0]),
    "duplicates": (120, lambda places: places[np.arange(120) // 40]),
    "a far outlier": (120, lambda places: np.where(np.arange(120)[:, None] < 1, 1e6, places)),
}


@pytest.mark.parametrize("space", ["text", "image"])
@pytest.mark.parametrize("edge", EDGES)
def test_nothing_breaks_it(worlds, edge, space):
    """Neither a few items nor odd places, first and again."""
    count, bend = EDGES[edge]
    world = worlds((count,) if count < 40 else (40,) * (count // 40))
    if bend:
        world = moved(world, bend(world.places))
    before = first_map(world, space=space)
    assert_sound(before, world.members)
    old = before.labels
    known = np.ones(count, dtype=bool)
    last = LastMap(old, known, before.regions, before.next_region, before.sizes)
    after = compose(space, world.places, world.members, last, Settings(), None)
    assert_sound(after, world.members)


@pytest.mark.parametrize("space", ["text", "image"])
def test_missing_texts_and_equal_times_do_not_matter(worlds, space):
    """Blank titles, no texts, no languages, one moment, one vector."""
    world = worlds((40, 40, 40))
    count = 120
    vectors = np.zeros((count, 16), dtype=np.float32)
    vectors[:, 0] = 1
    bare = Members(
        *(np.arange(count), vectors, np.zeros(count, dtype=np.int64), [""] * count, [""] * count),
        *([""] * count, [""] * count, [()] * count),
    )
    atlas = first_map(type(world)(world.places, world.topic, bare), space=space)
    assert_sound(atlas, bare)
    assert all(region.name.startswith("Region") for region in living(atlas))


def test_a_map_that_shrinks_to_three_items_retires_its_regions(world):
    """They sleep, and no id is lost."""
    before = first_map(world)
    three = world.part(np.arange(3))
    after = next_map(three, np.ones(3, dtype=bool), before, labels=before.labels[:3])
    assert living(after) == []
    assert {region.id for region in after.regions} == {region.id for region in before.regions}
    assert {event.change for event in after.events} == {"retired"}
    assert after.next_region == before.next_region


def test_a_region_spans_the_years_of_the_items_that_have_a_date(worlds):
    """Those without one count only where nobody has any."""
    world = worlds((40, 40))
    times = world.members.times_ms.copy()
    times[10:30] = UNDATED_MS
    times[40:] = UNDATED_MS
    atlas = first_map(replace(world, members=replace(world.members, times_ms=times)))
    for number, first, last in (
        (region_of(atlas, np.arange(40)), times[0], times[39]),
        (region_of(atlas, np.arange(40, 80)), UNDATED_MS, UNDATED_MS),
    ):
        region = next(one for one in atlas.regions if one.id == number)
        inside = (atlas.labels == number).any(axis=1)
        dated = times[inside & (times < UNDATED_MS)]
        expected = (dated.min(), dated.max()) if len(dated) else (first, last)
        assert (region.first_time_ms, region.last_time_ms) == expected
