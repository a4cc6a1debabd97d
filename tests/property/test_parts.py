"""Parts on a real engine: whatever order files come and go in, it ends as a fresh look would."""

import os
import random

import pytest

from muserd.engine.operations import Seen
from muserd.ground.records import FileStat, FileState
from muserd.watch.parts import parts_among
from tests.property.world import World, world

NAMES = (
    *("IMG_1.JPG", "IMG_1.CR2", "IMG_1.dng", "IMG_1.MOV", "IMG_1_HEVC.MOV", "IMG_2.heic"),
    *("IMG_2.NEF", "b_BURST001.jpg", "b_BURST002.jpg", "b_BURST003.jpg", "b.jpg"),
)


def wanted(it: World) -> dict[bytes, FileState]:
    """What a fresh index of the folder would hold."""
    seen = {}
    for name in os.listdir(it.root):
        path = os.fsencode(it.root / name)
        seen[path] = Seen(path, "image", FileStat.of(os.stat(path)))
    parts = parts_among(seen)
    return {path: FileState.PART if path in parts else FileState.PRESENT for path in seen}


def check(it: World) -> None:
    assert {path: state for path, (state, _, _) in it.files().items()} == wanted(it)
    assert it.verify() == []
    shown = sum(state is FileState.PRESENT for state in wanted(it).values())
    assert len(it.here()) == shown
    it.check_models()
    it.check_site()


@pytest.mark.parametrize("seed", range(4))
def test_files_that_belong_together_come_and_go(seed: int) -> None:
    dice = random.Random(seed)
    with world() as it:
        for _ in range(14):
            for _ in range(dice.choice((1, 1, 2, 4))):
                path = it.root / dice.choice(NAMES)
                other = it.root / dice.choice(NAMES)
                match dice.randrange(4):
                    case 0 | 1:
                        path.write_bytes(path.name.encode() + dice.randbytes(4))
                    case 2:
                        path.unlink(missing_ok=True)
                    case 3 if path.exists():
                        path.replace(other)
            it.sync()
            check(it)


def test_parts_survive_a_restart_and_a_scan() -> None:
    with world() as it:
        for name in ("IMG_1.JPG", "IMG_1.CR2"):
            (it.root / name).write_bytes(name.encode())
        it.sync()
        check(it)
        it.stop()
        (it.root / "IMG_1.JPG").unlink()
        (it.root / "IMG_2.NEF").write_bytes(b"raw")
        (it.root / "IMG_2.heic").write_bytes(b"picture")
        it.start()
        it.sync()
        check(it)


def test_an_item_names_its_parts() -> None:
    """The raw data and the film of a picture can be had by its number."""
    with world() as it:
        for name in ("IMG_1.JPG", "IMG_1.CR2", "IMG_1.MOV", "IMG_10.CR2"):
            (it.root / name).write_bytes(name.encode())
        it.sync()
        assert it.engine is not None
        queries = it.engine.queries
        with it.parts.store.read() as reader:
            record = reader.file(os.fsencode(it.root / "IMG_1.JPG"))
            assert record is not None
            assert record.item is not None
        links = queries.links(record.item)
        assert links is not None
        assert links.parts == (str(it.root / "IMG_1.CR2"), str(it.root / "IMG_1.MOV"))
        film = queries.original(record.item, 2)
        assert film is not None
        assert film.path.endswith(b"IMG_1.MOV")
        assert queries.original(record.item, 3) is None
