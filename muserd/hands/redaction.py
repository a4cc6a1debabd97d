"""What a map that is given away does not say.

Nothing is cut out of files that were made before: what is withheld is never written.
"""

import re
from collections.abc import Iterable
from typing import Any, Literal, get_args

import msgspec

from muserd.ground.errors import UsageError

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
_FACTS_OF_DATES = {"time_source": "mtime", "time_precision": "year", "utc_offset_min": None}


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

    def detail(self, said: dict[str, Any]) -> dict[str, Any]:
        """What is said of an item: see `publish.bodies.detail`."""
        kept = {**said, "title": self.words(said["title"]), "path": "", "name": ""}
        kept["excerpt"] = self.words(said["excerpt"])
        kept["tags"] = [word for tag in said["tags"] if (word := self.words(tag))]
        if not self.hides("paths"):
            kept["path"], kept["name"] = self.words(said["path"]), self.words(said["name"])
        if self.hides("titles"):
            kept["title"] = kept["name"] = kept["path"] = ""  # mostly they are one another
        if self.hides("text"):
            kept["excerpt"] = ""
        if self.hides("tags"):
            kept["tags"] = []
        if self.hides("places"):
            kept.pop("place", None)
        if self.hides("dates"):
            kept.update(_FACTS_OF_DATES)
        return kept

    def region(self, said: dict[str, Any]) -> dict[str, Any]:
        """What is said of a region: see `publish.bodies.regions`."""
        kept = dict(said)
        if self.hides("names"):
            kept.update(name="", terms=[], example=False, pinned=False)
        else:
            kept["name"] = self.words(said["name"])
            kept["terms"] = [word for term in said["terms"] if (word := self.words(term))]
        if self.hides("dates"):
            kept["years"] = None
        return kept
