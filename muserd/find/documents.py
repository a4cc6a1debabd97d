"""What is indexed of an item: its words by field, its labels, and a stamp of all of it."""

import os
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from muserd.find.texts import folded
from muserd.ground.kinds import suffix_of, title_from_name
from muserd.ground.paths import display, is_inside
from muserd.ground.records import SPACE_OF, ItemId, ItemRecord, Space
from muserd.ground.swatches import NAMES

MOST_PATHS = 50  # of one content; more copies say nothing new
_CAMERA_NAME = re.compile(
    r"(?:img|dsc[nf]?|dscn|pxl|mvimg|vid|mov|gopr|dji|pano|burst|screenshot|screen shot|bildschirm"
    r"foto|capture|scan|image|photo|picture|untitled|whatsapp image|signal|p\d|wa)?[\s\d_().:-]*"
    r"(?:wa\d+|at|am|pm|mp|edited|copy|burst|cover|night|portrait|~\d)*[\s\d_().:-]*\Z",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Document:
    """An item as the full-text cache sees it.

    Attributes:
        stamp: changes when anything else here would; 64 bits.
        folder: the names of the folders that hold it, blanks between.
        labels: (key, folded value) pairs for filters: folder, tag, type, lang, camera, colour.
        copies: how many files it has.
    """

    item: ItemId
    space: Space
    stamp: int
    title: str
    name: str
    folder: str
    tags: str
    text: str
    time_ms: int
    added_ms: int
    copies: int
    labels: tuple[tuple[str, str], ...]


def stamp_of(record: ItemRecord, paths: Sequence[bytes]) -> int:
    """What `Document.stamp` is, without making the document."""
    body = msgspec.msgpack.encode((record.name, record.facts, sorted(paths)))
    return zlib.crc32(body) | zlib.adler32(body) << 32 >> 1


def document_of(
    record: ItemRecord, paths: Sequence[bytes], text: Callable[[], str], roots: Iterable[bytes]
) -> Document:
    """The document of an item.

    Args:
        record: the item.
        paths: of its files; at least one.
        text: gives a note's text; asked only for notes. A picture's is its caption.
        roots: the watched folders: names above them are nobody's business.
    """
    facts, known = record.facts, tuple(roots)
    folders = list(dict.fromkeys(_folders(paths[:MOST_PATHS], known)))
    names = dict.fromkeys(display(os.path.basename(path)) for path in paths[:MOST_PATHS])
    return Document(
        item=record.id,
        space=SPACE_OF[record.kind],
        stamp=stamp_of(record, paths),
        title=facts.title,
        name=" ".join(title_from_name(name) + " " + name for name in names),
        folder=" ".join(folder.rsplit("/", 1)[-1] for folder in folders),
        tags=" ".join(facts.tags),
        text=text() if record.kind == "note" else facts.excerpt,
        time_ms=facts.civil_ms,
        added_ms=record.added_at_ms,
        copies=len(paths),
        labels=tuple(_labels(record, paths, folders)),
    )


def caption_of(record: ItemRecord, paths: Sequence[bytes], roots: Iterable[bytes]) -> str:
    """What people call a picture, for the text encoder: title, tags, else its folder; maybe empty.

    A camera's name (IMG_1234) is no word of anybody's.
    """
    facts = record.facts
    said = [] if is_camera_name(facts.title) else [facts.title]
    said += [tag.replace("/", " ") for tag in facts.tags]
    if not said:
        nearest = next(_folders(paths[:1], tuple(roots)), "").rsplit("/", 1)[-1]
        said = [] if is_camera_name(nearest) else [nearest]
    return ", ".join(dict.fromkeys(said))[:300]


def is_camera_name(name: str) -> bool:
    """Whether a name was given by a device or a program, not by a person."""
    return _CAMERA_NAME.match(name.strip()) is not None


def _labels(
    record: ItemRecord, paths: Sequence[bytes], folders: Iterable[str]
) -> Iterator[tuple[str, str]]:
    facts = record.facts
    for folder in folders:
        parts = folded(folder).split("/")
        for i in range(len(parts)):  # `a/b/c` is found as c, b/c and a/b/c
            yield "folder", "/".join(parts[i:])
    for tag in facts.tags:
        yield "tag", folded(tag).strip("#/ ")
    yield "type", record.kind
    for suffix in {suffix_of(path) for path in paths[:MOST_PATHS]}:
        yield "type", suffix.decode("ascii", "replace").lstrip(".")
    if facts.language:
        yield "lang", facts.language
    if camera := getattr(facts, "camera", ""):
        yield "camera", folded(camera)
    for colour in facts.colours:
        yield "colour", NAMES[colour]


def _folders(paths: Iterable[bytes], roots: tuple[bytes, ...]) -> Iterator[str]:
    """The folders of files, from below their roots: `holidays/2021`, and the root's own name."""
    for path in paths:
        root = max((one for one in roots if is_inside(path, one)), key=len, default=b"")
        inner = os.path.dirname(path)[len(os.path.dirname(root.rstrip(b"/"))) :].strip(b"/")
        parts = display(inner).split("/")
        for end in range(len(parts), 0, -1):
            yield "/".join(parts[:end])
