"""Videos, by a handful of their key frames: the picture of a video, its length and its time.

A video is never read into memory. FFmpeg (by PyAV) gets the opened file and nothing else: whatever
a container names outside of itself (parts of a playlist, external tracks) is refused.
"""

import contextlib
import datetime as dt
import io
import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from PIL import Image, ImageStat

from muserd.extract.content import Content
from muserd.extract.dates import parse_moment
from muserd.extract.decode import OpenPicture, check_size
from muserd.extract.hdr import from_nclx
from muserd.extract.limits import Limits
from muserd.extract.metadata import on_earth, one_line
from muserd.extract.moments import Moment, from_source
from muserd.extract.opening import open_path
from muserd.ground.errors import FileError
from muserd.ground.paths import display
from muserd.ground.records import FileStat

FRAMES_MIN, FRAMES_MAX = 3, 8
_FRAME_EVERY_S = 15  # of a video, up to FRAMES_MAX
_DEMUXERS = "mov,matroska,avi,mpegts,mpeg,mpegvideo,flv,asf,ogg,dv,h264,hevc,mjpeg"
_BUFFER_BYTES = 256 * 1024  # FFmpeg reads through Python: fewer, larger pieces
_BUDGET_S = 20.0  # of decoding; the frames that are there by then are enough
_MOST_PACKETS = 2_000  # looked at for one frame: key frames of bad files are far apart
_CLIP_S, _MOST_FRAMES = 30, 900  # of a clip that may have one key frame only
_BLANK = 4.0  # deviation of luminance, 0 to 255, up to which a frame shows nothing
_NEVER = dt.datetime(1971, 1, 1, tzinfo=dt.UTC)  # 1904 and 1970 are clocks that were not set
# Where phones write the wall clock's time with its offset; `creation_time` is in UTC.
_PLACES = ("com.apple.quicktime.location.ISO6709", "location", "location-eng", "LOCATION")
_COORDINATES = re.compile(r"([+-]\d{1,2}(?:\.\d+)?)([+-]\d{1,3}(?:\.\d+)?)")
_TIMES = ("com.apple.quicktime.creationdate", "creation_time", "date", "DATE_RECORDED", "DATE")


@dataclass(frozen=True, slots=True)
class Film:
    """What stands for a video.

    Attributes:
        frames: mode RGB, upright, in the order of time; at least one.
        poster: index of the frame that says most.
        width, height: pixels of the upright video.
        seconds: its length; 0 where it is not known.
        moment: when it was taken, as the container says.
        title: as the container says; often empty.
        description: the same.
        place: latitude and longitude in degrees, as telephones write them.
    """

    frames: tuple[Image.Image, ...]
    poster: int
    width: int
    height: int
    seconds: float
    moment: Moment | None
    title: str
    description: str = ""
    place: tuple[float, float] | None = None


def read_film(content: Content, limits: Limits, side_px: int) -> Film:
    """Decode some key frames, spread evenly over a video.

    Args:
        content: of the file, of which only the beginning is held: see `scan_content`.
        limits: pixels of a frame.
        side_px: the shorter side of a frame stays at least so long, where it is.

    Raises:
        FileError: `corrupt`, `truncated`, `unsupported` (no pictures in it), `bomb`, `changed`.
    """
    with _opened(content) as container:
        stream = _video(content, container)
        check_size(content.path, (stream.width, stream.height), limits)
        seconds = _seconds(container, stream)
        count = min(FRAMES_MAX, FRAMES_MIN + int(seconds // _FRAME_EVERY_S))
        frames = _frames(container, stream, seconds, count, side_px)
        if not frames:
            raise _without_frames(content)
        said = {**container.metadata, **stream.metadata}
        sideways = frames[0].width < frames[0].height
        size = sorted((stream.width, stream.height), reverse=not sideways)
        return Film(
            frames=tuple(frames),
            poster=max(range(len(frames)), key=lambda at: _detail(frames[at])),
            width=size[0],
            height=size[1],
            seconds=round(seconds, 1),
            moment=_moment(said),
            title=one_line(said.get("title")),
            description=one_line(said.get("description") or said.get("comment"), 2_000),
            place=_place(said),
        )


def open_frame(content: Content, limits: Limits, side_px: int, frame: int) -> OpenPicture:
    """One of the frames that `read_film` takes, its longer side about `side_px`.

    Raises:
        FileError: as `read_film`.
    """
    with _opened(content) as container:
        stream = _video(content, container)
        check_size(content.path, (stream.width, stream.height), limits)
        seconds = _seconds(container, stream)
        count = min(FRAMES_MAX, FRAMES_MIN + int(seconds // _FRAME_EVERY_S))
        if 0 < seconds <= _CLIP_S:
            frames = _frames(container, stream, seconds, count, side_px)
            image = frames[min(max(frame, 0), len(frames) - 1)] if frames else None
        else:
            at_s = _positions(seconds, count)[min(max(frame, 0), count - 1)]
            image = _frame_at(container, stream, at_s, side_px, time.monotonic() + _BUDGET_S)
    if image is None:
        raise _without_frames(content)
    return OpenPicture(image, Image.Exif(), 1, *image.size)


@contextlib.contextmanager
def _opened(content: Content) -> Iterator[Any]:
    """The container; the file is the one that was hashed, before and after."""
    import av

    with _same_file(content) as file:
        try:
            with av.open(
                file,
                metadata_errors="replace",
                buffer_size=_BUFFER_BYTES,
                io_open=_refuse,
                options={"format_whitelist": _DEMUXERS, "max_streams": "64"},
            ) as container:
                yield container
        except av.FFmpegError as error:
            raise _broken(content, error) from error
        except (ValueError, OSError, EOFError, OverflowError, ArithmeticError) as error:
            raise _broken(content, error) from error


@contextlib.contextmanager
def _same_file(content: Content) -> Iterator[BinaryIO]:
    changed = FileError(
        "changed",
        f"{display(content.path)} changed while it was read",
        "it is tried again",
        retry=True,
    )
    try:
        handle = open_path(content.path)
    except OSError as error:
        raise changed from error
    with io.BufferedReader(io.FileIO(handle), _BUFFER_BYTES) as file:
        if FileStat.of(os.fstat(handle)) != content.stat:
            raise changed
        yield file
        if FileStat.of(os.fstat(handle)) != content.stat:
            raise changed


def _refuse(url: str, _flags: int, _options: dict[str, str]) -> BinaryIO:
    raise PermissionError(f"{url} lies outside of the file")


def _video(content: Content, container: Any) -> Any:
    """The first stream of moving pictures; the cover of an album is none."""
    for stream in container.streams.video:
        known = stream.codec_context is not None  # else FFmpeg has no decoder for it
        if known and not stream.disposition & stream.disposition.attached_pic:
            stream.thread_type = "NONE"  # key frames alone gain nothing, and each thread costs
            stream.codec_context.skip_frame = "NONKEY"
            return stream
    raise FileError(
        "unsupported",
        f"{display(content.path)} holds sound only, or pictures that nothing here can decode",
        "if it plays elsewhere, convert it with: ffmpeg -i IN -c:v libx264 OUT.mp4",
    )


def _seconds(container: Any, stream: Any) -> float:
    if stream.duration and stream.time_base:
        return max(0.0, float(stream.duration * stream.time_base))
    return max(0.0, container.duration / 1_000_000) if container.duration else 0.0


def _positions(seconds: float, count: int) -> list[float]:
    return [seconds * (at + 0.5) / count for at in range(count)]


def _frames(
    container: Any, stream: Any, seconds: float, count: int, side_px: int
) -> list[Image.Image]:
    """Key frames near evenly spread times, each once; those that show nothing only if all do."""
    end_s = time.monotonic() + _BUDGET_S
    frames: list[Image.Image] = []
    last: bytes | None = None
    for at_s in _positions(seconds, count) if seconds > 0 else [0.0]:
        image = _frame_at(container, stream, at_s, side_px, end_s)
        if image is None:
            continue
        data = image.resize((16, 16)).tobytes()
        if data != last:
            frames.append(image)
        last = data
    if len(frames) == 1 and 0 < seconds <= _CLIP_S:
        return _frames_between(container, stream, seconds, count, side_px) or frames
    return frames


def _frames_between(
    container: Any, stream: Any, seconds: float, count: int, side_px: int
) -> list[Image.Image]:
    """Frames at evenly spread times of a clip that has one key frame; none if that takes too long.

    Programs put a key frame every ten seconds, so that many a clip has none but its first.
    """
    import av

    stream.codec_context.skip_frame = "DEFAULT"
    wanted = [(stream.start_time or 0) * stream.time_base + at for at in _positions(seconds, count)]
    frames: list[Image.Image] = []
    end_s = time.monotonic() + _BUDGET_S / 4
    try:
        container.seek(stream.start_time or 0, stream=stream)
        for number, frame in enumerate(container.decode(stream)):
            if number > _MOST_FRAMES or time.monotonic() > end_s or len(frames) == count:
                break
            if frame.pts is not None and frame.pts * stream.time_base >= wanted[len(frames)]:
                frames.append(_upright(frame, stream, side_px))
    except av.FFmpegError:
        pass  # what came before the damage is enough
    finally:
        stream.codec_context.skip_frame = "NONKEY"
    return frames


def _frame_at(
    container: Any, stream: Any, at_s: float, side_px: int, end_s: float
) -> Image.Image | None:
    """The key frame before a time, or the first after it that shows something."""
    import av

    if time.monotonic() > end_s:
        return None
    start = stream.start_time or 0
    blank: Image.Image | None = None
    try:
        if at_s > 0:
            container.seek(start + int(at_s / stream.time_base), stream=stream)
        tries = 0
        for number, packet in enumerate(container.demux(stream)):
            if number > _MOST_PACKETS or time.monotonic() > end_s:
                break
            for frame in packet.decode():
                image = _upright(frame, stream, side_px)
                if _detail(image) > _BLANK:
                    return image
                blank = blank or image
                tries += 1
            if tries >= 3:
                break
    except av.FFmpegError:
        return blank  # this part of the file is damaged or missing; others may not be
    return blank


def _upright(frame: Any, stream: Any, side_px: int) -> Image.Image:
    """RGB in square pixels, upright, scaled to about what is wanted."""
    width, height = frame.width, frame.height
    aspect = stream.sample_aspect_ratio
    if aspect and 0.1 < aspect < 10:
        width = max(1, round(width * float(aspect)))
    scale = min(1.0, side_px / max(1, min(width, height)))
    size = (max(2, round(width * scale)), max(2, round(height * scale)))
    image: Image.Image = frame.to_image(width=size[0], height=size[1])
    transfer, primaries = int(frame.color_trc), int(frame.color_primaries)
    image = from_nclx(image, {"transfer_characteristics": transfer, "color_primaries": primaries})
    turn = round(frame.rotation / 90) * 90 % 360
    return image.rotate(turn, expand=True) if turn else image


def _detail(image: Image.Image) -> float:
    return float(ImageStat.Stat(image.convert("L")).stddev[0])


def _moment(said: dict[str, str]) -> Moment | None:
    """The first time that a clock which was set can have written."""
    for key in _TIMES:
        moment = from_source(parse_moment(said.get(key, "")), "container")
        if moment is not None and moment.time_ms > _NEVER.timestamp() * 1000:
            return moment
    return None


def _place(said: dict[str, str]) -> tuple[float, float] | None:
    """ISO 6709: `+52.5000+013.4000+034.000/`."""
    for key in _PLACES:
        found = _COORDINATES.match(said.get(key, ""))
        if found is not None:
            return on_earth(float(found.group(1)), float(found.group(2)))
    return None


def _without_frames(content: Content) -> FileError:
    return FileError(
        "corrupt",
        f"no picture of {display(content.path)} can be decoded",
        "play it; if that works, convert it with: ffmpeg -i IN -c:v libx264 OUT.mp4",
    )


def _broken(content: Content, error: Exception) -> FileError:
    name = display(content.path)
    if "moov" in str(error) or type(error).__name__ in {"EOFError", "InvalidDataError"}:
        return FileError(
            "truncated",
            f"{name} ends too early, or is damaged",
            "it is tried again; if it stays so, copy it anew",
            retry=True,
        )
    return FileError("corrupt", f"{name} is damaged: {error}", "copy it anew or restore a backup")
