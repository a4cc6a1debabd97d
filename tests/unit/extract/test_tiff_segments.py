"""TIFFs of values that Pillow does not know, in every compression and with every predictor."""

import io
import struct

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image

from muserd.extract.limits import Limits
from muserd.extract.picture import read_picture
from muserd.extract.tiff_segments import needs_segments, read_segments
from muserd.ground.errors import FileError

CODES = {"raw": 1, "tiff_lzw": 5, "tiff_adobe_deflate": 8, "packbits": 32773, "zstd": 50000}
CHANCE = np.random.default_rng(1)
COLOURS = CHANCE.uniform(0, 1, (37, 53, 3))


def packed(rows: NDArray[np.uint8], name: str) -> bytes:
    """Bytes as libtiff packs them."""
    if name == "raw":
        return rows.tobytes()
    out = io.BytesIO()
    Image.fromarray(rows).save(out, "TIFF", compression=name, tiffinfo={278: len(rows)})
    with Image.open(io.BytesIO(out.getvalue())) as image:
        tags = image.tag_v2
        assert len(tags[273]) == 1
        return out.getvalue()[tags[273][0] : tags[273][0] + tags[279][0]]


def differences(block: NDArray[np.generic], predictor: int, order: str) -> NDArray[np.uint8]:
    """uint8 [rows, bytes]: as they are stored."""
    rows, across, each = block.shape
    size = block.dtype.itemsize
    if predictor == 3:
        high_first = block.astype(block.dtype.newbyteorder(">")).tobytes()
        planes = np.frombuffer(high_first, np.uint8).reshape(rows, across * each, size)
        line = planes.transpose(0, 2, 1).reshape(rows, across * size, each).copy()
        line[:, 1:] -= line[:, :-1].copy()
        return line.reshape(rows, -1)
    if predictor == 2:
        whole = block.view(f"u{size}").copy()
        whole[:, 1:] -= whole[:, :-1].copy()
        block = whole
    stored = block.astype(block.dtype.newbyteorder(order)).tobytes()
    return np.frombuffer(stored, np.uint8).reshape(rows, -1)


def tiff(
    values: NDArray[np.generic], name: str, predictor: int, order: str = "<", tile: int = 0,
    separate: bool = False, strip: int = 16,
) -> bytes:  # fmt: skip
    """A TIFF of values[height, width, channels], packed."""
    height, width, count = values.shape
    down, across = (tile, tile) if tile else (strip, width)
    planes = [values[..., at : at + 1] for at in range(count)] if separate else [values]
    segments = []
    for plane in planes:
        for top in range(0, height, down):
            for left in range(0, width, across):
                block = plane[top : top + down, left : left + across]
                if tile:
                    rest = [(0, tile - block.shape[0]), (0, tile - block.shape[1]), (0, 0)]
                    block = np.pad(block, rest)
                segments.append(
                    packed(differences(np.ascontiguousarray(block), predictor, order), name)
                )
    form = {"f": 3, "u": 1, "i": 2}[values.dtype.kind]
    offsets = list(np.cumsum([8] + [len(one) for one in segments])[:-1])
    body = b"".join(segments)
    tags = [(256, width), (257, height), (258, [8 * values.dtype.itemsize] * count)]
    tags += [(259, CODES[name]), (262, 2 if count == 3 else 1)]
    sizes = [len(one) for one in segments]
    tags += [] if tile else [(273, offsets)]
    tags += [(277, count)]
    tags += [] if tile else [(278, strip), (279, sizes)]
    tags += [(284, 2 if separate else 1), (317, predictor)]
    tags += [(322, tile), (323, tile), (324, offsets), (325, sizes)] if tile else []
    tags += [(339, [form] * count)]
    at = 8 + len(body)
    table, more = struct.pack(f"{order}H", len(tags)), b""
    after = at + 2 + 12 * len(tags) + 4
    for tag, value in tags:
        numbers = value if isinstance(value, list) else [value]
        where = struct.pack(f"{order}{len(numbers)}I", *numbers)
        if len(where) > 4:
            where, more = struct.pack(f"{order}I", after + len(more)), more + where
        table += struct.pack(f"{order}HHI", tag, 4, len(numbers)) + where
    mark = b"II*\0" if order == "<" else b"MM\0*"
    return mark + struct.pack(f"{order}I", at) + body + table + bytes(4) + more


def read(data: bytes) -> NDArray[np.generic]:
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        page = file.pages.first
        return read_segments(page, data) if needs_segments(page) else page.asarray()


FLOATS, WHOLE = {"f2", "f4", "f8"}, {"u4"}
WRITTEN = [
    (name, predictor, kind)
    for name in CODES
    for predictor, kinds in {1: FLOATS | WHOLE, 2: WHOLE, 3: FLOATS}.items()
    for kind in sorted(kinds)
    if (name, predictor) != ("raw", 2)  # which no program writes
]


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize(("name", "predictor", "kind"), WRITTEN)
def test_every_way_of_packing_gives_the_same_values(
    name: str, predictor: int, kind: str, order: str
) -> None:
    values = (COLOURS * (2**32 - 1 if kind == "u4" else 1)).astype(kind)
    for tile, separate in ((0, False), (16, False), (0, True), (16, True)):
        data = tiff(values, name, predictor, order, tile, separate)
        found = read(data)
        found = np.moveaxis(found, 0, -1) if separate else found
        assert np.array_equal(found, values), (tile, separate)


def test_libtiffs_own_files_are_read() -> None:
    """Not by our reading of the specification alone."""
    grey = COLOURS[..., 0].astype("f4")
    for name in ("tiff_lzw", "tiff_adobe_deflate", "zstd"):
        out = io.BytesIO()
        Image.fromarray(grey).save(out, "TIFF", compression=name, tiffinfo={317: 3})
        with tifffile.TiffFile(io.BytesIO(out.getvalue())) as file:
            assert file.pages.first.predictor == 3
            assert np.array_equal(read_segments(file.pages.first, out.getvalue()), grey)


@pytest.mark.parametrize("name", CODES)
@pytest.mark.parametrize("predictor", [1, 3])
def test_light_is_shown_whatever_packs_it(make_content, name: str, predictor: int) -> None:
    light = np.zeros((40, 60, 3), "f4")
    light[:, :30], light[:, 30:] = (0.8, 0.2, 0.1), (0.1, 0.3, 0.9)
    light[0, 0] = np.nan
    picture = read_picture(make_content(tiff(light, name, predictor), b"a.tif"), Limits(), 224)
    for at, wanted in ((10, (231, 124, 89)), (50, (89, 149, 243))):
        assert np.allclose(picture.image.getpixel((at, 20)), wanted, atol=2)


@pytest.mark.parametrize("name", ["tiff_lzw", "zstd"])
def test_what_is_damaged_is_a_record(make_content, name: str) -> None:
    data = bytearray(tiff(COLOURS.astype("f4"), name, 1))
    data[8:4_000] = bytes(3_992)
    with pytest.raises(FileError) as caught:
        read_picture(make_content(bytes(data), b"a.tif"), Limits(), 224)
    assert caught.value.hint
