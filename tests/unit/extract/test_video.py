"""Videos: key frames, length, time, and what is wrong with them."""

import os
import resource
import time
from pathlib import Path

import numpy as np
import pytest

from muserd.extract.content import peek_content, scan_content
from muserd.extract.film import read_film
from muserd.extract.limits import Limits
from muserd.extract.picture import Picture
from muserd.extract.preview import make_preview
from muserd.extract.video import _place
from muserd.ground.errors import FileError
from muserd.workers.encode.child.picture_model import mean_of_frames
from tests.unit.extract import samples
from tests.unit.extract.test_more_pictures import TURNED, corners

pytest.importorskip("av")


def read(path: Path, **limits: int) -> Picture:
    return read_film(scan_content(os.fsencode(path), 10**9), Limits(**limits), 100)


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.mkv", "a.avi", "a.webm"])
def test_a_video_is_a_few_of_its_frames(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    samples.video(str(path), codec="libvpx" if name.endswith("webm") else "libx264")
    picture = read(path)
    assert corners(picture) == TURNED[1]
    assert (picture.facts.width, picture.facts.height) == (320, 240)
    assert picture.facts.seconds == pytest.approx(4, abs=0.3)
    assert picture.facts.frames == len(picture.frames) == 3
    assert set(picture.thumbs) == {64, 128, 256}
    if name in {"a.mp4", "a.mov"}:
        assert picture.facts.when == "2022-03-04 05:06:07+00:00"
        assert picture.facts.time_source == "container"


def test_a_video_that_was_held_upright_is_upright(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    samples.video(str(path))
    _turn(path, 90)
    picture = read(path)
    assert picture.image.height > picture.image.width
    assert (picture.facts.width, picture.facts.height) == (240, 320)
    assert corners(picture) == TURNED[6]


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
@pytest.mark.parametrize("black_s", [0, 2])
def test_a_clip_with_one_key_frame_shows_what_follows_it(
    tmp_path: Path, name: str, black_s: float
) -> None:
    """Programs put a key frame every ten seconds or more."""
    path = tmp_path / name
    samples.video(str(path), seconds=5, key_s=60, black_s=black_s)
    picture = read(path)
    assert picture.facts.frames == len(picture.frames) == 3
    assert corners(picture) == TURNED[1]
    assert len({frame.tobytes() for frame in picture.frames}) == 3
    content = peek_content(os.fsencode(path), 10**9)
    assert len({make_preview(content, 64, Limits(), part) for part in range(3)}) == 3


@pytest.mark.parametrize(
    ("name", "created", "when"),
    [
        ("VID_20220304_060607.mp4", "2022-03-04T05:06:07Z", "2022-03-04 06:06:07+01:00"),
        ("VID_20220304_003607.mp4", "2022-03-03T19:06:20Z", "2022-03-04 00:36:20+05:30"),
        ("2022-03-03 21.01.07.mp4", "2022-03-04T05:06:07Z", "2022-03-03 21:06:07-08:00"),
        ("VID_20220304.mp4", "2022-03-04T05:06:07Z", "2022-03-04 05:06:07+00:00"),
        ("VID_20210101_060607.mp4", "2022-03-04T05:06:07Z", "2022-03-04 05:06:07+00:00"),
        ("VID_20220304_062107.mp4", "2022-03-04T05:06:07Z", "2022-03-04 05:06:07+00:00"),
    ],
)
def test_the_wall_clock_of_a_video_from_its_name(
    tmp_path: Path, name: str, created: str, when: str
) -> None:
    """Containers count in UTC; the name shows the clock of the telephone, if the two agree."""
    samples.video(str(tmp_path / name), seconds=1, created=created)
    assert read(tmp_path / name).facts.when == when


@pytest.mark.parametrize("name", ["a.mp4", "a.mov"])
def test_what_a_telephone_says_in_a_video(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    said = {"location": "+52.5000+013.4000/", "title": "At the lake", "comment": "With Ann"}
    samples.video(str(path), seconds=1, said=said)
    facts = read(path).facts
    assert facts.place == (52.5, 13.4)
    assert (facts.title, facts.excerpt) == ("At the lake", "With Ann")


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("+52.5000+013.4000+034.000/", (52.5, 13.4)),
        ("-33.8688+151.2093/", (-33.8688, 151.2093)),
        ("+00.0000+000.0000/", None),
        ("+95.0+013.4/", None),
        ("Berlin", None),
    ],
)
def test_places_of_videos(written: str, place: tuple[float, float] | None) -> None:
    assert _place({"com.apple.quicktime.location.ISO6709": written}) == place


def test_a_longer_video_has_more_frames_and_each_can_be_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    samples.video(str(path), seconds=80, size=(64, 48))
    assert read(path).facts.frames == 8
    content = peek_content(os.fsencode(path), 10**9)
    strips = {make_preview(content, 64, Limits(), part) for part in range(8)}
    assert len(strips) == 8
    assert make_preview(content, 64, Limits(), 99) == make_preview(content, 64, Limits(), 7)


def test_a_frame_that_shows_nothing_does_not_stand_for_a_video(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    samples.video(str(path), seconds=6, black_s=3)
    assert corners(read(path)) == TURNED[1]


@pytest.mark.parametrize(("transfer", "level"), [(16, 520), (18, 640)])
def test_a_bright_video_is_not_grey(tmp_path: Path, transfer: int, level: int) -> None:
    """Ten bits, BT.2020, PQ or HLG at about the white of paper: shown as nearly white."""
    import av

    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p10le"
        context = stream.codec_context
        context.color_trc, context.color_primaries, context.colorspace = transfer, 9, 9
        for _ in range(10):
            frame = av.VideoFrame(64, 48, "yuv420p10le")
            for plane, value in zip(frame.planes, (level, 512, 512), strict=True):
                plane.update(np.full(plane.buffer_size // 2, value, np.uint16).tobytes())
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    pixel = read(path).image.getpixel((20, 20))
    plain = av.open(str(path))
    with plain:
        grey = next(plain.decode(video=0)).to_image().getpixel((20, 20))
    assert isinstance(pixel, tuple)
    assert min(pixel) > max(grey) + 20
    assert max(pixel) - min(pixel) <= 6


@pytest.mark.parametrize("created", ["1904-01-01T00:00:00Z", "1970-01-01T00:00:00Z"])
def test_a_clock_that_was_never_set_is_not_believed(tmp_path: Path, created: str) -> None:
    path = tmp_path / "a.mp4"
    samples.video(str(path), seconds=1, created=created)
    assert read(path).facts.time_source == "mtime"


def test_sound_alone_is_a_record(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    samples.video(str(path), sound_only=True)
    with pytest.raises(FileError) as caught:
        read(path)
    assert caught.value.cause == "unsupported"
    assert "sound" in caught.value.message


def test_a_video_without_its_end(tmp_path: Path) -> None:
    """MP4 has its index at the end and cannot be read; Matroska shows what is there."""
    mp4, mkv = tmp_path / "a.mp4", tmp_path / "a.mkv"
    for path in (mp4, mkv):
        samples.video(str(path), seconds=10)
        data = path.read_bytes()
        path.write_bytes(data[: len(data) // 2])
    with pytest.raises(FileError) as caught:
        read(mp4)
    assert (caught.value.cause, caught.value.retry) == ("truncated", True)
    assert corners(read(mkv)) == TURNED[1]


def test_a_playlist_reads_no_other_file(tmp_path: Path) -> None:
    """An HLS playlist under the name of a video names a file beside it."""
    samples.video(str(tmp_path / "secret.mp4"), seconds=1)
    lists = {
        "a.mp4": "#EXTM3U\n#EXTINF:1,\nsecret.mp4\n#EXT-X-ENDLIST\n",
        "b.mkv": f"ffconcat version 1.0\nfile '{tmp_path}/secret.mp4'\n",
        "c.avi": "v=0\nm=video 5004 RTP/AVP 96\nc=IN IP4 127.0.0.1\n",
    }
    for name, text in lists.items():
        (tmp_path / name).write_text(text)
        with pytest.raises(FileError):
            read(tmp_path / name)


def test_a_file_that_changes_while_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    samples.video(str(path), seconds=1)
    content = scan_content(os.fsencode(path), 10**9)
    path.write_bytes(path.read_bytes() + b"more")
    with pytest.raises(FileError) as caught:
        read_film(content, Limits(), 100)
    assert (caught.value.cause, caught.value.retry) == ("changed", True)


def test_too_many_pixels_are_refused_before_they_are_decoded(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    samples.video(str(path), seconds=1)
    with pytest.raises(FileError) as caught:
        read(path, image_max_pixels=1000)
    assert caught.value.cause == "bomb"


def test_a_long_video_takes_no_longer_and_no_memory(tmp_path: Path) -> None:
    """Twenty minutes in full HD: only the frames that are looked at are decoded."""
    path = tmp_path / "a.mp4"
    samples.video(str(path), seconds=1200, size=(160, 90))
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    assert read(path).facts.frames == 8
    assert time.process_time() - started < 3.0
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb < 200_000


def test_the_mean_of_frames() -> None:
    """A picture beside a video of two frames; the likeliest class of both comes first."""
    vectors = np.eye(3, 4, dtype=np.float32)
    means, labels = mean_of_frames(vectors, [((7, 9),), ((1, 100), (2, 40)), ((2, 90),)], [1, 2])
    np.testing.assert_allclose(means[0], [1, 0, 0, 0])
    np.testing.assert_allclose(means[1], [0, 2**-0.5, 2**-0.5, 0], atol=1e-6)
    assert labels == [((7, 9),), ((2, 65), (1, 50))]


def _turn(path: Path, degrees: int) -> None:
    """Rewrite the matrix of a track's header (ISO/IEC 14496-12, 8.3.2): a turn by 90° clockwise."""
    assert degrees == 90
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4
    matrix = at + 40
    one = (1 << 16).to_bytes(4, "big")
    minus = (-(1 << 16)).to_bytes(4, "big", signed=True)
    data[matrix : matrix + 16] = bytes(4) + one + bytes(4) + minus
    data[matrix + 16 : matrix + 20] = bytes(4)
    path.write_bytes(bytes(data))
