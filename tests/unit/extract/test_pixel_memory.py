"""Memory for pixels is reserved before they are decoded; scans are counted."""

import io
import threading
import time

import pytest
from PIL import Image

from muserd.extract.content import Content
from muserd.extract.limits import Limits
from muserd.extract.picture import read_picture
from muserd.extract.room import PIXELS, Room
from muserd.ground import memory
from muserd.ground.errors import FileError
from muserd.ground.records import ContentHash, FileStat


def picture(data: bytes, name: bytes = b"a.jpg") -> Content:
    return Content(name, data, ContentHash(bytes(32)), FileStat(len(data), 10**18, 10**18, 1, 1))


def jpeg() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((64, 64), 90).convert("RGB").save(out, "JPEG", progressive=True)
    return out.getvalue()


def test_no_more_is_taken_at_once_than_there_is() -> None:
    """Many readers; what is larger than all is decoded alone; an error gives it back."""
    room, most, now, highest = Room(), 100, 0, 0
    lock = threading.Lock()

    def read(need: int) -> None:
        nonlocal now, highest
        with room.reserving():
            room.need(need, most)
            with lock:
                now += need
                highest = max(highest, now if need <= most else most)
                assert now <= most or now == need
            time.sleep(0.002)
            with lock:
                now -= need

    threads = [threading.Thread(target=read, args=(n,)) for n in (40, 60, 30, 250, 10) * 20]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()
    assert 40 < highest <= most
    with pytest.raises(ValueError, match="broken"), room.reserving():
        room.need(90, most)
        raise ValueError("broken")
    assert room._taken == 0


def test_outside_of_a_reservation_nothing_is_held() -> None:
    """Pages and frames are measured by the same check."""
    Room().need(10**12, 1)


def test_a_picture_reserves_and_gives_back() -> None:
    """Also one that is refused."""
    limits = Limits(pixels_memory_bytes=1_000)
    assert read_picture(picture(jpeg()), limits, 64).facts.width == 64
    with pytest.raises(FileError):
        read_picture(picture(jpeg()[:200]), limits, 64)
    assert PIXELS._taken == 0


def test_a_jpeg_of_many_scans_is_refused_before_it_is_decoded() -> None:
    """Each scan goes over the whole picture: a megabyte took forty seconds."""
    data = jpeg()
    start = data.index(b"\xff\xda")
    bomb = data[:start] + data[start:-2] * 400 + data[-2:]
    before = time.thread_time()
    with pytest.raises(FileError) as caught:
        read_picture(picture(bomb), Limits(), 64)
    assert caught.value.cause == "bomb"
    assert "scans" in caught.value.message
    assert time.thread_time() - before < 0.5


def test_the_machine_has_some_memory() -> None:
    """Of the cgroup, where that is less."""
    assert 2**28 < memory.machine_bytes() < 2**50


def test_who_needs_more_gives_back_what_it_has_first() -> None:
    """So the most that it asked for is taken, not the sum; a smaller need is met already."""
    room = Room()
    with room.reserving():
        for need, taken in ((40, 40), (60, 60), (20, 60), (90, 90)):
            room.need(need, 100)
            assert room._taken == taken
        with room.reserving():  # a part of the work with a reservation of its own
            room.need(10, 100)
            assert room._taken == 100
        assert room._taken == 90
    assert room._taken == 0
