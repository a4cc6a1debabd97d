"""What a map that is given away does not say.

Nothing is cut out of files that were made before: what is withheld is never written.
"""

import re
from collections.abc import Iterable
from typing import Literal, get_args

import msgspec
from msgspec import UNSET, structs

from muserd.ground.errors import UsageError
from muserd.ground.events import ItemDetail
from muserd.publish.bodies import RegionEntry

Withheld = Literal["paths", "titles", "text", "tags", "names", "places", "dates", "thumbnails"]
WITHHELD: tuple[Withheld, ...] = get_args(Withheld)
USUAL: tuple[Withheld, ...] = ("paths", "places")
# What cannot stay when something else goes: excerpts begin with titles, and regions are called by
# the words of their items.
_IMPLIED: dict[Withheld, tuple[Withheld, ...]] = {
    "titles": ("text", "tags", "names"),
    "text": ("names",),
    "tags": ("names",),
}
# A year with what follows of a date or a time, as in 2021-03-05, IMG_20210305_1200, 1999.
_DATE = re.compile(
    r"(?<!\d)(?:1[89]|20)\d\d(?:[-_.:/ ]?\d\d){0,2}"  # year, month, day
    r"(?:[-_.:/ T]{0,2}\d\d(?:[-_.:]?\d\d){1,2})?(?!\d)"  # time
)
_BLANKS = re.compile(r"\s{2,}")


class Redaction(msgspec.Struct, frozen=True):
    """What is withheld.

    Attributes:
        withheld: with all that goes along with it.
        blurred: whether thumbnails are shown as a few spots of colour.
    """

    withheld: frozenset[Withheld]
    blurred: bool = False

    @classmethod
    def of(cls, wanted: Iterable[str], *, blurred: bool = False) -> "Redaction":
        """Some things and what goes along with them. Raises UsageError: there is no such thing."""
        names = set(wanted)
        unknown = sorted(names - set(WITHHELD))
        if unknown:
            raise UsageError(
                f"{unknown[0]!r} cannot be withheld", f"there are {', '.join(WITHHELD)}"
            )
        chosen = {one for one in WITHHELD if one in names}
        for one in tuple(chosen):
            chosen.update(_IMPLIED.get(one, ()))
        return cls(frozenset(chosen), blurred)

    def hides(self, what: Withheld) -> bool:
        """Whether something is withheld."""
        return what in self.withheld

    def words(self, text: str) -> str:
        """A text, without the dates in it when dates are withheld."""
        if not self.hides("dates"):
            return text
        return _BLANKS.sub(" ", _DATE.sub(" ", text)).strip(" -_.:,")

    def detail(self, said: ItemDetail) -> ItemDetail:
        """What may be said of an item."""
        kept = structs.replace(
            said,
            title=self.words(said.title),
            excerpt=self.words(said.excerpt),
            tags=self._list(said.tags),
            path="" if self.hides("paths") else self.words(said.path),
            name="" if self.hides("paths") else self.words(said.name),
        )
        if self.hides("titles"):  # mostly they are one another
            kept = structs.replace(kept, title="", name="", path="")
        if self.hides("text"):
            kept = structs.replace(kept, excerpt="")
        if self.hides("tags"):
            kept = structs.replace(kept, tags=())
        if self.hides("places"):
            kept = structs.replace(kept, place=UNSET)
        if self.hides("dates"):
            kept = structs.replace(
                kept, time_source="mtime", time_precision="year", utc_offset_min=None
            )
        return kept

    def region(self, said: RegionEntry) -> RegionEntry:
        """What may be said of a region."""
        if self.hides("names"):
            kept = structs.replace(said, name="", terms=(), example=False, pinned=False)
        else:
            kept = structs.replace(said, name=self.words(said.name), terms=self._list(said.terms))
        return structs.replace(kept, years=None) if self.hides("dates") else kept

    def _list(self, texts: Iterable[str]) -> tuple[str, ...]:
        """The texts that say something still."""
        return tuple(word for text in texts if (word := self.words(text)))
