"""`kill -9` anywhere loses no committed item, moves nobody and needs no repair."""

import os
import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.victim import Victim
from tests.soak import seeds

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900), pytest.mark.xdist_group("victim")]

NAMED = re.compile(r'failpoint\("([^"]+)"\)')
# passes that differ: the first commit is made for an empty store, later ones import and publish
POINTS = [
    "store-before-commit",
    "store-after-commit:3",
    "planned",
    "site-file-written:5",
    "site-before-manifest:2",
    "site-after-manifest",
]
FIT_POINTS = ["fit-made", "fit-adopted"]
MORE_POINTS = [
    *(f"store-before-commit:{n}" for n in range(2, 14)),
    *(f"store-after-commit:{n}" for n in range(1, 14)),
    *(f"planned:{n}" for n in range(2, 5)),
    *(f"site-file-written:{n}" for n in range(1, 40, 3)),
    *(f"site-before-manifest:{n}" for n in range(1, 8)),
    *(f"site-after-manifest:{n}" for n in range(2, 8)),
    *(f"fit-made:{n}" for n in range(2, 5)),
    *(f"fit-adopted:{n}" for n in range(2, 5)),
]


@pytest.fixture(scope="module")
def victim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Victim]:
    """One state directory that dies many deaths: `MUSER_SOAK_FOLDER` keeps it for the next run."""
    kept = os.environ.get("MUSER_SOAK_FOLDER")
    it = Victim(Path(kept) if kept else tmp_path_factory.mktemp("victim"))
    yield it
    if it.process is not None:
        it.kill()


@pytest.fixture(scope="module")
def real_victim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Victim]:
    """The same with models and UMAP."""
    it = Victim(tmp_path_factory.mktemp("real"), real=True)
    yield it
    if it.process is not None:
        it.kill()


def test_every_named_point_is_killed_at() -> None:
    """Here, or by the tests of the encode worker."""
    sources = (Path(__file__).parents[2] / "muserd").rglob("*.py")
    named = {name for path in sources for name in NAMED.findall(path.read_text("utf-8"))}
    here = {point.partition(":")[0] for point in (*POINTS, *FIT_POINTS)}
    elsewhere = {
        "vectors-replaced",
        "store-before-compacted",
        "encode.read",
        "encode.forward",
        "adopted",
    }
    assert named == here | elsewhere


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_write(victim: Victim, point: str) -> None:
    victim.die_at(point, victim.busy)
    victim.revive()


@pytest.mark.parametrize("point", FIT_POINTS)
def test_killed_around_a_fit(victim: Victim, point: str) -> None:
    victim.die_at(point, victim.ask_refit)
    victim.revive()


def test_killed_while_it_saves_its_caches(victim: Victim) -> None:
    def trigger() -> None:
        assert victim.process is not None
        victim.process.terminate()

    victim.add_note()
    victim.start()
    victim.sync()
    assert victim.stop() == 0
    victim.add_note()
    victim.spawn(MUSER_FAILPOINT="vectors-replaced")
    victim.wait_for(lambda: victim.ctl("status").returncode == 0)
    victim.sync()
    trigger()
    assert victim.process is not None
    assert victim.process.wait(60) == -9
    victim.process = None
    victim.revive()


def test_killed_while_the_store_is_compacted(victim: Victim) -> None:
    """The one file or the other is in place."""

    def forget() -> None:
        victim.busy()
        victim.ctl("forget", "--deleted")

    victim.die_at("store-before-compacted", forget)
    victim.revive()


@pytest.mark.parametrize("seed", range(2))
def test_killed_at_random(victim: Victim, seed: int) -> None:
    random_death(victim, seed)


def random_death(victim: Victim, seed: int) -> None:
    dice = random.Random(seed)
    trigger = dice.choice([victim.busy, victim.busy, victim.ask_refit])
    victim.die_after(dice.uniform(0.0, 3.0) ** 2 / 3.0, trigger)
    victim.revive()


@pytest.mark.soak
@pytest.mark.parametrize("point", MORE_POINTS)
def test_killed_at_later_writes(victim: Victim, point: str) -> None:
    victim.die_at(point, victim.ask_refit if point.startswith("fit") else victim.busy)
    victim.revive()


@pytest.mark.soak
@pytest.mark.parametrize("seed", seeds(1_000, 300))
def test_killed_at_random_moments(victim: Victim, seed: int) -> None:
    random_death(victim, seed)


@pytest.mark.soak
@pytest.mark.parametrize("seed", seeds(2_000, 30))
def test_killed_with_real_workers(real_victim: Victim, seed: int) -> None:
    """Its workers are killed with it, or left behind to notice."""
    dice = random.Random(seed)
    trigger = dice.choice([real_victim.busy, real_victim.ask_refit])
    real_victim.die_after(dice.uniform(0.0, 20.0), trigger)
    real_victim.revive()


@pytest.mark.soak
@pytest.mark.parametrize("point", [*POINTS, *FIT_POINTS])
def test_killed_at_a_write_with_real_workers(real_victim: Victim, point: str) -> None:
    trigger = real_victim.ask_refit if point in FIT_POINTS else real_victim.busy
    real_victim.die_at(point, trigger)
    real_victim.revive()
