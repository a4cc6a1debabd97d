"""Pictures and notes that are broken on purpose: made, never stored."""

import io
import random
import struct
import zlib
from collections.abc import Iterator

import pillow_heif
from PIL import Image


def good_pictures() -> dict[str, bytes]:
    """A small sound picture of every format, noisy enough to have many bytes to break."""
    noise = Image.effect_noise((96, 64), 90)
    rgb = Image.merge("RGB", (noise, noise.rotate(90).resize((96, 64)), noise.rotate(180)))
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x0132] = "2020:06:01 12:00:00"
    exif[0x8769] = {0x9003: "2020:06:01 12:00:00", 0x9011: "+02:00"}
    frames = {"save_all": True, "append_images": [rgb.rotate(90).resize((96, 64))]}
    return {
        "a.jpg": _saved(rgb, "JPEG", exif=exif.tobytes(), icc_profile=b"nonsense"),
        "progressive.jpg": _saved(rgb, "JPEG", progressive=True),
        "cmyk.jpg": _saved(rgb.convert("CMYK"), "JPEG"),
        "a.png": _saved(rgb, "PNG", exif=exif.tobytes()),
        "palette.png": _saved(rgb.convert("P"), "PNG", transparency=3),
        "deep.png": _saved(noise.convert("I;16"), "PNG"),
        "animated.png": _saved(rgb, "PNG", **frames),
        "a.webp": _saved(rgb, "WEBP", exif=exif.tobytes()),
        "alpha.webp": _saved(rgb.convert("RGBA"), "WEBP", lossless=True),
        "a.gif": _saved(rgb.convert("P"), "GIF", **frames),
        "a.bmp": _saved(rgb, "BMP"),
        "a.tif": _saved(rgb, "TIFF", exif=exif.tobytes()),
        "lzw.tif": _saved(rgb, "TIFF", compression="tiff_lzw"),
        "jpeg.tif": _saved(rgb, "TIFF", compression="jpeg"),
        "a.avif": _saved(rgb, "AVIF", exif=exif.tobytes()),
        "a.heic": _heif(rgb, exif.tobytes()),
    }


def broken_pictures() -> Iterator[tuple[str, bytes]]:
    """Pictures that cannot be decoded, or only with care: name and bytes."""
    for name, data in good_pictures().items():
        for share in (0.01, 0.1, 0.5, 0.9):
            yield f"cut-{share}-{name}", data[: max(1, int(len(data) * share))]
        yield f"zeros-{name}", data[: len(data) // 3] + bytes(len(data) - len(data) // 3)
        yield f"doubled-{name}", data + data
        yield f"headless-{name}", data[16:]
    yield "noise.jpg", random.Random(1).randbytes(5_000)
    yield "zeros.png", bytes(5_000)
    yield "one-byte.gif", b"G"
    yield "text.jpg", b"This is a note, not a picture.\n" * 20
    yield "page.jpg", b"<!doctype html><title>404</title>Not found"
    yield "drawing.png", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    yield "postscript.jpg", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(x) run\n"
    yield "bomb.png", png(30_000, 30_000, zlib.compress(bytes(10_000)))
    yield "tall-bomb.png", png(1, 2**31 - 1, zlib.compress(bytes(100)))
    yield "flat.png", png(0, 0, zlib.compress(b""))
    yield "text-bomb.png", png(8, 8, zlib.compress(bytes(8 * 25)), text=zlib.compress(bytes(10**8)))
    yield "pixel-bomb.png", png(8, 8, zlib.compress(bytes(10**8)))
    yield "bomb.bmp", _bmp(60_000, 60_000)
    yield "negative.bmp", _bmp(-5, 3)
    yield (
        "bomb.gif",
        b"GIF89a" + struct.pack("<HHBBB", 65_535, 65_535, 0, 0, 0) + b"\x3b" + bytes(80),
    )
    yield "bomb.tif", _tiff({256: 65_000, 257: 65_000, 258: 8, 262: 1, 273: 8, 279: 10})
    yield "nothing.tif", _tiff({})
    yield "far.tif", _tiff({256: 8, 257: 8, 258: 8, 262: 1, 273: 2**31, 279: 2**31})


def sound_oddities() -> Iterator[tuple[str, bytes]]:
    """Pictures that look broken and are not, or not enough to be refused."""
    noise = Image.effect_noise((64, 48), 90).convert("RGB")
    yield "strip.png", _saved(Image.new("RGB", (1, 30_000), "red"), "PNG")
    yield "exif-loop.jpg", _saved(noise, "JPEG", exif=_looping_exif())
    yield (
        "exif-noise.jpg",
        _saved(noise, "JPEG", exif=b"Exif\0\0" + random.Random(2).randbytes(900)),
    )
    yield "exif-cut.jpg", _saved(noise, "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\x05")
    yield "trailing.jpg", _saved(noise, "JPEG") + b"motion photo " * 5_000
    yield "loop.tif", _tiff({256: 8, 257: 8, 258: 8, 262: 1, 273: 8, 279: 64}, following=8)
    yield "gray-icc.png", _saved(noise.convert("L"), "PNG", icc_profile=b"\0" * 300)


def mutated(data: bytes, seed: int) -> bytes:
    """One of the usual damages: flipped bits, cut, zeroed, repeated, swapped or inserted bytes."""
    dice = random.Random(seed)
    out = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 4, 16))):
        at = dice.randrange(len(out)) if dice.random() < 0.6 else dice.randrange(min(64, len(out)))
        length = dice.choice((1, 2, 4, 16, 200))
        match dice.randrange(6):
            case 0:
                out[at] ^= 1 << dice.randrange(8)
            case 1:
                out[at : at + length] = bytes(dice.choices(range(256), k=length))
            case 2:
                out[at : at + length] = bytes([dice.choice((0, 0xFF, 0x7F, 0x80))]) * length
            case 3:
                del out[at : at + length]
            case 4:
                out[at:at] = out[at : at + length]
            case 5:
                del out[at:]
        out = out or bytearray(b"\0")
    return bytes(out)


def png(width: int, height: int, pixels: bytes, text: bytes = b"") -> bytes:
    """A PNG whose header says what it likes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    note = chunk(b"zTXt", b"Comment\0\0" + text) if text else b""
    body = chunk(b"IHDR", header) + note + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def good_notes() -> dict[str, bytes]:
    """A note of every format with much of its markup."""
    head = "---\ntitle: A title\ndate: 2020-06-01T12:00:00+02:00\ntags: [a, b]\n---\n"
    body = "Grüße aus Köln: some prose that says little.\n\n" * 5
    return {
        "a.md": (
            f"{head}# Title\n\n{body}- one\n- two\n\n> q\n\n|a|b|\n|-|-|\n|c|d|\n\n"
            "```py\nx\n```\n[l](http://x) ![i](y) [[w|x]] <b>h</b> `c` **b** *i*\n"
        ).encode(),
        "b.md": f'+++\ntitle = "T"\ndate = 2020-06-01\n+++\n{body}'.encode(),
        "a.txt": body.encode(),
        "utf16.txt": body.encode("utf-16"),
        "latin.txt": body.encode("latin-1"),
        "a.rst": f"Title\n=====\n:date: 2020-06-01\n\n{body}.. note:: n\n\n::\n\n  code\n".encode(),
        "a.org": f"#+TITLE: T\n* H :t:\n:PROPERTIES:\n:A: b\n:END:\n{body}[[u][l]] =c=\n".encode(),
        "a.tex": rf"\title{{T}}\begin{{document}}\section{{S}}{body}\'e\end{{document}}".encode(),
        "a.html": f"<html lang=de><title>T</title><h1>H</h1><p>{body}<pre>c</pre>".encode(),
    }


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def _heif(image: Image.Image, exif: bytes) -> bytes:
    out = io.BytesIO()
    pillow_heif.from_pillow(image).save(out, exif=exif)
    return out.getvalue()


def _bmp(width: int, height: int) -> bytes:
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + 64, 0, 0, 54) + header + bytes(64)


def _tiff(tags: dict[int, int], following: int = 0) -> bytes:
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    directory = struct.pack("<H", len(tags)) + entries + struct.pack("<I", following)
    return b"II*\0\x08\0\0\0" + directory + bytes(64)


def _looping_exif() -> bytes:
    """A directory whose sub-directory, and whose successor, is itself."""
    entry = struct.pack(">HHII", 0x8769, 4, 1, 8)
    return b"Exif\0\0MM\0*" + struct.pack(">IH", 8, 1) + entry + struct.pack(">I", 8)
