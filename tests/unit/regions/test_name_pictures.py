"""Names for regions of pictures."""

from dataclasses import replace

import numpy as np
import pytest

from muserd.ground import imagenet
from muserd.regions.members import Group
from muserd.regions.name_choice import key
from muserd.regions.name_concepts import FULL, ConceptNamer
from muserd.regions.name_pictures import SHORTLIST, VocabularyNamer, vocabulary
from muserd.regions.naming import names

LABELS = imagenet.labels()


def pictured(world, choose):
    """The world with the classes that `choose(row)` names, each with equal probability."""
    concepts = []
    for row in range(len(world.topic)):
        shown = choose(row)
        concepts.append(
            tuple((LABELS.index(name), int(0.9 * FULL) // len(shown)) for name in shown)
        )
    return replace(world.members, concepts=concepts, texts=[""] * len(concepts))


def groups_of(world, count):
    return [
        Group(number + 1, -1, 0, rows, tuple(rows[:5].tolist()))
        for number in range(count)
        if (rows := np.flatnonzero(world.topic == number)).size
    ]


def test_scattered_leaves_are_lifted_to_their_kind(worlds):
    """Forty breeds are dogs; forty goldfinches are goldfinches."""
    world = worlds((40, 40, 40))
    breeds, boats = range(151, 191), ["schooner", "canoe", "liner", "speedboat", "gondola"]

    def choose(row):
        if world.topic[row] == 0:
            return [LABELS[breeds[row % 40]]]
        return ["goldfinch"] if world.topic[row] == 1 else [boats[row % 5]]

    given = names("image", groups_of(world, 3), pictured(world, choose), None)
    assert [given[number][0] for number in (1, 2, 3)] == ["Dogs", "Goldfinch", "Ships and boats"]


def test_what_siblings_share_names_none_of_them(worlds):
    """A tray in every picture is background."""
    world = worlds((30, 30))
    given = names(
        "image",
        groups_of(world, 2),
        pictured(world, lambda row: ["tray", "lemon" if world.topic[row] else "violin"]),
        None,
    )
    assert [given[1][0], given[2][0]] == ["Violin", "Lemon"]


def test_a_classifier_that_guesses_names_nothing(worlds):
    """Pictures with nothing in common take the title at their heart."""
    world = worlds((30, 30))
    given = names(
        "image",
        groups_of(world, 2),
        pictured(world, lambda row: [LABELS[337 * (row % 30) % 1000]]),
        None,
    )
    assert given[1][0] == "Entry 0"
    assert given[2][0].startswith("Entry")


def test_words_that_people_gave_their_files_are_no_guess(worlds):
    """Titles that share a word name the region; what cameras write does not."""
    world = worlds((30, 30))
    titles = [
        f"IMG {row}" if world.topic[row] else f"lighthouse {['north', 'south', 'old'][row % 3]}"
        for row in range(60)
    ]
    members = replace(pictured(world, lambda row: [LABELS[337 * (row % 30) % 1000]]), titles=titles)
    given = names("image", groups_of(world, 2), members, None)
    assert given[1][0] == "Lighthouse"
    assert key(given[2][0]).startswith("img ")


def test_pictures_without_classes_take_a_title(world):
    """No concepts, no words: an example."""
    given = names("image", groups_of(world, 8), world.members, None)
    assert all(name.startswith("Entry") for name, *_ in given.values())


DIM = 256  # as in CLIP, unrelated words are nearly at right angles


def clip_world(world):
    """The world's pictures in more dimensions, all shifted one way, and a text tower.

    Words lie with the pictures of their topic, and are all shifted another way: the gap between
    the modalities.
    """
    random = np.random.default_rng(3)
    axes = np.linalg.qr(random.normal(size=(DIM, 8)))[0].T
    pictures = (
        axes[world.topic] + 1.5 * axes[6] + 0.05 * random.normal(size=(len(world.topic), DIM))
    )
    homes = {"a dog": 0, "a boat": 1, "a kitchen": 2, "a sunset": 3}

    def words(prompts):
        rows = []
        for prompt in prompts:
            found = [home for word, home in homes.items() if f" {word}." in f" {prompt}"]
            noise = 0.03 * np.random.default_rng(list(prompt.encode())).normal(size=DIM)
            rows.append((axes[found[0]] if found else 0) + noise + 2 * axes[7])
        return unit(np.array(rows))

    members = replace(
        world.members,
        vectors=unit(pictures),
        texts=[""] * len(pictures),
        titles=[""] * len(pictures),
    )
    return members, words


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def test_clip_names_regions_by_its_words(worlds):
    """Across the gap between the modalities, and without the article."""
    world = worlds((40, 40, 40, 40))
    members, words = clip_world(world)
    given = names("image", groups_of(world, 4), members, words)
    assert [given[n][0] for n in (1, 2, 3, 4)] == ["Dog", "Boat", "Kitchen", "Sunset"]


def test_clip_asks_for_each_prompt_once(worlds):
    """All words once, and the other prompts for the shortlists only."""
    world = worlds((40, 40))
    members, words = clip_world(world)
    asked = []

    def counting(prompts):
        asked.extend(prompts)
        return words(prompts)

    names("image", groups_of(world, 2), members, counting)
    assert len(asked) < 1.2 * len(vocabulary())


def test_one_region_that_is_the_whole_map_is_named_too(worlds):
    """There is nothing to contrast it with."""
    world = worlds((40,))
    members, words = clip_world(world)
    assert names("image", groups_of(world, 1), members, words)[1][0] == "Dog"


def test_the_vocabulary_is_plain_and_without_repeats():
    """About 1,450 entries, none of which only differs in case."""
    entries = vocabulary()
    assert len(entries) > 1_400
    assert len({entry.casefold() for entry in entries}) == len(entries)
    assert all(1 <= len(entry.split()) <= 6 for entry in entries)


@pytest.mark.parametrize(
    ("label", "path"),
    [
        ("golden retriever", ("animals", "mammals", "dogs", "gun dogs")),
        ("Komodo dragon", ("animals", "reptiles", "lizards")),
        ("tick", ("animals", "insects and spiders", "spiders")),
        ("king penguin", ("animals", "birds", "water birds")),
        ("violin", ("musical instruments", "string instruments")),
        ("pizza", ("food", "dishes")),
        ("ear of corn", ("food", "vegetables")),
    ],
)
def test_kinds_of_classes(label, path):
    """The table follows the order of the challenge."""
    assert imagenet.kinds()[LABELS.index(label)] == path


def test_every_class_has_its_kinds():
    """No class without one, no kind with two parents or the name of a class."""
    paths = imagenet.kinds()
    assert len(paths) == imagenet.CLASSES
    assert all(paths)
    above = {}
    for path in paths:
        for depth, kind in enumerate(path):
            assert above.setdefault(kind, path[:depth]) == path[:depth]
    assert not set(above) & set(LABELS)


@pytest.mark.parametrize(("clear", "shown"), [(4, True), (3, False)])
def test_a_term_is_seen_clearly_by_four_fifths_of_those_that_see_it(worlds, clear, shown):
    """A classifier that wavers says nothing: 4 of 5 are enough, 3 of 5 are not."""
    world = worlds((5, 5))
    goldfinch = LABELS.index("goldfinch")
    concepts = [
        ((goldfinch, int((0.5 if row < clear else 0.35) * FULL)),) if row < 5 else ()
        for row in range(10)
    ]
    namer = ConceptNamer(replace(world.members, concepts=concepts))
    proposal, _ = namer.propose(groups_of(world, 2), np.empty(0, np.intp))
    assert ("goldfinch" in proposal.terms) == shown
    assert ("Goldfinch" in [one.name for one in proposal.candidates]) == shown


def test_the_score_of_a_class_is_its_part_of_the_divergence(worlds):
    """P · log(p / q), of q 30 per cent the share of classes; each is counted with all its kinds."""
    world = worlds((4, 4))
    violin = LABELS.index("violin")
    concepts = [((violin, int(0.9 * FULL)),)] * 4 + [()] * 4
    namer = ConceptNamer(replace(world.members, concepts=concepts))
    others = np.array([4, 5])
    siblings = groups_of(world, 1)
    (proposal,) = namer.propose(siblings, others)
    scores = {one.name: one.score for one in proposal.candidates}
    kinds = imagenet.kinds()
    for name, under in [
        ("Violin", 1),
        ("String instruments", sum("string instruments" in path for path in kinds)),
        ("Musical instruments", sum("musical instruments" in path for path in kinds)),
    ]:
        share = int(0.9 * FULL) / FULL
        reference = 0.3 * under / imagenet.CLASSES
        expected = share * np.log((share + 1e-4) / (reference + 1e-4))
        assert scores[name] == pytest.approx(expected, rel=1e-6)
    assert [one.name for one in proposal.candidates] == sorted(scores, key=lambda n: -scores[n])
    assert proposal.terms == ("violin",)  # its kinds lie above it


def test_an_old_name_keeps_its_score_while_its_word_is_told(worlds):
    """Clip's: the contrast of that word, and 0 for a word that is none of its vocabulary."""
    world = worlds((40, 40, 40, 40))
    members, words = clip_world(world)
    namer = VocabularyNamer(members, words)
    none = np.empty(0, np.intp)
    groups = groups_of(world, 4)
    best = namer.propose(groups, none)[0]
    scores = {one.name: one.score for one in best.candidates}
    assert best.was == 0.0
    for was, expected in [("Dog", scores["Dog"]), ("boat", 0.0), ("Nothing such", 0.0)]:
        again = namer.propose([replace(groups[0], was=was), *groups[1:]], none)[0]
        assert again.was == pytest.approx(expected)
    (alone,) = namer.propose([replace(groups[0], was="dog")], groups[1].rows)
    assert alone.was == pytest.approx(
        next(one.score for one in alone.candidates if one.name == "Dog")
    )


def test_an_old_class_is_worth_something_while_enough_show_it(worlds):
    """Seven tenths of what a new name must show; also where it is the best one."""
    world = worlds((10, 10))
    violin, finch = LABELS.index("violin"), LABELS.index("goldfinch")
    concepts = [((violin, int(0.9 * FULL)),)] * 8 + [((finch, int(0.9 * FULL)),)] * 2
    namer = ConceptNamer(replace(world.members, concepts=concepts + [()] * 10))
    groups = groups_of(world, 2)
    for was, worth in [("Violin", True), ("Goldfinch", False), ("", False), ("Nothing", False)]:
        said = namer.propose([replace(groups[0], was=was), groups[1]], np.empty(0, np.intp))[0]
        scores = {one.name: one.score for one in said.candidates}
        assert said.was == (scores["Violin"] if worth else 0.0)


def test_what_lies_outside_counts_by_its_size(worlds):
    """A class that all others show as well is no name, whether they are siblings or not."""
    world = worlds((10, 10, 10))
    tray, violin = LABELS.index("tray"), LABELS.index("violin")
    both = ((tray, FULL // 2), (violin, FULL // 2))
    concepts = [both] * 10 + [()] * 10 + [((tray, FULL // 2),)] * 10
    namer = ConceptNamer(replace(world.members, concepts=concepts))
    first, _, third = groups_of(world, 3)
    for siblings, others in [([first, third], np.empty(0, np.intp)), ([first], third.rows)]:
        names_of = [one.name for one in namer.propose(siblings, others)[0].candidates]
        assert "Violin" in names_of
        assert "Tray" not in names_of


def test_what_siblings_show_alike_gives_no_name(worlds):
    """A candidate is better here than elsewhere; of two equal regions none is."""
    world = worlds((40, 40))
    members, words = clip_world(world)
    group = groups_of(world, 1)[0]
    said = VocabularyNamer(members, words).propose([group, replace(group, id=9)], np.empty(0, int))
    assert [one.candidates for one in said] == [(), ()]
    assert said[0].terms == said[1].terms != ()


def test_the_reference_is_the_mean_of_siblings_and_others_by_their_items(worlds):
    """Seven tenths of it, and three tenths what a random picture shows."""
    world = worlds((10, 20, 5))
    violin = LABELS.index("violin")
    concepts = [((violin, round(share * FULL)),) for share in [0.5] * 10 + [0.1] * 20 + [0.2] * 5]
    namer = ConceptNamer(replace(world.members, concepts=concepts))
    first, second, third = groups_of(world, 3)
    rest = (20 * 0.1 + 5 * 0.2) / 25
    reference = 0.7 * rest + 0.3 / imagenet.CLASSES
    expected = 0.5 * np.log((0.5 + 1e-4) / (reference + 1e-4))
    for siblings, others in (([first, second], third.rows), ([first, second, third], [])):
        said = namer.propose(siblings, np.array(others, dtype=np.intp))[0]
        scores = {one.name: one.score for one in said.candidates}
        assert scores["Violin"] == pytest.approx(expected, rel=1e-3)


def test_the_words_that_stand_out_most_see_all_prompts(worlds):
    """Nearer to this region than to its siblings and to all others; and the name of before."""
    world = worlds((40, 40, 40))
    members, words = clip_world(world)
    namer = VocabularyNamer(members, words)
    first, second, third = groups_of(world, 3)
    centres = [namer._centre(one.rows) for one in (first, second, third)]
    near = [namer._plain @ centre for centre in centres]
    contrast = near[0] - (near[1] + near[2]) / 2
    expected = set(np.argsort(-contrast, kind="stable")[:SHORTLIST].tolist())
    namer.propose([replace(first, was="sunset"), second], third.rows)
    asked = set(namer._full)
    assert expected | {namer._index["sunset"]} <= asked
    assert len(asked) <= 2 * SHORTLIST + 1
    alone = VocabularyNamer(members, words)
    alone.propose([first], np.empty(0, np.intp))
    assert set(alone._full) == set(np.argsort(-near[0], kind="stable")[:SHORTLIST].tolist())


def test_a_centre_is_told_from_that_of_all_pictures(worlds):
    """Its direction from the mean of all; a region that is the whole map keeps its own."""
    world = worlds((40, 40, 40))
    members, words = clip_world(world)
    namer = VocabularyNamer(members, words)
    every = members.vectors.astype(np.float64)
    for rows in (np.arange(40), np.arange(40, 120)):
        mean = every[rows].mean(axis=0)
        apart = mean / np.linalg.norm(mean) - every.mean(axis=0)
        np.testing.assert_allclose(namer._centre(rows), apart / np.linalg.norm(apart), atol=1e-5)
    shared = replace(members, vectors=np.tile(members.vectors[:1], (120, 1)))
    whole = VocabularyNamer(shared, words)._centre(np.arange(120))
    np.testing.assert_allclose(whole, members.vectors[0], atol=1e-5)
