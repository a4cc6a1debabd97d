"""Names for regions of pictures."""

from dataclasses import replace

import numpy as np
import pytest

from muserd.ground import imagenet
from muserd.regions.members import Group
from muserd.regions.name_choice import key
from muserd.regions.name_concepts import FULL
from muserd.regions.name_pictures import vocabulary
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
