"""Small worlds: topics with vectors, words and places that agree."""

from dataclasses import dataclass

import numpy as np
import pytest

from muserd.regions.atlas import Members

TOPICS = {
    "gardening": "tomato seedlings compost watering soil greenhouse pruning roses harvest weeds",
    "astronomy": "telescope nebula galaxy eclipse orbit comet starlight observatory planet moon",
    "baking": "sourdough oven flour yeast crust kneading loaf butter pastry dough",
    "cycling": "bicycle chain saddle gears pedal helmet tyre puncture handlebar ride",
    "chess": "opening endgame bishop knight rook checkmate pawn gambit castling tournament",
    "sailing": "mast rudder harbour anchor keel spinnaker tide regatta hull tacking",
    "pottery": "kiln glaze clay wheel bowl ceramic firing vase slip stoneware",
    "birdwatching": "warbler binoculars migration nest heron plumage feeder finch song hide",
}
COMMON = "today people found several interesting things about daily practice during long evenings"


@dataclass(frozen=True)
class World:
    """Items of known topics.

    Attributes:
        places: float32[n, 2].
        topic: int[n].
        members: the items.
    """

    places: np.ndarray
    topic: np.ndarray
    members: Members

    @property
    def vocabularies(self) -> list[list[str]]:
        return [words.split() for words in TOPICS.values()]

    def words(self, words) -> np.ndarray:
        """An encoder: a word lies where the items of its topic lie."""
        centres = [self.members.vectors[self.topic == topic].mean(axis=0) for topic in range(8)]
        nowhere = np.ones(16) / 4
        rows = []
        for word in words:
            home = [n for n, own in enumerate(self.vocabularies) if set(word.split()) & set(own)]
            rows.append(centres[home[0]] if home else nowhere)
        stacked = np.array(rows, dtype=np.float32)
        return stacked / np.linalg.norm(stacked, axis=1, keepdims=True)

    def part(self, rows) -> "World":
        given = self.members
        members = Members(
            given.ids[rows],
            given.vectors[rows],
            given.times_ms[rows],
            *(
                [column[row] for row in rows]
                for column in (given.titles, given.names, given.texts, given.languages)
            ),
            [given.concepts[row] for row in rows],
        )
        return World(self.places[rows], self.topic[rows], members)


def make_world(sizes=(40,) * 8, seed=1, spread=0.6) -> World:
    """Blobs on a wide circle, one per topic, each with the words of its topic."""
    random = np.random.default_rng(seed)
    names = list(TOPICS)
    topic = np.repeat(np.arange(len(sizes)), sizes)
    angle = 2 * np.pi * topic / max(len(sizes), 1)
    centres = 12 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    places = centres + spread * random.normal(size=(len(topic), 2))
    directions = np.linalg.qr(random.normal(size=(16, 16)))[0]
    vectors = directions[topic % 16] + 0.1 * random.normal(size=(len(topic), 16))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    texts = []
    for one in topic:
        words = random.choice(TOPICS[names[one % len(names)]].split(), 8).tolist()
        words += random.choice(COMMON.split(), 6).tolist()
        texts.append(" ".join(words) + ".")
    count = len(topic)
    members = Members(
        ids=np.arange(count, dtype=np.int64) + 1000,
        vectors=vectors.astype(np.float32),
        times_ms=np.arange(count, dtype=np.int64) * 86_400_000,
        titles=[f"Entry {row}" for row in range(count)],
        names=[f"entry-{row}.md" for row in range(count)],
        texts=texts,
        languages=["en"] * count,
        concepts=[()] * count,
    )
    return World(places.astype(np.float32), topic, members)


@pytest.fixture
def world() -> World:
    """Eight topics of forty notes."""
    return make_world()


@pytest.fixture
def worlds():
    """Makes worlds of other sizes."""
    return make_world
